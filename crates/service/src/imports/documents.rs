//! Documents into the books: what a chunk of document records adds, repeats or contradicts.

use super::amount::{self, AmountError};
use super::annulment::Replacement;
use super::chunk::Chunk;
use super::dues::{deducted_minor, dues};
use super::verdict::{self, Verdict};
use super::{annulment, keys, settle, waiting};
use crate::error::ServiceError;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::{CustomerId, DisputeId, DocumentId, PaymentId, ReceivableId, TxId};
use puntual_core::money::Money;
use puntual_core::posting::{Posting, Source};
use puntual_formats::record::{
    AssignmentRecord, DocumentKind, DocumentRecord, DueSource, Problem, ReferenceEffect,
    ReferenceRecord, Status,
};
use puntual_store::document::{self, Document, KnownDocument, Reference};
use puntual_store::payment::Payment;
use puntual_store::receivable::Receivable;
use puntual_store::standing::Dispute;
use std::collections::{HashMap, HashSet};

/// A document record with everything decided that does not depend on what is stored.
struct Draft<'r> {
    record: &'r DocumentRecord,
    key: String,
    number: String,
    kind: DocumentKind,
    currency: Currency,
    issued: Day,
    /// What is to be collected, never negative.
    total_minor: i64,
    dues: Vec<(Day, i64)>,
    due_source: DueSource,
    customer: CustomerId,
    content_hash: i64,
}

impl Draft<'_> {
    /// Whether the number is the document's own and not one given to it for lack of any.
    fn has_number(&self) -> bool {
        self.record.number.is_some()
    }
}

/// Takes in the document records of a chunk; answers one verdict for each, in order.
pub fn take(
    chunk: &mut Chunk<'_, '_>,
    records: &[(usize, &DocumentRecord)],
) -> Result<Vec<Verdict>, ServiceError> {
    let mut verdicts: Vec<Option<Verdict>> = vec![None; records.len()];
    let mut drafts = Vec::with_capacity(records.len());
    for (index, (file, record)) in records.iter().enumerate() {
        match prepare(chunk, *file, record) {
            Ok(draft) => drafts.push((index, *file, draft)),
            Err(refused) => verdicts[index] = Some(refused),
        }
    }
    let mut known = known_by_key(chunk, &drafts)?;
    if tell_years_apart(&mut drafts, &known) {
        known = known_by_key(chunk, &drafts)?;
    }
    let twins = stored_twins(chunk, &drafts)?;
    let mut seen: HashMap<String, (CustomerId, i64)> =
        known.into_iter().map(|(key, k)| (key, (k.customer, k.content_hash))).collect();
    let mut added = Vec::new();
    for (index, file, draft) in drafts {
        let verdict = match seen.get(&draft.key) {
            None if twins.contains(&draft.key) => Verdict::Duplicate,
            None => {
                seen.insert(draft.key.clone(), (draft.customer, draft.content_hash));
                added.push((index, file, draft));
                Verdict::accepted()
            }
            Some((customer, hash))
                if *customer == draft.customer && keys::same_content(*hash, draft.content_hash) =>
            {
                Verdict::Duplicate
            }
            Some(_) => verdict::conflict(draft.record, &draft.number, &draft.key),
        };
        verdicts[index] = Some(verdict);
    }
    for (index, remark) in write(chunk, added)? {
        if let Some(Verdict::Accepted(remarks)) = &mut verdicts[index] {
            remarks.push(remark);
        }
    }
    let missing = || ServiceError::Bug("a document record was left without a verdict".to_owned());
    verdicts.into_iter().map(|verdict| verdict.ok_or_else(missing)).collect()
}

