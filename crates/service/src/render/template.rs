//! What a message template is, and what it must and must not contain.
//!
//! A template is a subject and a body of paragraphs with merge fields; both the text and the HTML
//! of a message are made from the one body, so that they cannot say different things. It decides
//! which fields exist and refuses a template that uses another, lacks what every message must
//! carry (domain reference D3: creditor, documents, how to pay, how to object), or uses words no
//! message may use. It knows nothing of statements.

use super::language::Language;
use sha2::{Digest, Sha256};

/// A message template of one language and version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// Which message it is: `preventive`, `due_today`, `reminder`, `statement_notice`, or the
    /// workspace's own key.
    pub key: String,
    /// Grows with each change of the wording; stored with every message sent.
    pub version: u32,
    /// The language it is written in.
    pub language: Language,
    /// The subject, with merge fields.
    pub subject: String,
    /// The paragraphs, with merge fields, separated by empty lines.
    pub body: String,
}

/// Why a template is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// A merge field that does not exist.
    #[error("unknown field {name:?} in the {part}")]
    UnknownField {
        /// The field as written.
        name: String,
        /// `subject` or `body`.
        part: &'static str,
    },
    /// A field every message must carry is absent from the body.
    #[error("the body must contain the field {0:?}")]
    MissingField(&'static str),
    /// A word that messages must not use.
    #[error("the {part} must not use the word {word:?}")]
    ForbiddenWord {
        /// The word as written.
        word: String,
        /// `subject` or `body`.
        part: &'static str,
    },
    /// The file does not begin with `version:` and `subject:` lines and an empty line.
    #[error("a template begins with the lines version: and subject:, then an empty line")]
    BadHead,
    /// The syntax is wrong, or rendering failed.
    #[error("{0}")]
    Syntax(String),
}

/// Every merge field, with what it is replaced by. Fields of `section` and `line` are for
/// templates that list the documents themselves: `{% for section in sections %}`.
pub const FIELDS: &[(&str, &str)] = &[
    ("greeting", "the salutation, with the contact's name when known"),
    ("contact_name", "the name of the person written to, or nothing"),
    ("customer.name", "the customer's name"),
    ("customer.tax_id", "the customer's tax id"),
    ("creditor.name", "the creditor's name"),
    ("creditor.tax_id", "the creditor's tax id"),
    ("creditor.address", "the creditor's postal address"),
    ("creditor.email", "where to write to the creditor"),
    ("creditor.phone", "where to call the creditor"),
    ("sent_by", "who writes, when it is not the creditor itself"),
    ("as_of", "the day the figures are true for"),
    ("reference", "what the customer quotes when paying or asking"),
    ("documents", "the list of all documents with totals per currency"),
    ("how_to_pay", "the creditor's payment instructions"),
    ("how_to_object", "how to say that something is not right"),
    ("signature", "who signs, with all particulars of the creditor"),
    ("pay_link", "the address to pay online, or nothing"),
    ("interest_note", "the creditor's notice on late interest, or nothing"),
    ("total_open", "sum of open amounts, per currency"),
    ("total_overdue", "sum of amounts past due, per currency"),
    ("total_balance", "open amounts less unapplied payments, per currency"),
    ("document_count", "how many documents are listed"),
    ("overdue_count", "how many of them are past due"),
    ("due_today_count", "how many are due on the day"),
    ("upcoming_count", "how many are due later"),
    ("oldest_overdue_days", "days past due of the oldest document, or 0"),
    ("next_due_on", "the nearest due date from the day on, or nothing"),
    ("words.proof_of_payment", "what a proof of payment is called in the country"),
    ("sections", "the list of currencies, for loops"),
    ("section", "the variable of a loop over sections"),
    ("section.title", "the heading of the currency"),
    ("section.currency", "the currency's code"),
    ("section.total_open", "sum of its open amounts"),
    ("section.total_overdue", "sum of its amounts past due"),
    ("section.balance", "its open amounts less unapplied payments"),
    ("section.lines", "its documents, for loops"),
    ("line", "the variable of a loop over section.lines"),
    ("line.label", "kind and number of the document"),
    ("line.issued_on", "date of issue"),
    ("line.due_on", "due date"),
    ("line.status", "its situation in words"),
    ("line.original", "amount when issued"),
    ("line.open", "amount still open"),
    ("line.overdue_days", "days past due, zero or less when not"),
];

/// Fields the body must contain; `documents` may be replaced by a loop over `sections`.
const REQUIRED: [&str; 4] = ["documents", "how_to_pay", "how_to_object", "signature"];

/// Words of the template language that are not fields.
const SYNTAX_WORDS: [&str; 15] = [
    "for", "in", "if", "elif", "else", "endif", "endfor", "and", "or", "not", "is", "true",
    "false", "none", "loop",
];

