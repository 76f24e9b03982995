//! What happened in a replay, read from the segments of its recording: events of rrweb, of which Sentry's SDKs make
//! those that say something (type 5, a breadcrumb or something that took a while) and the address of a page (type 4).

use sentry_api::Value;

use crate::text::markdown::{line_ends, number, push};
use crate::text::order;

/// Of one recording. What comes after is not read.
const MOST: usize = 5_000;

/// A longer text of a moment is cut in its middle.
const LONGEST: usize = 300;

/// What can be asked for, and errors, which are always told.
pub(crate) const NAVIGATION: &str = "navigation";
pub(crate) const CLICK: &str = "click";
pub(crate) const INPUT: &str = "input";
pub(crate) const CONSOLE: &str = "console";
pub(crate) const NETWORK: &str = "network";
pub(crate) const OTHER: &str = "other";
pub(crate) const ERROR: &str = "error";

/// One thing that happened. What it says is written when it is shown.
pub(crate) struct Moment<'a> {
    /// Seconds since 1970.
    pub(crate) at: f64,
    pub(crate) category: &'static str,
    /// The event's payload, or the address of a page, or an error's title.
    source: Value<'a>,
}

/// What a person or a program reads of one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Told {
    /// What it was, in our words: `dead click`, `failed request`.
    pub(crate) kind: &'static str,
    /// On one line. What the page and its user wrote, and how it went.
    pub(crate) words: String,
}

/// The moments of a recording's segments, each an array of events.
pub(crate) fn moments<'a>(segments: &[Value<'a>]) -> Vec<Moment<'a>> {
    let mut found: Vec<Moment<'_>> = Vec::new();
    let mut page = "";
    for event in segments.iter().flat_map(|segment| segment.elements()) {
        let data = event.get("data");
        let moment = match event.get("type").as_u64() {
            Some(4) => event.get("timestamp").as_f64().map(|at| Moment {
                at: at / 1000.0,
                category: NAVIGATION,
                source: data.get("href"),
            }),
            Some(5) => custom(data),
            _ => None,
        };
        let Some(moment) = moment.filter(|moment| moment.at.is_finite()) else {
            continue;
        };
        if moment.category == NAVIGATION {
            // The recorder tells of one way up to three times.
            let to = destination(moment.source);
            if to.is_empty() || is_same(to, page) {
                continue;
            }
            page = to;
        }
        found.push(moment);
        if found.len() == MOST {
            break;
        }
    }
    found
}

fn custom(data: Value<'_>) -> Option<Moment<'_>> {
    let payload = data.get("payload");
    let is_crumb = data.get("tag") == "breadcrumb";
    if !is_crumb && data.get("tag") != "performanceSpan" {
        return None;
    }
    let (kind, at) = if is_crumb {
        ("category", "timestamp")
    } else {
        ("op", "startTimestamp")
    };
    Some(Moment {
        at: payload.get(at).as_f64()?,
        category: category(payload.get(kind).as_str()?),
        source: payload,
    })
}

/// Of a breadcrumb's category, or of the operation of something that took a while.
fn category(kind: &str) -> &'static str {
    match kind {
        "ui.click" | "ui.tap" | "ui.slowClickDetected" | "ui.multiClick" => CLICK,
        "ui.input" | "ui.keyDown" => INPUT,
        "console" => CONSOLE,
        "resource.fetch" | "resource.xhr" | "resource.http" | "fetch" | "xhr" | "http" => NETWORK,
        kind if kind.starts_with(NAVIGATION) => NAVIGATION,
        _ => OTHER,
    }
}

/// Where a way leads: what the recorder tells as a breadcrumb, as something that took a while, or as an address.
fn destination(source: Value<'_>) -> &str {
    let to = source.get("data").get("to").as_str();
    let to = to.or_else(|| source.get("description").as_str());
    to.or_else(|| source.as_str()).unwrap_or_default()
}

