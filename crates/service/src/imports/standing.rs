//! The other records of an import: customers, rates, disputes, promises; and the verdicts that are
//! foregone because of how a record was read.

use super::chunk::Chunk;
use super::settle::{self, Debt, Found};
use super::verdict::{self, Verdict};
use super::waiting::{self, Outcome};
use super::{Options, amount, compare, documents, keys};
use crate::error::ServiceError;
use puntual_core::date::Day;
use puntual_core::id::{CustomerId, DisputeId, DocumentId, HoldId, PromiseId};
use puntual_formats::record::{
    CustomerRecord, DisputeRecord, DocumentKind, Problem, PromiseRecord, RateRecord, Record, Status,
};
use puntual_store::pending::Pending;
use puntual_store::rate::{self, Rate};
use puntual_store::standing::{self, Dispute, Hold, Promise};
use puntual_store::{Scope, Tx};
use std::collections::HashSet;

/// What a dispute that waits for its document is called.
pub const DISPUTE: &str = "dispute";
/// What a promise that waits for its document is called.
pub const PROMISE: &str = "promise";

/// Disputes, promises and holds the creditor has, as far as repeats are told by them.
#[derive(Debug, Default)]
pub struct Existing {
    disputes: HashSet<(DocumentId, Day)>,
    promises: HashSet<(DocumentId, Day, i64)>,
    held: HashSet<CustomerId>,
}

impl Existing {
    /// What is stored.
    pub fn load(tx: &mut Tx<'_>, scope: Scope) -> Result<Existing, ServiceError> {
        let mut existing = Existing::default();
        for d in standing::disputes(tx, scope, None, false)? {
            existing.disputes.insert((d.document, d.opened_on));
        }
        for p in standing::all_promises(tx, scope)? {
            existing.promises.extend(p.document.map(|d| (d, p.promised_on, p.amount_minor)));
        }
        existing.held = standing::holds(tx, scope, None)?.into_iter().map(|h| h.customer).collect();
        Ok(existing)
    }
}

/// Whether a person has accepted this record: it, or what was said of it, stands at a place named.
pub fn accepted_by_hand(record: &Record, options: &Options) -> bool {
    options.accept.iter().any(|place| compare::stands_at(record, place))
}

/// The verdict of a record that reading alone decides; `None` for those the books decide.
pub fn foregone(record: &Record, options: &Options) -> Option<Verdict> {
    if record.is_duplicate() {
        return Some(Verdict::Duplicate);
    }
    let accepted_by_hand = accepted_by_hand(record, options);
    let first = || record.problems().iter().max_by_key(|problem| problem.status).cloned();
    match (record, record.status()) {
        (Record::Statement(_), _) => None,
        // Announced: no money yet, and shown until it is.
        (Record::BankEntry(entry), Status::Ignore)
            if entry.problems.iter().all(|problem| problem.status < Status::Quarantine) =>
        {
            None
        }
        (Record::PaymentOrder(order), status) if status < Status::Reject => {
            Some(Verdict::Noted(verdict::order(order)))
        }
        (Record::Refused(problem), _) => Some(refused(problem)),
        (_, Status::Ignore) => Some(Verdict::Ignored),
        (_, Status::Reject) => Some(Verdict::Rejected(first()?)),
        (_, Status::Quarantine) if !accepted_by_hand => Some(Verdict::Quarantined(first()?, None)),
        (Record::Document(d), _)
            if d.kind != DocumentKind::PaymentReceipt && !documents::is_debt_or_credit(d) =>
        {
            (!accepted_by_hand).then_some(Verdict::Ignored)
        }
        _ => None,
    }
}

fn refused(problem: &Problem) -> Verdict {
    match problem.status {
        Status::Quarantine => Verdict::Quarantined(problem.clone(), None),
        _ => Verdict::Rejected(problem.clone()),
    }
}

