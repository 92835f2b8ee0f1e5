//! Lengths of time as people write them: `90s`, `1h30m`, `2d`, or a bare number of seconds.

/// The seconds of a text such as `1h30m`; none when it is not one, or longer than a hundred years.
pub(crate) fn parse_seconds(text: &str) -> Option<i64> {
    const LONGEST: i64 = 100 * 366 * 86_400;
    if let Ok(seconds) = text.parse::<i64>() {
        return (0..=LONGEST).contains(&seconds).then_some(seconds);
    }
    let mut rest = text;
    let mut total: i64 = 0;
    let mut last_unit = i64::MAX;
    while !rest.is_empty() {
        let digits = rest.find(|letter: char| !letter.is_ascii_digit())?;
        let (number, tail) = rest.split_at_checked(digits)?;
        let mut letters = tail.chars();
        let unit = match letters.next()? {
            'd' => 86_400,
            'h' => 3_600,
            'm' => 60,
            's' => 1,
            _ => return None,
        };
        // Each unit once and the larger first: `30m1h` is more likely a slip than a wish.
        if unit >= last_unit {
            return None;
        }
        last_unit = unit;
        total = total.checked_add(number.parse::<i64>().ok()?.checked_mul(unit)?)?;
        rest = letters.as_str();
    }
    (last_unit != i64::MAX && total <= LONGEST).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::parse_seconds;

    #[test]
    fn reads_what_people_write() {
        for (text, seconds) in [("90", 90), ("90s", 90), ("1h", 3_600), ("1h30m", 5_400), ("2d1s", 172_801), ("0s", 0)]
        {
            assert_eq!(parse_seconds(text), Some(seconds), "{text}");
        }
        for text in ["", "h", "1", "1x", "1h1h", "30m1h", "-5", "1.5h", "99999999d", "1h "] {
            let expected = (text == "1").then_some(1);
            assert_eq!(parse_seconds(text), expected, "{text}");
        }
    }
}