/// Never in a message (domain reference D3 and the screens' words): what names a person by a debt
/// or threatens with prison.
const NEVER: [&str; 15] = [
    "moroso",
    "morosa",
    "morosos",
    "morosas",
    "deudor",
    "deudora",
    "deudores",
    "deudoras",
    "cárcel",
    "prisión",
    "debtor",
    "debtors",
    "delinquent",
    "prison",
    "jail",
];

/// Never in a subject, which others see over a shoulder or in a shared mailbox.
const NEVER_IN_SUBJECT: [&str; 24] = [
    "deuda",
    "deudas",
    "adeudo",
    "adeudos",
    "adeuda",
    "mora",
    "morosidad",
    "impago",
    "impagos",
    "impagado",
    "impagada",
    "vencido",
    "vencida",
    "vencidos",
    "vencidas",
    "cobranza",
    "embargo",
    "incumplimiento",
    "debt",
    "debts",
    "overdue",
    "unpaid",
    "arrears",
    "collection",
];

impl Template {
    /// Reads a template file: a `version:` line, a `subject:` line, an empty line, the body.
    pub fn parse(key: &str, language: Language, source: &str) -> Result<Template, TemplateError> {
        let (head, body) = source.split_once("\n\n").ok_or(TemplateError::BadHead)?;
        let entry =
            |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        let version = entry("version:").and_then(|text| text.parse().ok());
        Ok(Template {
            key: key.to_owned(),
            version: version.ok_or(TemplateError::BadHead)?,
            language,
            subject: entry("subject:").ok_or(TemplateError::BadHead)?.to_owned(),
            body: body.trim().to_owned(),
        })
    }

    /// Whether the wording may be used: known fields only, the required ones present, no forbidden
    /// word. Whether it also renders is for [`super::check_template`] to say.
    pub fn check_wording(&self) -> Result<(), TemplateError> {
        for (part, text) in [("subject", &self.subject), ("body", &self.body)] {
            for piece in pieces(text) {
                match piece {
                    Piece::Literal(literal) => check_words(part, literal)?,
                    Piece::Tag(tag) => check_fields(part, tag)?,
                }
            }
        }
        let mut used = Vec::new();
        for piece in pieces(&self.body) {
            if let Piece::Tag(tag) = piece {
                used.extend(fields_of(tag));
            }
        }
        let present = |name: &str| {
            used.iter().any(|used| used == name || (name == "documents" && used == "section.lines"))
        };
        match REQUIRED.into_iter().find(|name| !present(name)) {
            Some(missing) => Err(TemplateError::MissingField(missing)),
            None => Ok(()),
        }
    }

    /// SHA-256 of all that decides the wording, in hexadecimal: the evidence of which text a
    /// message was made from.
    pub fn content_hash(&self) -> String {
        let version = self.version.to_string();
        let parts = [&self.key, &version, self.language.tag(), &self.subject, &self.body];
        hash_parts(&parts)
    }
}

/// SHA-256 in hexadecimal over the parts, each preceded by its length so that moving text from
/// one part to the next changes the hash.
pub(super) fn hash_parts(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A stretch of a template.
pub(super) enum Piece<'a> {
    /// Text that appears as it is.
    Literal(&'a str),
    /// `{{ … }}`, `{% … %}` or `{# … #}` with its delimiters.
    Tag(&'a str),
}

/// Cuts a template into literal text and tags; together the pieces are the template.
pub(super) fn pieces(source: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = source;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let start = ["{{", "{%", "{#"].iter().filter_map(|open| rest.find(open)).min();
        let length = match start {
            Some(0) => tag_length(rest),
            Some(start) => start,
            None => rest.len(),
        };
        let (piece, tail) = rest.split_at(length);
        rest = tail;
        Some(if start == Some(0) { Piece::Tag(piece) } else { Piece::Literal(piece) })
    })
}

/// Length of the tag that `text` begins with, delimiters included; a closing delimiter inside a
/// quoted string does not close. A tag left open runs to the end, for the engine to complain of.
fn tag_length(text: &str) -> usize {
    let close = match text.as_bytes().get(1) {
        Some(b'{') => "}}",
        Some(b'%') => "%}",
        _ => "#}",
    };
    let mut quote = None;
    for (index, character) in text.char_indices().skip(2) {
        match quote {
            Some(open) if character == open => quote = None,
            Some(_) => {}
            None if close != "#}" && matches!(character, '"' | '\'') => quote = Some(character),
            None if text[index..].starts_with(close) => return index + 2,
            None => {}
        }
    }
    text.len()
}

