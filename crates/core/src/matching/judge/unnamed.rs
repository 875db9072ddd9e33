//! Where no document is named by its full number: a number without its series, who paid, and at
//! last the amount alone. And what every way of proposing is made of.

use super::{Case, Draft, Item, Judge, MOST_PROPOSALS};
use crate::id::CustomerId;
use crate::likeness::plain_letter;
use crate::matching::index::{Hit, How};
use crate::matching::payer::KnownBy;
use crate::matching::subset::{self, Outcome};
use crate::matching::{Adjustment, Doubt, Evidence, Proposal, Rule};
use std::collections::{BTreeMap, BTreeSet};

/// Documents of one bare number whose companions are looked for.
const MOST_COMPANIONS: usize = 12;

impl Judge<'_> {
    /// Documents named by number alone: believed where the amount agrees.
    pub(super) fn numbered(&self, case: &Case<'_>, weak: &[Hit], draft: &mut Draft) {
        let certain = |hit: &&Hit| self.is_certain(case, self.group(hit.debt));
        let is_known = case.payers.iter().any(|(_, how)| how.is_certain());
        let hits: Vec<&Hit> = match is_known {
            true => weak.iter().filter(certain).collect(),
            false => weak.iter().collect(),
        };
        let owes = |hit: &&&Hit| {
            self.owed(hit.debt) == case.amount
                || self.instalments_of(hit.debt, case.amount).is_some()
        };
        let exact: Vec<&Hit> = hits.iter().filter(owes).copied().collect();
        if let [first, others @ ..] = exact.as_slice() {
            let rule = others.is_empty() && case.named.more.is_none();
            if !others.is_empty() {
                draft.doubt(Doubt::SeveralSets(exact.len()));
            }
            for hit in std::iter::once(first).chain(others) {
                let mut evidence = self.naming(case, std::slice::from_ref(*hit));
                evidence.push(Evidence::AmountExact);
                let rule = rule.then_some(Rule::NumberExact);
                let lines = vec![(hit.debt, case.amount)];
                draft.propose(self.proposal(case, lines, evidence, rule));
            }
            return;
        }
        self.with_companions(case, &hits, draft);
        let called = |hit: &&&Hit| hit.how == How::Number && case.amount < self.owed(hit.debt);
        let called: Vec<&&Hit> = hits.iter().filter(called).collect();
        if let ([only], true) = (called.as_slice(), draft.proposals.is_empty()) {
            let debts = [only.debt];
            let owed = self.owed(only.debt);
            let evidence = self.naming(case, std::slice::from_ref(**only));
            let found = self
                .reduced(case, &debts, owed, &evidence)
                .map(|found| Proposal { rule: None, ..found });
            let lines = vec![(only.debt, case.amount)];
            let partial = || {
                let evidence = self.partial(case, &debts, owed, evidence.clone());
                self.proposal(case, lines.clone(), evidence, None)
            };
            draft.propose(found.unwrap_or_else(partial));
        }
    }

    /// More came than the document of a bare number owes: with others of its customer, where one
    /// only set makes up the rest, whichever of the documents of that number it is.
    fn with_companions(&self, case: &Case<'_>, hits: &[&Hit], draft: &mut Draft) {
        let may = |hit: &&&Hit| hit.how != How::Bare && self.owed(hit.debt) < case.amount;
        let mut found = Draft::default();
        for hit in hits.iter().filter(may).take(MOST_COMPANIONS) {
            let own = std::slice::from_ref(*hit);
            let items = self.items([hit.debt].into_iter());
            self.with_others(case, own, &items, self.naming(case, own), &mut found);
        }
        let sets = |proposal: &Proposal| {
            proposal.evidence.iter().any(|e| matches!(e, Evidence::OnlySet(..)))
        };
        found.proposals.retain(sets);
        let is_one = found.proposals.len() == 1;
        if found.proposals.len() > 1 {
            draft.doubt(Doubt::SeveralSets(found.proposals.len()));
        }
        if !found.proposals.is_empty() {
            found.doubts.into_iter().for_each(|doubt| draft.doubt(doubt));
        }
        for mut proposal in found.proposals {
            proposal.rule = proposal.rule.filter(|_| is_one);
            draft.propose(proposal);
        }
    }

    /// Who paid is known, or alike to somebody.
    pub(super) fn by_payer(&self, case: &Case<'_>, draft: &mut Draft) {
        let Some((_, best)) = case.payers.first() else { return };
        // A number or an account says who paid; names beside it are what was written along.
        let by_number = matches!(best, KnownBy::TaxId | KnownBy::Account);
        let strong = case.payers.iter().filter(|(_, how)| match by_number {
            true => matches!(how, KnownBy::TaxId | KnownBy::Account),
            false => true,
        });
        let mut groups: Vec<(CustomerId, CustomerId, KnownBy)> = Vec::new();
        for (customer, how) in strong {
            let group = self.index.payers.group_of(*customer);
            if !groups.iter().any(|(there, _, _)| *there == group) {
                groups.push((group, *customer, *how));
            }
        }
        let is_alone = groups.len() == 1;
        let mut found = Draft::default();
        for (group, customer, how) in groups.into_iter().take(MOST_PROPOSALS) {
            self.of_payer(case, (group, customer), how, is_alone, &mut found);
        }
        if !is_alone && !found.proposals.is_empty() {
            found.doubt(Doubt::SeveralPayers);
        }
        found.doubts.into_iter().for_each(|doubt| draft.doubt(doubt));
        found.proposals.into_iter().for_each(|proposal| draft.propose(proposal));
    }

    /// What a payer may have paid: the debts of its group.
    fn of_payer(
        &self,
        case: &Case<'_>,
        (group, customer): (CustomerId, CustomerId),
        how: KnownBy,
        is_alone: bool,
        draft: &mut Draft,
    ) {
        let pool = self.pool(case, group);
        let is_certain = how.is_certain() && is_alone;
        let evidence = vec![told(how)];
        if pool.is_empty() {
            if is_certain {
                draft.doubt(Doubt::NothingOwed(customer));
                draft.propose(on_account(customer, case.amount, evidence));
            }
            return;
        }
        let lines = |set: &[usize]| -> Vec<Item> { set.iter().map(|at| pool[*at]).collect() };
        let told = |set: &[usize], looked_at: u64| {
            let documents: BTreeSet<usize> = set.iter().map(|at| pool[*at].0).collect();
            let last = match documents.len() {
                1 => Evidence::AmountExact,
                count => Evidence::OnlySet(count, looked_at),
            };
            evidence.iter().cloned().chain([last]).collect::<Vec<_>>()
        };
        match subset::find(&amounts(&pool), case.amount, None) {
            Outcome::One { set, looked_at } => {
                let is_plain = set.len() == 1 || set.len() == pool.len();
                let rule = if is_plain { Rule::PayerExact } else { Rule::PayerSet };
                let rule = is_certain.then_some(rule);
                draft.propose(self.proposal(case, lines(&set), told(&set, looked_at), rule));
            }
            Outcome::Doubtful { set, looked_at } => {
                draft.doubt(Doubt::MayBeChance);
                draft.propose(self.proposal(case, lines(&set), told(&set, looked_at), None));
            }
            Outcome::Several(sets) => {
                draft.doubt(Doubt::SeveralSets(sets.len()));
                for set in sets {
                    draft.propose(self.proposal(case, lines(&set), told(&set, 0), None));
                }
            }
            Outcome::Nothing { .. } if is_certain => {
                self.not_adding_up(case, &pool, evidence, draft);
            }
            Outcome::Nothing { .. } => {}
        }
    }

    /// The payer is known and no set of its debts adds up.
    fn not_adding_up(
        &self,
        case: &Case<'_>,
        pool: &[Item],
        evidence: Vec<Evidence>,
        draft: &mut Draft,
    ) {
        let documents: BTreeSet<usize> = pool.iter().map(|(at, _)| *at).collect();
        let reduced = documents.iter().filter_map(|at| {
            let found = self.reduced(case, &[*at], self.owed(*at), &evidence)?;
            let by_credit =
                |(_, how, _): &(_, Adjustment, _)| matches!(how, Adjustment::CreditNote(_));
            (self.owed(*at) > case.amount && !found.adjustments.iter().any(by_credit))
                .then_some(found)
        });
        let reduced: Vec<Proposal> = reduced.collect();
        if let [only] = reduced.as_slice() {
            draft.propose(Proposal { rule: None, ..only.clone() });
            return;
        }
        let owed: i64 = documents.iter().map(|at| self.owed(*at)).sum();
        let lines = self.oldest_first(pool, case.amount);
        let mut evidence = evidence;
        if let (Some(only), true) = (documents.first(), documents.len() == 1)
            && case.amount < owed
        {
            evidence.push(Evidence::OnlyDebt);
            let is_said_otherwise = case.named.numbers.iter().any(|number| number.is_labelled);
            let rule = (!is_said_otherwise).then_some(Rule::OnlyDebt);
            let evidence = self.partial(case, &[*only], owed, evidence);
            draft.propose(self.proposal(case, lines, evidence, rule));
            return;
        }
        if case.amount < owed {
            evidence.push(Evidence::LegalOrder);
        }
        draft.propose(self.proposal(case, lines, evidence, None));
    }

    /// Nothing but the amount: shown where one or a few documents owe it, never applied.
    pub(super) fn by_amount(&self, case: &Case<'_>, draft: &mut Draft) {
        let owing = self.index.owing(case.line.amount.currency, case.amount).into_iter();
        let owes = |at: &usize| {
            let is_open =
                self.owed(*at) == case.amount || self.instalments_of(*at, case.amount).is_some();
            is_open && self.debt(*at).issued <= case.line.on
        };
        let owing: Vec<usize> = owing.filter(owes).take(MOST_PROPOSALS + 1).collect();
        if owing.len() > 1 {
            draft.doubt(Doubt::SeveralSets(owing.len()));
        }
        for at in owing {
            let evidence =
                vec![Evidence::AmountExact, Evidence::AmountAlone(self.index.debts.len())];
            draft.propose(self.proposal(case, vec![(at, case.amount)], evidence, None));
        }
    }

    /// The open instalments of documents.
    pub(super) fn items(&self, debts: impl Iterator<Item = usize>) -> Vec<Item> {
        debts.flat_map(|at| self.open[at].iter().map(move |minor| (at, *minor))).collect()
    }

    /// What a group owes in the line's currency on its day, the first due first.
    pub(super) fn pool(&self, case: &Case<'_>, group: CustomerId) -> Vec<Item> {
        let fits = |at: &usize| {
            let debt = self.debt(*at);
            debt.currency == case.line.amount.currency && debt.issued <= case.line.on
        };
        self.items(self.index.of_group(group).filter(fits))
    }

    /// An amount over instalments, the first due first.
    pub(super) fn oldest_first(&self, items: &[Item], minor: i64) -> Vec<Item> {
        let mut sorted = items.to_vec();
        // Debts stand in the order of their due dates.
        sorted.sort_by_key(|(at, _)| *at);
        let mut left = minor;
        let mut lines = Vec::new();
        for (at, open) in sorted {
            let part = left.min(open);
            if part > 0 {
                lines.push((at, part));
                left -= part;
            }
        }
        lines
    }

    /// A proposal of instalments, told by document; what they do not take stays on account.
    pub(super) fn proposal(
        &self,
        case: &Case<'_>,
        items: Vec<Item>,
        mut evidence: Vec<Evidence>,
        rule: Option<Rule>,
    ) -> Proposal {
        let mut by_debt: BTreeMap<usize, i64> = BTreeMap::new();
        for (at, minor) in items {
            *by_debt.entry(at).or_default() += minor;
        }
        let placed: i64 = by_debt.values().sum();
        let on_account_minor = case.amount - placed;
        if on_account_minor > 0 {
            evidence.push(Evidence::Overpaid(on_account_minor));
        }
        let first = by_debt.keys().next();
        Proposal {
            customer: first.map(|at| self.debt(*at).customer).unwrap_or_default(),
            lines: by_debt.iter().map(|(at, minor)| (self.debt(*at).document, *minor)).collect(),
            adjustments: Vec::new(),
            on_account_minor,
            evidence,
            rule,
        }
    }
}

