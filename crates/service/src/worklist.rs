//! Mi día: whom to contact today, in which order, and why.
//!
//! Decides who belongs to the day: customers of whom something may be asked for now — past due,
//! not disputed, not promised, not covered by money on account — who are on no hold and for whom
//! nothing is planned for a later day. Their order is the core's. What is usual is measured within
//! each currency, so that no exchange rate is needed; a customer that owes in several is ranked by
//! the one in which it is furthest from the usual. It refuses to plan: see the day's run.

use crate::App;
use crate::balances::{self, Balance};
use crate::ctx::Ctx;
use crate::customers::ContactLine;
use crate::error::ServiceError;
use crate::listing::Page;
use crate::portfolios::{CustomerName, CustomerNames, View};
use crate::standings::Standings;
use crate::{clock, moments, words};
use puntual_core::access::Deed;
use puntual_core::aging::BucketSet;
use puntual_core::behaviour::Verdict;
use puntual_core::calendar::Calendar;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::hours::{Channel, Moment, Person};
use puntual_core::id::CustomerId;
use puntual_core::indicators::collection;
use puntual_core::portfolio::{AsOf, By, Key, Scope as Whose, Window};
use puntual_core::priority::{self, Priority, PriorityFacts};
use puntual_core::strategy::guard::{self, ContactLaw, ContactRequest, Decision, Purpose};
use puntual_store::action::{self, Action};
use puntual_store::customer::{self, Customer};
use puntual_store::standing;
pub use puntual_store::standing::Promise;
use puntual_store::{Tx, payment, timeline};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Days a broken promise stays on the day's list.
const BROKEN_FOR_DAYS: i32 = 30;

/// Step of looking for the last minute at which a contact is allowed.
const WINDOW_STEP_MINUTES: u16 = 15;

/// Which part of the day is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Show {
    /// Everybody to contact.
    #[default]
    Everybody,
    /// Whoever promised to pay today.
    PromisesToday,
    /// Whoever broke a promise and has not been spoken to since.
    PromisesBroken,
}

/// The question.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// Name of the collector whose day it is; everybody's when absent.
    pub collector: Option<String>,
    /// Which part.
    pub show: Show,
    /// Which rows.
    pub page: Page,
    /// Buckets the oldest days are named by.
    pub buckets: BucketSet,
}

/// What stands at the top. Each number is the length of its list.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Counters {
    /// Customers to contact today, those already contacted included.
    pub to_contact: usize,
    /// Of them, already contacted.
    pub contacted: usize,
    /// Promises due today.
    pub promises_today: usize,
    /// Promises broken in the last thirty days and not spoken about since.
    pub promises_broken: usize,
    /// Disputes open.
    pub disputes: usize,
    /// Payments with money not applied.
    pub unapplied_payments: i64,
    /// Customers of whom something may be asked for and for whom nothing is planned.
    pub without_next_action: usize,
    /// Received today, by currency, smallest units.
    pub received_today: Vec<(Currency, i64)>,
}

/// What is planned next for a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextAction {
    /// `email`, `call`, `letter`…
    pub channel: String,
    /// For which day.
    pub on: Day,
    /// Key of the strategy's step; `callback` where a person said when.
    pub step: String,
    /// Minute of today until which the law and our policies allow it; `None` where they set no
    /// limit or do not allow it any more today.
    pub allowed_until_minute: Option<u16>,
    /// What it waits for, where the hours of a rule do not allow it now.
    pub waits: Option<Waits>,
}

/// A contact that the hours of a rule put off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waits {
    /// First moment of the debtor that its hours allow.
    pub not_before: Moment,
    /// The rule.
    pub rule: String,
    /// The text it rests on.
    pub law: String,
}

/// A customer to contact today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Place in the day, from 1.
    pub place: usize,
    /// Who.
    pub customer: CustomerName,
    /// Its segment; empty for none.
    pub segment: String,
    /// Its collector; empty for nobody.
    pub collector: String,
    /// Points and the parts they come from, the largest first.
    pub priority: Priority,
    /// Currency the priority's amounts are in.
    pub ranked_by: Currency,
    /// What it owes, by currency; the one it is ranked by first.
    pub balances: Vec<Balance>,
    /// Days past due of the oldest open receivable.
    pub oldest_overdue_days: i32,
    /// Position of the bucket those days fall in.
    pub bucket: usize,
    /// How it pays.
    pub verdict: Verdict,
    /// The last contact.
    pub last_contact: Option<ContactLine>,
    /// The promise in force due first, else the last one broken lately.
    pub promise: Option<Promise>,
    /// What is planned next.
    pub next: Option<NextAction>,
    /// Whether it was contacted today.
    pub is_done: bool,
}

