//! One document: its instalments, every movement with both its dates, what it is tied to, and the
//! file it came from.

use crate::App;
use crate::acceptances;
use crate::ctx::Ctx;
use crate::document_status::{Stand, Status, credit_left, status};
use crate::error::ServiceError;
use crate::portfolios::CustomerName;
use crate::standings::Standings;
use puntual_core::acceptance::Acceptance;
use puntual_core::access::Deed;
use puntual_core::date::Day;
use puntual_core::id::{DocumentId, PaymentId, ReceivableId};
use puntual_core::ledger::{Account, EntryKind};
use puntual_core::portfolio::AsOf;
pub use puntual_store::document::Document;
use puntual_store::document::{self, Reference};
use puntual_store::import;
pub use puntual_store::import::Batch;
use puntual_store::ledger::{self, StoredEntry};
use puntual_store::receivable;
pub use puntual_store::receivable::Receivable;
pub use puntual_store::standing::Dispute;
use puntual_store::{Tx, payment, standing};
use std::collections::{HashMap, HashSet};

/// One amount due on one date, as it stands on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instalment {
    /// The receivable.
    pub receivable: Receivable,
    /// What is open of it, smallest units.
    pub open_minor: i64,
    /// How it stands.
    pub status: Status,
}

/// What brought a movement about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The document itself, a write-off, an undo: nothing else.
    Nothing,
    /// A payment: its number, its means and the text that came with it.
    Payment {
        /// The payment.
        id: PaymentId,
        /// The source's own number.
        number: Option<String>,
        /// Means of payment.
        method: Option<String>,
        /// Text that came with it.
        reference: Option<String>,
    },
    /// Another document: the credit note applied, or what a credit note was applied to.
    Document {
        /// The document.
        id: DocumentId,
        /// Its kind.
        kind: String,
        /// Its number.
        number: String,
    },
}

/// A change of what is open, with the day it took effect and the day it became known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// Place in the creditor's ledger.
    pub seq: i64,
    /// What it records.
    pub kind: EntryKind,
    /// When it took effect.
    pub effective_on: Day,
    /// When it became known here.
    pub recorded_on: Day,
    /// The same to the millisecond.
    pub recorded_at: i64,
    /// Smallest units: positive raises what is open (for a credit note, the credit left).
    pub change_minor: i64,
    /// What is open after it.
    pub open_after_minor: i64,
    /// Whether it takes an earlier one back.
    pub is_reversal: bool,
    /// Whether a later one took it back.
    pub is_reversed: bool,
    /// What brought it about.
    pub origin: Origin,
    /// Who recorded it.
    pub actor: String,
}

/// Another document this one is tied to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tie {
    /// Whether it is this document that refers to the other.
    pub is_outward: bool,
    /// `cancels`, `adjusts`, `corrects_text`, `replaces`, `applies_advance`, `mentions`.
    pub effect: String,
    /// The other document, when it is here.
    pub document: Option<(DocumentId, String, String)>,
    /// The reference as the file says it.
    pub label: String,
    /// Why, in words.
    pub reason: Option<String>,
}

/// A document with everything known of it.
#[derive(Clone, Debug)]
pub struct Detail {
    /// The document as issued.
    pub document: Document,
    /// Who owes it.
    pub customer: CustomerName,
    /// How it stands.
    pub status: Status,
    /// What is open, smallest units; for a credit note, credit left, as a negative amount.
    pub open_minor: i64,
    /// Of it, disputed.
    pub disputed_minor: i64,
    /// Its due dates; none for a credit note.
    pub instalments: Vec<Instalment>,
    /// What happened to it up to the day, in order of effect.
    pub movements: Vec<Movement>,
    /// What it refers to and what refers to it.
    pub ties: Vec<Tie>,
    /// Where its acceptance stands, where there is one.
    pub acceptance: Option<Acceptance>,
    /// Disputes of it, the closed ones too, newest first.
    pub disputes: Vec<Dispute>,
    /// The batch it came with.
    pub import: Option<Batch>,
    /// Name of the file it came in.
    pub source_file: Option<String>,
}

