//! Clientes: the portfolio by customer, filtered, sorted, page by page.
//!
//! Decides which customers a filter leaves and their order, in memory; only the rows of the page
//! shown are read from the store. It refuses to add up currencies: a customer that owes in two has
//! two rows.

use crate::App;
use crate::balances::{self, Balance};
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::listing::{Direction, Page};
use crate::portfolios::{CustomerName, View};
use crate::standings::Standings;
use crate::{behaviour, groups, moments, words, worklist};
use puntual_core::access::Deed;
use puntual_core::aging::BucketSet;
use puntual_core::behaviour::Verdict;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::id::{CustomerId, UserId};
use puntual_core::indicators::{Collected, collection};
use puntual_core::portfolio::{AsOf, By, Key, Scope as Whose, Who, Window};
use puntual_core::ratio::Ratio;
use puntual_store::{Tx, customer, timeline};
use std::collections::{HashMap, HashSet};

/// States customers are filtered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CustomerState {
    /// Something is past due.
    Overdue,
    /// Something is open and nothing is past due.
    Current,
    /// Something is disputed.
    Disputed,
    /// A promise is in force.
    Promised,
    /// There is money or credit not applied.
    Unapplied,
    /// A hold stands.
    OnHold,
    /// No address or number works.
    NoContactPoint,
    /// Something may be asked for and nothing is planned.
    NoNextAction,
}

impl CustomerState {
    /// Every state.
    pub const ALL: [CustomerState; 8] = [
        CustomerState::Overdue,
        CustomerState::Current,
        CustomerState::Disputed,
        CustomerState::Promised,
        CustomerState::Unapplied,
        CustomerState::OnHold,
        CustomerState::NoContactPoint,
        CustomerState::NoNextAction,
    ];

    /// Stable code, `snake_case`.
    pub fn as_str(self) -> &'static str {
        match self {
            CustomerState::Overdue => "overdue",
            CustomerState::Current => "current",
            CustomerState::Disputed => "disputed",
            CustomerState::Promised => "promised",
            CustomerState::Unapplied => "unapplied",
            CustomerState::OnHold => "on_hold",
            CustomerState::NoContactPoint => "no_contact_point",
            CustomerState::NoNextAction => "no_next_action",
        }
    }

    /// The state of a code.
    pub fn parse(code: &str) -> Option<CustomerState> {
        CustomerState::ALL.into_iter().find(|state| state.as_str() == code)
    }
}

/// Which customers are wanted; an empty filter wants all of them.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Words of name, code or tax id (with or without punctuation), all of which must be found.
    pub text: String,
    /// Name of the segment; `Some("")` for those in none.
    pub segment: Option<String>,
    /// Name of the collector; `Some("")` for those of nobody.
    pub collector: Option<String>,
    /// Position of a bucket something must be open in.
    pub bucket: Option<usize>,
    /// Only rows in this currency.
    pub currency: Option<Currency>,
    /// Only customers in this state.
    pub state: Option<CustomerState>,
    /// Only the group this customer is in.
    pub group: Option<CustomerId>,
}

/// What rows are sorted by. Amounts of different currencies are not compared: rows in the
/// creditor's own currency come first, then the others by code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Sort {
    /// Past due.
    #[default]
    Overdue,
    /// Open.
    Open,
    /// Days past due of the oldest.
    OldestDays,
    /// Name.
    Name,
    /// Segment.
    Segment,
    /// Collector.
    Collector,
    /// Weighted collection period of the last twelve months; the undefined last.
    CollectionPeriod,
    /// Verdict on how they pay, the worst last.
    Verdict,
}

/// The question.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// Which customers.
    pub filter: Filter,
    /// In which order.
    pub sort: Sort,
    /// Which way.
    pub direction: Direction,
    /// Which part.
    pub page: Page,
    /// Buckets of the amounts.
    pub buckets: BucketSet,
}

/// A contact in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactLine {
    /// The civil day.
    pub on: Day,
    /// How.
    pub channel: Option<String>,
    /// What came of it: outcome code; `None` for a message sent.
    pub outcome: Option<String>,
}

impl From<&timeline::Event> for ContactLine {
    fn from(event: &timeline::Event) -> ContactLine {
        ContactLine {
            on: event.happened_on,
            channel: event.channel.clone(),
            outcome: event.outcome.clone(),
        }
    }
}

