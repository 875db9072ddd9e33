//! The rules of contact there are, and which of them bind a contact: those of the debtor's country
//! and region that cover the person, or else the fallbacks.
//!
//! The built-in rules are the files of `rules/`. A workspace's own file may add rules, which can
//! only make things stricter because every binding rule must allow a contact, and may set aside
//! what is only our own policy. Nothing else: a law stays.

use super::rule::{Actor, CreditorKind, Rule};
use super::text::{Override, RuleFault, RuleProblem, read};
use crate::date::Day;
use crate::hours::{Channel, Person};
use std::sync::{Arc, LazyLock};

/// The built-in rule files, in the order in which their rules are named as reasons.
pub const FILES: [(&str, &str); 7] = [
    ("chile", include_str!("../../../rules/chile.toml")),
    ("colombia", include_str!("../../../rules/colombia.toml")),
    ("peru", include_str!("../../../rules/peru.toml")),
    ("mexico", include_str!("../../../rules/mexico.toml")),
    ("espana", include_str!("../../../rules/espana.toml")),
    ("argentina", include_str!("../../../rules/argentina.toml")),
    ("otros", include_str!("../../../rules/otros.toml")),
];

/// Rule for companies, and for whoever no rule of a country studied covers.
const BETWEEN_COMPANIES: &str = "B2B-DEFAULT";
/// Rule for consumers where no rule of the country sets hours.
const NOT_STUDIED: &str = "LATAM-DEFAULT";

/// Rules in the order in which they are named as reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleBook {
    rules: Vec<Rule>,
    /// How many of them are built in; the others are the workspace's own.
    built_in: usize,
    set_aside: Vec<Override>,
}

// Every file is read by a test; a program that passes it has all of them.
static STANDARD: LazyLock<Arc<RuleBook>> = LazyLock::new(|| {
    let files = FILES.iter().filter_map(|(_, text)| read(text).ok());
    let rules: Vec<Rule> = files.flat_map(|file| file.rules).map(|(_, rule)| rule).collect();
    Arc::new(RuleBook { built_in: rules.len(), rules, set_aside: Vec::new() })
});

/// The debtor, the contact and who makes it, as far as rules tell them apart.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The debtor's country, ISO 3166 alpha-2.
    pub country: &'a str,
    /// The debtor's region, ISO 3166-2. Where it is not known, rules of every region of the country
    /// bind.
    pub region: Option<&'a str>,
    /// What kind of person the debtor is.
    pub person: Person,
    /// Who contacts it.
    pub actor: Actor,
    /// To whom it owes.
    pub creditor_kind: CreditorKind,
    /// How it is contacted.
    pub channel: Channel,
}

impl RuleBook {
    /// The built-in rules, as known on 2026-11-21.
    pub fn standard() -> &'static Arc<RuleBook> {
        &STANDARD
    }

    /// The built-in rules with a workspace's own file.
    ///
    /// # Errors
    /// The first fault of the file, with its line: what is not understood, an id there is already,
    /// an override of what is law.
    pub fn with_own(text: &str) -> Result<RuleBook, RuleFault> {
        let mut book = RuleBook::clone(&STANDARD);
        let file = read(text)?;
        for (line, rule) in file.rules {
            let problem = if rule.fallback {
                let (key, accepted) = ("fallback".to_owned(), "false".to_owned());
                Some(RuleProblem::BadValue { key, accepted })
            } else {
                book.rule(&rule.id).map(|there| RuleProblem::Duplicate(there.id.clone()))
            };
            if let Some(problem) = problem {
                return Err(RuleFault { line, problem });
            }
            book.rules.push(rule);
        }
        for set_aside in file.overrides {
            let rule = set_aside.rule.clone();
            let problem = match book.rule(&rule) {
                None => Some(RuleProblem::UnknownRule(rule)),
                Some(found) if !found.overridable => Some(RuleProblem::NotOverridable(rule)),
                Some(_) => None,
            };
            if let Some(problem) = problem {
                return Err(RuleFault { line: set_aside.line, problem });
            }
            book.set_aside.push(set_aside);
        }
        Ok(book)
    }

    /// All rules.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule with that id.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    /// Why a rule of ours was set aside for the whole workspace, if it was.
    pub fn set_aside(&self, id: &str) -> Option<&Override> {
        self.set_aside.iter().find(|one| one.rule == id)
    }

    /// The rules that bind a contact on a day.
    pub(super) fn binding(&self, subject: &Subject<'_>, day: Day) -> Vec<&Rule> {
        let covers = |rule: &Rule| {
            rule.is_in_force(day)
                && rule.covers.contains(&subject.person)
                && rule.channels.contains(&subject.channel)
                && rule.actors.contains(&subject.actor)
                && rule.creditor_kinds.contains(&subject.creditor_kind)
        };
        let here = |rule: &Rule| {
            let region = rule.sub.as_deref().zip(subject.region);
            !rule.fallback
                && rule.country == subject.country
                && region.is_none_or(|(of_rule, of_debtor)| of_rule == of_debtor)
        };
        let (built_in, own) = self.rules.split_at(self.built_in.min(self.rules.len()));
        let mut binding: Vec<&Rule> = built_in.iter().filter(|r| here(r) && covers(r)).collect();
        if binding.iter().all(|rule| rule.windows.is_empty()) {
            binding.extend(self.rule(self.fallback(subject)));
        }
        binding.extend(own.iter().filter(|rule| here(rule) && covers(rule)));
        binding.retain(|rule| self.set_aside(&rule.id).is_none());
        binding
    }

    /// What binds where no rule of the country sets hours for the person: the policy between
    /// companies for firms and for traders of a country that was studied, prudence for the others.
    fn fallback(&self, subject: &Subject<'_>) -> &'static str {
        let studied = self.rules.iter().take(self.built_in);
        let studied = studied.into_iter().any(|rule| rule.country == subject.country);
        match subject.person {
            Person::Company | Person::PublicBody => BETWEEN_COMPANIES,
            Person::Consumer => NOT_STUDIED,
            Person::SoleTrader | Person::MicroSmallCompany if studied => BETWEEN_COMPANIES,
            Person::SoleTrader | Person::MicroSmallCompany => NOT_STUDIED,
        }
    }
}
