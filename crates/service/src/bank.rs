//! Banco: accounts with how far their statements reach, entries with what is known of their money,
//! and what came back.
//!
//! Decides whether an account's statements follow one another without a gap. What an entry is the
//! money of was decided when it came.

use crate::App;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::imports::FAILED_DEBITS;
use crate::listing::Page;
use crate::words;
use puntual_core::access::Deed;
use puntual_core::date::Day;
use puntual_core::id::{BankAccountId, BankEntryId, CustomerId, PaymentId};
use puntual_store::bank;
pub use puntual_store::bank::{Account, Statement};
use puntual_store::bank_entry::{self, Wanted};
pub use puntual_store::bank_entry::{BankEntry, Detail, Standing};
use puntual_store::debit_result;
pub use puntual_store::debit_result::DebitResult;
use puntual_store::payment::{self, Payment};
use puntual_store::{Tx, customer};
use std::collections::{BTreeSet, HashMap};

/// Most results of direct debits shown.
const MOST_RETURNS: i64 = 50;

/// Whether an account's statements follow one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chain {
    /// No statement states its balances.
    Unstated,
    /// Each begins with the balance the one before ends with, and its entries lead to its end.
    Closed,
    /// Between these days something is missing.
    Gap {
        /// Last day of the statement before.
        after: Option<Day>,
        /// First day of the one after.
        before: Option<Day>,
    },
    /// The entries of the statement up to this day do not lead from its first balance to its last.
    Broken {
        /// Its last day.
        on: Option<Day>,
    },
}

/// An account and how far its statements reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountState {
    /// The account.
    pub account: Account,
    /// How many statements there are.
    pub statements: usize,
    /// The last one.
    pub last: Option<Statement>,
    /// Whether they follow one another.
    pub chain: Chain,
}

/// Which entries are wanted.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// Only this account's.
    pub account: Option<BankAccountId>,
    /// How they stand.
    pub standing: Standing,
    /// Words of the text, the other side or a reference, or an amount.
    pub text: String,
    /// Which part.
    pub page: Page,
}

/// A recorded payment and who paid it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownPayment {
    /// The payment.
    pub payment: Payment,
    /// Name of the customer.
    pub customer_name: String,
}

/// An entry with what is known of its money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The entry.
    pub entry: BankEntry,
    /// How it stands.
    pub standing: Standing,
    /// The entry that tells of the same money with more authority.
    pub same_as: Option<BankEntry>,
    /// The recorded payment it is the money of.
    pub payment: Option<KnownPayment>,
    /// The single transactions inside it.
    pub details: Vec<Detail>,
}

/// A page of entries.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The rows of the page.
    pub rows: Vec<Row>,
    /// How many entries are wanted.
    pub entry_count: usize,
    /// How many there are by standing, the other filters left in place.
    pub counts: Vec<(Standing, usize)>,
}

/// An instruction that did not end well, and the payment it had been recorded as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Returned {
    /// What became of it.
    pub result: DebitResult,
    /// The payment it names, where one is recorded.
    pub payment: Option<KnownPayment>,
}

/// Every account with how far its statements reach.
pub fn accounts(app: &App, ctx: &Ctx) -> Result<Vec<AccountState>, ServiceError> {
    ctx.require(Deed::ViewFigures)?;
    app.store.read(|tx| {
        let mut statements: HashMap<BankAccountId, Vec<Statement>> = HashMap::new();
        for statement in bank::statements(tx, ctx.scope())? {
            statements.entry(statement.account).or_default().push(statement);
        }
        let state = |account: Account| {
            let own = statements.remove(&account.id).unwrap_or_default();
            let chain = chain(&own);
            AccountState { statements: own.len(), last: own.last().cloned(), chain, account }
        };
        Ok(bank::accounts(tx, ctx.scope())?.into_iter().map(state).collect())
    })
}

/// Whether statements, oldest first, follow one another. Those that overlap say nothing of a gap.
fn chain(statements: &[Statement]) -> Chain {
    let mut found = Chain::Unstated;
    let mut before: Option<(&Statement, i64)> = None;
    for s in statements.iter().filter(|s| s.kind == "statement") {
        let (Some(opening), Some(closing)) = (s.opening_minor, s.closing_minor) else { continue };
        if opening + s.credit_minor - s.debit_minor != closing {
            return Chain::Broken { on: s.to_on };
        }
        found = Chain::Closed;
        if let Some((earlier, reached)) = before {
            let follows = earlier.to_on < s.from_on;
            if follows && reached != opening {
                return Chain::Gap { after: earlier.to_on, before: s.from_on };
            }
        }
        before = Some((s, closing));
    }
    found
}

/// The entries a question asks for.
pub fn list(app: &App, ctx: &Ctx, question: &Question) -> Result<Listed, ServiceError> {
    ctx.require(Deed::ViewFigures)?;
    let wanted = |standing| Wanted {
        account: question.account,
        standing,
        words: words::query(&question.text),
    };
    app.store.read(|tx| {
        let scope = ctx.scope();
        let count = |tx: &mut Tx<'_>, standing| -> Result<usize, ServiceError> {
            let count = bank_entry::count(tx, scope, &wanted(standing))?;
            Ok(usize::try_from(count).unwrap_or_default())
        };
        let mut counts = Vec::new();
        for standing in ALL_STANDINGS {
            counts.push((standing, count(tx, standing)?));
        }
        let entry_count = count(tx, question.standing)?;
        let range = question.page.range(entry_count);
        let (limit, offset) = (range.len() as i64, range.start as i64);
        let entries = bank_entry::list(tx, scope, &wanted(question.standing), limit, offset)?;
        Ok(Listed { rows: rows(tx, ctx, entries)?, entry_count, counts })
    })
}

