//! The table of a section's documents, its totals, and the strip of its ageing.

use super::canvas::Ink;
use super::layout::{Flow, MARGIN};
use super::type_setting::Letter;
use crate::render::statement::Section;
use crate::render::{Language, Line};

const CELL: Letter = Letter::regular(8.5);
const HEAD: Letter = Letter::bold(8.0);
const LEADING: f32 = 11.0;
/// Space above and below the text of a row.
const ROW_PADDING: f32 = 3.0;
/// Space between two columns.
const GUTTER: f32 = 10.0;
const HEAD_HEIGHT: f32 = 18.0;
const TOTAL_HEIGHT: f32 = 14.0;
/// Part of the width left over that the document's name gets; its situation gets the rest.
const LABEL_SHARE: f32 = 0.48;

/// A section's documents with the width of each column.
pub(super) struct SectionTable<'a> {
    section: &'a Section,
    language: Language,
    label_width: f32,
    issued_x: f32,
    due_x: f32,
    status_x: f32,
    status_width: f32,
    original_right: f32,
    open_right: f32,
}

impl<'a> SectionTable<'a> {
    /// Columns as wide as the section's amounts and dates need; name and situation share the rest
    /// and break into lines.
    pub(super) fn new(section: &'a Section, flow: &Flow<'_>) -> SectionTable<'a> {
        let language = flow.statement.language;
        let faces = flow.faces;
        let widest = |key: &'static str, texts: &mut dyn Iterator<Item = String>| -> f32 {
            texts
                .map(|text| faces.width_pt(&text, CELL))
                .fold(faces.width_pt(language.word(key), HEAD), f32::max)
        };
        let number = |minor: i128| language.number(minor, section.currency);
        let lines = &section.lines;
        let original = widest(
            "column.original",
            &mut lines.iter().map(|line| number(line.original_minor.into())),
        );
        let totals = section.totals(language);
        let total_width = totals
            .iter()
            .map(|total| faces.width_pt(&number(total.minor), Letter::bold(CELL.size_pt)))
            .fold(0.0, f32::max);
        let open =
            widest("column.open", &mut lines.iter().map(|line| number(line.open_minor.into())))
                .max(total_width);
        let issued =
            widest("column.issued", &mut lines.iter().map(|line| language.date(line.issued_on)));
        let due = widest("column.due", &mut lines.iter().map(|line| language.date(line.due_on)));
        let rest = (flow.width() - original - open - issued - due - 5.0 * GUTTER).max(120.0);
        let label_width = rest * LABEL_SHARE;
        let issued_x = MARGIN + label_width + GUTTER;
        let due_x = issued_x + issued + GUTTER;
        let status_x = due_x + due + GUTTER;
        let open_right = flow.right();
        SectionTable {
            section,
            language,
            label_width,
            issued_x,
            due_x,
            status_x,
            status_width: rest - label_width,
            original_right: open_right - open - GUTTER,
            open_right,
        }
    }

    /// Sets the heading, the rows and the totals.
    pub(super) fn set(&self, flow: &mut Flow<'_>) {
        // The title never stands alone at the foot of a page.
        flow.make_room(16.0 + HEAD_HEIGHT + 3.0 * (LEADING + 2.0 * ROW_PADDING));
        self.head(flow);
        let tail = totals_height(self.section, self.language) + strip_height(self.section);
        for (index, line) in self.section.lines.iter().enumerate() {
            // The last document goes with the totals and the ageing, so that none of them stands
            // on a page without a document above it.
            let last = index + 1 == self.section.lines.len();
            self.row(flow, line, if last { tail } else { 0.0 });
        }
        self.totals(flow);
    }

    /// The section's title and the columns' names; again on every page the table runs on to.
    fn head(&self, flow: &mut Flow<'_>) {
        let title =
            self.language.phrase("section.title", &[("currency", self.section.currency.code())]);
        flow.text(MARGIN, flow.y, &title, Letter::bold(10.0), Ink::BLACK);
        flow.y += 8.0;
        let y = flow.y + 10.0;
        let word = |key| self.language.word(key);
        for (x, key) in [
            (MARGIN, "column.document"),
            (self.issued_x, "column.issued"),
            (self.due_x, "column.due"),
            (self.status_x, "column.status"),
        ] {
            flow.text(x, y, word(key), HEAD, Ink::GREY);
        }
        flow.text_right(self.original_right, y, word("column.original"), HEAD, Ink::GREY);
        flow.text_right(self.open_right, y, word("column.open"), HEAD, Ink::GREY);
        let width = flow.width();
        flow.rule(MARGIN, flow.y + HEAD_HEIGHT - 3.0, width, 0.8, Ink::BLACK);
        flow.y += HEAD_HEIGHT;
    }

    /// Sets a document; `after` is the height of what must stay on the same page below it.
    fn row(&self, flow: &mut Flow<'_>, line: &Line, after: f32) {
        let language = self.language;
        let label = flow.faces.wrap(&line.label, CELL, self.label_width);
        let mut status = flow.faces.wrap(&line.status(language), CELL, self.status_width);
        if let Some(note) = line.note_words(language) {
            status.extend(flow.faces.wrap(&note, CELL, self.status_width));
        }
        let rows = label.len().max(status.len());
        let height = rows as f32 * LEADING + 2.0 * ROW_PADDING;
        if flow.make_room(height + after) {
            self.head(flow);
        }
        let first = flow.y + ROW_PADDING + 8.0;
        for (index, text) in label.iter().enumerate() {
            flow.text(MARGIN, first + index as f32 * LEADING, text, CELL, Ink::BLACK);
        }
        for (index, text) in status.iter().enumerate() {
            let y = first + index as f32 * LEADING;
            flow.text(self.status_x, y, text, CELL, Ink::GREY);
        }
        flow.text(self.issued_x, first, &language.date(line.issued_on), CELL, Ink::BLACK);
        flow.text(self.due_x, first, &language.date(line.due_on), CELL, Ink::BLACK);
        let number = |minor: i64| language.number(minor.into(), self.section.currency);
        let (original, open) = (number(line.original_minor), number(line.open_minor));
        flow.text_right(self.original_right, first, &original, CELL, Ink::GREY);
        flow.text_right(self.open_right, first, &open, CELL, Ink::BLACK);
        flow.y += height;
        let width = flow.width();
        flow.rule(MARGIN, flow.y, width, 0.4, Ink::PALE);
    }

    /// The totals, the amounts under those of the documents.
    fn totals(&self, flow: &mut Flow<'_>) {
        let totals = self.section.totals(self.language);
        flow.y += 4.0;
        for total in totals {
            let letter = if total.strong { Letter::bold(CELL.size_pt + 0.5) } else { CELL };
            let y = flow.y + 10.0;
            let amount = self.language.number(total.minor, self.section.currency);
            flow.text_right(self.original_right, y, total.label, letter, Ink::BLACK);
            flow.text_right(self.open_right, y, &amount, letter, Ink::BLACK);
            flow.y += TOTAL_HEIGHT;
        }
        flow.y += 8.0;
    }
}

