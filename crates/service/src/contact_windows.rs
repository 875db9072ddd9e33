//! From when a customer may be contacted through each channel, and which rule says so: what the
//! guard would answer now, for the screens.
//!
//! It decides nothing of its own: the same facts and the same function as when a message leaves.

use crate::App;
use crate::contact_time;
use crate::ctx::Ctx;
use crate::error::ServiceError;
use crate::strategies;
use puntual_core::access::Deed;
use puntual_core::calendar::Calendar;
use puntual_core::hours::{Channel, Moment};
use puntual_core::id::CustomerId;
pub use puntual_core::strategy::guard::Counter;
use puntual_core::strategy::guard::{self, ContactRequest, Decision, Purpose};

/// The channels shown, in this order.
const CHANNELS: [Channel; 5] =
    [Channel::Call, Channel::Email, Channel::Whatsapp, Channel::Sms, Channel::Letter];

/// When a contact to ask for payment is allowed through a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opening {
    /// Now.
    Now,
    /// From this moment of the debtor on.
    From(Moment),
    /// Not at all.
    Never,
}

/// A channel, and what the rules of contact say of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactWindow {
    /// How.
    pub channel: Channel,
    /// When.
    pub opening: Opening,
    /// The rule that says so; empty where nothing stands against it.
    pub rule: String,
    /// The text that rule rests on.
    pub law: String,
    /// How far the caps are used.
    pub counters: Vec<Counter>,
}

/// When a customer may be asked for payment, by channel, as of this moment.
pub fn of_customer(
    app: &App,
    ctx: &Ctx,
    customer: CustomerId,
) -> Result<Vec<ContactWindow>, ServiceError> {
    ctx.require(Deed::ViewCustomers)?;
    let (case, strategy) = app.store.read(|tx| strategies::case_of(app, tx, ctx, customer))?;
    let calendar = Calendar::of_place(&case.facts.country, case.facts.law.region.as_deref());
    let zones = contact_time::zones(ctx, &case.facts.country, case.place);
    let moments = contact_time::local_moments(ctx.now_ms, &zones);
    let keep_policies = strategy.keep_policies;
    let window = |channel: Channel| {
        let points = case.facts.contact_points.iter().filter(|p| p.channel == channel && p.usable);
        let point = points.clone().find(|point| !point.opted_out).or(points.clone().next());
        let asked = (channel, point);
        let request =
            ContactRequest::with(&case.facts, asked, Purpose::Collection, keep_policies, &calendar);
        let answers = moments.iter().map(|moment| guard::decide(&request, *moment));
        let (opening, rule) = match guard::strictest(answers) {
            Decision::Allow => (Opening::Now, String::new()),
            Decision::Defer { not_before, rule } => (Opening::From(not_before), rule),
            Decision::Deny { rule } => (Opening::Never, rule),
        };
        let law = case.facts.law.book.rule(&rule).map(|rule| rule.citation());
        let day = moments.first().map_or(ctx.today, |moment| moment.day);
        let counters = guard::counters(&request, day);
        ContactWindow { channel, opening, rule, law: law.unwrap_or_default(), counters }
    };
    Ok(CHANNELS.map(window).to_vec())
}
