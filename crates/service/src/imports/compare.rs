//! A quarantined record beside what is stored: field by field, with what differs and what is wrong.
//!
//! Decides when two values say the same. It refuses to know words and pages: fields go by their
//! codes, values by their kind.

use super::{amount, keys, mapping_from_text, parties, read_options};
use crate::App;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::words;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::{DocumentId, ImportId};
use puntual_core::money::Money;
use puntual_formats::read::{self, ReadFile};
use puntual_formats::record::{
    AllocationKind, CustomerRecord, DocumentKind, DocumentRecord, EventRecord, PartyRecord,
    PaymentRecord, Problem, Record,
};
use puntual_store::document::Document;
use puntual_store::quarantine::Case;
use puntual_store::receivable::Receivable;
use puntual_store::{Tx, customer, document, import, receivable};
use rust_decimal::Decimal;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// A value of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Words, a number or a code as written.
    Text(String),
    /// A class of document by its code.
    Kind(&'static str),
    /// A day.
    Day(Day),
    /// An amount.
    Amount(Money),
    /// Due dates, each with its amount where it has one of its own.
    Dues(Vec<(Day, Option<Money>)>),
}

/// A field of the record that came and of the one that is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldPair {
    /// Code of the field, as columns of tables have it.
    pub field: &'static str,
    /// What is stored.
    pub stored: Option<Value>,
    /// What came.
    pub arriving: Option<Value>,
    /// Whether the two contradict each other.
    pub differs: bool,
    /// Whether it is what the record waits for.
    pub is_wrong: bool,
}

/// A quarantined record beside what is stored.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The record and its problem.
    pub case: Case,
    /// The stored document under the same key.
    pub stored: Option<DocumentId>,
    /// Field by field; empty when the file is not kept or its record is not found in it.
    pub fields: Vec<FieldPair>,
    /// Every problem of the record, each with its place.
    pub problems: Vec<Problem>,
    /// Whether the file can be read again.
    pub is_kept: bool,
}

impl Comparison {
    /// The value that came for a field.
    pub fn arriving(&self, field: &str) -> Option<&Value> {
        let pair = self.fields.iter().find(|pair| pair.field == field)?;
        pair.arriving.as_ref()
    }

    /// How many fields contradict what is stored.
    pub fn differences(&self) -> usize {
        self.fields.iter().filter(|pair| pair.differs).count()
    }
}

