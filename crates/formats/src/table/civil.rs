//! Dates as people and programs write them in columns, and the proof of their order. `03/04/2026`
//! proves nothing alone; `25/04/2026` anywhere in the column does. Times of day are dropped:
//! these are civil dates. Knows nothing of what the date means.

use super::mapping::DateOrder;
use puntual_core::date::Day;

/// A written date, before the order of its numbers is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// Only one reading: ISO, a month's name, `20190722`.
    Certain(Day),
    /// Three numbers whose order the column must prove; the year is the third.
    Numbers {
        /// First number.
        first: u32,
        /// Second number.
        second: u32,
        /// The year, four digits.
        year: i32,
        /// Whether dots separate them, which only day-first countries write.
        dotted: bool,
        /// Whether the year had two digits, so that it could stand first.
        short: bool,
    },
    /// Eight digits without separator that are no `YYYYMMDD`: `31122026`, `12312026`.
    Packed {
        /// First two digits.
        first: u32,
        /// Next two.
        second: u32,
        /// The year.
        year: i32,
    },
    /// A spreadsheet's day number: days since 1899-12-30.
    Serial(Day),
}

/// Words that stand for "no date".
pub fn is_no_date(text: &str) -> bool {
    let text = text.trim();
    text.is_empty()
        || text.bytes().all(|b| matches!(b, b'0' | b'-' | b'/' | b'.' | b' ' | b':'))
        || ["null", "none", "nan", "nat", "n/a", "#n/a", "na", "s/f", "sin fecha", "s/v"]
            .iter()
            .any(|word| text.eq_ignore_ascii_case(word))
}

/// Reads the shape of a written date; `None` when the text is no date.
pub fn read(text: &str) -> Option<Written> {
    let bytes = text.as_bytes();
    if let Some(day) = bytes.get(..10).and_then(Day::parse_iso) {
        return matches!(bytes.get(10), None | Some(b'T' | b' ')).then_some(Written::Certain(day));
    }
    let text = without_time(text.trim());
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return digits_only(text);
    }
    if let Some((whole, fraction)) = text.split_once('.')
        && fraction.bytes().all(|b| b == b'0')
        && whole.len() >= 5
        && whole.bytes().all(|b| b.is_ascii_digit())
    {
        return digits_only(whole);
    }
    if let Some(serial) = fractional_serial(text) {
        return Some(serial);
    }
    separated(text)
}

/// Drops a time of day after the date: ` 00:00`, `T12:30:00Z`, ` 3:15 p. m.`.
fn without_time(text: &str) -> &str {
    let Some(colon) = text.find(':') else { return text };
    let before = &text[..colon];
    match before.rfind([' ', 'T', 't']) {
        Some(at) => before[..at].trim_end_matches([' ', ',']),
        None => text,
    }
}

/// `20190722`, `31122026`, or a spreadsheet's serial such as `46083`.
fn digits_only(text: &str) -> Option<Written> {
    let number: u32 = text.parse().ok()?;
    match text.len() {
        8 => {
            let (year, month, day) = (number / 10_000, number / 100 % 100, number % 100);
            if (1900..2200).contains(&year)
                && let Some(day) = Day::new(year as i32, month, day)
            {
                return Some(Written::Certain(day));
            }
            let packed = Written::Packed {
                first: number / 1_000_000,
                second: number / 10_000 % 100,
                year: (number % 10_000) as i32,
            };
            let plausible = (1900..2200).contains(&(number % 10_000));
            (plausible && (fits(packed, DateOrder::Dmy) || fits(packed, DateOrder::Mdy)))
                .then_some(packed)
        }
        5 => serial(number),
        _ => None,
    }
}

/// A spreadsheet's day number, between 1954 and 2119: smaller or larger ones are something else.
fn serial(number: u32) -> Option<Written> {
    (20_000..80_000).contains(&number).then(|| Written::Serial(Day(number as i32 - 25_569)))
}

