//! Files of rates: a series and its rates, TOML as in `crates/core/rates`.
//!
//! Decides what such a file must say; whatever it lacks or has beyond is refused with its line.

use super::rate::{AnnualRate, Confidence, PublishedRate, Series};
use crate::date::Day;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A series with its rates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateFile {
    /// What it is.
    pub series: Series,
    /// The rates, in the order of the file.
    pub rates: Vec<PublishedRate>,
}

/// What is wrong with a file of rates.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct RateFileError {
    /// Line, from 1.
    pub line: usize,
    /// What was met and what is expected.
    pub what: String,
}

/// A table of the file, with the text it was read from.
struct Block<'t> {
    text: &'t str,
    table: &'t DeTable<'t>,
    start: usize,
}

impl Block<'_> {
    fn optional(&self, name: &str) -> Result<Option<&str>, RateFileError> {
        match self.table.get(name).map(Spanned::get_ref) {
            None => Ok(None),
            Some(DeValue::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.refused(format!("{name} is written as text, in quotes"))),
        }
    }

    fn text(&self, name: &str) -> Result<&str, RateFileError> {
        self.optional(name)?.ok_or_else(|| self.refused(format!("{name} is missing")))
    }

    fn day(&self, name: &str) -> Result<Day, RateFileError> {
        self.text(name)?.parse().map_err(|error| self.refused(format!("{name}: {error}")))
    }

    fn knows_only(&self, names: &[&str]) -> Result<(), RateFileError> {
        let unknown = self.table.keys().find(|name| !names.contains(&name.get_ref().as_ref()));
        match unknown {
            None => Ok(()),
            Some(name) => {
                let what = format!("{:?} is none of {}", name.get_ref(), names.join(", "));
                Err(RateFileError { line: line_of(self.text, name.span().start), what })
            }
        }
    }

    fn refused(&self, what: String) -> RateFileError {
        RateFileError { line: line_of(self.text, self.start), what }
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes()[..at.min(text.len())].iter().filter(|byte| **byte == b'\n').count() + 1
}

const HEAD_NAMES: [&str; 4] = ["series", "law", "publisher", "rate"];
const RATE_NAMES: [&str; 6] = ["from", "to", "percent", "source", "verified_on", "confidence"];

impl RateFile {
    /// Reads a file.
    ///
    /// # Errors
    /// The first thing that is not understood, or a rate that lacks something.
    pub fn parse(text: &str) -> Result<RateFile, RateFileError> {
        let parsed = DeTable::parse(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            RateFileError { line: line_of(text, at), what: error.message().to_owned() }
        })?;
        let head = Block { text, table: parsed.get_ref(), start: 0 };
        head.knows_only(&HEAD_NAMES)?;
        let series = Series {
            id: head.text("series")?.to_owned(),
            law: head.text("law")?.to_owned(),
            publisher: head.text("publisher")?.to_owned(),
        };
        let mut rates = Vec::new();
        if let Some(list) = head.table.get("rate") {
            let unlike = || head.refused("each rate begins with [[rate]]".to_owned());
            for one in list.get_ref().as_array().ok_or_else(unlike)?.iter() {
                let table = one.get_ref().as_table().ok_or_else(unlike)?;
                let block = Block { text, table, start: one.span().start };
                rates.push(rate(&series.id, &block)?);
            }
        }
        Ok(RateFile { series, rates })
    }
}

fn rate(series: &str, block: &Block<'_>) -> Result<PublishedRate, RateFileError> {
    block.knows_only(&RATE_NAMES)?;
    let rate = AnnualRate::parse(block.text("percent")?);
    let confidence = Confidence::parse(block.text("confidence")?);
    let from = block.day("from")?;
    let to = block.optional("to")?.map(|_| block.day("to")).transpose()?;
    if to.is_some_and(|to| to < from) {
        return Err(block.refused("to is before from".to_owned()));
    }
    Ok(PublishedRate {
        series: series.to_owned(),
        from,
        to,
        rate: rate.map_err(|error| block.refused(error.to_string()))?,
        source: block.text("source")?.to_owned(),
        verified_on: block.day("verified_on")?,
        confidence: confidence
            .ok_or_else(|| block.refused("confidence is H, M or L".to_owned()))?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "series = \"x\"\nlaw = \"l\"\npublisher = \"p\"\n";
    const RATE: &str = "[[rate]]\nfrom = \"2026-01-01\"\npercent = \"10.15\"\nsource = \"s\"\n\
                        verified_on = \"2026-11-01\"\nconfidence = \"M\"\n";

    #[test]
    fn a_file_is_a_series_and_its_rates() {
        let file = RateFile::parse(&format!("# who\n{HEAD}\n{RATE}")).unwrap();
        assert_eq!((file.series.id.as_str(), file.rates.len()), ("x", 1));
        assert_eq!((file.rates[0].rate.ppm, file.rates[0].to), (101_500, None));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let line = |text: String| RateFile::parse(&text).unwrap_err().line;
        assert_eq!(line(format!("{HEAD}nonsense")), 4);
        assert_eq!(line(format!("{HEAD}{}", RATE.replace("10.15", "10,15"))), 4);
        assert_eq!(line(format!("{HEAD}{}", RATE.replace("\"M\"", "\"sure\""))), 4);
        assert_eq!(line(format!("{HEAD}{RATE}to = \"2025-01-01\"")), 4);
        assert_eq!(line(HEAD.replace("law", "lore")), 2);
        assert_eq!(line(HEAD.replace("law = \"l\"", "")), 1);
    }
}
