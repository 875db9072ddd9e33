//! When and how a cross-industry invoice is to be paid: due dates, instalments, discounts for
//! paying early, means and account.
//!
//! Several payment terms are either instalments (each with its amount), or one due date with
//! discounts before it. A date until which a discount is granted is no due date, though it is
//! written as one. Sources: BG-16, BT-9, BT-20; XRechnung, notation of Skonto in BT-20; ZUGFeRD
//! EXTENDED.

use super::cii;
use super::fields::{self, Fields};
use crate::problem;
use crate::record::{DocumentRecord, DueRecord, DueSource, EarlyPaymentRecord};
use crate::terms_text::terms_days;
use crate::xml::{child, children, text};
use puntual_core::bank_id;
use puntual_core::date::Day;
use roxmltree::Node;
use rust_decimal::Decimal;

/// One `SpecifiedTradePaymentTerms`.
struct Term {
    words: Option<String>,
    due: Option<Day>,
    amount: Option<Decimal>,
    /// Whether its date is that of a discount.
    early: bool,
}

/// Reads payment terms and means.
pub fn read(settlement: Node<'_, '_>, document: &mut DocumentRecord, fields: &mut Fields) {
    let mut terms = Vec::new();
    for node in children(settlement, "SpecifiedTradePaymentTerms") {
        terms.push(term(node, document, fields));
    }
    read_dues(&terms, document, fields);
    let words: Vec<&str> = terms.iter().filter_map(|term| term.words.as_deref()).collect();
    document.payment_terms = (!words.is_empty()).then(|| words.join(" · "));
    if let (true, Some(issued)) = (document.dues.is_empty(), document.issue_date) {
        document.terms_days = plain_days(&words);
        if let Some(days) = document.terms_days {
            document.dues = vec![DueRecord { date: Some(issued + days), amount: None }];
            document.due_source = DueSource::Terms;
        }
    }
    read_means(settlement, document, fields);
}

fn term(node: Node<'_, '_>, document: &mut DocumentRecord, fields: &mut Fields) -> Term {
    let words = text(node, &["Description"]);
    let due = cii::day(child(node, "DueDateDateTime"), "DueDateDateTime", fields);
    let amount = fields.amount("PartialPaymentAmount", text(node, &["PartialPaymentAmount"]));
    let before = document.early_payments.len();
    for discount in children(node, "ApplicableTradePaymentDiscountTerms") {
        document.early_payments.push(discount_terms(discount, due, document.issue_date));
    }
    if let Some(words) = &words {
        document.early_payments.extend(skonto(words, document.issue_date));
    }
    let structured = document.early_payments.len() > before;
    let early = structured || words.as_deref().is_some_and(names_discount);
    Term { words, due, amount, early }
}

/// A discount as elements (EXTENDED): percentage or amount, and the days from a date.
fn discount_terms(node: Node<'_, '_>, due: Option<Day>, issued: Option<Day>) -> EarlyPaymentRecord {
    let field = |name: &str| text(node, &[name]).and_then(|text| fields::decimal(&text));
    let measure = child(node, "BasisPeriodMeasure");
    let unit_days = match measure.and_then(|measure| measure.attribute("unitCode")) {
        Some("WEE") => Some(7),
        Some("DAY") | None => Some(1),
        Some(_) => None,
    };
    let count = measure.and_then(cii::whole_text).and_then(|text| text.parse::<i32>().ok());
    let days = count.zip(unit_days).and_then(|(count, unit)| count.checked_mul(unit));
    let days = days.filter(|days| (0..=999).contains(days));
    let from = text(node, &["BasisDateTime"]).and_then(|text| cii::plain_day(&text)).or(issued);
    EarlyPaymentRecord {
        until: from.zip(days).map(|(from, days)| from + days).or(due),
        days,
        percent: field("CalculationPercent"),
        amount: field("ActualDiscountAmount"),
        base: field("BasisAmount"),
    }
}

