//! Dates of statements that leave the year out (`31/12`, `03-MAR`), and dates inside text. The year
//! of the newest row is the last one that is not after what the file says of its time; rows of the
//! other side of a turn of the year belong to the year before. Knows nothing of amounts.

use crate::table::civil::{self, Written};
use crate::table::mapping::DateOrder;
use puntual_core::date::Day;

/// A day and a month without a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Short {
    /// Two numbers whose order the column must prove.
    Numbers(u32, u32),
    /// A day beside the name of its month.
    Named {
        /// Day of the month.
        day: u32,
        /// Month, 1–12.
        month: u32,
    },
}

/// Reads `31/12`, `31-12`, `31 dic`, `DIC 31`; `None` when the text is something else.
pub fn short(text: &str) -> Option<Short> {
    let text = text.trim();
    if text.len() > 12 {
        return None;
    }
    let mut parts = text.split(['/', '-', ' ', '.']).filter(|part| !part.is_empty());
    let (first, second) = (parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let number = |part: &str| -> Option<u32> {
        (part.len() <= 2 && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse().ok())?
    };
    let real = |day: u32, month: u32| (1..=31).contains(&day) && (1..=12).contains(&month);
    match (number(first), number(second)) {
        // `12.50` is an amount; days and months are not cut by dots without a year.
        (Some(a), Some(b)) if !text.contains('.') && (real(a, b) || real(b, a)) => {
            Some(Short::Numbers(a, b))
        }
        (Some(day), None) => {
            let month = civil::month_named(second)?;
            real(day, month).then_some(Short::Named { day, month })
        }
        (None, Some(day)) => {
            let month = civil::month_named(first)?;
            real(day, month).then_some(Short::Named { day, month })
        }
        _ => None,
    }
}

/// What the dates without year of a file say together.
#[derive(Clone, Copy, Debug, Default)]
pub struct ShortVotes {
    months_if_dmy: [bool; 12],
    months_if_mdy: [bool; 12],
    against_dmy: u64,
    against_mdy: u64,
    /// Dates without year seen.
    pub seen: u64,
}

impl ShortVotes {
    /// Looks at one.
    pub fn add(&mut self, short: Short) {
        self.seen += 1;
        let note = |months: &mut [bool; 12], against: &mut u64, month: u32| match months
            .get_mut((month as usize).wrapping_sub(1))
        {
            Some(seen) => *seen = true,
            None => *against += 1,
        };
        let (if_dmy, if_mdy) = match short {
            Short::Numbers(first, second) => (second, first),
            Short::Named { month, .. } => (month, month),
        };
        note(&mut self.months_if_dmy, &mut self.against_dmy, if_dmy);
        note(&mut self.months_if_mdy, &mut self.against_mdy, if_mdy);
    }

    /// Day first unless only month first fits.
    pub fn order(&self) -> DateOrder {
        match self.against_dmy > self.against_mdy {
            true => DateOrder::Mdy,
            false => DateOrder::Dmy,
        }
    }

    /// The rule of years, once it is known by when the newest row was booked.
    pub fn years(&self, order: DateOrder, not_after: Day) -> Years {
        let months = match order {
            DateOrder::Mdy => &self.months_if_mdy,
            DateOrder::Dmy | DateOrder::Ymd => &self.months_if_dmy,
        };
        let (oldest, newest) = span(months);
        let (year, ..) = not_after.ymd();
        let begins = |year: i32| Day::new(year, newest, 1).is_some_and(|day| day <= not_after);
        let of_newest = if begins(year) { year } else { year - 1 };
        Years { order, oldest, newest, of_newest }
    }
}

/// First and last month of rows around a turn of the year: the longest run of months without a
/// row lies between the last and the first.
fn span(months: &[bool; 12]) -> (u32, u32) {
    let (mut longest, mut start) = (0, 0);
    for (at, _) in months.iter().enumerate().filter(|(_, seen)| **seen) {
        let gap = (1..=12).take_while(|step| !months[(at + 12 - step) % 12]).count();
        // The year begins in January unless the gap says otherwise.
        if gap > longest || (gap == longest && start == 0 && longest == 0) {
            (longest, start) = (gap, at);
        }
    }
    let end = (1..=12).map(|step| (start + 12 - step) % 12).find(|at| months[*at]).unwrap_or(start);
    (start as u32 + 1, end as u32 + 1)
}

/// How dates without year get theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Years {
    order: DateOrder,
    oldest: u32,
    newest: u32,
    of_newest: i32,
}

impl Years {
    /// The day.
    pub fn resolve(&self, short: Short) -> Option<Day> {
        let (day, month) = match (short, self.order) {
            (Short::Named { day, month }, _) => (day, month),
            (Short::Numbers(first, second), DateOrder::Mdy) => (second, first),
            (Short::Numbers(first, second), _) => (first, second),
        };
        let turned = self.oldest > self.newest && month >= self.oldest;
        Day::new(if turned { self.of_newest - 1 } else { self.of_newest }, month, day)
    }
}

/// Every date written in a text: `Del 01/03/2026 al 31/03/2026`, `31 de diciembre de 2024`.
pub fn in_text(text: &str) -> Vec<Written> {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',' | ';' | ':' | '–'))
        .filter(|word| !word.is_empty() && *word != "-")
        .collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        match date_at(&words, at) {
            Some((written, used)) => {
                found.extend(written);
                at += used;
            }
            None => at += 1,
        }
    }
    found
}

