//! What customers have done so far with what they owed, as a forecast reads it.
//!
//! Each receivable becomes a spell: from its issue until it was paid, or until the day of the
//! question when it was not. What is still open counts too, for as long as it has been waiting
//! (censored): a forecast learnt only from what was paid believes everybody pays early. Decides
//! what ended by payment and how much an old spell still counts; knows nothing of curves.

use crate::calendar::Calendar;
use crate::currency::Currency;
use crate::date::Day;
use crate::id::{CustomerId, DocumentId, ReceivableId};
use crate::portfolio::{AsOf, By, Key, Line, Portfolio, ReceivableKind, Scope};
use std::ops::Range;

/// Whole weight of a spell, 1.0 in sixteenth powers of two.
pub(crate) const WHOLE: u64 = 1 << 16;

/// Days after which a spell counts half: habits of nine months ago, half as much as today's.
const HALF_LIFE_DAYS: usize = 270;

/// Two to the power of −1/270, in 31 binary digits.
const DAILY_DECAY: u64 = 2_141_977_673;

/// A receivable's wait: from issue to payment, or to where we lost sight of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spell {
    /// Legal due date.
    pub due: Day,
    /// Days late on the day of issue: minus the days of credit.
    pub from: i32,
    /// Days late on the last day it was seen: of its payment, or still unpaid.
    pub to: i32,
    /// Whether it ended by payment.
    pub paid: bool,
    /// How much it counts, [`WHOLE`] for one of today.
    pub weight: u32,
}

impl Spell {
    /// The day it was last seen.
    pub fn end(&self) -> Day {
        self.due + self.to
    }
}

/// A receivable that is open on the day of the question.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Owed {
    pub receivable: ReceivableId,
    pub document: DocumentId,
    pub currency: Currency,
    pub issued: Day,
    pub due: Day,
    pub open_minor: i64,
}

/// A customer with its spells and what it owes.
#[derive(Clone, Debug)]
pub(crate) struct Payer {
    pub id: CustomerId,
    pub segment: u16,
    spells: Range<usize>,
    open: Range<usize>,
}

/// Everything known of how customers pay, on one day.
#[derive(Clone, Debug)]
pub(crate) struct Experience {
    pub as_of: Day,
    payers: Vec<Payer>,
    spells: Vec<Spell>,
    open: Vec<Owed>,
}

impl Experience {
    /// Reads a portfolio as of a day. Nothing that took effect later is looked at.
    pub fn of(portfolio: &Portfolio, at: AsOf) -> Experience {
        let mut read = Experience {
            as_of: at.as_of,
            payers: Vec::new(),
            spells: Vec::with_capacity(portfolio.len()),
            open: Vec::new(),
        };
        let recency = recency();
        for (chunk, account) in portfolio.accounts(Scope::ALL) {
            let id = portfolio.customer_id(account.customer);
            if read.payers.last().is_none_or(|payer| payer.id != id) {
                let (spells, open) = (read.spells.len(), read.open.len());
                let segment = match portfolio.key(By::Segment, account.customer) {
                    Key::Segment(segment) => segment,
                    _ => 0,
                };
                let (spells, open) = (spells..spells, open..open);
                read.payers.push(Payer { id, segment, spells, open });
            }
            for row in chunk.rows_until(account, at.as_of) {
                read.take(&Line::new(portfolio, chunk, account, row), at, &recency);
            }
            if let Some(payer) = read.payers.last_mut() {
                payer.spells.end = read.spells.len();
                payer.open.end = read.open.len();
            }
        }
        read
    }

    fn take(&mut self, line: &Line<'_>, at: AsOf, recency: &[u32]) {
        if !line.counts(at) || line.amount_minor() <= 0 {
            return;
        }
        let open_minor = line.open_minor(at);
        let settled = line.settled_on(at).filter(|_| open_minor <= 0);
        let end = settled.unwrap_or(at.as_of).max(line.issued());
        if open_minor > 0 {
            self.open.push(Owed {
                receivable: line.id(),
                document: line.document(),
                currency: line.currency(),
                issued: line.issued(),
                due: line.due(),
                open_minor,
            });
        } else if settled.is_none() {
            return;
        }
        // A charge follows the debt it is for, and an opening balance has no day of issue of its
        // own: neither teaches how long the customer takes.
        let teaches = matches!(line.kind(), ReceivableKind::Sale | ReceivableKind::Replacement);
        let weight = recency.get((at.as_of - end) as usize).copied().unwrap_or(0);
        if weight > 0 && teaches {
            let by_cash = line.movements_until(at).any(|movement| movement.kind.is_cash());
            self.spells.push(Spell {
                due: line.due(),
                from: line.issued() - line.due(),
                to: end - line.due(),
                // What a credit note or a write-off took away was not paid: it was lost from sight.
                paid: settled.is_some() && by_cash,
                weight,
            });
        }
    }

