//! Where everything of a statement stands on its pages: letterhead, summary, sections, payment
//! instructions, footers. The table has its own module.

use super::canvas::{Ink, Mark, Paper};
use super::table::{SectionTable, ageing_strip};
use super::type_setting::{Faces, Letter};
use crate::render::{Language, Party, Statement};

/// Left and right margin in points.
pub(super) const MARGIN: f32 = 48.0;
const TOP: f32 = 50.0;
/// Space between the text and the footer's rule.
const ABOVE_FOOTER: f32 = 14.0;
const BELOW_FOOTER: f32 = 26.0;
const FOOTER_LETTER: Letter = Letter::regular(7.0);
const FOOTER_LEADING: f32 = 9.0;
/// Room kept in the footer's first line for the page number.
const PAGE_NUMBER_WIDTH: f32 = 90.0;

/// Pages being filled from top to bottom.
pub(super) struct Flow<'a> {
    /// The statement being set.
    pub statement: &'a Statement,
    /// The typefaces it is set in.
    pub faces: &'a Faces,
    /// The paper it is set on.
    pub paper: Paper,
    /// Where the next thing goes, in points from the top of the current page.
    pub y: f32,
    pages: Vec<Vec<Mark>>,
    bottom: f32,
}

/// The pages of a statement.
pub(super) fn pages(statement: &Statement, paper: Paper, faces: &Faces) -> Vec<Vec<Mark>> {
    let footer = footer_lines(statement, paper, faces);
    let footer_height = footer.len() as f32 * FOOTER_LEADING + ABOVE_FOOTER + BELOW_FOOTER;
    let bottom = paper.height - footer_height;
    let mut flow = Flow { statement, faces, paper, y: TOP, pages: vec![Vec::new()], bottom };
    letterhead(&mut flow);
    parties_and_summary(&mut flow);
    if statement.sections.is_empty() {
        let none = statement.language.word("section.none");
        flow.paragraph(none, Letter::regular(9.5), Ink::BLACK);
    }
    for section in &statement.sections {
        SectionTable::new(section, &flow).set(&mut flow);
        ageing_strip(section, &mut flow);
    }
    payment(&mut flow);
    let mut pages = flow.pages;
    footers(&mut pages, &footer, statement.language, paper, faces);
    pages
}

impl Flow<'_> {
    /// Width between the margins.
    pub(super) fn width(&self) -> f32 {
        self.paper.width - 2.0 * MARGIN
    }

    /// Right margin's position.
    pub(super) fn right(&self) -> f32 {
        self.paper.width - MARGIN
    }

    /// Puts a mark on the current page.
    pub(super) fn mark(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    /// Text that begins at `x`, with its baseline at `y`.
    pub(super) fn text(&mut self, x: f32, y: f32, text: &str, letter: Letter, ink: Ink) {
        if !text.is_empty() {
            self.mark(Mark::Text { x, y, text: text.to_owned(), letter, ink });
        }
    }

    /// Text that ends at `right`, with its baseline at `y`.
    pub(super) fn text_right(&mut self, right: f32, y: f32, text: &str, letter: Letter, ink: Ink) {
        let width = self.faces.width_pt(text, letter);
        self.text(right - width, y, text, letter, ink);
    }

    /// A horizontal rule of the given thickness, its upper edge at `y`.
    pub(super) fn rule(&mut self, x: f32, y: f32, width: f32, thickness: f32, ink: Ink) {
        self.mark(Mark::Bar { x, y, width, height: thickness, ink });
    }

    /// Makes room for something `height` points high that must not be parted; true when that
    /// took a new page.
    pub(super) fn make_room(&mut self, height: f32) -> bool {
        if self.y + height <= self.bottom {
            return false;
        }
        self.pages.push(Vec::new());
        self.y = TOP;
        self.running_head();
        true
    }

    /// Paragraphs over the full width, parted over pages line by line.
    pub(super) fn paragraph(&mut self, text: &str, letter: Letter, ink: Ink) {
        let leading = letter.size_pt * 1.4;
        for line in self.faces.wrap(text, letter, self.width()) {
            self.make_room(leading);
            self.y += leading;
            self.text(MARGIN, self.y - leading * 0.25, &line, letter, ink);
        }
    }

    /// The line at the top of every page but the first.
    fn running_head(&mut self) {
        let statement = self.statement;
        let language = statement.language;
        let as_of = language.date(statement.as_of);
        let values = [("customer", &*statement.customer.name), ("date", &as_of)];
        let text = language.phrase("statement.continued", &values);
        let letter = Letter::regular(8.0);
        for line in self.faces.wrap(&text, letter, self.width()) {
            self.text(MARGIN, self.y, &line, letter, Ink::GREY);
            self.y += 11.0;
        }
        self.rule(MARGIN, self.y - 5.0, self.width(), 0.5, Ink::PALE);
        self.y += 14.0;
    }
}

