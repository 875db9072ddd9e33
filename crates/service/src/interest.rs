//! Late interest of a document: what it has come to on a day, past or future, and why.
//!
//! Decides which facts count: the balance of each day by the ledger's effective dates, the disputes
//! that are open, what was charged already, and whose rules apply. The reckoning and every rate is
//! the core's. It refuses to guess a rate: the refusal says which one to load.

use crate::App;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::interest_rates;
use puntual_core::access::Deed;
use puntual_core::date::Day;
use puntual_core::hours::Person;
use puntual_core::id::{DocumentId, ReceivableId};
use puntual_core::interest::{
    self, Agreed, Change, Claim, Disputed, InterestError, Line, Question, Regime,
};
use puntual_core::ledger::Account;
use puntual_core::money::plain;
use puntual_store::document::Document;
use puntual_store::receivable::{self, Receivable};
use puntual_store::{Tx, customer, document, ledger, standing};
use serde_json::{Value, json};
use std::collections::HashMap;

/// The kind of the documents by which interest is charged.
pub const CHARGE_NOTE: &str = "charge_note";

/// What is asked of a document.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The document.
    pub document: DocumentId,
    /// The last day that counts.
    pub until: Day,
    /// What the contract says; the creditor's usual terms when absent.
    pub agreed: Option<Agreed>,
    /// The day payment was demanded, where the law asks for it.
    pub demanded_on: Option<Day>,
    /// What the debtor is, where its tax id does not say.
    pub person: Option<Person>,
}

impl Asked {
    /// A document through a day, by the creditor's usual terms.
    pub fn new(document: DocumentId, until: Day) -> Asked {
        Asked { document, until, agreed: None, demanded_on: None, person: None }
    }
}

/// What was found.
#[derive(Clone, Debug)]
pub enum Answer {
    /// What it has come to.
    Claimed(Box<Claimed>),
    /// Why it cannot be said.
    Refused(InterestError),
}

/// What a document has come to.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// The document.
    pub document: Document,
    /// Its due dates, in the order of the lines.
    pub receivables: Vec<Receivable>,
    /// The last day that counts.
    pub until: Day,
    /// The rules it follows.
    pub regime: Regime,
    /// Whether the debtor was taken for a business or a consumer by the document alone.
    pub is_person_assumed: bool,
    /// The last day charged by a note; only later days are in the claim.
    pub charged_through: Option<Day>,
    /// The claim.
    pub claim: Claim,
}

/// Late interest of a document.
pub fn of_document(app: &App, ctx: &Ctx, asked: &Asked) -> Result<Answer, ServiceError> {
    ctx.require(Deed::ViewFigures)?;
    app.store.read(|tx| reckon(tx, ctx, asked))
}

/// The same inside a transaction that is open already.
pub(crate) fn reckon(tx: &mut Tx<'_>, ctx: &Ctx, asked: &Asked) -> Result<Answer, ServiceError> {
    let scope = ctx.scope();
    let missing = || ServiceError::NotFound(format!("document {}", asked.document));
    let document = document::get(tx, scope, asked.document)?.ok_or_else(missing)?;
    if matches!(document.kind.as_str(), "credit_note" | CHARGE_NOTE) {
        return Err(ServiceError::invalid("document", "bears_no_interest"));
    }
    let owner = customer::get(tx, scope, document.customer)?.ok_or_else(missing)?;
    let known = asked.person.or_else(|| Person::parse(&owner.person_kind));
    let person = known.unwrap_or_else(|| assumed(&document));
    let agreed = match asked.agreed {
        Some(agreed) => Some(agreed),
        None => interest_rates::agreed_in(tx, ctx)?,
    };
    let regime = match interest::regime(&ctx.creditor.country, person, agreed) {
        Ok(regime) => regime,
        Err(error) => return Ok(Answer::Refused(error)),
    };
    let mut receivables = receivable::of_documents(tx, scope, &[document.id])?;
    receivables.sort_by_key(|one| (one.due_date, one.instalment));
    let lines = lines(tx, ctx, &document, &receivables, asked.until)?;
    let notes = puntual_store::interest::notes_of(tx, scope, document.id)?;
    let charged_through = notes.iter().map(|note| note.charged_through).max();
    let question = Question {
        regime: &regime,
        rates: &interest_rates::table_in(tx, ctx)?,
        currency: document.currency,
        until: asked.until,
        charged_through,
        demanded_on: asked.demanded_on,
    };
    Ok(match interest::claim(&lines, &question) {
        Err(error) => Answer::Refused(error),
        Ok(claim) => Answer::Claimed(Box::new(Claimed {
            receivables,
            until: asked.until,
            is_person_assumed: known.is_none(),
            charged_through,
            claim,
            regime,
            document,
        })),
    })
}