/// `46083.5`: a serial with a time of day.
fn fractional_serial(text: &str) -> Option<Written> {
    let (whole, fraction) = text.split_once(['.', ','])?;
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    (whole.len() == 5 && digits(whole) && digits(fraction))
        .then(|| whole.parse().ok().and_then(serial))
        .flatten()
}

/// Three parts with separators, one of which may be the name of a month.
fn separated(text: &str) -> Option<Written> {
    let mut parts = [""; 3];
    let mut count = 0;
    let tokens = text
        .split(['/', '-', '.', ' ', ',', '_', '\u{a0}'])
        .filter(|part| !part.is_empty() && !is_connective(part));
    for token in tokens {
        *parts.get_mut(count)? = token;
        count += 1;
    }
    if count != 3 {
        return None;
    }
    let [a, b, c] = parts;
    if let Some(month) = month_named(b) {
        let (day, year) = if a.len() == 4 { (c, a) } else { (a, c) };
        return certain(four_digit_year(year)?, month, day.parse().ok()?);
    }
    if let Some(month) = month_named(a) {
        return certain(four_digit_year(c)?, month, b.parse().ok()?);
    }
    let number = |part: &str| -> Option<u32> {
        (part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse().ok())?
    };
    let (first, second, third) = (number(a)?, number(b)?, number(c)?);
    if a.len() == 4 {
        return certain(first as i32, second, third);
    }
    let written = Written::Numbers {
        first,
        second,
        year: four_digit_year(c)?,
        dotted: text.contains('.'),
        short: c.len() == 2,
    };
    let possible = [DateOrder::Dmy, DateOrder::Mdy, DateOrder::Ymd];
    (a.len() <= 2 && b.len() <= 2 && possible.iter().any(|order| fits(written, *order)))
        .then_some(written)
}

/// `de` in `5 de marzo de 2026`, and the names of weekdays.
fn is_connective(part: &str) -> bool {
    ["de", "del", "of"].iter().any(|word| part.eq_ignore_ascii_case(word))
}

fn certain(year: i32, month: u32, day: u32) -> Option<Written> {
    Day::new(year, month, day).map(Written::Certain)
}

/// Two-digit years are 1970 to 2069, as POSIX and spreadsheets nearly agree.
fn four_digit_year(text: &str) -> Option<i32> {
    let year: i32 = text.parse().ok()?;
    match text.len() {
        4 => Some(year),
        2 if year < 70 => Some(2000 + year),
        2 => Some(1900 + year),
        _ => None,
    }
}

/// Months by their first letters: Spanish, English, Portuguese, Catalan, German, Italian, and French
/// where they agree.
pub fn month_named(text: &str) -> Option<u32> {
    const NAMES: [(&str, u32); 28] = [
        ("ene", 1),
        ("jan", 1),
        ("gen", 1),
        ("feb", 2),
        ("fev", 2),
        ("mar", 3),
        ("mrz", 3),
        ("abr", 4),
        ("apr", 4),
        ("avr", 4),
        ("may", 5),
        ("mag", 5),
        ("mai", 5),
        ("jun", 6),
        ("jul", 7),
        ("ago", 8),
        ("aug", 8),
        ("sep", 9),
        ("set", 9),
        ("oct", 10),
        ("ott", 10),
        ("out", 10),
        ("okt", 10),
        ("nov", 11),
        ("dic", 12),
        ("dec", 12),
        ("dez", 12),
        ("des", 12),
    ];
    if !text.bytes().all(|b| b.is_ascii_alphabetic()) {
        return None;
    }
    let start = text.get(..3)?;
    NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(start)).map(|(_, month)| *month)
}

/// Whether the written date exists when read in this order.
pub fn fits(written: Written, order: DateOrder) -> bool {
    resolve(written, order).is_some()
}

