//! Files of rates: a series and its rates, as in `crates/core/rates`.
//!
//! Reads the part of TOML these files need: names with texts, and `[[rate]]` before each rate.
//! Anything else is refused with its line.

use super::rate::{AnnualRate, Confidence, PublishedRate, Series};
use crate::date::Day;

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

/// Names with texts that stand together, and the line they begin on.
struct Block<'a> {
    line: usize,
    pairs: Vec<(&'a str, &'a str)>,
}

impl Block<'_> {
    fn optional(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
    }

    fn text(&self, name: &str) -> Result<&str, RateFileError> {
        self.optional(name).ok_or_else(|| self.refused(format!("{name} is missing")))
    }

    fn day(&self, name: &str) -> Result<Day, RateFileError> {
        self.text(name)?.parse().map_err(|error| self.refused(format!("{name}: {error}")))
    }

    fn refused(&self, what: String) -> RateFileError {
        RateFileError { line: self.line, what }
    }
}

impl RateFile {
    /// Reads a file.
    ///
    /// # Errors
    /// The first line that is not understood, or a rate that lacks something.
    pub fn parse(text: &str) -> Result<RateFile, RateFileError> {
        let (head, rest) = blocks(text)?;
        let series = Series {
            id: head.text("series")?.to_owned(),
            law: head.text("law")?.to_owned(),
            publisher: head.text("publisher")?.to_owned(),
        };
        let rates: Result<Vec<PublishedRate>, RateFileError> =
            rest.iter().map(|block| rate(&series.id, block)).collect();
        Ok(RateFile { rates: rates?, series })
    }
}

fn rate(series: &str, block: &Block<'_>) -> Result<PublishedRate, RateFileError> {
    let rate = AnnualRate::parse(block.text("percent")?);
    let confidence = Confidence::parse(block.text("confidence")?);
    let to = block.optional("to").map(|_| block.day("to")).transpose()?;
    let from = block.day("from")?;
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

/// The names before the first rate, and those of each rate.
fn blocks(text: &str) -> Result<(Block<'_>, Vec<Block<'_>>), RateFileError> {
    let mut head = Block { line: 1, pairs: Vec::new() };
    let mut rest: Vec<Block<'_>> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if line == "[[rate]]" {
            rest.push(Block { line: number, pairs: Vec::new() });
            continue;
        }
        let what = "name = \"text\" or [[rate]] is expected".to_owned();
        let pair = pair(line).ok_or(RateFileError { line: number, what })?;
        rest.last_mut().unwrap_or(&mut head).pairs.push(pair);
    }
    Ok((head, rest))
}

fn pair(line: &str) -> Option<(&str, &str)> {
    let (name, text) = line.split_once('=')?;
    let text = text.trim().strip_prefix('"')?.strip_suffix('"')?;
    (!text.contains(['"', '\\'])).then_some((name.trim(), text))
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
        assert_eq!(line(format!("{HEAD}{}to = \"2025-01-01\"", RATE)), 4);
        assert_eq!(line(HEAD.replace("law", "lore")), 1);
    }
}
