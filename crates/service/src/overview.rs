//! The 360 of a customer: who it is, what it owes, how it pays, what happened, what is planned.
//!
//! One transaction, one moment. Reads the rows the page shows and no more; every figure comes from
//! the portfolio in memory.

use crate::App;
use crate::balances::{self, Balance};
use crate::conduct::{self, Conduct};
use crate::ctx::Ctx;
use crate::customers::last_year;
use crate::documents::{self, DocumentState};
use crate::error::ServiceError;
use crate::groups::{self, Group};
use crate::listing::Page;
use crate::merges::{self, Joined};
use crate::moments;
use crate::portfolios::View;
use crate::standings::Standings;
use crate::timelines::{self, Timeline};
use crate::worklist::{self, NextAction};
use puntual_core::access::Deed;
use puntual_core::aging::BucketSet;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::history::{HistoryQuestion, Span, Step, history};
use puntual_core::id::CustomerId;
use puntual_core::indicators::{Collected, collection};
use puntual_core::portfolio::{AsOf, By, Scope as Whose, Who};
use puntual_core::ratio::Ratio;
use puntual_core::tax_id::{self, TaxIdCheck, TaxIdKind};
use puntual_store::Tx;
use puntual_store::action;
pub use puntual_store::action::Action;
use puntual_store::customer;
pub use puntual_store::customer::{ContactPoint, Customer};
use puntual_store::outbox;
pub use puntual_store::outbox::Message;
use puntual_store::payment;
pub use puntual_store::payment::Payment;
use puntual_store::standing;
pub use puntual_store::standing::{Dispute, Hold, Promise};
pub use puntual_store::timeline::Event;

/// Months of the chart of how a customer pays.
const CHART_MONTHS: i32 = 24;

/// Payments looked at for the last one that stands.
const LAST_PAYMENTS: i64 = 10;

/// Messages shown.
const LAST_MESSAGES: i64 = 10;

/// The question.
#[derive(Clone, Debug)]
pub struct Question {
    /// Whether settled documents are shown too.
    pub all_documents: bool,
    /// Which documents.
    pub page: Page,
    /// Which part of the timeline.
    pub timeline: timelines::Question,
    /// Buckets of the amounts.
    pub buckets: BucketSet,
}

impl Default for Question {
    fn default() -> Question {
        Question {
            all_documents: false,
            page: Page { number: 1, size: 25 },
            timeline: timelines::Question::default(),
            buckets: BucketSet::default(),
        }
    }
}

/// A tax id with what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxIdLine {
    /// What it is called in its country: RUT, RFC, NIF; empty elsewhere.
    pub name: &'static str,
    /// The id as kept.
    pub text: String,
    /// Whether its check digit is right; `None` where there is none to check.
    pub is_valid: Option<bool>,
}

/// Where the customer stands in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// Open, past due, disputed, not applied, by bucket.
    pub balance: Balance,
    /// Under promises in force, smallest units.
    pub promised_minor: i64,
    /// Credit limit in this currency, smallest units.
    pub limit_minor: Option<i64>,
    /// Of the limit, used: open less what is not applied.
    pub limit_use: Option<Ratio>,
}

/// One month of how a customer pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonthPoint {
    /// The last day of the month, or the day asked for.
    pub until: Day,
    /// Weighted collection period of the month's cash, days.
    pub collection_period: Option<Ratio>,
    /// Agreed terms of what was paid, weighted the same way, days.
    pub agreed_days: Option<Ratio>,
}

/// How a customer pays, in the currency it trades in most.
#[derive(Clone, Debug)]
pub struct Behaviour {
    /// Currency of the figures below.
    pub currency: Currency,
    /// Cash of the last twelve months with its delays.
    pub last_year: Collected,
    /// Weighted collection period of the last twelve months, days.
    pub collection_period: Option<Ratio>,
    /// Agreed terms of what was paid, weighted the same way, days.
    pub agreed_days: Option<Ratio>,
    /// Days late of what was paid, weighted, negative when early.
    pub days_late: Option<Ratio>,
    /// Promises kept and promises judged in the last twelve months.
    pub promises_kept: (usize, usize),
    /// The last payment that stands.
    pub last_payment: Option<Payment>,
    /// The last 24 months.
    pub months: Vec<MonthPoint>,
}

