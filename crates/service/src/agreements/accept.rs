//! The customer accepts, or nothing comes of it.
//!
//! Decides that what was proposed still is what is owed. A novation moves every balance into new
//! receivables in one transaction; a forbearance moves nothing. Either is taken back whole, and
//! only while nothing of it is paid.

use super::{Agreement, event, turn_of};
use crate::App;
use crate::book::Book;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::moments;
use crate::payments::{judge_promises, recording, standing_entries};
use crate::portfolios::AGREEMENT;
use puntual_core::access::Deed;
use puntual_core::agreement::{Nature, State};
use puntual_core::id::{AgreementId, DocumentId, EventId, ReceivableId, TxId};
use puntual_core::money::Money;
use puntual_core::posting::Posting;
use puntual_store::agreement::{self as rows, Covered, Instalment};
use puntual_store::document::{self, Document, Reference};
use puntual_store::receivable::{self, Receivable};
use puntual_store::timeline::{self, Event};
use puntual_store::{Tx, ledger};

/// An acceptance.
#[derive(Clone, Debug)]
pub struct Accept {
    /// The id of the command's event.
    pub id: EventId,
    /// The agreement.
    pub agreement: AgreementId,
    /// Who accepted for the customer.
    pub by: String,
    /// What proves it: a signed paper, an e-mail, a recorded call.
    pub evidence: String,
}

/// Records that the customer accepted. The same command again answers the same agreement.
pub fn accept(app: &App, ctx: &Ctx, command: &Accept) -> Result<Agreement, ServiceError> {
    ctx.require(Deed::RecordAgreement)?;
    let by = moments::required("by", &command.by)?;
    let evidence = moments::required("evidence", &command.evidence)?;
    app.store.write(|tx| {
        let there = turn_of(tx, ctx, command.agreement)?;
        let accepted = Agreement {
            accepted_on: Some(ctx.today),
            accepted_by: Some(by.clone()),
            evidence: Some(evidence.clone()),
            ..there.clone()
        };
        let event = Event {
            outcome: Some(format!("{by} · {evidence}")),
            ..event(ctx, command.id, &there, "agreement_accepted")
        };
        if moments::is_recorded(tx, ctx, &event)? {
            return Ok(there);
        }
        if there.state != State::Proposed.as_str() {
            return Err(ServiceError::Conflict(format!("the agreement is {}", there.state)));
        }
        if there.approved_by.is_none() {
            let what = format!("{} waits for a {}", there.number, there.least_role);
            return Err(ServiceError::Forbidden(what));
        }
        let mut instalments = rows::instalments(tx, ctx.scope(), there.id)?;
        let first = instalments.iter().find(|one| one.due_date > there.proposed_on);
        if first.is_some_and(|one| one.due_date < ctx.today) {
            return Err(stale("its first instalment is past"));
        }
        let covered = rows::covered(tx, ctx.scope(), there.id)?;
        let receivables = still_open(tx, ctx, &covered)?;
        let is_novation = there.nature == Nature::Novation.as_str();
        let accepted = match is_novation {
            true => Moving { app, ctx, agreement: &accepted }.replace(
                tx,
                &receivables,
                &mut instalments,
            )?,
            false => accepted,
        };
        rows::accept(tx, ctx.scope(), &accepted, &instalments)?;
        timeline::append(tx, ctx.scope(), &[event])?;
        judge_promises(app, ctx, tx, there.customer)?;
        turn_of(tx, ctx, there.id)
    })
}

fn stale(what: &str) -> ServiceError {
    ServiceError::Conflict(format!("{what}: propose it again"))
}