/// Takes in rows of a customers file.
pub fn take_customers(
    chunk: &mut Chunk<'_, '_>,
    records: &[&CustomerRecord],
) -> Result<Vec<Verdict>, ServiceError> {
    let mut verdicts = Vec::with_capacity(records.len());
    for record in records {
        let taken = chunk.directory.upsert(chunk.app, chunk.ctx, chunk.tx, record)?;
        let Some((customer, mut changed)) = taken else {
            verdicts.push(verdict::quarantine(
                &record.place,
                "missing_field",
                "La fila no identifica a un cliente: falta código, identificación o nombre."
                    .to_owned(),
                "The row identifies no customer: code, tax id or name is missing.".to_owned(),
            ));
            continue;
        };
        if record.on_hold == Some(true) && chunk.existing.held.insert(customer) {
            changed = true;
            chunk.holds.push(Hold {
                id: HoldId(chunk.app.next_id()),
                customer,
                kind: "hold".to_owned(),
                since: chunk.ctx.today,
                until: None,
                why: "import".to_owned(),
                actor: chunk.ctx.actor.clone(),
                import: Some(chunk.import),
                recorded_at: chunk.ctx.now_ms,
            });
        }
        verdicts.push(match changed {
            true => Verdict::accepted(),
            false => Verdict::Duplicate,
        });
    }
    Ok(verdicts)
}

/// Takes in exchange rates; a rate for a day replaces the one before.
pub fn take_rates(
    chunk: &mut Chunk<'_, '_>,
    records: &[&RateRecord],
) -> Result<Vec<Verdict>, ServiceError> {
    let mut verdicts = Vec::with_capacity(records.len());
    for record in records {
        let Ok(currency) = record.currency.parse() else {
            verdicts.push(verdict::quarantine(
                &record.place,
                "unknown_currency",
                format!("La moneda {:?} no es un código ISO 4217 conocido.", record.currency),
                format!("The currency {:?} is not a known ISO 4217 code.", record.currency),
            ));
            continue;
        };
        let rate = Rate { currency, on: record.date, base_minor_e4: record.base_minor_e4 };
        let changed = rate::upsert(chunk.tx, chunk.scope(), &[rate], chunk.ctx.now_ms)?;
        verdicts.push(if changed > 0 { Verdict::accepted() } else { Verdict::Duplicate });
    }
    Ok(verdicts)
}

fn document_key(number: &str) -> String {
    format!("number:{}", keys::normal_number(number))
}

/// Takes in disputes of documents; those of documents not seen yet wait for them.
pub fn take_disputes(
    chunk: &mut Chunk<'_, '_>,
    records: &[&DisputeRecord],
) -> Result<Vec<Verdict>, ServiceError> {
    let wanted = records.iter().map(|r| document_key(&r.document)).collect();
    let debts = settle::find_debts(chunk, &wanted)?;
    let mut outcomes = Vec::with_capacity(records.len());
    for record in records {
        let (place, key) = (&record.place, document_key(&record.document));
        outcomes.push(match debts.get(&key) {
            Some(Found::Debt(debt)) => {
                Outcome::Judged(open_dispute(chunk, debt, record.opened, record.reason.clone()))
            }
            Some(Found::Ambiguous) => {
                Outcome::Judged(verdict::ambiguous_document(place, &record.document))
            }
            None if keys::is_too_long(&key) => Outcome::Judged(verdict::too_long(place)),
            None => {
                let id = keys::hash64(&[DISPUTE, &key, &record.opened.to_string()]);
                let row = waiting::told(chunk, id, key, DISPUTE, record.opened);
                let (place, note) = (place.clone(), record.reason.clone());
                Outcome::Waits(Box::new(Pending { place, note, ..row }))
            }
        });
    }
    waiting::queue(chunk, outcomes, waiting::UNTIL_DOCUMENT)
}

/// Opens a dispute that waited for its document.
pub fn serve_dispute(chunk: &mut Chunk<'_, '_>, debt: &Debt, row: &Pending) {
    open_dispute(chunk, debt, row.effective_on, row.note.clone());
}

