//! The first pass: what whole columns prove about decimal signs and date orders, and what to do
//! where they prove nothing. Never guesses in silence: an assumption is a warning, a doubt waits
//! in quarantine.

use super::civil::{self, Verdict as DateVerdict};
use super::mapping::{DateOrder, DecimalStyle, Field, Mapping};
use super::number::{self, Verdict as NumberVerdict};
use super::plan::{self, Plan};
use super::problems;
use super::rows::{Row, Value};
use crate::record::{Problem, Status};
use puntual_core::currency::Currency;
use puntual_core::date::Day;
use rust_decimal::Decimal;

/// How the numbers of a column are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberReading {
    /// All in one style.
    Style(DecimalStyle),
    /// Each by what it proves itself; those that prove nothing are refused.
    EachByItself,
}

impl Default for NumberReading {
    fn default() -> NumberReading {
        NumberReading::Style(DecimalStyle::Dot)
    }
}

impl NumberReading {
    /// Reads a number.
    pub fn parse(self, text: &str) -> Option<Decimal> {
        match self {
            NumberReading::Style(style) => number::parse(text, style),
            NumberReading::EachByItself => match number::evidence(text) {
                number::Evidence::Dot | number::Evidence::Neutral => {
                    number::parse(text, DecimalStyle::Dot)
                }
                number::Evidence::Comma => number::parse(text, DecimalStyle::Comma),
                _ => None,
            },
        }
    }
}

/// Counts over the columns of a table.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    numbers: Vec<number::Votes>,
    dates: Vec<civil::Votes>,
    /// Typed dates of each column, and how many of them have a day after the 12th.
    typed: Vec<(u64, u64)>,
    /// Distinct values of the currency column; no more than a few are kept.
    currencies: Vec<String>,
    /// Rows in which reading day first, or month first, puts the due date before the issue.
    dmy_reversed: u64,
    mdy_reversed: u64,
    /// Dates above the header of a bank statement.
    above: civil::Votes,
    /// Days of a bank statement later and earlier than the row above, day first and month first.
    dmy_sequence: Sequence,
    mdy_sequence: Sequence,
}

/// How the days of one column follow each other.
#[derive(Clone, Copy, Debug, Default)]
struct Sequence {
    last: Option<Day>,
    later: u64,
    earlier: u64,
}

impl Sequence {
    fn add(&mut self, day: Option<Day>) {
        let Some(day) = day else { return };
        if let Some(last) = self.last {
            self.later += u64::from(day > last);
            self.earlier += u64::from(day < last);
        }
        self.last = Some(day);
    }

    /// Steps against the direction most of them take.
    fn against(self) -> u64 {
        self.later.min(self.earlier)
    }
}

/// Most distinct currencies remembered.
const MAX_CURRENCIES: usize = 12;

impl Evidence {
    /// No evidence yet, for the columns of a plan.
    pub fn new(plan: &Plan) -> Evidence {
        let width = plan.fields.len();
        Evidence {
            numbers: vec![number::Votes::default(); width],
            dates: vec![civil::Votes::default(); width],
            typed: vec![(0, 0); width],
            above: plan.bank.as_ref().map(|bank| bank.dates_above()).unwrap_or_default(),
            ..Evidence::default()
        }
    }

    /// Looks at one row.
    pub fn add(&mut self, plan: &Plan, row: Row<'_>) {
        for (column, field) in plan.fields.iter().enumerate() {
            match (field.is_amount(), field.is_date(), *field == Field::Currency) {
                (true, ..) => {
                    if let Value::Text(text) = row.value(column) {
                        self.numbers[column].add(text);
                    }
                }
                (_, true, _) => self.add_date(column, row.value(column)),
                (_, _, true) => self.add_currency(row.value(column)),
                _ => {}
            }
        }
        match plan.bank.is_some() {
            true => self.follow_dates(plan, row),
            false => self.compare_dates(plan, row),
        }
    }

    /// A statement is written in the order of its days: an order of day and month under which it
    /// is not speaks against itself.
    fn follow_dates(&mut self, plan: &Plan, row: Row<'_>) {
        let column = plan.column(Field::Date).or_else(|| plan.column(Field::ValueDate));
        let Some(Value::Text(text)) = column.map(|column| row.value(column)) else { return };
        let Some(written) = civil::read(text) else { return };
        self.dmy_sequence.add(civil::resolve(written, DateOrder::Dmy));
        self.mdy_sequence.add(civil::resolve(written, DateOrder::Mdy));
    }

