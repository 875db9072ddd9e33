//! What the planner may know about customers on a day, loaded in a handful of questions per page.
//!
//! It decides which rows count as facts: what is the creditor's to collect (documents undone,
//! assigned to someone else or replaced by another do not count), which promises are live, which
//! contacts are counted, and which addresses work. It refuses to decide what is done about them.
//!
//! Colombia asks that the debtor has authorised the channel (Ley 2300 de 2023, art. 2). An address
//! that came with an import says nothing of that, so it counts as not authorised until somebody
//! records the authorisation (the contact point's state `authorised`). No other country's rule
//! reads the mark.

use crate::App;
use crate::beyond::{Beyond, Subjects};
use crate::contact_law::Laws;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::kin::Kin;
use puntual_core::aging::{self, BucketSet, CreditPolicy};
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::hours::{Channel, Person};
use puntual_core::id::{CustomerId, DocumentId, MessageId, ReceivableId};
use puntual_core::money::Money;
use puntual_core::place::{self, Place};
use puntual_core::portfolio::{self, AsOf, By, Key, Portfolio};
use puntual_core::strategy::StepMark;
use puntual_core::strategy::branch::EventFacts;
use puntual_core::strategy::facts::{
    ContactPointFacts, CustomerFacts, HoldFacts, HoldKind, ReceivableFacts,
};
use puntual_core::strategy::guard::PastContact;
use puntual_store::action::{self, ActionReceivable, PendingContact};
use puntual_store::agreement::{self, Waiting};
use puntual_store::customer::{self, ContactPoint, Customer};
use puntual_store::document;
use puntual_store::merge;
use puntual_store::payment;
use puntual_store::receivable::{self, Collectable};
use puntual_store::standing::{self, Dispute, Hold, Promise};
use puntual_store::timeline::{self, Event};
use puntual_store::{CustomerRange, Tx};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Customers per page, and so per transaction of a day.
pub const PAGE: usize = 2_000;

/// Days of contacts the rules of contact look back on.
pub(crate) const CONTACT_DAYS: i32 = 14;

/// A customer with everything known of it on a day.
#[derive(Clone, Debug)]
pub struct Case {
    /// The customer.
    pub customer: Customer,
    /// Ways to reach it, oldest first.
    pub points: Vec<ContactPoint>,
    /// What is open and collectable, oldest due first.
    pub open: Vec<Collectable>,
    /// Where the customer is, when its address or its telephones tell.
    pub place: Option<Place>,
    /// What the planner is told.
    pub facts: CustomerFacts,
    /// Strategy and version of the last step recorded on something that is open: `S2.1`.
    pub running: Option<String>,
}

/// Which balances count.
#[derive(Clone, Copy, Debug)]
pub enum Basis<'a> {
    /// What is open now.
    Now,
    /// What was open at the end of a past day, whatever happened since.
    Past(&'a PastBook),
}

/// From where customers are looked at.
#[derive(Clone, Copy, Debug)]
pub struct Outlook<'a> {
    /// The day.
    pub day: Day,
    /// Which balances count.
    pub basis: Basis<'a>,
    /// What else was asked for.
    pub beyond: &'a Beyond,
    /// When a strategy is tried out: steps and messages of the program from this day on do not
    /// count, because it makes its own.
    pub replayed_from: Option<Day>,
}

impl<'a> Outlook<'a> {
    /// A day as it is.
    pub fn new(day: Day, basis: Basis<'a>, beyond: &'a Beyond) -> Outlook<'a> {
        Outlook { day, basis, beyond, replayed_from: None }
    }
}

/// Every open balance as of a past day.
#[derive(Clone, Debug)]
pub struct PastBook {
    as_of: Day,
    open: BTreeMap<CustomerId, Vec<(ReceivableId, i64)>>,
    unapplied: HashMap<CustomerId, Vec<Money>>,
}

impl PastBook {
    /// The balances of the creditor's customers, or of one, at the end of a day.
    pub fn load(
        app: &App,
        ctx: &Ctx,
        as_of: Day,
        only: Option<CustomerId>,
    ) -> Result<PastBook, ServiceError> {
        let view = app.portfolio(ctx)?;
        let scope = only.map_or(portfolio::Scope::ALL, portfolio::Scope::customer);
        PastBook::of(&view.portfolio, as_of, scope)
    }