/// The day.
#[derive(Clone, Debug)]
pub struct Today {
    /// What stands at the top.
    pub counters: Counters,
    /// The rows of the page.
    pub rows: Vec<Row>,
    /// How many rows there are.
    pub row_count: usize,
}

/// Today's list.
pub fn today(app: &App, ctx: &Ctx, question: &Question) -> Result<Today, ServiceError> {
    ctx.require(Deed::ViewCustomers)?;
    app.store.read(|tx| {
        let day = DayFacts::load(app, tx, ctx, question)?;
        let ranked = day.ranked(ctx, question);
        let broken = day.broken_unspoken(tx, ctx)?;
        let counters = day.counters(tx, ctx, &ranked, &broken)?;
        let shown: Vec<&Ranked> = match question.show {
            Show::Everybody => ranked.iter().collect(),
            Show::PromisesToday => {
                let due: HashSet<CustomerId> =
                    day.due_today(ctx).map(|promise| promise.customer).collect();
                day.places(&ranked, &due)
            }
            Show::PromisesBroken => {
                let broken = broken.iter().map(|promise| promise.customer).collect();
                day.places(&ranked, &broken)
            }
        };
        let page = question.page.range(shown.len());
        let rows = day.rows(tx, ctx, question, page.start, &shown[page.clone()])?;
        Ok(Today { counters, rows, row_count: shown.len() })
    })
}

/// The customers after this one in today's list, in order: what "next case" opens.
pub fn following(
    app: &App,
    ctx: &Ctx,
    question: &Question,
    after: CustomerId,
) -> Result<Option<CustomerName>, ServiceError> {
    ctx.require(Deed::ViewCustomers)?;
    app.store.read(|tx| {
        let day = DayFacts::load(app, tx, ctx, question)?;
        let ranked = day.ranked(ctx, question);
        let to_do = |one: &&Ranked| one.is_eligible && !day.contacted.contains(&one.customer);
        let place = ranked.iter().position(|one| one.customer == after).map_or(0, |at| at + 1);
        let next = ranked[place..].iter().chain(&ranked[..place]).filter(to_do);
        let next = next.map(|one| one.customer).find(|customer| *customer != after);
        Ok(next.and_then(|customer| day.view.names.get(customer).cloned()))
    })
}

/// Customers of whom something may be asked for now, who are on no hold and made no promise, and
/// for whom nothing is planned.
pub fn without_next_action(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    names: &CustomerNames,
    owing: &[Balance],
    standings: &Standings,
) -> Result<HashSet<CustomerId>, ServiceError> {
    let open = action::open(tx, ctx.scope())?.into_iter();
    let planned: HashSet<CustomerId> = open.map(|action| names.survivor(action.customer)).collect();
    let asked = owing.iter().filter(|balance| askable(balance, standings) > 0);
    Ok(asked.map(|balance| balance.customer).filter(|who| !planned.contains(who)).collect())
}

/// What may be asked for now of a customer in a currency: collectable, not promised, no hold.
fn askable(balance: &Balance, standings: &Standings) -> i64 {
    if !standings.holds_of(balance.customer).is_empty() {
        return 0;
    }
    let promised_minor = standings.promised_minor(balance.customer, balance.currency);
    (balance.collectable_minor() - promised_minor).max(0)
}

/// A customer of the list, ranked.
struct Ranked {
    customer: CustomerId,
    priority: Priority,
    currency: Currency,
    /// Whether it belongs to the day by its own right; others are there for a promise only.
    is_eligible: bool,
}

/// What the day rests on.
struct DayFacts {
    view: View,
    standings: Standings,
    balances: Vec<Balance>,
    verdicts: std::sync::Arc<HashMap<CustomerId, Verdict>>,
    /// The first open action of each customer.
    next: HashMap<CustomerId, Action>,
    contacted: HashSet<CustomerId>,
    /// Promises not kept lately, by customer the last.
    broken: HashMap<CustomerId, Promise>,
    own: Option<HashSet<CustomerId>>,
}

