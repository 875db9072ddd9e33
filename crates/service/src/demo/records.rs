//! The finished books as records: numbers each document and receipt in the order of its day, as
//! the country does (folios by type in Chile, series and UUID in Mexico, FAC-year/number in
//! Spain), and writes amounts as decimals. Decides nothing about money.

use super::book::{Book, Cash, CashKey, Doc, DocId, Source};
use super::random::Draw;
use super::{Country, DemoContact, Known, identity};
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_formats::record::{
    AllocationRecord, DisputeRecord, DocumentKind, DocumentRecord, DueRecord, DueSource,
    PartyRecord, PaymentRecord, PromiseRecord, ReferenceRecord,
};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Numbers given to what the books hold.
pub(super) struct Numbers {
    docs: Vec<String>,
    uuids: Vec<Option<String>>,
    cash: BTreeMap<CashKey, String>,
    order: Vec<DocId>,
}

impl Numbers {
    /// Numbers everything in the order of its day. A number alone names a document within its
    /// creditor, whatever its type.
    pub(super) fn new(book: &Book, seed: u64) -> Numbers {
        let mut order: Vec<DocId> = (0..book.docs.len()).collect();
        order.sort_by_key(|id| (book.docs[*id].issue, book.docs[*id].customer, *id));
        let mut numbers = Numbers {
            docs: vec![String::new(); order.len()],
            uuids: vec![None; order.len()],
            cash: BTreeMap::new(),
            order,
        };
        let mut counters: BTreeMap<(i32, &str), u32> = BTreeMap::new();
        for id in numbers.order.clone() {
            let doc = &book.docs[id];
            numbers.docs[id] = number(book.country, doc, &mut counters);
            if book.country == Country::Mexico {
                numbers.uuids[id] = Some(uuid(seed, &numbers.docs[id]));
            }
        }
        let letter = book.country.code();
        for (index, key) in book.cash.keys().enumerate() {
            numbers.cash.insert(*key, format!("P{letter}-{:06}", index + 1));
        }
        numbers
    }
}

/// The next number of the document's kind.
fn number(country: Country, doc: &Doc, counters: &mut BTreeMap<(i32, &str), u32>) -> String {
    let (year, _, _) = doc.issue.ymd();
    let (prefix, first) = match (country, doc.kind) {
        (Country::Chile, DocumentKind::CreditNote) => ("", 9_001),
        (Country::Chile, DocumentKind::DebitNote) => ("", 1_301),
        (Country::Chile, _) => ("", 104_501),
        (Country::Mexico, DocumentKind::CreditNote) => ("NC", 3_001),
        (Country::Mexico, DocumentKind::DebitNote) => ("ND", 501),
        (Country::Mexico, _) => ("A", 20_001),
        (Country::Spain, DocumentKind::CreditNote) => ("REC", 1),
        (Country::Spain, DocumentKind::DebitNote) => ("CAR", 1),
        (Country::Spain, _) => ("FAC", 1),
    };
    let series_year = if country == Country::Spain { year } else { 0 };
    let counter = counters.entry((series_year, doc.kind.as_str())).or_insert(first);
    let number = match country {
        Country::Spain => format!("{prefix}-{year}/{counter:04}"),
        _ => counter.to_string(),
    };
    *counter += 1;
    number
}

/// A UUID of the usual shape (version 4, RFC 9562), drawn from the seed and the number.
fn uuid(seed: u64, number: &str) -> String {
    let mut draw = Draw::new(seed, &format!("uuid {number}"));
    let (high, low) = (draw.next(), draw.next());
    format!(
        "{:08X}-{:04X}-4{:03X}-{:04X}-{:012X}",
        high >> 32,
        (high >> 16) & 0xFFFF,
        high & 0xFFF,
        0x8000 | ((low >> 48) & 0x3FFF),
        low & 0xFFFF_FFFF_FFFF
    )
}

fn decimal(minor: i64, currency: Currency) -> Decimal {
    Decimal::new(minor, currency.decimals())
}

/// Documents with the day each was known, oldest first.
pub(super) fn documents(
    book: &Book,
    numbers: &Numbers,
    seller: &PartyRecord,
) -> Vec<Known<DocumentRecord>> {
    numbers
        .order
        .iter()
        .map(|id| Known { on: book.docs[*id].issue, record: document(book, numbers, *id, seller) })
        .collect()
}

