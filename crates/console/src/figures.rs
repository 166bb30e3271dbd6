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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_told_apart() {
        let shown = [0, 7, 999, 1_000, 12_345, 1_000_000, -1_234].map(grouped);
        assert_eq!(shown, ["0", "7", "999", "1,000", "12,345", "1,000,000", "-1,234"]);
    }
}
