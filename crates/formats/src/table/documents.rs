//! Rows of documents: invoices, notes and what lists of open items mix among them. Decides kind,
//! amounts and dates of one row; grouping rows of one document is [`super::grouped`]'s.

use super::bank::amounts::{Side, side_named};
use super::cells::Cells;
use super::classes::{self, Class, State};
use super::convert::Converter;
use super::grouped::Line;
use super::mapping::{Field, RowKind};
use super::problems;
use crate::record::{
    DocumentKind, DocumentRecord, DueRecord, DueSource, PaymentRecord, Problem, Record,
    ReferenceEffect, ReferenceRecord,
};
use crate::terms_text;
use rust_decimal::Decimal;

/// Total, open and paid of a row, as far as its columns say.
#[derive(Clone, Copy, Debug, Default)]
struct Amounts {
    total: Option<Decimal>,
    open: Option<Decimal>,
    paid: Option<Decimal>,
}

/// Reads a row as a document, or as a payment where the source lists payments among documents.
pub(super) fn read(converter: &mut Converter<'_>, mut cells: Cells<'_>) -> Record {
    let type_text = cells.text(Field::DocumentType);
    let class = match &type_text {
        Some(text) => class_of(converter, text),
        None => Class::BySign,
    };
    if let (Class::Unknown, Some(text)) = (class, &type_text) {
        note_unknown_type(&mut cells, text);
    }
    let currency = cells.currency(&mut converter.memory);
    let mut amounts = amounts(&mut cells);
    for amount in [&mut amounts.total, &mut amounts.open, &mut amounts.paid].into_iter().flatten() {
        *amount = cells.in_currency(*amount, currency.as_deref(), &mut converter.memory);
    }
    if cells.plan.rows == Some(RowKind::Instalments) && cells.flag(Field::Collected).is_some() {
        let collected = cells.flag(Field::Collected) == Some(true);
        amounts.open = amounts.total.map(|total| if collected { Decimal::ZERO } else { total });
    }
    converter.sum(currency.as_deref(), amounts.total, amounts.open, amounts.paid);
    if class == Class::Payment {
        return payment(converter, cells, currency, amounts);
    }
    let mut document = Box::new(DocumentRecord { currency, ..DocumentRecord::default() });
    document.type_code = type_text;
    document.buyer = converter.party(&mut cells);
    identify(&mut document, &mut cells);
    date(&mut document, &mut cells);
    price(&mut document, &mut cells, amounts);
    document.kind = kind(class, &document);
    if cells.plan.has(Field::AppliesTo) {
        document.references.extend(reference(&mut cells));
    }
    if cells.plan.has(Field::PurchaseOrder)
        && let Some(number) = cells.text(Field::PurchaseOrder)
    {
        document.references.push(ReferenceRecord { number: Some(number), ..purchase_order() });
    }
    if cells.plan.has(Field::Disputed) {
        document.disputed = cells.flag(Field::Disputed);
    }
    apply_state(&mut document, &mut cells);
    note_what_is_missing(&document, &mut cells);
    document.place = std::mem::take(&mut cells.place);
    document.problems = std::mem::take(&mut cells.problems);
    settle(&mut document);
    Record::Document(document)
}

fn purchase_order() -> ReferenceRecord {
    ReferenceRecord { type_code: Some("801".to_owned()), ..ReferenceRecord::default() }
}

/// Works out the outcome of a document from its problems.
pub(super) fn settle(document: &mut DocumentRecord) {
    document.status = document.problems.iter().map(|p| p.status).max().unwrap_or_default();
}

/// Says that a word is not known, where its header leaves no doubt that it is a type.
fn note_unknown_type(cells: &mut Cells<'_>, text: &str) {
    const SURE: u8 = 80;
    let column = cells.plan.column(Field::DocumentType);
    if column.is_some_and(|column| cells.plan.confidence[column] >= SURE) {
        cells.problems.push(problems::unknown_type(&cells.place, text));
    }
}

fn class_of(converter: &mut Converter<'_>, text: &str) -> Class {
    if let Some(class) = converter.classes.get(text) {
        return *class;
    }
    let class = classes::class_of(text, converter.plan.is_layout("sap_items"));
    // The words of a type column are few; a column of free text is not remembered for ever.
    if converter.classes.len() < 1000 {
        converter.classes.insert(text.to_owned(), class);
    }
    class
}

