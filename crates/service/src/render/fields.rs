//! What each merge field is replaced by. It decides the words and the layout of the parts every
//! message carries (documents, payment, objection, signature) in plain text and in HTML; it
//! refuses to know templates.

use super::language::Language;
use super::statement::{CUSTOMARY_EDGES_DAYS, Line, LineNote, Party, Section, Statement};
use super::{MessageFields, TemplateError, render};
use minijinja::{HtmlEscape, Value};
use puntual_core::currency::Currency;
use puntual_core::date::Day;

/// What the fields are written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Plain text.
    Text,
    /// HTML; blocks come as safe markup, everything else is escaped when inserted.
    Html,
}

/// Every field of the vocabulary for this statement. Fields without a value are empty text, so
/// that a template may ask `{% if pay_link %}`.
pub(super) fn field_values(
    statement: &Statement,
    fields: &MessageFields,
    form: Form,
) -> Result<Value, TemplateError> {
    let language = statement.language;
    let sections = sections_value(statement);
    let documents = match form {
        Form::Text => Value::from(documents_text(statement)),
        Form::Html => Value::from_safe_string(documents_html(language, &sections)?),
    };
    let proof = language.word("mail.proof_of_payment");
    let mut values = vec![
        ("greeting", Value::from(greeting(language, fields.contact_name.as_deref()))),
        ("contact_name", optional(&fields.contact_name)),
        ("customer", party_value(&statement.customer)),
        ("creditor", party_value(&statement.creditor)),
        ("sent_by", optional(&statement.sent_by)),
        ("as_of", Value::from(language.date(statement.as_of))),
        ("reference", Value::from(statement.reference.as_str())),
        ("documents", documents),
        ("how_to_pay", block(how_to_pay(statement, fields), form)),
        ("how_to_object", block(how_to_object(statement), form)),
        ("signature", block(signature(statement), form)),
        ("pay_link", optional(&fields.pay_link)),
        ("interest_note", optional(&fields.interest_note)),
        ("words", Value::from_iter([("proof_of_payment", Value::from(proof))])),
        ("sections", sections),
    ];
    values.extend(sums(statement));
    values.extend(counts(statement));
    Ok(Value::from_iter(values))
}

fn optional(text: &Option<String>) -> Value {
    Value::from(text.as_deref().unwrap_or_default())
}

fn party_value(party: &Party) -> Value {
    Value::from_iter([
        ("name", Value::from(party.name.as_str())),
        ("tax_id", optional(&party.tax_id)),
        ("address", optional(&party.address)),
        ("email", optional(&party.email)),
        ("phone", optional(&party.phone)),
    ])
}

fn greeting(language: Language, contact_name: Option<&str>) -> String {
    match contact_name {
        Some(name) => language.phrase("greeting.named", &[("name", name)]),
        None => language.word("greeting.plain").to_owned(),
    }
}

