//! Instants, times of day and durations as OData writes them (ABNF of OData 4.01, primitive literals), exact to the
//! twelfth fraction digit where the text has that many.
//!
//! Dates are [`jiff::civil::Date`]; calendar arithmetic is jiff's.

mod arithmetic;

use std::cmp::Ordering;
use std::fmt;

use jiff::SignedDuration;
use jiff::civil;

/// Ticks of 100 ns in a second: the precision in which instants are stored.
pub const TICKS_PER_SECOND: i64 = 10_000_000;
const PICOS_PER_SECOND: u64 = 1_000_000_000_000;
const PICOS_PER_TICK: u64 = PICOS_PER_SECOND / 10_000_000;
const SECONDS_PER_DAY: i64 = 86_400;

/// `Edm.DateTimeOffset`: an instant, and the offset it was written with.
///
/// Comparison is by instant alone.
#[derive(Debug, Clone, Copy)]
pub struct DateTimeOffset {
    /// Seconds since 1970-01-01T00:00:00Z.
    seconds: i64,
    /// Picoseconds within the second.
    picos: u64,
    /// Minutes east of UTC.
    offset: i16,
}

impl DateTimeOffset {
    /// Reads `2020-07-06T06:34:12.2294868Z` and its kin: any offset, one to twelve fraction digits, seconds optional.
    pub fn parse(text: &str) -> Option<Self> {
        let (date, rest) = text.split_once(['T', 't'])?;
        let date = parse_date(date)?;
        let zone = rest.find(['Z', 'z', '+', '-'])?;
        let (time, zone) = rest.split_at_checked(zone)?;
        let time = TimeOfDay::parse(time)?;
        let offset = parse_offset(zone)?;
        let days = date.duration_since(civil::date(1970, 1, 1)).as_hours() / 24;
        let local = days * SECONDS_PER_DAY + i64::try_from(time.picos / PICOS_PER_SECOND).ok()?;
        let instant = Self { seconds: local - i64::from(offset) * 60, picos: time.picos % PICOS_PER_SECOND, offset };
        // The offset may carry the first or last day of the calendar out of it.
        instant.utc_date().map(|_| instant)
    }

    /// The instant that many 100 ns ticks after 1970, in UTC.
    pub fn from_ticks(ticks: i64) -> Self {
        let rest = u64::try_from(ticks.rem_euclid(TICKS_PER_SECOND)).unwrap_or(0);
        Self { seconds: ticks.div_euclid(TICKS_PER_SECOND), picos: rest * PICOS_PER_TICK, offset: 0 }
    }

    /// 100 ns ticks since 1970, what is finer cut off.
    pub fn ticks(&self) -> i64 {
        let fraction = i64::try_from(self.picos / PICOS_PER_TICK).unwrap_or(0);
        self.seconds.saturating_mul(TICKS_PER_SECOND).saturating_add(fraction)
    }

    /// The same instant in UTC, cut to what is stored.
    pub fn truncated(&self) -> Self {
        Self::from_ticks(self.ticks())
    }

    /// Minutes east of UTC, as written.
    pub(crate) fn offset_minutes(&self) -> i16 {
        self.offset
    }

    fn utc_date(&self) -> Option<civil::Date> {
        let days = self.seconds.div_euclid(SECONDS_PER_DAY);
        civil::date(1970, 1, 1).checked_add(SignedDuration::from_hours(days.checked_mul(24)?)).ok()
    }
}

/// `Z`, `+05:30`: minutes east of UTC.
fn parse_offset(zone: &str) -> Option<i16> {
    if zone.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let (sign, digits) = match zone.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = digits.split_once(':')?;
    let (hours, minutes) = (two_digits(hours, 23)?, two_digits(minutes, 59)?);
    Some(sign * i16::try_from(hours * 60 + minutes).ok()?)
}

/// Reads `2020-07-06`; the year may be negative.
pub(crate) fn parse_date(text: &str) -> Option<civil::Date> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let mut parts = digits.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 || !year.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let year = sign * year.parse::<i16>().ok()?;
    let month = i8::try_from(two_digits(month, 12)?).ok()?;
    let day = i8::try_from(two_digits(day, 31)?).ok()?;
    civil::Date::new(year, month, day).ok()
}

/// Two digits, no more, up to `max`.
fn two_digits(text: &str, max: u16) -> Option<u16> {
    let number = match text.as_bytes() {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => u16::from(tens - b'0') * 10 + u16::from(ones - b'0'),
        _ => return None,
    };
    (number <= max).then_some(number)
}

impl PartialEq for DateTimeOffset {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for DateTimeOffset {}

impl PartialOrd for DateTimeOffset {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for DateTimeOffset {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.seconds, self.picos).cmp(&(other.seconds, other.picos))
    }
}

impl fmt::Display for DateTimeOffset {
    /// In UTC, with as many fraction digits as it needs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = self.utc_date().unwrap_or(civil::Date::MIN);
        let second = u64::try_from(self.seconds.rem_euclid(SECONDS_PER_DAY)).unwrap_or(0);
        let time = TimeOfDay { picos: second * PICOS_PER_SECOND + self.picos };
        Figures::new().date(date).sign(b'T').time(time).sign(b'Z').write(f)
    }
}

