//! The statement of account as a plain value: what a customer owes one creditor on one day, ready
//! to be written as a PDF or listed in a message. It decides the order of the documents, the
//! totals and the words of each document's situation; it refuses to know where the facts came from.

use super::language::Language;
use puntual_core::currency::Currency;
use puntual_core::date::Day;

/// Who issued the documents, or who owes them. Absent particulars are left out of the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Party {
    /// The name as registered.
    pub name: String,
    /// RUT, RFC, NIF or the like, as the country writes it.
    pub tax_id: Option<String>,
    /// Postal address; several lines are separated by line feeds.
    pub address: Option<String>,
    /// Where to write.
    pub email: Option<String>,
    /// Where to call.
    pub phone: Option<String>,
}

/// Something the reader should see beside a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineNote {
    /// The customer disputes it and the dispute is open.
    Disputed,
    /// A payment has been promised for that day.
    Promised(Day),
    /// A cheque, letra or pagaré received for it is not yet honoured.
    InstrumentHeld,
}

/// One amount due on one date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Kind and number as the customer knows it: `Factura 1042`, `Factura 1042, cuota 2 de 3`.
    pub label: String,
    /// The day the document was issued.
    pub issued_on: Day,
    /// The day it is due.
    pub due_on: Day,
    /// The amount when issued, in smallest units.
    pub original_minor: i64,
    /// What is still open; negative for a credit in the customer's favour.
    pub open_minor: i64,
    /// Days from the due date to the statement's day; zero or less when not past due.
    pub overdue_days: i32,
    /// What the reader should see beside it.
    pub note: Option<LineNote>,
}

/// An ageing bucket of a section: open amounts whose `overdue_days` lie in a closed range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Least days past due, or `None` for the bucket of what is not past due.
    pub from_days: Option<i32>,
    /// Most days past due, or `None` for the last bucket.
    pub to_days: Option<i32>,
    /// Sum of the open amounts, in smallest units.
    pub open_minor: i128,
}

/// The documents of one currency with their totals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The currency of every amount of the section.
    pub currency: Currency,
    /// The documents, by due date, then issue date, then label.
    pub lines: Vec<Line>,
    /// Money received and not yet applied to a document, in smallest units, not negative.
    pub unapplied_minor: i64,
    /// Sum of the open amounts of the lines, before unapplied money.
    pub total_open_minor: i128,
    /// Sum of the open amounts of the lines past due.
    pub total_overdue_minor: i128,
    /// The same open amounts by age.
    pub buckets: Vec<Bucket>,
}

/// Upper edges of the customary ageing buckets: not due, 1–30, 31–60, 61–90, over 90 days
/// (domain reference A1).
pub const CUSTOMARY_EDGES_DAYS: [i32; 3] = [30, 60, 90];

impl Section {
    /// A section of these documents, sorted and totalled. `edges_days` are the last days of each
    /// bucket of past-due amounts, increasing; amounts past the last edge get their own bucket.
    pub fn new(
        currency: Currency,
        mut lines: Vec<Line>,
        unapplied_minor: i64,
        edges_days: &[i32],
    ) -> Section {
        lines.sort_by(|a, b| {
            (a.due_on, a.issued_on, &a.label).cmp(&(b.due_on, b.issued_on, &b.label))
        });
        let sum = |keep: &dyn Fn(i32) -> bool| -> i128 {
            let kept = lines.iter().filter(|line| keep(line.overdue_days));
            kept.map(|line| i128::from(line.open_minor)).sum()
        };
        let mut buckets =
            vec![Bucket { from_days: None, to_days: Some(0), open_minor: sum(&|days| days <= 0) }];
        let mut from = 1;
        for to in edges_days.iter().copied().map(Some).chain([None]) {
            let open_minor = sum(&|days| days >= from && to.is_none_or(|to| days <= to));
            buckets.push(Bucket { from_days: Some(from), to_days: to, open_minor });
            from = to.map_or(from, |to| to + 1);
        }
        let total_open_minor = sum(&|_| true);
        let total_overdue_minor = sum(&|days| days > 0);
        Section { currency, lines, unapplied_minor, total_open_minor, total_overdue_minor, buckets }
    }

