//! One line against everything open: what it names, who paid, what adds up; and whether a rule
//! allows it without a person.

mod unnamed;

use self::unnamed::{amounts, exactly, on_account, plain_words, told};
use super::index::{Hit, How, Index};
use super::payer::KnownBy;
use super::reference::{self, Named};
use super::subset::{self, Outcome};
use super::{Adjustment, Debt, Doubt, Evidence, Line, Match, Policy, Proposal, Rule, Status};
use crate::id::CustomerId;
use crate::likeness::name_words;
use std::collections::{BTreeMap, BTreeSet};

/// Proposals worth showing to a person.
const MOST_PROPOSALS: usize = 5;
/// Documents one line may name before it is a statement and not a remittance.
const MOST_NAMED: usize = 300;
/// Words by which banks say that an earlier payment came back, accents left out.
const COMES_BACK: [&str; 20] = [
    "devolucion",
    "devuelto",
    "devuelta",
    "rechazo",
    "rechazado",
    "rechazada",
    "protesto",
    "protestado",
    "reversa",
    "reverso",
    "reversion",
    "extorno",
    "retrocesion",
    "return",
    "returned",
    "nsf",
    "chargeback",
    "bounced",
    "reversal",
    "contracargo",
];
/// Words that may follow the creditor's name without naming another company.
const AFTER_NAME: [&str; 22] = [
    "pago",
    "pagos",
    "abono",
    "transferencia",
    "transf",
    "factura",
    "facturas",
    "fact",
    "fac",
    "fra",
    "inv",
    "invoice",
    "invoices",
    "ref",
    "referencia",
    "por",
    "cuota",
    "saldo",
    "payment",
    "for",
    "cta",
    "rut",
];

/// What a line says, looked up.
struct Case<'a> {
    line: &'a Line,
    amount: i64,
    named: Named,
    hits: Vec<Hit>,
    payers: Vec<(CustomerId, KnownBy)>,
}

/// What has been found for a line so far.
#[derive(Default)]
struct Draft {
    proposals: Vec<Proposal>,
    doubts: Vec<Doubt>,
}

impl Draft {
    fn doubt(&mut self, doubt: Doubt) {
        if !self.doubts.contains(&doubt) {
            self.doubts.push(doubt);
        }
    }

    fn propose(&mut self, proposal: Proposal) {
        let is_there =
            |there: &Proposal| there.lines == proposal.lines && there.customer == proposal.customer;
        if self.proposals.len() < MOST_PROPOSALS && !self.proposals.iter().any(is_there) {
            self.proposals.push(proposal);
        }
    }
}

/// An open instalment: the position of its debt, and how much.
type Item = (usize, i64);