    /// Rows that speak against day first, and against month first.
    fn reversed(&self) -> (u64, u64) {
        let (dmy, mdy) = (self.dmy_sequence.against(), self.mdy_sequence.against());
        (self.dmy_reversed + dmy, self.mdy_reversed + mdy)
    }

    fn add_date(&mut self, column: usize, value: Value<'_>) {
        match value {
            Value::Text(text) if !civil::is_no_date(text) => self.dates[column].add(text),
            Value::Day(day) => {
                self.typed[column].0 += 1;
                self.typed[column].1 += u64::from(day.ymd().2 > 12);
            }
            _ => {}
        }
    }

    fn add_currency(&mut self, value: Value<'_>) {
        let Value::Text(text) = value else { return };
        if self.currencies.len() < MAX_CURRENCIES && !self.currencies.iter().any(|c| c == text) {
            self.currencies.push(text.to_owned());
        }
    }

    /// A due date before its issue date speaks against the order under which it is.
    fn compare_dates(&mut self, plan: &Plan, row: Row<'_>) {
        let (Some(issue), Some(due)) = (plan.column(Field::IssueDate), plan.column(Field::DueDate))
        else {
            return;
        };
        // Only worth looking at while the order is open.
        if self.dates[issue].against_mdy + self.dates[issue].against_dmy > 0 {
            return;
        }
        let (Value::Text(issue), Value::Text(due)) = (row.value(issue), row.value(due)) else {
            return;
        };
        if let (Some(issue), Some(due)) = (civil::read(issue), civil::read(due)) {
            let reversed = |order| match (civil::resolve(issue, order), civil::resolve(due, order))
            {
                (Some(issue), Some(due)) => due < issue,
                _ => false,
            };
            self.dmy_reversed += u64::from(reversed(DateOrder::Dmy));
            self.mdy_reversed += u64::from(reversed(DateOrder::Mdy));
        }
    }

    /// Settles styles and orders in the plan, and says what could not be settled.
    pub fn settle(&self, plan: &mut Plan, mapping: Option<&Mapping>) -> Vec<Problem> {
        let mut problems = Vec::new();
        self.settle_dates(plan, mapping, &mut problems);
        self.settle_numbers(plan, mapping, &mut problems);
        problems
    }

    fn settle_numbers(&self, plan: &mut Plan, mapping: Option<&Mapping>, out: &mut Vec<Problem>) {
        let mut whole = number::Votes::default();
        self.numbers.iter().for_each(|votes| whole.merge(votes));
        let asked = mapping.and_then(|mapping| mapping.decimal);
        for column in 0..plan.fields.len() {
            let field = plan.fields[column];
            if !field.is_amount() {
                continue;
            }
            let header = plan.headers[column].written.clone();
            plan.numbers[column] = match (asked, self.numbers[column].verdict(), whole.verdict()) {
                (Some(style), ..) => NumberReading::Style(style),
                (_, NumberVerdict::Proved(style), _) => NumberReading::Style(style),
                (_, NumberVerdict::AnyStyle, _) => NumberReading::default(),
                (_, NumberVerdict::Contradictory, _) => {
                    out.push(problems::mixed_decimal_style(&header));
                    NumberReading::EachByItself
                }
                (_, NumberVerdict::Ambiguous { .. }, NumberVerdict::Proved(style)) => {
                    NumberReading::Style(style)
                }
                (_, NumberVerdict::Ambiguous { grouping }, _) => {
                    NumberReading::Style(self.by_currency(plan, field, grouping, &header, out))
                }
            };
        }
    }

    /// A currency without decimals proves that three digits after a sign are thousands; one with
    /// two makes it likely, because money is not written with three.
    fn by_currency(
        &self,
        plan: &Plan,
        field: Field,
        grouping: DecimalStyle,
        header: &str,
        out: &mut Vec<Problem>,
    ) -> DecimalStyle {
        let decimals = self.most_decimals(plan);
        match decimals {
            Some(0) if field.is_money() => {}
            Some(1 | 2) if field.is_money() => {
                out.push(problems::assumed_decimal_style(header, grouping));
            }
            _ => out.push(problems::ambiguous_decimal_style(header)),
        }
        grouping
    }