    fn of(
        portfolio: &Portfolio,
        as_of: Day,
        scope: portfolio::Scope,
    ) -> Result<PastBook, ServiceError> {
        let at = AsOf::day(as_of);
        let mut book = PastBook { as_of, open: BTreeMap::new(), unapplied: HashMap::new() };
        for line in portfolio.lines(scope).filter(|line| line.counts(at)) {
            let open_minor = line.open_minor(at);
            if open_minor > 0 {
                book.open.entry(line.customer()).or_default().push((line.id(), open_minor));
            }
        }
        let buckets =
            BucketSet::by_due(&[30]).map_err(|error| ServiceError::Bug(error.to_string()))?;
        let aged =
            aging::aging(portfolio, at, &buckets, CreditPolicy::Separate, By::Customer, scope);
        for row in aged.rows().filter(|row| row.unapplied > 0) {
            if let Key::Customer(customer) = row.key {
                let credit = Money::new(row.unapplied, row.currency);
                book.unapplied.entry(customer).or_default().push(credit);
            }
        }
        Ok(book)
    }
}

/// The next page of cases above `after`, and the customer it ends with; `None` when there are no
/// more.
pub fn page(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    outlook: Outlook<'_>,
    after: CustomerId,
) -> Result<Option<(Vec<Case>, CustomerId)>, ServiceError> {
    let through = match outlook.basis {
        Basis::Now => {
            let ids = receivable::customers_with_open(tx, ctx.scope(), after, PAGE as i64)?;
            ids.last().copied()
        }
        Basis::Past(book) => {
            let above = (std::ops::Bound::Excluded(after), std::ops::Bound::Unbounded);
            book.open.range(above).take(PAGE).last().map(|(customer, _)| *customer)
        }
    };
    let Some(through) = through else { return Ok(None) };
    let range = CustomerRange { after, through };
    Ok(Some((load(tx, ctx, outlook, range, None)?, through)))
}

/// One customer, whether anything is open or not. `leaving` is the message about to leave: it does
/// not count among the contacts already planned.
pub fn one(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    outlook: Outlook<'_>,
    customer: CustomerId,
    leaving: Option<MessageId>,
) -> Result<Case, ServiceError> {
    let customer = merge::survivor_of(tx, ctx.scope(), customer)?;
    let range = CustomerRange::one(customer);
    let mut cases = load(tx, ctx, outlook, range, leaving)?;
    if let Some(case) = cases.pop() {
        return Ok(case);
    }
    let found = customer::get(tx, ctx.scope(), customer)?;
    let found = found.ok_or_else(|| ServiceError::NotFound(customer.to_string()))?;
    let mut rows = Rows::load(tx, ctx, outlook, range)?;
    Ok(rows.case(ctx, outlook, found, leaving))
}

fn load(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    outlook: Outlook<'_>,
    range: CustomerRange,
    leaving: Option<MessageId>,
) -> Result<Vec<Case>, ServiceError> {
    let mut rows = Rows::load(tx, ctx, outlook, range)?;
    let customers = customer::of_range(tx, ctx.scope(), range)?;
    let with_open = customers.into_iter().filter(|c| rows.open.contains_key(&c.id));
    let with_open: Vec<Customer> = with_open.collect();
    Ok(with_open.into_iter().map(|c| rows.case(ctx, outlook, c, leaving)).collect())
}

/// The rows of a page, by customer.
struct Rows {
    open: HashMap<CustomerId, Vec<Collectable>>,
    unapplied: HashMap<CustomerId, Vec<Money>>,
    points: HashMap<CustomerId, Vec<ContactPoint>>,
    holds: HashMap<CustomerId, Vec<Hold>>,
    in_plan: HashMap<CustomerId, Vec<Waiting>>,
    promises: HashMap<CustomerId, Vec<Promise>>,
    disputes: HashMap<CustomerId, Vec<Dispute>>,
    contacts: HashMap<CustomerId, Vec<Event>>,
    pending: HashMap<CustomerId, Vec<PendingContact>>,
    steps: HashMap<ReceivableId, Steps>,
    laws: Laws,
    events: HashMap<CustomerId, Vec<(CustomerId, EventFacts)>>,
}

