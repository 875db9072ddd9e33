//! Charge notes: late interest and compensation of a document, claimed by a document of their own.
//!
//! Decides that a day is charged once, that only what has passed is charged, and that a note is
//! taken back whole while nothing of it is paid. A note bears no interest itself and is no sale.

use crate::App;
use crate::book::Book;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::interest::{self, Answer, Asked, CHARGE_NOTE, Claimed};
use crate::moments;
use crate::payments::recording;
use puntual_core::access::Deed;
use puntual_core::date::Day;
use puntual_core::id::{DocumentId, EventId, ReceivableId, TxId};
use puntual_core::interest::InterestError;
use puntual_core::ledger::EntryKind;
use puntual_core::posting::Posting;
use puntual_store::document::{self, Document, Reference};
pub use puntual_store::interest::ChargeNote;
use puntual_store::receivable::{self, Receivable};
use puntual_store::timeline::{self, Event};
use puntual_store::{Tx, interest as rows, ledger};

/// Interest to charge.
#[derive(Clone, Debug)]
pub struct Charge {
    /// The id the note will have.
    pub id: DocumentId,
    /// What is charged and by which terms; through today at most.
    pub asked: Asked,
    /// The last day to pay it in time; today when absent.
    pub due_on: Option<Day>,
}

/// What became of a command to charge.
#[derive(Clone, Debug)]
pub enum Charged {
    /// The note stands.
    Noted(Box<ChargeNote>),
    /// Interest cannot be reckoned.
    Refused(InterestError),
}

/// Charges the interest of a document. The same id with the same content answers the same note.
pub fn charge(app: &App, ctx: &Ctx, command: &Charge) -> Result<Charged, ServiceError> {
    ctx.require(Deed::ChargeInterest)?;
    if command.asked.until > ctx.today {
        return Err(ServiceError::invalid("until", "in_the_future"));
    }
    let due_on = command.due_on.unwrap_or(ctx.today);
    if due_on < ctx.today {
        return Err(ServiceError::invalid("due_on", "in_the_past"));
    }
    app.store.write(|tx| {
        let scope = ctx.scope();
        let missing = || ServiceError::NotFound(format!("document {}", command.asked.document));
        let own = document::get(tx, scope, command.asked.document)?.ok_or_else(missing)?;
        moments::take_turn(tx, ctx, own.customer)?;
        if let Some(there) = rows::note(tx, scope, command.id)? {
            let content = (there.charged, there.charged_through);
            return match content == (command.asked.document, command.asked.until) {
                true => Ok(Charged::Noted(Box::new(there))),
                false => Err(ServiceError::Conflict(format!("{} is another note", command.id))),
            };
        }
        let claimed = match interest::reckon(tx, ctx, &command.asked)? {
            Answer::Refused(error) => return Ok(Charged::Refused(error)),
            Answer::Claimed(claimed) => claimed,
        };
        if claimed.claim.charges_minor() <= 0 {
            return Err(ServiceError::invalid("document", "nothing_to_charge"));
        }
        let note = note_of(ctx, command, &claimed);
        let number = format!("INT-{}-{}", own.number, rows::count_of(tx, scope, own.id)? + 1);
        write(app, ctx, tx, &own, &note, (number, due_on))?;
        Ok(Charged::Noted(Box::new(note)))
    })
}

fn note_of(ctx: &Ctx, command: &Charge, claimed: &Claimed) -> ChargeNote {
    ChargeNote {
        document: command.id,
        charged: command.asked.document,
        charged_through: command.asked.until,
        interest_minor: claimed.claim.interest_minor(),
        compensation_minor: claimed.claim.compensation_minor,
        law: claimed.regime.law.citation().to_owned(),
        explanation: interest::json(claimed).to_string(),
        actor: ctx.actor.clone(),
        recorded_at: ctx.now_ms,
    }
}