/// A customer with everything its page shows.
#[derive(Clone, Debug)]
pub struct Overview {
    /// Identity, segment, collector, terms.
    pub customer: Customer,
    /// Its tax id.
    pub tax_id: Option<TaxIdLine>,
    /// Since when it is a customer: its first document.
    pub since: Option<Day>,
    /// How to reach it.
    pub contact_points: Vec<ContactPoint>,
    /// What it owes by currency, the largest open first.
    pub positions: Vec<Position>,
    /// How it pays.
    pub behaviour: Behaviour,
    /// Lapse or trend, score, signals and habits.
    pub conduct: Conduct,
    /// Documents of the page.
    pub documents: documents::Listed,
    /// What happened.
    pub timeline: Timeline,
    /// Promises, newest first.
    pub promises: Vec<Promise>,
    /// Disputes, newest first.
    pub disputes: Vec<Dispute>,
    /// Holds that stand.
    pub holds: Vec<Hold>,
    /// The last messages, newest first.
    pub messages: Vec<Message>,
    /// What is planned, by day.
    pub planned: Vec<NextAction>,
    /// The strategy's last step, whatever became of it.
    pub last_step: Option<Action>,
    /// The last contact.
    pub last_contact: Option<Event>,
    /// Who is merged into it.
    pub joined: Vec<Joined>,
    /// The group it belongs to; it alone when there is none.
    pub group: Group,
}

/// Everything a customer's page shows, as of a day. Who is merged is shown as who stands for it.
pub fn of_customer(
    app: &App,
    ctx: &Ctx,
    at: AsOf,
    id: CustomerId,
    question: &Question,
) -> Result<Overview, ServiceError> {
    ctx.require(Deed::ViewCustomers)?;
    let scope = ctx.scope();
    app.store.read(|tx| {
        let view = app.portfolios.view_in(tx, scope)?.known(at.known_at);
        let id = view.names.survivor(id);
        let customer = customer::get(tx, scope, id)?
            .ok_or_else(|| ServiceError::NotFound(format!("customer {id}")))?;
        let promises = standing::promises_of(tx, scope, id)?;
        let disputes = standing::disputes(tx, scope, Some(id), false)?;
        let holds = standing::holds(tx, scope, Some(id))?;
        let (promised, held) = (promises.clone(), holds.clone());
        let standings =
            Standings::of(view.names.merged(), disputes.clone(), promised, held, at.as_of);
        let positions = positions(ctx, &view, at, &customer, &standings, &question.buckets);
        let state = if question.all_documents { None } else { Some(DocumentState::Open) };
        let asked = documents::Question {
            filter: documents::Filter { customer: Some(id), state, ..Default::default() },
            page: question.page,
            buckets: question.buckets.clone(),
            ..Default::default()
        };
        let lines = view.portfolio.lines(Whose::customer(id));
        let said = conduct::Said::of(ctx, &promises, &disputes, at);
        let name = view.names.get(id);
        let name = name.ok_or_else(|| ServiceError::NotFound(format!("customer {id}")))?;
        Ok(Overview {
            tax_id: tax_id_line(ctx, &customer),
            since: lines.filter(|line| line.counts(at)).map(|line| line.issued()).min(),
            contact_points: customer::contact_points(tx, scope, id)?,
            conduct: conduct::of_customer(&view, &said, name, at),
            behaviour: behaviour_of(tx, ctx, &view, at, &customer, &positions, &promises)?,
            documents: documents::list_in(tx, ctx, &view, &standings, at, &asked)?,
            timeline: timelines::page(tx, ctx, &view, id, at, &question.timeline)?,
            messages: outbox::of_customer(tx, scope, id, LAST_MESSAGES)?,
            planned: action::open_of(tx, scope, id)?
                .iter()
                .map(|action| worklist::next_action(ctx, action, Some(&customer)))
                .collect(),
            last_step: action::of_customer(tx, scope, id, 1)?.into_iter().next(),
            last_contact: moments::last_contacts(tx, ctx, &view.names, &[id])?.remove(&id),
            joined: merges::joined_in(tx, ctx, id)?,
            group: group_of(tx, ctx, &view, at, id, &question.buckets)?,
            holds: standings.holds_of(id).to_vec(),
            customer,
            positions,
            promises,
            disputes,
        })
    })
}

/// The customer's group, with what its other companies dispute too.
fn group_of(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    view: &View,
    at: AsOf,
    id: CustomerId,
    buckets: &BucketSet,
) -> Result<Group, ServiceError> {
    let standings = match view.names.groups.head(id) {
        Some(_) => Standings::load(tx, ctx.scope(), view.names.merged(), at.as_of, ctx.today)?,
        None => Standings::default(),
    };
    Ok(groups::in_view(view, at, buckets, &standings, id))
}