    /// Most decimals among the currencies of the file; `None` when one is unknown.
    fn most_decimals(&self, plan: &Plan) -> Option<u32> {
        let country = plan.country.as_deref();
        let decimals = |text: &str| {
            let word = plan::currency_word(&super::headers::normal(text), country);
            word.unwrap_or(text).parse::<Currency>().ok().map(Currency::decimals)
        };
        if self.currencies.is_empty() {
            let local = country.and_then(plan::currency_of);
            return decimals(plan.currency.as_deref().or(local)?);
        }
        let all: Option<Vec<u32>> = self.currencies.iter().map(|text| decimals(text)).collect();
        all?.into_iter().max()
    }

    fn settle_dates(&self, plan: &mut Plan, mapping: Option<&Mapping>, out: &mut Vec<Problem>) {
        let mut whole = self.above;
        self.dates.iter().for_each(|votes| whole.merge(votes));
        let asked = mapping.and_then(|mapping| mapping.date_order);
        let fixed = plan.layout.and_then(|layout| layout.order);
        let proved_elsewhere =
            self.dates.iter().chain([&self.above]).find_map(|votes| match votes.verdict() {
                DateVerdict::Proved(order) => Some(order),
                _ => None,
            });
        for column in 0..plan.fields.len() {
            if !plan.fields[column].is_date() {
                continue;
            }
            let votes = &self.dates[column];
            let header = plan.headers[column].written.clone();
            self.warn_of_half_converted(column, &header, out);
            let stated = asked.or(plan.headers[column].date_order).or(fixed);
            plan.orders[column] = match (stated, votes.verdict()) {
                (Some(order), _) => order,
                (None, DateVerdict::Proved(order)) => order,
                (None, DateVerdict::AnyOrder) => DateOrder::Dmy,
                (None, DateVerdict::Contradictory) => mostly(votes, &header, out),
                (None, DateVerdict::Ambiguous) => match (whole.verdict(), proved_elsewhere) {
                    (DateVerdict::Proved(order), _) | (_, Some(order)) => order,
                    _ => self.by_custom(plan, &header, out),
                },
            };
        }
    }

    /// Day first is the custom wherever Spanish is written: it is taken, with a warning, unless it
    /// puts due dates before their issue and month first does not. Elsewhere only that evidence
    /// counts.
    fn by_custom(&self, plan: &Plan, header: &str, out: &mut Vec<Problem>) -> DateOrder {
        const DAY_FIRST: [&str; 11] =
            ["CL", "MX", "ES", "CO", "PE", "AR", "UY", "EC", "PT", "FR", "DO"];
        let by_country = plan.country.as_deref().is_some_and(|c| DAY_FIRST.contains(&c));
        let by_language = plan.is_spanish && plan.country.as_deref() != Some("US");
        let by_dates = match self.reversed() {
            (0, reversed) if reversed > 0 => Some(DateOrder::Dmy),
            (reversed, 0) if reversed > 0 => Some(DateOrder::Mdy),
            _ => None,
        };
        let taken = match (by_country || by_language, by_dates) {
            (true, Some(DateOrder::Mdy)) | (false, None) => None,
            (true, _) => Some(DateOrder::Dmy),
            (false, by_dates) => by_dates,
        };
        out.push(match taken {
            Some(order) => problems::assumed_date_order(header, order),
            None => problems::ambiguous_date_order(header),
        });
        taken.unwrap_or(DateOrder::Dmy)
    }

    /// Texts that all prove one order beside typed dates none of which has a day after the 12th:
    /// the typed ones were swapped.
    fn warn_of_half_converted(&self, column: usize, header: &str, out: &mut Vec<Problem>) {
        let votes = &self.dates[column];
        let (typed, late) = self.typed[column];
        let all_prove = votes.numbers > 0
            && (votes.against_mdy == votes.numbers || votes.against_dmy == votes.numbers);
        if typed > 0 && late == 0 && all_prove && typed + votes.numbers >= 3 {
            out.push(problems::half_converted_dates(header));
        }
    }
}

/// The order that all but one in fifty values fit; the others will wait.
fn mostly(votes: &civil::Votes, header: &str, out: &mut Vec<Problem>) -> DateOrder {
    let few = |against: u64| against * 50 <= votes.numbers;
    let kept = match (few(votes.against_dmy), few(votes.against_mdy)) {
        (true, _) => Some(DateOrder::Dmy),
        (_, true) => Some(DateOrder::Mdy),
        _ => None,
    };
    out.push(problems::mixed_date_order(header, kept));
    kept.unwrap_or(DateOrder::Dmy)
}

/// Whether one of the problems keeps the whole table waiting.
pub fn must_wait(problems: &[Problem]) -> bool {
    problems.iter().any(|problem| problem.status >= Status::Quarantine)
}
