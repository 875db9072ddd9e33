//! A statement of account as a PDF: A4, or Letter for Mexico; a table that runs over as many pages
//! as it needs with its heading repeated; totals, ageing, how to pay; and on every page who issued
//! it, how to object, and its number of the total.
//!
//! It decides the look of the page and refuses to know anything but the [`Statement`]. Equal
//! statements give equal bytes: the date in the file is the statement's own.

mod agreement;
mod canvas;
mod layout;
mod table;
mod type_setting;

pub use agreement::{AgreementPaper, agreement_pdf};

use crate::render::{Language, Statement};
use canvas::Paper;
use krilla::metadata::{DateTime, Metadata};

/// Why no PDF was made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PdfError {
    /// A font compiled in cannot be read.
    #[error("a font of the statement cannot be read")]
    Fonts,
    /// The paper has no size.
    #[error("the paper has no size")]
    Paper,
    /// The PDF could not be written.
    #[error("the PDF could not be written: {0}")]
    Write(String),
}

/// The statement as the bytes of a PDF file.
pub fn statement_pdf(statement: &Statement) -> Result<Vec<u8>, PdfError> {
    let faces = type_setting::faces().ok_or(PdfError::Fonts)?;
    let paper = if statement.language == Language::EsMx { Paper::LETTER } else { Paper::A4 };
    let pages = layout::pages(statement, paper, faces);
    canvas::write(&pages, paper, metadata(statement), faces)
}

/// The name to give the file when it is attached: `estado-de-cuenta-2026-11-21.pdf`.
pub fn file_name(statement: &Statement) -> String {
    let title = statement.language.word("statement.title").to_lowercase().replace(' ', "-");
    format!("{title}-{}.pdf", statement.as_of)
}

fn metadata(statement: &Statement) -> Metadata {
    let language = statement.language;
    let as_of = language.date(statement.as_of);
    let values = [("customer", &*statement.customer.name), ("date", &as_of)];
    let (year, month, day) = statement.as_of.ymd();
    // Both casts are of a month and a day of month; years of statements fit 16 bits.
    let written_on = DateTime::new(year.clamp(0, 9999) as u16).month(month as u8).day(day as u8);
    Metadata::new()
        .title(language.phrase("statement.continued", &values))
        .language(language.tag().to_owned())
        .authors(vec![statement.creditor.name.clone()])
        .creator("Puntual".to_owned())
        .document_id(statement.reference.clone())
        .creation_date(written_on.hour(0).minute(0).second(0).utc_offset_hour(0))
}
