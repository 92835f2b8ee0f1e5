//! Reckoning with instants, dates and durations, and their parts. What leaves the calendar or the range of a duration
//! is `None`.

use jiff::SignedDuration;
use jiff::civil::{self, Date};

use super::{DateTimeOffset, Duration, PICOS_PER_SECOND, SECONDS_PER_DAY, TimeOfDay};

const PICOS_PER_NANO: u64 = 1_000;
const NANOS_PER_SECOND: i128 = 1_000_000_000;

/// Days since 1970-01-01.
fn day_number(date: Date) -> i64 {
    date.duration_since(civil::date(1970, 1, 1)).as_hours() / 24
}

fn date_of_day(days: i64) -> Option<Date> {
    civil::date(1970, 1, 1).checked_add(SignedDuration::from_hours(days.checked_mul(24)?)).ok()
}

impl DateTimeOffset {
    /// Midnight in UTC.
    pub fn midnight(date: Date) -> Self {
        Self { seconds: day_number(date) * SECONDS_PER_DAY, picos: 0, offset: 0 }
    }

    /// The earliest instant there is.
    pub fn earliest() -> Self {
        Self::midnight(Date::MIN)
    }

    /// The latest instant there is, in the precision in which instants are stored.
    pub fn latest() -> Self {
        let last = Self::midnight(Date::MAX);
        Self { seconds: last.seconds + SECONDS_PER_DAY - 1, picos: PICOS_PER_SECOND - super::PICOS_PER_TICK, offset: 0 }
    }

    /// Date and time of day at the offset it was written with.
    pub fn local(&self) -> Option<(Date, TimeOfDay)> {
        let seconds = self.seconds.checked_add(i64::from(self.offset) * 60)?;
        let date = date_of_day(seconds.div_euclid(SECONDS_PER_DAY))?;
        let second = u64::try_from(seconds.rem_euclid(SECONDS_PER_DAY)).ok()?;
        Some((date, TimeOfDay { picos: second * PICOS_PER_SECOND + self.picos }))
    }

    /// So much later, at the same offset.
    pub fn checked_add(&self, duration: Duration) -> Option<Self> {
        // The parts of a duration share their sign; here the fraction counts from the second below.
        let (mut whole, mut nanos) = (duration.0.as_secs(), i64::from(duration.0.subsec_nanos()));
        if nanos < 0 {
            whole = whole.checked_sub(1)?;
            nanos += 1_000_000_000;
        }
        let picos = self.picos + u64::try_from(nanos).ok()? * PICOS_PER_NANO;
        let carry = i64::try_from(picos / PICOS_PER_SECOND).ok()?;
        let seconds = self.seconds.checked_add(whole)?.checked_add(carry)?;
        let sum = Self { seconds, picos: picos % PICOS_PER_SECOND, offset: self.offset };
        sum.utc_date().map(|_| sum)
    }

    /// How much later than `earlier` it is; finer than a nanosecond cut off.
    pub fn since(&self, earlier: &Self) -> Option<Duration> {
        let picos = i128::from(self.seconds - earlier.seconds) * i128::from(PICOS_PER_SECOND) + i128::from(self.picos)
            - i128::from(earlier.picos);
        Duration::from_nanos(picos / i128::from(PICOS_PER_NANO))
    }
}

impl TimeOfDay {
    /// Hours, minutes, seconds.
    pub fn clock(self) -> (u64, u64, u64) {
        let seconds = self.picos / PICOS_PER_SECOND;
        (seconds / 3600, seconds / 60 % 60, seconds % 60)
    }

    /// Picoseconds within the second.
    pub fn fraction(self) -> u64 {
        self.picos % PICOS_PER_SECOND
    }
}

impl Duration {
    /// So many nanoseconds.
    pub fn from_nanos(nanos: i128) -> Option<Self> {
        let seconds = i64::try_from(nanos / NANOS_PER_SECOND).ok()?;
        let rest = i32::try_from(nanos % NANOS_PER_SECOND).ok()?;
        Some(Self(SignedDuration::new(seconds, rest)))
    }

    /// Its length in nanoseconds.
    pub fn nanos(self) -> i128 {
        self.0.as_nanos()
    }

    /// The difference of two dates.
    pub fn between(later: Date, earlier: Date) -> Self {
        Self(SignedDuration::from_hours((day_number(later) - day_number(earlier)) * 24))
    }

    /// The date so much after midnight of `date`: what is left of a day is dropped, so today minus a second is
    /// yesterday.
    pub fn after(self, date: Date) -> Option<Date> {
        let later = DateTimeOffset::midnight(date).checked_add(self)?;
        later.local().map(|(date, _)| date)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{DateTimeOffset, Duration, parse_date};

    fn instant(text: &str) -> DateTimeOffset {
        DateTimeOffset::parse(text).unwrap()
    }

    fn duration(text: &str) -> Duration {
        Duration::parse(text).unwrap()
    }

    #[test]
    fn an_instant_moves_by_a_duration_and_keeps_its_offset() {
        for (text, step, expect) in [
            ("2020-02-28T23:59:59.5Z", "PT0.5S", "2020-02-29T00:00:00Z"),
            ("2020-03-01T00:00:00Z", "-PT0.000000001S", "2020-02-29T23:59:59.999999999Z"),
            ("1969-12-31T23:59:59.75Z", "PT0.5S", "1970-01-01T00:00:00.25Z"),
        ] {
            let moved = instant(text).checked_add(duration(step)).unwrap();
            assert_eq!(moved.to_string(), expect);
            assert_eq!(moved.since(&instant(text)), Some(duration(step)));
        }
        assert_eq!(instant("2020-01-01T00:00+05:30").checked_add(duration("P1D")).unwrap().offset_minutes(), 330);
        assert!(DateTimeOffset::latest().checked_add(duration("PT1S")).is_none());
        assert!(DateTimeOffset::earliest().checked_add(duration("-PT1S")).is_none());
        assert_eq!(DateTimeOffset::latest().to_string(), "9999-12-31T23:59:59.9999999Z");
    }

    #[test]
    fn parts_are_those_of_the_offset_it_was_written_with() {
        let (date, time) = instant("2019-12-31T23:30:15.5-02:00").local().unwrap();
        assert_eq!((date.to_string(), time.clock()), ("2019-12-31".to_owned(), (23, 30, 15)));
        let (date, _) = instant("2019-12-31T23:30:15.5-02:00").truncated().local().unwrap();
        assert_eq!(date.to_string(), "2020-01-01");
    }

    #[test]
    fn a_date_less_a_second_is_yesterday() {
        let today = parse_date("2024-03-01").unwrap();
        for (step, expect) in [("-PT1S", "2024-02-29"), ("PT23H", "2024-03-01"), ("P1D", "2024-03-02")] {
            assert_eq!(duration(step).after(today).unwrap().to_string(), expect);
        }
        assert_eq!(Duration::between(today, parse_date("2023-03-01").unwrap()), duration("P366D"));
    }
}
