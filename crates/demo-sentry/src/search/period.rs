//! Spans and windows of time.

use jiff::{SignedDuration, Timestamp};

use crate::params::Params;

/// The longest window, and the one where a request names none.
const LONGEST: SignedDuration = SignedDuration::from_hours(90 * 24);

/// `30s`, `5m`, `24h`, `14d`, `2w`.
pub(crate) fn parse_period(text: &str) -> Option<SignedDuration> {
    let unit = text.chars().next_back()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        'w' => 7 * 24 * 60 * 60,
        _ => return None,
    };
    let count: u32 = text.strip_suffix(unit)?.parse().ok()?;
    Some(SignedDuration::from_secs(
        i64::from(count).checked_mul(seconds)?,
    ))
}

/// An instant as people write it in a query: RFC 3339, the same without an offset (UTC), or a date.
pub(crate) fn parse_instant(text: &str) -> Option<Timestamp> {
    let utc = format!("{text}Z");
    let midnight = format!("{text}T00:00:00Z");
    [text, &utc, &midnight]
        .into_iter()
        .find_map(|text| text.parse().ok())
}

/// From when to when a listing looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    start: Timestamp,
    end: Timestamp,
}

/// The parameter that makes no window.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("Invalid {0}")]
pub(crate) struct WindowError(String);

impl Window {
    /// `statsPeriod`, or `start` with `end`; the last 90 days without either.
    pub(crate) fn of(params: &Params, now: Timestamp) -> Result<Self, WindowError> {
        if let (Some(start), Some(end)) = (params.first("start"), params.first("end")) {
            let start =
                parse_instant(start).ok_or_else(|| WindowError(format!("start: {start}")))?;
            let end = parse_instant(end).ok_or_else(|| WindowError(format!("end: {end}")))?;
            return Ok(Self { start, end });
        }
        let period = params
            .first("statsPeriod")
            .filter(|period| !period.is_empty());
        let length = match period {
            Some(period) => parse_period(period)
                .ok_or_else(|| WindowError(format!("statsPeriod: '{period}'")))?,
            None => LONGEST,
        };
        Ok(Self {
            start: now
                .checked_sub(length.min(LONGEST))
                .unwrap_or(Timestamp::MIN),
            end: now,
        })
    }

    /// Start and end.
    pub(crate) fn bounds(self) -> (Timestamp, Timestamp) {
        (self.start, self.end)
    }

    /// How long it is.
    pub(crate) fn seconds(self) -> f64 {
        self.end.duration_since(self.start).as_secs_f64()
    }

    pub(crate) fn contains(self, time: Timestamp) -> bool {
        self.start <= time && time <= self.end
    }

    /// Whether something that lived `first..=last` was there at any time of the window.
    pub(crate) fn overlaps(self, first: Timestamp, last: Timestamp) -> bool {
        first <= self.end && last >= self.start
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods() {
        assert_eq!(
            parse_period("14d"),
            Some(SignedDuration::from_hours(14 * 24))
        );
        assert_eq!(parse_period("2w"), parse_period("14d"));
        for bad in ["", "d", "14", "14y", "-1d", "1.5h", "4294967296d"] {
            assert_eq!(parse_period(bad), None, "{bad}");
        }
    }

    #[test]
    fn windows() {
        let now: Timestamp = "2026-03-10T12:00:00Z".parse().unwrap();
        let window = |query: &str| Window::of(&Params::parse(query), now);
        let day = window("statsPeriod=24h").unwrap();
        assert!(day.contains("2026-03-09T12:00:00Z".parse().unwrap()));
        assert!(!day.contains("2026-03-09T11:59:59Z".parse().unwrap()));
        assert_eq!(window(""), window("statsPeriod=90d"));
        let march = window("start=2026-03-01&end=2026-03-02T00:00:00").unwrap();
        assert!(march.overlaps("2026-02-01T00:00:00Z".parse().unwrap(), now));
        assert!(!march.contains(now));
        assert!(window("statsPeriod=soon").is_err());
        assert!(window("start=then&end=now").is_err());
    }
}
