//! What a creditor lets its people agree to, kept as a setting.

use crate::App;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use puntual_core::access::{Deed, Role};
use puntual_core::agreement::{Level, Policy};
use puntual_store::{Tx, setting};
use serde::{Deserialize, Serialize};

/// Name of the setting, JSON.
const POLICY: &str = "agreement.policy";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    least_instalment_minor: i64,
    grace_days: i32,
    levels: Vec<WrittenLevel>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenLevel {
    role: String,
    most_instalments: u32,
    most_days: i32,
    most_discount_bps: u32,
    least_down_bps: u32,
    most_debt_minor: Option<i64>,
}

/// The creditor's policy as JSON.
pub fn policy(app: &App, ctx: &Ctx) -> Result<serde_json::Value, ServiceError> {
    ctx.require(Deed::ViewFigures)?;
    let policy = app.store.read(|tx| in_force(tx, ctx))?;
    let levels = policy.levels.iter().map(|level| WrittenLevel {
        role: level.role.as_str().to_owned(),
        most_instalments: level.most_instalments,
        most_days: level.most_days,
        most_discount_bps: level.most_discount_bps,
        least_down_bps: level.least_down_bps,
        most_debt_minor: level.most_debt_minor,
    });
    let written = Written {
        least_instalment_minor: policy.least_instalment_minor,
        grace_days: policy.grace_days,
        levels: levels.collect(),
    };
    serde_json::to_value(written).map_err(|error| ServiceError::Bug(error.to_string()))
}

/// Writes the creditor's policy, JSON as [`policy`] gives it; blank text brings the usual one back.
pub fn save_policy(app: &App, ctx: &Ctx, text: &str) -> Result<(), ServiceError> {
    ctx.require(Deed::ManageSettings)?;
    if !text.trim().is_empty() {
        parsed(text)?;
    }
    Ok(app.store.write(|tx| setting::set(tx, ctx.scope(), POLICY, text.trim()))?)
}

/// The policy in force inside a transaction that is open already.
pub(super) fn in_force(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Policy, ServiceError> {
    let stored = setting::get(tx, ctx.scope(), POLICY)?.filter(|text| !text.is_empty());
    Ok(stored.map(|text| parsed(&text)).transpose()?.unwrap_or_default())
}

fn parsed(text: &str) -> Result<Policy, ServiceError> {
    let refused = |what: String| ServiceError::invalid("policy", what);
    let written: Written =
        serde_json::from_str(text).map_err(|error| refused(error.to_string()))?;
    let mut levels = Vec::new();
    for level in written.levels {
        let role = Role::parse(&level.role);
        let role = role.ok_or_else(|| refused(format!("{:?} is no role", level.role)))?;
        levels.push(Level {
            role,
            most_instalments: level.most_instalments,
            most_days: level.most_days,
            most_discount_bps: level.most_discount_bps,
            least_down_bps: level.least_down_bps,
            most_debt_minor: level.most_debt_minor,
        });
    }
    if levels.is_empty() || !levels.is_sorted_by(|one, next| one.role < next.role) {
        return Err(refused("levels go from the least role to the greatest".to_owned()));
    }
    Ok(Policy {
        levels,
        least_instalment_minor: written.least_instalment_minor,
        grace_days: written.grace_days.max(0),
    })
}
