//! An agreement on paper: who agreed what, the debts it covers, its instalments, and where each
//! signs. It decides the look and refuses to know where the agreement is kept.

use super::PdfError;
use super::canvas::{self, Ink, Mark, Paper};
use super::layout::MARGIN;
use super::type_setting::{self, Faces, Letter};
use crate::render::{Language, Party};
use krilla::metadata::{DateTime, Metadata};
use puntual_core::date::Day;

/// What the paper says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgreementPaper {
    /// The language it is written in.
    pub language: Language,
    /// Number of the agreement.
    pub number: String,
    /// The day it is of.
    pub on: Day,
    /// To whom it is owed.
    pub creditor: Party,
    /// Who owes.
    pub customer: Party,
    /// What is agreed, paragraph by paragraph.
    pub clauses: Vec<String>,
    /// Heading and rows of the debts covered: number and amount.
    pub debts: (String, Vec<[String; 2]>),
    /// Heading and rows of the instalments: place, day, debt, interest, amount.
    pub instalments: ([String; 5], Vec<[String; 5]>),
    /// What was said on accepting, if it was accepted.
    pub acceptance: Option<String>,
}

const BODY: Letter = Letter::regular(9.5);
const SMALL: Letter = Letter::regular(8.5);
const TOP: f32 = 54.0;
const BOTTOM: f32 = 54.0;
const LEADING: f32 = 13.5;

/// The agreement as the bytes of a PDF file. Equal agreements give equal bytes.
pub fn agreement_pdf(paper: &AgreementPaper) -> Result<Vec<u8>, PdfError> {
    let faces = type_setting::faces().ok_or(PdfError::Fonts)?;
    let size = if paper.language == Language::EsMx { Paper::LETTER } else { Paper::A4 };
    let mut sheet = Sheet { faces, size, y: TOP, pages: vec![Vec::new()] };
    sheet.head(paper);
    for clause in &paper.clauses {
        sheet.paragraph(clause, BODY);
        sheet.y += 4.0;
    }
    sheet.debts(paper);
    sheet.instalments(paper);
    if let Some(acceptance) = &paper.acceptance {
        sheet.y += 6.0;
        sheet.paragraph(acceptance, BODY);
    }
    sheet.signatures(paper);
    canvas::write(&sheet.pages, size, metadata(paper), faces)
}

fn metadata(paper: &AgreementPaper) -> Metadata {
    let (year, month, day) = paper.on.ymd();
    // Both casts are of a month and a day of month; years of agreements fit 16 bits.
    let on = DateTime::new(year.clamp(0, 9999) as u16).month(month as u8).day(day as u8);
    Metadata::new()
        .title(format!("{} {}", paper.language.word("agreement.title"), paper.number))
        .language(paper.language.tag().to_owned())
        .authors(vec![paper.creditor.name.clone()])
        .creator("Puntual".to_owned())
        .document_id(paper.number.clone())
        .creation_date(on.hour(0).minute(0).second(0).utc_offset_hour(0))
}

/// Pages being filled from top to bottom.
struct Sheet<'a> {
    faces: &'a Faces,
    size: Paper,
    y: f32,
    pages: Vec<Vec<Mark>>,
}

impl Sheet<'_> {
    fn right(&self) -> f32 {
        self.size.width - MARGIN
    }

    fn room(&mut self, height: f32) {
        if self.y + height > self.size.height - BOTTOM {
            self.pages.push(Vec::new());
            self.y = TOP;
        }
    }

    fn mark(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    fn text(&mut self, x: f32, text: &str, letter: Letter, ink: Ink) {
        let y = self.y;
        self.mark(Mark::Text { x, y, text: text.to_owned(), letter, ink });
    }

    fn text_right(&mut self, right: f32, text: &str, letter: Letter, ink: Ink) {
        let width = self.faces.width_pt(text, letter);
        self.text(right - width, text, letter, ink);
    }

    fn rule(&mut self, x: f32, width: f32) {
        let y = self.y;
        self.mark(Mark::Bar { x, y, width, height: 0.6, ink: Ink::PALE });
    }

    fn paragraph(&mut self, text: &str, letter: Letter) {
        let width = self.size.width - 2.0 * MARGIN;
        for line in self.faces.wrap(text, letter, width) {
            self.room(LEADING);
            self.text(MARGIN, &line, letter, Ink::BLACK);
            self.y += LEADING;
        }
    }

    fn party(&mut self, label: &'static str, party: &Party) {
        let mut parts = vec![party.name.clone()];
        parts.extend([&party.tax_id, &party.address].into_iter().flatten().cloned());
        self.text(MARGIN, label, SMALL, Ink::GREY);
        self.y += LEADING;
        self.paragraph(&parts.join(" · "), BODY);
        self.y += 6.0;
    }

    fn head(&mut self, paper: &AgreementPaper) {
        let language = paper.language;
        self.text(MARGIN, language.word("agreement.title"), Letter::bold(17.0), Ink::BLACK);
        let of = format!("{} · {}", paper.number, language.date(paper.on));
        self.text_right(self.right(), &of, BODY, Ink::GREY);
        self.y += 10.0;
        self.rule(MARGIN, self.size.width - 2.0 * MARGIN);
        self.y += 20.0;
        self.party(language.word("agreement.creditor"), &paper.creditor);
        self.party(language.word("party.customer"), &paper.customer);
    }

    fn heading(&mut self, text: &str) {
        self.room(4.0 * LEADING);
        self.y += 8.0;
        self.text(MARGIN, text, Letter::bold(10.5), Ink::BLACK);
        self.y += LEADING + 2.0;
    }

    fn debts(&mut self, paper: &AgreementPaper) {
        let (heading, rows) = &paper.debts;
        self.heading(heading);
        for [number, amount] in rows {
            self.room(LEADING);
            self.text(MARGIN, number, BODY, Ink::BLACK);
            self.text_right(self.right(), amount, BODY, Ink::BLACK);
            self.y += LEADING;
        }
    }

    fn instalments(&mut self, paper: &AgreementPaper) {
        let (heads, rows) = &paper.instalments;
        self.heading(paper.language.word("agreement.instalments"));
        let width = self.size.width - 2.0 * MARGIN;
        let edges = [0.06, 0.26, 0.52, 0.74, 1.0].map(|share| MARGIN + width * share);
        for (edge, head) in edges.iter().zip(heads) {
            self.text_right(*edge, head, SMALL, Ink::GREY);
        }
        self.y += 4.0;
        self.rule(MARGIN, width);
        self.y += LEADING;
        for row in rows {
            self.room(LEADING);
            for (edge, cell) in edges.iter().zip(row) {
                self.text_right(*edge, cell, BODY, Ink::BLACK);
            }
            self.y += LEADING;
        }
    }

    fn signatures(&mut self, paper: &AgreementPaper) {
        self.room(90.0);
        self.y += 64.0;
        let width = (self.size.width - 2.0 * MARGIN) * 0.42;
        let second = self.right() - width;
        self.rule(MARGIN, width);
        self.rule(second, width);
        self.y += LEADING;
        self.text(MARGIN, &paper.creditor.name, SMALL, Ink::GREY);
        self.text(second, &paper.customer.name, SMALL, Ink::GREY);
    }
}
