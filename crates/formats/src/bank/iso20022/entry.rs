//! One movement of an account (`Ntry`), with the transactions it books.

use super::branch::Twig;
use super::detail::{self, Amounts, Detail};
use super::party::{amount, joined, reference};
use crate::invoice::fields::day;
use crate::problem;
use crate::record::{AccountRecord, BankEntryRecord, EntryDetailRecord, Problem, StatementKind};
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use rust_decimal::Decimal;

/// What the statement says of all its entries.
pub struct Frame<'f> {
    pub kind: StatementKind,
    pub account: &'f AccountRecord,
    pub currency: Option<&'f str>,
    /// Position of the statement in the file, from 0.
    pub statement: usize,
    /// The day the statement is of, as far as it has said.
    pub day: Option<Day>,
    pub place: String,
}

/// Makes a record of an entry and its transactions. What cannot be read keeps the entry, not the
/// statement, waiting for a person.
pub fn read(ntry: Twig<'_>, details: Vec<Detail>, frame: Frame<'_>) -> BankEntryRecord {
    let mut problems = Vec::new();
    let direction = ntry.text("CdtDbtInd");
    let is_credit = direction.as_deref() != Some("DBIT");
    let currency = ntry.child("Amt").and_then(Twig::currency);
    let currency = currency.or_else(|| frame.currency.map(str::to_owned));
    let amount = signed_amount(ntry, direction.as_deref(), currency.as_deref(), &mut problems);
    let batch_count = ntry.text("NtryDtls/Btch/NbOfTxs").or_else(|| ntry.text("Btch/NbOfTxs"));
    let mut entry = BankEntryRecord {
        message: frame.kind,
        account: frame.account.clone(),
        statement: frame.statement,
        booked_on: date(ntry, "BookgDt", &mut problems),
        value_on: date(ntry, "ValDt", &mut problems),
        amount,
        is_reversal: matches!(ntry.text("RvslInd").as_deref(), Some("true" | "1")),
        is_booked: is_booked(ntry),
        bank_code: detail::bank_code(ntry),
        bank_reference: reference(ntry.text("AcctSvcrRef")),
        batch: batch(ntry),
        original: Amounts::of(ntry).original(currency.as_deref()),
        charges: detail::charges(ntry),
        currency,
        ..BankEntryRecord::default()
    };
    if entry.booked_on.is_none() && entry.value_on.is_none() && problems.is_empty() {
        // The standard lets an entry leave out both; it happened by the day of its statement.
        entry.booked_on = frame.day;
        problems.push(problem::entry_without_date(frame.day));
    }
    take_details(&mut entry, details, is_credit);
    if entry.return_reason.is_none() {
        entry.return_reason = detail::returned(ntry).0;
    }
    entry.text = joined(
        entry
            .text
            .take()
            .into_iter()
            .chain(ntry.children("AddtlNtryInf").filter_map(Twig::own_text)),
    );
    entry.reference = entry.reference.or_else(|| reference(ntry.text("NtryRef")));
    problems.extend(remarks(&entry, batch_count));
    entry.problems = problems.into_iter().map(|problem| problem.at(frame.place.as_str())).collect();
    entry.place = frame.place;
    entry
}

/// The direction alone gives the sign: it already says where a reversal goes.
fn signed_amount(
    ntry: Twig<'_>,
    direction: Option<&str>,
    currency: Option<&str>,
    problems: &mut Vec<Problem>,
) -> Option<Decimal> {
    let Some(text) = ntry.text("Amt") else {
        problems.push(problem::missing_in_entry("Amt"));
        return None;
    };
    let found = amount(&text).filter(|amount| !amount.is_sign_negative() || amount.is_zero());
    let Some(found) = found else {
        problems.push(problem::unreadable_amount("Amt", &text));
        return None;
    };
    match currency.map(str::parse::<Currency>) {
        None => problems.push(problem::missing_in_entry("Ccy")),
        Some(Err(_)) => problems.push(problem::unknown_currency(currency.unwrap_or_default())),
        Some(Ok(known)) if found.scale() > known.decimals() => {
            problems.push(problem::too_many_decimals(&text, known.code()));
        }
        Some(Ok(_)) => {}
    }
    match direction {
        Some("CRDT") => Some(found),
        Some("DBIT") => Some(-found),
        other => {
            problems.push(problem::unknown_direction(other.unwrap_or_default()));
            None
        }
    }
}

/// A day, or the day of a moment as the bank writes it, in its own zone.
fn date(ntry: Twig<'_>, field: &str, problems: &mut Vec<Problem>) -> Option<Day> {
    let twig = ntry.child(field)?;
    let text = twig.first_text(&["Dt", "DtTm"]).or_else(|| twig.own_text())?;
    let found = day(&text);
    if found.is_none() {
        problems.push(problem::bad_date(field, &text));
    }
    found
}