/// The steps done about a receivable.
#[derive(Debug, Default)]
struct Steps {
    /// The last of the ladder.
    last: Option<ActionReceivable>,
    /// Those of branches.
    of_branches: Vec<StepMark>,
}

/// Places of steps of branches begin here; the rest of the number is the day of what they answered,
/// so that each occurrence is recorded once.
const BRANCH_STEPS: i64 = 1_000_000;

/// The number a step is recorded under on a receivable.
pub(crate) fn step_index(place: usize, event_on: Option<Day>) -> i64 {
    let place = place as i64;
    event_on.map_or(place, |on| (place + 1) * BRANCH_STEPS + i64::from(on.0))
}

/// Whether a step recorded under that number is one of a branch.
pub(crate) fn answers_event(step_index: i64) -> bool {
    event_on(step_index).is_some()
}

/// The day of what a step recorded under that number answered; `None` for the ladder's.
fn event_on(step_index: i64) -> Option<Day> {
    let day = (step_index >= BRANCH_STEPS).then_some(step_index % BRANCH_STEPS)?;
    i32::try_from(day).ok().map(Day)
}

/// The steps by receivable; they come in the order in which they were done.
fn by_receivable(recorded: Vec<ActionReceivable>) -> HashMap<ReceivableId, Steps> {
    let mut steps: HashMap<ReceivableId, Steps> = HashMap::new();
    for one in recorded {
        let of_receivable = steps.entry(one.receivable).or_default();
        match event_on(one.step_index) {
            Some(_) => of_receivable.of_branches.push(step_mark(&one)),
            None => of_receivable.last = Some(one),
        }
    }
    steps
}

impl Rows {
    fn load(
        tx: &mut Tx<'_>,
        ctx: &Ctx,
        outlook: Outlook<'_>,
        range: CustomerRange,
    ) -> Result<Rows, ServiceError> {
        let Outlook { day, basis, beyond, replayed_from } = outlook;
        let scope = ctx.scope();
        let kin = Kin::load(tx, ctx, range)?;
        let Balances { open, unapplied } = balances(tx, ctx, day, basis, &kin)?;
        let mut open = kin.by_customer(open, |claim| claim.receivable.customer);
        for claims in open.values_mut() {
            let order = |claim: &Collectable| {
                let r = &claim.receivable;
                (r.due_date, r.issue_date, r.id)
            };
            claims.sort_by_key(order);
        }
        let past = matches!(basis, Basis::Past(_));
        let live = |p: &Promise| match past {
            true => p.made_on <= day && p.state != "cancelled",
            false => p.state == "open",
        };
        let disputed = |d: &Dispute| match past {
            true => d.opened_on <= day && d.closed_on.is_none_or(|closed| closed > day),
            false => d.closed_on.is_none(),
        };
        let promises = kin.rows(|range| standing::promises_of_range(tx, scope, range))?;
        let disputes = kin.rows(|range| standing::disputes_of_range(tx, scope, range))?;
        let subjects = Subjects::of(&promises, &disputes);
        let events = kin.rows(|range| beyond.events(tx, ctx, range, day, &subjects))?;
        let since = day - CONTACT_DAYS;
        let steps_until = replayed_from.map_or(day, |from| from - 1);
        let mut steps =
            kin.rows(|range| action::steps_of_customers(tx, scope, range, steps_until))?;
        if !kin.members.is_empty() {
            // The last step counts, whoever it was planned for.
            steps.sort_by_key(|step| step.action);
        }
        let points = kin.rows(|range| customer::contact_points_of_range(tx, scope, range))?;
        let holds = kin.rows(|range| standing::holds_of_range(tx, scope, range))?;
        let mut contacts =
            kin.rows(|range| timeline::contacts_of_range(tx, scope, range, since, day))?;
        let mut pending =
            kin.rows(|range| action::pending_contacts(tx, scope, range, (since, day)))?;
        let waiting = kin.rows(|range| agreement::waiting_of_range(tx, scope, range))?;
        let laws = Laws::load(tx, ctx, &kin, (since, day))?;
        if let Some(from) = replayed_from {
            contacts.retain(|event| event.kind != "message_sent" || event.happened_on < from);
            pending.clear();
        }
        Ok(Rows {
            laws,
            open,
            unapplied,
            promises: kin.by_customer(promises.into_iter().filter(live), |p| p.customer),
            disputes: kin.by_customer(disputes.into_iter().filter(disputed), |d| d.customer),
            points: kin.by_customer(points, |p| p.customer),
            in_plan: kin.by_customer(waiting, |w| w.customer),
            holds: kin.by_customer(holds, |h| h.customer),
            contacts: kin.by_customer(contacts, |event| event.customer),
            pending: kin.by_customer(pending, |p| p.customer),
            events: kin.by_customer(events, |(customer, _)| *customer),
            steps: by_receivable(steps),
        })
    }