impl DayFacts {
    fn load(
        app: &App,
        tx: &mut Tx<'_>,
        ctx: &Ctx,
        question: &Question,
    ) -> Result<DayFacts, ServiceError> {
        let (scope, at) = (ctx.scope(), AsOf::day(ctx.today));
        let view = app.portfolios.view_in(tx, scope)?;
        let names = &view.names;
        let standings = Standings::load(tx, scope, names.merged(), ctx.today, ctx.today)?;
        let balances = balances::balances(&view, at, &question.buckets, &standings, Whose::ALL);
        let mut next = HashMap::new();
        for action in action::open(tx, scope)? {
            next.entry(names.survivor(action.customer)).or_insert(action);
        }
        let contacts = timeline::contacts_since(tx, scope, ctx.today)?;
        let mut broken = HashMap::new();
        for mut promise in standing::promises_since(tx, scope, ctx.today - BROKEN_FOR_DAYS)? {
            promise.customer = names.survivor(promise.customer);
            if matches!(promise.state.as_str(), "broken" | "partly_kept") {
                broken.insert(promise.customer, promise);
            }
        }
        let own = question.collector.as_deref().filter(|name| !name.is_empty()).map(|name| {
            let number = view.names.collector_number(name);
            let is_own = |c: &&CustomerName| number.is_some() && c.collector == number;
            view.names.iter().filter(is_own).map(|c| c.id).collect()
        });
        Ok(DayFacts {
            verdicts: app.verdicts.all(tx, scope, &view, at)?,
            contacted: contacts
                .iter()
                .filter(|event| event.kind == "contact")
                .map(|event| names.survivor(event.customer))
                .collect(),
            view,
            standings,
            balances,
            next,
            broken,
            own,
        })
    }

    fn is_own(&self, customer: CustomerId) -> bool {
        self.own.as_ref().is_none_or(|own| own.contains(&customer))
    }

    /// The balances of one customer.
    fn balances_of(&self, customer: CustomerId) -> &[Balance] {
        let from = self.balances.partition_point(|balance| balance.customer < customer);
        let to = self.balances.partition_point(|balance| balance.customer <= customer);
        &self.balances[from..to]
    }

    /// Everybody of the day in order.
    fn ranked(&self, ctx: &Ctx, question: &Question) -> Vec<Ranked> {
        let usual = usual_minor(&self.balances, &self.standings);
        let mut currencies: HashMap<CustomerId, (Currency, bool)> = HashMap::new();
        let mut facts = Vec::new();
        for of_one in self.balances.chunk_by(|a, b| a.customer == b.customer) {
            let customer = of_one[0].customer;
            let is_eligible = self.is_eligible(ctx, customer, of_one);
            let has_promise = question.show != Show::Everybody;
            if !self.is_own(customer) || !(is_eligible || has_promise) {
                continue;
            }
            let weight = |b: &&Balance| {
                let usual = usual.get(&b.currency).copied().unwrap_or(1).max(1);
                i128::from(askable(b, &self.standings)) * 1_000_000 / i128::from(usual)
            };
            // Of equals the first: the creditor's currency need not be one of them.
            let Some(most) = of_one.iter().rev().max_by_key(weight) else { continue };
            currencies.insert(customer, (most.currency, is_eligible));
            facts.push(PriorityFacts {
                customer,
                overdue_minor: askable(most, &self.standings),
                typical_overdue_minor: usual.get(&most.currency).copied().unwrap_or(1),
                overdue_days: of_one.iter().map(|b| b.oldest_overdue_days).max().unwrap_or(0),
                promise_broken_on: self.broken.get(&customer).map(|promise| promise.promised_on),
                behaviour: self.verdict(customer),
                today: ctx.today,
            });
        }
        let ranked = priority::rank(&facts).into_iter().filter_map(|priority| {
            let (currency, is_eligible) = *currencies.get(&priority.customer)?;
            Some(Ranked { customer: priority.customer, priority, currency, is_eligible })
        });
        ranked.collect()
    }

    fn verdict(&self, customer: CustomerId) -> Verdict {
        self.verdicts.get(&customer).copied().unwrap_or(Verdict::InsufficientHistory)
    }

    fn is_eligible(&self, ctx: &Ctx, customer: CustomerId, balances: &[Balance]) -> bool {
        let is_later = self.next.get(&customer).is_some_and(|next| next.planned_on > ctx.today);
        let is_asked = balances.iter().any(|balance| askable(balance, &self.standings) > 0);
        is_asked && (!is_later || self.contacted.contains(&customer))
    }

