//! Everything a bank line may be about, read in a few large questions and arranged for the core.

use super::MatchedLine;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::standings::Standings;
use crate::words;
use puntual_core::date::Day;
use puntual_core::id::{BankEntryId, CustomerId, DocumentId};
use puntual_core::matching::reference;
use puntual_core::matching::{
    self, Alias, Credit, Debt, Doubt, EarlyDiscount, Index, Line, Payer, Policy, Status,
};
use puntual_core::money::Money;
use puntual_core::tax_id;
use puntual_core::terms;
use puntual_store::bank_decision::{self, BankDecision};
use puntual_store::bank_entry::{self, BankEntry, Detail};
use puntual_store::matching::{self as rows, OpenInstalment};
use puntual_store::{Tx, customer, merge, payer_alias};
use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap, HashSet};

/// How many numbers or entries are looked up at once.
const LOOKUP: usize = 4_000;
/// What a person may have said of a line: it is no payment of a customer.
pub(super) const IGNORED: &str = "ignored";
/// Only a person may apply it: somebody took back what had been applied.
pub(super) const BY_HAND: &str = "by_hand";

/// What there is to match, and with what.
pub(super) struct Book {
    entries: Vec<BankEntry>,
    lines: Vec<Line>,
    by_hand: HashSet<BankEntryId>,
    /// Lines people said are no payments of customers, newest first.
    pub(super) ignored: Vec<(BankEntry, BankDecision)>,
    index: Index,
    policy: Policy,
}