/// Height of the totals with the space around them.
fn totals_height(section: &Section, language: Language) -> f32 {
    12.0 + TOTAL_HEIGHT * section.totals(language).len() as f32
}

/// Height of the ageing strip with its title and the space below it.
fn strip_height(section: &Section) -> f32 {
    12.0 + STRIP_ROW_HEIGHT * section.buckets.chunks(STRIP_CELLS).len() as f32
}

/// Cells per row of the ageing strip; more buckets go on in a second row.
const STRIP_CELLS: usize = 6;
const STRIP_ROW_HEIGHT: f32 = 30.0;
/// Space between two cells of the strip.
const STRIP_GAP: f32 = 8.0;

/// The open amount by age: each bucket's name over its amount.
pub(super) fn ageing_strip(section: &Section, flow: &mut Flow<'_>) {
    if section.buckets.is_empty() || section.lines.is_empty() {
        flow.y += 14.0;
        return;
    }
    let language = flow.statement.language;
    let rows = section.buckets.chunks(STRIP_CELLS);
    let title = language.word("aging.title");
    flow.text(MARGIN, flow.y + 6.0, title, Letter::bold(8.5), Ink::BLACK);
    flow.y += 12.0;
    for buckets in rows {
        let step = (flow.width() + STRIP_GAP) / buckets.len() as f32;
        for (index, bucket) in buckets.iter().enumerate() {
            let width = step - STRIP_GAP;
            let right = MARGIN + step * index as f32 + width;
            flow.rule(right - width, flow.y, width, 0.8, Ink::GREY);
            let small = Letter::regular(7.5);
            flow.text_right(right, flow.y + 11.0, &bucket.label(language), small, Ink::GREY);
            let amount = language.number(bucket.open_minor, section.currency);
            flow.text_right(right, flow.y + 22.0, &amount, CELL, Ink::BLACK);
        }
        flow.y += STRIP_ROW_HEIGHT;
    }
    flow.y += 24.0;
}