    fn case(
        &mut self,
        ctx: &Ctx,
        outlook: Outlook<'_>,
        c: Customer,
        leaving: Option<MessageId>,
    ) -> Case {
        let Outlook { day, beyond, .. } = outlook;
        let events = self.events.remove(&c.id).unwrap_or_default();
        let running = self.running(open_ids(self.open.get(&c.id)));
        let open = self.open.remove(&c.id).unwrap_or_default();
        let points = self.points.remove(&c.id).unwrap_or_default();
        let disputes = self.disputes.remove(&c.id).unwrap_or_default();
        let promises = self.promises.remove(&c.id).unwrap_or_default();
        let several_dues = documents_with_several_dues(&open);
        let claims = open.iter().map(|claim| {
            let r = &claim.receivable;
            let steps = self.steps.remove(&r.id).unwrap_or_default();
            ReceivableFacts {
                id: r.id,
                document: r.document,
                document_number: claim.number.clone(),
                issued: r.issue_date,
                due: r.due_date,
                open: Money::new(r.open_minor, r.currency),
                disputed_minor: disputed_minor(&disputes, r.document, r.open_minor),
                promised_until: promised_until(&promises, r.document, r.currency),
                last_step: steps.last.as_ref().map(step_mark),
                is_instalment: several_dues.contains(&r.document),
                branch_steps: steps.of_branches,
            }
        });
        let place = place_of(country_of(ctx, &c), &c, &points);
        let law = self.laws.of(c.id, place);
        let holds = self.holds.remove(&c.id).unwrap_or_default();
        let in_plan = self.in_plan.remove(&c.id).unwrap_or_default();
        let facts = CustomerFacts {
            creditor: ctx.creditor.scope.creditor,
            customer: c.id,
            person: Person::parse(&c.person_kind).unwrap_or_default(),
            country: country_of(ctx, &c).to_owned(),
            language: c.locale.clone().unwrap_or_else(|| ctx.creditor.locale.clone()),
            segment: c.segment.clone(),
            receivables: claims.collect(),
            unapplied: self.unapplied.remove(&c.id).unwrap_or_default(),
            contact_points: points.iter().filter_map(point_facts).collect(),
            holds: holds.iter().map(hold_facts).chain(in_plan.iter().map(plan_hold)).collect(),
            opt_outs: Vec::new(),
            contacts: self.contacts(c.id, day, leaving),
            law,
            events: events.into_iter().map(|(_, event)| event).collect(),
            history: beyond.history(c.id),
            customer_since: beyond.since(c.id),
        };
        Case { customer: c, points, open, place, facts, running }
    }

    /// The strategy of the last step recorded on these receivables.
    fn running(&self, open: impl Iterator<Item = ReceivableId>) -> Option<String> {
        let steps = open.filter_map(|id| self.steps.get(&id)?.last.as_ref());
        let last = steps.max_by_key(|step| (step.action, step.receivable));
        last.map(|step| step.strategy.clone())
    }

