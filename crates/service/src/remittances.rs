//! Remesas: direct debits of what is due, by the mandates customers signed (SEPA).
//!
//! Decides which receivables may be collected that way and which are left out, and why; what is sent
//! stays as it was sent. Nothing is paid until the bank has credited the batch; what comes back is
//! tied to its line and opens the debt again. Euros only: the scheme knows no other currency.

use crate::App;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::mandates::{self, Mandate};
use crate::moments;
use crate::standings::Standings;
use puntual_core::access::Deed;
use puntual_core::bank_id;
use puntual_core::calendar::Calendar;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::debit_return::Remedy;
use puntual_core::id::{CustomerId, ReceivableId, RemittanceId};
use puntual_core::money::Money;
use puntual_store::receivable::Collectable;
pub use puntual_store::remittance::{Line, Remittance};
use puntual_store::{
    CustomerRange, Tx, customer, debit_result, merge, receivable, remittance, setting,
};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Days before the collection in which the debtor is told, unless another term was agreed (SEPA Core
/// rulebook, pre-notification).
pub const NOTICE_DAYS: i32 = 14;
/// Most batches listed.
const MOST: i64 = 200;
/// Names of the settings of the creditor's own account.
const SCHEME_ID: &str = "sepa_creditor_id";
const IBAN: &str = "sepa_iban";
const BIC: &str = "sepa_bic";

/// The creditor's own side of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Collector {
    /// Creditor identifier of the scheme.
    pub scheme_id: String,
    /// Account to be credited, an IBAN.
    pub iban: String,
    /// Code of its bank, where the bank asks for it.
    pub bic: Option<String>,
}

/// Why a receivable is not collected by debit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LeftOut {
    /// The customer signed no mandate that can be used.
    NoMandate,
    /// The document is disputed.
    Disputed,
    /// Collection of the customer is on hold.
    Held,
    /// The customer promised to pay it.
    Promised,
    /// It is in another batch whose end is not known.
    InBatch,
}

impl LeftOut {
    /// Stable code, `snake_case`.
    pub fn as_str(self) -> &'static str {
        match self {
            LeftOut::NoMandate => "no_mandate",
            LeftOut::Disputed => "disputed",
            LeftOut::Held => "held",
            LeftOut::Promised => "promised",
            LeftOut::InBatch => "in_batch",
        }
    }
}

/// One receivable that may be collected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposed {
    /// What.
    pub claim: Collectable,
    /// Name of who owes it.
    pub customer: String,
    /// By which mandate.
    pub mandate: Mandate,
}

/// What a batch would hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proposal {
    /// What would be collected, by customer and due date.
    pub lines: Vec<Proposed>,
    /// What would not, with its amount, by reason.
    pub left_out: BTreeMap<LeftOut, (usize, i64)>,
}

impl Proposal {
    /// The sum of its lines, cents.
    pub fn total_minor(&self) -> i64 {
        self.lines.iter().map(|line| line.claim.receivable.open_minor).sum()
    }
}

/// A batch somebody makes.
#[derive(Clone, Debug)]
pub struct MakeRemittance {
    /// The id the batch will have.
    pub id: RemittanceId,
    /// What is due by then.
    pub due_until: Day,
    /// The day the accounts are to be debited.
    pub collect_on: Day,
    /// The receivables chosen of the proposal.
    pub chosen: Vec<ReceivableId>,
}

/// A line of a batch as people read it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The line.
    pub line: Line,
    /// Number of its document.
    pub number: String,
    /// Name of who is debited.
    pub customer: String,
    /// What became of it, as the bank says: outcome, reason, day.
    pub result: Option<(String, Option<String>, Day)>,
    /// What its coming back calls for.
    pub remedy: Option<Remedy>,
}

/// The creditor's own side, if it was set.
pub fn collector(app: &App, ctx: &Ctx) -> Result<Option<Collector>, ServiceError> {
    app.store.read(|tx| collector_in(tx, ctx))
}

