//! A movement of an account as it will be stored, as far as the file alone decides it: amounts,
//! keys, what it is by itself, and what it says of its money. Looks nothing up.

use super::chunk::Chunk;
use super::verdict::{self, Verdict};
use super::{amount, keys};
use crate::words;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::{BankAccountId, BankEntryId};
use puntual_core::money::Money;
use puntual_core::same_money::{self, MOVEMENT_DAYS, Telling};
use puntual_formats::record::{BankEntryRecord, EntryDetailRecord, StatementKind};
use puntual_store::bank_entry::{BankEntry, Detail};

/// Shortest reference of a bank that is believed to name one movement for ever; shorter ones are
/// counters that begin anew, and name one of their day.
const LASTING_REFERENCE: usize = 8;

/// A movement with everything decided that does not depend on what is stored.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The row; its account and key come last.
    pub entry: BankEntry,
    /// The single transactions inside it.
    pub details: Vec<Detail>,
    /// What it says of its money.
    pub telling: Telling,
    /// Its key by the bank's own reference, where it has one.
    pub reference_key: Option<String>,
    /// What tells it from others that bear no reference.
    pub likeness: String,
    /// Which of those that are alike in its file it is, from 1.
    pub occurrence: i64,
    /// Where it stands in its file.
    pub place: String,
}

impl Draft {
    /// Its key by what it says and how often the file has said so.
    pub fn likeness_key(&self) -> String {
        let hash = keys::hash64(&[&self.likeness]);
        format!("{}x:{hash:016x}:{}", rank(&self.entry), self.occurrence)
    }
}

/// The authority of what an entry says: 0 before it is final, 1 an advice that a statement will
/// repeat, 2 a statement.
pub fn rank(entry: &BankEntry) -> u8 {
    match (entry.is_booked, entry.message.as_str()) {
        (false, _) | (_, "report") => 0,
        (_, "notification") => 1,
        _ => 2,
    }
}

/// Whether two entries under one reference are the same: the amount to the last unit; banks shift
/// the day a little from one message to the next.
pub fn says_the_same(one: &BankEntry, other: &BankEntry) -> bool {
    let (a, b) = ((one.amount_minor, one.currency), (other.amount_minor, other.currency));
    one.content_hash == other.content_hash
        || (a == b && (one.booked_on - other.booked_on).abs() <= MOVEMENT_DAYS)
}

/// What an entry says of its money.
pub fn telling(entry: &BankEntry) -> Telling {
    let own_reference = entry.bank_reference.as_deref().and_then(same_money::reference_key);
    let fields = [&entry.bank_reference, &entry.reference, &entry.creditor_reference];
    let texts = fields.into_iter().flatten();
    Telling {
        amount: Money::new(entry.amount_minor, entry.currency),
        on: entry.booked_on,
        own_reference,
        references: texts.filter_map(|text| same_money::reference_key(text)).collect(),
        text: entry.text.clone().unwrap_or_default(),
        payer_tax_id: entry.counterparty_tax_id.as_deref().and_then(words::bare_id),
        payer_name: entry.counterparty_name.as_deref().and_then(words::comparable),
    }
}

/// Everything about an entry that its file decides; or why it cannot be taken.
pub fn prepare(
    chunk: &Chunk<'_, '_>,
    file: usize,
    record: &BankEntryRecord,
) -> Result<Draft, Verdict> {
    let place = &record.place;
    let currency = match record.currency.as_deref().map(str::trim).filter(|c| !c.is_empty()) {
        None => chunk.ctx.creditor.currency,
        Some(code) => code.parse().map_err(|_| verdict::unknown_currency(place, code))?,
    };
    let booked_on =
        record.booked_on.or(record.value_on).ok_or_else(|| missing(place, "la fecha", "date"))?;
    let written = record.amount.ok_or_else(|| missing(place, "el monto", "amount"))?;
    let amount_minor = amount::minor(written, currency).map_err(|_| {
        verdict::quarantine(
            place,
            "bad_amount",
            format!("El monto {written} no es exacto en {currency}. Revise el archivo."),
            format!("The amount {written} is not exact in {currency}. Check the file."),
        )
    })?;
    let references = [&record.bank_reference, &record.reference, &record.creditor_reference];
    if references.into_iter().flatten().any(|text| keys::is_too_long(text)) {
        return Err(verdict::too_long(place));
    }
    let sum = Sum { booked_on, amount_minor, currency };
    let entry = row(chunk, file, record, sum);
    Ok(Draft {
        details: details(entry.id, &record.details, currency),
        telling: telling(&entry),
        reference_key: reference_key(&entry),
        likeness: likeness(&entry),
        occurrence: 1,
        place: place.clone(),
        entry,
    })
}

/// What an entry cannot be without.
#[derive(Clone, Copy)]
struct Sum {
    booked_on: Day,
    amount_minor: i64,
    currency: Currency,
}