    /// What is owed in all: open amounts less unapplied money.
    pub fn balance_minor(&self) -> i128 {
        self.total_open_minor - i128::from(self.unapplied_minor)
    }
}

/// A statement of account: all a page or a message shows, as of one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// What the customer quotes when paying or asking; shown, and part of the file's metadata.
    pub reference: String,
    /// On whose behalf money is asked for.
    pub creditor: Party,
    /// Who owes.
    pub customer: Party,
    /// Who writes, when it is not the creditor itself: the agency or the person in charge.
    pub sent_by: Option<String>,
    /// The day the figures are true for.
    pub as_of: Day,
    /// One section per currency, in the order to show.
    pub sections: Vec<Section>,
    /// The language, which also decides the paper and the way amounts are written.
    pub language: Language,
    /// How to pay the creditor directly: account, holder, payment link; several lines allowed.
    pub how_to_pay: String,
    /// Notice on personal data, a text or an address, where the country asks for one.
    pub privacy_notice: Option<String>,
}

impl Line {
    /// The situation of the document in words: `vence en 3 días`, `vencido hace 12 días`.
    pub fn status(&self, language: Language) -> String {
        let days = self.overdue_days.unsigned_abs().to_string();
        match self.overdue_days {
            _ if self.open_minor < 0 => language.word("status.credit").to_owned(),
            0 => language.word("status.due_today").to_owned(),
            1 => language.word("status.overdue_one").to_owned(),
            -1 => language.word("status.due_tomorrow").to_owned(),
            late if late > 0 => language.phrase("status.overdue", &[("days", &days)]),
            _ => language.phrase("status.due_in", &[("days", &days)]),
        }
    }

    /// Its note in words, when it has one: `en revisión`, `compromiso de pago 25-11-2026`.
    pub fn note_words(&self, language: Language) -> Option<String> {
        self.note.map(|note| note.words(language))
    }

    /// Situation and note in one phrase: `vencido hace 20 días; en revisión`.
    pub fn status_and_note(&self, language: Language) -> String {
        let status = self.status(language);
        match self.note_words(language) {
            None => status,
            Some(note) => format!("{status}; {note}"),
        }
    }
}

impl LineNote {
    fn words(self, language: Language) -> String {
        match self {
            LineNote::Disputed => language.word("note.disputed").to_owned(),
            LineNote::Promised(on) => {
                language.phrase("note.promised", &[("date", &language.date(on))])
            }
            LineNote::InstrumentHeld => language.word("note.instrument").to_owned(),
        }
    }
}

impl Bucket {
    /// The heading of the bucket: `Por vencer`, `1–30 días`, `Más de 90 días`.
    pub fn label(&self, language: Language) -> String {
        let text = |days: i32| days.to_string();
        match (self.from_days, self.to_days) {
            (Some(from), Some(to)) => {
                language.phrase("aging.between", &[("from", &text(from)), ("to", &text(to))])
            }
            (Some(from), None) => language.phrase("aging.over", &[("to", &text(from - 1))]),
            (None, _) => language.word("aging.not_due").to_owned(),
        }
    }
}

/// A total shown under a section's documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Total {
    /// What it is the total of, in the statement's language.
    pub label: &'static str,
    /// The sum in smallest units, already with its sign.
    pub minor: i128,
    /// Whether it is the one the eye should find.
    pub strong: bool,
}