/// Fields and their values, in the order in which they are shown.
type Fields = Vec<(&'static str, Option<Value>)>;

/// Puts records beside what is stored. Kept files of more than `most_bytes` are not read.
pub fn compare(
    app: &App,
    ctx: &Ctx,
    cases: Vec<Case>,
    most_bytes: usize,
) -> Result<Vec<Comparison>, ServiceError> {
    let mut files: HashMap<(String, ImportId), Option<ReadFile>> = HashMap::new();
    for case in &cases {
        let Some(hash) = &case.issue.source_hash else { continue };
        if let Entry::Vacant(free) = files.entry((hash.clone(), case.issue.import)) {
            free.insert(read_kept(app, ctx, hash, case.issue.import, most_bytes)?);
        }
    }
    app.store.read(|tx| {
        let beside = |case: Case| {
            let hash = case.issue.source_hash.clone().unwrap_or_default();
            let file = files.get(&(hash, case.issue.import)).and_then(Option::as_ref);
            one(tx, ctx, case, file)
        };
        cases.into_iter().map(beside).collect()
    })
}

fn read_kept(
    app: &App,
    ctx: &Ctx,
    hash: &str,
    batch: ImportId,
    most_bytes: usize,
) -> Result<Option<ReadFile>, ServiceError> {
    let (kept, mapping) = app.store.read(|tx| {
        let kept = import::file(tx, ctx.scope(), hash)?;
        Ok::<_, ServiceError>((kept, import::reading(tx, ctx.scope(), batch)?))
    })?;
    let Some((name, Some(content))) = kept else { return Ok(None) };
    if content.len() > most_bytes {
        return Ok(None);
    }
    let mapping = mapping.as_deref().map(mapping_from_text).transpose()?;
    let options = read_options(ctx, &super::Options { mapping, ..super::Options::default() });
    Ok(Some(read::read(&name, &content, &options)))
}

/// Whether a record, or what was said of it, stands at a place.
pub(super) fn stands_at(record: &Record, place: &str) -> bool {
    own_place(record) == place || record.problems().iter().any(|problem| problem.place == place)
}

fn own_place(record: &Record) -> &str {
    match record {
        Record::Document(one) => &one.place,
        Record::Customer(one) => &one.place,
        Record::Payment(one) => &one.place,
        Record::Allocation(one) => &one.place,
        Record::Rate(one) => &one.place,
        Record::Dispute(one) => &one.place,
        Record::Promise(one) => &one.place,
        Record::Event(one) => &one.place,
        Record::BankEntry(one) => &one.place,
        Record::Statement(one) => &one.place,
        Record::DebitResult(one) => &one.place,
        Record::PaymentOrder(one) => &one.place,
        Record::Refused(problem) => &problem.place,
    }
}

fn one(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    case: Case,
    file: Option<&ReadFile>,
) -> Result<Comparison, ServiceError> {
    let found = file.and_then(|file| {
        let mut records = file.leaves().into_iter().flat_map(|leaf| &leaf.records);
        records.find(|record| stands_at(record, &case.issue.place))
    });
    let stored = stored_under(tx, ctx, case.issue.doc_key.as_deref(), found)?;
    let ours = match &stored {
        Some(document) => stored_fields(tx, ctx, document)?,
        None => Vec::new(),
    };
    let came = found.map(|record| record_fields(ctx, record)).unwrap_or_default();
    Ok(Comparison {
        fields: paired(ours, came, &case.issue.code),
        problems: found.map(|record| record.problems().to_vec()).unwrap_or_default(),
        stored: stored.map(|document| document.id),
        is_kept: file.is_some(),
        case,
    })
}

/// The document stored under the key of the problem, or else under the record's own.
fn stored_under(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    key: Option<&str>,
    record: Option<&Record>,
) -> Result<Option<Document>, ServiceError> {
    let own = match record {
        Some(Record::Document(d)) => {
            let total = total_of(ctx, d).map(|total| Money { minor: total.minor.abs(), ..total });
            let total = total.map(Money::to_plain).unwrap_or_default();
            keys::document_key(d, &ctx.creditor.country, &total)
        }
        _ => None,
    };
    let Some(key) = key.map(str::to_owned).or(own).filter(|key| !keys::is_too_long(key)) else {
        return Ok(None);
    };
    let known = document::known(tx, ctx.scope(), [key.as_str()].into_iter())?.pop();
    match known {
        Some(known) => Ok(document::get(tx, ctx.scope(), known.id)?),
        None => Ok(None),
    }
}

/// The two sides of each field; what the record waits for is marked.
fn paired(ours: Fields, came: Fields, code: &str) -> Vec<FieldPair> {
    let mut order: Vec<&'static str> = came.iter().map(|(field, _)| *field).collect();
    let only_ours = ours
        .iter()
        .map(|(field, _)| *field)
        .filter(|field| !came.iter().any(|(known, _)| known == field));
    order.extend(only_ours.collect::<Vec<_>>());
    let value = |fields: &Fields, field: &str| {
        fields.iter().find(|(known, _)| *known == field).and_then(|(_, value)| value.clone())
    };
    let pair = |field: &'static str| {
        let (stored, arriving) = (value(&ours, field), value(&came, field));
        let differs = matches!((&stored, &arriving), (Some(a), Some(b)) if !says_same(field, a, b));
        let is_wrong = is_about(code, field, arriving.is_none());
        FieldPair { field, stored, arriving, differs, is_wrong }
    };
    let pairs = order.into_iter().map(pair);
    // Who issued it is the creditor, unless that is the problem.
    let is_shown = |p: &FieldPair| match p.field {
        "seller" => p.is_wrong,
        _ => p.stored.is_some() || p.arriving.is_some() || p.is_wrong,
    };
    pairs.filter(is_shown).collect()
}

/// Whether two values say the same: names without regard to case and accents, due dates as far as
/// both state amounts.
fn says_same(field: &str, one: &Value, other: &Value) -> bool {
    let alike = |a: &str, b: &str| {
        let words = |text: &str| words::plain(text).split_whitespace().collect::<String>();
        words(a) == words(b)
    };
    match (one, other) {
        (Value::Text(a), Value::Text(b)) if field == "customer_name" => alike(a, b),
        (Value::Dues(a), Value::Dues(b)) => {
            a.len() == b.len()
                && a.iter().zip(b).all(|((day, amount), (other_day, other_amount))| {
                    let stated = amount.is_some() && other_amount.is_some();
                    day == other_day && (!stated || amount == other_amount)
                })
        }
        (a, b) => a == b,
    }
}

/// Whether a problem of this code is about this field.
fn is_about(code: &str, field: &str, is_missing: bool) -> bool {
    match code {
        "missing_field" => {
            let needed =
                ["document_number", "customer_name", "issue_date", "total", "date", "amount"];
            is_missing && needed.contains(&field)
        }
        "unknown_currency" | "currency_differs" => field == "currency",
        "bad_amount" | "too_many_decimals" | "amount_too_large" | "decimals_in_pesos"
        | "negative_total" | "total_mismatch" | "more_than_document" | "more_than_payment" => {
            ["total", "amount"].contains(&field)
        }
        "bad_date" | "half_converted_dates" | "ambiguous_date_order" => {
            ["issue_date", "due_date", "date"].contains(&field)
        }
        "bad_tax_id" => field == "tax_id",
        "shortened_number" => field == "document_number",
        "unknown_type" => field == "document_type",
        "not_our_document" => field == "seller",
        "unknown_document" | "ambiguous_document" => field == "applies_to",
        "missing_source" => field == "source",
        _ => false,
    }
}