fn document(book: &Book, numbers: &Numbers, id: DocId, seller: &PartyRecord) -> DocumentRecord {
    let doc = &book.docs[id];
    let customer = &book.customers[doc.customer];
    let money = |minor| Some(decimal(minor, doc.currency));
    let is_note = doc.kind == DocumentKind::CreditNote;
    let terms_days = doc.dues.first().map(|(due, _)| *due - doc.issue);
    let cash_down = terms_days.is_none_or(|days| days <= 0);
    let (version, type_code, series) = official_marks(book.country, doc.kind);
    DocumentRecord {
        kind: doc.kind,
        version,
        type_code,
        series,
        number: Some(numbers.docs[id].clone()),
        uuid: numbers.uuids[id].clone(),
        issue_date: Some(doc.issue),
        issue_text: Some(doc.issue.to_string()),
        dues: dues(doc),
        due_source: match doc.dues.len() {
            0 => DueSource::IssueDate,
            1 => DueSource::Document,
            _ => DueSource::Instalments,
        },
        payment_terms: (!is_note).then(|| terms_text(customer.terms_days, doc.dues.len())),
        terms_days: (!is_note).then_some(customer.terms_days),
        payment_method: (!is_note).then(|| payment_method(book.country, cash_down)).flatten(),
        currency: Some(doc.currency.code().to_owned()),
        exchange_rate: book.rates.printed(doc.currency, doc.issue),
        subtotal: money(doc.net_minor),
        net: money(doc.net_minor),
        tax: money(doc.tax_minor),
        total: money(doc.total_minor),
        seller: seller.clone(),
        buyer: customer.party.clone(),
        lines: Some(1 + (doc.net_minor % 7) as u32),
        references: doc
            .corrects
            .iter()
            .map(|corrects| reference(book, numbers, *corrects))
            .collect(),
        ..DocumentRecord::default()
    }
}

/// The due dates; the amount only where there are several.
fn dues(doc: &Doc) -> Vec<DueRecord> {
    let several = doc.dues.len() > 1;
    let due = |(day, minor): &(Day, i64)| DueRecord {
        date: Some(*day),
        amount: several.then(|| decimal(*minor, doc.currency)),
    };
    doc.dues.iter().map(due).collect()
}

/// Version, type code and series of the country's documents.
fn official_marks(
    country: Country,
    kind: DocumentKind,
) -> (Option<String>, Option<String>, Option<String>) {
    let (version, type_code, series) = match (country, kind) {
        (Country::Chile, DocumentKind::CreditNote) => (None, Some("61"), None),
        (Country::Chile, DocumentKind::DebitNote) => (None, Some("56"), None),
        (Country::Chile, _) => (None, Some("33"), None),
        (Country::Mexico, DocumentKind::CreditNote) => (Some("4.0"), Some("E"), Some("NC")),
        (Country::Mexico, DocumentKind::DebitNote) => (Some("4.0"), Some("I"), Some("ND")),
        (Country::Mexico, _) => (Some("4.0"), Some("I"), Some("A")),
        (Country::Spain, _) => (None, None, None),
    };
    (version.map(str::to_owned), type_code.map(str::to_owned), series.map(str::to_owned))
}

fn terms_text(terms_days: i32, instalments: usize) -> String {
    match (instalments, terms_days) {
        (2.., _) => format!("{instalments} cuotas"),
        (_, 0) => "Contado".to_owned(),
        (_, days) => format!("{days} días"),
    }
}

/// PUE or PPD in Mexico, 1 or 2 in Chile, nothing in Spain.
fn payment_method(country: Country, cash_down: bool) -> Option<String> {
    let method = match (country, cash_down) {
        (Country::Chile, true) => "1",
        (Country::Chile, false) => "2",
        (Country::Mexico, true) => "PUE",
        (Country::Mexico, false) => "PPD",
        (Country::Spain, _) => return None,
    };
    Some(method.to_owned())
}

fn reference(
    book: &Book,
    numbers: &Numbers,
    (target, effect, reason): (DocId, puntual_formats::record::ReferenceEffect, &str),
) -> ReferenceRecord {
    use puntual_formats::record::ReferenceEffect;
    let relation = match (book.country, effect) {
        (Country::Chile, ReferenceEffect::Cancels) => Some("1"),
        (Country::Chile, _) => Some("3"),
        (Country::Mexico, _) => Some("01"),
        (Country::Spain, _) => None,
    };
    let (_, type_code, _) = official_marks(book.country, book.docs[target].kind);
    ReferenceRecord {
        effect,
        relation: relation.map(str::to_owned),
        type_code,
        number: Some(numbers.docs[target].clone()),
        uuid: numbers.uuids[target].clone(),
        date: Some(book.docs[target].issue),
        reason: Some(reason.to_owned()),
    }
}

/// Payments with the day each was recorded, in the order of their days.
pub(super) fn payments(book: &Book, numbers: &Numbers) -> Vec<Known<PaymentRecord>> {
    let known = |(key, cash): (&CashKey, &Cash)| Known {
        on: cash.known_on,
        record: payment(book, numbers, key, cash),
    };
    book.cash.iter().map(known).collect()
}