/// The sums of the statement, one amount per currency in a sentence. Currencies with nothing in
/// them are left out unless nothing is left.
fn sums(statement: &Statement) -> [(&'static str, Value); 3] {
    let written = |amount: &dyn Fn(&Section) -> i128| {
        let all = || statement.sections.iter().map(|s| (amount(s), s.currency));
        let mut shown: Vec<_> = all().filter(|(minor, _)| *minor != 0).collect();
        if shown.is_empty() {
            shown = all().take(1).collect();
        }
        let texts: Vec<String> = shown
            .into_iter()
            .map(|(minor, currency)| statement.language.amount(minor, currency))
            .collect();
        Value::from(statement.language.list(&texts))
    };
    [
        ("total_open", written(&|section| section.total_open_minor)),
        ("total_overdue", written(&|section| section.total_overdue_minor)),
        ("total_balance", written(&|section| section.balance_minor())),
    ]
}

fn counts(statement: &Statement) -> [(&'static str, Value); 6] {
    let lines = || statement.sections.iter().flat_map(|section| &section.lines);
    let count = |keep: &dyn Fn(&Line) -> bool| Value::from(lines().filter(|l| keep(l)).count());
    let oldest = lines().filter(|l| l.open_minor > 0).map(|l| l.overdue_days).max();
    let next = lines().map(|l| l.due_on).filter(|due| *due >= statement.as_of).min();
    let next_due_on = next.map(|due| statement.language.date(due)).unwrap_or_default();
    [
        ("document_count", count(&|_| true)),
        ("overdue_count", count(&|line| line.overdue_days > 0 && line.open_minor > 0)),
        ("due_today_count", count(&|line| line.overdue_days == 0)),
        ("upcoming_count", count(&|line| line.overdue_days < 0)),
        ("oldest_overdue_days", Value::from(oldest.unwrap_or(0).max(0))),
        ("next_due_on", Value::from(next_due_on)),
    ]
}

/// The sections and their lines as templates loop over them.
fn sections_value(statement: &Statement) -> Value {
    let language = statement.language;
    statement
        .sections
        .iter()
        .map(|section| {
            let amount = |minor| Value::from(language.amount(minor, section.currency));
            let lines: Value =
                section.lines.iter().map(|l| line_value(l, section, language)).collect();
            let totals: Value = section
                .totals(language)
                .into_iter()
                .map(|total| {
                    Value::from_iter([
                        ("label", Value::from(total.label)),
                        ("amount", amount(total.minor)),
                        ("strong", Value::from(total.strong)),
                    ])
                })
                .collect();
            Value::from_iter([
                ("title", Value::from(section_title(section, language))),
                ("currency", Value::from(section.currency.code())),
                ("total_open", amount(section.total_open_minor)),
                ("total_overdue", amount(section.total_overdue_minor)),
                ("balance", amount(section.balance_minor())),
                ("lines", lines),
                ("totals", totals),
            ])
        })
        .collect()
}

/// The heading of a currency's documents.
fn section_title(section: &Section, language: Language) -> String {
    language.phrase("section.title", &[("currency", section.currency.code())])
}

fn line_value(line: &Line, section: &Section, language: Language) -> Value {
    let amount = |minor: i64| Value::from(language.amount(minor.into(), section.currency));
    Value::from_iter([
        ("label", Value::from(line.label.as_str())),
        ("issued_on", Value::from(language.date(line.issued_on))),
        ("due_on", Value::from(language.date(line.due_on))),
        ("status", Value::from(line.status_and_note(language))),
        ("original", amount(line.original_minor)),
        ("open", amount(line.open_minor)),
        ("part_of", Value::from(part_of(line, section.currency, language).unwrap_or_default())),
        ("overdue_days", Value::from(line.overdue_days)),
    ])
}

/// `de $ 2.000.000`: the amount when issued, for a document of which only a part is open.
fn part_of(line: &Line, currency: Currency, language: Language) -> Option<String> {
    let amount = language.amount(line.original_minor.into(), currency);
    (line.original_minor != line.open_minor)
        .then(|| language.phrase("part.of", &[("amount", &amount)]))
}

/// The documents as plain text, readable in a proportional typeface too: one line each.
fn documents_text(statement: &Statement) -> String {
    let language = statement.language;
    let mut text = Vec::new();
    for section in &statement.sections {
        text.push(section_title(section, language));
        for line in &section.lines {
            let open = language.amount(line.open_minor.into(), section.currency);
            let part_of = part_of(line, section.currency, language);
            text.push(format!(
                "- {}: {open}{} ({} {}, {})",
                line.label,
                part_of.map(|part| format!(" {part}")).unwrap_or_default(),
                language.word("column.due").to_lowercase(),
                language.date(line.due_on),
                line.status_and_note(language),
            ));
        }
        for total in section.totals(language) {
            text.push(format!(
                "{}: {}",
                total.label,
                language.amount(total.minor, section.currency)
            ));
        }
        text.push(String::new());
    }
    if statement.sections.is_empty() {
        text.push(language.word("section.none").to_owned());
    }
    text.join("\n").trim_end().to_owned()
}

fn documents_html(language: Language, sections: &Value) -> Result<String, TemplateError> {
    if sections.len() == Some(0) {
        return Ok(format!("<p>{}</p>", HtmlEscape(language.word("section.none"))));
    }
    let column = Value::from_iter([
        ("document", language.word("column.document")),
        ("due", language.word("column.due")),
        ("open", language.word("column.open")),
    ]);
    let values = Value::from_iter([("sections", sections.clone()), ("column", column)]);
    let html = render("documents.html", include_str!("../../templates/documents.html"), &values)?;
    Ok(html.trim().to_owned())
}

/// A part of the message with an optional heading; each line is plain text.
struct Block {
    heading: Option<&'static str>,
    lines: Vec<String>,
    /// An address to follow and the words to click.
    link: Option<(String, &'static str)>,
}

fn how_to_pay(statement: &Statement, fields: &MessageFields) -> Block {
    let language = statement.language;
    let mut lines: Vec<String> = statement.how_to_pay.lines().map(str::to_owned).collect();
    if lines.is_empty() && fields.pay_link.is_none() {
        lines.push(language.word("pay.ask").to_owned());
    }
    if !statement.reference.is_empty() {
        lines.push(language.phrase("pay.reference", &[("reference", &statement.reference)]));
    }
    let link = fields.pay_link.clone().map(|address| (address, language.word("pay.link")));
    Block { heading: Some(language.word("pay.title")), lines, link }
}

fn how_to_object(statement: &Statement) -> Block {
    let heading = Some(statement.language.word("object.title"));
    Block { heading, lines: vec![statement.how_to_object(true)], link: None }
}

/// Who signs: the creditor with all particulars the statement has, and who writes on its behalf.
fn signature(statement: &Statement) -> Block {
    let language = statement.language;
    let creditor = &statement.creditor;
    let mut lines = vec![language.word("signature.closing").to_owned(), creditor.name.clone()];
    if let Some(tax_id) = &creditor.tax_id {
        lines.push(format!("{}: {tax_id}", language.word("party.tax_id")));
    }
    lines.extend(creditor.address.iter().flat_map(|a| a.lines()).map(str::to_owned));
    let reach: Vec<&str> =
        [&creditor.email, &creditor.phone].into_iter().flatten().map(|w| &**w).collect();
    if !reach.is_empty() {
        lines.push(reach.join(" · "));
    }
    lines.extend(statement.on_behalf());
    if let Some(notice) = &statement.privacy_notice {
        lines.push(format!("{}: {notice}", language.word("mail.privacy")));
    }
    Block { heading: None, lines, link: None }
}

fn block(block: Block, form: Form) -> Value {
    match form {
        Form::Text => {
            let link = block.link.map(|(address, words)| format!("{words}: {address}"));
            let heading = block.heading.map(str::to_owned);
            let lines: Vec<String> = heading.into_iter().chain(block.lines).chain(link).collect();
            Value::from(lines.join("\n"))
        }
        Form::Html => Value::from_safe_string(block_html(&block)),
    }
}

fn block_html(block: &Block) -> String {
    let mut lines = Vec::new();
    if let Some(heading) = block.heading {
        lines.push(format!("<strong>{}</strong>", HtmlEscape(heading)));
    }
    lines.extend(block.lines.iter().map(|line| HtmlEscape(line).to_string()));
    if let Some((address, words)) = &block.link {
        let (address, words) = (HtmlEscape(address), HtmlEscape(words));
        // Only addresses that cannot run anything become a link.
        lines.push(if block.link.iter().all(|(address, _)| address.starts_with("https://")) {
            format!("<a href=\"{address}\" style=\"color:#0b5cad;\">{words}</a>")
        } else {
            format!("{words}: {address}")
        });
    }
    format!("<div style=\"margin:0 0 16px;\">{}</div>", lines.join("<br>\n"))
}

/// Two statements to try a template on: one with everything, one with as little as possible.
pub(super) fn specimens(language: Language) -> [(Statement, MessageFields); 2] {
    let as_of = Day(20_000);
    let line = |days: i32, note| Line {
        label: "Factura 1042".into(),
        issued_on: as_of - days - 30,
        due_on: as_of - days,
        original_minor: 1_190_000,
        open_minor: 690_000,
        overdue_days: days,
        note,
    };
    let party = |name: &str| Party {
        name: name.into(),
        tax_id: Some("76.123.456-0".into()),
        address: Some("Calle Uno 1\nSantiago".into()),
        email: Some("pagos@example.com".into()),
        phone: Some("+56 2 2345 6789".into()),
    };
    let lines = vec![line(20, Some(LineNote::Disputed)), line(0, None), line(-7, None)];
    let full = Statement {
        reference: "R-1".into(),
        creditor: party("Acreedor"),
        customer: party("Cliente"),
        sent_by: Some("Agencia".into()),
        as_of,
        sections: vec![
            Section::new(Currency::CLP, lines, 1000, &CUSTOMARY_EDGES_DAYS),
            Section::new(Currency::USD, vec![line(3, None)], 0, &CUSTOMARY_EDGES_DAYS),
        ],
        language,
        how_to_pay: "Transferencia a la cuenta 1".into(),
        privacy_notice: Some("https://example.com/privacidad".into()),
    };
    let named = |name: &str| Party { name: name.into(), ..Party::default() };
    let bare = Statement {
        reference: String::new(),
        creditor: named("Acreedor"),
        customer: named("Cliente"),
        sent_by: None,
        as_of,
        sections: Vec::new(),
        language,
        how_to_pay: String::new(),
        privacy_notice: None,
    };
    let everything = MessageFields {
        contact_name: Some("Ana".into()),
        pay_link: Some("https://example.com/pagar".into()),
        interest_note: Some("Nota".into()),
    };
    [(full, everything), (bare, MessageFields::default())]
}