    /// Contacts made, and messages on their way that will be one.
    fn contacts(
        &mut self,
        customer: CustomerId,
        day: Day,
        leaving: Option<MessageId>,
    ) -> Vec<PastContact> {
        let made = self.contacts.remove(&customer).unwrap_or_default();
        let ours = made.iter().filter(|event| !self.laws.is_answer(event));
        let mut made: Vec<PastContact> = ours.filter_map(past_contact).collect();
        made.extend(self.laws.elsewhere(customer));
        let pending = self.pending.remove(&customer).unwrap_or_default();
        let pending = pending.into_iter().filter(|p| leaving.is_none() || p.message != leaving);
        let mut planned: Vec<PastContact> = Vec::new();
        for contact in pending {
            let Some(channel) = Channel::parse(&contact.channel) else { continue };
            // Actions that share a message are one contact.
            let planned_on = contact.planned_on.min(day);
            let same = PastContact { day: planned_on, channel, reached: true };
            if !planned.contains(&same) {
                planned.push(same);
            }
        }
        made.extend(planned);
        made
    }
}

/// What a page of customers owes and has on account.
struct Balances {
    open: Vec<Collectable>,
    unapplied: HashMap<CustomerId, Vec<Money>>,
}

/// What is open and collectable, and what is not applied, as the basis says. What was allocated
/// beyond an amount is the customer's credit.
fn balances(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    day: Day,
    basis: Basis<'_>,
    kin: &Kin,
) -> Result<Balances, ServiceError> {
    let (scope, range) = (ctx.scope(), kin.page);
    let mut unapplied: HashMap<CustomerId, Vec<Money>> = HashMap::new();
    let mut open = match basis {
        Basis::Now => {
            let cash = kin.rows(|range| payment::unapplied_of_customers(tx, scope, range))?;
            let notes = kin.rows(|range| document::unapplied_of_customers(tx, scope, range))?;
            for (customer, currency, minor) in cash.into_iter().chain(notes) {
                let customer = kin.merged.survivor(customer);
                unapplied.entry(customer).or_default().push(Money::new(minor, currency));
            }
            kin.rows(|range| receivable::collectable_of_customers(tx, scope, range))?
        }
        Basis::Past(book) => {
            let bounds =
                (std::ops::Bound::Excluded(range.after), std::ops::Bound::Included(range.through));
            let then: HashMap<ReceivableId, i64> =
                book.open.range(bounds).flat_map(|(_, open)| open.iter().copied()).collect();
            let mut ids: Vec<ReceivableId> = then.keys().copied().collect();
            ids.sort_unstable();
            let mut open = receivable::collectable_by_ids(tx, scope, &ids)?;
            for claim in &mut open {
                claim.receivable.open_minor = then.get(&claim.receivable.id).copied().unwrap_or(0);
            }
            let inside =
                |customer: &CustomerId| *customer > range.after && *customer <= range.through;
            let credit = book.unapplied.iter().filter(|(customer, _)| inside(customer));
            unapplied.extend(credit.map(|(customer, money)| (*customer, money.clone())));
            open.retain(|claim| claim.receivable.issue_date <= book.as_of);
            open
        }
    };
    for claim in open.iter().filter(|claim| claim.receivable.open_minor < 0) {
        let r = &claim.receivable;
        let excess = Money::new(-r.open_minor, r.currency);
        unapplied.entry(kin.merged.survivor(r.customer)).or_default().push(excess);
    }
    open.retain(|claim| claim.receivable.open_minor > 0 && claim.receivable.issue_date <= day);
    Ok(Balances { open, unapplied })
}

/// The country whose rules of contact protect the customer: its own, or else the creditor's.
pub fn country_of<'a>(ctx: &'a Ctx, customer: &'a Customer) -> &'a str {
    customer.country.as_deref().filter(|c| !c.is_empty()).unwrap_or(&ctx.creditor.country)
}

/// Where a customer is: by its postal addresses, or else by the area of its telephones.
pub(crate) fn place_of(
    country: &str,
    customer: &Customer,
    points: &[ContactPoint],
) -> Option<Place> {
    let of_kind = |kinds: &'static [&'static str]| {
        let points = points.iter().filter(|point| kinds.contains(&point.kind.as_str()));
        points.map(|point| point.value.as_str())
    };
    let addresses: Vec<&str> =
        customer.address.as_deref().into_iter().chain(of_kind(&["address"])).collect();
    let phones: Vec<&str> = of_kind(&["phone", "whatsapp", "sms"]).collect();
    place::of_debtor(country, &addresses, &phones)
}

