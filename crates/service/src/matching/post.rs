//! A proposal into the books: the payment, what it settles, and the line it is the money of, in one
//! transaction, if everything is still as the proposal found it.

use super::book::effective_on;
use super::link_words;
use crate::App;
use crate::book::Book;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::moments;
use crate::payments::{Reason, Receipt, ReceiptLine, judge_promises, payment_event, recording};
use puntual_core::id::{BankEntryId, DocumentId, PaymentId, ReceivableId, TxId};
use puntual_core::matching::{Adjustment, Proposal};
use puntual_core::posting::{Posting, Source};
use puntual_store::bank_entry::{self, BankEntry};
use puntual_store::payment::{self, Payment};
use puntual_store::receivable::{self, Receivable};
use puntual_store::{Tx, document, timeline};
use std::collections::{BTreeSet, HashMap};

/// What the key of a payment made of a bank line begins with: one line is one payment.
pub(crate) const KEY: &str = "bank:";

/// The key of the payment a line is.
fn pay_key(entry: BankEntryId) -> String {
    format!("{KEY}{entry}")
}

/// Posts a proposal. The customer's turn is taken already. `None` when the line or what it would
/// settle has changed since: nothing of it is posted.
pub(super) fn post(
    app: &App,
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    entry: &BankEntry,
    proposal: &Proposal,
) -> Result<Option<Receipt>, ServiceError> {
    if !is_open(tx, ctx, entry)? {
        return Ok(None);
    }
    let Some(debts) = Debts::load(tx, ctx, proposal)? else { return Ok(None) };
    let on = effective_on(entry);
    let payment = payment_of(app, ctx, entry, proposal);
    let posting = Posting {
        tx: TxId(app.next_id()),
        customer: proposal.customer,
        currency: entry.currency,
        effective_on: on,
        recorded_on: ctx.today,
    };
    let mut book = Book::default();
    book.add_payment(payment.clone());
    book.post(posting.payment(payment.id, entry.amount_minor)?);
    let Some(lines) = settle(&mut book, posting, payment.id, proposal, debts)? else {
        return Ok(None);
    };
    book.write(tx, ctx.scope(), recording(ctx))?;
    bank_entry::link_payment(tx, ctx.scope(), entry.id, payment.id, &link_words(proposal))?;
    let promises_kept = judge_promises(app, ctx, tx, proposal.customer)?;
    let placed: i64 = lines.iter().map(|line| line.amount_minor).sum();
    let reasons = proposal.evidence.iter().map(|evidence| Reason {
        code: evidence.code().to_owned(),
        amount_minor: None,
        receivable: None,
    });
    let receipt = Receipt {
        remainder_minor: entry.amount_minor - placed,
        reasons: reasons.collect(),
        promises_kept,
        lines,
        payment,
    };
    timeline::append(tx, ctx.scope(), &[payment_event(ctx, &receipt)?])?;
    Ok(Some(receipt))
}

/// Whether nothing else tells of the line's money by now.
fn is_open(tx: &mut Tx<'_>, ctx: &Ctx, entry: &BankEntry) -> Result<bool, ServiceError> {
    let now = bank_entry::by_ids(tx, ctx.scope(), &[entry.id])?;
    let is_free =
        |one: &BankEntry| one.state == "open" && one.linked_to.is_none() && one.payment.is_none();
    let key = pay_key(entry.id);
    let posted = payment::by_keys(tx, ctx.scope(), std::iter::once(key.as_str()))?;
    Ok(now.first().is_some_and(is_free) && posted.is_empty())
}

fn payment_of(app: &App, ctx: &Ctx, entry: &BankEntry, proposal: &Proposal) -> Payment {
    let parts = [
        proposal.customer.0.to_string(),
        entry.currency.code().to_owned(),
        entry.amount_minor.to_string(),
        effective_on(entry).to_string(),
    ];
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    Payment {
        id: PaymentId(app.next_id()),
        customer: proposal.customer,
        pay_key: pay_key(entry.id),
        content_hash: moments::content_hash(&parts),
        number: entry.bank_reference.clone(),
        received_on: effective_on(entry),
        currency: entry.currency,
        amount_minor: entry.amount_minor,
        unapplied_minor: 0,
        method: Some("transfer".to_owned()),
        reference: moments::said(entry.text.as_deref()),
        import: None,
        reversed_at: None,
        recorded_at: ctx.now_ms,
    }
}