/// What is open, less what the lines before took.
pub(super) struct Judge<'a> {
    index: &'a Index,
    policy: &'a Policy,
    open: Vec<Vec<i64>>,
    credit_left: Vec<i64>,
    own_name: Vec<String>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(index: &'a Index, policy: &'a Policy) -> Judge<'a> {
        Judge {
            index,
            policy,
            open: index.debts.iter().map(|debt| debt.instalments.clone()).collect(),
            credit_left: index.credits.iter().map(|credit| credit.left_minor).collect(),
            own_name: plain_words(&policy.creditor_name),
        }
    }

    /// Takes what a proposal settles from what is open.
    pub(super) fn take(&mut self, proposal: &Proposal) {
        let settled = proposal.lines.iter().map(|(document, minor)| (*document, *minor));
        let adjusted = proposal.adjustments.iter().map(|(document, _, minor)| (*document, *minor));
        for (document, minor) in settled.chain(adjusted) {
            let Some(at) = self.index.place(document) else { continue };
            let mut left = minor;
            for instalment in &mut self.open[at] {
                let part = left.min(*instalment);
                *instalment -= part;
                left -= part;
            }
            self.open[at].retain(|instalment| *instalment > 0);
        }
        for (_, adjustment, minor) in &proposal.adjustments {
            let Adjustment::CreditNote(note) = adjustment else { continue };
            let place = self.index.credits.iter().position(|credit| credit.document == *note);
            if let Some(at) = place {
                self.credit_left[at] -= minor;
            }
        }
    }

    /// What a line comes to while this is open, and the groups by whose debts.
    pub(super) fn judge(&self, line: &Line) -> (Match, Vec<CustomerId>) {
        let nothing = |doubt| {
            let doubts = vec![doubt];
            (Match { status: Status::None, proposals: Vec::new(), doubts }, Vec::new())
        };
        if line.amount.minor <= 0 {
            return nothing(Doubt::NotCredit);
        }
        let words = plain_words(&line.text);
        if words.iter().any(|word| COMES_BACK.contains(&word.as_str())) {
            return nothing(Doubt::ComesBack);
        }
        let named = reference::named(&line.text);
        let case = Case {
            line,
            amount: line.amount.minor,
            hits: self.index.hits(&named),
            named,
            payers: self.index.payers.of_line(line),
        };
        let mut draft = Draft::default();
        if let Some(other) = self.other_company(&words) {
            draft.doubt(Doubt::OtherCompany(other));
        }
        self.by_reference(&case, &mut draft);
        if draft.proposals.is_empty() {
            self.by_payer(&case, &mut draft);
        }
        if draft.proposals.is_empty() {
            self.by_amount(&case, &mut draft);
        }
        let paid = draft.proposals.iter().map(|proposal| proposal.customer);
        let payers = case.payers.iter().map(|(customer, _)| *customer);
        let owners = case.hits.iter().map(|hit| self.debt(hit.debt).customer);
        let groups: BTreeSet<CustomerId> = paid
            .chain(payers)
            .chain(owners)
            .map(|customer| self.index.payers.group_of(customer))
            .collect();
        (self.finish(&case, draft), groups.into_iter().collect())
    }

    /// The status of what was found: applied only by a rule and without a doubt.
    fn finish(&self, case: &Case<'_>, mut draft: Draft) -> Match {
        let Some(first) = draft.proposals.first() else {
            draft.doubt(Doubt::NothingKnown);
            return Match { status: Status::None, proposals: Vec::new(), doubts: draft.doubts };
        };
        let touched: Vec<usize> =
            first.lines.iter().filter_map(|(document, _)| self.index.place(*document)).collect();
        let mut guards = Vec::new();
        let owners: BTreeSet<CustomerId> =
            touched.iter().map(|at| self.index.debts[*at].customer).collect();
        if owners.len() > 1 {
            guards.push(Doubt::SeveralCustomers);
        }
        for debt in touched.iter().map(|at| &self.index.debts[*at]) {
            let guard = match () {
                () if debt.is_disputed => Doubt::Disputed(debt.document),
                () if debt.issued > case.line.on => Doubt::IssuedLater(debt.document),
                () => continue,
            };
            guards.push(guard);
        }
        if self.index.payers.get(first.customer).is_some_and(|payer| payer.is_held) {
            guards.push(Doubt::Held(first.customer));
        }
        let has_rule = first.rule.is_some();
        guards.into_iter().for_each(|guard| draft.doubt(guard));
        let is_allowed = has_rule && draft.doubts.is_empty();
        let status = match () {
            () if is_allowed => Status::Applied,
            () if draft.proposals.len() > 1 => Status::Ambiguous,
            () => Status::Proposed,
        };
        if is_allowed {
            draft.proposals.truncate(1);
        } else if draft.doubts.is_empty() {
            draft.doubts.push(Doubt::NoRule);
        }
        for proposal in &mut draft.proposals {
            self.tell_days(case, proposal);
        }
        Match { status, proposals: draft.proposals, doubts: draft.doubts }
    }

    fn tell_days(&self, case: &Case<'_>, proposal: &mut Proposal) {
        if let [(document, _)] = proposal.lines.as_slice()
            && let Some(at) = self.index.place(*document)
        {
            let days = case.line.on - self.index.debts[at].due;
            proposal.evidence.push(Evidence::DaysFromDue(days));
        }
    }

    /// What follows the creditor's own name in a text, where that makes it another company's.
    fn other_company(&self, words: &[String]) -> Option<String> {
        let [first, second, ..] = self.own_name.as_slice() else { return None };
        let at = words.windows(2).position(|pair| pair[0] == *first && pair[1] == *second)?;
        let next = words.get(at + 2)?;
        let is_word = next.len() > 3 && next.chars().all(char::is_alphabetic);
        let is_own = self.own_name.contains(next) || name_words(next).is_empty();
        let is_remark = AFTER_NAME.contains(&next.as_str());
        (is_word && !is_own && !is_remark).then(|| words[at..=at + 2].join(" "))
    }

    fn debt(&self, at: usize) -> &Debt {
        &self.index.debts[at]
    }

    fn owed(&self, at: usize) -> i64 {
        self.open[at].iter().sum()
    }

    fn group(&self, at: usize) -> CustomerId {
        self.index.payers.group_of(self.debt(at).customer)
    }

    // ── What it names ──────────────────────────────────────────────────────────────────────

    fn by_reference(&self, case: &Case<'_>, draft: &mut Draft) {
        let (mut sure, mut weak, mut settled) = (Vec::new(), Vec::new(), Vec::new());
        for hit in case.hits.iter().take(MOST_NAMED).cloned() {
            let is_sure = matches!(hit.how, How::Full | How::Order);
            match () {
                () if self.debt(hit.debt).currency != case.line.amount.currency => {
                    if hit.how == How::Full {
                        draft.doubt(Doubt::OtherCurrency(self.debt(hit.debt).document));
                    }
                }
                () if self.owed(hit.debt) == 0 => settled.extend(is_sure.then_some(hit)),
                () if is_sure => sure.push(hit),
                () => weak.push(hit),
            }
        }
        match (sure.is_empty(), settled.first()) {
            (false, _) => self.named(case, &sure, draft),
            (true, Some(hit)) => {
                let debt = self.debt(hit.debt);
                draft.doubt(Doubt::AlreadyPaid(debt.document));
                let evidence = self.naming(case, std::slice::from_ref(hit));
                draft.propose(on_account(debt.customer, case.amount, evidence));
            }
            (true, None) => self.numbered(case, &weak, draft),
        }
    }

    /// How documents are named and by whom the line is paid.
    fn naming(&self, case: &Case<'_>, hits: &[Hit]) -> Vec<Evidence> {
        let mut evidence: Vec<Evidence> = hits
            .iter()
            .map(|hit| {
                let (document, written) = (self.debt(hit.debt).document, hit.written.clone());
                match hit.how {
                    How::Full => Evidence::Reference(document, written),
                    How::Order => Evidence::Order(document, written),
                    How::Number | How::Tail | How::Bare => Evidence::Number(document, written),
                }
            })
            .collect();
        evidence.extend(case.named.more.map(Evidence::SaidMore));
        let group = hits.first().map(|hit| self.group(hit.debt));
        evidence.extend(group.and_then(|group| self.known(case, group)));
        evidence
    }

    /// What is known of the payer, seen from a group: its own, somebody else, or nothing.
    fn known(&self, case: &Case<'_>, group: CustomerId) -> Option<Evidence> {
        let own = |customer: CustomerId| self.index.payers.group_of(customer) == group;
        match case.payers.iter().find(|(customer, _)| own(*customer)) {
            Some((_, how)) => Some(told(*how)),
            None if case.payers.iter().any(|(_, how)| how.is_certain()) => {
                Some(Evidence::OtherPayer)
            }
            // A name was given, and it is nobody's we know.
            None => case.line.payer_name.as_ref().map(|_| Evidence::OtherPayer),
        }
    }

    /// Whether the payer is known for certain to be of a group.
    fn is_certain(&self, case: &Case<'_>, group: CustomerId) -> bool {
        let own = |customer: CustomerId| self.index.payers.group_of(customer) == group;
        case.payers.iter().any(|(customer, how)| how.is_certain() && own(*customer))
    }

    fn named(&self, case: &Case<'_>, sure: &[Hit], draft: &mut Draft) {
        let groups: BTreeSet<CustomerId> = sure.iter().map(|hit| self.group(hit.debt)).collect();
        if groups.len() > 1 {
            draft.doubt(Doubt::SeveralCustomers);
            for group in groups {
                let own: Vec<Hit> =
                    sure.iter().filter(|hit| self.group(hit.debt) == group).cloned().collect();
                let items = self.items(own.iter().map(|hit| hit.debt));
                let lines = self.oldest_first(&items, case.amount);
                draft.propose(self.proposal(case, lines, self.naming(case, &own), None));
            }
            return;
        }
        let owed: i64 = sure.iter().map(|hit| self.owed(hit.debt)).sum();
        let items = self.items(sure.iter().map(|hit| hit.debt));
        let mut evidence = self.naming(case, sure);
        match case.amount.cmp(&owed) {
            std::cmp::Ordering::Equal => {
                evidence.push(exactly(sure.len()));
                let rule = case.named.more.is_none().then_some(Rule::ReferenceExact);
                draft.propose(self.proposal(case, items, evidence, rule));
            }
            std::cmp::Ordering::Greater => self.with_others(case, sure, &items, evidence, draft),
            std::cmp::Ordering::Less => self.short(case, sure, owed, evidence, draft),
        }
    }

    /// More came than the documents named owe: others of the customer make up the rest, or it
    /// stays on account.
    fn with_others(
        &self,
        case: &Case<'_>,
        hits: &[Hit],
        items: &[Item],
        evidence: Vec<Evidence>,
        draft: &mut Draft,
    ) {
        let Some(group) = hits.first().map(|hit| self.group(hit.debt)) else { return };
        let named: BTreeSet<usize> = hits.iter().map(|hit| hit.debt).collect();
        let mut pool = self.pool(case, group);
        pool.retain(|(at, _)| !named.contains(at));
        let rest = case.amount - items.iter().map(|(_, minor)| minor).sum::<i64>();
        // Where somebody else pays, others of the customer need a person's eye.
        let is_said = !evidence.contains(&Evidence::OtherPayer);
        let with = |set: &[usize]| -> Vec<Item> {
            items.iter().copied().chain(set.iter().map(|at| pool[*at])).collect()
        };
        let told = |set: &[usize], looked_at: u64| {
            let mut evidence = evidence.clone();
            evidence.push(Evidence::OnlySet(items.len() + set.len(), looked_at));
            evidence
        };
        match subset::find(&amounts(&pool), rest, case.named.more) {
            Outcome::One { set, looked_at } => {
                let rule = is_said.then_some(Rule::ReferenceSet);
                draft.propose(self.proposal(case, with(&set), told(&set, looked_at), rule));
            }
            Outcome::Doubtful { set, looked_at } => {
                draft.doubt(Doubt::MayBeChance);
                draft.propose(self.proposal(case, with(&set), told(&set, looked_at), None));
            }
            Outcome::Several(sets) => {
                draft.doubt(Doubt::SeveralSets(sets.len()));
                for set in sets {
                    draft.propose(self.proposal(case, with(&set), evidence.clone(), None));
                }
            }
            Outcome::Nothing { .. } => {
                draft.propose(self.proposal(case, items.to_vec(), evidence, None));
            }
        }
    }

    /// Less came than the documents named owe.
    fn short(
        &self,
        case: &Case<'_>,
        hits: &[Hit],
        owed: i64,
        evidence: Vec<Evidence>,
        draft: &mut Draft,
    ) {
        let debts: Vec<usize> = hits.iter().map(|hit| hit.debt).collect();
        if let Some(found) = self.reduced(case, &debts, owed, &evidence) {
            draft.propose(found);
            return;
        }
        let items = self.items(debts.iter().copied());
        if let ([_, _, ..], Outcome::One { set, looked_at }) =
            (debts.as_slice(), subset::find(&amounts(&items), case.amount, None))
        {
            let mut evidence = evidence.clone();
            evidence.push(Evidence::OnlySet(set.len(), looked_at));
            let lines = set.into_iter().map(|at| items[at]).collect();
            draft.propose(self.proposal(case, lines, evidence, None));
        }
        let lines = self.oldest_first(&items, case.amount);
        let is_other = evidence.contains(&Evidence::OtherPayer);
        let is_whole = case.named.more.is_none() && !is_other;
        let rule = match hits {
            [Hit { how: How::Full, .. }] if is_whole => Some(Rule::ReferencePartial),
            _ => None,
        };
        draft.propose(self.proposal(case, lines, self.partial(case, &debts, owed, evidence), rule));
    }

    /// What is told of a payment of less than was owed.
    fn partial(
        &self,
        case: &Case<'_>,
        debts: &[usize],
        owed: i64,
        mut evidence: Vec<Evidence>,
    ) -> Vec<Evidence> {
        if let [only] = debts {
            let total = self.debt(*only).total_minor;
            let part = (2..=24).find(|parts| (total - case.amount * parts).abs() < *parts);
            evidence.extend(part.map(Evidence::EqualPart));
            let lapsed = self.debt(*only).discount.filter(|d| d.until < case.line.on);
            let lapsed = lapsed.filter(|d| (owed - d.minor - case.amount).abs() <= 1);
            evidence.extend(lapsed.map(|d| Evidence::DiscountLapsed(d.minor, d.until)));
        }
        evidence.push(Evidence::Partial(owed - case.amount));
        evidence
    }

    /// What explains to the last unit why less came: the next instalments, a discount taken in
    /// time, a difference the creditor gives up, credit notes.
    fn reduced(
        &self,
        case: &Case<'_>,
        debts: &[usize],
        owed: i64,
        evidence: &[Evidence],
    ) -> Option<Proposal> {
        let missing = owed - case.amount;
        let exact = case.named.more.is_none().then_some(Rule::ReferenceExact);
        let with =
            |last: Evidence| -> Vec<Evidence> { evidence.iter().cloned().chain([last]).collect() };
        let items = self.items(debts.iter().copied());
        if let [only] = debts
            && let Some(paid) = self.instalments_of(*only, case.amount)
        {
            let told = with(Evidence::Instalments(paid, self.open[*only].len()));
            return Some(self.proposal(case, vec![(*only, case.amount)], told, exact));
        }
        let in_time = |at: &usize| {
            self.debt(*at).discount.filter(|d| case.line.on <= d.until && d.minor < self.owed(*at))
        };
        let granted: Vec<(usize, super::EarlyDiscount)> =
            debts.iter().filter_map(|at| in_time(at).map(|d| (*at, d))).collect();
        let sum: i64 = granted.iter().map(|(_, d)| d.minor).sum();
        if let Some((_, first)) = granted.first().filter(|_| sum == missing) {
            let cut: BTreeMap<usize, i64> = granted.iter().map(|(at, d)| (*at, d.minor)).collect();
            let paid = |at: &usize| (*at, self.owed(*at) - cut.get(at).copied().unwrap_or(0));
            let lines = debts.iter().map(paid).collect();
            let mut found =
                self.proposal(case, lines, with(Evidence::Discount(sum, first.until)), exact);
            let adjusted = |(at, minor): (&usize, &i64)| {
                (self.debt(*at).document, Adjustment::Discount, *minor)
            };
            found.adjustments = cut.iter().map(adjusted).collect();
            return Some(found);
        }
        if missing <= self.tolerance(case, owed)
            && let Some(last) = debts.iter().max_by_key(|at| (self.owed(**at), **at))
        {
            let lines = self.all_but(debts, *last, missing);
            let mut found = self.proposal(case, lines, with(Evidence::Tolerance(missing)), exact);
            let document = self.debt(*last).document;
            found.adjustments = vec![(document, Adjustment::SmallDifference, missing)];
            return Some(found);
        }
        self.netted(case, &items, missing, evidence)
    }

    fn all_but(&self, debts: &[usize], last: usize, missing: i64) -> Vec<Item> {
        let less = |at: usize| if at == last { missing } else { 0 };
        debts.iter().map(|at| (*at, self.owed(*at) - less(*at))).collect()
    }

    /// The most that is given up of what was to be paid.
    fn tolerance(&self, case: &Case<'_>, owed: i64) -> i64 {
        let currency = case.line.amount.currency;
        let fixed = self.policy.tolerance.iter().find(|(of, _)| *of == currency);
        let share = i128::from(owed) * i128::from(self.policy.tolerance_bps) / 10_000;
        fixed.map_or(0, |(_, minor)| *minor).min(i64::try_from(share).unwrap_or(i64::MAX))
    }

    /// Credit notes that make up the difference. A person confirms which documents they reduce.
    fn netted(
        &self,
        case: &Case<'_>,
        items: &[Item],
        missing: i64,
        evidence: &[Evidence],
    ) -> Option<Proposal> {
        let group = self.group(items.first()?.0);
        let fits = |at: &usize| {
            let credit = &self.index.credits[*at];
            credit.currency == case.line.amount.currency
                && self.credit_left[*at] > 0
                && self.index.payers.group_of(credit.customer) == group
        };
        let own: Vec<usize> = (0..self.index.credits.len()).filter(fits).collect();
        let left: Vec<i64> = own.iter().map(|at| self.credit_left[*at]).collect();
        let Outcome::One { set, .. } = subset::find(&left, missing, None) else { return None };
        let mut owed: Vec<Item> = items.to_vec();
        let mut adjustments = Vec::new();
        for (credit, minor) in set.iter().map(|at| (&self.index.credits[own[*at]], left[*at])) {
            let mut more = minor;
            for (at, open) in owed.iter_mut().rev() {
                let part = more.min(*open);
                if part > 0 {
                    (*open, more) = (*open - part, more - part);
                    let how = Adjustment::CreditNote(credit.document);
                    adjustments.push((self.debt(*at).document, how, part));
                }
            }
        }
        let told = evidence.iter().cloned().chain([Evidence::CreditNotes(set.len(), missing)]);
        let mut found = self.proposal(case, owed, told.collect(), None);
        found.adjustments = adjustments;
        Some(found)
    }

    /// How many of its next instalments an amount is, where it is not all of them.
    fn instalments_of(&self, at: usize, minor: i64) -> Option<usize> {
        let mut sum = 0;
        let mut sums = self.open[at].iter().map(|one| {
            sum += one;
            sum
        });
        let paid = sums.position(|sum| sum == minor)? + 1;
        (paid < self.open[at].len()).then_some(paid)
    }
}