/// How much of a receivable is disputed: all of it where the dispute names no amount.
fn disputed_minor(disputes: &[Dispute], document: DocumentId, open_minor: i64) -> i64 {
    let of_document = disputes.iter().filter(|d| d.document == document);
    let amounts = of_document.map(|d| d.amount_minor.unwrap_or(open_minor));
    amounts.fold(0, i64::saturating_add).min(open_minor)
}

/// The latest day a live promise names for a document; a promise without a document is for
/// everything owed in its currency.
fn promised_until(promises: &[Promise], document: DocumentId, currency: Currency) -> Option<Day> {
    let concerns = |p: &&Promise| match p.document {
        Some(promised) => promised == document,
        None => p.currency == currency,
    };
    promises.iter().filter(concerns).map(|p| p.promised_on).max()
}

fn step_mark(step: &ActionReceivable) -> StepMark {
    StepMark {
        key: step.step.clone(),
        // Offsets are days of a strategy's steps, far inside 32 bits.
        offset_days: step.offset_days as i32,
        event_on: event_on(step.step_index),
    }
}

fn open_ids(open: Option<&Vec<Collectable>>) -> impl Iterator<Item = ReceivableId> + '_ {
    open.into_iter().flatten().map(|claim| claim.receivable.id)
}

/// Documents with more than one due date, as far as what is open shows: a second instalment says
/// so alone, a first one only together with another.
fn documents_with_several_dues(open: &[Collectable]) -> HashSet<DocumentId> {
    let later = open.iter().filter(|claim| claim.receivable.instalment > 1);
    later.map(|claim| claim.receivable.document).collect()
}

fn point_facts(point: &ContactPoint) -> Option<ContactPointFacts> {
    let channel = match point.kind.as_str() {
        "email" => Channel::Email,
        "whatsapp" => Channel::Whatsapp,
        "phone" => Channel::Call,
        "sms" => Channel::Sms,
        "address" => Channel::Letter,
        _ => return None,
    };
    Some(ContactPointFacts {
        id: point.id,
        channel,
        usable: point.state != "bounced" && !point.value.trim().is_empty(),
        opted_out: point.state == "opted_out",
        authorised: point.state == "authorised",
        third_party: false,
    })
}

/// A hold as the planner sees it. A file that says "on hold" does not say since when, so a hold
/// that was imported has always been there.
fn hold_facts(hold: &Hold) -> HoldFacts {
    let kind = match hold.kind.as_str() {
        "do_not_contact" => HoldKind::DoNotContact,
        "legal" | "legal_stop" => HoldKind::LegalStop,
        "deceased" => HoldKind::Deceased,
        "fraud" => HoldKind::Fraud,
        "in_plan" => HoldKind::InPlan,
        "instrument_pending" => HoldKind::InstrumentPending,
        "payment_in_transit" => HoldKind::PaymentInTransit,
        "with_agency" => HoldKind::WithAgency,
        _ => HoldKind::Pause,
    };
    let since = if hold.import.is_some() { Day(i32::MIN) } else { hold.since };
    HoldFacts { kind, receivable: None, since, until: hold.until, why: hold.why.clone() }
}

/// What an agreement in force does to a receivable it covers: it is asked for by the agreement's
/// instalments only.
fn plan_hold(waiting: &Waiting) -> HoldFacts {
    HoldFacts {
        kind: HoldKind::InPlan,
        receivable: Some(waiting.receivable),
        since: waiting.since,
        until: None,
        why: waiting.number.clone(),
    }
}

/// A contact on the timeline, unless it is no contact with the customer: a note of our own.
fn past_contact(event: &Event) -> Option<PastContact> {
    let channel = Channel::parse(event.channel.as_deref()?).filter(|c| c.is_contact())?;
    let reached = event.outcome.as_deref().is_none_or(has_reached);
    Some(PastContact { day: event.happened_on, channel, reached })
}

/// Whether a contact with that outcome reached someone.
pub(crate) fn has_reached(outcome: &str) -> bool {
    !["no_answer", "wrong_number", "voicemail", "busy", "not_reached"].contains(&outcome)
}
