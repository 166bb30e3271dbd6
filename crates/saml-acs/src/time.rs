//! Times as XML Schema writes them.

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, NaiveTime, Utc};

use crate::tree::collapsed;

/// An `xs:dateTime` in all its legal forms: fractions of any length, an offset, hour 24.
///
/// Without a zone it is UTC (SAML core 1.3.3). What is finer than a nanosecond is dropped.
pub(crate) fn parse_date_time(text: &str) -> Option<DateTime<Utc>> {
    let (date, clock) = collapsed(text).split_once('T')?;
    let (clock, offset) = split_zone(clock)?;
    let (time, next_day) = parse_clock(clock)?;
    let local = NaiveDateTime::new(parse_date(date)?, time);
    let shift = if next_day { Duration::days(1) } else { Duration::zero() };
    local.checked_add_signed(shift)?.checked_sub_signed(offset).map(|utc| utc.and_utc())
}

fn parse_date(text: &str) -> Option<NaiveDate> {
    let (rest, day) = text.rsplit_once('-')?;
    let (year, month) = rest.rsplit_once('-')?;
    let padded = year.len() > 4 && year.starts_with('0');
    if year.len() < 4 || padded {
        return None;
    }
    NaiveDate::from_ymd_opt(digits(year)?.try_into().ok()?, two_digits(month)?, two_digits(day)?)
}

/// The time of day, and whether it is midnight written as the end of the day before.
fn parse_clock(text: &str) -> Option<(NaiveTime, bool)> {
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut fields = whole.split(':').map(two_digits);
    let (hour, minute, second) = (fields.next()??, fields.next()??, fields.next()??);
    if fields.next().is_some() {
        return None;
    }
    let nanosecond = fraction.map_or(Some(0), nanoseconds)?;
    if (hour, minute, second, nanosecond) == (24, 0, 0, 0) {
        return Some((NaiveTime::MIN, true));
    }
    NaiveTime::from_hms_nano_opt(hour, minute, second, nanosecond).map(|time| (time, false))
}

fn nanoseconds(fraction: &str) -> Option<u32> {
    if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let nine_digits: String = fraction.chars().chain("000000000".chars()).take(9).collect();
    digits(&nine_digits)
}

/// Splits `Z`, `+hh:mm` or `-hh:mm` off the end; nothing of the kind means UTC.
fn split_zone(text: &str) -> Option<(&str, Duration)> {
    if let Some(clock) = text.strip_suffix('Z') {
        return Some((clock, Duration::zero()));
    }
    let Some(at) = text.find(['+', '-']) else {
        return Some((text, Duration::zero()));
    };
    let (clock, zone) = text.split_at(at);
    let (hours, minutes) = zone.get(1..)?.split_once(':')?;
    let offset = i64::from(two_digits(hours)?) * 60 + i64::from(two_digits(minutes).filter(|minutes| *minutes < 60)?);
    let signed = if zone.starts_with('-') { -offset } else { offset };
    (offset <= 14 * 60).then(|| (clock, Duration::minutes(signed)))
}

fn two_digits(text: &str) -> Option<u32> {
    (text.len() == 2).then(|| digits(text))?
}

fn digits(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legal_forms_of_one_instant_are_the_same_instant() {
        let forms = [
            "2026-11-22T10:00:00Z",
            "2026-11-22T10:00:00",
            "2026-11-22T10:00:00.0Z",
            "2026-11-22T10:00:00.000000000000000000000Z",
            "2026-11-22T12:00:00+02:00",
            "2026-11-22T04:30:00.000-05:30",
            "2026-11-22T10:00:00-00:00",
            "2026-11-23T00:00:00+14:00",
            " \n2026-11-22T10:00:00Z\t",
        ];
        for form in forms {
            assert_eq!(parse_date_time(form).unwrap().to_rfc3339(), "2026-11-22T10:00:00+00:00", "{form}");
        }
    }

    #[test]
    fn hour_24_is_midnight_of_the_next_day() {
        assert_eq!(parse_date_time("2026-12-31T24:00:00Z"), parse_date_time("2027-01-01T00:00:00Z"));
        assert_eq!(parse_date_time("2026-12-31T24:00:01Z"), None);
    }

    #[test]
    fn fractions_of_any_length_keep_nanoseconds() {
        let time = parse_date_time("2026-11-22T10:00:00.1234567899999Z").unwrap();
        assert_eq!(time.timestamp_subsec_nanos(), 123_456_789);
    }

    #[test]
    fn a_session_may_end_in_the_far_future() {
        assert!(parse_date_time("9999-12-31T23:59:59Z").is_some());
        assert!(parse_date_time("12026-01-01T00:00:00Z").is_some());
    }

    #[test]
    fn other_writings_are_no_times() {
        let wrong = [
            "",
            "now",
            "2026-11-22",
            "2026-11-22 10:00:00Z",
            "2026-11-22T10:00Z",
            "2026-11-22T10:00:00.Z",
            "2026-02-30T10:00:00Z",
            "2026-11-22T10:00:60Z",
            "2026-11-22T25:00:00Z",
            "2026-11-22T10:00:00z",
            "2026-11-22T10:00:00+2:00",
            "2026-11-22T10:00:00+15:00",
            "2026-11-22T10:00:00+02:60",
            "26-11-22T10:00:00Z",
            "02026-11-22T10:00:00Z",
            "+2026-11-22T10:00:00Z",
            "-2026-11-22T10:00:00Z",
            "2026-1-2T10:00:00Z",
            "2026-11-22T10:00:00.1.2Z",
            "2026-11-22T1é:00:00Z",
        ];
        for text in wrong {
            assert_eq!(parse_date_time(text), None, "{text}");
        }
    }
}
