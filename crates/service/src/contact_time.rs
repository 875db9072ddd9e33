//! Between the debtor's clock and the world's: in which zones a moment of contact must suit, and
//! which instant that is. It refuses to know the rules of contact.
//!
//! Where the debtor's place is not known a moment must suit every zone of its country (domain
//! reference D1: unknown zone, intersection of the country's zones); where the country's zones are
//! not known, the creditor's.

use crate::clock;
use crate::ctx::Ctx;
use puntual_core::hours::Moment;
use puntual_core::place::{self, Place};

/// The zones a moment must suit for a debtor of a country, of whom the place may be known.
pub fn zones<'a>(ctx: &'a Ctx, country: &str, place: Option<Place>) -> Vec<&'a str> {
    match place::zones_of(country, place) {
        [] => vec![ctx.creditor.time_zone.as_str()],
        known => known.to_vec(),
    }
}

/// The instant from which the moment has come in every zone, milliseconds since the Unix epoch.
pub fn instant_everywhere(moment: Moment, zones: &[&str]) -> i64 {
    let instants =
        zones.iter().map(|zone| clock::instant_of(moment.day, u32::from(moment.minute), zone));
    instants.max().unwrap_or_default()
}

/// What the debtor's clock may show at an instant: one moment per zone, without repetition.
pub fn local_moments(now_ms: i64, zones: &[&str]) -> Vec<Moment> {
    let mut moments = Vec::with_capacity(zones.len());
    for zone in zones {
        let (day, minute) = clock::civil_in_zone(now_ms, zone);
        // A day has 1,440 minutes.
        let moment = Moment { day, minute: minute as u16 };
        if !moments.contains(&moment) {
            moments.push(moment);
        }
    }
    moments
}

#[cfg(test)]
mod tests {
    use super::*;
    use puntual_core::hours;

    #[test]
    fn a_moment_has_come_when_the_westernmost_clock_shows_it() {
        let day = "2026-11-23".parse().unwrap();
        let eight = Moment { day, minute: 8 * 60 };
        let zones = hours::zones("CL");
        let instant = instant_everywhere(eight, zones);
        assert_eq!(instant, clock::instant_of(day, 8 * 60, "Pacific/Easter"));
        assert!(local_moments(instant, zones).iter().all(|moment| *moment >= eight));
        assert!(local_moments(instant - 60_000, zones).iter().any(|moment| *moment < eight));
    }
}