/// One customer in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Who.
    pub customer: CustomerName,
    /// Name of its segment; empty for none.
    pub segment: String,
    /// Its collector; empty for nobody.
    pub collector: String,
    /// What it owes.
    pub balance: Balance,
    /// Under promises in force, smallest units.
    pub promised_minor: i64,
    /// Average collection period of the last twelve months, days (`ppc_weighted`).
    pub collection_period: Option<Ratio>,
    /// How it pays.
    pub verdict: Verdict,
    /// The last contact.
    pub last_contact: Option<ContactLine>,
}

/// Sums of one currency over all rows the filter leaves, smallest units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    /// Currency of the amounts.
    pub currency: Currency,
    /// Open.
    pub open_minor: i64,
    /// Past due.
    pub overdue_minor: i64,
    /// Not applied.
    pub unapplied_minor: i64,
}

/// A page of customers.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The rows of the page.
    pub rows: Vec<Row>,
    /// How many rows the filter leaves.
    pub row_count: usize,
    /// How many customers they are of.
    pub customer_count: usize,
    /// Their sums by currency.
    pub totals: Vec<Total>,
    /// Segments to choose from.
    pub segments: Vec<String>,
    /// Collectors to choose from.
    pub collectors: Vec<String>,
}

/// The customers a question asks for, as of a day.
pub fn list(app: &App, ctx: &Ctx, at: AsOf, question: &Question) -> Result<Listed, ServiceError> {
    ctx.require(Deed::ViewCustomers)?;
    app.store.read(|tx| {
        let view = app.portfolios.view_in(tx, ctx.scope())?.known(at.known_at);
        let standings = Standings::load(tx, ctx.scope(), view.names.merged(), at.as_of, ctx.today)?;
        let filter = &question.filter;
        let whose = Whose { currency: filter.currency, ..Whose::ALL };
        let owing = balances::balances(&view, at, &question.buckets, &standings, whose);
        let chosen = Chosen::load(tx, ctx, &view, filter, &owing, &standings)?;
        let mut rows = chosen.rows(ctx, &view, question, owing, &standings);
        let totals = totals(&rows);
        let customers: HashSet<CustomerId> = rows.iter().map(|row| row.customer).collect();
        sort(app, tx, ctx, &view, at, question, &mut rows)?;
        let page = question.page.range(rows.len());
        let shown = rows[page].to_vec();
        Ok(Listed {
            rows: complete(tx, ctx, &view, at, &standings, shown)?,
            row_count: rows.len(),
            customer_count: customers.len(),
            totals,
            segments: sorted(view.names.segments.iter().filter(|name| !name.is_empty())),
            collectors: sorted(view.names.collectors.iter()),
        })
    })
}

/// The last twelve months up to a day.
pub fn last_year(as_of: Day) -> Window {
    Window { from: as_of.add_months(-12) + 1, to: as_of }
}

fn sorted<'a>(names: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut list: Vec<String> = names.cloned().collect();
    list.sort_by_key(|name| words::plain(name));
    list
}

/// Who stands for these customers.
fn survivors(view: &View, ids: Vec<CustomerId>) -> HashSet<CustomerId> {
    ids.into_iter().map(|id| view.names.survivor(id)).collect()
}

/// What the filter needs beside amounts, looked up once.
struct Chosen {
    segment: Option<Option<u16>>,
    collector: Option<Option<UserId>>,
    wants_nobodys: bool,
    matching: Option<HashSet<CustomerId>>,
    reachable: Option<HashSet<CustomerId>>,
    unplanned: Option<HashSet<CustomerId>>,
    group: Option<HashSet<CustomerId>>,
}

impl Chosen {
    fn load(
        tx: &mut Tx<'_>,
        ctx: &Ctx,
        view: &View,
        filter: &Filter,
        owing: &[Balance],
        standings: &Standings,
    ) -> Result<Chosen, ServiceError> {
        let matching = match filter.text.trim().is_empty() {
            true => None,
            false => {
                let wanted = words::query(&filter.text);
                Some(survivors(view, customer::ids_matching(tx, ctx.scope(), &wanted)?))
            }
        };
        let reachable = match filter.state {
            Some(CustomerState::NoContactPoint) => {
                Some(survivors(view, customer::ids_reachable(tx, ctx.scope())?))
            }
            _ => None,
        };
        let unplanned = match filter.state {
            Some(CustomerState::NoNextAction) => {
                Some(worklist::without_next_action(tx, ctx, &view.names, owing, standings)?)
            }
            _ => None,
        };
        let names = &view.names;
        let collector = filter.collector.as_deref().filter(|name| !name.is_empty());
        Ok(Chosen {
            segment: filter.segment.as_deref().map(|name| names.segment_number(name)),
            collector: collector.map(|name| names.collector_number(name)),
            wants_nobodys: filter.collector.as_deref() == Some(""),
            matching,
            reachable,
            unplanned,
            group: filter.group.map(|id| {
                groups::members(names, id).into_iter().map(|(member, _)| member).collect()
            }),
        })
    }