    fn places<'r>(&self, ranked: &'r [Ranked], wanted: &HashSet<CustomerId>) -> Vec<&'r Ranked> {
        ranked.iter().filter(|one| wanted.contains(&one.customer)).collect()
    }

    /// Promises in force whose day is today.
    fn due_today(&self, ctx: &Ctx) -> impl Iterator<Item = &Promise> {
        let today = ctx.today;
        let promises = self.standings.promises().filter(move |p| p.promised_on == today);
        promises.filter(|promise| self.is_own(promise.customer))
    }

    /// Broken promises whose customers were not contacted after the verdict.
    fn broken_unspoken(&self, tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Vec<Promise>, ServiceError> {
        let broken: Vec<&Promise> =
            self.broken.values().filter(|promise| self.is_own(promise.customer)).collect();
        let ids: Vec<CustomerId> = broken.iter().map(|promise| promise.customer).collect();
        let spoken = moments::last_contacts(tx, ctx, &self.view.names, &ids)?;
        let is_unspoken = |promise: &&&Promise| {
            let judged = promise.judged_on.unwrap_or(promise.promised_on);
            let judged_at = clock::instant_of(judged, 0, &ctx.creditor.time_zone);
            spoken.get(&promise.customer).is_none_or(|event| event.recorded_at < judged_at)
        };
        Ok(broken.iter().filter(is_unspoken).map(|promise| (*promise).clone()).collect())
    }

    fn counters(
        &self,
        tx: &mut Tx<'_>,
        ctx: &Ctx,
        ranked: &[Ranked],
        broken: &[Promise],
    ) -> Result<Counters, ServiceError> {
        let scope = ctx.scope();
        let eligible = || ranked.iter().filter(|one| one.is_eligible);
        let contacted = eligible().filter(|one| self.contacted.contains(&one.customer));
        let names = &self.view.names;
        let unplanned = without_next_action(tx, ctx, names, &self.balances, &self.standings)?;
        let disputes = self.standings.disputes().filter(|dispute| self.is_own(dispute.customer));
        Ok(Counters {
            to_contact: eligible().count(),
            contacted: contacted.count(),
            promises_today: self.due_today(ctx).count(),
            promises_broken: broken.len(),
            disputes: disputes.count(),
            unapplied_payments: payment::count_open(tx, scope)?,
            without_next_action: unplanned.iter().filter(|who| self.is_own(**who)).count(),
            received_today: self.received_today(tx, ctx)?,
        })
    }

    /// What was received today. Money received is applied or on account, and who has either of
    /// today is known without looking through all payments ever.
    fn received_today(
        &self,
        tx: &mut Tx<'_>,
        ctx: &Ctx,
    ) -> Result<Vec<(Currency, i64)>, ServiceError> {
        let (at, window) = (AsOf::day(ctx.today), Window::trailing(ctx.today, 1));
        let paid = collection(&self.view.portfolio, at, window, By::Customer, Whose::ALL);
        let paid = paid.into_iter().filter_map(|(key, ..)| match key {
            Key::Customer(customer) => Some(customer),
            _ => None,
        });
        let on_account = payment::customers_on_account(tx, ctx.scope(), ctx.today)?;
        let on_account = on_account.into_iter().map(|payer| self.view.names.survivor(payer));
        let payers: BTreeSet<CustomerId> = paid.chain(on_account).collect();
        let mut received: BTreeMap<Currency, i64> = BTreeMap::new();
        for payer in payers {
            for (currency, minor) in payment::received_on(tx, ctx.scope(), payer, ctx.today)? {
                *received.entry(currency).or_default() += minor;
            }
        }
        Ok(received.into_iter().collect())
    }

    fn rows(
        &self,
        tx: &mut Tx<'_>,
        ctx: &Ctx,
        question: &Question,
        from: usize,
        shown: &[&Ranked],
    ) -> Result<Vec<Row>, ServiceError> {
        let ids: Vec<CustomerId> = shown.iter().map(|one| one.customer).collect();
        let contacts = moments::last_contacts(tx, ctx, &self.view.names, &ids)?;
        let mut people = HashMap::new();
        for part in ids.chunks(1_000) {
            let customers = customer::by_ids(tx, ctx.scope(), part)?;
            people.extend(customers.into_iter().map(|customer| (customer.id, customer)));
        }
        let mut rows = Vec::with_capacity(shown.len());
        for (at, one) in shown.iter().enumerate() {
            let Some(name) = self.view.names.get(one.customer) else { continue };
            let mut balances = self.balances_of(one.customer).to_vec();
            balances.sort_by_key(|balance| balance.currency != one.currency);
            let oldest = balances.iter().map(|b| b.oldest_overdue_days).max().unwrap_or(0);
            let in_force = self.standings.promises_of(one.customer).iter();
            let promise = in_force.min_by_key(|promise| promise.promised_on);
            rows.push(Row {
                place: from + at + 1,
                segment: self.view.names.segment_name(name.segment).to_owned(),
                collector: self.view.names.collector_name(name.collector).to_owned(),
                priority: one.priority.clone(),
                ranked_by: one.currency,
                oldest_overdue_days: oldest,
                bucket: question.buckets.bucket_of(oldest),
                verdict: self.verdict(one.customer),
                last_contact: contacts.get(&one.customer).map(ContactLine::from),
                promise: promise.or_else(|| self.broken.get(&one.customer)).cloned(),
                next: self
                    .next
                    .get(&one.customer)
                    .map(|action| next_action(ctx, action, people.get(&one.customer))),
                is_done: self.contacted.contains(&one.customer),
                customer: name.clone(),
                balances,
            });
        }
        Ok(rows)
    }
}

