//! Search: customers by name, tax id, code, telephone or e-mail; documents by number or amount.
//!
//! Decides how one line of text is read: as words of a name, as a telephone or e-mail, as the
//! beginning of a number, and, in each currency of the portfolio, as an amount. Signs that say
//! nothing by themselves find nothing. At most [`MOST`] of each kind are answered.

use crate::App;
use crate::balances::{self, Balance};
use crate::buckets;
use crate::ctx::Ctx;
use crate::documents;
use crate::error::ServiceError;
use crate::portfolios::{CustomerName, View};
use crate::standings::Standings;
use crate::words;
use puntual_core::access::Deed;
use puntual_core::aging::BucketSet;
use puntual_core::currency::Currency;
use puntual_core::id::{CustomerId, DocumentId};
use puntual_core::money::Money;
use puntual_core::portfolio::{AsOf, Scope as Whose};
use puntual_store::customer::{self, ContactPoint};
use puntual_store::{Tx, document};
use std::collections::HashSet;

/// Most customers and most documents answered.
pub const MOST: usize = 20;

/// Shortest text telephones and e-mails are looked through for.
const SHORTEST_POINT: usize = 4;

/// A customer found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundCustomer {
    /// Who.
    pub customer: CustomerName,
    /// The telephone or e-mail that matched, when it was not the name, code or tax id.
    pub matched: Option<String>,
    /// What it owes, by currency.
    pub balances: Vec<Balance>,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Customers by name.
    pub customers: Vec<FoundCustomer>,
    /// Documents: those with this number first, then those with this amount, open ones first.
    pub documents: Vec<documents::Row>,
    /// Whether there was more than is answered.
    pub is_cut: bool,
}

/// How a text is read as an amount of a currency, in smallest units: people write amounts in their
/// country's signs, programs as plain decimals.
pub type ReadAmount<'f> = &'f dyn Fn(&str, Currency) -> Option<i64>;

/// Reads a plain decimal: `12500.50`.
pub fn plain_amount(text: &str, currency: Currency) -> Option<i64> {
    Money::parse(text, currency).ok().map(|money| money.minor)
}

/// Looks a text up. Text without a letter or a digit finds nothing.
pub fn search(
    app: &App,
    ctx: &Ctx,
    at: AsOf,
    text: &str,
    read_amount: ReadAmount<'_>,
) -> Result<Found, ServiceError> {
    ctx.require(Deed::ViewCustomers)?;
    let text = text.trim();
    if words::query(text).is_empty() {
        return Ok(Found::default());
    }
    app.store.read(|tx| {
        let view = app.portfolios.view_in(tx, ctx.scope())?;
        let standings = Standings::load(tx, ctx.scope(), view.names.merged(), at.as_of, ctx.today)?;
        let buckets = buckets::in_force(tx, ctx)?;
        let mut people = people(tx, ctx, &view, text)?;
        let mut papers = papers(tx, ctx, &view, at, (text, read_amount))?;
        let is_cut = people.len() > MOST || papers.len() > MOST;
        people.truncate(MOST);
        papers.truncate(MOST);
        let mut customers = Vec::with_capacity(people.len());
        for (id, matched) in people {
            let Some(customer) = view.names.get(id).cloned() else { continue };
            let whose = Whose::customer(id);
            let balances = balances::balances(&view, at, &buckets, &standings, whose);
            customers.push(FoundCustomer { customer, matched, balances });
        }
        let documents = documents::rows_of(tx, ctx, &view, &standings, at, &buckets, &papers)?;
        Ok(Found { customers, documents, is_cut })
    })
}

type Person = (CustomerId, Option<String>);

fn people(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    view: &View,
    text: &str,
) -> Result<Vec<Person>, ServiceError> {
    let (scope, limit) = (ctx.scope(), MOST as i64 + 1);
    let mut people: Vec<Person> = Vec::new();
    // Who is merged is found by its own words too, as the one that stands for it.
    let mut add = |customer: CustomerId, matched| {
        let customer = view.names.survivor(customer);
        if !people.iter().any(|(known, _)| *known == customer) {
            people.push((customer, matched));
        }
        people.len()
    };
    let mut count = 0;
    for customer in customer::search(tx, scope, &words::query(text), limit)? {
        count = add(customer.id, None);
    }
    let is_kept = |c: &char| !c.is_whitespace() && !['-', '(', ')', '.'].contains(c);
    let point: String = text.to_lowercase().chars().filter(is_kept).collect();
    if point.chars().count() >= SHORTEST_POINT && count <= MOST {
        for ContactPoint { customer, value, .. } in
            customer::contact_points_like(tx, scope, &point, limit)?
        {
            add(customer, Some(value));
        }
    }
    Ok(people)
}

fn papers(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    view: &View,
    at: AsOf,
    (text, read_amount): (&str, ReadAmount<'_>),
) -> Result<Vec<DocumentId>, ServiceError> {
    let (number, limit) = (text.to_uppercase(), MOST as i64 + 1);
    let numbered = document::by_number_prefix(tx, ctx.scope(), &number, limit)?;
    let mut papers: Vec<DocumentId> = numbered.into_iter().map(|document| document.id).collect();
    let currencies = view.portfolio.currencies().into_iter();
    let amounts: HashSet<(Currency, i64)> = currencies
        .filter_map(|currency| read_amount(text, currency).map(|minor| (currency, minor)))
        .filter(|(_, minor)| *minor > 0)
        .collect();
    if amounts.is_empty() {
        return Ok(papers);
    }
    let mut seen: HashSet<DocumentId> = papers.iter().copied().collect();
    let buckets = BucketSet::default();
    let open = view.portfolio.open_documents(at, Whose::ALL, &buckets, None);
    let open = open.filter(|open| {
        let is = |minor| amounts.contains(&(open.currency, minor));
        is(open.open_minor) || is(open.amount_minor)
    });
    let lines = view.portfolio.lines(Whose::ALL).filter(|line| {
        line.counts(at) && amounts.contains(&(line.currency(), line.amount_minor()))
    });
    for id in open.map(|open| open.document).chain(lines.map(|line| line.document())) {
        if papers.len() > MOST {
            break;
        }
        if seen.insert(id) {
            papers.push(id);
        }
    }
    Ok(papers)
}