    /// Whether a customer is one of those wanted, its amounts aside.
    fn admits(&self, name: &CustomerName) -> bool {
        let of_segment = self.segment.is_none_or(|wanted| wanted == Some(name.segment));
        let of_collector = match self.collector {
            Some(wanted) => wanted.is_some() && name.collector == wanted,
            None => !self.wants_nobodys || name.collector.is_none(),
        };
        let has = |set: &Option<HashSet<CustomerId>>| {
            set.as_ref().is_none_or(|set| set.contains(&name.id))
        };
        let reached = self.reachable.as_ref().is_none_or(|set| !set.contains(&name.id));
        of_segment
            && of_collector
            && reached
            && has(&self.matching)
            && has(&self.unplanned)
            && has(&self.group)
    }

    fn rows(
        &self,
        ctx: &Ctx,
        view: &View,
        question: &Question,
        owing: Vec<Balance>,
        standings: &Standings,
    ) -> Vec<Balance> {
        let filter = &question.filter;
        let mut kept = Vec::with_capacity(owing.len());
        let mut owing = owing.into_iter().peekable();
        for name in view.names.iter() {
            let admitted = self.admits(name);
            let mut owes = false;
            while let Some(balance) = owing.next_if(|balance| balance.customer <= name.id) {
                owes |= balance.customer == name.id;
                if admitted && balance.customer == name.id && fits(&balance, filter, standings) {
                    kept.push(balance);
                }
            }
            if admitted && !owes {
                let currency = name.currency.unwrap_or(ctx.creditor.currency);
                let nothing = Balance::nothing(name.id, currency, &question.buckets);
                let of_currency = filter.currency.is_none_or(|wanted| wanted == currency);
                if of_currency && fits(&nothing, filter, standings) {
                    kept.push(nothing);
                }
            }
        }
        kept
    }
}

fn fits(balance: &Balance, filter: &Filter, standings: &Standings) -> bool {
    let in_bucket = filter.bucket.is_none_or(|at| balance.buckets.get(at).is_some_and(|n| *n != 0));
    let in_state = match filter.state {
        None | Some(CustomerState::NoContactPoint | CustomerState::NoNextAction) => true,
        Some(CustomerState::Overdue) => balance.overdue_minor > 0,
        Some(CustomerState::Current) => balance.open_minor > 0 && balance.overdue_minor == 0,
        Some(CustomerState::Disputed) => balance.disputed_minor > 0,
        Some(CustomerState::Promised) => !standings.promises_of(balance.customer).is_empty(),
        Some(CustomerState::Unapplied) => balance.unapplied_minor > 0,
        Some(CustomerState::OnHold) => !standings.holds_of(balance.customer).is_empty(),
    };
    in_bucket && in_state
}

/// Sums of balances by currency.
pub(crate) fn totals(rows: &[Balance]) -> Vec<Total> {
    let mut totals: Vec<Total> = Vec::new();
    for row in rows {
        let place = totals.iter().position(|total| total.currency == row.currency);
        let place = place.unwrap_or_else(|| {
            let currency = row.currency;
            totals.push(Total { currency, open_minor: 0, overdue_minor: 0, unapplied_minor: 0 });
            totals.len() - 1
        });
        let total = &mut totals[place];
        total.open_minor += row.open_minor;
        total.overdue_minor += row.overdue_minor;
        total.unapplied_minor += row.unapplied_minor;
    }
    totals.sort_by_key(|total| total.currency);
    totals
}