fn amounts(cells: &mut Cells<'_>) -> Amounts {
    let mut amounts = Amounts {
        total: cells.amount(Field::Total),
        open: cells.amount(Field::Open),
        paid: cells.amount(Field::Paid),
    };
    if cells.plan.is_layout("sap_items") {
        // Open items in their own currency, else in the company's.
        let open = amounts.open.or_else(|| cells.amount(Field::Amount));
        amounts.open = open.map(|open| by_side(cells, open));
        return amounts;
    }
    if amounts.total.is_none() && cells.plan.has(Field::Debit) {
        debit_and_credit(cells, &mut amounts);
    }
    if amounts.total.is_none() && cells.plan.has(Field::Net) {
        let part = |cells: &mut Cells<'_>, field| cells.amount(field).unwrap_or_default();
        amounts.total = cells.amount(Field::Net).and_then(|net| {
            let rest = part(cells, Field::Tax).checked_add(part(cells, Field::Exempt))?;
            (amounts.open.is_none()).then(|| net.checked_add(rest)).flatten()
        });
    }
    amounts
}

/// SAP writes amounts without sign where a column says debit (`S`) or credit (`H`).
fn by_side(cells: &Cells<'_>, amount: Decimal) -> Decimal {
    let text = match cells.plan.has(Field::DebitOrCredit) {
        true => cells.text(Field::DebitOrCredit),
        false => None,
    };
    match text.as_deref().and_then(side_named) {
        Some(Side::Credit) => -amount.abs(),
        _ => amount,
    }
}

/// Ledger listings: the debit is the debt; a credit beside it is what was paid, and alone it is a
/// credit of its own.
fn debit_and_credit(cells: &mut Cells<'_>, amounts: &mut Amounts) {
    let debit = cells.amount(Field::Debit).filter(|amount| !amount.is_zero());
    let credit = amounts.paid.or_else(|| cells.amount(Field::Credit)).filter(|c| !c.is_zero());
    match (debit, credit) {
        (Some(debit), credit) => (amounts.total, amounts.paid) = (Some(debit), credit),
        (None, Some(credit)) => (amounts.total, amounts.paid) = (Some(-credit), None),
        (None, None) => {}
    }
}

fn identify(document: &mut DocumentRecord, cells: &mut Cells<'_>) {
    document.number = cells.number(Field::DocumentNumber);
    if cells.plan.is_layout("sap_items")
        && let Some(reference) = cells.number(Field::Reference)
    {
        // The customer knows the reference, which is the number of the invoice; the accounting
        // number stays as a mention.
        let ours = document.number.replace(reference);
        document.references.push(ReferenceRecord { number: ours, ..ReferenceRecord::default() });
    }
    if cells.plan.has(Field::Series) {
        let starts = |series: &String| {
            document.number.as_ref().is_some_and(|number| number.starts_with(series.as_str()))
        };
        document.series = cells.text(Field::Series).filter(|series| !starts(series));
    }
    if cells.plan.has(Field::Uuid) {
        document.uuid = cells.text(Field::Uuid).map(|uuid| uuid.to_uppercase());
    }
}

fn date(document: &mut DocumentRecord, cells: &mut Cells<'_>) {
    document.issue_date = match cells.day(Field::IssueDate) {
        Some(day) => Some(day),
        None => cells.day(Field::Date),
    };
    let due = cells.day(Field::DueDate);
    document.cleared_on = cells.day(Field::ClearedDate);
    if cells.plan.has(Field::Method) {
        document.payment_form = cells.words(Field::Method);
    }
    if cells.plan.has(Field::Terms) || document.payment_form.is_some() {
        let by_form =
            || document.payment_form.clone().filter(|text| terms_text::terms_days(text).is_some());
        document.payment_terms = cells.text(Field::Terms).or_else(by_form);
        document.terms_days = document.payment_terms.as_deref().and_then(terms_text::terms_days);
    }
    let by_terms = match (document.issue_date, document.terms_days) {
        (Some(issue), Some(days)) => Some(issue + days),
        _ => None,
    };
    (document.dues, document.due_source) = match (due, by_terms) {
        (Some(due), _) => (vec![DueRecord { date: Some(due), amount: None }], DueSource::Document),
        (None, Some(due)) => (vec![DueRecord { date: Some(due), amount: None }], DueSource::Terms),
        (None, None) => (Vec::new(), DueSource::IssueDate),
    };
    if let (Some(issue), Some(due)) = (document.issue_date, due)
        && due < issue
    {
        cells.problems.push(problems::lacking(&cells.place, "due_before_issue"));
    }
}