/// Lines of text one under the other within `width` from `x`; returns where the next would go.
fn column(
    flow: &mut Flow<'_>,
    x: f32,
    mut y: f32,
    width: f32,
    lines: &[(String, Letter, Ink)],
) -> f32 {
    for (text, letter, ink) in lines {
        for line in flow.faces.wrap(text, *letter, width) {
            y += letter.size_pt * 1.35;
            flow.text(x, y, &line, *letter, *ink);
        }
    }
    y
}

/// Name and particulars of a party as the lines of a column.
fn particulars(party: &Party, language: Language, name: Letter) -> Vec<(String, Letter, Ink)> {
    let small = Letter::regular(8.5);
    let mut lines = vec![(party.name.clone(), name, Ink::BLACK)];
    if let Some(tax_id) = &party.tax_id {
        let label = language.word("party.tax_id");
        lines.push((format!("{label}: {tax_id}"), small, Ink::GREY));
    }
    let rest = [&party.address, &party.email, &party.phone];
    lines.extend(rest.into_iter().flatten().map(|text| (text.clone(), small, Ink::GREY)));
    lines
}

/// The creditor at the left, what this is and of when at the right.
fn letterhead(flow: &mut Flow<'_>) {
    let statement = flow.statement;
    let language = statement.language;
    let half = flow.width() * 0.55;
    let mut issuer = particulars(&statement.creditor, language, Letter::bold(12.0));
    if let Some(on_behalf) = statement.on_behalf() {
        issuer.push((on_behalf, Letter::regular(8.5), Ink::GREY));
    }
    let top = flow.y;
    let left_end = column(flow, MARGIN, top - 10.0, half, &issuer);
    let right = flow.right();
    flow.text_right(
        right,
        top + 7.0,
        language.word("statement.title"),
        Letter::bold(17.0),
        Ink::BLACK,
    );
    let as_of = language.phrase("statement.as_of", &[("date", &language.date(statement.as_of))]);
    flow.text_right(right, top + 23.0, &as_of, Letter::regular(10.0), Ink::BLACK);
    if !statement.reference.is_empty() {
        let reference =
            format!("{}: {}", language.word("statement.reference"), statement.reference);
        flow.text_right(right, top + 36.0, &reference, Letter::regular(8.5), Ink::GREY);
    }
    flow.y = left_end.max(top + 36.0) + 12.0;
    let width = flow.width();
    flow.rule(MARGIN, flow.y, width, 1.2, Ink::BLACK);
    flow.y += 16.0;
}