/// The middle of what may be asked for, by currency.
fn usual_minor(balances: &[Balance], standings: &Standings) -> HashMap<Currency, i64> {
    let mut by_currency: HashMap<Currency, Vec<i64>> = HashMap::new();
    for balance in balances {
        let minor = askable(balance, standings);
        if minor > 0 {
            by_currency.entry(balance.currency).or_default().push(minor);
        }
    }
    let middle = |mut amounts: Vec<i64>| {
        let at = amounts.len() / 2;
        *amounts.select_nth_unstable(at).1
    };
    by_currency.into_iter().map(|(currency, amounts)| (currency, middle(amounts))).collect()
}

/// An open action as the row and the customer's page show it.
pub fn next_action(ctx: &Ctx, action: &Action, customer: Option<&Customer>) -> NextAction {
    let window = customer.and_then(|customer| window(ctx, &action.channel, customer));
    let (allowed_until_minute, waits) = window.unwrap_or_default();
    NextAction {
        channel: action.channel.clone(),
        on: action.planned_on,
        step: action.step.clone(),
        allowed_until_minute,
        waits,
    }
}

/// The minute of today until which a contact is allowed, by a quarter of an hour; or what it waits
/// for. Only hours are looked at: what was said and planned is on the customer's page.
fn window(ctx: &Ctx, channel: &str, customer: &Customer) -> Option<(Option<u16>, Option<Waits>)> {
    let channel = Channel::parse(channel).filter(|channel| channel.is_contact())?;
    let country = customer.country.as_deref().unwrap_or(&ctx.creditor.country);
    let calendar = Calendar::of_country(country);
    let (day, minute) = clock::civil_in_zone(ctx.now_ms, &ctx.creditor.time_zone);
    let law = ContactLaw::default();
    let request = ContactRequest {
        law: &law,
        country,
        person: Person::parse(&customer.person_kind).unwrap_or(Person::Consumer),
        channel,
        purpose: Purpose::Collection,
        third_party: false,
        opted_out: false,
        authorised: true,
        recent: &[],
        keep_policies: true,
        calendar: &calendar,
    };
    let is_allowed =
        |minute: u16| guard::decide(&request, Moment { day, minute }) == Decision::Allow;
    let now = minute as u16;
    match guard::decide(&request, Moment { day, minute: now }) {
        Decision::Allow => {
            let mut steps = (now / WINDOW_STEP_MINUTES + 1)..(24 * 60 / WINDOW_STEP_MINUTES);
            let closes = steps.find(|step| !is_allowed(step * WINDOW_STEP_MINUTES));
            Some((closes.map(|step| step * WINDOW_STEP_MINUTES), None))
        }
        Decision::Defer { not_before, rule } => {
            let citation = law.book.rule(&rule).map(|rule| rule.citation()).unwrap_or_default();
            Some((None, Some(Waits { not_before, rule, law: citation })))
        }
        Decision::Deny { .. } => None,
    }
}

/// The collectors there are, for a choice.
pub fn collectors(app: &App, ctx: &Ctx) -> Result<Vec<String>, ServiceError> {
    ctx.require(Deed::ViewCustomers)?;
    let mut names = app.portfolio(ctx)?.names.collectors.clone();
    names.sort_by_key(|name| words::plain(name));
    Ok(names)
}