/// The day, once the order is known.
pub fn resolve(written: Written, order: DateOrder) -> Option<Day> {
    let (first, second, year, short) = match written {
        Written::Certain(day) | Written::Serial(day) => return Some(day),
        Written::Numbers { first, second, year, short, .. } => (first, second, year, short),
        Written::Packed { first, second, year } => (first, second, year, false),
    };
    match order {
        DateOrder::Dmy => Day::new(year, second, first),
        DateOrder::Mdy => Day::new(year, first, second),
        // Only two-digit years can stand first unnoticed; the last number is then the day.
        DateOrder::Ymd if short => {
            let first_year = if first < 70 { 2000 + first } else { 1900 + first };
            Day::new(first_year as i32, second, year.rem_euclid(100) as u32)
        }
        DateOrder::Ymd => None,
    }
}

/// What the values of a column, or of a file, say about the order of their dates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Votes {
    /// Values with three numbers.
    pub numbers: u64,
    /// Of those, how many are no date when read day first.
    pub against_dmy: u64,
    /// … month first.
    pub against_mdy: u64,
    /// … year first.
    pub against_ymd: u64,
    /// How many read differently in two of the orders that fit them.
    pub telling: u64,
    /// Written with dots.
    pub dotted: u64,
    /// Values that are no dates.
    pub not_dates: u64,
    /// All values that are not blank.
    pub values: u64,
}

/// What a column proves about the order of its dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every value reads the same in any order.
    AnyOrder,
    /// Only this order fits all values.
    Proved(DateOrder),
    /// Day first and month first both fit and differ.
    Ambiguous,
    /// No order fits all values.
    Contradictory,
}

impl Votes {
    /// Counts one written value.
    pub fn add(&mut self, text: &str) {
        self.values += 1;
        match read(text) {
            None => self.not_dates += 1,
            Some(written) => self.add_read(written),
        }
    }

    /// Counts one date that was read.
    pub fn add_read(&mut self, written: Written) {
        if matches!(written, Written::Certain(_) | Written::Serial(_)) {
            return;
        }
        self.numbers += 1;
        let dmy = resolve(written, DateOrder::Dmy);
        let mdy = resolve(written, DateOrder::Mdy);
        self.against_dmy += u64::from(dmy.is_none());
        self.against_mdy += u64::from(mdy.is_none());
        self.against_ymd += u64::from(!fits(written, DateOrder::Ymd));
        self.telling += u64::from(dmy != mdy || dmy.is_none());
        self.dotted += u64::from(matches!(written, Written::Numbers { dotted: true, .. }));
    }

    /// Adds the counts of another column of the same file.
    pub fn merge(&mut self, other: &Votes) {
        self.numbers += other.numbers;
        self.against_dmy += other.against_dmy;
        self.against_mdy += other.against_mdy;
        self.against_ymd += other.against_ymd;
        self.telling += other.telling;
        self.dotted += other.dotted;
        self.not_dates += other.not_dates;
        self.values += other.values;
    }