/// One document as of a day.
pub fn detail(app: &App, ctx: &Ctx, at: AsOf, id: DocumentId) -> Result<Detail, ServiceError> {
    ctx.require(Deed::ViewFigures)?;
    let scope = ctx.scope();
    app.store.read(|tx| {
        let missing = || ServiceError::NotFound(format!("document {id}"));
        let document = document::get(tx, scope, id)?.ok_or_else(missing)?;
        let view = app.portfolios.view_in(tx, scope)?.known(at.known_at);
        let customer = view.names.get(document.customer).cloned().ok_or_else(missing)?;
        let standings =
            Standings::of_customer(tx, scope, view.names.merged(), customer.id, at.as_of)?;
        let receivables = receivable::of_documents(tx, scope, &[id])?;
        let mut stand = Stand::of(&view, at, &receivables);
        if document.kind == "credit_note" {
            let left = credit_left(tx, ctx, at, &[id.0])?;
            stand.open_minor = -left.get(&id.0).copied().unwrap_or(0);
        }
        let disputed_minor = standings.disputed_minor(id, stand.open_minor);
        let overdue_days = at.as_of - stand.due.unwrap_or(document.issue_date);
        let instalments = receivables.iter().map(|one| {
            let stand = Stand::of(&view, at, std::slice::from_ref(one));
            let disputed_minor = if disputed_minor > 0 { stand.open_minor } else { 0 };
            let days = at.as_of - one.due_date;
            let status = status(&document, &stand, disputed_minor, days);
            Instalment { receivable: one.clone(), open_minor: stand.open_minor, status }
        });
        let disputes = standing::disputes(tx, scope, Some(document.customer), false)?;
        let source_file = match document.source_hash.as_deref() {
            Some(hash) => import::file_name(tx, scope, hash)?,
            None => None,
        };
        let import = match document.import {
            Some(import) => import::batch(tx, scope, import)?,
            None => None,
        };
        let own = std::slice::from_ref(&document);
        let acceptance = acceptances::of_documents(tx, ctx, at.as_of, own)?.remove(&id);
        Ok(Detail {
            acceptance,
            customer,
            status: status(&document, &stand, disputed_minor, overdue_days),
            open_minor: stand.open_minor,
            disputed_minor,
            instalments: instalments.collect(),
            movements: movements(tx, ctx, at, &document, &receivables)?,
            ties: ties(tx, ctx, &document)?,
            disputes: disputes.into_iter().filter(|dispute| dispute.document == id).collect(),
            import,
            source_file,
            document,
        })
    })
}

fn movements(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    at: AsOf,
    document: &Document,
    receivables: &[Receivable],
) -> Result<Vec<Movement>, ServiceError> {
    let scope = ctx.scope();
    let is_credit = document.kind == "credit_note";
    let mut entries: Vec<StoredEntry> = match is_credit {
        true => ledger::of_source(tx, scope, document.id.0)?,
        false => {
            let ids: Vec<ReceivableId> = receivables.iter().map(|one| one.id).collect();
            ledger::of_receivables(tx, scope, &ids)?
        }
    };
    entries.retain(|stored| {
        let known = at.known_at.is_none_or(|known| stored.entry.recorded_on <= known);
        stored.entry.effective_on <= at.as_of && known
    });
    entries.sort_by_key(|stored| (stored.entry.effective_on, stored.seq));
    let reversed: HashSet<i64> = entries.iter().filter_map(|one| one.entry.reverses).collect();
    let origins = origins(tx, ctx, is_credit, &entries)?;
    let mut open_minor = 0;
    let movement = |stored: StoredEntry| {
        let change_minor = match is_credit {
            true => -stored.entry.effect_on(Account::Unapplied),
            false => stored.entry.effect_on(Account::Receivable),
        };
        open_minor += change_minor;
        Movement {
            seq: stored.seq,
            kind: stored.entry.kind,
            effective_on: stored.entry.effective_on,
            recorded_on: stored.entry.recorded_on,
            recorded_at: stored.recorded_at,
            change_minor,
            open_after_minor: open_minor,
            is_reversal: stored.entry.reverses.is_some(),
            is_reversed: reversed.contains(&stored.seq),
            origin: origins.get(&stored.seq).cloned().unwrap_or(Origin::Nothing),
            actor: stored.actor,
        }
    };
    Ok(entries.into_iter().map(movement).collect())
}