fn known_by_key(
    chunk: &mut Chunk<'_, '_>,
    drafts: &[(usize, usize, Draft<'_>)],
) -> Result<HashMap<String, KnownDocument>, ServiceError> {
    let mut known = HashMap::new();
    for part in drafts.chunks(super::chunk::LOOKUP) {
        let wanted = part.iter().map(|(_, _, draft)| draft.key.as_str());
        for found in document::known(chunk.tx, chunk.scope(), wanted)? {
            known.insert(found.doc_key.clone(), found);
        }
    }
    Ok(known)
}

/// Series begin again with the year where their names do not say it. An e-invoice whose number is
/// that of a document of another year gets the year into its key; answers whether any did.
fn tell_years_apart(
    drafts: &mut [(usize, usize, Draft<'_>)],
    known: &HashMap<String, KnownDocument>,
) -> bool {
    let mut years: HashMap<String, i32> = HashMap::new();
    let mut told = false;
    for (_, _, draft) in drafts {
        let year = draft.issued.ymd().0;
        let Some(of_year) = keys::key_of_year(draft.record, &draft.key, year) else { continue };
        let stored = known.get(&draft.key).map(|k| k.issue_date.ymd().0);
        let first = *years.entry(draft.key.clone()).or_insert(stored.unwrap_or(year));
        if first != year {
            draft.key = of_year;
            told = true;
        }
    }
    told
}

/// Keys of documents that are stored under another key, because only one of the two bears the uid
/// its tax office gives: the same invoice before and after its stamp, or in a table and as a file,
/// is one debt. In Mexico and Colombia, where the uid is the key.
fn stored_twins(
    chunk: &mut Chunk<'_, '_>,
    drafts: &[(usize, usize, Draft<'_>)],
) -> Result<HashSet<String>, ServiceError> {
    let mut twins = HashSet::new();
    let has_uids = matches!(chunk.ctx.creditor.country.as_str(), "MX" | "CO");
    let numbered: Vec<&Draft<'_>> =
        drafts.iter().map(|(_, _, draft)| draft).filter(|d| has_uids && d.has_number()).collect();
    for part in numbered.chunks(super::chunk::LOOKUP) {
        for credits in [false, true] {
            let numbers = part.iter().map(|draft| draft.number.as_str());
            let known = document::known_by_numbers(chunk.tx, chunk.scope(), numbers, credits)?;
            let by_number: HashMap<&str, &KnownDocument> =
                known.iter().map(|(number, k)| (number.as_str(), k)).collect();
            for draft in part {
                let Some(stored) = by_number.get(draft.number.as_str()) else { continue };
                let both_have_uids =
                    draft.record.uuid.is_some() && stored.doc_key.starts_with("uuid:");
                let same = stored.customer == draft.customer
                    && keys::same_content(stored.content_hash, draft.content_hash);
                if same && !both_have_uids {
                    twins.insert(draft.key.clone());
                }
            }
        }
    }
    Ok(twins)
}

/// Decides what can be decided from the record alone, or says why it cannot enter.
fn prepare<'r>(
    chunk: &mut Chunk<'_, '_>,
    file: usize,
    record: &'r DocumentRecord,
) -> Result<Draft<'r>, Verdict> {
    let currency = currency_of(chunk, record)?;
    let wanted =
        record.payable.or(record.total).ok_or_else(|| verdict::missing(record, "total"))?;
    let signed_minor = match amount::minor(wanted, currency) {
        Ok(minor) => minor,
        Err(AmountError::TooManyDecimals) => return Err(verdict::decimals(record, currency)),
        Err(AmountError::TooLarge) => return Err(verdict::too_large(record)),
    };
    let issued = record.issue_date.ok_or_else(|| verdict::missing(record, "issue_date"))?;
    let kind = match record.kind {
        DocumentKind::Invoice | DocumentKind::DebitNote | DocumentKind::Receipt
            if signed_minor < 0 =>
        {
            DocumentKind::CreditNote
        }
        kind => kind,
    };
    let total_minor = signed_minor.abs();
    let total_text = Money::new(total_minor, currency).to_plain();
    let key = keys::document_key(record, &chunk.ctx.creditor.country, &total_text)
        .ok_or_else(|| verdict::missing(record, "number"))?;
    let number = keys::full_number(record.series.as_deref(), record.number.as_deref());
    let buyer = [&record.buyer.code, &record.buyer.tax_id].into_iter().flatten();
    if [&key, &number].into_iter().chain(buyer).any(|text| keys::is_too_long(text)) {
        return Err(verdict::too_long(&record.place));
    }
    let (customer, terms_days) = chunk
        .directory
        .resolve(chunk.app, chunk.ctx, &record.buyer)
        .ok_or_else(|| verdict::missing(record, "customer"))?;
    let (dues, due_source) = dues(chunk, record, issued, total_minor, currency, terms_days);
    let stated: Vec<_> = record
        .dues
        .iter()
        .map(|due| (due.date, due.amount.and_then(|a| amount::minor_rounded(a, currency).ok())))
        .collect();
    let number = match number.is_empty() {
        true => {
            record.uuid.as_deref().map_or_else(|| format!("{file}:{}", record.place), short_uid)
        }
        false => number,
    };
    let content_hash = keys::content_hash(kind, currency, total_minor, issued, &stated);
    Ok(Draft {
        record,
        key,
        number,
        kind,
        currency,
        issued,
        total_minor,
        dues,
        due_source,
        customer,
        content_hash,
    })
}

/// The first block of a uid: what people read aloud when a document has no number.
fn short_uid(uid: &str) -> String {
    uid.split('-').next().unwrap_or(uid).to_owned()
}

fn currency_of(chunk: &Chunk<'_, '_>, record: &DocumentRecord) -> Result<Currency, Verdict> {
    let named = record.currency.as_deref().or(record.amounts_currency.as_deref());
    match named.map(str::trim).filter(|code| !code.is_empty()) {
        None => Ok(chunk.ctx.creditor.currency),
        Some(code) => code.parse().map_err(|_| verdict::currency(record, code)),
    }
}

/// Adds what is new; answers what is to be said of some of it, by position of the record.
fn write(
    chunk: &mut Chunk<'_, '_>,
    added: Vec<(usize, usize, Draft<'_>)>,
) -> Result<Vec<(usize, Problem)>, ServiceError> {
    let mut targets: Vec<settle::CreditToApply> = Vec::new();
    let mut notes: Vec<(usize, &DocumentRecord)> = Vec::new();
    for (index, file, draft) in &added {
        let id = DocumentId(chunk.app.next_id());
        add_document(chunk, *file, draft, id)?;
        match draft.kind {
            DocumentKind::CreditNote => {
                if let Some(credit) = credit_of(chunk, draft, id)? {
                    targets.push(credit);
                    notes.push((*index, draft.record));
                }
            }
            _ => add_debt(chunk, draft, id)?,
        }
        add_references(chunk, draft, id);
        if draft.kind == DocumentKind::CreditNote {
            chunk.notes.insert(draft.number.clone(), id);
        } else {
            chunk.debts.insert(draft.key.clone(), id);
            chunk.debts.insert(format!("number:{}", draft.number), id);
        }
    }
    annulment::replace(chunk)?;
    let waiting = settle::apply_credits(chunk, targets)?;
    settle::serve_documents(chunk)?;
    let remark = |position: usize| {
        let (index, record) = notes[position];
        let by_uid = record.references.iter().any(|reference| reference.uuid.is_some());
        let [es, en] = waiting::until_document(by_uid).map(str::to_owned);
        (index, verdict::remark(&record.place, "waiting", es, en))
    };
    Ok(waiting.into_iter().map(remark).collect())
}

fn add_document(
    chunk: &mut Chunk<'_, '_>,
    file: usize,
    draft: &Draft<'_>,
    id: DocumentId,
) -> Result<(), ServiceError> {
    let record = draft.record;
    let minor = |amount: Option<rust_decimal::Decimal>| {
        amount.and_then(|a| amount::minor_rounded(a, draft.currency).ok())
    };
    let source = &chunk.sources[file];
    chunk.book.add_document(Document {
        id,
        customer: draft.customer,
        kind: draft.kind.as_str().to_owned(),
        type_code: record.type_code.clone(),
        number: draft.number.clone(),
        uid: record.uuid.clone(),
        doc_key: draft.key.clone(),
        content_hash: draft.content_hash,
        issue_date: draft.issued,
        currency: draft.currency,
        net_minor: minor(record.net),
        tax_minor: minor(record.tax),
        withheld_minor: minor(record.withheld),
        total_minor: draft.total_minor,
        unapplied_minor: 0,
        payment_terms: record.payment_terms.clone(),
        payment_method: record.payment_method.clone(),
        assigned_to: record.assignment.as_ref().map(AssignmentRecord::holder),
        replaced_by: None,
        import: Some(chunk.import),
        source_place: Some(source.place(&record.place)),
        source_hash: source.kept_hash.clone(),
        undone_at: None,
        recorded_at: chunk.recorded_at(draft.issued),
    });
    Ok(())
}

fn posting(chunk: &Chunk<'_, '_>, draft: &Draft<'_>, effective_on: Day) -> Posting {
    Posting {
        tx: TxId(chunk.app.next_id()),
        customer: draft.customer,
        currency: draft.currency,
        effective_on,
        recorded_on: chunk.recorded_on(effective_on),
    }
}

/// An invoice, debit note, receipt or instrument: one receivable per due date, and what the source
/// says was paid of it already.
fn add_debt(
    chunk: &mut Chunk<'_, '_>,
    draft: &Draft<'_>,
    document: DocumentId,
) -> Result<(), ServiceError> {
    let issue = posting(chunk, draft, draft.issued);
    let mut made = Vec::new();
    for (position, (due, amount_minor)) in draft.dues.iter().enumerate() {
        if *amount_minor == 0 {
            continue;
        }
        let id = ReceivableId(chunk.app.next_id());
        chunk.book.add_receivable(Receivable {
            id,
            customer: draft.customer,
            document,
            instalment: position as i64 + 1,
            issue_date: draft.issued,
            due_date: *due,
            due_source: draft.due_source.as_str().to_owned(),
            currency: draft.currency,
            amount_minor: *amount_minor,
            open_minor: 0,
            is_sale: true,
            recorded_on: issue.recorded_on,
        });
        chunk.book.post(issue.issue(id, *amount_minor)?);
        made.push((id, *amount_minor));
    }
    if let Some(cleared_on) = draft.record.cleared_on {
        return clear(chunk, draft, &made, cleared_on.max(draft.issued));
    }
    settle_outside(chunk, draft, &made)?;
    settle_deducted(chunk, draft, &made)?;
    if draft.record.disputed == Some(true) && !made.is_empty() {
        chunk.disputes.push(Dispute {
            id: DisputeId(chunk.app.next_id()),
            customer: draft.customer,
            document,
            amount_minor: None,
            reason: "import".to_owned(),
            opened_on: draft.issued,
            closed_on: None,
            resolution: None,
            actor: chunk.ctx.actor.clone(),
            import: Some(chunk.import),
            recorded_at: chunk.recorded_at(draft.issued),
        });
    }
    Ok(())
}

/// The source says the document was paid in full on a day: a payment of that day pays it.
fn clear(
    chunk: &mut Chunk<'_, '_>,
    draft: &Draft<'_>,
    made: &[(ReceivableId, i64)],
    cleared_on: Day,
) -> Result<(), ServiceError> {
    if made.is_empty() {
        return Ok(());
    }
    let id = PaymentId(chunk.app.next_id());
    let paid = posting(chunk, draft, cleared_on);
    chunk.book.add_payment(Payment {
        id,
        customer: draft.customer,
        pay_key: format!("cleared:{}", draft.key),
        content_hash: keys::hash64(&[&draft.key, &cleared_on.to_string()]),
        number: None,
        received_on: cleared_on,
        currency: draft.currency,
        amount_minor: draft.total_minor,
        unapplied_minor: 0,
        method: None,
        reference: Some(draft.number.clone()),
        import: Some(chunk.import),
        reversed_at: None,
        recorded_at: chunk.recorded_at(cleared_on),
    });
    chunk.book.post(paid.payment(id, draft.total_minor)?);
    for (receivable, amount_minor) in made {
        chunk.book.post(paid.allocate(Source::Payment(id), *receivable, *amount_minor)?);
    }
    Ok(())
}

/// The source says less is open than the total: the difference was settled where this ledger did
/// not see it, oldest instalment first.
fn settle_outside(
    chunk: &mut Chunk<'_, '_>,
    draft: &Draft<'_>,
    made: &[(ReceivableId, i64)],
) -> Result<(), ServiceError> {
    let Some(open) = draft.record.open else { return Ok(()) };
    let Ok(open_minor) = amount::minor_rounded(open.abs(), draft.currency) else { return Ok(()) };
    let mut settled = draft.total_minor - open_minor;
    let outside = posting(chunk, draft, draft.issued);
    for (receivable, amount_minor) in made {
        let part = settled.min(*amount_minor);
        if part <= 0 {
            break;
        }
        chunk.book.post(outside.external_settlement(*receivable, part)?);
        settled -= part;
    }
    Ok(())
}

/// What the buyer deducts by law never comes as a payment of the invoice.
fn settle_deducted(
    chunk: &mut Chunk<'_, '_>,
    draft: &Draft<'_>,
    made: &[(ReceivableId, i64)],
) -> Result<(), ServiceError> {
    let deducted_minor = deducted_minor(draft.record, draft.currency, draft.total_minor);
    if let Some((receivable, _)) = made.last().filter(|_| deducted_minor > 0) {
        let issued = posting(chunk, draft, draft.issued);
        chunk.book.post(issued.withhold(*receivable, deducted_minor)?);
    }
    Ok(())
}

/// A credit note: unapplied credit, and what it says it is to be applied to.
fn credit_of(
    chunk: &mut Chunk<'_, '_>,
    draft: &Draft<'_>,
    note: DocumentId,
) -> Result<Option<settle::CreditToApply>, ServiceError> {
    if draft.total_minor == 0 {
        return Ok(None);
    }
    let issued = posting(chunk, draft, draft.issued);
    chunk.book.post(issued.credit_note(note, draft.total_minor)?);
    let effective = |effect| matches!(effect, ReferenceEffect::Cancels | ReferenceEffect::Adjusts);
    let references = draft.record.references.iter();
    let named: Vec<(String, &ReferenceRecord)> = references
        .filter(|reference| effective(reference.effect))
        .filter_map(|reference| {
            let key = keys::reference_key(reference, &chunk.ctx.creditor.country)?;
            Some((key, reference))
        })
        .collect();
    // A note that names several documents does not say how much is whose: a person decides.
    let [(target, reference)] = named.as_slice() else { return Ok(None) };
    Ok(Some(settle::CreditToApply {
        note,
        target_key: target.clone(),
        other_key: keys::reference_key_without_uid(reference),
        amount_minor: draft.total_minor,
        annuls: reference.effect == ReferenceEffect::Cancels,
        posting: issued,
        place: draft.record.place.clone(),
    }))
}

fn add_references(chunk: &mut Chunk<'_, '_>, draft: &Draft<'_>, document: DocumentId) {
    for (line, reference) in draft.record.references.iter().enumerate() {
        let Some(key) = keys::reference_key(reference, &chunk.ctx.creditor.country) else {
            continue;
        };
        if reference.effect == ReferenceEffect::Replaces {
            chunk.replacements.push(Replacement {
                old_key: key.clone(),
                old_issued: reference.date,
                new: document,
                new_key: draft.key.clone(),
                on: draft.issued,
            });
        }
        let label = [reference.type_code.as_deref(), reference.number.as_deref()]
            .into_iter()
            .flatten()
            .chain(reference.uuid.as_deref())
            .collect::<Vec<_>>()
            .join(" ");
        chunk.references.push(Reference {
            document,
            line: line as i64 + 1,
            effect: effect_word(reference.effect).to_owned(),
            target_key: key,
            label,
            reason: reference.reason.clone(),
        });
    }
}

fn effect_word(effect: ReferenceEffect) -> &'static str {
    match effect {
        ReferenceEffect::Cancels => "cancels",
        ReferenceEffect::Adjusts => "adjusts",
        ReferenceEffect::CorrectsText => "corrects_text",
        ReferenceEffect::Replaces => "replaces",
        ReferenceEffect::AppliesAdvance => "applies_advance",
        ReferenceEffect::Mentions => "mentions",
    }
}

/// Whether a document record may be offered to the books at all.
pub fn is_debt_or_credit(record: &DocumentRecord) -> bool {
    record.status <= Status::Warn
        && matches!(
            record.kind,
            DocumentKind::Invoice
                | DocumentKind::CreditNote
                | DocumentKind::DebitNote
                | DocumentKind::Receipt
                | DocumentKind::Instrument
        )
}
