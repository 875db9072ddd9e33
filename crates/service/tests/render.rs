//! What the standard reminders say, in every language, and what no template can make them say.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use puntual_core::currency::Currency;
use puntual_service::render::template::{FIELDS, Template, TemplateError};
use puntual_service::render::{
    Language, MessageFields, RenderedEmail, STANDARD_KEYS, SUBJECT_CHARACTERS, Statement,
    check_template, render_email, standard_template,
};
use support::samples;

/// The statement of the samples with a second currency.
fn statement(language: Language) -> Statement {
    let mut statement = samples::statement(language, 12);
    statement.sections.push(samples::section(Currency::USD, 4));
    statement
}

fn standard(key: &str, language: Language) -> RenderedEmail {
    let template = standard_template(key, language).unwrap();
    render_email(&template, &statement(language), &MessageFields::default()).unwrap()
}

fn template(body: &str) -> Template {
    let body = format!(
        "{body}\n\n{{{{ documents }}}}\n\n{{{{ how_to_pay }}}}\n\n{{{{ how_to_object }}}}\n\n{{{{ signature }}}}"
    );
    let language = Language::EsCl;
    Template {
        key: "own".into(),
        version: 1,
        language,
        subject: "{{ customer.name }}".into(),
        body,
    }
}

/// The text of a page without its tags and with its entities undone.
fn visible(html: &str) -> String {
    let body = html.split_once("<body").unwrap().1;
    let mut text = String::new();
    let mut in_tag = true;
    for character in body.chars() {
        match character {
            '<' => in_tag = true,
            '>' => {
                in_tag = false;
                text.push(' ');
            }
            _ if !in_tag => text.push(character),
            _ => {}
        }
    }
    for (entity, letter) in
        [("&#x2f;", "/"), ("&#x27;", "'"), ("&quot;", "\""), ("&lt;", "<"), ("&gt;", ">")]
    {
        text = text.replace(entity, letter);
    }
    text.replace("&amp;", "&").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_standard_template_keeps_the_rules() {
    for key in STANDARD_KEYS {
        for language in Language::ALL {
            let template = standard_template(key, language).unwrap();
            check_template(&template).unwrap_or_else(|error| panic!("{key} {language}: {error}"));
            assert_eq!((&*template.key, template.language), (key, language));
        }
    }
    assert_eq!(standard_template("demand_letter", Language::Es), None);
}

#[test]
fn text_and_html_both_say_all_that_a_message_must() {
    for key in STANDARD_KEYS {
        for language in Language::ALL {
            let statement = statement(language);
            let email = standard(key, language);
            let html = visible(&email.html);
            let text = email.text.split_whitespace().collect::<Vec<_>>().join(" ");
            let mut needed = vec![
                statement.creditor.name.clone(),
                statement.creditor.tax_id.clone().unwrap(),
                statement.creditor.email.clone().unwrap(),
                statement.customer.name.clone(),
                statement.reference.clone(),
                language.date(statement.as_of),
                "00-123-45678-9".into(),
                statement.how_to_object(true),
                language.word("object.title").into(),
            ];
            for section in &statement.sections {
                needed.push(language.amount(section.balance_minor(), section.currency));
                needed.push(language.amount(section.total_overdue_minor, section.currency));
                for line in &section.lines {
                    needed.push(line.label.clone());
                    needed.push(language.date(line.due_on));
                    needed.push(line.status_and_note(language));
                    needed.push(language.amount(line.open_minor.into(), section.currency));
                    needed.push(language.amount(line.original_minor.into(), section.currency));
                }
            }
            for part in needed {
                assert!(text.contains(&part), "{key} {language} text lacks {part}:\n{text}");
                assert!(html.contains(&part), "{key} {language} HTML lacks {part}:\n{html}");
            }
        }
    }
}

#[test]
fn no_message_names_the_reader_by_a_debt_threatens_or_tells_it_in_the_subject() {
    let never = ["moroso", "deudor", "cárcel", "embargo", "judicial", "debtor", "legal action"];
    let never_in_subject = ["deuda", "mora", "vencid", "impag", "cobranza", "debt", "due", "owe"];
    for key in STANDARD_KEYS {
        for language in Language::ALL {
            let email = standard(key, language);
            let all = format!("{}\n{}\n{}", email.subject, email.text, visible(&email.html));
            let found = never.iter().find(|word| all.to_lowercase().contains(**word));
            assert_eq!(found, None, "{key} {language}");
            let subject = email.subject.to_lowercase();
            let found = never_in_subject.iter().find(|word| subject.contains(**word));
            assert_eq!(found, None, "{key} {language}: {subject}");
            let fetches =
                ["src=", "url(", "<link", "@import"].iter().any(|f| email.html.contains(f));
            assert!(!fetches, "nothing to fetch from elsewhere: {}", email.html);
        }
    }
}

#[test]
fn documents_come_by_due_date_overdue_ones_first() {
    let email = standard("reminder", Language::EsCl);
    let positions: Vec<usize> = statement(Language::EsCl).sections[0]
        .lines
        .iter()
        .map(|line| email.text.find(&format!("- {}:", line.label)).unwrap())
        .collect();
    assert!(positions.is_sorted());
    assert!(email.text.contains("vencido hace 95 días") && email.text.contains("vence en "));
}

#[test]
fn countries_use_their_own_words() {
    for (language, proof, id) in [
        (Language::EsCl, "comprobante de transferencia", "RUT:"),
        (Language::EsMx, "comprobante de pago", "RFC:"),
        (Language::EsEs, "justificante de pago", "NIF:"),
        (Language::En, "proof of payment", "Tax id:"),
    ] {
        let email = standard("reminder", language);
        assert!(email.text.contains(proof) && email.text.contains(id), "{}", email.text);
    }
    assert!(standard("reminder", Language::EsMx).text.contains("Aviso de privacidad: https://"));
}

#[test]
fn equal_facts_give_equal_messages_and_hashes() {
    let email = standard("statement_notice", Language::EsEs);
    assert_eq!(email, standard("statement_notice", Language::EsEs));
    assert_eq!(email.content_hash().len(), 64);
    assert_ne!(email.content_hash(), standard("reminder", Language::EsEs).content_hash());
}

#[test]
fn nothing_in_the_facts_becomes_markup_or_template() {
    let mut statement = statement(Language::EsCl);
    let trap = "<script>alert(1)</script> & \"{{ creditor.name }}\" {% raw %}";
    statement.customer.name = format!("Uno\r\nBcc: x@y.example\n\n{trap}");
    statement.creditor.name = trap.into();
    statement.how_to_pay = trap.into();
    statement.sections[0].lines[0].label = trap.into();
    let fields = MessageFields {
        contact_name: Some(trap.into()),
        pay_link: Some("javascript:alert(1)".into()),
        interest_note: Some(format!("<b>{trap}</b>")),
    };
    for key in STANDARD_KEYS {
        let template = standard_template(key, Language::EsCl).unwrap();
        let email = render_email(&template, &statement, &fields).unwrap();
        assert!(!email.html.contains("<script") && !email.html.contains("<b>"), "{}", email.html);
        assert!(!email.html.contains("href"), "only https addresses become links");
        assert!(!email.subject.chars().any(char::is_control));
        assert!(email.subject.chars().count() <= SUBJECT_CHARACTERS);
        assert!(visible(&email.html).contains(trap), "{}", email.html);
        assert!(email.text.contains(trap));
    }
}

#[test]
fn templates_of_ones_own_may_loop_but_not_escape() {
    let statement = statement(Language::EsCl);
    let looped = template(
        "{% for section in sections %}{{ section.currency }}: {% for line in section.lines %}\
         {{ line.label }}{% if not loop.last %}; {% endif %}{% endfor %}. {% endfor %} 1 < 2 & más",
    );
    check_template(&looped).unwrap();
    let email = render_email(&looped, &statement, &MessageFields::default()).unwrap();
    assert!(email.text.contains("USD: Factura 1040; Factura 1041"), "{}", email.text);
    assert!(email.text.contains("1 < 2 & más") && email.html.contains("1 &lt; 2 &amp; más"));
    for (body, told) in [
        ("{{ customer.name|safe }}", "safe"),
        ("{{ customer.saldo }}", "customer.saldo"),
        ("{% include 'x' %}", "include"),
        ("{% autoescape false %}x{% endautoescape %}", "autoescape"),
        ("{{ customer.name", "body"),
        ("{% if as_of %}", "body"),
    ] {
        let error = check_template(&template(body)).unwrap_err().to_string();
        assert!(error.contains(told), "{body}: {error}");
    }
    let outside = template("{{ line.label }}");
    assert!(matches!(check_template(&outside), Err(TemplateError::Syntax(_))));
}

#[test]
fn a_template_cannot_occupy_the_program() {
    let mut body = String::from("x");
    for _ in 0..6 {
        body = format!("{{% for line in section.lines %}}{body}{{% endfor %}}");
    }
    body = format!("{{% for section in sections %}}{body}{{% endfor %}}");
    let mut large = statement(Language::EsCl);
    large.sections[0] = samples::section(Currency::CLP, 400);
    let refused = render_email(&template(&body), &large, &MessageFields::default());
    assert!(matches!(refused, Err(TemplateError::Syntax(_))), "{refused:?}");
}

#[test]
fn every_field_promised_exists() {
    for (field, _) in FIELDS {
        let (before, after) = match field.split('.').next() {
            Some("line") => (
                "{% for section in sections %}{% for line in section.lines %}",
                "{% endfor %}{% endfor %}",
            ),
            Some("section") => ("{% for section in sections %}", "{% endfor %}"),
            _ => ("", ""),
        };
        let using = template(&format!("{before}{{{{ {field} }}}}{after}"));
        check_template(&using).unwrap_or_else(|error| panic!("{field}: {error}"));
    }
}
