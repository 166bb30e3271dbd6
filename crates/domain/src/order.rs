//! Texts whose byte order is the order of the numbers and moments that they stand for, so that a column of text can
//! compare and sort these as well.

use chrono::{DateTime, NaiveDateTime};
use serde_json::Number;

use crate::clock::Timestamp;

/// The greater number has the greater key, exactly: nothing is rounded. Equal numbers have one key, however written.
pub fn number_key(number: &Number) -> String {
    let written = scientific(number);
    let (is_negative, magnitude) = written.strip_prefix('-').map_or((false, &*written), |rest| (true, rest));
    let (digits, exponent) = magnitude.split_once('e').unwrap_or((magnitude, "0"));
    let digits = digits.chars().filter(char::is_ascii_digit);
    // JSON numbers are of 64 bits here: their exponents lie between -324 and 308.
    let exponent = exponent.parse::<i32>().unwrap_or_default() + 500;
    if digits.clone().all(|digit| digit == '0') {
        return "1".to_owned();
    }
    if is_negative {
        // All is turned round, also that of two texts the longer one is the greater.
        let turned: String = digits.filter_map(|digit| char::from_digit(9 - digit.to_digit(10)?, 10)).collect();
        return format!("0{:03}{turned}~", 999 - exponent);
    }
    format!("2{exponent:03}{}", digits.collect::<String>())
}

/// The later moment has the greater key, to the nanosecond.
pub fn moment_key(at: Timestamp) -> String {
    /// Beyond what any year has, so that none is negative.
    const SHIFT: i64 = 10_000_000_000_000;
    // A leap second has nanoseconds beyond a thousand million.
    format!("{:014}{:010}", at.timestamp() + SHIFT, at.timestamp_subsec_nanos())
}

/// A moment as RFC 3339 writes it; without an offset it is taken as UTC (RFC 7643 §2.3.5 refers to
/// xsd:dateTime, where it may be left out).
pub fn moment(text: &str) -> Option<Timestamp> {
    let with_offset = DateTime::parse_from_rfc3339(text).map(|moment| moment.to_utc());
    with_offset
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").map(|naive| naive.and_utc()))
        .ok()
}

/// `1.5e3`, all digits that the number has and no more.
fn scientific(number: &Number) -> String {
    match (number.as_i64(), number.as_u64(), number.as_f64()) {
        (Some(integer), ..) => format!("{integer:e}"),
        (_, Some(integer), _) => format!("{integer:e}"),
        (.., real) => format!("{:e}", real.unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use proptest::prelude::*;

    use super::*;

    fn key(json: &str) -> String {
        number_key(&serde_json::from_str(json).unwrap())
    }

    #[test]
    fn numbers_are_ordered_by_their_keys() {
        let rising = [
            "-1.7976931348623157e308",
            "-9223372036854775808",
            "-1000",
            "-999.5",
            "-100",
            "-12",
            "-2",
            "-1.5",
            "-1",
            "-0.1",
            "-0.01",
            "-5e-324",
            "0",
            "5e-324",
            "0.01",
            "0.1",
            "0.11",
            "1",
            "1.5",
            "2",
            "9",
            "10",
            "12",
            "100",
            "999.5",
            "1000",
            "9007199254740992",
            "9007199254740993",
            "9223372036854775807",
            "18446744073709551615",
            "1.7976931348623157e308",
        ];
        assert!(rising.map(key).is_sorted_by(|left, right| left < right), "{:?}", rising.map(key));
    }

    #[test]
    fn equal_numbers_have_one_key_however_they_are_written() {
        for (one, other) in [("5", "5.0"), ("0", "-0.0"), ("1500", "1.5e3"), ("-20", "-2E1"), ("0.001", "1e-3")] {
            assert_eq!(key(one), key(other), "{one} {other}");
        }
    }

    #[test]
    fn moments_are_ordered_by_their_keys_wherever_they_were_written() {
        let key = |text: &str| moment_key(moment(text).unwrap());
        let rising = [
            "0000-01-01T00:00:00Z",
            "1969-12-31T23:59:59.999999999Z",
            "1970-01-01T00:00:00Z",
            "2011-05-13T04:42:34Z",
            "2011-05-13T04:42:34.1Z",
            "2016-12-31T23:59:60Z",
            "9999-12-31T23:59:59Z",
        ];
        assert!(rising.map(key).is_sorted_by(|left, right| left < right));
        assert_eq!(key("2011-05-13T06:42:34+02:00"), key("2011-05-13T04:42:34"));
        for text in ["", "2011-05-13", "2011-05-13T25:00:00Z", "yesterday", "2011-05-13T04:42"] {
            assert_eq!(moment(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn integers_are_ordered_by_their_keys(left in any::<i64>(), right in any::<i64>()) {
            prop_assert_eq!(number_key(&left.into()).cmp(&number_key(&right.into())), left.cmp(&right));
        }

        #[test]
        fn reals_are_ordered_by_their_keys(left in any::<f64>(), right in any::<f64>()) {
            let real = |value: f64| Number::from_f64(value);
            if let (Some(one), Some(other)) = (real(left), real(right)) {
                let order = left.partial_cmp(&right).unwrap_or(Ordering::Equal);
                prop_assert_eq!(number_key(&one).cmp(&number_key(&other)), order);
            }
        }

        #[test]
        fn integers_and_reals_are_ordered_together(left in -1_000_000_000_000_i64..1_000_000_000_000, right in -1e12..1e12) {
            #[expect(clippy::cast_precision_loss, reason = "integers of this size are reals as well")]
            let order = (left as f64).partial_cmp(&right).unwrap();
            prop_assert_eq!(number_key(&left.into()).cmp(&number_key(&Number::from_f64(right).unwrap())), order);
        }
    }
}