    /// What the values prove.
    pub fn verdict(&self) -> Verdict {
        if self.telling == 0 {
            return Verdict::AnyOrder;
        }
        match (self.against_dmy == 0, self.against_mdy == 0) {
            // Day first wherever dots are written: nobody writes 12.31.2026.
            (true, true) if self.dotted == self.numbers => Verdict::Proved(DateOrder::Dmy),
            (true, true) => Verdict::Ambiguous,
            (true, false) => Verdict::Proved(DateOrder::Dmy),
            (false, true) => Verdict::Proved(DateOrder::Mdy),
            (false, false) if self.against_ymd == 0 => Verdict::Proved(DateOrder::Ymd),
            (false, false) => Verdict::Contradictory,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn dates_with_one_reading() {
        for (text, expected) in [
            ("2026-01-15", "2026-01-15"),
            ("2019-08-08 00:00:00", "2019-08-08"),
            ("2024-05-01T10:20:30Z", "2024-05-01"),
            ("2024/5/1", "2024-05-01"),
            ("25-Jan-2020", "2020-01-25"),
            ("25-ene-20", "2020-01-25"),
            ("5 de marzo de 2026", "2026-03-05"),
            ("March 5, 2026", "2026-03-05"),
            ("5/dic/2025", "2025-12-05"),
            ("20190722", "2019-07-22"),
            ("20190811.0", "2019-08-11"),
        ] {
            assert_eq!(read(text), Some(Written::Certain(day(expected))), "{text}");
        }
        assert_eq!(read("46083"), Some(Written::Serial(day("2026-03-02"))));
        assert_eq!(read("46083.5"), Some(Written::Serial(day("2026-03-02"))));
    }

    #[test]
    fn dates_whose_order_must_be_proved() {
        for (text, order, expected) in [
            ("15/01/2026", DateOrder::Dmy, "2026-01-15"),
            ("31.12.2026", DateOrder::Dmy, "2026-12-31"),
            ("12/19/24", DateOrder::Mdy, "2024-12-19"),
            ("12/19/24 00:00", DateOrder::Mdy, "2024-12-19"),
            ("19/12/24 00:00", DateOrder::Dmy, "2024-12-19"),
            ("19/12/24", DateOrder::Ymd, "2019-12-24"),
            ("1-2-2013", DateOrder::Mdy, "2013-01-02"),
            ("14022026", DateOrder::Dmy, "2026-02-14"),
            ("01/07/2019 13:49:42", DateOrder::Dmy, "2019-07-01"),
            ("4/6/2013 3:15 p. m.", DateOrder::Mdy, "2013-04-06"),
        ] {
            let written = read(text).unwrap();
            assert_eq!(resolve(written, order), Some(day(expected)), "{text}");
        }
    }

    #[test]
    fn what_is_no_date() {
        for text in [
            "",
            "hola",
            "31/02/2026",
            "99/99/2026",
            "12345",
            "1234",
            "2026",
            "1/2",
            "0/0/0",
            "2026-13-01",
            "1.190,00",
            "123456789",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        for text in ["", "00000000", "null", "  ", "0000-00-00", "00/00/0000", "NaT"] {
            assert!(is_no_date(text), "{text}");
        }
    }

    fn verdict(values: &[&str]) -> Verdict {
        let mut votes = Votes::default();
        values.iter().for_each(|v| votes.add(v));
        votes.verdict()
    }

    #[test]
    fn a_column_proves_its_order_or_asks() {
        use DateOrder::*;
        assert_eq!(verdict(&["03/04/2026", "25/04/2026"]), Verdict::Proved(Dmy));
        assert_eq!(verdict(&["03/04/2026", "04/25/2026"]), Verdict::Proved(Mdy));
        assert_eq!(verdict(&["03/04/2026", "05/06/2026"]), Verdict::Ambiguous);
        assert_eq!(verdict(&["03.04.2026", "05.06.2026"]), Verdict::Proved(Dmy));
        assert_eq!(verdict(&["03/03/2026", "05/05/2026"]), Verdict::AnyOrder);
        assert_eq!(verdict(&["2026-03-04", "20260405"]), Verdict::AnyOrder);
        assert_eq!(verdict(&["25/04/2026", "04/25/2026"]), Verdict::Contradictory);
        assert_eq!(verdict(&["99/12/31", "99/06/13"]), Verdict::Proved(Ymd));
    }

    proptest! {
        #[test]
        fn every_day_round_trips_in_every_writing(number in day("1990-01-01").0..day("2060-01-01").0) {
            let (y, m, d) = Day(number).ymd();
            let yy = y % 100;
            for (text, order) in [
                (format!("{d:02}/{m:02}/{y}"), DateOrder::Dmy),
                (format!("{d}-{m}-{y}"), DateOrder::Dmy),
                (format!("{m}/{d}/{y} 00:00"), DateOrder::Mdy),
                (format!("{y}{m:02}{d:02}"), DateOrder::Dmy),
                (format!("{y}/{m}/{d}"), DateOrder::Mdy),
                (format!("{yy:02}/{m:02}/{d:02}"), DateOrder::Ymd),
                (format!("{}", number + 25_569), DateOrder::Dmy),
            ] {
                let written = read(&text);
                prop_assert_eq!(written.and_then(|w| resolve(w, order)), Some(Day(number)), "{}", text);
            }
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,24}") {
            let _ = read(&text);
            let _ = is_no_date(&text);
        }
    }
}
