//! Which strategy, and which version of it, a customer's day is planned with.
//!
//! Decides: what was given to the customer alone comes first, then the first assignment whose
//! criteria hold, else the standard strategy. A running case (something open has a step recorded)
//! finishes the version it began with, unless that version's cases were migrated. It refuses to
//! plan: see [`crate::day`].

use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::facts::Case;
use puntual_core::date::Day;
use puntual_core::id::CustomerId;
use puntual_core::strategy::condition::{About, Conditions};
use puntual_core::strategy::standard::{STANDARD_ID, standard};
use puntual_core::strategy::templates::SHIPPED;
use puntual_core::strategy::text::{self, Problem};
use puntual_core::strategy::{Needs, Strategy};
use puntual_store::Tx;
use puntual_store::strategy::{self, Version};
use std::collections::BTreeMap;

/// Identity and version of a strategy as kept with what it planned: `S2.1`.
pub(crate) fn version_of(strategy: &Strategy) -> String {
    format!("{}.{}", strategy.id, strategy.version)
}

/// The strategies in force at a moment.
#[derive(Clone, Debug)]
pub(crate) struct InForce {
    given: Vec<Given>,
    /// Versions that were published, by code, the oldest first.
    versions: BTreeMap<String, Vec<Published>>,
    standard: Strategy,
    /// Code whose running cases do not finish the version they began: it is being tried out.
    tried: Option<String>,
}

/// An assignment in force.
#[derive(Clone, Debug)]
struct Given {
    code: String,
    customer: Option<CustomerId>,
    criteria: Conditions,
}

#[derive(Clone, Debug)]
struct Published {
    strategy: Strategy,
    /// Whether its running cases go on with the latest version.
    is_migrated: bool,
}

impl InForce {
    /// Reads what is in force now.
    pub(crate) fn load(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<InForce, ServiceError> {
        let mut given = Vec::new();
        for row in strategy::assignments(tx, ctx.scope())? {
            let criteria = text::read_conditions(&row.criteria)
                .map_err(|problems| unreadable(&format!("{} {}", row.code, row.id), &problems))?;
            given.push(Given { code: row.code, customer: row.customer, criteria });
        }
        let mut versions: BTreeMap<String, Vec<Published>> = BTreeMap::new();
        let wanted = |code: &str| {
            code == STANDARD_ID || given.iter().any(|given: &Given| given.code == code)
        };
        for shipped in SHIPPED.iter().filter(|shipped| wanted(shipped.id)) {
            let strategy = match shipped.id {
                STANDARD_ID => standard(),
                code => parsed(code, 1, shipped.text)?,
            };
            let first = Published { strategy, is_migrated: false };
            versions.entry(shipped.id.to_owned()).or_default().push(first);
        }
        for row in strategy::versions(tx, ctx.scope())? {
            if row.state == "draft" || !wanted(&row.code) {
                continue;
            }
            let published =
                Published { strategy: of_row(&row)?, is_migrated: row.migrated_at.is_some() };
            let of_code = versions.entry(row.code.clone()).or_default();
            of_code.retain(|one| one.strategy.version != published.strategy.version);
            of_code.push(published);
        }
        let mut in_force = InForce { given, versions, standard: standard(), tried: None };
        in_force.standard = in_force.latest(STANDARD_ID).cloned().unwrap_or_else(standard);
        Ok(in_force)
    }

    /// The same with a strategy tried out: in the place of the one of its code, or where nobody has
    /// that one, for everybody.
    pub(crate) fn trying(mut self, strategy: Strategy) -> InForce {
        let code = strategy.id.clone();
        let is_given = self.given.iter().any(|given| given.code == code);
        let tried = vec![Published { strategy: strategy.clone(), is_migrated: false }];
        self.versions.insert(code.clone(), tried);
        if code == STANDARD_ID {
            self.standard = strategy;
        } else if !is_given {
            self.given.clear();
            self.standard = strategy;
        }
        self.tried = Some(code);
        self
    }

    /// What planning with them asks for.
    pub(crate) fn needs(&self) -> Needs {
        let mut needs = self.standard.needs();
        for published in self.versions.values().flatten() {
            needs = needs.and(published.strategy.needs());
        }
        self.given.iter().for_each(|given| needs.add(&given.criteria));
        needs
    }

    fn latest(&self, code: &str) -> Option<&Strategy> {
        self.versions.get(code)?.last().map(|published| &published.strategy)
    }

    /// The strategy of a customer's day.
    pub(crate) fn of(&self, case: &Case, today: Day) -> &Strategy {
        let about = About { facts: &case.facts, receivable: None, today };
        let mut given = self.given.iter().filter(|given| match given.customer {
            Some(customer) => customer == case.facts.customer,
            None => given.criteria.unmet(about).is_none(),
        });
        // An assignment to a strategy that has no published version gives nobody anything.
        let latest = given.find_map(|given| self.latest(&given.code)).unwrap_or(&self.standard);
        self.running(case, latest).unwrap_or(latest)
    }

    /// The older version a running case goes on with.
    fn running(&self, case: &Case, latest: &Strategy) -> Option<&Strategy> {
        if self.tried.as_ref() == Some(&latest.id) {
            return None;
        }
        let (code, version) = case.running.as_deref()?.rsplit_once('.')?;
        let version: u32 = version.parse().ok()?;
        if code != latest.id || version == latest.version {
            return None;
        }
        let mut published = self.versions.get(code)?.iter();
        let began = published.find(|published| published.strategy.version == version)?;
        (!began.is_migrated).then_some(&began.strategy)
    }
}

/// The strategy of that version (`S2.1`), whether in force or not.
pub(crate) fn of_version(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    version: &str,
) -> Result<Option<Strategy>, ServiceError> {
    let Some((code, number)) = version.rsplit_once('.') else { return Ok(None) };
    let Ok(number) = number.parse::<i64>() else { return Ok(None) };
    let built_in = standard();
    if code == built_in.id && number == i64::from(built_in.version) {
        return Ok(Some(built_in));
    }
    if let Some(row) = strategy::version(tx, ctx.scope(), code, number)? {
        return of_row(&row).map(Some);
    }
    let shipped = SHIPPED.iter().find(|shipped| shipped.id == code && number == 1);
    shipped.map(|shipped| parsed(code, 1, shipped.text)).transpose()
}

fn of_row(row: &Version) -> Result<Strategy, ServiceError> {
    let version = u32::try_from(row.version)
        .map_err(|_| ServiceError::Bug(format!("{} is no version", row.version)))?;
    parsed(&row.code, version, &row.text)
}

fn parsed(code: &str, version: u32, text: &str) -> Result<Strategy, ServiceError> {
    let written = text::read(text).map_err(|p| unreadable(&format!("{code}.{version}"), &p))?;
    Ok(Strategy { id: code.to_owned(), version, ..written.strategy })
}

/// A text that was accepted and is not understood any more: only another version of the program
/// can have written it.
fn unreadable(what: &str, problems: &[Problem]) -> ServiceError {
    let first = problems.first().map(ToString::to_string).unwrap_or_default();
    ServiceError::Unavailable(format!(
        "la estrategia {what} no se entiende; ¿la escribió una versión más nueva de puntual? {first}"
    ))
}
