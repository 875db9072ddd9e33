//! From facts to words: a template and a statement become the subject, text and HTML of a message.
//!
//! It decides what a message says and how it looks; it refuses to know the store, the outbox and
//! the channels. The same template and statement always give the same bytes.
//!
//! Reading order: [`language`] (words, dates, amounts), [`statement`] (what is owed, as a value),
//! [`template`] (what a template may contain), `fields` (what the merge fields are replaced by).

mod fields;
pub mod language;
pub mod statement;
pub mod template;

pub use language::Language;
pub use statement::{Line, LineNote, Party, Section, Statement};
pub use template::{Template, TemplateError};

use fields::{Form, field_values};
use minijinja::{Environment, HtmlEscape, UndefinedBehavior, Value};
use std::fmt::Write;
use std::sync::OnceLock;
use template::{Piece, hash_parts, pieces};

/// What a message needs to know beside the statement. Absent things are left out of the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessageFields {
    /// The person written to.
    pub contact_name: Option<String>,
    /// Where to pay online; shown as a link when it begins with `https://`.
    pub pay_link: Option<String>,
    /// The creditor's own notice on late interest, as agreed with the customer.
    pub interest_note: Option<String>,
}

/// A message ready to be sent by e-mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderedEmail {
    /// One line, at most [`SUBJECT_CHARACTERS`] characters.
    pub subject: String,
    /// The message for readers of plain text.
    pub text: String,
    /// The same message as a complete HTML page without anything to fetch.
    pub html: String,
}

/// Longest subject; a longer one is cut at a word.
pub const SUBJECT_CHARACTERS: usize = 150;

/// Steps a template may take: about a hundred times what a statement of a thousand documents
/// needs, so that a template of the users' own cannot occupy the program.
const FUEL: u64 = 5_000_000;

impl RenderedEmail {
    /// SHA-256 over subject, text and HTML in hexadecimal: the evidence of what was said.
    pub fn content_hash(&self) -> String {
        hash_parts(&[&self.subject, &self.text, &self.html])
    }
}

/// The keys of the messages of the standard strategy (domain reference F2, S2): seven days before
/// the due date, on the day, three days after, fifteen days after.
pub const STANDARD_KEYS: [&str; 4] = ["preventive", "due_today", "reminder", "statement_notice"];

/// The built-in template of a message of the standard strategy, or `None` for another key. The
/// countries' Spanish differs in words that are merge fields, not in templates.
pub fn standard_template(key: &str, language: Language) -> Option<Template> {
    let (spanish, english) = match key {
        "preventive" => (
            include_str!("../../templates/es/preventive.txt"),
            include_str!("../../templates/en/preventive.txt"),
        ),
        "due_today" => (
            include_str!("../../templates/es/due_today.txt"),
            include_str!("../../templates/en/due_today.txt"),
        ),
        "reminder" => (
            include_str!("../../templates/es/reminder.txt"),
            include_str!("../../templates/en/reminder.txt"),
        ),
        "statement_notice" => (
            include_str!("../../templates/es/statement_notice.txt"),
            include_str!("../../templates/en/statement_notice.txt"),
        ),
        _ => return None,
    };
    let source = if language == Language::En { english } else { spanish };
    Template::parse(key, language, source).ok()
}

/// Whether a template may be saved: its wording is allowed, and it renders with every field
/// present and with every optional field absent.
pub fn check_template(template: &Template) -> Result<(), TemplateError> {
    template.check_wording()?;
    for (statement, fields) in fields::specimens(template.language) {
        render_email(template, &statement, &fields)?;
    }
    Ok(())
}

/// Renders a message from a template. Merge fields are escaped in HTML, so nothing in a name or a
/// document number can become markup; a field that does not exist is an error that names it.
pub fn render_email(
    template: &Template,
    statement: &Statement,
    fields: &MessageFields,
) -> Result<RenderedEmail, TemplateError> {
    template.check_wording()?;
    let text_values = field_values(statement, fields, Form::Text)?;
    let html_values = field_values(statement, fields, Form::Html)?;
    let subject = one_line(&render("subject.txt", &template.subject, &text_values)?);
    let text = tidy_text(&render("body.txt", &template.body, &text_values)?);
    let body = render("body.html", &escape_literals(&template.body), &html_values)?;
    let frame = Value::from_iter([
        ("language", Value::from(statement.language.tag())),
        ("subject", Value::from(subject.as_str())),
        ("content", Value::from_safe_string(html_paragraphs(&body))),
    ]);
    let html = render("frame.html", include_str!("../../templates/frame.html"), &frame)?;
    Ok(RenderedEmail { subject, text, html })
}

/// Renders one source. Names ending in `.html` escape what they insert.
fn render(name: &str, source: &str, values: &Value) -> Result<String, TemplateError> {
    static ENGINE: OnceLock<Environment<'static>> = OnceLock::new();
    let engine = ENGINE.get_or_init(|| {
        let mut engine = Environment::new();
        engine.set_undefined_behavior(UndefinedBehavior::Strict);
        engine.set_fuel(Some(FUEL));
        // Without it nothing a template does can put unescaped text into a message.
        engine.remove_filter("safe");
        engine
    });
    let rendered = engine.template_from_named_str(name, source).and_then(|t| t.render(values));
    rendered.map_err(|error| TemplateError::Syntax(error.to_string()))
}

/// The template with its own text escaped for HTML and its tags left as they are.
fn escape_literals(source: &str) -> String {
    let mut escaped = String::with_capacity(source.len() + 64);
    for piece in pieces(source) {
        match piece {
            Piece::Literal(text) => {
                // Writing to a String cannot fail.
                let _ = write!(escaped, "{}", HtmlEscape(text));
            }
            Piece::Tag(tag) => escaped.push_str(tag),
        }
    }
    escaped
}

/// Paragraphs of a rendered HTML body. What begins with `<` is a block made by this module: the
/// template's own text and every plain field are escaped and cannot begin with it.
fn html_paragraphs(body: &str) -> String {
    let mut html = String::with_capacity(body.len() + 256);
    for paragraph in body.split("\n\n").map(str::trim).filter(|p| !p.is_empty()) {
        if paragraph.starts_with('<') {
            html.push_str(paragraph);
        } else {
            html.push_str("<p style=\"margin:0 0 14px;\">");
            html.push_str(&paragraph.replace('\n', "<br>\n"));
            html.push_str("</p>");
        }
        html.push('\n');
    }
    html
}

/// Plain text with at most one empty line between paragraphs and none at the ends.
fn tidy_text(text: &str) -> String {
    let paragraphs: Vec<&str> =
        text.split("\n\n").map(|p| p.trim_matches('\n')).filter(|p| !p.trim().is_empty()).collect();
    let mut tidy = paragraphs.join("\n\n");
    tidy.push('\n');
    tidy
}

/// A subject of one line: control characters and runs of white space become one space.
fn one_line(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut line = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() > SUBJECT_CHARACTERS {
        let cut: String = line.chars().take(SUBJECT_CHARACTERS - 1).collect();
        let kept = cut.rsplit_once(' ').map_or(cut.as_str(), |(kept, _)| kept);
        line = format!("{kept}…");
    }
    line
}