/// Writes a date as OData does: four digits of year, a sign when negative.
pub(crate) fn write_date(f: &mut impl fmt::Write, date: civil::Date) -> fmt::Result {
    Figures::new().date(date).write(f)
}

/// Digits and signs in the making. Every write formats several times; the formatting of `core` costs six times as much.
struct Figures {
    text: [u8; 40],
    length: usize,
}

impl Figures {
    fn new() -> Self {
        Self { text: [0; 40], length: 0 }
    }

    fn sign(mut self, ascii: u8) -> Self {
        if let Some(place) = self.text.get_mut(self.length) {
            *place = ascii;
            self.length += 1;
        }
        self
    }

    /// The last so many digits.
    fn number(mut self, mut number: u64, digits: usize) -> Self {
        let end = self.length + digits;
        if let Some(places) = self.text.get_mut(self.length..end) {
            for place in places.iter_mut().rev() {
                *place = b'0' + u8::try_from(number % 10).unwrap_or_default();
                number /= 10;
            }
            self.length = end;
        }
        self
    }

    fn date(self, date: civil::Date) -> Self {
        let figures = if date.year() < 0 { self.sign(b'-') } else { self };
        let [month, day] = [date.month(), date.day()].map(|part| part.unsigned_abs().into());
        let year = figures.number(date.year().unsigned_abs().into(), 4);
        year.sign(b'-').number(month, 2).sign(b'-').number(day, 2)
    }

    /// With as many fraction digits as it needs.
    fn time(self, TimeOfDay { picos }: TimeOfDay) -> Self {
        let seconds = picos / PICOS_PER_SECOND;
        let minutes = self.number(seconds / 3600, 2).sign(b':').number(seconds / 60 % 60, 2);
        let whole = minutes.sign(b':').number(seconds % 60, 2);
        let (mut fraction, mut digits) = (picos % PICOS_PER_SECOND, 12);
        if fraction == 0 {
            return whole;
        }
        while fraction.is_multiple_of(10) {
            (fraction, digits) = (fraction / 10, digits - 1);
        }
        whole.sign(b'.').number(fraction, digits)
    }

    fn write(&self, f: &mut impl fmt::Write) -> fmt::Result {
        let text = self.text.get(..self.length).and_then(|text| std::str::from_utf8(text).ok());
        f.write_str(text.unwrap_or_default())
    }
}

/// `Edm.TimeOfDay`: a clock time without a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeOfDay {
    picos: u64,
}

impl TimeOfDay {
    /// Reads `07:59:59.999`; seconds and fraction are optional.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, ':');
        let hours = two_digits(parts.next()?, 23)?;
        let minutes = two_digits(parts.next()?, 59)?;
        let (seconds, picos) = match parts.next() {
            None => (0, 0),
            Some(rest) => match rest.split_once('.') {
                None => (two_digits(rest, 59)?, 0),
                Some((seconds, fraction)) => (two_digits(seconds, 59)?, parse_fraction(fraction)?),
            },
        };
        let seconds = u64::from(hours) * 3600 + u64::from(minutes) * 60 + u64::from(seconds);
        Some(Self { picos: seconds * PICOS_PER_SECOND + picos })
    }

    /// Picoseconds since midnight.
    pub fn picos(self) -> u64 {
        self.picos
    }
}

/// One to twelve digits after the point, in picoseconds.
fn parse_fraction(digits: &str) -> Option<u64> {
    if digits.is_empty() || digits.len() > 12 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let scale = 10_u64.pow(12 - u32::try_from(digits.len()).ok()?);
    Some(digits.parse::<u64>().ok()? * scale)
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Figures::new().time(*self).write(f)
    }
}

/// `Edm.Duration`: a signed length of time in days and parts of days (xs:dayTimeDuration).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(pub SignedDuration);

impl Duration {
    /// Reads `P1DT2H3M4.5S`: at least one part, no years or months, finer than a nanosecond cut off.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, rest) = match text.split_at_checked(1)? {
            ("-", rest) => (true, rest),
            ("+", rest) => (false, rest),
            _ => (false, text),
        };
        let rest = rest.strip_prefix('P')?;
        let (days, time) = match rest.split_once('T') {
            Some((days, time)) if !time.is_empty() => (days, time),
            Some(_) => return None,
            None => (rest, ""),
        };
        if days.is_empty() && time.is_empty() {
            return None;
        }
        let days = if days.is_empty() { 0 } else { whole(days.strip_suffix('D')?)? };
        let (hours, time) = part(time, 'H')?;
        let (minutes, time) = part(time, 'M')?;
        let (seconds, nanos) = seconds_part(time)?;
        let whole = days.checked_mul(86_400)?.checked_add(hours.checked_mul(3600)?)?;
        let whole = whole.checked_add(minutes.checked_mul(60)?)?.checked_add(seconds)?;
        let duration = SignedDuration::new(whole, nanos);
        Some(Self(if negative { -duration } else { duration }))
    }
}

fn whole(digits: &str) -> Option<i64> {
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok())?
}