fn payment(book: &Book, numbers: &Numbers, key: &CashKey, cash: &Cash) -> PaymentRecord {
    let payer = &book.customers[key.customer].party;
    let name = payer.name.as_deref().unwrap_or_default().to_uppercase();
    let operation = Draw::new(u64::from(key.day.0.unsigned_abs()), &name).below(90_000_000);
    let reference = match (key.on_account, cash.docs.as_slice()) {
        (true, _) => "ANTICIPO A CUENTA".to_owned(),
        (false, [doc]) if operation % 4 != 3 => format!("PAGO FACT {}", numbers.docs[*doc]),
        (false, [doc, rest @ ..]) if operation % 4 > 1 => {
            format!("PAGO FACT {} Y {} MAS", numbers.docs[*doc], rest.len())
        }
        _ => format!("TRANSF {name}"),
    };
    PaymentRecord {
        number: numbers.cash.get(key).cloned(),
        payer: PartyRecord {
            tax_id: payer.tax_id.clone(),
            code: payer.code.clone(),
            name: payer.name.clone(),
            ..PartyRecord::default()
        },
        date: Some(key.day),
        date_text: Some(key.day.to_string()),
        currency: Some(key.currency.code().to_owned()),
        exchange_rate: book.rates.printed(key.currency, key.day),
        amount: Some(decimal(cash.amount_minor, key.currency)),
        method: Some(if cash.by_cheque { "cheque" } else { "transferencia" }.to_owned()),
        operation: Some(format!("{:08}", 10_000_000 + operation)),
        reference: Some(reference),
        ..PaymentRecord::default()
    }
}

/// Movements of balances with the day each was recorded, in the order of their effective days.
pub(super) fn allocations(book: &Book, numbers: &Numbers) -> Vec<Known<AllocationRecord>> {
    let mut order: Vec<usize> = (0..book.movements.len()).collect();
    order.sort_by_key(|index| (book.movements[*index].day, *index));
    let record = |index: &usize| {
        let movement = &book.movements[*index];
        let currency = book.docs[movement.doc].currency;
        Known {
            on: movement.known_on,
            record: AllocationRecord {
                place: String::new(),
                date: movement.day,
                document: numbers.docs[movement.doc].clone(),
                amount: decimal(movement.amount_minor, currency),
                kind: movement.kind,
                source: match movement.source {
                    Source::Cash(key) => numbers.cash.get(&key).cloned(),
                    Source::Note(id) => Some(numbers.docs[id].clone()),
                    Source::Nothing => None,
                },
            },
        }
    };
    order.iter().map(record).collect()
}

/// Promises with the day each was made, in that order.
pub(super) fn promises(book: &Book, numbers: &Numbers) -> Vec<Known<PromiseRecord>> {
    let mut promises: Vec<_> = book
        .promises
        .iter()
        .map(|promise| Known {
            on: promise.made,
            record: PromiseRecord {
                place: String::new(),
                document: numbers.docs[promise.doc].clone(),
                promised: promise.promised,
                amount: decimal(promise.amount_minor, book.docs[promise.doc].currency),
            },
        })
        .collect();
    promises.sort_by_key(|promise| promise.on);
    promises
}

/// Disputes with the day each was opened, in that order.
pub(super) fn disputes(book: &Book, numbers: &Numbers) -> Vec<Known<DisputeRecord>> {
    let mut disputes: Vec<_> = book
        .disputes
        .iter()
        .map(|dispute| Known {
            on: dispute.opened,
            record: DisputeRecord {
                place: String::new(),
                document: numbers.docs[dispute.doc].clone(),
                opened: dispute.opened,
                reason: Some(dispute.reason.to_owned()),
            },
        })
        .collect();
    disputes.sort_by_key(|dispute| dispute.on);
    disputes
}

/// Contacts and notes, in the order of their days.
pub(super) fn contacts(book: &Book, numbers: &Numbers) -> Vec<DemoContact> {
    let agents = identity::agents(book.country);
    let mut contacts: Vec<_> = book
        .contacts
        .iter()
        .map(|contact| {
            let customer = &book.customers[contact.customer];
            let documents: Vec<String> =
                contact.docs.iter().map(|doc| numbers.docs[*doc].clone()).collect();
            let first = documents.first().map(String::as_str).unwrap_or_default();
            DemoContact {
                day: contact.day,
                customer_code: customer.party.code.clone().unwrap_or_default(),
                agent: agents.get(customer.collector).map_or("", |agent| agent.login),
                channel: contact.channel,
                outcome: contact.outcome,
                text: contact.text.replace("{doc}", &format!("la factura {first}")),
                documents,
            }
        })
        .collect();
    contacts.sort_by_key(|contact| contact.day);
    contacts
}