    /// Every customer with a receivable, in the portfolio's order.
    pub fn payers(&self) -> &[Payer] {
        &self.payers
    }

    /// The spells of a customer.
    pub fn spells(&self, payer: &Payer) -> &[Spell] {
        &self.spells[payer.spells.clone()]
    }

    /// The spells of everybody.
    pub fn all_spells(&self) -> &[Spell] {
        &self.spells
    }

    /// What a customer owes.
    pub fn open(&self, payer: &Payer) -> &[Owed] {
        &self.open[payer.open.clone()]
    }
}

/// The weight of a spell that ended so many days ago; beyond the table it counts for nothing.
fn recency() -> Vec<u32> {
    let mut weight = WHOLE << 15;
    let mut weights = Vec::with_capacity(16 * HALF_LIFE_DAYS);
    while weight >> 15 > 0 {
        weights.push((weight >> 15) as u32);
        weight = weight * DAILY_DECAY / (1 << 31);
    }
    weights
}

/// Civil days around the day of the question, looked up once: day-of-month class and holidays.
#[derive(Clone, Debug)]
pub(crate) struct Dates {
    base: Day,
    bins: Vec<u8>,
    holidays: Vec<Day>,
}

/// Classes of day in the month: the 1st to the 24th, and the last seven days counted from the end,
/// so that "the last day" is the same class in every month.
pub(crate) const MONTH_DAYS: usize = 31;

impl Dates {
    /// The days from `base` to `last`.
    pub fn new(base: Day, last: Day, calendar: &Calendar) -> Dates {
        let days = || (base.0..=last.0).map(Day);
        let bin = |day: Day| {
            let left = day.month_end() - day;
            let (_, _, of_month) = day.ymd();
            if left < 7 { (MONTH_DAYS as i32 - 1 - left) as u8 } else { of_month as u8 - 1 }
        };
        let holidays =
            days().filter(|day| calendar.is_holiday(*day) && weekday_number(*day) < 5).collect();
        Dates { base, bins: days().map(bin).collect(), holidays }
    }

    /// The first day looked up.
    pub fn base(&self) -> Day {
        self.base
    }

    /// Day-of-month class of a day, 0 to 30.
    pub fn bin(&self, day: Day) -> usize {
        usize::from(self.bins.get((day - self.base) as usize).copied().unwrap_or(0))
    }

    /// Holidays on Monday to Friday, in order.
    pub fn holidays(&self) -> &[Day] {
        &self.holidays
    }
}

/// Days since Monday.
pub(crate) fn weekday_number(day: Day) -> usize {
    // 1970-01-01 was a Thursday.
    (day.0 + 3).rem_euclid(7) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spell_of_nine_months_ago_counts_half() {
        let weights = recency();
        assert_eq!(weights[0], 65_536);
        // Binary digits are cut off each day: to one part in 65,536.
        assert!(weights[270].abs_diff(32_768) <= 1 && weights[540].abs_diff(16_384) <= 1);
    }

    #[test]
    fn the_last_days_of_every_month_are_the_same_classes() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let dates = Dates::new(day("2026-01-01"), day("2026-12-31"), &Calendar::default());
        assert_eq!(dates.bin(day("2026-02-28")), dates.bin(day("2026-01-31")));
        assert_eq!((dates.bin(day("2026-02-01")), dates.bin(day("2026-02-21"))), (0, 20));
        assert_eq!((dates.bin(day("2026-02-22")), dates.bin(day("2026-01-24"))), (24, 23));
        assert_eq!(weekday_number(day("2026-11-23")), 0);
    }
}
