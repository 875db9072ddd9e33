//! Documents written over several rows: one row per line (Holded) or per instalment (Sage 50).
//! Rows of one customer and number become one document, wherever in the file they stand.

use super::problems;
use crate::record::{DocumentKind, DocumentRecord, DueRecord, DueSource};
use rust_decimal::Decimal;
use std::collections::HashMap;

/// One line of a document, with the document's own data repeated in it.
pub struct Line {
    /// What the row says of the document.
    pub document: DocumentRecord,
    /// Net of the line.
    pub net: Decimal,
    /// Tax of the line, not rounded.
    pub tax: Decimal,
    /// Withholding of the line, not rounded.
    pub withheld: Decimal,
    /// What was collected of the document.
    pub paid: Option<Decimal>,
}

/// Documents being put together, in order of first appearance.
#[derive(Default)]
pub struct Groups {
    documents: Vec<Group>,
    by_key: HashMap<String, usize>,
}

struct Group {
    document: DocumentRecord,
    net: Decimal,
    tax: Decimal,
    withheld: Decimal,
    paid: Option<Decimal>,
    is_of_lines: bool,
    rows: u32,
}

impl Groups {
    /// Adds a line.
    pub fn add_line(&mut self, line: Line) {
        match self.find(&line.document) {
            Some(group) => {
                group.net += line.net;
                group.tax += line.tax;
                group.withheld += line.withheld;
                // Repeated in each line or written once: the largest is what was collected.
                group.paid = group.paid.max(line.paid);
                group.rows += 1;
                group.document.problems.extend(line.document.problems);
            }
            None => self.push(Group {
                document: line.document,
                net: line.net,
                tax: line.tax,
                withheld: line.withheld,
                paid: line.paid,
                is_of_lines: true,
                rows: 1,
            }),
        }
    }

    /// Adds an instalment.
    pub fn add_instalment(&mut self, mut part: DocumentRecord) {
        for due in &mut part.dues {
            due.amount = part.total;
        }
        if part.dues.is_empty() {
            part.dues.push(DueRecord { date: None, amount: part.total });
        }
        match self.find(&part) {
            Some(group) => {
                let document = &mut group.document;
                let sum = |a: Option<Decimal>, b: Option<Decimal>| a?.checked_add(b?);
                document.total = sum(document.total, part.total);
                document.open = sum(document.open, part.open);
                document.dues.append(&mut part.dues);
                document.due_source = DueSource::Instalments;
                document.problems.append(&mut part.problems);
                group.rows += 1;
            }
            None => self.push(Group {
                document: part,
                net: Decimal::ZERO,
                tax: Decimal::ZERO,
                withheld: Decimal::ZERO,
                paid: None,
                is_of_lines: false,
                rows: 1,
            }),
        }
    }

    /// The group of the same customer and number. Rows without a number stand alone.
    fn find(&mut self, document: &DocumentRecord) -> Option<&mut Group> {
        let index = *self.by_key.get(&key(document)?)?;
        self.documents.get_mut(index)
    }

    fn push(&mut self, group: Group) {
        if let Some(key) = key(&group.document) {
            self.by_key.insert(key, self.documents.len());
        }
        self.documents.push(group);
    }

    /// The documents, whole.
    pub fn into_documents(self) -> impl Iterator<Item = DocumentRecord> {
        self.documents.into_iter().map(Group::finish)
    }
}

impl Group {
    fn finish(mut self) -> DocumentRecord {
        if self.is_of_lines {
            // Rounded once per document, as invoices do; half up (Spanish and Chilean practice).
            let cents = |amount: Decimal| {
                amount
                    .round_dp_with_strategy(2, rust_decimal::RoundingStrategy::MidpointAwayFromZero)
            };
            let (net, tax, withheld) = (cents(self.net), cents(self.tax), cents(self.withheld));
            let total = net + tax - withheld;
            self.document.net = Some(net);
            self.document.tax = Some(tax);
            self.document.withheld = Some(withheld);
            self.document.total = Some(total);
            self.document.open = self.paid.map(|paid| total - paid);
            if self.paid.is_some_and(|paid| paid.abs() > total.abs()) {
                let place = self.document.place.clone();
                self.document.problems.push(problems::lacking(&place, "paid_more_than_total"));
            }
            self.document.lines = Some(self.rows);
            if total.is_sign_negative() && !total.is_zero() {
                self.document.kind = DocumentKind::CreditNote;
            }
        } else if let [only] = self.document.dues.as_mut_slice() {
            // A single instalment is a due date for all of it.
            only.amount = None;
            if only.date.is_none() {
                self.document.dues.clear();
            }
        }
        self.document
    }
}

fn key(document: &DocumentRecord) -> Option<String> {
    let buyer = &document.buyer;
    let customer = buyer.code.as_ref().or(buyer.tax_id.as_ref()).or(buyer.name.as_ref());
    let number = document.number.as_ref()?;
    Some(format!(
        "{}\u{1f}{}\u{1f}{number}",
        customer.map_or("", String::as_str),
        document.series.as_deref().unwrap_or("")
    ))
}
