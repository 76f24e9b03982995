//! Moments as Sentry's older endpoints want them: seconds since 1970.

/// The seconds of `2026-11-30T12:00:00Z`, with or without a fraction, an offset or a time; `None` for anything else.
pub(crate) fn seconds(text: &str) -> Option<i64> {
    let text = text.trim();
    let (date, rest) = text.split_at_checked(10)?;
    let mut parts = date.split('-').map(number);
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let rest = rest.trim_start_matches(['T', 't', ' ']);
    let at = rest.find(['Z', 'z', '+', '-']).unwrap_or(rest.len());
    let (time, offset) = rest.split_at(at);
    let time = time.split('.').next().filter(|time| !time.is_empty());
    let time = time.map_or(Some(0), clock)?;
    let offset = match offset.split_at_checked(1) {
        Some(("+", ahead)) => clock(ahead)?,
        Some(("-", behind)) => -clock(behind)?,
        _ => 0,
    };
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    Some(days(year, month, day) * 86_400 + time - offset)
}

/// The seconds of `12:00` or `12:00:30`.
fn clock(text: &str) -> Option<i64> {
    let mut seconds = 0;
    let mut unit = 3600;
    for part in text.split(':').take(3) {
        seconds += number(part).filter(|number| *number < 60)? * unit;
        unit /= 60;
    }
    Some(seconds)
}

fn number(digits: &str) -> Option<i64> {
    let is_short = (1..=4).contains(&digits.len());
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    (is_short && is_number).then(|| digits.parse().ok())?
}

/// The days since 1970-01-01 in the Gregorian calendar. Years begin in March, so that a leap day is the last of its year.
const fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 719_469
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2026-11-30T12:00:00Z", Some(1_796_040_000)),
            ("2026-11-30T12:00:00.123456Z", Some(1_796_040_000)),
            ("2026-11-30T14:00:00+02:00", Some(1_796_040_000)),
            ("2026-11-30T09:30:00-02:30", Some(1_796_040_000)),
            ("2026-11-30 12:00", Some(1_796_040_000)),
            ("2024-02-29", Some(1_709_164_800)),
            ("2000-03-01T00:00:00", Some(951_868_800)),
            ("soon", None),
            ("2026-13-01", None),
            ("2026-11-30T12:61:00Z", None),
            ("2026-11-30T", Some(1_795_996_800)),
            ("2026-11-30Tnoon", None),
            ("é026-11-30", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}
