//! The simple ways of telling a date, which a model must beat to be worth showing: the due date, and
//! the due date plus some mean or median of days late. Each needs one line of a spreadsheet.

use crate::date::Day;
use crate::forecast::experience::{Experience, Payer, Spell};

/// A way of telling when a receivable will be paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// The forecast of this program.
    Model,
    /// On the due date.
    DueDate,
    /// As late as everybody on average.
    BookMean,
    /// As late as the customer on average.
    CustomerMean,
    /// As late as the customer usually: the median.
    CustomerMedian,
    /// As late as the customer's last five on average.
    LastFiveMean,
    /// As late as the customer's last ten usually.
    LastTenMedian,
}

impl Method {
    /// The model first, then what it must beat.
    pub const ALL: [Method; 7] = [
        Method::Model,
        Method::DueDate,
        Method::BookMean,
        Method::CustomerMean,
        Method::CustomerMedian,
        Method::LastFiveMean,
        Method::LastTenMedian,
    ];

    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Model => "model",
            Method::DueDate => "due_date",
            Method::BookMean => "global_mean",
            Method::CustomerMean => "customer_mean",
            Method::CustomerMedian => "customer_median",
            Method::LastFiveMean => "last_5_mean",
            Method::LastTenMedian => "last_10_median",
        }
    }
}

/// Days late of one customer by every simple method.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Baseline {
    by_method: [i32; Method::ALL.len()],
}

/// The mean days late of a whole book, half a day up; zero without a payment.
pub(crate) fn book_mean(experience: &Experience) -> i32 {
    let paid = || experience.all_spells().iter().filter(|spell| spell.paid);
    mean(&paid().map(|spell| spell.to).collect::<Vec<i32>>()).unwrap_or(0)
}

impl Baseline {
    /// What the simple methods say of a customer. One without a payment is as late as the book.
    pub fn of(experience: &Experience, payer: &Payer, book_mean: i32) -> Baseline {
        let mut paid: Vec<&Spell> =
            experience.spells(payer).iter().filter(|spell| spell.paid).collect();
        paid.sort_unstable_by_key(|spell| (spell.end(), spell.due, spell.from));
        let late: Vec<i32> = paid.iter().map(|spell| spell.to).collect();
        let last = |count: usize| &late[late.len().saturating_sub(count)..];
        let days = |method: Method| match method {
            Method::Model | Method::DueDate => Some(0),
            Method::BookMean => Some(book_mean),
            Method::CustomerMean => mean(&late),
            Method::CustomerMedian => median(&late),
            Method::LastFiveMean => mean(last(5)),
            Method::LastTenMedian => median(last(10)),
        };
        Baseline { by_method: Method::ALL.map(|method| days(method).unwrap_or(book_mean)) }
    }

    /// The day a simple method tells for a receivable that cannot be paid before `earliest`.
    pub fn day(&self, method: Method, due: Day, earliest: Day) -> Day {
        (due + self.by_method[method as usize]).max(earliest)
    }
}

fn mean(days: &[i32]) -> Option<i32> {
    let (sum, count) = (days.iter().map(|days| i64::from(*days)).sum::<i64>(), days.len() as i64);
    (count > 0).then(|| (2 * sum + count).div_euclid(2 * count) as i32)
}

fn median(days: &[i32]) -> Option<i32> {
    let mut sorted = days.to_vec();
    sorted.sort_unstable();
    let upper = *sorted.get(sorted.len() / 2)?;
    let lower = sorted[(sorted.len() - 1) / 2];
    mean(&[lower, upper])
}