/// The covered receivables, if nothing of them has moved since the proposal.
fn still_open(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    covered: &[Covered],
) -> Result<Vec<Receivable>, ServiceError> {
    let ids: Vec<ReceivableId> = covered.iter().map(|one| one.receivable).collect();
    if !rows::covered_among(tx, ctx.scope(), &ids)?.is_empty() {
        return Err(stale("another agreement covers part of it"));
    }
    let mut receivables = receivable::by_ids(tx, ctx.scope(), &ids)?;
    receivables.sort_by_key(|one| (one.due_date, one.id));
    let amount = |one: &Receivable| {
        covered.iter().find(|debt| debt.receivable == one.id).map(|debt| debt.amount_minor)
    };
    let same = receivables.iter().all(|one| amount(one) == Some(one.open_minor));
    match same && receivables.len() == covered.len() {
        true => Ok(receivables),
        false => Err(stale("what is owed has changed")),
    }
}

/// The moving of balances of one novation.
struct Moving<'a> {
    app: &'a App,
    ctx: &'a Ctx,
    agreement: &'a Agreement,
}

impl Moving<'_> {
    /// Old receivables out, instalments in: what is forgiven, what moves, what interest adds.
    fn replace(
        &self,
        tx: &mut Tx<'_>,
        receivables: &[Receivable],
        instalments: &mut [Instalment],
    ) -> Result<Agreement, ServiceError> {
        let (app, ctx, agreement) = (self.app, self.ctx, self.agreement);
        let posting = Posting {
            tx: TxId(app.next_id()),
            customer: agreement.customer,
            currency: agreement.currency,
            effective_on: ctx.today,
            recorded_on: ctx.today,
        };
        let document = DocumentId(app.next_id());
        let mut book = Book::default();
        let weights: Vec<u64> =
            receivables.iter().map(|one| one.open_minor.unsigned_abs()).collect();
        let forgiven = Money::new(agreement.discount_minor, agreement.currency).split(&weights);
        for (old, forgiven) in receivables.iter().zip(forgiven) {
            if forgiven.minor > 0 {
                book.post(posting.discount(old.id, forgiven.minor)?);
            }
            let rest = old.open_minor - forgiven.minor;
            if rest > 0 {
                book.post(posting.replace(old.id, rest)?);
            }
        }
        if agreement.interest_minor > 0 {
            book.post(posting.agreed_interest(agreement.interest_minor)?);
        }
        let mut total_minor = 0;
        for one in instalments.iter_mut() {
            let receivable = ReceivableId(app.next_id());
            let amount_minor = one.principal_minor + one.interest_minor;
            total_minor += amount_minor;
            one.receivable = Some(receivable);
            book.add_receivable(self.receivable(document, receivable, one));
            book.post(posting.instalment(receivable, amount_minor)?);
        }
        book.add_document(self.document(document, total_minor));
        book.write(tx, ctx.scope(), recording(ctx))?;
        self.refer(tx, document, receivables)?;
        Ok(Agreement { document: Some(document), tx: Some(posting.tx), ..agreement.clone() })
    }

    fn receivable(
        &self,
        document: DocumentId,
        id: ReceivableId,
        instalment: &Instalment,
    ) -> Receivable {
        Receivable {
            id,
            customer: self.agreement.customer,
            document,
            instalment: instalment.number,
            issue_date: self.ctx.today,
            due_date: instalment.due_date.max(self.ctx.today),
            due_source: AGREEMENT.to_owned(),
            currency: self.agreement.currency,
            amount_minor: instalment.principal_minor + instalment.interest_minor,
            open_minor: 0,
            is_sale: false,
            recorded_on: self.ctx.today,
        }
    }

    fn document(&self, id: DocumentId, total_minor: i64) -> Document {
        let agreement = self.agreement;
        Document {
            id,
            customer: agreement.customer,
            kind: AGREEMENT.to_owned(),
            type_code: None,
            number: agreement.number.clone(),
            uid: None,
            doc_key: format!("agreement:{}", agreement.id),
            content_hash: agreement.content_hash,
            issue_date: self.ctx.today,
            currency: agreement.currency,
            net_minor: None,
            tax_minor: None,
            withheld_minor: None,
            total_minor,
            unapplied_minor: 0,
            payment_terms: None,
            payment_method: None,
            assigned_to: None,
            replaced_by: None,
            import: None,
            source_place: None,
            source_hash: None,
            undone_at: None,
            recorded_at: self.ctx.now_ms,
        }
    }

    /// Ties the instalments' document to those it replaces.
    fn refer(
        &self,
        tx: &mut Tx<'_>,
        document: DocumentId,
        receivables: &[Receivable],
    ) -> Result<(), ServiceError> {
        let mut ids: Vec<DocumentId> = receivables.iter().map(|one| one.document).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut old = Vec::new();
        for part in ids.chunks(2_000) {
            old.extend(document::by_ids(tx, self.ctx.scope(), part)?);
        }
        let references: Vec<Reference> = (1..)
            .zip(old)
            .map(|(line, old)| Reference {
                document,
                line,
                effect: "mentions".to_owned(),
                target_key: old.doc_key,
                label: old.number,
                reason: None,
            })
            .collect();
        Ok(document::insert_references(tx, self.ctx.scope(), &references)?)
    }
}

