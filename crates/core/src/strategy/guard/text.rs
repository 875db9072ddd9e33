//! Reads rule files: TOML, one `[[rule]]` per rule and, in a workspace's own files, one
//! `[[override]]` per policy of ours that is set aside. Every key and every word is checked; what is
//! not understood is refused with its line, and nothing of the file counts.
//!
//! It opens no file and knows no country; which rules a file may change is [`super::book`]'s.

use super::rule::{
    Actor, Cap, Confidence, CreditorKind, FORBIDDEN, REQUIRED_CONTENT, Rule, Spacing, Span,
};
use crate::date::{Day, Weekday};
use crate::hours::{Channel, Person, Window};
use std::fmt;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What is wrong with a rule file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFault {
    /// Line of the file, from 1.
    pub line: usize,
    /// What.
    pub problem: RuleProblem,
}

/// What may be wrong with a rule file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleProblem {
    /// It is not TOML; what the reader expected.
    NotToml(String),
    /// A key that no rule has.
    UnknownKey(String),
    /// A key without which a rule is none.
    Missing(&'static str),
    /// A value that is not understood.
    BadValue {
        /// Of which key.
        key: String,
        /// What would be.
        accepted: String,
    },
    /// An id that another rule has.
    Duplicate(String),
    /// An override of a rule there is not.
    UnknownRule(String),
    /// An override of a rule that is law and not our own policy.
    NotOverridable(String),
}

impl RuleProblem {
    /// Stable code, `snake_case`: what a screen's sentence is found by.
    pub fn code(&self) -> &'static str {
        match self {
            RuleProblem::NotToml(_) => "not_toml",
            RuleProblem::UnknownKey(_) => "unknown_key",
            RuleProblem::Missing(_) => "missing",
            RuleProblem::BadValue { .. } => "bad_value",
            RuleProblem::Duplicate(_) => "duplicate",
            RuleProblem::UnknownRule(_) => "unknown_rule",
            RuleProblem::NotOverridable(_) => "not_overridable",
        }
    }

    /// The key or rule it is about, and what would be accepted.
    pub fn fields(&self) -> (&str, &str) {
        match self {
            RuleProblem::NotToml(what) => (what, ""),
            RuleProblem::UnknownKey(key) => (key, ""),
            RuleProblem::Missing(key) => (key, ""),
            RuleProblem::BadValue { key, accepted } => (key, accepted),
            RuleProblem::Duplicate(id)
            | RuleProblem::UnknownRule(id)
            | RuleProblem::NotOverridable(id) => (id, ""),
        }
    }
}

impl fmt::Display for RuleFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: ", self.line)?;
        match &self.problem {
            RuleProblem::NotToml(what) => write!(f, "not TOML: {what}"),
            RuleProblem::UnknownKey(key) => write!(f, "no rule has the key {key:?}"),
            RuleProblem::Missing(key) => write!(f, "the key {key:?} is missing"),
            RuleProblem::BadValue { key, accepted } => write!(f, "{key:?} accepts {accepted}"),
            RuleProblem::Duplicate(id) => write!(f, "there is a rule {id:?} already"),
            RuleProblem::UnknownRule(id) => write!(f, "there is no rule {id:?}"),
            RuleProblem::NotOverridable(id) => {
                write!(f, "the rule {id:?} is law and cannot be overridden")
            }
        }
    }
}

/// A policy of ours that a workspace sets aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// The rule set aside.
    pub rule: String,
    /// Why, in the words of whoever answers for it.
    pub reason: String,
    /// Line of the file, from 1.
    pub line: usize,
}

/// What a rule file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleFile {
    /// Rules, each with its line.
    pub rules: Vec<(usize, Rule)>,
    /// Policies set aside.
    pub overrides: Vec<Override>,
}

/// Reads a rule file.
///
/// # Errors
/// The first fault, with its line.
pub fn read(text: &str) -> Result<RuleFile, RuleFault> {
    let parsed = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        fault_at(text, at, RuleProblem::NotToml(error.message().to_owned()))
    })?;
    let mut file = RuleFile::default();
    for (key, value) in parsed.get_ref() {
        let name = key.get_ref().as_ref();
        if !matches!(name, "rule" | "override") {
            let problem = RuleProblem::UnknownKey(name.to_owned());
            return Err(fault_at(text, key.span().start, problem));
        }
        let tables = Entry { text, key: name, value }.tables()?;
        for table in tables {
            match name {
                "rule" => file.rules.push((table.line(), rule(&table)?)),
                _ => file.overrides.push(set_aside(&table)?),
            }
        }
    }
    file.rules.sort_by_key(|(line, _)| *line);
    Ok(file)
}