/// What brought each entry about, by its place in the ledger.
fn origins(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    is_credit: bool,
    entries: &[StoredEntry],
) -> Result<HashMap<i64, Origin>, ServiceError> {
    let scope = ctx.scope();
    let sources: HashSet<i64> = entries.iter().filter_map(|one| one.entry.source).collect();
    let mut wanted: Vec<DocumentId> = sources.iter().copied().map(DocumentId).collect();
    let mut owners: HashMap<ReceivableId, DocumentId> = HashMap::new();
    if is_credit {
        let ids: HashSet<ReceivableId> =
            entries.iter().filter_map(|one| one.entry.receivable).collect();
        let ids: Vec<ReceivableId> = ids.into_iter().collect();
        for one in receivable::by_ids(tx, scope, &ids)? {
            owners.insert(one.id, one.document);
        }
        wanted = owners.values().copied().collect();
    }
    let documents: HashMap<DocumentId, Document> = document::by_ids(tx, scope, &wanted)?
        .into_iter()
        .map(|document| (document.id, document))
        .collect();
    let payments: Vec<PaymentId> = sources.into_iter().map(PaymentId).collect();
    let payments: HashMap<i64, payment::Payment> = payment::by_ids(tx, scope, &payments)?
        .into_iter()
        .map(|payment| (payment.id.0, payment))
        .collect();
    let mut origins = HashMap::new();
    for stored in entries {
        let other = match is_credit {
            true => stored.entry.receivable.and_then(|id| owners.get(&id)).copied(),
            false => stored.entry.source.map(DocumentId),
        };
        let origin = match other.and_then(|id| documents.get(&id)) {
            Some(other) => Origin::Document {
                id: other.id,
                kind: other.kind.clone(),
                number: other.number.clone(),
            },
            None => match stored.entry.source.and_then(|source| payments.get(&source)) {
                Some(payment) => Origin::Payment {
                    id: payment.id,
                    number: payment.number.clone(),
                    method: payment.method.clone(),
                    reference: payment.reference.clone(),
                },
                None => Origin::Nothing,
            },
        };
        origins.insert(stored.seq, origin);
    }
    Ok(origins)
}

fn ties(tx: &mut Tx<'_>, ctx: &Ctx, own: &Document) -> Result<Vec<Tie>, ServiceError> {
    let scope = ctx.scope();
    let outward = document::references(tx, scope, own.id)?;
    let mut inward = document::referring_to(tx, scope, &own.doc_key)?;
    if own.kind != "credit_note" {
        let by_number = format!("number:{}", own.number);
        inward.extend(document::referring_to(tx, scope, &by_number)?);
    }
    let keys: HashSet<&str> = outward.iter().map(|tie| tie.target_key.as_str()).collect();
    let keys: Vec<&str> = keys.into_iter().collect();
    let mut found: HashMap<String, DocumentId> = HashMap::new();
    for known in document::known(tx, scope, keys.iter().copied())? {
        found.insert(known.doc_key, known.id);
    }
    let numbers: Vec<&str> = keys.iter().filter_map(|key| key.strip_prefix("number:")).collect();
    for (number, known) in document::known_by_numbers(tx, scope, numbers.iter().copied(), false)? {
        found.entry(format!("number:{number}")).or_insert(known.id);
    }
    let mut ids: Vec<DocumentId> = found.values().copied().collect();
    ids.extend(inward.iter().map(|tie| tie.document));
    let others: HashMap<DocumentId, Document> = document::by_ids(tx, scope, &ids)?
        .into_iter()
        .map(|document| (document.id, document))
        .collect();
    let tie = |reference: Reference, other: Option<DocumentId>, is_outward| Tie {
        is_outward,
        effect: reference.effect,
        document: other
            .and_then(|id| others.get(&id))
            .map(|other| (other.id, other.kind.clone(), other.number.clone())),
        label: reference.label,
        reason: reference.reason,
    };
    let mut all = Vec::new();
    for reference in outward {
        let other = found.get(&reference.target_key).copied();
        all.push(tie(reference, other, true));
    }
    for reference in inward.into_iter().filter(|tie| tie.document != own.id) {
        let other = Some(reference.document);
        all.push(tie(reference, other, false));
    }
    Ok(all)
}