/// Withdraws a proposal, or takes an agreement back of which nothing is paid yet: every balance is
/// where it was. Twice changes nothing.
pub fn withdraw(
    app: &App,
    ctx: &Ctx,
    id: EventId,
    agreement: AgreementId,
    why: &str,
) -> Result<Agreement, ServiceError> {
    ctx.require(Deed::RecordAgreement)?;
    let why = moments::required("why", why)?;
    app.store.write(|tx| {
        let there = turn_of(tx, ctx, agreement)?;
        match State::parse(&there.state) {
            Some(State::Withdrawn) => return Ok(there),
            Some(State::Proposed) => {}
            Some(State::Accepted) => {
                ctx.require(Deed::ReversePayment)?;
                unpaid(tx, ctx, &there)?;
                if let Some(moved) = there.tx {
                    move_back(app, ctx, tx, &there, moved)?;
                }
            }
            _ => return Err(ServiceError::Conflict(format!("the agreement is {}", there.state))),
        }
        let states = (there.state.as_str(), State::Withdrawn.as_str());
        rows::end(tx, ctx.scope(), agreement, states, ctx.today)?;
        let told =
            Event { outcome: Some(why.clone()), ..event(ctx, id, &there, "agreement_withdrawn") };
        timeline::append(tx, ctx.scope(), &[told])?;
        turn_of(tx, ctx, agreement)
    })
}

/// Refuses once anything of an agreement is paid.
fn unpaid(tx: &mut Tx<'_>, ctx: &Ctx, agreement: &Agreement) -> Result<(), ServiceError> {
    let (paid_minor, _) = super::follow::paid(tx, ctx, agreement)?;
    match paid_minor {
        0 => Ok(()),
        _ => Err(ServiceError::Conflict(
            "part of the agreement is settled: take that back first".to_owned(),
        )),
    }
}

/// Takes back every entry of the transaction that moved the balances.
fn move_back(
    app: &App,
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    agreement: &Agreement,
    moved: TxId,
) -> Result<(), ServiceError> {
    let scope = ctx.scope();
    let covered = rows::covered(tx, scope, agreement.id)?;
    let ids: Vec<ReceivableId> = covered.iter().map(|one| one.receivable).collect();
    let entries = ledger::of_receivables(tx, scope, &ids)?;
    let near = entries.iter().find(|stored| stored.entry.tx == moved).map(|stored| stored.seq);
    let gone = || ServiceError::Bug(format!("{} moved nothing", agreement.id));
    let entries = ledger::of_tx(tx, scope, moved, near.ok_or_else(gone)?)?;
    let tx_id = TxId(app.next_id());
    let mut book = Book::default();
    for stored in standing_entries(entries).iter().rev() {
        let (entry, on) = (&stored.entry, stored.entry.effective_on);
        book.post(entry.reversal(stored.seq, tx_id, entry.kind, on, ctx.today));
    }
    book.write(tx, scope, recording(ctx))?;
    if let Some(id) = agreement.document
        && let Some(issued) = document::get(tx, scope, id)?
    {
        document::set_undone(tx, scope, &issued, ctx.now_ms)?;
    }
    Ok(())
}
