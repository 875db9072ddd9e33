//! The portfolios in memory: loaded from the ledger, caught up before each question, shared by
//! readers. Every figure of the program is read from here.

use crate::App;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use puntual_core::group::Groups;
use puntual_core::id::{CustomerId, ReceivableId, UserId};
use puntual_core::ledger::{Account, Entry, EntryKind};
use puntual_core::merge::{Merge, Merged};
use puntual_core::portfolio::{
    CreditFact, CreditSource, CustomerFact, Facts, MovementFact, MovementKind, Portfolio,
    ReceivableFact, ReceivableKind,
};
use puntual_core::tax_id;
use puntual_store::receivable::Receivable;
use puntual_store::{Scope, Store, Tx, creditor, customer, ledger, merge, receivable};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// Beyond this many new entries a portfolio is loaded anew rather than caught up.
const CATCH_UP: i64 = 50_000;

/// A customer as lists and figures need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerName {
    /// Its id.
    pub id: CustomerId,
    /// The creditor's code for it.
    pub code: String,
    /// Legal name.
    pub name: String,
    /// Tax id as people write it.
    pub tax_id: Option<String>,
    /// Position of its segment in [`CustomerNames::segments`], 0 for none.
    pub segment: u16,
    /// Its collector's word in [`CustomerNames::collectors`].
    pub collector: Option<UserId>,
    /// Days of credit agreed.
    pub terms_days: Option<i64>,
    /// Credit limit in smallest units of `currency`.
    pub credit_limit_minor: Option<i64>,
    /// Usual currency.
    pub currency: Option<Currency>,
    /// The company it belongs to, as recorded.
    pub parent: Option<CustomerId>,
}

/// Every customer of a creditor, by id, with what they belong to.
#[derive(Clone, Debug, Default)]
pub struct CustomerNames {
    list: Arc<Vec<CustomerName>>,
    merged: Merged,
    /// Who belongs to whom.
    pub groups: Groups,
    /// Segments by the number the portfolio knows them by; the first is "none".
    pub segments: Vec<String>,
    /// Collectors; number n is `UserId(n + 1)` to the portfolio.
    pub collectors: Vec<String>,
}

impl CustomerNames {
    /// The customer with this id, or who stands for it.
    pub fn get(&self, id: CustomerId) -> Option<&CustomerName> {
        let id = self.survivor(id);
        let at = self.list.binary_search_by_key(&id, |c| c.id).ok()?;
        Some(&self.list[at])
    }

    /// Every customer that stands for itself, by id.
    pub fn iter(&self) -> impl Iterator<Item = &CustomerName> {
        self.list.iter().filter(|c| !self.merged.is_merged(c.id))
    }

    /// Who stands for a customer: itself unless it is merged.
    pub fn survivor(&self, id: CustomerId) -> CustomerId {
        self.merged.survivor(id)
    }

    /// Who stands for whom.
    pub fn merged(&self) -> &Merged {
        &self.merged
    }

    /// The same customers with others standing for one another.
    fn regrouped(&self, merged: Merged) -> CustomerNames {
        let belongs = |c: &CustomerName| c.parent.map(|parent| (c.id, parent));
        let groups = Groups::of(self.list.iter().filter_map(belongs), &merged);
        CustomerNames { merged, groups, ..self.clone() }
    }

    /// The segment of this name as the portfolio knows it.
    pub fn segment_number(&self, name: &str) -> Option<u16> {
        self.segments.iter().position(|segment| segment == name).map(|at| at as u16)
    }

    /// Name of a segment.
    pub fn segment_name(&self, number: u16) -> &str {
        self.segments.get(usize::from(number)).map_or("", String::as_str)
    }

    /// The collector of this name as the portfolio knows it.
    pub fn collector_number(&self, name: &str) -> Option<UserId> {
        self.collectors.iter().position(|c| c == name).map(|at| UserId(at as i64 + 1))
    }

    /// Name of a collector.
    pub fn collector_name(&self, number: Option<UserId>) -> &str {
        let at = number.map_or(0, |number| number.0) - 1;
        usize::try_from(at).ok().and_then(|at| self.collectors.get(at)).map_or("", String::as_str)
    }

    fn load(tx: &mut Tx<'_>, scope: Scope) -> Result<CustomerNames, ServiceError> {
        let mut names = CustomerNames { segments: vec![String::new()], ..Default::default() };
        let mut list = Vec::new();
        let mut segments: HashMap<String, u16> = HashMap::new();
        let mut collectors: HashMap<String, i64> = HashMap::new();
        customer::for_each::<ServiceError>(tx, scope, |c| {
            let segment = c.segment.map_or(0, |segment| {
                *segments.entry(segment.clone()).or_insert_with(|| {
                    names.segments.push(segment);
                    (names.segments.len() - 1) as u16
                })
            });
            let collector = c.collector.map(|collector| {
                UserId(*collectors.entry(collector.clone()).or_insert_with(|| {
                    names.collectors.push(collector);
                    names.collectors.len() as i64
                }))
            });
            list.push(CustomerName {
                id: c.id,
                code: c.code,
                name: c.name,
                tax_id: c
                    .tax_id
                    .map(|key| tax_id::printed(c.country.as_deref().unwrap_or_default(), &key)),
                segment,
                collector,
                terms_days: c.terms_days,
                credit_limit_minor: c.credit_limit_minor,
                currency: c.currency,
                parent: c.parent,
            });
            Ok(())
        })?;
        names.list = Arc::new(list);
        Ok(names.regrouped(merge::merged(tx, scope)?))
    }