/// Only `BOOK` is money; `PDNG`, `INFO` and `FUTR` are announced. Text until version 7, a code
/// since.
fn is_booked(ntry: Twig<'_>) -> bool {
    let status = ntry.first_text(&["Sts/Cd", "Sts/Prtry", "Sts"]);
    !matches!(status.as_deref(), Some("PDNG" | "INFO" | "FUTR"))
}

fn batch(ntry: Twig<'_>) -> Option<String> {
    let batch = ntry.path("NtryDtls/Btch").or_else(|| ntry.child("Btch"))?;
    reference(batch.first_text(&["PmtInfId", "MsgId"]))
}

/// Signs the transactions like their entry and, when there is a single one, lets it speak for the
/// entry.
fn take_details(entry: &mut BankEntryRecord, mut details: Vec<Detail>, is_credit: bool) {
    let own = entry.account.number.clone();
    let is_alone = details.len() == 1;
    for found in &mut details {
        let goes_in = found.direction.as_deref().map_or(is_credit, |own| own != "DBIT");
        let is_return = entry.is_reversal || found.record.return_reason.is_some();
        let other = found.take_other_side(goes_in, is_return, own.as_deref());
        let (amount, currency) = moved(&found.amounts, entry, is_alone);
        let record = &mut found.record;
        record.counterparty = other.party;
        record.counterparty_account = other.account;
        record.amount = amount.map(|amount| if goes_in { amount } else { -amount });
        record.currency = currency;
    }
    if is_alone && let Some(only) = details.first() {
        speak_for(entry, only);
    }
    if entry.charges.is_none() {
        let charges = details.iter().filter_map(|found| found.charges);
        entry.charges = charges.reduce(|sum, charge| sum + charge);
    }
    let sign = if is_credit { Decimal::ONE } else { Decimal::NEGATIVE_ONE };
    entry.original = entry.original.take().map(|(amount, currency)| (amount * sign, currency));
    entry.details = details.into_iter().map(|found| found.record).collect();
}

/// What a transaction moved. Told in another currency only, a single one moved what its entry did.
fn moved(
    amounts: &Amounts,
    entry: &BankEntryRecord,
    is_alone: bool,
) -> (Option<Decimal>, Option<String>) {
    let told = amounts.moved(entry.currency.as_deref());
    let of_entry = || entry.currency.clone();
    match told {
        Some((amount, None)) => (Some(amount), of_entry()),
        Some((amount, currency)) if currency == entry.currency || !is_alone => {
            (Some(amount), currency)
        }
        _ if is_alone => (entry.amount.map(|amount| amount.abs()), of_entry()),
        _ => (None, of_entry()),
    }
}

fn speak_for(entry: &mut BankEntryRecord, only: &Detail) {
    let EntryDetailRecord {
        end_to_end,
        bank_reference,
        creditor_reference,
        mandate,
        counterparty,
        counterparty_account,
        text,
        return_reason,
        ..
    } = only.record.clone();
    entry.reference = end_to_end;
    entry.bank_reference = entry.bank_reference.take().or(bank_reference);
    entry.creditor_reference = creditor_reference;
    entry.mandate = mandate;
    entry.counterparty = counterparty;
    entry.counterparty_account = counterparty_account;
    entry.text = text;
    entry.return_reason = return_reason;
    entry.bank_code = entry.bank_code.take().or_else(|| only.bank_code.clone());
    entry.batch = entry.batch.take().or_else(|| only.batch.clone());
    let original = entry.original.take();
    entry.original = original.or_else(|| only.amounts.original(entry.currency.as_deref()));
}

/// Where the transactions listed and what is said of them differ.
fn remarks(entry: &BankEntryRecord, batch_count: Option<String>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let listed = entry.details.len();
    if let Some(declared) = batch_count.and_then(|count| count.parse::<usize>().ok())
        && listed > 0
        && declared != listed
    {
        problems.push(problem::batch_count(declared, listed));
    }
    let same_currency = entry.details.iter().all(|detail| detail.currency == entry.currency);
    let amounts: Option<Vec<Decimal>> = entry.details.iter().map(|detail| detail.amount).collect();
    let (Some(amounts), Some(amount)) = (amounts, entry.amount) else { return problems };
    let sum: Decimal = amounts.iter().sum();
    let charges = entry.charges.unwrap_or_default();
    let explains =
        |sum: Decimal| sum == amount || sum - charges == amount || sum + charges == amount;
    if listed > 0 && same_currency && !explains(sum) {
        problems.push(problem::details_differ(amount, sum));
    }
    problems
}