impl Section {
    /// The totals to show: what is owed, and above it the parts when money is unapplied; then how
    /// much of it is past due.
    pub fn totals(&self, language: Language) -> Vec<Total> {
        let mut totals = Vec::with_capacity(4);
        if self.unapplied_minor != 0 {
            totals.push(Total {
                label: language.word("total.documents"),
                minor: self.total_open_minor,
                strong: false,
            });
            totals.push(Total {
                label: language.word("total.unapplied"),
                minor: -i128::from(self.unapplied_minor),
                strong: false,
            });
        }
        totals.push(Total {
            label: language.word("total.balance"),
            minor: self.balance_minor(),
            strong: true,
        });
        totals.push(Total {
            label: language.word("total.overdue"),
            minor: self.total_overdue_minor,
            strong: false,
        });
        totals
    }
}

impl Statement {
    /// How to object, for a message one can reply to (`reply` true) or for paper.
    pub fn how_to_object(&self, reply: bool) -> String {
        let ways: Vec<&str> = [&self.creditor.email, &self.creditor.phone]
            .into_iter()
            .flatten()
            .map(|w| &**w)
            .collect();
        let means = if ways.is_empty() { String::new() } else { format!(" ({})", ways.join(", ")) };
        let key = if reply { "object.mail" } else { "object.paper" };
        self.language.phrase(key, &[("means", &means)])
    }

    /// The line that names who writes, when it is not the creditor itself.
    pub fn on_behalf(&self) -> Option<String> {
        let sender = self.sent_by.as_deref()?;
        let values = [("sender", sender), ("creditor", &*self.creditor.name)];
        Some(self.language.phrase("statement.on_behalf", &values))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(label: &str, due: &str, open_minor: i64, overdue_days: i32) -> Line {
        let due_on: Day = due.parse().unwrap();
        let issued_on = due_on - 30;
        Line {
            label: label.into(),
            issued_on,
            due_on,
            original_minor: open_minor,
            open_minor,
            overdue_days,
            note: None,
        }
    }

    #[test]
    fn a_section_is_sorted_and_its_buckets_add_up_to_its_total() {
        let lines = vec![
            line("Factura 9", "2026-12-01", 700, -10),
            line("Factura 2", "2026-08-01", 50, 112),
            line("Factura 1", "2026-10-22", 100, 30),
            line("Factura 3", "2026-10-21", 30, 31),
            line("Factura 4", "2026-11-21", 5, 0),
        ];
        let section = Section::new(Currency::CLP, lines, 80, &CUSTOMARY_EDGES_DAYS);
        let labels: Vec<&str> = section.lines.iter().map(|l| &*l.label).collect();
        assert_eq!(labels, ["Factura 2", "Factura 3", "Factura 1", "Factura 4", "Factura 9"]);
        let amounts: Vec<i128> = section.buckets.iter().map(|b| b.open_minor).collect();
        assert_eq!(amounts, [705, 100, 30, 0, 50]);
        assert_eq!((section.total_open_minor, section.total_overdue_minor), (885, 180));
        assert_eq!(section.balance_minor(), 805);
        let headings: Vec<String> = section.buckets.iter().map(|b| b.label(Language::Es)).collect();
        assert_eq!(
            headings,
            ["Por vencer", "1–30 días", "31–60 días", "61–90 días", "Más de 90 días"]
        );
    }

    #[test]
    fn the_situation_is_told_in_words() {
        let status = |days| line("x", "2026-11-21", 1, days).status(Language::EsCl);
        assert_eq!(status(0), "vence hoy");
        assert_eq!(status(-1), "vence mañana");
        assert_eq!(status(-5), "vence en 5 días");
        assert_eq!(status(1), "vencido hace 1 día");
        assert_eq!(status(12), "vencido hace 12 días");
        let mut promised = line("x", "2026-11-01", 1, 20);
        promised.note = Some(LineNote::Promised("2026-11-25".parse().unwrap()));
        assert_eq!(
            promised.status_and_note(Language::EsMx),
            "vencido hace 20 días; compromiso de pago 25/11/2026"
        );
        assert_eq!(line("x", "2026-11-01", -1, 20).status(Language::En), "in your favour");
    }
}