/// The row of an entry. What the only transaction inside it says is said of the entry.
fn row(chunk: &Chunk<'_, '_>, file: usize, record: &BankEntryRecord, sum: Sum) -> BankEntry {
    let Sum { booked_on, amount_minor, currency } = sum;
    let inside = match record.details.as_slice() {
        [only] => only.clone(),
        _ => EntryDetailRecord::default(),
    };
    let party = [&record.counterparty, &inside.counterparty];
    let of_party = |field: fn(&puntual_formats::record::PartyRecord) -> &Option<String>| {
        party.iter().find_map(|party| field(party).clone())
    };
    let mut entry = BankEntry {
        id: BankEntryId(chunk.app.next_id()),
        account: BankAccountId(0),
        entry_key: String::new(),
        content_hash: keys::hash64(&[
            &amount_minor.to_string(),
            currency.code(),
            &booked_on.to_string(),
        ]),
        message: record.message.as_str().to_owned(),
        is_booked: record.is_booked,
        state: state(record, amount_minor).to_owned(),
        booked_on,
        value_on: record.value_on,
        currency,
        amount_minor,
        balance_minor: record.balance.and_then(|b| amount::minor_rounded(b, currency).ok()),
        original_amount: record.original.as_ref().map(|(amount, of)| format!("{amount} {of}")),
        is_reversal: record.is_reversal,
        bank_code: record.bank_code.clone(),
        bank_reference: record.bank_reference.clone().or(inside.bank_reference),
        reference: record.reference.clone().or(inside.end_to_end),
        creditor_reference: record.creditor_reference.clone().or(inside.creditor_reference),
        mandate: record.mandate.clone().or(inside.mandate),
        batch: record.batch.clone(),
        counterparty_name: of_party(|party| &party.name),
        counterparty_tax_id: of_party(|party| &party.tax_id),
        counterparty_account: record.counterparty_account.clone().or(inside.counterparty_account),
        text: record.text.clone().or(inside.text),
        return_reason: record.return_reason.clone().or(inside.return_reason),
        search_text: String::new(),
        linked_to: None,
        payment: None,
        link_why: None,
        place: chunk.sources[file].place(&record.place),
        import: chunk.import,
        recorded_at: chunk.ctx.now_ms,
    };
    entry.search_text = search_text(&entry, &record.details);
    entry
}

fn missing(place: &str, es: &str, en: &str) -> Verdict {
    verdict::quarantine(
        place,
        "missing_field",
        format!("Al movimiento le falta {es}. Complételo en su origen y repita el archivo."),
        format!("The entry lacks its {en}. Complete it at its source and repeat the file."),
    )
}

/// What an entry is where nothing else tells of its money.
fn state(record: &BankEntryRecord, amount_minor: i64) -> &'static str {
    let comes_back = record.is_reversal
        || record.return_reason.is_some()
        || record.details.iter().any(|detail| detail.return_reason.is_some());
    match () {
        () if !record.is_booked || record.message == StatementKind::Report => "announced",
        () if amount_minor < 0 && comes_back => "returned",
        () => "open",
    }
}

fn reference_key(entry: &BankEntry) -> Option<String> {
    let reference = same_money::reference_key(entry.bank_reference.as_deref()?)?;
    let rank = rank(entry);
    Some(match reference.chars().count() < LASTING_REFERENCE {
        true => format!("{rank}r:{reference}|{}", entry.booked_on),
        false => format!("{rank}r:{reference}"),
    })
}

/// What makes entries without a reference alike: day, amount, texts, other side, and the balance
/// after it where the source lists one.
fn likeness(entry: &BankEntry) -> String {
    let text = |text: &Option<String>| words::plain(text.as_deref().unwrap_or_default());
    let parts = [
        entry.booked_on.to_string(),
        format!("{} {} {:?}", entry.amount_minor, entry.currency, entry.balance_minor),
        text(&entry.text),
        text(&entry.reference),
        text(&entry.creditor_reference),
        text(&entry.mandate),
        text(&entry.batch),
        text(&entry.counterparty_name),
        text(&entry.counterparty_account),
        text(&entry.bank_code),
    ];
    let words = parts.iter().map(|part| part.split_whitespace().collect::<Vec<_>>().join(" "));
    words.collect::<Vec<_>>().join("|")
}

fn details(entry: BankEntryId, records: &[EntryDetailRecord], of_entry: Currency) -> Vec<Detail> {
    let one = |(position, record): (usize, &EntryDetailRecord)| {
        let stated = record.currency.as_deref().and_then(|code| code.parse().ok());
        let currency = stated.unwrap_or(of_entry);
        Detail {
            entry,
            line: position as i64 + 1,
            amount_minor: record.amount.and_then(|a| amount::minor_rounded(a, currency).ok()),
            currency,
            end_to_end: record.end_to_end.clone(),
            bank_reference: record.bank_reference.clone(),
            creditor_reference: record.creditor_reference.clone(),
            mandate: record.mandate.clone(),
            counterparty_name: record.counterparty.name.clone(),
            counterparty_tax_id: record.counterparty.tax_id.clone(),
            counterparty_account: record.counterparty_account.clone(),
            text: record.text.clone(),
            return_reason: record.return_reason.clone(),
            return_text: record.return_text.clone(),
        }
    };
    records.iter().enumerate().map(one).collect()
}

/// Everything an entry may be looked for by, those inside it included; its amount by its digits.
fn search_text(entry: &BankEntry, inside: &[EntryDetailRecord]) -> String {
    let spoken = [&entry.text, &entry.counterparty_name];
    let codes = [
        &entry.bank_reference,
        &entry.reference,
        &entry.creditor_reference,
        &entry.mandate,
        &entry.batch,
        &entry.counterparty_tax_id,
        &entry.counterparty_account,
        &entry.return_reason,
    ];
    let spoken_inside = inside.iter().flat_map(|d| [&d.text, &d.counterparty.name]);
    let codes_inside = inside
        .iter()
        .flat_map(|d| [&d.end_to_end, &d.bank_reference, &d.mandate, &d.counterparty.tax_id]);
    let spoken = spoken.into_iter().chain(spoken_inside).flatten().map(|text| words::plain(text));
    let codes = codes.into_iter().chain(codes_inside).flatten();
    let codes = codes.map(|text| words::plain(text).replace(' ', ""));
    let digits = std::iter::once(entry.amount_minor.unsigned_abs().to_string());
    spoken.chain(codes).chain(digits).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}