/// Discounts in the notation of XRechnung: `#SKONTO#TAGE=7#PROZENT=2.00#BASISBETRAG=100.00#`.
pub(super) fn skonto(words: &str, issued: Option<Day>) -> Vec<EarlyPaymentRecord> {
    let mut found = Vec::new();
    for part in words.split("#SKONTO#").skip(1) {
        let mut discount = EarlyPaymentRecord::default();
        // The notation ends where a piece between hashes is not KEY=value.
        for (key, value) in part.split('#').map_while(|piece| piece.split_once('=')) {
            match key.trim() {
                "TAGE" => {
                    let days = value.trim().parse::<i32>().ok();
                    discount.days = days.filter(|days| (0..=999).contains(days));
                }
                "PROZENT" => discount.percent = fields::decimal(value.trim()),
                "BASISBETRAG" => discount.base = fields::decimal(value.trim()),
                _ => {}
            }
        }
        discount.until = issued.zip(discount.days).map(|(issued, days)| issued + days);
        if discount.days.is_some() || discount.percent.is_some() {
            found.push(discount);
        }
    }
    found
}

/// Whether the words speak of a discount.
fn names_discount(words: &str) -> bool {
    let lower = words.to_lowercase();
    ["skonto", "escompte", "discount", "descuento", "pronto pago", "sconto", "korting"]
        .iter()
        .any(|word| lower.contains(word))
}

/// Instalments when every dated term has its amount; else the latest date that is not only that of
/// a discount, since nobody is pressed before the later of two dates.
fn read_dues(terms: &[Term], document: &mut DocumentRecord, fields: &mut Fields) {
    let dated: Vec<(&Term, Day)> =
        terms.iter().filter_map(|term| term.due.map(|due| (term, due))).collect();
    let split = dated.len() > 1 && dated.iter().all(|(term, _)| term.amount.is_some());
    if split {
        let due = |(term, due): &(&Term, Day)| DueRecord { date: Some(*due), amount: term.amount };
        document.dues = dated.iter().map(due).collect();
        document.due_source = DueSource::Instalments;
        return;
    }
    let mut net: Vec<Day> =
        dated.iter().filter(|(term, _)| !term.early).map(|(_, due)| *due).collect();
    if net.is_empty() {
        net = dated.iter().map(|(_, due)| *due).collect();
    }
    let Some(last) = net.iter().max().copied() else { return };
    document.dues = vec![DueRecord { date: Some(last), amount: None }];
    document.due_source = DueSource::Document;
    if dated.len() > 1 {
        document.stated_dues = Some(dated.iter().map(|(_, due)| *due).collect());
    }
    if net.iter().any(|due| *due != last) {
        let all = net.iter().map(Day::to_string).collect::<Vec<_>>().join(", ");
        fields.note(problem::due_dates_differ(&all, &last.to_string()));
    }
}

/// Days of credit in words. Text that names a percentage, a discount or the end of a month means
/// more than days.
pub(super) fn plain_days(words: &[&str]) -> Option<i32> {
    let [words] = words else { return None };
    let lower = words.to_lowercase();
    let more = ["%", "#", "mois", "monat", "month", "fin de mes"];
    let plain = !names_discount(words) && !more.iter().any(|word| lower.contains(word));
    if plain { terms_days(words) } else { None }
}

/// The first means of payment, the first account to pay into, and what the payer is to quote.
fn read_means(settlement: Node<'_, '_>, document: &mut DocumentRecord, fields: &mut Fields) {
    let means: Vec<Node<'_, '_>> =
        children(settlement, "SpecifiedTradeSettlementPaymentMeans").collect();
    document.payment_form = means.iter().find_map(|node| text(*node, &["TypeCode"]));
    document.payment_reference = text(settlement, &["PaymentReference"]);
    let account = |name: &str| {
        means.iter().find_map(|node| text(*node, &["PayeePartyCreditorFinancialAccount", name]))
    };
    document.iban = match account("IBANID") {
        Some(written) => Some(bank_id::iban(&written).unwrap_or_else(|| {
            fields.note(problem::odd_account(&written));
            written
        })),
        None => account("ProprietaryID"),
    };
}