/// The dates that begin at a word, and how many words they take.
fn date_at(words: &[&str], at: usize) -> Option<(Vec<Written>, usize)> {
    let word = words[at].trim_matches(|c: char| !c.is_alphanumeric());
    let looks_whole = word.contains(['/', '-', '.']) && word.len() >= 6;
    if looks_whole && let Some(written) = civil::read(word) {
        return Some((vec![written], 1));
    }
    // `01/03/2026-31/03/2026`
    if let Some((from, to)) = word.split_once('-')
        && let (Some(from), Some(to)) = (civil::read(from), civil::read(to))
        && word.contains('/')
    {
        return Some((vec![from, to], 1));
    }
    let starts_with_day = word.len() <= 2 && word.bytes().all(|b| b.is_ascii_digit());
    let starts_with_month = civil::month_named(word).is_some();
    if !starts_with_day && !starts_with_month {
        return None;
    }
    [5, 4, 3].into_iter().find_map(|used| {
        let text = words.get(at..at + used)?.join(" ");
        let written = civil::read(&text).filter(|w| matches!(w, Written::Certain(_)))?;
        Some((vec![written], used))
    })
}

/// The last day of the latest month named with its year (`Diciembre 2024`, `2024-12`), else of the
/// latest year: by when a file with that text was made.
pub fn last_day_named(text: &str) -> Option<Day> {
    let words: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let mut latest: Option<Day> = None;
    for (at, word) in words.iter().enumerate() {
        let Some(year) = year_of(word) else { continue };
        let before = words[..at].iter().rev().take(2).find_map(|word| month_of(word));
        let after = words.get(at + 1).and_then(|word| month_of(word));
        let month = before.or(after).unwrap_or(12);
        let day = Day::new(year, month, 1).map(Day::month_end);
        latest = latest.max(day);
    }
    let packed = words.iter().filter_map(|word| match civil::read(word) {
        Some(Written::Certain(day)) if word.len() == 8 => Some(day),
        _ => None,
    });
    latest.max(packed.max())
}

fn year_of(word: &str) -> Option<i32> {
    let is_year =
        word.len() == 4 && word.starts_with("20") && word.bytes().all(|b| b.is_ascii_digit());
    is_year.then(|| word.parse().ok())?
}

fn month_of(word: &str) -> Option<u32> {
    let numbered = (word.len() <= 2).then(|| word.parse().ok()).flatten();
    numbered.filter(|month| (1..=12).contains(month)).or_else(|| civil::month_named(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn votes(texts: &[&str]) -> ShortVotes {
        let mut votes = ShortVotes::default();
        texts.iter().filter_map(|text| short(text)).for_each(|short| votes.add(short));
        votes
    }

    #[test]
    fn dates_without_year_are_told_from_amounts() {
        assert_eq!(short("31/12"), Some(Short::Numbers(31, 12)));
        assert_eq!(short("03-MAR"), Some(Short::Named { day: 3, month: 3 }));
        assert_eq!(short("dic 31"), Some(Short::Named { day: 31, month: 12 }));
        for text in ["12.50", "31/12/2024", "45/60", "x", "1", "", "100/12"] {
            assert_eq!(short(text), None, "{text}");
        }
    }

    #[test]
    fn rows_around_the_turn_of_the_year_get_two_years() {
        let votes = votes(&["31/12", "02/01"]);
        let years = votes.years(votes.order(), day("2025-01-31"));
        assert_eq!(years.resolve(Short::Numbers(31, 12)), Some(day("2024-12-31")));
        assert_eq!(years.resolve(Short::Numbers(2, 1)), Some(day("2025-01-02")));
    }

    #[test]
    fn rows_of_one_year_get_the_last_that_fits() {
        let spring = votes(&["01/03", "31/05"]);
        let years = spring.years(spring.order(), day("2026-05-31"));
        assert_eq!(years.resolve(Short::Numbers(1, 3)), Some(day("2026-03-01")));
        let years = spring.years(spring.order(), day("2026-04-15"));
        assert_eq!(years.resolve(Short::Numbers(31, 5)), Some(day("2025-05-31")));
        let american = votes(&["03/01", "03/25"]);
        assert_eq!(american.order(), DateOrder::Mdy);
        let whole: Vec<String> = (1..=12).map(|month| format!("05/{month}")).collect();
        let whole = votes(&whole.iter().map(String::as_str).collect::<Vec<_>>());
        let years = whole.years(whole.order(), day("2025-12-31"));
        assert_eq!(years.resolve(Short::Numbers(5, 1)), Some(day("2025-01-05")));
    }

    #[test]
    fn dates_are_found_in_text() {
        let count = |text: &str| in_text(text).len();
        assert_eq!(count("Del 01/03/2026 al 31/03/2026"), 2);
        assert_eq!(count("01/03/2026-31/03/2026"), 2);
        assert_eq!(count("Movimientos al 16/01/2026"), 1);
        assert_eq!(count("al 31 de diciembre de 2024"), 1);
        assert_eq!(count("Cuenta 00-123-45678-90"), 0);
        assert_eq!(last_day_named("Cartola Diciembre 2024"), Some(day("2024-12-31")));
        assert_eq!(last_day_named("cartola_2024_02.csv"), Some(day("2024-02-29")));
        assert_eq!(last_day_named("mov-20250115.xls"), Some(day("2025-01-15")));
        assert_eq!(last_day_named("cartola.csv"), None);
    }
}
