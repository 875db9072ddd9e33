//! The chain of balances: each balance is the one before and what was booked between. It proves
//! how signs are written, in which order the rows stand, and where rows are missing. Holds no row:
//! only the last balance of each account and the sums since.

use super::amounts::{BASES, Basis};
use rust_decimal::Decimal;
use std::collections::HashMap;

/// In which order the rows stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The first row is the oldest.
    OldestFirst,
    /// The first row is the newest.
    NewestFirst,
}

const ORDERS: [Order; 2] = [Order::OldestFirst, Order::NewestFirst];

/// Most accounts followed in one file.
const MAX_ACCOUNTS: usize = 2_000;

/// A reading of the rows under which the balances were compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Which reading of the family.
    pub basis: Basis,
    /// Whether every sign is turned: money that came in is written negative.
    pub is_turned: bool,
    /// The order of the rows.
    pub order: Order,
}

/// What the balances prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// There are no two balances to compare.
    Nothing,
    /// This reading explains most balances.
    Proved(Reading),
    /// Amounts have no sign, and each is the step its balance takes, in this order of rows.
    Unsigned(Order),
    /// No reading explains most of them.
    Unexplained,
}

/// What is known of one account while its rows pass.
#[derive(Clone, Copy, Debug, Default)]
struct Walk {
    last: Option<Decimal>,
    /// Sum of the rows after the last balance, without its own row, by reading.
    after: [Decimal; 2],
    /// The same with its own row.
    from: [Decimal; 2],
    rows: u32,
}

/// Balances compared under every reading at once.
#[derive(Clone, Debug, Default)]
pub struct Chain {
    walks: HashMap<String, Walk>,
    /// Balances that had one before them.
    pub compared: u64,
    /// How many of them each reading explains: by basis, turned, order.
    held: [[[u64; 2]; 2]; 2],
    /// How many are as far from the one before as the amount is large, by order.
    steps: [u64; 2],
}

impl Chain {
    /// Looks at a row of an account: its signed amount under both readings, and its balance.
    pub fn add(&mut self, account: &str, nets: [Option<Decimal>; 2], balance: Option<Decimal>) {
        if !self.walks.contains_key(account) {
            if self.walks.len() >= MAX_ACCOUNTS {
                return;
            }
            self.walks.insert(account.to_owned(), Walk::default());
        }
        let Some(walk) = self.walks.get_mut(account) else { return };
        let before = walk.from;
        for (index, net) in nets.into_iter().enumerate() {
            let net = net.unwrap_or_default();
            walk.after[index] += net;
            walk.from[index] += net;
        }
        walk.rows += 1;
        let Some(balance) = balance else { return };
        if let Some(last) = walk.last {
            self.compared += 1;
            let step = balance - last;
            let sums = walk.after.iter().zip(before);
            for ((after, before), held) in sums.zip(&mut self.held) {
                // Oldest first: this row's amount leads here. Newest first: it led to the last.
                for (order, sum) in [(0, *after), (1, -before)] {
                    held[0][order] += u64::from(step == sum);
                    held[1][order] += u64::from(step == -sum);
                }
            }
            if walk.rows == 1 {
                self.steps[0] += u64::from(step.abs() == walk.after[0].abs());
                self.steps[1] += u64::from(step.abs() == before[0].abs());
            }
        }
        let own = nets.map(Option::unwrap_or_default);
        *walk = Walk { last: Some(balance), after: [Decimal::ZERO; 2], from: own, rows: 0 };
    }

    /// The reading that explains most. Between equals the order of the dates and the likely basis
    /// win, and signs as written. `is_positive` says that no amount has a sign.
    pub fn verdict(&self, by_dates: Option<Order>, likely: Basis, is_positive: bool) -> Verdict {
        if self.compared == 0 {
            return Verdict::Nothing;
        }
        let mut best: Option<((u64, bool, bool, bool), Reading)> = None;
        for (b, basis) in BASES.into_iter().enumerate() {
            for (t, is_turned) in [false, true].into_iter().enumerate() {
                for (o, order) in ORDERS.into_iter().enumerate() {
                    let agrees = by_dates.is_none_or(|dates| dates == order);
                    let held = self.held[b][t][o];
                    let rank = (held, agrees, !is_turned, basis == likely);
                    if best.as_ref().is_none_or(|(best, _)| rank > *best) {
                        best = Some((rank, Reading { basis, is_turned, order }));
                    }
                }
            }
        }
        let Some(((held, ..), reading)) = best else { return Verdict::Nothing };
        let o = usize::from(self.steps[1] > self.steps[0]);
        if is_positive && self.steps[o] > held && self.is_most(self.steps[o]) {
            return Verdict::Unsigned(ORDERS[o]);
        }
        if self.is_most(held) { Verdict::Proved(reading) } else { Verdict::Unexplained }
    }