/// Every way an entry may stand.
pub const ALL_STANDINGS: [Standing; 4] =
    [Standing::Open, Standing::Linked, Standing::Announced, Standing::Returned];

fn standing(entry: &BankEntry) -> Standing {
    match entry.state.as_str() {
        _ if entry.linked_to.is_some() || entry.payment.is_some() => Standing::Linked,
        "announced" => Standing::Announced,
        "returned" => Standing::Returned,
        _ => Standing::Open,
    }
}

fn rows(tx: &mut Tx<'_>, ctx: &Ctx, entries: Vec<BankEntry>) -> Result<Vec<Row>, ServiceError> {
    let ids: Vec<BankEntryId> = entries.iter().map(|entry| entry.id).collect();
    let others: Vec<BankEntryId> = entries.iter().filter_map(|entry| entry.linked_to).collect();
    let others: HashMap<BankEntryId, BankEntry> = bank_entry::by_ids(tx, ctx.scope(), &others)?
        .into_iter()
        .map(|entry| (entry.id, entry))
        .collect();
    let mut details: HashMap<BankEntryId, Vec<Detail>> = HashMap::new();
    for detail in bank_entry::details(tx, ctx.scope(), &ids)? {
        details.entry(detail.entry).or_default().push(detail);
    }
    let payments = known_payments(tx, ctx, entries.iter().filter_map(|entry| entry.payment))?;
    let row = |entry: BankEntry| Row {
        standing: standing(&entry),
        same_as: entry.linked_to.and_then(|id| others.get(&id)).cloned(),
        payment: entry.payment.and_then(|id| payments.get(&id)).cloned(),
        details: details.remove(&entry.id).unwrap_or_default(),
        entry,
    };
    Ok(entries.into_iter().map(row).collect())
}

fn known_payments(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    ids: impl Iterator<Item = PaymentId>,
) -> Result<HashMap<PaymentId, KnownPayment>, ServiceError> {
    let ids: BTreeSet<PaymentId> = ids.collect();
    let ids: Vec<PaymentId> = ids.into_iter().collect();
    let payments = payment::by_ids(tx, ctx.scope(), &ids)?;
    let who: BTreeSet<CustomerId> = payments.iter().map(|payment| payment.customer).collect();
    let who: Vec<CustomerId> = who.into_iter().collect();
    let names: HashMap<CustomerId, String> = customer::by_ids(tx, ctx.scope(), &who)?
        .into_iter()
        .map(|customer| (customer.id, customer.name))
        .collect();
    let known = |payment: Payment| {
        let customer_name = names.get(&payment.customer).cloned().unwrap_or_default();
        (payment.id, KnownPayment { payment, customer_name })
    };
    Ok(payments.into_iter().map(known).collect())
}

/// The last instructions that did not end well: each needs a person.
pub fn returned(app: &App, ctx: &Ctx) -> Result<Vec<Returned>, ServiceError> {
    ctx.require(Deed::ViewFigures)?;
    app.store.read(|tx| {
        let results = debit_result::list_in(tx, ctx.scope(), &FAILED_DEBITS, MOST_RETURNS)?;
        let payments = known_payments(tx, ctx, results.iter().filter_map(|r| r.payment))?;
        let returned = |result: DebitResult| Returned {
            payment: result.payment.and_then(|id| payments.get(&id)).cloned(),
            result,
        };
        Ok(results.into_iter().map(returned).collect())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use puntual_core::id::{BankStatementId, ImportId};

    fn statement(from: &str, to: &str, opening: i64, moved: i64) -> Statement {
        Statement {
            id: BankStatementId(1),
            account: BankAccountId(1),
            statement_key: String::new(),
            kind: "statement".to_owned(),
            source_id: None,
            sequence: None,
            from_on: from.parse().ok(),
            to_on: to.parse().ok(),
            opening_minor: Some(opening),
            closing_minor: Some(opening + moved),
            entry_count: 1,
            credit_minor: moved.max(0),
            debit_minor: (-moved).max(0),
            place: String::new(),
            import: ImportId(1),
            recorded_at: 0,
        }
    }

    #[test]
    fn statements_that_follow_one_another_are_closed_and_a_missing_one_is_a_gap() {
        let april = statement("2026-04-01", "2026-04-30", 100, 50);
        let may = statement("2026-05-01", "2026-05-31", 150, -30);
        let june = statement("2026-06-01", "2026-06-30", 120, 1);
        assert_eq!(chain(&[april.clone(), may.clone(), june.clone()]), Chain::Closed);
        let days = (april.to_on, june.from_on);
        assert_eq!(chain(&[april.clone(), june]), Chain::Gap { after: days.0, before: days.1 });
        // A day's statement inside the month tells nothing new.
        let inside = statement("2026-04-10", "2026-04-10", 120, 5);
        assert_eq!(chain(&[inside, april.clone(), may]), Chain::Closed);
        let edited = Statement { closing_minor: Some(151), ..april };
        assert_eq!(chain(std::slice::from_ref(&edited)), Chain::Broken { on: edited.to_on });
        let silent = Statement { closing_minor: None, ..edited };
        assert_eq!(chain(&[silent]), Chain::Unstated);
    }
}