/// What is open of the documents of a proposal, the first due first.
struct Debts {
    numbers: HashMap<DocumentId, String>,
    open: Vec<Receivable>,
}

impl Debts {
    /// `None` when a document is somebody else's.
    fn load(
        tx: &mut Tx<'_>,
        ctx: &Ctx,
        proposal: &Proposal,
    ) -> Result<Option<Debts>, ServiceError> {
        let adjusted = proposal.adjustments.iter().map(|(document, _, _)| *document);
        let ids = proposal.lines.iter().map(|(document, _)| *document).chain(adjusted);
        let ids: BTreeSet<DocumentId> = ids.collect();
        let ids: Vec<DocumentId> = ids.into_iter().collect();
        let documents = document::by_ids(tx, ctx.scope(), &ids)?;
        if documents.iter().any(|document| document.customer != proposal.customer) {
            return Ok(None);
        }
        let mut open = receivable::of_documents(tx, ctx.scope(), &ids)?;
        open.sort_by_key(|one| (one.due_date, one.issue_date, one.id));
        let numbers = documents.into_iter().map(|one| (one.id, one.number)).collect();
        Ok(Some(Debts { numbers, open }))
    }

    /// Takes an amount from the open instalments of a document, the first due first; `None` when
    /// so much is not open.
    fn take(&mut self, document: DocumentId, minor: i64) -> Option<Vec<(ReceivableId, i64, i64)>> {
        let mut left = minor;
        let mut parts = Vec::new();
        for one in self.open.iter_mut().filter(|one| one.document == document) {
            let part = left.min(one.open_minor);
            if part > 0 {
                one.open_minor -= part;
                left -= part;
                parts.push((one.id, part, one.open_minor));
            }
        }
        (left == 0).then_some(parts)
    }

    /// Money cannot pay what was not yet owed: it waits on account until then.
    fn posting(&self, posting: Posting, id: ReceivableId) -> Posting {
        let issued = self.open.iter().find(|one| one.id == id).map(|one| one.issue_date);
        let effective_on = issued.map_or(posting.effective_on, |on| on.max(posting.effective_on));
        Posting { effective_on, ..posting }
    }
}

/// Posts what money and adjustments settle; `None` when so much is not open any more.
fn settle(
    book: &mut Book,
    posting: Posting,
    payment: PaymentId,
    proposal: &Proposal,
    mut debts: Debts,
) -> Result<Option<Vec<ReceiptLine>>, ServiceError> {
    let policy = proposal.rule.map_or("manual", |rule| rule.as_str());
    let mut lines = Vec::new();
    for (document, minor) in &proposal.lines {
        let Some(parts) = debts.take(*document, *minor) else { return Ok(None) };
        for (id, part, left_minor) in parts {
            let posting = debts.posting(posting, id);
            book.post(posting.allocate(Source::Payment(payment), id, part)?);
            lines.push(ReceiptLine {
                receivable: id.0,
                document: document.0,
                number: debts.numbers.get(document).cloned().unwrap_or_default(),
                amount_minor: part,
                left_minor,
                policy: policy.to_owned(),
            });
        }
    }
    for (document, adjustment, minor) in &proposal.adjustments {
        let Some(parts) = debts.take(*document, *minor) else { return Ok(None) };
        for (id, part, _) in parts {
            let posting = debts.posting(posting, id);
            book.post(match adjustment {
                Adjustment::Discount => posting.discount(id, part)?,
                Adjustment::SmallDifference => posting.write_off(id, part)?,
                Adjustment::CreditNote(note) => {
                    posting.allocate(Source::CreditNote(*note), id, part)?
                }
            });
        }
    }
    Ok(Some(lines))
}
