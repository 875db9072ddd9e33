//! Holidays of regions, and days decreed for a country beyond the rules of its law, from the files
//! `rules/holidays-*.toml`. Knows no weekday and no working day.

use crate::date::Day;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use toml::de::{DeTable, DeValue};

/// The files; each table is a region (ISO 3166-2) or a country.
const FILES: [&str; 4] = [
    include_str!("../../rules/holidays-ar.toml"),
    include_str!("../../rules/holidays-cl.toml"),
    include_str!("../../rules/holidays-es.toml"),
    include_str!("../../rules/holidays-mx.toml"),
];

/// When a holiday falls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    /// The same month and day every year.
    Fixed(u32, u32),
    /// Days after Easter Sunday (negative before).
    Easter(i32),
    /// One date.
    Once(Day),
}

/// Holidays by region, each with its name.
type Table = BTreeMap<String, Vec<(When, String)>>;

// Every file and every word of it is read by a test.
static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table::new();
    for (region, name, when) in FILES.iter().flat_map(|text| entries(text)) {
        table.entry(region).or_default().extend(parse(&when).map(|when| (when, name)));
    }
    table
});

/// The holidays of a region (`ES-MD`) or decreed for a country (`AR`) in a year, with their Spanish
/// names, in no order.
pub fn of_region(region: &str, year: i32) -> Vec<(Day, &'static str)> {
    let days = TABLE.get(region).into_iter().flatten();
    days.filter_map(|(when, name)| Some((day(*when, year)?, name.as_str()))).collect()
}

/// Whether a region has holidays of its own that are known.
pub fn knows(region: &str) -> bool {
    TABLE.contains_key(region)
}

fn day(when: When, year: i32) -> Option<Day> {
    match when {
        When::Fixed(month, day) => Day::new(year, month, day),
        When::Easter(days) => Some(super::easter(year)? + days),
        When::Once(day) => (day.ymd().0 == year).then_some(day),
    }
}

/// Region, name and when, as written.
fn entries(text: &str) -> Vec<(String, String, String)> {
    let mut entries = Vec::new();
    let Ok(parsed) = DeTable::parse(text) else { return entries };
    for (region, holidays) in parsed.get_ref() {
        for (name, days) in holidays.get_ref().as_table().into_iter().flatten() {
            let days = days.get_ref().as_array().into_iter().flatten();
            let written = days.filter_map(|day| match day.get_ref() {
                DeValue::String(text) => Some(text.to_string()),
                _ => None,
            });
            let (region, name) = (region.get_ref(), name.get_ref());
            entries.extend(written.map(|when| (region.to_string(), name.to_string(), when)));
        }
    }
    entries
}

/// `02-28`, `easter-3`, `2026-11-02`.
fn parse(when: &str) -> Option<When> {
    if let Some(days) = when.strip_prefix("easter") {
        return Some(When::Easter(days.parse().ok()?));
    }
    if let Some(day) = Day::parse_iso(when.as_bytes()) {
        return Some(When::Once(day));
    }
    let (month, day) = when.split_once('-')?;
    Some(When::Fixed(month.parse().ok()?, day.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_files_is_understood() {
        for text in FILES {
            let lines = text.lines().filter(|line| line.starts_with('"'));
            let names: Vec<String> = entries(text).into_iter().map(|(_, name, _)| name).collect();
            for line in lines {
                let name = line.split('"').nth(1).unwrap();
                assert!(names.iter().any(|known| known == name), "{line}");
            }
            for (region, name, when) in entries(text) {
                assert!(
                    parse(&when).is_some_and(
                        |when| day(when, 2028).is_some() || matches!(when, When::Once(_))
                    ),
                    "{region} {name} {when}"
                );
            }
        }
    }
}