fn fault_at(text: &str, at: usize, problem: RuleProblem) -> RuleFault {
    let before = text.as_bytes().iter().take(at);
    RuleFault { line: before.filter(|byte| **byte == b'\n').count() + 1, problem }
}

fn set_aside(table: &Table<'_, '_>) -> Result<Override, RuleFault> {
    table.only(&["rule", "reason"])?;
    Ok(Override {
        rule: table.required("rule")?.word()?,
        reason: table.required("reason")?.word()?,
        line: table.line(),
    })
}

/// Every key of a rule.
const KEYS: [&str; 25] = [
    "id",
    "country",
    "sub",
    "covers",
    "creditor_kind",
    "actors",
    "channels",
    "windows",
    "exclude_holidays",
    "caps",
    "spacing",
    "one_channel_per_week",
    "needs_authorised_channel",
    "required_content",
    "forbidden",
    "duties",
    "effective_from",
    "effective_to",
    "law",
    "article",
    "confidence",
    "verified_on",
    "overridable",
    "fallback",
    "note",
];

fn rule(table: &Table<'_, '_>) -> Result<Rule, RuleFault> {
    table.only(&KEYS)?;
    let fallback = table.flag("fallback")?;
    let country = match fallback {
        true => String::new(),
        false => table.required("country")?.country()?,
    };
    Ok(Rule {
        id: table.required("id")?.word()?,
        country,
        sub: table.get("sub").map(|entry| entry.word()).transpose()?,
        covers: table.required("covers")?.persons()?,
        creditor_kinds: table.words_of("creditor_kind", CreditorKind::parse, &CreditorKind::ALL)?,
        actors: table.words_of("actors", Actor::parse, &Actor::ALL)?,
        channels: table.get("channels").map_or(Ok(CONTACTS.to_vec()), |c| c.channels())?,
        windows: table.each("windows", window)?,
        exclude_holidays: table.flag("exclude_holidays")?,
        caps: table.each("caps", cap)?,
        spacing: table.each("spacing", spacing)?,
        one_channel_per_week: table.flag("one_channel_per_week")?,
        needs_authorised_channel: table.flag("needs_authorised_channel")?,
        required_content: table.known("required_content", &REQUIRED_CONTENT)?,
        forbidden: table.known("forbidden", &FORBIDDEN)?,
        duties: table.known("duties", &[])?,
        effective_from: table.get("effective_from").map(|entry| entry.day()).transpose()?,
        effective_to: table.get("effective_to").map(|entry| entry.day()).transpose()?,
        law: table.required("law")?.word()?,
        article: table.get("article").map_or(Ok(String::new()), |entry| entry.word())?,
        confidence: table.required("confidence")?.confidence()?,
        verified_on: table.required("verified_on")?.day()?,
        overridable: table.flag("overridable")?,
        fallback,
        note: table.get("note").map_or(Ok(String::new()), |entry| entry.word())?,
    })
}

/// The channels that reach a person.
const CONTACTS: [Channel; 6] = [
    Channel::Email,
    Channel::Sms,
    Channel::Whatsapp,
    Channel::Letter,
    Channel::Call,
    Channel::Visit,
];

fn window(table: &Table<'_, '_>) -> Result<Window, RuleFault> {
    table.only(&["days", "from", "to"])?;
    let (first, last) = table.required("days")?.weekdays()?;
    let (from, to) = (table.required("from")?.minute()?, table.required("to")?);
    let until = to.minute()?;
    if until <= from {
        return Err(to.bad("an hour after \"from\""));
    }
    Ok(Window { first, last, from, to: until })
}

fn cap(table: &Table<'_, '_>) -> Result<Cap, RuleFault> {
    table.only(&["channels", "max", "per", "count"])?;
    let per = table.required("per")?;
    let reached_only = match table.get("count") {
        None => false,
        Some(count) => match count.word()?.as_str() {
            "attempt" => false,
            "effective" => true,
            _ => return Err(count.bad("attempt, effective")),
        },
    };
    Ok(Cap {
        channels: table.required("channels")?.channels()?,
        max: usize::from(table.required("max")?.small()?),
        per: match per.word()?.as_str() {
            "day" => Span::Day,
            "week" => Span::Week,
            _ => return Err(per.bad("day, week")),
        },
        reached_only,
    })
}

fn spacing(table: &Table<'_, '_>) -> Result<Spacing, RuleFault> {
    table.only(&["channels", "min_days"])?;
    Ok(Spacing {
        channels: table.required("channels")?.channels()?,
        min_days: i32::from(table.required("min_days")?.small()?),
    })
}

