//! A calendar date for people to read. The server does not know the reader's time zone, so it shows a time of day only
//! beside the words that it is UTC.

use std::fmt;

use oauth_provider::UnixTime;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A day of the Gregorian calendar, in UTC: "3 November 2026".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    year: u64,
    /// January is 0.
    month: usize,
    day: u64,
}

impl From<UnixTime> for Day {
    fn from(time: UnixTime) -> Self {
        // Years that begin in March have their leap day at the end. 719,468 days lie between 1 March of year 0 and 1970.
        let days = time.0 / 86_400 + 719_468;
        let (era, of_era) = (days / 146_097, days % 146_097);
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let from_march = (5 * of_year + 2) / 153;
        let day = of_year - (153 * from_march + 2) / 5 + 1;
        let month = usize::try_from((from_march + 2) % 12).unwrap_or(0);
        Self {
            year: era * 400 + year + u64::from(month < 2),
            month,
            day,
        }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let month = MONTHS.get(self.month).copied().unwrap_or_default();
        write!(f, "{} {month} {}", self.day, self.year)
    }
}

impl Day {
    /// As a machine reads it: "2026-11-03".
    pub fn iso(&self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month + 1, self.day)
    }
}

/// The time of day, in UTC: "14:05".
pub fn time_of_day(time: UnixTime) -> String {
    let minutes = time.0 % 86_400 / 60;
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days() {
        for (seconds, iso, text) in [
            (0, "1970-01-01", "1 January 1970"),
            (86_399, "1970-01-01", "1 January 1970"),
            (951_782_400, "2000-02-29", "29 February 2000"),
            (951_868_800, "2000-03-01", "1 March 2000"),
            (1_709_164_800, "2024-02-29", "29 February 2024"),
            (1_735_603_200, "2024-12-31", "31 December 2024"),
            (1_793_664_000, "2026-11-03", "3 November 2026"),
            (4_107_542_400, "2100-03-01", "1 March 2100"),
        ] {
            let day = Day::from(UnixTime(seconds));
            assert_eq!((day.iso().as_str(), day.to_string().as_str()), (iso, text));
        }
    }

    #[test]
    fn times_of_day() {
        for (seconds, text) in [(0, "00:00"), (86_399, "23:59"), (1_793_714_730, "14:05")] {
            assert_eq!(time_of_day(UnixTime(seconds)), text);
        }
    }

    #[test]
    fn every_day_follows_the_one_before() {
        let mut before = Day::from(UnixTime(0));
        for n in 1..146_100 {
            let day = Day::from(UnixTime(n * 86_400));
            let next_month = day.day == 1
                && (28..=31).contains(&before.day)
                && day.month == (before.month + 1) % 12;
            assert!(
                next_month || (day.month == before.month && day.day == before.day + 1),
                "{before} → {day}"
            );
            before = day;
        }
        assert!(Day::from(UnixTime(u64::MAX)).year > 0, "nothing overflows");
    }
}
