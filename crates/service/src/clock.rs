//! The only reader of the operating system's clock.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use puntual_core::date::Day;

/// Where the time comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The operating system.
    System,
    /// Standing still at an instant, in milliseconds since the Unix epoch: tests and replays.
    Fixed(i64),
}

impl Clock {
    /// Milliseconds since the Unix epoch.
    #[allow(clippy::disallowed_methods, reason = "this is where the clock is read, once")]
    pub fn now_ms(self) -> i64 {
        match self {
            Clock::System => Timestamp::now().as_millisecond(),
            Clock::Fixed(ms) => ms,
        }
    }
}

/// The civil day an instant falls on in a zone; in UTC when the zone is not known.
pub fn day_in_zone(now_ms: i64, zone: &str) -> Day {
    let (day, _) = civil_in_zone(now_ms, zone);
    day
}

/// The civil day and the minute of that day an instant falls on in a zone.
pub fn civil_in_zone(now_ms: i64, zone: &str) -> (Day, u32) {
    let instant = Timestamp::from_millisecond(now_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    let local = instant.to_zoned(TimeZone::get(zone).unwrap_or(TimeZone::UTC));
    let date = local.date();
    let day = Day::new(date.year().into(), date.month() as u32, date.day() as u32);
    (day.unwrap_or_default(), local.hour() as u32 * 60 + local.minute() as u32)
}

/// The instant of a minute of a civil day in a zone. A minute the zone skips (daylight saving)
/// becomes the first one after the gap.
pub fn instant_of(day: Day, minute: u32, zone: &str) -> i64 {
    let (year, month, of_month) = day.ymd();
    let time_zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    jiff::civil::Date::new(year as i16, month as i8, of_month as i8)
        .map(|date| date.at((minute / 60) as i8, (minute % 60) as i8, 0, 0))
        .and_then(|time| time.to_zoned(time_zone))
        .map(|zoned| zoned.timestamp().as_millisecond())
        .unwrap_or(i64::from(day.0) * 86_400_000 + i64::from(minute) * 60_000)
}

/// Whether a zone of this name exists.
pub fn is_zone(name: &str) -> bool {
    TimeZone::get(name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_begin_in_the_creditors_zone() {
        let instant = instant_of("2026-11-21".parse().unwrap(), 23 * 60, "America/Santiago");
        assert_eq!(day_in_zone(instant, "America/Santiago").to_string(), "2026-11-21");
        assert_eq!(day_in_zone(instant, "Europe/Madrid").to_string(), "2026-11-22");
        assert_eq!(civil_in_zone(instant, "America/Santiago").1, 23 * 60);
    }

    #[test]
    fn an_hour_that_does_not_exist_becomes_the_next() {
        // Chile moved its clocks from 24:00 to 01:00 in the night before 6 September 2026.
        let instant = instant_of("2026-09-06".parse().unwrap(), 30, "America/Santiago");
        assert_eq!(civil_in_zone(instant, "America/Santiago"), ("2026-09-06".parse().unwrap(), 90));
    }
}