    fn facts(&self) -> Vec<CustomerFact> {
        let fact = |c: &CustomerName| CustomerFact {
            id: c.id,
            segment: c.segment,
            collector: c.collector,
        };
        self.list.iter().map(fact).collect()
    }
}

/// A portfolio at a moment of the ledger, with the names of its customers. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// The figures' source.
    pub portfolio: Arc<Portfolio>,
    /// Who is who.
    pub names: Arc<CustomerNames>,
    /// The last ledger entry it contains.
    pub ledger_seq: i64,
    customer_seq: i64,
    /// Every merge there ever was.
    merges: Arc<Vec<Merge>>,
}

impl View {
    /// The view with only those merges that were known at the end of a day; as it is for `None`.
    /// Everything else that is limited to what was known, figures see to themselves.
    pub fn known(self, known_at: Option<Day>) -> View {
        let merged = Merged::known(&self.merges, known_at);
        if known_at.is_none() || merged == *self.names.merged() {
            return self;
        }
        self.regrouped(merged)
    }

    /// The view with others standing for one another.
    pub(crate) fn regrouped(self, merged: Merged) -> View {
        let mut portfolio = (*self.portfolio).clone();
        portfolio.regroup(&merged);
        let names = Arc::new(self.names.regrouped(merged));
        View { portfolio: Arc::new(portfolio), names, ..self }
    }
}

/// The portfolios loaded so far.
#[derive(Default)]
pub struct Portfolios {
    loaded: Mutex<HashMap<Scope, Arc<Mutex<View>>>>,
    /// Where a second connection can be had, to read two tables at once.
    beside: Option<Store>,
}

impl Portfolios {
    /// Portfolios of a storage that may be read on two connections at once.
    pub fn of(store: Store) -> Portfolios {
        Portfolios { beside: Some(store), ..Portfolios::default() }
    }

    /// The creditor's portfolio with everything the ledger holds now.
    pub fn view(&self, app: &App, ctx: &Ctx) -> Result<View, ServiceError> {
        app.store.read(|tx| self.view_in(tx, ctx.scope()))
    }

    /// The same inside a transaction that is open already.
    pub fn view_in(&self, tx: &mut Tx<'_>, scope: Scope) -> Result<View, ServiceError> {
        let slot = {
            let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(loaded.entry(scope).or_default())
        };
        // One loads, the others wait for it; readers of an older view go on undisturbed.
        let mut view = slot.lock().unwrap_or_else(PoisonError::into_inner);
        let (ledger_seq, customer_seq) = creditor::versions(tx, scope)?;
        if ledger_seq < view.ledger_seq {
            // This transaction began before the view's last catch-up: what it holds is newer.
            return Ok(view.clone());
        }
        if customer_seq != view.customer_seq {
            let names = CustomerNames::load(tx, scope)?;
            let facts = Facts { customers: names.facts(), ..Facts::default() };
            let portfolio = Arc::make_mut(&mut view.portfolio);
            portfolio.extend(facts).map_err(refused)?;
            portfolio.regroup(names.merged());
            view.names = Arc::new(names);
            let merges = merge::all(tx, scope)?.into_iter().map(|row| row.merge);
            view.merges = Arc::new(merges.collect());
            view.customer_seq = customer_seq;
        }
        if ledger_seq != view.ledger_seq {
            let behind = ledger_seq - view.ledger_seq;
            if view.ledger_seq == 0 || behind > CATCH_UP {
                view.portfolio = Arc::new(self.load(tx, scope, &view.names, ledger_seq)?);
            } else {
                let facts = newer(tx, scope, view.ledger_seq)?;
                Arc::make_mut(&mut view.portfolio).extend(facts).map_err(refused)?;
            }
            view.ledger_seq = ledger_seq;
        }
        Ok(view.clone())
    }