fn sort(
    app: &App,
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    view: &View,
    at: AsOf,
    question: &Question,
    rows: &mut [Balance],
) -> Result<(), ServiceError> {
    let own = ctx.creditor.currency;
    let place = |b: &Balance| (b.currency != own, b.currency);
    let names = &view.names;
    let texts = |read: &dyn Fn(&CustomerName) -> String| -> HashMap<CustomerId, String> {
        names.iter().map(|name| (name.id, words::plain(&read(name)))).collect()
    };
    let turn = question.direction;
    let by_text = |rows: &mut [Balance], texts: HashMap<CustomerId, String>| {
        rows.sort_by(|a, b| {
            let ordered = texts.get(&a.customer).cmp(&texts.get(&b.customer));
            turn.of(ordered).then(place(a).cmp(&place(b))).then(a.customer.cmp(&b.customer))
        });
    };
    let by_number = |rows: &mut [Balance], number: &dyn Fn(&Balance) -> i128| {
        rows.sort_by(|a, b| {
            let ordered = turn.of(number(a).cmp(&number(b)));
            place(a).cmp(&place(b)).then(ordered).then(a.customer.cmp(&b.customer))
        });
    };
    match question.sort {
        Sort::Overdue => by_number(rows, &|b| b.overdue_minor.into()),
        Sort::Open => by_number(rows, &|b| b.open_minor.into()),
        Sort::OldestDays => by_number(rows, &|b| b.oldest_overdue_days.into()),
        Sort::Name => by_text(rows, texts(&|name| name.name.clone())),
        Sort::Segment => by_text(rows, texts(&|name| names.segment_name(name.segment).to_owned())),
        Sort::Collector => {
            by_text(rows, texts(&|name| names.collector_name(name.collector).to_owned()))
        }
        Sort::CollectionPeriod => {
            let periods = periods(view, at, Whose::ALL);
            let undefined = if turn == Direction::Up { i128::MAX } else { i128::MIN };
            by_number(rows, &|b| {
                let period = periods.get(&(b.customer, b.currency)).copied().flatten();
                period.map_or(undefined, |ratio| ratio.rounded(3))
            });
        }
        Sort::Verdict => {
            let verdicts = app.verdicts.all(tx, ctx.scope(), view, at)?;
            by_number(rows, &|b| {
                let verdict = verdicts.get(&b.customer).copied();
                badness(verdict.unwrap_or(Verdict::InsufficientHistory))
            });
        }
    }
    Ok(())
}

/// The order verdicts are sorted in.
fn badness(verdict: Verdict) -> i128 {
    match verdict {
        Verdict::TrendImproving => 0,
        Verdict::StableOnTime => 1,
        Verdict::InsufficientHistory => 2,
        Verdict::Lapse => 3,
        Verdict::StableLate => 4,
        Verdict::TrendWorsening => 5,
    }
}

type Periods = HashMap<(CustomerId, Currency), Option<Ratio>>;

fn periods(view: &View, at: AsOf, whose: Whose) -> Periods {
    let collected = collection(&view.portfolio, at, last_year(at.as_of), By::Customer, whose);
    let of_customer = |(key, currency, sums): (Key, Currency, Collected)| match key {
        Key::Customer(customer) => Some(((customer, currency), sums.ppc_weighted().value)),
        _ => None,
    };
    collected.into_iter().filter_map(of_customer).collect()
}

/// Adds to the rows of the page what only they need.
fn complete(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    view: &View,
    at: AsOf,
    standings: &Standings,
    shown: Vec<Balance>,
) -> Result<Vec<Row>, ServiceError> {
    let mut ids: Vec<CustomerId> = shown.iter().map(|balance| balance.customer).collect();
    ids.dedup();
    let contacts = moments::last_contacts(tx, ctx, &view.names, &ids)?;
    let all = (shown.len() > 1_000).then(|| periods(view, at, Whose::ALL));
    let mut rows = Vec::with_capacity(shown.len());
    for balance in shown {
        let Some(name) = view.names.get(balance.customer) else { continue };
        let who = Who::Customer(name.id);
        let whose = Whose { who, currency: Some(balance.currency) };
        let key = (name.id, balance.currency);
        let collection_period = match &all {
            Some(all) => all.get(&key).copied().flatten(),
            None => periods(view, at, whose).get(&key).copied().flatten(),
        };
        rows.push(Row {
            customer: name.clone(),
            segment: view.names.segment_name(name.segment).to_owned(),
            collector: view.names.collector_name(name.collector).to_owned(),
            promised_minor: standings.promised_minor(name.id, balance.currency),
            collection_period,
            verdict: behaviour::of_customer(view, name.id, at).verdict,
            last_contact: contacts.get(&name.id).map(ContactLine::from),
            balance,
        });
    }
    Ok(rows)
}
