//! What is asked before a file is stored: what each column is, and what the file leaves open.

use crate::web::layout::{Frame, Heading, page};
use crate::web::part::figure;
use crate::web::part::form::{Choice, csrf, select};
use crate::web::part::icon::icon;
use crate::web::part::notice::{Tone, fact, facts, remark};
use maud::{Markup, html};
use puntual_core::id::ImportId;

/// What is asked before a file is stored.
#[derive(Clone, Debug)]
pub struct PreviewView {
    /// The batch.
    pub id: ImportId,
    /// The file's name.
    pub file: String,
    /// The format it was recognised as, in words.
    pub format: String,
    /// Rows it holds.
    pub rows: i64,
    /// The columns found and what each is taken for.
    pub columns: Vec<MappedColumn>,
    /// What a column can be taken for.
    pub fields: Vec<Choice>,
    /// What the file leaves open.
    pub questions: Vec<Question>,
    /// What the first rows would become; a row that would not go in says why.
    pub sample: Vec<SampleRow>,
    /// Whether the mapping can be saved under a name.
    pub mapping_name: String,
}

/// A column of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappedColumn {
    /// Its place, from 0.
    pub index: usize,
    /// Its header as written.
    pub header: String,
    /// The field it is taken for; empty when it is left out.
    pub field: String,
    /// Its first values.
    pub examples: Vec<String>,
    /// Whether the guess is worth a look.
    pub is_doubtful: bool,
}

/// Something only a person can answer: decimal sign, order of day and month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The form field of the answer.
    pub name: String,
    /// The question, in the reader's language.
    pub text: String,
    /// The values that raise it.
    pub evidence: String,
    /// The answers.
    pub choices: Vec<Choice>,
    /// The answer proposed.
    pub proposed: String,
}

/// A row as it would be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleRow {
    /// Its line in the file.
    pub line: i64,
    /// Its values, in the order of the columns.
    pub values: Vec<String>,
    /// What is wrong with it, in the reader's language.
    pub problem: Option<String>,
}

/// The page that asks before storing.
pub fn preview(f: &Frame, view: &PreviewView) -> Markup {
    let title = f.fill("imports.preview", &[("file", &view.file)]);
    let action = format!("/importar/{}/confirmar", view.id);
    let body = html! {
        ({
            facts(
                &[
                    fact(
                        f.t("imports.format"),
                        html! {
                            (view.format)
                        },
                    ),
                    fact(f.t("imports.rows"), figure::integer(f, view.rows)),
                ],
            )
        })
        form.stack method="post" action=(action) {
            (csrf(f))
            @for question in &view.questions { (ask(question)) }
            section {
                h2 { (f.t("imports.columns")) }
                (mapping(f, view))
            }
            section {
                h2 { (f.t("imports.sample")) }
                (sample(f, view))
            }
            div.form-end {
                label.inline-field {
                    (f.t("imports.mapping_name"))
                    input type="text" name="mapping" value=(view.mapping_name);
                }
                button.button.main type="submit" name="do" value="import" {
                    (icon("upload"))
                    (f.count("imports.import_rows", view.rows))
                }
                button.button type="submit" name="do" value="preview" { (f.t("imports.again")) }
                button.button.quiet type="submit" name="do" value="discard" {
                    (f.t("imports.discard"))
                }
            }
        }
    };
    page(f, Heading::plain(&title), body)
}

fn ask(question: &Question) -> Markup {
    remark(
        Tone::Warning,
        html! {
            fieldset.question {
                legend { (question.text) }
                p.muted.mono { (question.evidence) }
                @for choice in &question.choices {
                    label.check {
                        input
                            type="radio"
                            name=(question.name)
                            value=(choice.value)
                            checked[choice.value == question.proposed]
                            required;
                        span { (choice.label) }
                    }
                }
            }
        },
    )
}

fn mapping(f: &Frame, view: &PreviewView) -> Markup {
    html! {
        div.table-scroll {
            table.compact {
                thead {
                    tr {
                        th scope="col" { (f.t("imports.header")) }
                        th scope="col" { (f.t("imports.field")) }
                        th scope="col" { (f.t("imports.examples")) }
                    }
                }
                tbody {
                    @for column in &view.columns {
                        @let name = format!("column-{}", column.index);
                        tr {
                            th scope="row" { (column.header) }
                            td {
                                div.tight {
                                    ({
                                        select(
                                            "map",
                                            &name,
                                            &column.header,
                                            Some(f.t("imports.leave_out")),
                                            &view.fields,
                                            &column.field,
                                        )
                                    })
                                }
                                @if column.is_doubtful {
                                    span.badge.h-soon { (icon("help")) (f.t("imports.doubtful")) }
                                }
                            }
                            td.muted.mono { (column.examples.join(" · ")) }
                        }
                    }
                }
            }
        }
    }
}

fn sample(f: &Frame, view: &PreviewView) -> Markup {
    html! {
        div.table-scroll {
            table.compact {
                thead {
                    tr {
                        th scope="col" { (f.t("imports.line")) }
                        @for column in &view.columns {
                            th scope="col" { (column.header) }
                        }
                        th scope="col" { (f.t("imports.problem")) }
                    }
                }
                tbody {
                    @for row in &view.sample {
                        tr {
                            td.muted { (row.line) }
                            @for value in &row.values {
                                td.nowrap { (value) }
                            }
                            td {
                                @if let Some(problem) = &row.problem {
                                    span.alarm { (icon("alert")) (problem) }
                                } @else {
                                    span.ok { (icon("check")) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
