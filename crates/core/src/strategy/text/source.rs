//! The tables of a TOML text, read key by key: what is not as expected is noted with its line and
//! reading goes on, so that one pass tells everything.

use super::problem::{Problem, ProblemKind};
use super::words::{Words, value_of};
use crate::currency::Currency;
use crate::money::{Money, MoneyError};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A text being read.
pub(super) struct Source {
    /// Where each line begins.
    starts: Vec<usize>,
    /// What was not understood so far.
    pub(super) problems: Vec<Problem>,
}

/// A table of the text and its line.
#[derive(Clone, Copy)]
pub(super) struct Table<'a, 't> {
    pub(super) line: usize,
    inner: &'a DeTable<'t>,
}

impl Source {
    pub(super) fn new(text: &str) -> Source {
        let after = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(0).chain(after.map(|(at, _)| at + 1)).collect();
        Source { starts, problems: Vec::new() }
    }

    /// The line of a place in the text, counted from 1.
    pub(super) fn line_of(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset)
    }

    pub(super) fn complain(&mut self, line: usize, key: &str, kind: ProblemKind) {
        self.problems.push(Problem { line, key: key.to_owned(), kind });
    }

    pub(super) fn root<'a, 't>(&self, table: &'a Spanned<DeTable<'t>>) -> Table<'a, 't> {
        Table { line: 1, inner: table.get_ref() }
    }

    /// Complains of keys that mean nothing here.
    pub(super) fn only(&mut self, table: Table<'_, '_>, allowed: &'static [&'static str]) {
        for (key, _) in table.inner {
            let name: &str = key.get_ref();
            if !allowed.contains(&name) {
                let line = self.line_of(key.span().start);
                self.complain(line, name, ProblemKind::UnknownKey { allowed });
            }
        }
    }

    /// Whether a key is there.
    pub(super) fn has(&self, table: Table<'_, '_>, key: &str) -> bool {
        table.inner.contains_key(key)
    }

    fn get<'a, 't>(&self, table: Table<'a, 't>, key: &str) -> Option<(&'a DeValue<'t>, usize)> {
        let (name, value) = table.inner.get_key_value(key)?;
        Some((value.get_ref(), self.line_of(name.span().start)))
    }

    /// The value of a key as something, or a complaint that it is something else.
    fn as_kind<'a, 't, T>(
        &mut self,
        table: Table<'a, 't>,
        key: &str,
        read: impl FnOnce(&'a DeValue<'t>) -> Option<T>,
    ) -> Option<(T, usize)> {
        let (value, line) = self.get(table, key)?;
        let read = read(value);
        if read.is_none() {
            self.complain(line, key, ProblemKind::WrongKind);
        }
        Some((read?, line))
    }

    /// The line of a key, or of its table when it is absent.
    pub(super) fn line_at(&self, table: Table<'_, '_>, key: &str) -> usize {
        self.get(table, key).map_or(table.line, |(_, line)| line)
    }

    /// Complains when a key is absent; says whether it is there.
    pub(super) fn needed(&mut self, table: Table<'_, '_>, key: &str) -> bool {
        let there = table.inner.contains_key(key);
        if !there {
            self.complain(table.line, key, ProblemKind::Missing);
        }
        there
    }

    /// A text that is not blank.
    pub(super) fn text(&mut self, table: Table<'_, '_>, key: &str) -> Option<String> {
        let trimmed = |value: &DeValue<'_>| {
            value.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        self.as_kind(table, key, trimmed).map(|(text, _)| text)
    }

    pub(super) fn yes_no(&mut self, table: Table<'_, '_>, key: &str) -> Option<bool> {
        self.as_kind(table, key, DeValue::as_bool).map(|(yes, _)| yes)
    }

    /// A whole number between two bounds.
    pub(super) fn number(
        &mut self,
        table: Table<'_, '_>,
        key: &str,
        (least, most): (i32, i32),
    ) -> Option<i32> {
        let (met, line) = self.as_kind(table, key, integer)?;
        let number = i32::try_from(met).ok().filter(|n| (least..=most).contains(n));
        if number.is_none() {
            self.complain(line, key, ProblemKind::OutOfRange { met: met.to_string(), least, most });
        }
        number
    }

    /// One of the words there are.
    pub(super) fn word<T: Copy>(
        &mut self,
        table: Table<'_, '_>,
        key: &str,
        words: Words<T>,
    ) -> Option<T> {
        let (met, line) = self.as_kind(table, key, |value| value.as_str().map(str::to_owned))?;
        self.value_of(words, &met, key, line)
    }

    fn value_of<T: Copy>(
        &mut self,
        words: Words<T>,
        met: &str,
        key: &str,
        line: usize,
    ) -> Option<T> {
        let value = value_of(words, met.trim());
        if value.is_none() {
            let allowed = words.iter().map(|(word, _)| (*word).to_owned()).collect();
            self.complain(line, key, ProblemKind::UnknownWord { met: met.to_owned(), allowed });
        }
        value
    }

    /// A list of texts; one text is a list of one.
    pub(super) fn texts(&mut self, table: Table<'_, '_>, key: &str) -> Vec<String> {
        self.list(table, key).0
    }

    /// A list of words.
    pub(super) fn word_list<T: Copy>(
        &mut self,
        table: Table<'_, '_>,
        key: &str,
        words: Words<T>,
    ) -> Vec<T> {
        let (met, line) = self.list(table, key);
        met.iter().filter_map(|met| self.value_of(words, met, key, line)).collect()
    }

    fn list(&mut self, table: Table<'_, '_>, key: &str) -> (Vec<String>, usize) {
        let read = |value: &DeValue<'_>| -> Option<Vec<String>> {
            if let Some(one) = value.as_str() {
                return Some(vec![one.trim().to_owned()]);
            }
            let texts = value.as_array()?.iter();
            let texts = texts.map(|one| one.get_ref().as_str().map(|text| text.trim().to_owned()));
            texts.collect::<Option<Vec<_>>>().filter(|list| !list.is_empty())
        };
        self.as_kind(table, key, read).unwrap_or_default()
    }

    /// Amounts by currency, in the order of the currencies' codes.
    pub(super) fn amounts(&mut self, table: Table<'_, '_>, key: &str) -> Vec<Money> {
        let Some((amounts, _)) = self.as_kind(table, key, DeValue::as_table) else {
            return Vec::new();
        };
        let mut found = Vec::with_capacity(amounts.len());
        for (code, value) in amounts {
            let line = self.line_of(code.span().start);
            let name: &str = code.get_ref();
            let Ok(currency) = name.parse::<Currency>() else {
                self.complain(line, key, ProblemKind::BadCurrency { met: name.to_owned() });
                continue;
            };
            let met = match value.get_ref() {
                DeValue::String(text) => text.to_string(),
                DeValue::Integer(number) => number.to_string(),
                other => other.type_str().to_owned(),
            };
            match amount(&met, currency) {
                Ok(money) => found.push(money),
                Err(_) => {
                    let currency = name.to_owned();
                    self.complain(line, key, ProblemKind::BadAmount { met, currency });
                }
            }
        }
        found.sort_by_key(|money| money.currency);
        found
    }

    /// The table of a key.
    pub(super) fn table<'a, 't>(
        &mut self,
        table: Table<'a, 't>,
        key: &str,
    ) -> Option<Table<'a, 't>> {
        let (inner, line) = self.as_kind(table, key, DeValue::as_table)?;
        Some(Table { line, inner })
    }

    /// The tables of a key: `[[key]]`, or a list of tables.
    pub(super) fn tables<'a, 't>(&mut self, table: Table<'a, 't>, key: &str) -> Vec<Table<'a, 't>> {
        let Some((list, line)) = self.as_kind(table, key, DeValue::as_array) else {
            return Vec::new();
        };
        let mut tables = Vec::with_capacity(list.len());
        for one in list.iter() {
            match one.get_ref().as_table() {
                Some(inner) => {
                    let line = self.line_of(one.span().start);
                    tables.push(Table { line, inner });
                }
                None => self.complain(line, key, ProblemKind::WrongKind),
            }
        }
        tables
    }
}

/// A whole number; beyond 64 bits it is none.
fn integer(value: &DeValue<'_>) -> Option<i64> {
    let number = value.as_integer()?;
    i64::from_str_radix(number.as_str(), number.radix()).ok()
}

fn amount(met: &str, currency: Currency) -> Result<Money, MoneyError> {
    let money = Money::parse(met, currency)?;
    match money.minor < 0 {
        true => Err(MoneyError::NotANumber(met.to_owned())),
        false => Ok(money),
    }
}