fn text(said: &Option<String>) -> Option<Value> {
    said.as_deref()
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .map(|t| Value::Text(t.to_owned()))
}

/// An amount of a currency, or as written where the currency cannot hold it.
fn money(written: Option<Decimal>, currency: Option<Currency>) -> Option<Value> {
    let written = written?;
    let exact = currency.and_then(|currency| {
        amount::minor(written, currency).ok().map(|minor| Money::new(minor, currency))
    });
    Some(exact.map_or_else(|| Value::Text(written.to_string()), Value::Amount))
}

fn currency_of(ctx: &Ctx, written: Option<&str>) -> Option<Currency> {
    match written.map(str::trim).filter(|code| !code.is_empty()) {
        None => Some(ctx.creditor.currency),
        Some(code) => code.parse().ok(),
    }
}

fn total_of(ctx: &Ctx, d: &DocumentRecord) -> Option<Money> {
    let currency = currency_of(ctx, d.currency.as_deref())?;
    let minor = amount::minor(d.payable.or(d.total)?, currency).ok()?;
    Some(Money::new(minor, currency))
}

fn party_fields(ctx: &Ctx, party: &PartyRecord) -> Fields {
    let tax_id = parties::tax_key(ctx, party).map(Value::Text);
    vec![
        ("customer_code", text(&party.code)),
        ("customer_name", text(&party.name)),
        ("tax_id", tax_id.or_else(|| text(&party.tax_id))),
    ]
}

fn record_fields(ctx: &Ctx, record: &Record) -> Fields {
    let plain = |text: &str| Some(Value::Text(text.to_owned()));
    match record {
        Record::Document(d) => document_fields(ctx, d),
        Record::Payment(p) => payment_fields(ctx, p),
        Record::Customer(c) => customer_fields(ctx, c),
        Record::Event(e) => event_fields(ctx, e),
        Record::Allocation(a) => vec![
            ("applies_to", plain(&a.document)),
            ("date", Some(Value::Day(a.date))),
            ("amount", plain(&a.amount.to_string())),
            ("movement_kind", plain(allocation_word(a.kind))),
            ("source", text(&a.source)),
        ],
        Record::Rate(r) => vec![
            ("date", Some(Value::Day(r.date))),
            ("currency", plain(&r.currency)),
            ("rate", plain(&Decimal::new(r.base_minor_e4, 4).normalize().to_string())),
        ],
        Record::Dispute(d) => vec![
            ("applies_to", plain(&d.document)),
            ("opened_date", Some(Value::Day(d.opened))),
            ("reason", text(&d.reason)),
        ],
        Record::Promise(p) => vec![
            ("applies_to", plain(&p.document)),
            ("promised_date", Some(Value::Day(p.promised))),
            ("amount", plain(&p.amount.to_string())),
        ],
        // Bank records wait for nobody here: what they pay is decided where they are matched.
        Record::BankEntry(_)
        | Record::Statement(_)
        | Record::DebitResult(_)
        | Record::PaymentOrder(_)
        | Record::Refused(_) => Vec::new(),
    }
}

fn allocation_word(kind: AllocationKind) -> &'static str {
    match kind {
        AllocationKind::Payment => "PAY",
        AllocationKind::CreditNote => "CN",
        AllocationKind::Reversal => "REV",
        AllocationKind::WriteOff => "WO",
    }
}

fn document_fields(ctx: &Ctx, d: &DocumentRecord) -> Fields {
    let currency = currency_of(ctx, d.currency.as_deref());
    let number = keys::full_number(d.series.as_deref(), d.number.as_deref());
    let due = |due: &puntual_formats::record::DueRecord| {
        let minor = due
            .amount
            .zip(currency)
            .and_then(|(a, c)| amount::minor_rounded(a, c).ok().map(|minor| Money::new(minor, c)));
        due.date.map(|day| (day, minor))
    };
    let mut dues: Vec<(Day, Option<Money>)> = d.dues.iter().filter_map(due).collect();
    if let [(_, amount)] = dues.as_mut_slice() {
        // A single due date is for all of it, whatever the source says besides.
        *amount = None;
    }
    let total = d.payable.or(d.total);
    let kind = match (d.kind, total) {
        (DocumentKind::Invoice | DocumentKind::DebitNote | DocumentKind::Receipt, Some(total))
            if total.is_sign_negative() =>
        {
            DocumentKind::CreditNote
        }
        (kind, _) => kind,
    };
    let mut fields: Fields = vec![
        ("document_type", Some(Value::Kind(kind.as_str()))),
        ("document_number", text(&Some(number))),
        ("uuid", text(&d.uuid)),
    ];
    fields.extend(party_fields(ctx, &d.buyer));
    fields.extend([
        ("issue_date", d.issue_date.map(Value::Day)),
        ("due_date", (!dues.is_empty()).then_some(Value::Dues(dues))),
        ("terms", text(&d.payment_terms)),
        ("currency", currency.map(code).or_else(|| text(&d.currency))),
        ("net", money(d.net, currency)),
        ("tax", money(d.tax, currency)),
        ("withheld", money(d.withheld, currency)),
        ("total", money(total.map(|total| total.abs()), currency)),
        ("seller", text(&d.seller.name).or_else(|| text(&d.seller.tax_id))),
    ]);
    fields
}

