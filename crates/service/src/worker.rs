//! The worker: runs each creditor's day once its morning has come, and sends what is due.
//!
//! Several workers may tick at once on one database: pages of a day and messages each belong to
//! one of them at a time, and what a worker that was killed held is taken up by the next.

use crate::App;
use crate::channels::{EmailChannel, EmailSettings};
use crate::clock;
use crate::creditors;
use crate::ctx::Ctx;
use crate::day::{self, DayCounts};
use crate::dispatch::{self, Report};
use crate::error::ServiceError;
use crate::smtp_settings;
use puntual_core::access::{Deed, Role};
use puntual_store::Scope;
use puntual_store::setting;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Name of the setting with the hour of the creditor's day from which its day is run, 0–23.
pub const MORNING_HOUR: &str = "morning_hour";

/// The hour when nothing else is set: before anybody may be contacted anywhere.
pub const DEFAULT_MORNING_HOUR: u32 = 6;

/// Messages per creditor and tick, so that no creditor keeps the others waiting.
const MESSAGES_PER_TICK: usize = 500;

/// How long a resting worker is deaf to the wish to stop.
const NAP: Duration = Duration::from_millis(200);

/// A wish to stop, shared between a worker and whoever asks it to: the message in hand is finished,
/// no other is begun.
#[derive(Debug, Default)]
pub struct StopFlag(AtomicBool);

impl StopFlag {
    /// Asks to stop.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether somebody asked.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// What a tick did for one creditor.
#[derive(Debug)]
pub struct Ticked {
    /// The creditor's code.
    pub creditor: String,
    /// What its day came to, when it was run now.
    pub day: Option<DayCounts>,
    /// What was sent.
    pub dispatch: Report,
    /// What went wrong; the other creditors go on.
    pub error: Option<ServiceError>,
}

/// A worker's memory between ticks: the channels, with their connections.
#[derive(Default)]
pub struct Worker {
    channels: HashMap<Scope, (EmailSettings, EmailChannel)>,
}

impl Worker {
    /// Does what is due for every creditor and returns. Errors of one creditor are told in its
    /// result and do not keep the others.
    ///
    /// # Errors
    /// When the creditors cannot be read.
    pub fn tick(&mut self, app: &App, stop: &StopFlag) -> Result<Vec<Ticked>, ServiceError> {
        let mut ticked = Vec::new();
        for creditor in creditors::list(app)? {
            if stop.is_set() {
                break;
            }
            let ctx = Ctx::new(app, creditor, "worker", Role::Supervisor);
            let code = ctx.creditor.code.clone();
            let mut result =
                Ticked { creditor: code, day: None, dispatch: Report::default(), error: None };
            if let Err(error) = self.tick_creditor(app, &ctx, stop, &mut result) {
                tracing::error!(creditor = %result.creditor, %error, "the worker's turn failed");
                result.error = Some(error);
            }
            ticked.push(result);
        }
        Ok(ticked)
    }

    fn tick_creditor(
        &mut self,
        app: &App,
        ctx: &Ctx,
        stop: &StopFlag,
        result: &mut Ticked,
    ) -> Result<(), ServiceError> {
        if is_morning(app, ctx)? && !day::is_current(app, ctx, ctx.today)? {
            result.day = Some(day::run(app, ctx, ctx.today)?);
        }
        let channel = self.channel(app, ctx)?;
        let go_on = || !stop.is_set();
        result.dispatch = dispatch::dispatch_while(app, ctx, channel, MESSAGES_PER_TICK, go_on)?;
        Ok(())
    }

    /// The creditor's channel, made anew when its settings have changed.
    fn channel(&mut self, app: &App, ctx: &Ctx) -> Result<Option<&EmailChannel>, ServiceError> {
        let scope = ctx.scope();
        let stored = smtp_settings::stored(app, ctx)?;
        let Some(settings) = stored else {
            self.channels.remove(&scope);
            return Ok(None);
        };
        let same = self.channels.get(&scope).is_some_and(|(kept, _)| *kept == settings);
        if !same {
            let channel = smtp_settings::channel_of(settings.clone())?;
            self.channels.insert(scope, (settings, channel));
        }
        Ok(self.channels.get(&scope).map(|(_, channel)| channel))
    }
}

/// Ticks until asked to stop, resting `rest` after each turn. A turn that fails is told in the log
/// and followed by the next: the storage may be away for a while.
pub fn run(app: &App, stop: &StopFlag, rest: Duration) {
    let mut worker = Worker::default();
    while !stop.is_set() {
        if let Err(error) = worker.tick(app, stop) {
            tracing::error!(%error, "the worker's turn failed");
        }
        let mut left = rest;
        while !left.is_zero() && !stop.is_set() {
            let nap = left.min(NAP);
            std::thread::sleep(nap);
            left -= nap;
        }
    }
}

/// Whether the creditor's day has come far enough to be run.
fn is_morning(app: &App, ctx: &Ctx) -> Result<bool, ServiceError> {
    let hour = morning_hour(app, ctx)?;
    let (_, minute) = clock::civil_in_zone(ctx.now_ms, &ctx.creditor.time_zone);
    Ok(minute >= hour * 60)
}

/// The hour of the creditor's day from which its day is run.
pub fn morning_hour(app: &App, ctx: &Ctx) -> Result<u32, ServiceError> {
    let stored = app.store.read(|tx| setting::get(tx, ctx.scope(), MORNING_HOUR))?;
    let hour = stored.and_then(|text| text.parse().ok()).filter(|hour| *hour < 24);
    Ok(hour.unwrap_or(DEFAULT_MORNING_HOUR))
}

/// Sets the hour of the creditor's day from which its day is run, 0–23.
pub fn set_morning_hour(app: &App, ctx: &Ctx, hour: u32) -> Result<(), ServiceError> {
    ctx.require(Deed::ManageSettings)?;
    if hour > 23 {
        return Err(ServiceError::invalid("morning_hour", "not_an_hour"));
    }
    app.store.write(|tx| Ok(setting::set(tx, ctx.scope(), MORNING_HOUR, &hour.to_string())?))
}