fn price(document: &mut DocumentRecord, cells: &mut Cells<'_>, amounts: Amounts) {
    if cells.plan.has(Field::Net) {
        document.net = cells.amount(Field::Net);
    }
    if cells.plan.has(Field::Tax) {
        document.tax = cells.amount(Field::Tax);
    }
    if cells.plan.has(Field::Exempt) {
        document.exempt = cells.amount(Field::Exempt);
    }
    if cells.plan.has(Field::ExchangeRate) {
        document.exchange_rate = cells.amount(Field::ExchangeRate);
    }
    document.total = amounts.total.or(amounts.open);
    document.open = amounts.open;
    if let (None, Some(total), Some(paid)) = (amounts.open, amounts.total, amounts.paid) {
        document.open = total.checked_sub(paid);
        if paid.abs() > total.abs() {
            cells.problems.push(problems::lacking(&cells.place, "paid_more_than_total"));
        }
    }
}

fn kind(class: Class, document: &DocumentRecord) -> DocumentKind {
    let negative = document.total.is_some_and(|total| total.is_sign_negative() && !total.is_zero());
    match class {
        // An invoice below zero is what credit notes are called where they have no type.
        Class::Document(DocumentKind::Invoice | DocumentKind::Receipt)
        | Class::BySign
        | Class::Unknown
            if negative =>
        {
            DocumentKind::CreditNote
        }
        Class::Document(kind) => kind,
        Class::Payment | Class::BySign | Class::Unknown => DocumentKind::Invoice,
    }
}

/// The document a row refers to.
pub(super) fn reference(cells: &mut Cells<'_>) -> Option<ReferenceRecord> {
    let number = cells.number(Field::AppliesTo)?;
    let type_code = cells.text(Field::AppliesToType);
    // Orders and receipts are mentions (SII codes above 800 and HES); documents are corrected.
    let mention = type_code.as_deref().is_some_and(|code| match code.parse::<u32>() {
        Ok(code) => code >= 800 || code == 52 || code == 50,
        Err(_) => true,
    });
    let effect = if mention { ReferenceEffect::Mentions } else { ReferenceEffect::Adjusts };
    Some(ReferenceRecord { effect, type_code, number: Some(number), ..ReferenceRecord::default() })
}

/// What the state column of the source says of the document.
fn apply_state(document: &mut DocumentRecord, cells: &mut Cells<'_>) {
    if !cells.plan.has(Field::State) {
        return;
    }
    let country = document.buyer.country.clone().or_else(|| cells.plan.country.clone());
    // Odoo has two: state of the document and of its payment.
    for column in &cells.plan.state_columns {
        let text = cells.row.text(*column);
        match classes::state_of(&text, country.as_deref()) {
            State::Void => {
                cells.problems.push(problems::void_in_source(&cells.place, &text));
                return;
            }
            State::Paid if document.open.is_none() && document.cleared_on.is_none() => {
                document.open = Some(Decimal::ZERO);
            }
            State::Disputed => document.disputed = Some(true),
            State::Paid | State::Other => {}
        }
    }
}

fn note_what_is_missing(document: &DocumentRecord, cells: &mut Cells<'_>) {
    let noted = |problems: &[Problem], code: &str| problems.iter().any(|p| p.code == code);
    let draft = document.number.as_deref() == Some("/");
    if draft && !noted(&cells.problems, "void_in_source") {
        cells.problems.push(problems::void_in_source(&cells.place, "/"));
    } else if !draft && document.number.is_none() {
        cells.problems.push(problems::missing(&cells.place, "missing_number"));
    }
    if document.total.is_none() && !noted(&cells.problems, "bad_amount") {
        cells.problems.push(problems::missing(&cells.place, "missing_amount"));
    }
    let buyer = &document.buyer;
    if buyer.code.is_none() && buyer.tax_id.is_none() && buyer.name.is_none() {
        cells.problems.push(problems::missing(&cells.place, "missing_customer"));
    }
    let has_issue = cells.plan.has(Field::IssueDate) || cells.plan.has(Field::Date);
    let bad_date = ["bad_date", "absurd_date"].iter().any(|code| noted(&cells.problems, code));
    if document.issue_date.is_none() && has_issue && !bad_date {
        cells.problems.push(problems::lacking(&cells.place, "missing_issue_date"));
    }
    if document.type_code.is_none() && cells.plan.column(Field::DocumentType).is_some() {
        cells.problems.push(problems::lacking(&cells.place, "missing_type"));
    }
}