/// A table with the file it stands in.
struct Table<'t, 'v> {
    text: &'t str,
    start: usize,
    table: &'v DeTable<'t>,
}

impl<'t, 'v> Table<'t, 'v> {
    fn line(&self) -> usize {
        fault_at(self.text, self.start, RuleProblem::Missing("")).line
    }

    fn only(&self, keys: &[&str]) -> Result<(), RuleFault> {
        let unknown = self.table.keys().find(|key| !keys.contains(&key.get_ref().as_ref()));
        unknown.map_or(Ok(()), |key| {
            let problem = RuleProblem::UnknownKey(key.get_ref().to_string());
            Err(fault_at(self.text, key.span().start, problem))
        })
    }

    fn get(&self, key: &'v str) -> Option<Entry<'t, 'v>> {
        let (_, value) = self.table.iter().find(|(name, _)| name.get_ref().as_ref() == key)?;
        Some(Entry { text: self.text, key, value })
    }

    fn required(&self, key: &'static str) -> Result<Entry<'t, 'v>, RuleFault> {
        let missing = || fault_at(self.text, self.start, RuleProblem::Missing(key));
        self.get(key).ok_or_else(missing)
    }

    /// False where the key is absent.
    fn flag(&self, key: &'v str) -> Result<bool, RuleFault> {
        let Some(entry) = self.get(key) else { return Ok(false) };
        entry.value.get_ref().as_bool().ok_or_else(|| entry.bad("true, false"))
    }

    /// The tables under a key, none where it is absent.
    fn each<T>(
        &self,
        key: &'v str,
        read: fn(&Table<'_, '_>) -> Result<T, RuleFault>,
    ) -> Result<Vec<T>, RuleFault> {
        let Some(entry) = self.get(key) else { return Ok(Vec::new()) };
        entry.tables()?.iter().map(read).collect()
    }

    /// The words under a key as values, all of them where it is absent.
    fn words_of<T: Copy>(
        &self,
        key: &'v str,
        parse: fn(&str) -> Option<T>,
        all: &[T],
    ) -> Result<Vec<T>, RuleFault> {
        let Some(entry) = self.get(key) else { return Ok(all.to_vec()) };
        let words = entry.words()?;
        let values: Option<Vec<T>> = words.iter().map(|word| parse(word)).collect();
        values.filter(|values| !values.is_empty()).ok_or_else(|| entry.bad(accepted_words(key)))
    }

    /// Words of a vocabulary, or any snake-case words where it is empty.
    fn known(&self, key: &'v str, vocabulary: &[&str]) -> Result<Vec<String>, RuleFault> {
        let Some(entry) = self.get(key) else { return Ok(Vec::new()) };
        let words = entry.words()?;
        let snake = |word: &str| {
            !word.is_empty()
                && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        let is_known = |word: &String| {
            snake(word) && (vocabulary.is_empty() || vocabulary.contains(&word.as_str()))
        };
        match words.iter().all(is_known) {
            true => Ok(words),
            false if vocabulary.is_empty() => Err(entry.bad("words in snake_case")),
            false => Err(entry.bad(&vocabulary.join(", "))),
        }
    }
}

fn accepted_words(key: &str) -> &'static str {
    match key {
        "actors" => "first_party, agency, assignee",
        _ => "financial, essential_services, large, other",
    }
}

/// A value with its key and the file it stands in.
struct Entry<'t, 'v> {
    text: &'t str,
    key: &'v str,
    value: &'v Spanned<DeValue<'t>>,
}

impl<'t, 'v> Entry<'t, 'v> {
    fn bad(&self, accepted: &str) -> RuleFault {
        let problem =
            RuleProblem::BadValue { key: self.key.to_owned(), accepted: accepted.to_owned() };
        fault_at(self.text, self.value.span().start, problem)
    }

    fn tables(&self) -> Result<Vec<Table<'t, 'v>>, RuleFault> {
        let bad = || self.bad("a list of tables");
        let items = self.value.get_ref().as_array().ok_or_else(bad)?;
        let table = |item: &'v Spanned<DeValue<'t>>| {
            let table = item.get_ref().as_table().ok_or_else(bad)?;
            Ok(Table { text: self.text, start: item.span().start, table })
        };
        items.iter().map(table).collect()
    }

    /// Text that says something.
    fn word(&self) -> Result<String, RuleFault> {
        let text = self.value.get_ref().as_str().map(str::trim).filter(|text| !text.is_empty());
        text.map(str::to_owned).ok_or_else(|| self.bad("text that says something"))
    }

