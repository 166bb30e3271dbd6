//! How numbers are shown.

/// With a comma between thousands: `1,042`.
pub(crate) fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut shown = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    if number < 0 { format!("-{shown}") } else { shown }
}

/// A number beyond which nobody has counted: `10,000+`.
pub(crate) fn at_least(least: i64, is_all: bool) -> String {
    if is_all { grouped(least) } else { format!("{}+", grouped(least)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_told_apart() {
        let shown = [0, 7, 12, 999, 1_000, 12_345, 1_000_000, 1_234_567, -1_234].map(grouped);
        assert_eq!(shown, ["0", "7", "12", "999", "1,000", "12,345", "1,000,000", "1,234,567", "-1,234"]);
    }

    #[test]
    fn a_number_beyond_which_nobody_counted_says_so() {
        assert_eq!([at_least(10_000, true), at_least(10_000, false)], ["10,000", "10,000+"]);
    }
}