fn tax_id_line(ctx: &Ctx, customer: &Customer) -> Option<TaxIdLine> {
    let text = customer.tax_id.clone()?;
    let country = customer.country.as_deref().unwrap_or(&ctx.creditor.country);
    let is_valid = match tax_id::check(country, &text) {
        TaxIdCheck::Valid(_) | TaxIdCheck::Generic(_) => Some(true),
        TaxIdCheck::BadCheckDigit(_) | TaxIdCheck::Malformed => Some(false),
        TaxIdCheck::Unchecked(_) => None,
    };
    let name = TaxIdKind::of_country(country).map_or("", TaxIdKind::name);
    let text = tax_id::printed(country, &text);
    Some(TaxIdLine { name, text, is_valid })
}

fn positions(
    ctx: &Ctx,
    view: &View,
    at: AsOf,
    customer: &Customer,
    standings: &Standings,
    buckets: &BucketSet,
) -> Vec<Position> {
    let usual = customer.currency.unwrap_or(ctx.creditor.currency);
    let whose = Whose::customer(customer.id);
    let mut found = balances::balances(view, at, buckets, standings, whose);
    if !found.iter().any(|balance| balance.currency == usual) {
        let has_limit = customer.credit_limit_minor.is_some();
        if found.is_empty() || has_limit {
            found.push(Balance::nothing(customer.id, usual, buckets));
        }
    }
    found.sort_by_key(|balance| (std::cmp::Reverse(balance.open_minor), balance.currency));
    let position = |balance: Balance| {
        let limit_minor = customer.credit_limit_minor.filter(|_| balance.currency == usual);
        let used = i128::from(balance.open_minor - balance.unapplied_minor);
        Position {
            promised_minor: standings.promised_minor(customer.id, balance.currency),
            limit_use: limit_minor.and_then(|limit| Ratio::new(used.max(0), limit.into())),
            limit_minor,
            balance,
        }
    };
    found.into_iter().map(position).collect()
}

fn behaviour_of(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    view: &View,
    at: AsOf,
    customer: &Customer,
    positions: &[Position],
    promises: &[Promise],
) -> Result<Behaviour, ServiceError> {
    let whose = Whose::customer(customer.id);
    let year = last_year(at.as_of);
    let paid = collection(&view.portfolio, at, year, By::Total, whose);
    let most = paid.iter().max_by_key(|(_, currency, sums)| (sums.count, *currency));
    let owed = positions.first().map(|position| position.balance.currency);
    let currency = most.map(|(_, currency, _)| *currency).or(owed);
    let currency = currency.unwrap_or(ctx.creditor.currency);
    let last_year = most.map(|(_, _, sums)| *sums).unwrap_or_default();
    let judged = promises.iter().filter(|promise| {
        let is_judged = matches!(promise.state.as_str(), "kept" | "partly_kept" | "broken");
        is_judged && promise.judged_on.is_some_and(|on| year.contains(on))
    });
    let kept = judged.clone().filter(|promise| promise.state == "kept").count();
    let payments = payment::of_customer(tx, ctx.scope(), customer.id, LAST_PAYMENTS)?;
    let stands = |p: &Payment| p.reversed_at.is_none() && p.received_on <= at.as_of;
    Ok(Behaviour {
        currency,
        collection_period: last_year.ppc_weighted().value,
        agreed_days: agreed_days(&last_year),
        days_late: last_year.dbt_paid().value,
        last_year,
        promises_kept: (kept, judged.count()),
        last_payment: payments.into_iter().find(stands),
        months: months(view, at, customer.id, currency),
    })
}

/// Days agreed for what was paid: from issue to payment less the days late.
fn agreed_days(sums: &Collected) -> Option<Ratio> {
    Ratio::new(sums.age_amount_days - sums.late_amount_days, sums.amount_minor.into())
}

fn months(view: &View, at: AsOf, customer: CustomerId, currency: Currency) -> Vec<MonthPoint> {
    let from = at.as_of.month_start().add_months(1 - CHART_MONTHS);
    let Ok(span) = Span::new(from, at.as_of, Step::Month) else { return Vec::new() };
    let whose = Whose { who: Who::Customer(customer), currency: Some(currency) };
    let question = HistoryQuestion { known_at: at.known_at, ..HistoryQuestion::new(span, whose) };
    let points = history(&view.portfolio, &question);
    let point = |point: puntual_core::history::Point| {
        let value = |id| point.get(id).and_then(|indicator| indicator.value);
        let period: Option<Ratio> = value("ppc_weighted");
        let late: Option<Ratio> = value("dbt_paid");
        // Both are over the same cash.
        let agreed = period.zip(late).filter(|(period, late)| period.den == late.den);
        MonthPoint {
            until: point.as_of,
            collection_period: period,
            agreed_days: agreed.and_then(|(p, l)| Ratio::new(p.num - l.num, p.den)),
        }
    };
    points.into_iter().map(point).collect()
}