fn open_dispute(
    chunk: &mut Chunk<'_, '_>,
    debt: &Debt,
    opened: Day,
    reason: Option<String>,
) -> Verdict {
    if !chunk.existing.disputes.insert((debt.document, opened)) {
        return Verdict::Duplicate;
    }
    chunk.disputes.push(Dispute {
        id: DisputeId(chunk.app.next_id()),
        customer: debt.customer,
        document: debt.document,
        amount_minor: None,
        reason: reason.unwrap_or_else(|| "import".to_owned()),
        opened_on: opened,
        closed_on: None,
        resolution: None,
        actor: chunk.ctx.actor.clone(),
        import: Some(chunk.import),
        recorded_at: chunk.recorded_at(opened),
    });
    Verdict::accepted()
}

/// Takes in promises to pay documents; those of documents not seen yet wait for them.
pub fn take_promises(
    chunk: &mut Chunk<'_, '_>,
    records: &[&PromiseRecord],
) -> Result<Vec<Verdict>, ServiceError> {
    let wanted = records.iter().map(|r| document_key(&r.document)).collect();
    let debts = settle::find_debts(chunk, &wanted)?;
    let mut outcomes = Vec::with_capacity(records.len());
    for record in records {
        let (place, key) = (&record.place, document_key(&record.document));
        outcomes.push(match debts.get(&key) {
            Some(Found::Debt(debt)) => Outcome::Judged(take_promise(chunk, debt, record)),
            Some(Found::Ambiguous) => {
                Outcome::Judged(verdict::ambiguous_document(place, &record.document))
            }
            None if keys::is_too_long(&key) => Outcome::Judged(verdict::too_long(place)),
            None => Outcome::Waits(Box::new(pending_promise(chunk, key, record))),
        });
    }
    waiting::queue(chunk, outcomes, waiting::UNTIL_DOCUMENT)
}

fn pending_promise(chunk: &Chunk<'_, '_>, key: String, record: &PromiseRecord) -> Pending {
    let amount = record.amount.normalize().to_string();
    let id = keys::hash64(&[PROMISE, &key, &record.promised.to_string(), &amount]);
    Pending {
        place: record.place.clone(),
        amount_text: Some(amount),
        ..waiting::told(chunk, id, key, PROMISE, record.promised)
    }
}

/// Records a promise that waited for its document. A person promised before anybody could know the
/// document's currency, so what is not exact in it is rounded.
pub fn serve_promise(chunk: &mut Chunk<'_, '_>, debt: &Debt, row: &Pending) {
    let written = row.amount_text.as_deref().and_then(|text| text.parse().ok());
    let minor = written.and_then(|value| amount::minor_rounded(value, debt.currency).ok());
    if let Some(amount_minor) = minor {
        let made_on = row.effective_on.min(row.recorded_on);
        add_promise(chunk, debt, row.effective_on, made_on, amount_minor);
    }
}

fn take_promise(chunk: &mut Chunk<'_, '_>, debt: &Debt, record: &PromiseRecord) -> Verdict {
    let Ok(amount_minor) = amount::minor(record.amount, debt.currency) else {
        return verdict::quarantine(
            &record.place,
            "too_many_decimals",
            format!("El monto {} no es exacto en {}.", record.amount, debt.currency),
            format!("The amount {} is not exact in {}.", record.amount, debt.currency),
        );
    };
    let made_on = record.promised.min(chunk.ctx.today);
    add_promise(chunk, debt, record.promised, made_on, amount_minor)
}

fn add_promise(
    chunk: &mut Chunk<'_, '_>,
    debt: &Debt,
    promised: Day,
    made_on: Day,
    amount_minor: i64,
) -> Verdict {
    if !chunk.existing.promises.insert((debt.document, promised, amount_minor)) {
        return Verdict::Duplicate;
    }
    chunk.promises.push(Promise {
        id: PromiseId(chunk.app.next_id()),
        customer: debt.customer,
        document: Some(debt.document),
        currency: debt.currency,
        amount_minor,
        promised_on: promised,
        made_on,
        state: "open".to_owned(),
        judged_on: None,
        note: None,
        actor: chunk.ctx.actor.clone(),
        import: Some(chunk.import),
        recorded_at: chunk.recorded_at(made_on),
    });
    Verdict::accepted()
}
