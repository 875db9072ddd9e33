//! When and how a UBL document is to be paid: due dates, instalments, discounts for paying early,
//! means and account.
//!
//! The dates a document states go before its words, and nobody is pressed before the later of two.
//! A period with a discount is that of the discount, not of the payment. Sources: BG-16, BT-9,
//! BT-20; DIAN Anexo Técnico 1.9, `PaymentMeans` and `PaymentTerms`.

use super::cii_terms::{plain_days, skonto};
use super::fields::{self, Fields};
use super::sunat;
use super::ubl::Profile;
use crate::problem;
use crate::record::{DocumentKind, DocumentRecord, DueRecord, DueSource, EarlyPaymentRecord};
use crate::xml::{attribute, child, children, path, text};
use puntual_core::bank_id;
use puntual_core::date::Day;
use roxmltree::Node;

/// Reads payment terms and means.
pub(super) fn read(
    root: Node<'_, '_>,
    profile: Profile,
    document: &mut DocumentRecord,
    fields: &mut Fields,
) {
    read_means(root, profile, document);
    let notes: Vec<String> =
        children(root, "PaymentTerms").flat_map(|terms| notes_of(terms)).collect();
    let words: Vec<&str> = notes.iter().map(String::as_str).collect();
    document.payment_terms = (!words.is_empty()).then(|| words.join(" · "));
    document.early_payments = discounts(root, &words, document);
    let stated = stated_dues(root, fields);
    let instalments = instalments(root, profile, fields);
    if !instalments.is_empty() {
        document.dues = instalments;
        document.due_source = DueSource::Instalments;
        document.stated_dues = Some(stated);
    } else if let Some(last) = stated.iter().max().copied() {
        document.dues = vec![DueRecord { date: Some(last), amount: None }];
        document.due_source = DueSource::Document;
        if stated.len() > 1 {
            let all = stated.iter().map(Day::to_string).collect::<Vec<_>>().join(", ");
            fields.note(problem::due_dates_differ(&all, &last.to_string()));
            document.stated_dues = Some(stated);
        }
    } else {
        document.terms_days = days_of_terms(root, &words, document);
        let owed = document.kind != DocumentKind::CreditNote;
        if let (Some(issued), Some(days), true) = (document.issue_date, document.terms_days, owed) {
            document.dues = vec![DueRecord { date: Some(issued + days), amount: None }];
            document.due_source = DueSource::Terms;
        }
    }
}

/// The first means of payment, account to pay into and reference to quote. The account of a
/// detracción is at another bank and for another purpose.
fn read_means(root: Node<'_, '_>, profile: Profile, document: &mut DocumentRecord) {
    let is_detraction = |means: &Node<'_, '_>| {
        profile == Profile::Sunat && child(*means, "PayeeFinancialAccount").is_some()
    };
    let means: Vec<Node<'_, '_>> =
        children(root, "PaymentMeans").filter(|means| !is_detraction(means)).collect();
    let first = |names: &[&str]| means.iter().find_map(|means| text(*means, names));
    document.payment_form = first(&["PaymentMeansCode"]);
    document.payment_reference = first(&["PaymentID"]);
    document.iban = first(&["PayeeFinancialAccount", "ID"])
        .map(|written| bank_id::iban(&written).unwrap_or(written));
    document.payment_method = match profile {
        // 1 cash, 2 credit.
        Profile::Dian => first(&["ID"]),
        Profile::Sunat => sunat::form_of_payment(root),
        Profile::European => None,
    };
}

fn notes_of(terms: Node<'_, '_>) -> Vec<String> {
    children(terms, "Note").filter_map(|note| text(note, &[])).collect()
}

/// Discounts as elements, and in the notation of XRechnung.
fn discounts(
    root: Node<'_, '_>,
    words: &[&str],
    document: &DocumentRecord,
) -> Vec<EarlyPaymentRecord> {
    let issued = document.issue_date;
    let elements =
        children(root, "PaymentTerms").filter(|terms| has_discount(*terms)).map(|terms| {
            let field = |name: &str| text(terms, &[name]).and_then(|text| fields::decimal(&text));
            let days = days_of_period(terms);
            let end =
                text(terms, &["SettlementPeriod", "EndDate"]).and_then(|end| fields::day(&end));
            EarlyPaymentRecord {
                until: end.or_else(|| issued.zip(days).map(|(issued, days)| issued + days)),
                days,
                percent: field("SettlementDiscountPercent"),
                amount: field("SettlementDiscountAmount"),
                base: field("Amount"),
            }
        });
    let written = words.iter().flat_map(|words| skonto(words, issued));
    elements.chain(written).collect()
}

fn has_discount(terms: Node<'_, '_>) -> bool {
    ["SettlementDiscountPercent", "SettlementDiscountAmount"]
        .iter()
        .any(|name| child(terms, name).is_some())
}

/// The days of a settlement period.
fn days_of_period(terms: Node<'_, '_>) -> Option<i32> {
    let measure = path(terms, &["SettlementPeriod", "DurationMeasure"])?;
    let unit = attribute(measure, "unitCode").unwrap_or_default().to_uppercase();
    let days = text(measure, &[])?.parse::<i32>().ok()?;
    (matches!(unit.as_str(), "DAY" | "D" | "") && (0..=999).contains(&days)).then_some(days)
}

/// Every due date of the document as a whole, each once, in its order.
fn stated_dues(root: Node<'_, '_>, fields: &mut Fields) -> Vec<Day> {
    let mut stated = Vec::new();
    let mut add = |field: &str, written: Option<String>| {
        if let Some(day) = fields.day(field, written.as_deref())
            && !stated.contains(&day)
        {
            stated.push(day);
        }
    };
    add("DueDate", text(root, &["DueDate"]));
    for means in children(root, "PaymentMeans") {
        add("PaymentDueDate", text(means, &["PaymentDueDate"]));
    }
    stated
}

/// Payment terms that each have an amount and a date.
fn instalments(root: Node<'_, '_>, profile: Profile, fields: &mut Fields) -> Vec<DueRecord> {
    if profile == Profile::Sunat {
        return sunat::instalments(root, fields);
    }
    let date_of = |terms: Node<'_, '_>| {
        ["InstallmentDueDate", "PaymentDueDate"].iter().find_map(|field| text(terms, &[field]))
    };
    let dated = children(root, "PaymentTerms").filter(|terms| {
        child(*terms, "Amount").is_some() && date_of(*terms).is_some() && !has_discount(*terms)
    });
    dated
        .map(|terms| DueRecord {
            date: fields.day("PaymentTerms/PaymentDueDate", date_of(terms).as_deref()),
            amount: fields.amount("PaymentTerms/Amount", text(terms, &["Amount"])),
        })
        .collect()
}

/// Days of credit: a period in days, words that say them, or cash.
fn days_of_terms(root: Node<'_, '_>, words: &[&str], document: &DocumentRecord) -> Option<i32> {
    let period = children(root, "PaymentTerms")
        .filter(|terms| !has_discount(*terms))
        .find_map(|terms| days_of_period(terms));
    let cash = || match document.payment_method.as_deref() {
        Some("1" | "Contado") => Some(0),
        _ => None,
    };
    period.or_else(|| plain_days(words)).or_else(cash)
}