fn part(text: &str, unit: char) -> Option<(i64, &str)> {
    match text.split_once(unit) {
        Some((digits, rest)) => Some((whole(digits)?, rest)),
        None => Some((0, text)),
    }
}

fn seconds_part(text: &str) -> Option<(i64, i32)> {
    if text.is_empty() {
        return Some((0, 0));
    }
    let digits = text.strip_suffix('S')?;
    let Some((seconds, fraction)) = digits.split_once('.') else {
        return Some((whole(digits)?, 0));
    };
    let known = fraction.get(..fraction.len().min(12))?;
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let nanos = i32::try_from(parse_fraction(known)? / 1000).ok()?;
    Some((whole(seconds)?, nanos))
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.0.as_secs().unsigned_abs();
        let nanos = self.0.subsec_nanos().unsigned_abs();
        if total == 0 && nanos == 0 {
            return f.write_str("PT0S");
        }
        f.write_str(if self.0.is_negative() { "-P" } else { "P" })?;
        let (days, hours, minutes, seconds) = (total / 86_400, total / 3600 % 24, total / 60 % 60, total % 60);
        write_part(f, days, "D")?;
        if hours + minutes + seconds == 0 && nanos == 0 {
            return Ok(());
        }
        f.write_str("T")?;
        write_part(f, hours, "H")?;
        write_part(f, minutes, "M")?;
        match nanos {
            0 => write_part(f, seconds, "S"),
            _ => write!(f, "{seconds}.{}S", format!("{nanos:09}").trim_end_matches('0')),
        }
    }
}

fn write_part(f: &mut fmt::Formatter<'_>, number: u64, unit: &str) -> fmt::Result {
    if number == 0 { Ok(()) } else { write!(f, "{number}{unit}") }
}

#[cfg(test)]
mod tests {
    use super::{DateTimeOffset, Duration, TimeOfDay};

    fn check(text: &str, expect: &str) {
        let written = DateTimeOffset::parse(text).map(|instant| instant.truncated().to_string());
        assert_eq!(written.as_deref(), (!expect.is_empty()).then_some(expect), "{text}");
    }

    #[test]
    fn instants_come_out_in_utc_with_seven_digits_at_most() {
        check("2020-07-06T06:34:12.2294868Z", "2020-07-06T06:34:12.2294868Z");
        check("2017-01-01T00:02:37.446308+03:00", "2016-12-31T21:02:37.446308Z");
        check("2020-07-06T06:34:12.100000Z", "2020-07-06T06:34:12.1Z");
        check("2020-07-06T06:34:12.123456789012Z", "2020-07-06T06:34:12.1234567Z");
        check("2020-07-06T06:34Z", "2020-07-06T06:34:00Z");
        check("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z");
        check("0987-01-01T00:00:00Z", "0987-01-01T00:00:00Z");
        check("-0001-01-01T00:00:00-14:00", "-0001-01-01T14:00:00Z");
        check("1969-12-31T23:59:59.9999999Z", "1969-12-31T23:59:59.9999999Z");
    }

    #[test]
    fn rejects_what_is_no_instant() {
        for text in [
            "",
            "Date",
            "2020-07-06",
            "2020-07-06T06:34:12",
            "2020-02-30T00:00:00Z",
            "2020-07-06T24:00:00Z",
            "2020-07-06T23:59:60Z",
            "2020-07-06T06:34:12.Z",
            "2020-07-06T06:34:12.1234567890123Z",
            "20-07-06T06:34:12Z",
            "2020-07-06T06:34:12+3:00",
            "2020-07-06T06:34:12+24:00",
            "2020-7-6T06:34:12Z",
            "9999-12-31T23:59:59-01:00",
            "2020-07-06T06:34:12Zé",
            "２020-07-06T06:34:12Z",
        ] {
            check(text, "");
        }
    }

    #[test]
    fn finer_than_stored_still_compares_exactly() {
        let stored = DateTimeOffset::parse("2020-01-01T00:00:00.1234567Z").unwrap();
        let literal = DateTimeOffset::parse("2020-01-01T00:00:00.123456700001Z").unwrap();
        assert!(stored < literal);
        assert_eq!(stored, literal.truncated());
    }

    #[test]
    fn durations_and_times_of_day_round_trip() {
        for text in ["P1DT2H3M4.5S", "PT0S", "-PT1H", "P12D", "PT0.000000001S"] {
            assert_eq!(Duration::parse(text).unwrap().to_string(), text);
        }
        for text in ["P", "PT", "P1Y", "1D", "P1DT", "PT1S2M", "P-1D"] {
            assert_eq!(Duration::parse(text), None, "{text}");
        }
        assert_eq!(TimeOfDay::parse("07:59").unwrap().to_string(), "07:59:00");
        assert_eq!(TimeOfDay::parse("07:59:59.990").unwrap().to_string(), "07:59:59.99");
        for fraction in ["1", "01", "000000000001", "123456789012", "9999999"] {
            let text = format!("23:09:50.{fraction}");
            assert_eq!(TimeOfDay::parse(&text).unwrap().to_string(), text);
        }
        assert_eq!(TimeOfDay::parse("7:59"), None);
    }
}