fn code(currency: Currency) -> Value {
    Value::Text(currency.code().to_owned())
}

fn payment_fields(ctx: &Ctx, p: &PaymentRecord) -> Fields {
    let currency = currency_of(ctx, p.currency.as_deref());
    let mut fields: Fields = vec![("payment_number", text(&p.number))];
    fields.extend(party_fields(ctx, &p.payer));
    fields.extend([
        ("date", p.date.map(Value::Day).or_else(|| text(&p.date_text))),
        ("currency", currency.map(code).or_else(|| text(&p.currency))),
        ("amount", money(p.amount, currency)),
        ("method", text(&p.method)),
        ("operation", text(&p.operation)),
        ("reference", text(&p.reference)),
    ]);
    fields
}

fn customer_fields(ctx: &Ctx, c: &CustomerRecord) -> Fields {
    let currency = currency_of(ctx, c.currency.as_deref());
    let mut fields = party_fields(ctx, &c.party);
    fields.extend([
        ("email", text(&c.party.email)),
        ("phone", text(&c.party.phone)),
        ("segment", text(&c.segment)),
        ("collector", text(&c.collector)),
        ("terms_days", c.terms_days.map(|days| Value::Text(days.to_string()))),
        ("credit_limit", money(c.credit_limit, currency)),
    ]);
    fields
}

fn event_fields(ctx: &Ctx, e: &EventRecord) -> Fields {
    let mut fields: Fields = vec![
        ("document_type", text(&e.type_code)),
        ("applies_to", text(&e.number)),
        ("uuid", text(&e.uuid)),
    ];
    fields.extend(party_fields(ctx, &e.buyer));
    fields.extend([
        ("issue_date", e.issue_date.map(Value::Day)),
        ("state", text(&Some(e.kind.as_str().to_owned()))),
        ("date", e.on.map(Value::Day).or_else(|| text(&e.at_text))),
        ("total", money(e.total, Some(ctx.creditor.currency))),
        ("reason", text(&e.reason)),
    ]);
    fields
}

fn stored_fields(tx: &mut Tx<'_>, ctx: &Ctx, d: &Document) -> Result<Fields, ServiceError> {
    let owner = customer::get(tx, ctx.scope(), d.customer)?;
    let mut receivables = receivable::of_documents(tx, ctx.scope(), &[d.id])?;
    receivables.sort_by_key(|receivable| receivable.instalment);
    let of = |minor: i64| Value::Amount(Money::new(minor, d.currency));
    let is_single = receivables.len() == 1;
    let due =
        |r: &Receivable| (r.due_date, (!is_single).then(|| Money::new(r.amount_minor, r.currency)));
    let dues: Vec<_> = receivables.iter().map(due).collect();
    Ok(vec![
        ("document_type", Some(Value::Kind(stored_kind(&d.kind)))),
        ("document_number", text(&Some(d.number.clone()))),
        ("uuid", text(&d.uid)),
        ("customer_code", owner.as_ref().map(|c| Value::Text(c.code.clone()))),
        ("customer_name", owner.as_ref().map(|c| Value::Text(c.name.clone()))),
        ("tax_id", owner.as_ref().and_then(|c| text(&c.tax_id))),
        ("issue_date", Some(Value::Day(d.issue_date))),
        ("due_date", (!dues.is_empty()).then_some(Value::Dues(dues))),
        ("terms", text(&d.payment_terms)),
        ("currency", Some(code(d.currency))),
        ("net", d.net_minor.map(of)),
        ("tax", d.tax_minor.map(of)),
        ("withheld", d.withheld_minor.map(of)),
        ("total", Some(of(d.total_minor))),
    ])
}

fn stored_kind(word: &str) -> &'static str {
    use DocumentKind::{CreditNote, DebitNote, Instrument, Invoice, Receipt};
    let kinds = [Invoice, CreditNote, DebitNote, Receipt, Instrument];
    kinds.into_iter().map(DocumentKind::as_str).find(|known| *known == word).unwrap_or("other")
}