/// The note as a document with one receivable, its entry, and its line on the timeline.
fn write(
    app: &App,
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    own: &Document,
    note: &ChargeNote,
    (number, due_on): (String, Day),
) -> Result<(), ServiceError> {
    let minor = note.interest_minor + note.compensation_minor;
    let through = note.charged_through.to_string();
    let mut book = Book::default();
    let issued = Document {
        id: note.document,
        customer: own.customer,
        kind: CHARGE_NOTE.to_owned(),
        type_code: None,
        doc_key: format!("charge:{}", note.document),
        content_hash: moments::content_hash(&[&own.doc_key, &through, &minor.to_string()]),
        number,
        uid: None,
        issue_date: ctx.today,
        currency: own.currency,
        net_minor: None,
        tax_minor: None,
        withheld_minor: None,
        total_minor: minor,
        unapplied_minor: 0,
        payment_terms: None,
        payment_method: None,
        assigned_to: None,
        replaced_by: None,
        import: None,
        source_place: None,
        source_hash: None,
        undone_at: None,
        recorded_at: ctx.now_ms,
    };
    let receivable = ReceivableId(app.next_id());
    book.add_receivable(Receivable {
        id: receivable,
        customer: own.customer,
        document: note.document,
        instalment: 1,
        issue_date: ctx.today,
        due_date: due_on,
        due_source: "document".to_owned(),
        currency: own.currency,
        amount_minor: minor,
        open_minor: 0,
        is_sale: false,
        recorded_on: ctx.today,
    });
    let reference = Reference {
        document: note.document,
        line: 1,
        effect: "mentions".to_owned(),
        target_key: own.doc_key.clone(),
        label: own.number.clone(),
        reason: None,
    };
    let event = Event {
        outcome: Some(through),
        body: Some(format!("{} · {}", issued.number, note.law)),
        subject: Some(note.document.0),
        balance_minor: Some(minor),
        currency: Some(own.currency),
        ..moments::event(ctx, note.document.0, own.customer, ctx.today, "document_charged")
    };
    book.add_document(issued);
    book.post(posting(app, ctx, own).charge(receivable, minor)?);
    book.write(tx, ctx.scope(), recording(ctx))?;
    document::insert_references(tx, ctx.scope(), &[reference])?;
    rows::insert_note(tx, ctx.scope(), note)?;
    Ok(timeline::append(tx, ctx.scope(), &[event])?)
}

fn posting(app: &App, ctx: &Ctx, own: &Document) -> Posting {
    Posting {
        tx: TxId(app.next_id()),
        customer: own.customer,
        currency: own.currency,
        effective_on: ctx.today,
        recorded_on: ctx.today,
    }
}

/// The notes that charge a document and stand, oldest first.
pub fn of_document(
    app: &App,
    ctx: &Ctx,
    document: DocumentId,
) -> Result<Vec<ChargeNote>, ServiceError> {
    ctx.require(Deed::ViewFigures)?;
    Ok(app.store.read(|tx| rows::notes_of(tx, ctx.scope(), document))?)
}

/// Takes a note back: it never should have been. Refused while anything of it is settled. Twice
/// changes nothing.
pub fn take_back(
    app: &App,
    ctx: &Ctx,
    id: EventId,
    note: DocumentId,
    why: &str,
) -> Result<(), ServiceError> {
    ctx.require(Deed::ChargeInterest)?;
    app.store.write(|tx| {
        let scope = ctx.scope();
        let missing = || ServiceError::NotFound(format!("charge note {note}"));
        rows::note(tx, scope, note)?.ok_or_else(missing)?;
        let issued = document::get(tx, scope, note)?.ok_or_else(missing)?;
        moments::take_turn(tx, ctx, issued.customer)?;
        if issued.undone_at.is_some() {
            return Ok(());
        }
        let receivables = receivable::of_documents(tx, scope, &[note])?;
        if receivables.iter().any(|one| one.open_minor != one.amount_minor) {
            return Err(ServiceError::Conflict(
                "something of the note is settled: take that back first".to_owned(),
            ));
        }
        let ids: Vec<ReceivableId> = receivables.iter().map(|one| one.id).collect();
        let tx_id = TxId(app.next_id());
        let mut book = Book::default();
        for stored in crate::payments::standing_entries(ledger::of_receivables(tx, scope, &ids)?) {
            if stored.entry.kind == EntryKind::Issue {
                let (entry, on) = (&stored.entry, stored.entry.effective_on);
                book.post(entry.reversal(stored.seq, tx_id, entry.kind, on, ctx.today));
            }
        }
        book.write(tx, scope, recording(ctx))?;
        document::set_undone(tx, scope, &issued, ctx.now_ms)?;
        let event = Event {
            body: moments::said(Some(why)),
            subject: Some(note.0),
            balance_minor: Some(issued.total_minor),
            currency: Some(issued.currency),
            ..moments::event(ctx, id.0, issued.customer, ctx.today, "document_charge_undone")
        };
        moments::record_once(tx, ctx, &event)?;
        Ok(())
    })
}