/// Whether two addresses are of one page; one of them may be without its host.
fn is_same(one: &str, other: &str) -> bool {
    let path = |address: &'_ str| -> usize {
        let host = address.find("://").map_or(0, |at| at + 3);
        let rest = address.get(host..).unwrap_or_default();
        host + if host > 0 {
            rest.find('/').unwrap_or(rest.len())
        } else {
            0
        }
    };
    let (one, other) = (one.get(path(one)..), other.get(path(other)..));
    one == other && one.is_some_and(|path| !path.is_empty())
}

impl<'a> Moment<'a> {
    /// An error, which is no part of the recording.
    pub(crate) const fn error(at: f64, title: Value<'a>) -> Self {
        Self {
            at,
            category: ERROR,
            source: title,
        }
    }

    /// What it says.
    pub(crate) fn told(&self) -> Told {
        let (kind, words) = match self.category {
            NAVIGATION => ("page", destination(self.source).to_owned()),
            CLICK => self.click(),
            INPUT => ("input", self.message()),
            CONSOLE => self.console(),
            NETWORK => self.request(),
            ERROR => ("error", self.source.as_str().unwrap_or_default().to_owned()),
            _ => self.other(),
        };
        Told {
            kind,
            words: line_ends(&words, LONGEST),
        }
    }

    fn data(&self) -> Value<'a> {
        self.source.get("data")
    }

    fn member(&self, name: &str) -> &'a str {
        self.source.get(name).as_str().unwrap_or_default()
    }

    fn message(&self) -> String {
        self.member("message").to_owned()
    }

    /// A click in anger is one of several, a dead one changed nothing.
    fn click(&self) -> (&'static str, String) {
        let mut words = self.message();
        let count = self.data().get("clickCount").as_u64().unwrap_or(1);
        let kind = match self.member("category") {
            "ui.multiClick" => "rage click",
            "ui.slowClickDetected" if count >= 3 => "rage click",
            "ui.slowClickDetected" if self.data().get("endReason") == "timeout" => "dead click",
            "ui.slowClickDetected" => "slow click",
            "ui.tap" => "tap",
            _ => "click",
        };
        if count > 1 {
            push(&mut words, &[", ", &number(count), " times"]);
        }
        (kind, words)
    }

    fn console(&self) -> (&'static str, String) {
        let kind = match self.member("level") {
            "error" | "fatal" => "console error",
            "warning" | "warn" => "console warning",
            _ => "console",
        };
        (kind, self.message())
    }

    /// `GET https://… 503, 700 ms`. Nothing was answered where the status is 0.
    fn request(&self) -> (&'static str, String) {
        let data = self.data();
        let text = |name: &str| data.get(name).as_str().unwrap_or_default();
        let address = match self.member("description") {
            "" => text("url"),
            address => address,
        };
        let status = data.get("statusCode").as_u64();
        let status = status.or_else(|| data.get("status_code").as_u64());
        let mut words = String::new();
        push(
            &mut words,
            &[
                text("method"),
                if text("method").is_empty() { "" } else { " " },
                address,
            ],
        );
        match status {
            Some(0) => words.push_str(", no answer"),
            Some(status) => push(&mut words, &[", ", &status.to_string()]),
            None => {}
        }
        let end = self.source.get("endTimestamp").as_f64();
        if let Some(lasted) = end.map(|end| (end - self.at) * 1000.0)
            && (0.0..1e9).contains(&lasted)
        {
            push(&mut words, &[", ", &number(lasted.round() as u64), " ms"]);
        }
        let is_failed = status.is_some_and(|status| status == 0 || status >= 400);
        (
            if is_failed {
                "failed request"
            } else {
                "request"
            },
            words,
        )
    }

    fn other(&self) -> (&'static str, String) {
        let mut words = [self.member("category"), self.member("op")].concat();
        for more in [self.member("message"), self.member("description")] {
            push(&mut words, &[if more.is_empty() { "" } else { " " }, more]);
        }
        ("other", words)
    }
}

/// The places of moments in the order of their time.
pub(crate) fn in_order(moments: &[Moment<'_>]) -> Vec<usize> {
    let at = |place: usize| moments.get(place).map_or(f64::MAX, |moment| moment.at);
    order::first(moments.len(), moments.len(), &|one, other| {
        at(one) < at(other)
    })
}

#[cfg(test)]
mod tests;
