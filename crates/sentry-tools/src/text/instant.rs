//! Moments as Sentry writes them, as numbers that can be compared.

/// Seconds since 1970 of a moment in ISO 8601, such as `2026-03-10T11:54:00.25Z` or `…+01:00`; without an offset it is
/// UTC. `None` for anything else.
pub(crate) fn seconds(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let (year, month, day) = (
        digits(bytes, 0, 4)?,
        digits(bytes, 5, 2)?,
        digits(bytes, 8, 2)?,
    );
    let (hour, minute) = (digits(bytes, 11, 2)?, digits(bytes, 14, 2)?);
    let second = digits(bytes, 17, 2)?;
    let is_calendar = (1..=12).contains(&month) && (1..=31).contains(&day);
    if !is_calendar || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let mut rest = bytes.get(19..)?;
    let mut fraction = 0.0;
    if let [b'.', more @ ..] = rest {
        rest = more;
        let mut unit = 0.1;
        while let [digit @ b'0'..=b'9', more @ ..] = rest {
            fraction += unit * f64::from(digit - b'0');
            unit /= 10.0;
            rest = more;
        }
    }
    let offset = match rest {
        [] | [b'Z'] => 0,
        [sign @ (b'+' | b'-'), ..] => {
            let offset = digits(rest, 1, 2)? * 60 + digits(rest, 4, 2)?;
            if *sign == b'+' { offset } else { -offset }
        }
        _ => return None,
    };
    // Days of the civil calendar, whose year begins in March here.
    let year = if month < 3 { year - 1 } else { year };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = 365 * year + year / 4 - year / 100 + year / 400 + of_year - 719_468;
    let minutes = (days * 24 + hour) * 60 + minute - offset;
    Some((minutes * 60 + second) as f64 + fraction)
}

fn digits(bytes: &[u8], from: usize, count: usize) -> Option<i64> {
    let mut value = 0;
    for byte in bytes.get(from..from + count)? {
        if !byte.is_ascii_digit() {
            return None;
        }
        value = value * 10 + i64::from(byte - b'0');
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_and_nothing_else() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", 0.0),
            ("2026-03-10T11:54:00Z", 1_773_143_640.0),
            ("2026-03-10T11:54:00+00:00", 1_773_143_640.0),
            ("2026-03-10T12:54:00.25+01:00", 1_773_143_640.25),
            ("2026-03-10T10:24:00-01:30", 1_773_143_640.0),
            ("2024-02-29T00:00:00", 1_709_164_800.0),
            ("1969-12-31T23:59:59Z", -1.0),
        ] {
            assert_eq!(seconds(text), Some(expected), "{text}");
        }
        for text in [
            "",
            "soon",
            "2026-13-10T11:54:00Z",
            "2026-03-10",
            "2026-03-10T11:54:00 é",
            "2026-03-10T11:54:00+1",
            "éééééééééééééééé",
            "99999-03-10T11:54:00Z",
        ] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
