//! The ageing buckets a creditor's debt is shown in everywhere: by due date, their bounds kept as
//! data.
//!
//! Decides what bounds are taken. What falls into which bucket is the core's.

use crate::App;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use puntual_core::access::Deed;
use puntual_core::aging::BucketSet;
use puntual_store::{Tx, setting};

/// Name of the setting with the upper bounds in days, as `30,60,90,120`.
const BUCKETS: &str = "buckets";

/// The creditor's buckets.
pub fn of(app: &App, ctx: &Ctx) -> Result<BucketSet, ServiceError> {
    app.store.read(|tx| in_force(tx, ctx))
}

/// The same inside a transaction that is open already.
pub(crate) fn in_force(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<BucketSet, ServiceError> {
    let stored = setting::get(tx, ctx.scope(), BUCKETS)?.filter(|text| !text.is_empty());
    Ok(stored.map(|text| parsed(&text)).transpose()?.unwrap_or_default())
}

/// The upper bounds of a set by due date, without that of what is not due.
pub fn bounds(set: &BucketSet) -> &[i32] {
    set.bounds().get(1..).unwrap_or_default()
}

/// Changes the bounds: days in ascending order, with commas or blanks between them. Blank text
/// brings the usual buckets back.
///
/// # Errors
/// `Invalid` when they are no buckets.
pub fn save(app: &App, ctx: &Ctx, text: &str) -> Result<BucketSet, ServiceError> {
    ctx.require(Deed::ManageSettings)?;
    let wanted = match text.trim() {
        "" => BucketSet::default(),
        text => parsed(text)?,
    };
    let kept: Vec<String> = bounds(&wanted).iter().map(i32::to_string).collect();
    app.store.write(|tx| setting::set(tx, ctx.scope(), BUCKETS, &kept.join(",")))?;
    Ok(wanted)
}

fn parsed(text: &str) -> Result<BucketSet, ServiceError> {
    let refused = || ServiceError::invalid("buckets", "bad_buckets");
    let parts = text.split(|c: char| c.is_whitespace() || c == ',' || c == ';');
    let days: Result<Vec<i32>, _> = parts.filter(|part| !part.is_empty()).map(str::parse).collect();
    BucketSet::by_due(&days.map_err(|_| refused())?).map_err(|_| refused())
}