/// The dotted names a tag refers to; names of filters and tests are left out.
fn fields_of(tag: &str) -> Vec<String> {
    let mut fields = Vec::new();
    if tag.starts_with("{#") {
        return fields;
    }
    let mut before = String::new();
    let mut rest = tag.get(2..tag.len().saturating_sub(2)).unwrap_or_default();
    while let Some(first) = rest.chars().next() {
        let length = if matches!(first, '"' | '\'') {
            rest[1..].find(first).map_or(rest.len(), |end| end + 2)
        } else if first.is_alphanumeric() || first == '_' {
            let ends = |c: char| !(c.is_alphanumeric() || c == '_' || c == '.');
            rest.find(ends).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (token, tail) = rest.split_at(length);
        rest = tail;
        if token.trim().is_empty() {
            continue;
        }
        let names = first.is_alphabetic() || first == '_';
        let is_test = before == "is" || before == "is not";
        if names && before != "|" && !is_test {
            fields.push(token.to_owned());
        }
        before = if before == "is" && token == "not" { "is not".into() } else { token.to_owned() };
    }
    fields
}

fn check_fields(part: &'static str, tag: &str) -> Result<(), TemplateError> {
    for name in fields_of(tag) {
        let known = SYNTAX_WORDS.contains(&&*name)
            || name.starts_with("loop.")
            || FIELDS.iter().any(|(field, _)| *field == name);
        if !known {
            return Err(TemplateError::UnknownField { name, part });
        }
    }
    Ok(())
}

fn check_words(part: &'static str, literal: &str) -> Result<(), TemplateError> {
    for word in literal.split(|c: char| !c.is_alphabetic()) {
        let lower = word.to_lowercase();
        let never =
            NEVER.contains(&&*lower) || (part == "subject" && NEVER_IN_SUBJECT.contains(&&*lower));
        if never {
            return Err(TemplateError::ForbiddenWord { word: word.to_owned(), part });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(subject: &str, extra: &str) -> Template {
        let body = format!(
            "{extra}\n\n{{{{ documents }}}}\n\n{{{{ how_to_pay }}}}\n\n{{{{ how_to_object }}}}\n\n{{{{ signature }}}}"
        );
        Template {
            key: "x".into(),
            version: 1,
            language: Language::Es,
            subject: subject.into(),
            body,
        }
    }

    #[test]
    fn an_unknown_field_is_named() {
        for (text, name) in [
            ("{{ customer.nmae }}", "customer.nmae"),
            ("{% if saldo > 3 %}a{% endif %}", "saldo"),
            ("{% for line in lineas %}{% endfor %}", "lineas"),
            ("{% if false %}{{ line.amount }}{% endif %}", "line.amount"),
            ("{{ greeting ~ '}}' ~ nada }}", "nada"),
            ("{{ range(10) }}", "range"),
        ] {
            let refused = template("s", text).check_wording().unwrap_err();
            assert_eq!(refused, TemplateError::UnknownField { name: name.into(), part: "body" });
        }
        let refused = template("{{ saldo }}", "").check_wording().unwrap_err();
        assert_eq!(refused, TemplateError::UnknownField { name: "saldo".into(), part: "subject" });
    }

    #[test]
    fn known_fields_filters_tests_loops_strings_and_comments_pass() {
        template(
            "{{ creditor.name|upper }}",
            "{# nada.de nada #}{% for section in sections %}{% for line in section.lines %}\
             {{ loop.index }} {{ line.label|default('sin }} número') }}\
             {% if line.overdue_days is not odd and not false %}x{% endif %}{% endfor %}{% endfor %}",
        )
        .check_wording()
        .unwrap();
    }

    #[test]
    fn what_every_message_must_carry_cannot_be_left_out() {
        let mut lacking = template("s", "");
        lacking.body = lacking.body.replace("{{ how_to_object }}", "");
        assert_eq!(lacking.check_wording(), Err(TemplateError::MissingField("how_to_object")));
    }

    #[test]
    fn forbidden_words_are_refused_in_any_case_but_not_inside_other_words() {
        let refused = |subject, body| template(subject, body).check_wording().is_err();
        assert!(refused("s", "Señor DEUDOR:"));
        assert!(refused("Su deuda", ""));
        assert!(!refused("Una demora", "la deuda"));
    }

    #[test]
    fn a_file_without_its_head_is_refused() {
        let parse = |text| Template::parse("x", Language::Es, text);
        assert_eq!(parse("version: 1\nsubject: a {{ b }}\n\nbody\n").unwrap().body, "body");
        for text in ["", "version: 1\n\nbody", "version: x\nsubject: a\n\nbody", "subject: a\n\nb"]
        {
            assert_eq!(parse(text), Err(TemplateError::BadHead), "{text:?}");
        }
    }

    #[test]
    fn the_hash_changes_with_every_part() {
        let one = template("a", "b");
        let mut hashes = vec![one.content_hash()];
        hashes.push(Template { version: 2, ..one.clone() }.content_hash());
        hashes.push(Template { subject: "ab".into(), ..one.clone() }.content_hash());
        hashes.push(Template { language: Language::EsCl, ..one.clone() }.content_hash());
        hashes.push(Template { key: "y".into(), ..one }.content_hash());
        hashes.sort();
        hashes.dedup();
        assert_eq!(hashes.len(), 5);
        assert_eq!(hashes[0].len(), 64);
    }
}