/// The customer at the left; at the right, per currency, the balance and what is past due.
fn parties_and_summary(flow: &mut Flow<'_>) {
    let statement = flow.statement;
    let language = statement.language;
    let top = flow.y;
    let half = flow.width() * 0.5;
    let mut customer =
        vec![(language.word("party.customer").to_owned(), Letter::regular(8.0), Ink::GREY)];
    customer.extend(particulars(&statement.customer, language, Letter::bold(10.5)));
    let left_end = column(flow, MARGIN, top - 8.0, half - 16.0, &customer);
    let x = MARGIN + half;
    let width = flow.width() - half;
    let row = 31.0;
    let height = row * statement.sections.len() as f32 + 8.0;
    let right_end = if statement.sections.is_empty() { top } else { top - 6.0 + height };
    if !statement.sections.is_empty() {
        flow.mark(Mark::Bar { x, y: top - 6.0, width, height, ink: Ink::MIST });
    }
    let mut y = top + 9.0;
    for section in &statement.sections {
        let amount = |minor| language.amount(minor, section.currency);
        let (left, right) = (x + 10.0, x + width - 10.0);
        flow.text(left, y, language.word("summary.balance"), Letter::regular(9.0), Ink::GREY);
        flow.text_right(right, y, &amount(section.balance_minor()), Letter::bold(12.0), Ink::BLACK);
        let small = Letter::regular(8.5);
        if section.total_overdue_minor == 0 {
            let none = language.word("summary.nothing_overdue");
            flow.text_right(right, y + 13.0, none, small, Ink::GREY);
        } else {
            flow.text(left, y + 13.0, language.word("summary.overdue"), small, Ink::GREY);
            let overdue = amount(section.total_overdue_minor);
            flow.text_right(right, y + 13.0, &overdue, small, Ink::BLACK);
        }
        y += row;
    }
    flow.y = left_end.max(right_end) + 22.0;
}

/// How to pay, kept with its heading.
fn payment(flow: &mut Flow<'_>) {
    let statement = flow.statement;
    let language = statement.language;
    let mut text = statement.how_to_pay.trim_end().to_owned();
    if !statement.reference.is_empty() {
        let values = [("reference", &*statement.reference)];
        text = format!("{text}\n{}", language.phrase("pay.reference", &values));
    }
    if text.trim().is_empty() {
        return;
    }
    flow.make_room(40.0);
    flow.y += 6.0;
    flow.paragraph(language.word("pay.title"), Letter::bold(9.5), Ink::BLACK);
    flow.paragraph(text.trim_start(), Letter::regular(9.0), Ink::BLACK);
}

/// The footer's text, the same on every page: who issued the statement, how to object.
fn footer_lines(statement: &Statement, paper: Paper, faces: &Faces) -> Vec<String> {
    let language = statement.language;
    let creditor = &statement.creditor;
    let mut parts = vec![creditor.name.clone()];
    if let Some(tax_id) = &creditor.tax_id {
        parts.push(format!("{} {tax_id}", language.word("party.tax_id")));
    }
    parts.extend([&creditor.email, &creditor.phone].into_iter().flatten().cloned());
    let width = paper.width - 2.0 * MARGIN;
    let mut lines = faces.wrap(&parts.join(" · "), FOOTER_LETTER, width - PAGE_NUMBER_WIDTH);
    lines.extend(faces.wrap(&statement.how_to_object(false), FOOTER_LETTER, width));
    if let Some(notice) = &statement.privacy_notice {
        let text = format!("{}: {notice}", language.word("mail.privacy"));
        lines.extend(faces.wrap(&text, FOOTER_LETTER, width));
    }
    lines
}

fn footers(
    pages: &mut [Vec<Mark>],
    lines: &[String],
    language: Language,
    paper: Paper,
    faces: &Faces,
) {
    let count = pages.len().to_string();
    let height = lines.len() as f32 * FOOTER_LEADING;
    let top = paper.height - BELOW_FOOTER - height;
    for (index, page) in pages.iter_mut().enumerate() {
        let width = paper.width - 2.0 * MARGIN;
        page.push(Mark::Bar { x: MARGIN, y: top - 9.0, width, height: 0.5, ink: Ink::PALE });
        for (row, line) in lines.iter().enumerate() {
            let y = top + FOOTER_LEADING * row as f32;
            let (letter, ink) = (FOOTER_LETTER, Ink::GREY);
            page.push(Mark::Text { x: MARGIN, y, text: line.clone(), letter, ink });
        }
        let number = (index + 1).to_string();
        let text = language.phrase("statement.page", &[("page", &number), ("pages", &count)]);
        let x = paper.width - MARGIN - faces.width_pt(&text, FOOTER_LETTER);
        page.push(Mark::Text { x, y: top, text, letter: FOOTER_LETTER, ink: Ink::GREY });
    }
}