pub(crate) fn collector_in(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Option<Collector>, ServiceError> {
    let scope = ctx.scope();
    let scheme_id = setting::get(tx, scope, SCHEME_ID)?;
    let iban = setting::get(tx, scope, IBAN)?;
    let bic = setting::get(tx, scope, BIC)?.filter(|text| !text.is_empty());
    Ok(scheme_id.zip(iban).map(|(scheme_id, iban)| Collector { scheme_id, iban, bic }))
}

/// Sets the creditor's own side. Refuses ids and accounts whose check digits do not agree.
pub fn set_collector(app: &App, ctx: &Ctx, typed: &Collector) -> Result<(), ServiceError> {
    ctx.require(Deed::ManageCreditors)?;
    let scheme_id = bank_id::sepa_creditor(&typed.scheme_id)
        .ok_or_else(|| ServiceError::invalid("scheme_id", "bad_scheme_id"))?;
    let iban =
        bank_id::iban(&typed.iban).ok_or_else(|| ServiceError::invalid("iban", "bad_iban"))?;
    let bic = moments::said(typed.bic.as_deref()).unwrap_or_default().to_uppercase();
    app.store.write(|tx| {
        for (name, value) in [(SCHEME_ID, &scheme_id), (IBAN, &iban), (BIC, &bic)] {
            setting::set(tx, ctx.scope(), name, value)?;
        }
        Ok(())
    })
}

/// What a batch would hold of what is due by a day.
pub fn propose(
    app: &App,
    ctx: &Ctx,
    due_until: Day,
    collect_on: Day,
) -> Result<Proposal, ServiceError> {
    ctx.require(Deed::CollectByDebit)?;
    app.store.read(|tx| propose_in(tx, ctx, due_until, collect_on))
}

fn propose_in(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    due_until: Day,
    collect_on: Day,
) -> Result<Proposal, ServiceError> {
    let scope = ctx.scope();
    let usable = mandates::usable(tx, ctx, collect_on)?;
    let merged = merge::merged(tx, scope)?;
    let standings = Standings::load(tx, scope, &merged, ctx.today, ctx.today)?;
    let in_batch: HashSet<ReceivableId> = in_flight(tx, ctx)?;
    let everyone = CustomerRange { after: CustomerId(0), through: CustomerId(i64::MAX) };
    let mut proposal = Proposal::default();
    for claim in receivable::collectable_of_customers(tx, scope, everyone)? {
        let one = &claim.receivable;
        if one.currency != Currency::EUR || one.due_date > due_until || one.open_minor <= 0 {
            continue;
        }
        let payer = merged.survivor(one.customer);
        let promised = standings
            .promises_of(payer)
            .iter()
            .any(|promise| promise.document.is_none_or(|document| document == one.document));
        let reason = match usable.get(&one.customer).or_else(|| usable.get(&payer)) {
            _ if in_batch.contains(&one.id) => LeftOut::InBatch,
            None => LeftOut::NoMandate,
            Some(_) if !standings.disputes_of(one.document).is_empty() => LeftOut::Disputed,
            Some(_) if !standings.holds_of(payer).is_empty() => LeftOut::Held,
            Some(_) if promised => LeftOut::Promised,
            Some(mandate) => {
                let (customer, mandate) = (mandate.holder.clone(), mandate.clone());
                proposal.lines.push(Proposed { claim, customer, mandate });
                continue;
            }
        };
        let sums = proposal.left_out.entry(reason).or_default();
        sums.0 += 1;
        sums.1 += one.open_minor;
    }
    // A mandate for one debit collects one receivable, the oldest.
    let mut once = HashSet::new();
    proposal.lines.retain(|line| line.mandate.is_recurrent || once.insert(line.mandate.id));
    name_customers(tx, ctx, &mut proposal.lines)?;
    Ok(proposal)
}

fn name_customers(tx: &mut Tx<'_>, ctx: &Ctx, lines: &mut [Proposed]) -> Result<(), ServiceError> {
    let ids: HashSet<CustomerId> = lines.iter().map(|l| l.claim.receivable.customer).collect();
    let names = names_of(tx, ctx, ids)?;
    for line in lines {
        if let Some(name) = names.get(&line.claim.receivable.customer) {
            line.customer.clone_from(name);
        }
    }
    Ok(())
}

fn names_of(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    ids: HashSet<CustomerId>,
) -> Result<HashMap<CustomerId, String>, ServiceError> {
    let ids: Vec<CustomerId> = ids.into_iter().collect();
    let mut names = HashMap::new();
    for part in ids.chunks(4_000) {
        let found = customer::by_ids(tx, ctx.scope(), part)?;
        names.extend(found.into_iter().map(|one| (one.id, one.name)));
    }
    Ok(names)
}

/// Receivables in a batch of which the bank has not said that they came back.
fn in_flight(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<HashSet<ReceivableId>, ServiceError> {
    let lines = remittance::lines_of_open(tx, ctx.scope())?;
    let results = results_of(tx, ctx, &lines)?;
    let failed = |line: &Line| {
        results.get(&line.end_to_end).is_some_and(|result| is_failed(&result.outcome))
    };
    // What was credited and is open again was taken back by hand.
    let flies = lines.iter().filter(|line| line.payment.is_none() && !failed(line));
    Ok(flies.map(|line| line.receivable).collect())
}

pub(crate) fn is_failed(outcome: &str) -> bool {
    crate::imports::FAILED_DEBITS.contains(&outcome)
}

/// The last answer to each line, by our id of it.
fn results_of(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    lines: &[Line],
) -> Result<HashMap<String, debit_result::DebitResult>, ServiceError> {
    let mut found = HashMap::new();
    for part in lines.chunks(4_000) {
        let keys = part.iter().map(|line| line.end_to_end.as_str());
        for result in debit_result::by_keys(tx, ctx.scope(), keys)? {
            found.insert(result.instruction_key.clone(), result);
        }
    }
    Ok(found)
}

/// Makes a batch of the receivables chosen. The same id again answers the same batch; a receivable
/// that may not be collected any more is a conflict, and nothing is made.
pub fn make(app: &App, ctx: &Ctx, command: &MakeRemittance) -> Result<Remittance, ServiceError> {
    ctx.require(Deed::CollectByDebit)?;
    let scope = ctx.scope();
    if command.collect_on <= ctx.today {
        return Err(ServiceError::invalid("collect_on", "in_the_past"));
    }
    let collect_on =
        Calendar::of_country(&ctx.creditor.country).working_day_on_or_after(command.collect_on);
    app.store.write(|tx| {
        if let Some(there) = remittance::get(tx, scope, command.id)? {
            return Ok(there);
        }
        if collector_in(tx, ctx)?.is_none() {
            return Err(ServiceError::invalid("collector", "missing"));
        }
        let mut proposal = propose_in(tx, ctx, command.due_until, collect_on)?;
        let chosen: HashSet<ReceivableId> = command.chosen.iter().copied().collect();
        proposal.lines.retain(|line| chosen.contains(&line.claim.receivable.id));
        if chosen.is_empty() {
            return Err(ServiceError::invalid("chosen", "missing"));
        }
        if proposal.lines.len() < chosen.len() {
            let gone = chosen.len() - proposal.lines.len();
            return Err(ServiceError::Conflict(format!(
                "{gone} of the receivables chosen may not be collected any more: look again"
            )));
        }
        let code = code_of(command.id);
        let made = Remittance {
            id: command.id,
            message: format!("R{code}"),
            collect_on,
            notify_on: ctx.today.max(collect_on - NOTICE_DAYS),
            total_minor: proposal.total_minor(),
            lines: proposal.lines.len() as i64,
            credited_at: None,
            cancelled_at: None,
            actor: ctx.actor.clone(),
            recorded_at: ctx.now_ms,
        };
        let lines: Vec<Line> =
            (1..).zip(&proposal.lines).map(|(n, line)| line_of(command.id, n, line)).collect();
        remittance::insert(tx, scope, &made, &lines)?;
        tell_made(app, ctx, tx, &made, &proposal.lines)?;
        Ok(made)
    })
}

/// The id of a batch in letters every bank takes.
fn code_of(id: RemittanceId) -> String {
    let text = id.to_string().to_uppercase();
    text.split('_').next_back().unwrap_or_default().to_owned()
}

fn line_of(id: RemittanceId, line: i64, proposed: &Proposed) -> Line {
    let sequence = if proposed.mandate.is_recurrent { "RCUR" } else { "OOFF" };
    Line {
        remittance: id,
        line,
        // Letters and digits only: banks give it back in many writings.
        end_to_end: format!("R{}{line:05}", code_of(id)),
        customer: proposed.claim.receivable.customer,
        receivable: proposed.claim.receivable.id,
        mandate: proposed.mandate.id,
        sequence: sequence.to_owned(),
        amount_minor: proposed.claim.receivable.open_minor,
        text: proposed.claim.number.clone(),
        payment: None,
    }
}

/// A line in each customer's history: how much will be debited and when.
fn tell_made(
    app: &App,
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    made: &Remittance,
    lines: &[Proposed],
) -> Result<(), ServiceError> {
    let mut by_customer: BTreeMap<CustomerId, (i64, Vec<&str>)> = BTreeMap::new();
    for line in lines {
        let sums = by_customer.entry(line.claim.receivable.customer).or_default();
        sums.0 += line.claim.receivable.open_minor;
        sums.1.push(&line.claim.number);
    }
    let event = |(customer, (minor, numbers)): (CustomerId, (i64, Vec<&str>))| {
        puntual_store::timeline::Event {
            outcome: Some(made.collect_on.to_string()),
            body: Some(numbers.join(", ")),
            subject: Some(made.id.0),
            balance_minor: Some(minor),
            currency: Some(Currency::EUR),
            ..moments::event(ctx, app.next_id(), customer, ctx.today, "payment_debit_ordered")
        }
    };
    let events: Vec<_> = by_customer.into_iter().map(event).collect();
    Ok(puntual_store::timeline::append(tx, ctx.scope(), &events)?)
}

/// Gives a batch up that the bank has not credited: its receivables may be collected again.
pub fn cancel(app: &App, ctx: &Ctx, id: RemittanceId) -> Result<Remittance, ServiceError> {
    ctx.require(Deed::CollectByDebit)?;
    app.store.write(|tx| {
        remittance::set_cancelled(tx, ctx.scope(), id, ctx.now_ms)?;
        let now = get(tx, ctx, id)?;
        match now.cancelled_at {
            Some(_) => Ok(now),
            None => Err(ServiceError::Conflict("the bank has credited it".to_owned())),
        }
    })
}

pub(crate) fn get(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    id: RemittanceId,
) -> Result<Remittance, ServiceError> {
    let missing = || ServiceError::NotFound(id.to_string());
    remittance::get(tx, ctx.scope(), id)?.ok_or_else(missing)
}

/// The last batches.
pub fn list(app: &App, ctx: &Ctx) -> Result<Vec<Remittance>, ServiceError> {
    ctx.require(Deed::ViewFigures)?;
    app.store.read(|tx| Ok(remittance::list(tx, ctx.scope(), MOST)?))
}

/// A batch with its lines and what became of each.
pub fn show(
    app: &App,
    ctx: &Ctx,
    id: RemittanceId,
) -> Result<(Remittance, Vec<Shown>), ServiceError> {
    ctx.require(Deed::ViewFigures)?;
    app.store.read(|tx| {
        let found = get(tx, ctx, id)?;
        let lines = remittance::lines(tx, ctx.scope(), id)?;
        let names = names_of(tx, ctx, lines.iter().map(|line| line.customer).collect())?;
        let mut results = results_of(tx, ctx, &lines)?;
        let shown = lines.into_iter().map(|line| {
            let result = results.remove(&line.end_to_end);
            let failed = result.as_ref().filter(|result| is_failed(&result.outcome));
            Shown {
                number: line.text.clone(),
                customer: names.get(&line.customer).cloned().unwrap_or_default(),
                remedy: failed.map(|result| Remedy::of(result.reason.as_deref())),
                result: result.map(|result| (result.outcome, result.reason, result.resulted_on)),
                line,
            }
        });
        Ok((found, shown.collect()))
    })
}

/// A sum of euros.
pub fn euros(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}