impl Book {
    pub(super) fn load(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Book, ServiceError> {
        let scope = ctx.scope();
        let decisions = bank_decision::list(tx, scope)?;
        let entries = bank_entry::open_credits(tx, scope, None)?;
        let said = |word: &str| -> HashMap<BankEntryId, BankDecision> {
            let own = decisions.iter().filter(|one| one.decision == word);
            own.map(|one| (one.entry, one.clone())).collect()
        };
        let (ignored, by_hand) = (said(IGNORED), said(BY_HAND));
        let (left_out, mut entries): (Vec<BankEntry>, Vec<BankEntry>) =
            entries.into_iter().partition(|entry| ignored.contains_key(&entry.id));
        entries.sort_by_key(|entry| (entry.booked_on, entry.id));
        let ids: Vec<BankEntryId> = entries.iter().map(|entry| entry.id).collect();
        let mut inside: HashMap<BankEntryId, Vec<Detail>> = HashMap::new();
        for part in ids.chunks(LOOKUP) {
            for detail in bank_entry::details(tx, scope, part)? {
                inside.entry(detail.entry).or_default().push(detail);
            }
        }
        let line = |entry: &BankEntry| {
            line(entry, inside.get(&entry.id).map(Vec::as_slice).unwrap_or_default())
        };
        let lines: Vec<Line> = entries.iter().map(line).collect();
        let index = index(tx, ctx, &lines)?;
        let policy = Policy { creditor_name: ctx.creditor.name.clone(), ..Policy::default() };
        let kept = |entry: BankEntry| {
            let decision = ignored.get(&entry.id).cloned();
            decision.map(|decision| (entry, decision))
        };
        let mut ignored: Vec<_> = left_out.into_iter().filter_map(kept).collect();
        ignored.sort_by_key(|(_, decision)| std::cmp::Reverse(decision.id));
        let by_hand = by_hand.into_keys().collect();
        Ok(Book { entries, lines, by_hand, ignored, index, policy })
    }

    /// What each line comes to. What only a person may apply is proposed.
    pub(super) fn matched(self, ctx: &Ctx) -> (Index, Vec<MatchedLine>) {
        let found = matching::match_lines(&self.index, &self.policy, &self.lines);
        let lines = self.entries.into_iter().zip(found).map(|(entry, mut found)| {
            let is_early = effective_on(&entry) > ctx.today;
            let by_hand = self.by_hand.contains(&entry.id) || is_early;
            if by_hand && found.status == Status::Applied {
                found.status = Status::Proposed;
                found.doubts.push(Doubt::NoRule);
            }
            MatchedLine { entry, found }
        });
        let lines = lines.collect();
        (self.index, lines)
    }
}

/// The day a line's money took effect.
pub(super) fn effective_on(entry: &BankEntry) -> Day {
    entry.value_on.unwrap_or(entry.booked_on)
}

fn line(entry: &BankEntry, inside: &[Detail]) -> Line {
    let own = [&entry.text, &entry.reference, &entry.creditor_reference, &entry.mandate];
    let details = inside.iter().flat_map(|d| [&d.text, &d.end_to_end, &d.creditor_reference]);
    let mut said: Vec<&str> = Vec::new();
    for text in own.into_iter().chain(details).flatten() {
        if !said.contains(&text.as_str()) {
            said.push(text);
        }
    }
    Line {
        amount: Money::new(entry.amount_minor, entry.currency),
        on: effective_on(entry),
        text: said.join(" ; "),
        payer_name: entry.counterparty_name.clone().filter(|name| !name.trim().is_empty()),
        payer_account: entry.counterparty_account.as_deref().and_then(words::bare_id),
        payer_tax_id: entry.counterparty_tax_id.as_deref().and_then(words::bare_id),
    }
}

fn index(tx: &mut Tx<'_>, ctx: &Ctx, lines: &[Line]) -> Result<Index, ServiceError> {
    let scope = ctx.scope();
    let merged = merge::merged(tx, scope)?;
    let standings = Standings::load(tx, scope, &merged, ctx.today, ctx.today)?;
    let mut mentioned: HashMap<DocumentId, Vec<String>> = HashMap::new();
    for (document, label) in rows::mentions(tx, scope)? {
        mentioned.entry(document).or_default().push(label);
    }
    let mut debts: Vec<Debt> = Vec::new();
    let mut places: HashMap<DocumentId, usize> = HashMap::new();
    rows::for_each_open::<ServiceError>(tx, scope, |row| {
        if let Some(at) = places.get(&row.document) {
            debts[*at].instalments.push(row.open_minor);
            return Ok(());
        }
        places.insert(row.document, debts.len());
        let orders = mentioned.remove(&row.document).unwrap_or_default();
        let is_disputed = !standings.disputes_of(row.document).is_empty();
        let instalments = vec![row.open_minor];
        debts.push(Debt { is_disputed, orders, ..debt(row, instalments) });
        Ok(())
    })?;
    for part in numbers(lines).chunks(LOOKUP) {
        for row in rows::by_numbers(tx, scope, part.iter().map(String::as_str))? {
            if let Entry::Vacant(place) = places.entry(row.document) {
                place.insert(debts.len());
                debts.push(debt(row, Vec::new()));
            }
        }
    }
    let payers = payers(tx, ctx, &standings)?;
    let credits = rows::open_credits(tx, scope)?.into_iter().map(|credit| Credit {
        document: credit.document,
        customer: credit.customer,
        number: credit.number,
        currency: credit.currency,
        left_minor: credit.left_minor,
    });
    Ok(Index::new(debts, payers, &aliases(tx, ctx)?, credits.collect()))
}

fn debt(row: OpenInstalment, instalments: Vec<i64>) -> Debt {
    let granted = row.payment_terms.as_deref().and_then(terms::early_discount);
    let discount = granted.map(|(bps, days)| {
        // Half up to the smallest unit, once for the document.
        let exact = i128::from(row.total_minor) * i128::from(bps);
        let minor = i64::try_from((exact + 5_000) / 10_000).unwrap_or_default();
        EarlyDiscount { minor, until: row.issued + days }
    });
    Debt {
        document: row.document,
        customer: row.customer,
        number: row.number,
        uid: row.uid,
        orders: Vec::new(),
        issued: row.issued,
        due: row.due,
        currency: row.currency,
        total_minor: row.total_minor,
        instalments,
        discount: discount.filter(|discount| discount.minor > 0),
        is_disputed: false,
    }
}

/// The numbers lines name as they are written, to find documents that are settled.
fn numbers(lines: &[Line]) -> Vec<String> {
    let mut found = BTreeSet::new();
    for line in lines {
        for (written, _) in reference::named(&line.text).spellings {
            found.insert(written.to_uppercase());
            found.insert(written);
        }
    }
    found.into_iter().collect()
}

fn payers(tx: &mut Tx<'_>, ctx: &Ctx, standings: &Standings) -> Result<Vec<Payer>, ServiceError> {
    let mut payers = Vec::new();
    customer::for_each::<ServiceError>(tx, ctx.scope(), |customer| {
        let country = customer.country.as_deref().unwrap_or(&ctx.creditor.country);
        // An id that stands for anybody (XAXX010101000) says nothing of who paid.
        let own_id = customer.tax_id.filter(|id| !tax_id::is_generic(country, id));
        let is_held = standings.holds_of(customer.id).iter().any(|hold| hold.kind == "legal");
        payers.push(Payer {
            customer: customer.id,
            group: customer.id,
            name: customer.name,
            tax_id: own_id.as_deref().and_then(words::bare_id),
            is_held,
        });
        Ok(())
    })?;
    Ok(payers)
}

/// What people confirmed; a key two customers share says nothing.
fn aliases(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Vec<Alias>, ServiceError> {
    let mut by_key: HashMap<(String, String), BTreeSet<CustomerId>> = HashMap::new();
    for alias in payer_alias::list(tx, ctx.scope())? {
        by_key.entry((alias.kind, alias.key)).or_default().insert(alias.customer);
    }
    let mut found = Vec::new();
    for ((kind, key), customers) in by_key {
        let mut customers = customers.into_iter();
        let (Some(only), None) = (customers.next(), customers.next()) else { continue };
        found.push(match kind.as_str() {
            "account" => Alias::Account(key, only),
            _ => Alias::Name(key, only),
        });
    }
    found.sort();
    Ok(found)
}