/// Money of a customer that settles nothing.
pub(super) fn on_account(customer: CustomerId, minor: i64, evidence: Vec<Evidence>) -> Proposal {
    let overpaid = Evidence::Overpaid(minor);
    Proposal {
        customer,
        lines: Vec::new(),
        adjustments: Vec::new(),
        on_account_minor: minor,
        evidence: evidence.into_iter().chain([overpaid]).collect(),
        rule: None,
    }
}

/// How a payer is known, as evidence.
pub(super) fn told(how: KnownBy) -> Evidence {
    match how {
        KnownBy::TaxId => Evidence::TaxId,
        KnownBy::Account => Evidence::Account,
        KnownBy::Alias => Evidence::Alias,
        KnownBy::Name => Evidence::Name,
        KnownBy::NameLike(percent) => Evidence::NameLike(percent),
    }
}

/// That the amount is what so many documents owe.
pub(super) fn exactly(documents: usize) -> Evidence {
    if documents == 1 { Evidence::AmountExact } else { Evidence::SumExact(documents) }
}

pub(super) fn amounts(items: &[Item]) -> Vec<i64> {
    items.iter().map(|(_, minor)| *minor).collect()
}

/// The words of a text: lower case, without accents.
pub(super) fn plain_words(text: &str) -> Vec<String> {
    let plain: String = text.chars().map(plain_letter).collect();
    plain.split_whitespace().map(str::to_owned).collect()
}