/// A receipt is given to who consumes; an invoice to who has to account for it.
fn assumed(document: &Document) -> Person {
    if document.kind == "receipt" { Person::Consumer } else { Person::Company }
}

/// The lines of a document with everything that changed them, and what is disputed of each.
fn lines(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    document: &Document,
    receivables: &[Receivable],
    until: Day,
) -> Result<Vec<Line>, ServiceError> {
    let scope = ctx.scope();
    let ids: Vec<ReceivableId> = receivables.iter().map(|one| one.id).collect();
    let mut changes: HashMap<ReceivableId, Vec<Change>> = HashMap::new();
    for stored in ledger::of_receivables(tx, scope, &ids)? {
        let Some(receivable) = stored.entry.receivable else { continue };
        let minor = stored.entry.effect_on(Account::Receivable);
        let change = Change { on: stored.entry.effective_on, minor };
        changes.entry(receivable).or_default().push(change);
    }
    let disputes = standing::disputes(tx, scope, Some(document.customer), true)?;
    let open = disputes.iter().filter(|one| one.document == document.id && one.opened_on <= until);
    let since = open.clone().map(|dispute| dispute.opened_on).min();
    let amounts = open.map(|dispute| dispute.amount_minor.unwrap_or(i64::MAX));
    let mut left = amounts.fold(0, i64::saturating_add);
    let line = |one: &Receivable| {
        // A dispute of part of a document is of what falls due first.
        let minor = left.min(one.amount_minor);
        left -= minor;
        Line {
            due: one.due_date,
            changes: changes.remove(&one.id).unwrap_or_default(),
            disputed: since.filter(|_| minor > 0).map(|since| Disputed { since, minor }),
        }
    };
    Ok(receivables.iter().map(line).collect())
}

/// A document as people name it: its id, or its number.
pub fn find(app: &App, ctx: &Ctx, text: &str) -> Result<DocumentId, ServiceError> {
    ctx.require(Deed::ViewFigures)?;
    if let Ok(id) = text.parse() {
        return Ok(id);
    }
    let number = text.trim();
    let upper = number.to_uppercase();
    app.store.read(|tx| {
        for wanted in [number, upper.as_str()] {
            let numbers = std::iter::once(wanted);
            let found = document::known_by_numbers(tx, ctx.scope(), numbers, false)?;
            match found.as_slice() {
                [] => {}
                [(_, one)] => return Ok(one.id),
                several => {
                    let ids: Vec<String> =
                        several.iter().map(|(_, one)| one.id.to_string()).collect();
                    let what = format!("several documents are {wanted}: {}", ids.join(", "));
                    return Err(ServiceError::invalid("document", what));
                }
            }
        }
        Err(ServiceError::NotFound(format!("document {number}")))
    })
}

/// A claim as JSON, as the command-line contract has it.
pub fn json(claimed: &Claimed) -> Value {
    let Claimed { document, claim, regime, .. } = claimed;
    let money = |minor: i64| plain(minor.into(), document.currency);
    let segments: Vec<Value> = claim
        .segments
        .iter()
        .map(|segment| {
            json!({
                "from": segment.from.to_string(),
                "to": segment.to.to_string(),
                "days": segment.days,
                "rate": percent(segment.rate),
                "basis": segment.basis_days,
                "amount": money(segment.amount_minor),
                "principal": money(segment.principal_minor),
                "instalment": claimed.receivables.get(segment.line).map(|one| one.instalment),
            })
        })
        .collect();
    let notes: Vec<&str> = claim.notes.iter().map(|note| note.code()).collect();
    json!({
        "document": document.number,
        "currency": document.currency.code(),
        "until": claimed.until.to_string(),
        "principal": money(claim.principal_minor),
        "segments": segments,
        "interest": money(claim.interest_minor()),
        "compensation": money(claim.compensation_minor),
        "charges": money(claim.charges_minor()),
        "total": money(claim.total_minor()),
        "law": regime.law.citation(),
        "day_count": regime.day_count.as_str(),
        "confidence": regime.confidence.as_str(),
        "vat": regime.vat.code(),
        "reservation": regime.law.reservation(),
        "charged_through": claimed.charged_through.map(|day| day.to_string()),
        "person_assumed": claimed.is_person_assumed,
        "notes": notes,
    })
}

/// A rate as a JSON number in per cent.
pub(crate) fn percent(rate: interest::AnnualRate) -> Value {
    serde_json::from_str(&rate.to_string()).unwrap_or(Value::Null)
}