    /// How many balances the best reading explains.
    pub fn most_held(&self) -> u64 {
        self.held.iter().flatten().flatten().copied().max().unwrap_or(0)
    }

    fn is_most(&self, held: u64) -> bool {
        held > 0 && held * 2 >= self.compared
    }
}

/// Following one account under a known reading, to say where the chain breaks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Follower {
    last: Option<Decimal>,
    /// Booked since: oldest first without the row of the last balance, newest first with it.
    since: Decimal,
    /// Balance before the oldest row and after the newest, as far as rows tell.
    first: Option<Decimal>,
}

impl Follower {
    /// Sets the balance that a row of its own states before the first entry.
    pub fn start(&mut self, balance: Decimal) {
        if self.last.is_none() {
            (self.last, self.first) = (Some(balance), Some(balance));
        }
    }

    /// The balance reached before this row's, and what it should be, when they differ.
    pub fn step(
        &mut self,
        order: Order,
        amount: Decimal,
        balance: Option<Decimal>,
    ) -> Option<(Decimal, Decimal)> {
        let before = self.since;
        self.since += amount;
        let balance = balance?;
        let expected = match (order, self.last) {
            (Order::OldestFirst, Some(last)) => Some(last + self.since),
            (Order::NewestFirst, Some(last)) => Some(last - before),
            (_, None) => None,
        };
        if self.first.is_none() {
            self.first = Some(match order {
                Order::OldestFirst => balance - self.since,
                Order::NewestFirst => balance + before,
            });
        }
        self.last = Some(balance);
        self.since = if order == Order::OldestFirst { Decimal::ZERO } else { amount };
        expected.filter(|expected| *expected != balance).map(|expected| (expected, balance))
    }

    /// Opening and closing balance that the rows tell.
    pub fn ends(&self, order: Order) -> (Option<Decimal>, Option<Decimal>) {
        match order {
            Order::OldestFirst => (self.first, self.last.map(|last| last + self.since)),
            Order::NewestFirst => (self.last.map(|last| last - self.since), self.first),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn chain(rows: &[(i64, i64)]) -> Chain {
        let mut chain = Chain::default();
        for (amount, balance) in rows {
            let net = Some(Decimal::from(*amount));
            chain.add("", [net, net], Some(Decimal::from(*balance)));
        }
        chain
    }

    fn proved(rows: &[(i64, i64)]) -> Option<(bool, Order)> {
        match chain(rows).verdict(None, Basis::Plain, false) {
            Verdict::Proved(reading) => Some((reading.is_turned, reading.order)),
            _ => None,
        }
    }

    #[test]
    fn balances_prove_sign_and_order() {
        use Order::*;
        assert_eq!(proved(&[(10, 110), (-30, 80), (5, 85)]), Some((false, OldestFirst)));
        assert_eq!(proved(&[(5, 85), (-30, 80), (10, 110)]), Some((false, NewestFirst)));
        assert_eq!(proved(&[(-10, 110), (30, 80), (-5, 85)]), Some((true, OldestFirst)));
        assert_eq!(proved(&[(-5, 85), (30, 80), (-10, 110)]), Some((true, NewestFirst)));
        assert_eq!(proved(&[(1, 100), (2, 700), (3, 900)]), None);
    }

    #[test]
    fn amounts_without_sign_are_told_by_their_step() {
        let unsigned = chain(&[(10, 110), (30, 80), (5, 85), (20, 65), (15, 50)]);
        let verdict = unsigned.verdict(None, Basis::Plain, true);
        assert_eq!(verdict, Verdict::Unsigned(Order::OldestFirst));
    }

    proptest! {
        /// Whatever was booked, its balances prove how it was written.
        #[test]
        fn any_chain_is_read_back(
            amounts in prop::collection::hash_set(1i64..1_000_000, 5..40),
            signs in prop::collection::vec(any::<bool>(), 40),
            opening in -1_000_000i64..1_000_000,
            turned in any::<bool>(),
            newest_first in any::<bool>(),
        ) {
            let mut balance = opening;
            let mut rows: Vec<(i64, i64)> = amounts.into_iter().zip(signs).map(|(amount, out)| {
                let amount = if out { -amount } else { amount };
                balance += amount;
                (if turned { -amount } else { amount }, balance)
            }).collect();
            if newest_first {
                rows.reverse();
            }
            let order = if newest_first { Order::NewestFirst } else { Order::OldestFirst };
            prop_assert_eq!(proved(&rows), Some((turned, order)));
            let mut follower = Follower::default();
            for (amount, balance) in &rows {
                let amount = Decimal::from(if turned { -amount } else { *amount });
                prop_assert_eq!(follower.step(order, amount, Some(Decimal::from(*balance))), None);
            }
            prop_assert_eq!(follower.ends(order), (Some(opening.into()), Some(balance.into())));
        }
    }
}