    fn words(&self) -> Result<Vec<String>, RuleFault> {
        let bad = || self.bad("a list of words");
        let items = self.value.get_ref().as_array().ok_or_else(bad)?;
        items.iter().map(|i| i.get_ref().as_str().map(str::to_owned).ok_or_else(bad)).collect()
    }

    /// Two capital letters.
    fn country(&self) -> Result<String, RuleFault> {
        let code = self.word()?;
        match code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase()) {
            true => Ok(code),
            false => Err(self.bad("a country as two capital letters")),
        }
    }

    fn persons(&self) -> Result<Vec<Person>, RuleFault> {
        let words = self.words()?;
        if words == ["any_debtor"] {
            return Ok(Person::ALL.to_vec());
        }
        let persons: Option<Vec<Person>> = words.iter().map(|word| Person::parse(word)).collect();
        persons.filter(|persons| !persons.is_empty()).ok_or_else(|| {
            self.bad(
                "any_debtor alone, or: consumer, sole_trader, micro_small_company, company, \
                 public_body",
            )
        })
    }

    /// `"any"`, or a list of channels that reach a person.
    fn channels(&self) -> Result<Vec<Channel>, RuleFault> {
        if self.value.get_ref().as_str() == Some("any") {
            return Ok(CONTACTS.to_vec());
        }
        let parse = |word: &String| Channel::parse(word).filter(|channel| channel.is_contact());
        let accepted = "\"any\", or a list of: email, sms, whatsapp, letter, call, visit";
        let bad = || self.bad(accepted);
        let channels: Option<Vec<Channel>> =
            self.words().map_err(|_| bad())?.iter().map(parse).collect();
        channels.filter(|channels| !channels.is_empty()).ok_or_else(bad)
    }

    fn confidence(&self) -> Result<Confidence, RuleFault> {
        let all = [Confidence::High, Confidence::Medium, Confidence::Low];
        let word = self.word()?;
        let found = all.into_iter().find(|confidence| confidence.as_str() == word);
        found.ok_or_else(|| self.bad("high, medium, low"))
    }

    /// A date of TOML, or one in quotes.
    fn day(&self) -> Result<Day, RuleFault> {
        let written = match self.value.get_ref() {
            DeValue::Datetime(date) => date.to_string(),
            DeValue::String(text) => text.to_string(),
            _ => String::new(),
        };
        Day::parse_iso(written.as_bytes()).ok_or_else(|| self.bad("a date as 2026-12-28"))
    }

    /// A whole number from 1 to 366: contacts, days.
    fn small(&self) -> Result<u16, RuleFault> {
        let number = self.value.get_ref().as_integer();
        let number = number.filter(|n| n.radix() == 10).and_then(|n| n.as_str().parse().ok());
        number
            .filter(|number| (1..=366).contains(number))
            .ok_or_else(|| self.bad("a whole number from 1 to 366"))
    }

    /// Minutes since midnight of `HH:MM`, to `24:00`.
    fn minute(&self) -> Result<u16, RuleFault> {
        let minute = || {
            let (hours, minutes) = self.value.get_ref().as_str()?.split_once(':')?;
            let two = |part: &str| {
                let digits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
                digits.then(|| part.parse::<u16>().ok()).flatten()
            };
            let (hours, minutes) = (two(hours)?, two(minutes)?);
            let total = hours * 60 + minutes;
            (minutes < 60 && total <= 24 * 60).then_some(total)
        };
        minute().ok_or_else(|| self.bad("an hour as \"08:00\", to \"24:00\""))
    }

    /// `Mon`, or `Mon-Fri`.
    fn weekdays(&self) -> Result<(Weekday, Weekday), RuleFault> {
        let named = |name: &str| WEEKDAYS.iter().find(|(short, _)| *short == name).map(|(_, w)| *w);
        let both = || {
            let text = self.value.get_ref().as_str()?;
            let (first, last) = text.split_once('-').unwrap_or((text, text));
            let (first, last) = (named(first)?, named(last)?);
            ((first as u8) <= last as u8).then_some((first, last))
        };
        both().ok_or_else(|| self.bad("weekdays in their order, as \"Mon-Fri\" or \"Sat\""))
    }
}

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("Mon", Weekday::Monday),
    ("Tue", Weekday::Tuesday),
    ("Wed", Weekday::Wednesday),
    ("Thu", Weekday::Thursday),
    ("Fri", Weekday::Friday),
    ("Sat", Weekday::Saturday),
    ("Sun", Weekday::Sunday),
];