/// A payment listed among documents (SAP class DZ, "Pago"): money on account.
fn payment(
    converter: &mut Converter<'_>,
    mut cells: Cells<'_>,
    currency: Option<String>,
    amounts: Amounts,
) -> Record {
    let payer = converter.party(&mut cells);
    let number = cells.number(Field::DocumentNumber);
    let date = match cells.day(Field::IssueDate) {
        Some(day) => Some(day),
        None => cells.day(Field::Date),
    };
    let amount = amounts.open.or(amounts.total).map(|amount| amount.abs());
    if amount.is_none() {
        cells.problems.push(problems::missing(&cells.place, "missing_amount"));
    }
    if date.is_none() {
        cells.problems.push(problems::missing(&cells.place, "missing_date"));
    }
    Record::Payment(Box::new(PaymentRecord {
        place: cells.place,
        number,
        payer,
        date,
        currency,
        amount,
        problems: cells.problems,
        ..PaymentRecord::default()
    }))
}

/// Reads a row of a file with one row per line of a document.
pub(super) fn read_line(converter: &mut Converter<'_>, mut cells: Cells<'_>) -> Line {
    let mut document = DocumentRecord {
        currency: cells.currency(&mut converter.memory),
        type_code: cells.text(Field::DocumentType),
        buyer: converter.party(&mut cells),
        ..DocumentRecord::default()
    };
    identify(&mut document, &mut cells);
    date(&mut document, &mut cells);
    let hundredth = |percent: Option<Decimal>| percent.unwrap_or_default() * Decimal::new(1, 2);
    let quantity = cells.amount(Field::Quantity).unwrap_or(Decimal::ONE);
    let price = cells.amount(Field::UnitPrice);
    let discount = hundredth(cells.amount(Field::DiscountPct));
    let net = price
        .and_then(|price| price.checked_mul(quantity))
        .and_then(|gross| gross.checked_mul(Decimal::ONE - discount))
        .filter(believable);
    if net.is_none() {
        cells.problems.push(problems::missing(&cells.place, "missing_amount"));
    }
    if document.number.is_none() {
        cells.problems.push(problems::missing(&cells.place, "missing_number"));
    }
    let key = [Field::TaxKey, Field::Tax].into_iter().find_map(|field| cells.text(field));
    let net = net.unwrap_or_default();
    let rate = |percent| net.checked_mul(hundredth(percent)).filter(believable).unwrap_or_default();
    let tax = rate(key.as_deref().and_then(tax_percent));
    let withheld = rate(cells.amount(Field::WithholdingPct));
    let paid = cells.amount(Field::Paid);
    document.place = cells.place;
    document.problems = cells.problems;
    Line { document, net, tax, withheld, paid }
}

/// Small enough that sums of it cannot overflow.
fn believable(amount: &Decimal) -> bool {
    amount.abs() < Decimal::from(1_000_000_000_000_000_i64)
}

/// The per cent in a tax key: `s_iva_21`, `21`, `IVA 10%`, `s_iva_5_2`.
fn tax_percent(key: &str) -> Option<Decimal> {
    let digits = key.find(|c: char| c.is_ascii_digit())?;
    let text: String = key[digits..]
        .chars()
        .map(|c| if matches!(c, '_' | ',') { '.' } else { c })
        .take_while(|c| c.is_ascii_digit() || *c == '.')
        .collect();
    text.trim_end_matches('.').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tax_keys_carry_their_rate() {
        for (key, percent) in
            [("s_iva_21", "21"), ("IVA 10%", "10"), ("s_iva_5_2", "5.2"), ("21,0", "21.0")]
        {
            assert_eq!(tax_percent(key), percent.parse().ok(), "{key}");
        }
        assert_eq!(tax_percent("exento"), None);
    }
}
