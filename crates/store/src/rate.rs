//! Exchange rates by day.

use crate::error::StoreError;
use crate::{Scope, Tx, params};
use puntual_core::currency::Currency;
use puntual_core::date::Day;

/// A rate: smallest units of the creditor's currency, times 10 000, per one unit of `currency`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Currency priced.
    pub currency: Currency,
    /// Day it is for.
    pub on: Day,
    /// The price.
    pub base_minor_e4: i64,
}

/// Writes rates; a rate for the same day and currency replaces the one before. Returns how many
/// were new or different.
pub fn upsert(
    tx: &mut Tx<'_>,
    scope: Scope,
    rates: &[Rate],
    now_ms: i64,
) -> Result<u64, StoreError> {
    let mut changed = 0;
    for rate in rates {
        changed += tx.execute(
            "INSERT INTO exchange_rate \
             (workspace_id, creditor_id, currency, rate_on, base_minor_e4, recorded_at) \
             VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (workspace_id, creditor_id, currency, rate_on) \
             DO UPDATE SET base_minor_e4 = excluded.base_minor_e4, recorded_at = excluded.recorded_at \
             WHERE exchange_rate.base_minor_e4 <> excluded.base_minor_e4",
            &params![
                scope.workspace,
                scope.creditor,
                &rate.currency,
                rate.on,
                rate.base_minor_e4,
                now_ms
            ],
        )?;
    }
    Ok(changed)
}
