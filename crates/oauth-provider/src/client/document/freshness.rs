//! How long a fetched document may be kept (RFC 9111 §4.2.1).

use std::time::Duration;

use fetch::Response;

/// Seconds.
const SHORTEST: u64 = 60;
/// Seconds.
const LONGEST: u64 = 86_400;
/// Seconds, for an answer that says nothing about caching.
const USUAL: u64 = 3600;

/// `s-maxage` before `max-age` before `Expires`, between a minute and a day. `None` where keeping is forbidden.
pub(super) fn lifetime(response: &Response) -> Option<Duration> {
    let mut shared = None;
    let mut private = None;
    for directive in directives(response) {
        let (name, value) = directive.split_once('=').unwrap_or((&directive, ""));
        let seconds = value.trim_matches('"').parse::<u64>().ok();
        match name {
            "no-store" | "no-cache" => return None,
            "s-maxage" => shared = seconds,
            "max-age" => private = seconds,
            _ => {}
        }
    }
    let seconds = shared.or(private).or_else(|| until_expires(response));
    Some(Duration::from_secs(
        seconds.unwrap_or(USUAL).clamp(SHORTEST, LONGEST),
    ))
}

/// Of every `Cache-Control` line, lower case.
fn directives(response: &Response) -> Vec<String> {
    response
        .headers
        .iter()
        .filter(|(name, _)| name == "cache-control")
        .flat_map(|(_, value)| value.split(','))
        .map(|directive| directive.trim().to_ascii_lowercase())
        .collect()
}

/// `Expires` less `Date`: both are of the sender's clock. RFC 9111 §5.3: "A cache recipient MUST interpret invalid
/// date formats, especially the value "0", as representing a time in the past".
fn until_expires(response: &Response) -> Option<u64> {
    let expires = response.header("expires")?;
    let date = http_date(response.header("date")?)?;
    Some(http_date(expires).map_or(0, |expires| expires.saturating_sub(date)))
}

/// Seconds since 1970 of an IMF-fixdate, the one form that may be sent (RFC 9110 §5.6.7).
fn http_date(text: &str) -> Option<u64> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let mut parts = text.split(' ').skip(1);
    let mut next = || parts.next();
    let (day, month, year) = (next()?, next()?, next()?);
    let (time, zone) = (next()?, next()?);
    let day: u64 = day.parse().ok().filter(|day| (1..=31).contains(day))?;
    let month = MONTHS.iter().position(|name| *name == month)? as u64 + 1;
    let year: u64 = year
        .parse()
        .ok()
        .filter(|year| (1970..=9999).contains(year))?;
    let mut clock = time.split(':').map(|part| part.parse::<u64>().ok());
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    if zone != "GMT" || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    // Days by the rule of the Gregorian calendar, with years that begin in March.
    let (y, m) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1;
    // Invariant: 719,468 is that sum for 1970-01-01, and no year here is earlier.
    Some((days - 719_468) * 86_400 + hour * 3600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(headers: &[(&str, &str)]) -> Option<u64> {
        let headers = headers
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
            .collect();
        lifetime(&Response {
            status: 200,
            headers,
            body: Vec::new(),
        })
        .map(|duration| duration.as_secs())
    }

    // rule: clients/cache-lifetime: a document is kept by `s-maxage`, `max-age`, `Expires`, in this
    //    order; a minute to a day; an hour where nothing is said [RFC 9111]
    #[test]
    fn cache_control() {
        for (value, expected) in [
            ("", Some(3600)),
            ("public, max-age=300", Some(300)),
            ("max-age=\"300\"", Some(300)),
            ("max-age=5", Some(60)),
            ("max-age=0", Some(60)),
            ("max-age=999999", Some(86_400)),
            ("max-age=300, s-maxage=600", Some(600)),
            ("s-maxage=600, max-age=300", Some(600)),
            ("max-age=soon", Some(3600)),
            ("no-store", None),
            ("max-age=300, No-Cache", None),
        ] {
            assert_eq!(seconds(&[("cache-control", value)]), expected, "{value}");
        }
        let lines = [("cache-control", "public"), ("cache-control", "no-store")];
        assert_eq!(seconds(&lines), None, "a second line counts too");
    }

    // rule: clients/cache-lifetime
    #[test]
    fn expires_where_nothing_else_is_said() {
        let date = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
        let later = ("expires", "Sun, 06 Nov 1994 08:59:37 GMT");
        assert_eq!(seconds(&[date, later]), Some(600));
        assert_eq!(seconds(&[later]), Some(3600), "no clock to compare with");
        assert_eq!(seconds(&[date, ("expires", "0")]), Some(60));
        assert_eq!(
            seconds(&[date, later, ("cache-control", "max-age=120")]),
            Some(120)
        );
    }

    // rule: clients/cache-lifetime
    #[test]
    fn dates() {
        for (text, expected) in [
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(784_111_777)),
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Thu, 29 Feb 2024 12:00:00 GMT", Some(1_709_208_000)),
            ("Fri, 01 Mar 2024 00:00:00 GMT", Some(1_709_251_200)),
            ("Sun, 06 Nov 1994 08:49:37 CET", None),
            ("Sun, 06 Nov 1994 24:00:00 GMT", None),
            ("Sun, 06 Nov 0000 08:49:37 GMT", None),
            ("Sunday, 06-Nov-94 08:49:37 GMT", None),
            ("0", None),
            ("", None),
        ] {
            assert_eq!(http_date(text), expected, "{text}");
        }
    }
}