    /// Everything the ledger holds up to `ledger_seq`. Receivables are read on a connection of
    /// their own while this one reads the movements, and count only when both saw the same ledger;
    /// for a small ledger that would only be a detour.
    fn load(
        &self,
        tx: &mut Tx<'_>,
        scope: Scope,
        names: &CustomerNames,
        ledger_seq: i64,
    ) -> Result<Portfolio, ServiceError> {
        let mut facts = Facts { customers: names.facts(), ..Facts::default() };
        let read_beside = |store: &Store| {
            store.read_if_free(|tx| {
                let (seq, _) = creditor::versions(tx, scope)?;
                Ok::<_, ServiceError>((seq, receivables(tx, scope)?))
            })
        };
        let found = thread::scope(|threads| {
            let beside = self.beside.as_ref().filter(|_| ledger_seq > CATCH_UP);
            let reader = beside.map(|store| threads.spawn(|| read_beside(store)));
            add_movements(tx, scope, 0, &mut facts)?;
            Ok::<_, ServiceError>(reader.and_then(|reader| reader.join().ok().flatten()))
        })?;
        facts.receivables = match found {
            Some(Ok((seq, receivables))) if seq == ledger_seq => receivables,
            _ => receivables(tx, scope)?,
        };
        let mut portfolio = facts.build().map_err(refused)?;
        portfolio.regroup(names.merged());
        Ok(portfolio)
    }
}

fn refused(error: puntual_core::portfolio::PortfolioError) -> ServiceError {
    ServiceError::Bug(format!("the ledger does not fit a portfolio: {error}"))
}

fn receivables(tx: &mut Tx<'_>, scope: Scope) -> Result<Vec<ReceivableFact>, ServiceError> {
    let mut facts = Vec::new();
    receivable::for_each_after::<ServiceError>(tx, scope, ReceivableId(0), |r| {
        facts.push(receivable_fact(&r));
        Ok(())
    })?;
    Ok(facts)
}

fn newer(tx: &mut Tx<'_>, scope: Scope, after_seq: i64) -> Result<Facts, ServiceError> {
    let mut facts = Facts::default();
    let issued = ledger::issued_after(tx, scope, after_seq)?;
    for part in issued.chunks(4_000) {
        let rows = receivable::by_ids(tx, scope, part)?;
        facts.receivables.extend(rows.iter().map(receivable_fact));
    }
    add_movements(tx, scope, after_seq, &mut facts)?;
    Ok(facts)
}

/// Where the due dates of an agreement's instalments come from.
pub(crate) const AGREEMENT: &str = "agreement";

fn receivable_fact(r: &Receivable) -> ReceivableFact {
    ReceivableFact {
        id: r.id,
        customer: r.customer,
        document: r.document,
        issued: r.issue_date,
        due: r.due_date,
        currency: r.currency,
        amount_minor: r.amount_minor,
        recorded: r.recorded_on,
        kind: match r.due_source.as_str() {
            AGREEMENT => ReceivableKind::Replacement,
            _ if r.is_sale => ReceivableKind::Sale,
            _ => ReceivableKind::Charge,
        },
    }
}

fn add_movements(
    tx: &mut Tx<'_>,
    scope: Scope,
    after_seq: i64,
    facts: &mut Facts,
) -> Result<(), ServiceError> {
    ledger::for_each_movement::<ServiceError>(tx, scope, after_seq, |_, entry| {
        facts.movements.extend(movement(&entry));
        facts.credits.extend(credit(&entry));
        Ok(())
    })
}

/// What an entry does to a receivable's balance.
pub fn movement(entry: &Entry) -> Option<MovementFact> {
    let amount_minor = -entry.effect_on(Account::Receivable);
    let kind = match entry.kind {
        EntryKind::AllocateCash | EntryKind::Bounce if amount_minor > 0 => MovementKind::Cash,
        EntryKind::AllocateCash | EntryKind::Bounce => MovementKind::CashReversal,
        EntryKind::AllocateCredit => MovementKind::CreditNote,
        EntryKind::WriteOff => MovementKind::WriteOff,
        EntryKind::Discount => MovementKind::Discount,
        EntryKind::Issue | EntryKind::Annul => MovementKind::Cancellation,
        EntryKind::Withhold | EntryKind::ExternalSettlement => MovementKind::Other,
        EntryKind::Replace => MovementKind::Replacement,
        EntryKind::Payment | EntryKind::CreditNote | EntryKind::AgreedInterest => return None,
    };
    let receivable = entry.receivable.filter(|_| amount_minor != 0)?;
    Some(MovementFact {
        receivable,
        effective: entry.effective_on,
        recorded: entry.recorded_on,
        kind,
        amount_minor,
    })
}

/// What an entry does to a customer's unapplied credit.
pub fn credit(entry: &Entry) -> Option<CreditFact> {
    let amount_minor = -entry.effect_on(Account::Unapplied);
    let source = match entry.kind {
        EntryKind::CreditNote | EntryKind::AllocateCredit => CreditSource::CreditNote,
        _ => CreditSource::Cash,
    };
    (amount_minor != 0).then_some(CreditFact {
        customer: entry.customer,
        currency: entry.currency,
        effective: entry.effective_on,
        recorded: entry.recorded_on,
        amount_minor,
        source,
    })
}
