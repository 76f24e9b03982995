//! What a program attached to an event: extra data, contexts, the request, flags. All of it is the sender's, and stands
//! in a code block.

use sentry_api::{Event, Members, Value};

use crate::text::budget::Section;
use crate::text::markdown::{Joined, line, line_ends, one_line, push};
use crate::text::value::{written, written_partly};

/// Contexts that have words of their own elsewhere, or are described in one line.
const DESCRIBED: [&str; 12] = [
    "browser",
    "client_os",
    "os",
    "device",
    "runtime",
    "app",
    "trace",
    "feedback",
    "monitor",
    "flags",
    "gpu",
    "culture",
];

/// Headers that say something about an error; the others are counted.
const HEADERS: [&str; 12] = [
    "accept",
    "accept-language",
    "content-type",
    "content-length",
    "host",
    "origin",
    "referer",
    "user-agent",
    "x-forwarded-for",
    "x-request-id",
    "x-requested-with",
    "traceparent",
];

/// Of each value, in characters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lengths {
    pub(crate) value: usize,
    /// Of a body and of what was thrown.
    pub(crate) body: usize,
    /// Headers and contexts whole, or only what says most about an error; the rest is counted.
    pub(crate) all: bool,
}

/// Under which SDKs send an object that was thrown and is no error.
const THROWN: &str = "__serialized__";

/// Names that are an SDK's own business.
pub(crate) fn is_internal(name: &str) -> bool {
    name.starts_with("__") && name != THROWN
}

/// Adds a row for each thing that was attached, the most telling first.
pub(crate) fn rows(event: &Event, section: &mut Section, lengths: Lengths) {
    let mut rows = Rows {
        section,
        lengths,
        others: 0,
    };
    rows.thrown(event);
    rows.contents(event);
    rows.extra(event);
    rows.message(event);
    rows.mechanism(event);
    rows.measurements(event);
    rows.machine(event);
    rows.headers(event);
    let others = rows.others;
    section.left_out(others);
}

/// Rows under way.
struct Rows<'s> {
    section: &'s mut Section,
    lengths: Lengths,
    /// What is counted only.
    others: u64,
}

impl Rows<'_> {
    fn row(&mut self, rank: u8, name: &str, value: Value<'_>) {
        self.cut(rank, name, value, self.lengths.value);
    }

    fn body(&mut self, name: &str, value: Value<'_>) {
        self.cut(0, name, value, self.lengths.body);
    }

    fn cut(&mut self, rank: u8, name: &str, value: Value<'_>, most: usize) {
        if !value.is_null() {
            self.text(rank, name, &written(value, most));
        }
    }

    /// A context says its own name once more.
    fn context(&mut self, rank: u8, name: &str, value: Value<'_>) {
        let text = written_partly(value, self.lengths.value, |name, value| {
            name != "type" && !is_internal(name) && !value.is_nothing()
        });
        self.text(rank, name, &text);
    }

    fn text(&mut self, rank: u8, name: &str, text: &str) {
        let text = one_line(text);
        if !text.is_empty() {
            let row = [&line(name, 80), ": ", text.as_str()].concat();
            self.section.ranked(rank, row);
        }
    }

    /// An object that was thrown, and what was logged beside an exception: without one that is what the event is about,
    /// and stands at the top.
    fn thrown(&mut self, event: &Event) {
        for (name, value) in members(event.extra()).filter(|(name, _)| *name == THROWN) {
            self.body(&["thrown (", name, ")"].concat(), value);
        }
        if let Some(message) = event.message()
            && let Some(text) = message.text()
            && !event.exceptions().is_empty()
        {
            self.body("log message", text.into());
        }
    }

    /// What was asked and answered, and under which flags.
    fn contents(&mut self, event: &Event) {
        if let Some(request) = event.request() {
            for (name, value) in [
                ("request query", request.query),
                ("request body", request.body),
            ] {
                if let Some(value) = value {
                    self.body(name, value);
                }
            }
        }
        for (name, value) in members(event.contexts()) {
            if name == "response" {
                self.context(0, name, value);
            }
        }
        let flags = flags(event);
        if !flags.is_empty() {
            self.body("feature flags", flags.as_str().into());
        }
    }

    /// What the program added of its own.
    fn extra(&mut self, event: &Event) {
        for (name, value) in members(event.extra()).filter(|(name, _)| *name != THROWN) {
            self.row(1, name, value);
        }
        for (name, value) in members(event.contexts()) {
            if !DESCRIBED.contains(&name) && name != "response" {
                self.context(1, name, value);
            }
        }
        for (name, value) in members(event.user()) {
            if !USER.iter().any(|(known, _)| *known == name) {
                self.row(1, &["user's ", name].concat(), value);
            }
        }
    }

    /// The parts of a log message.
    fn message(&mut self, event: &Event) {
        if let Some(message) = event.message()
            && let Some(params) = message.params
        {
            let template = message.template.unwrap_or_default();
            self.row(1, "message template", template.as_str().into());
            self.row(1, "message parameters", params);
        }
    }

    fn mechanism(&mut self, event: &Event) {
        let exceptions = event.exceptions();
        let Some(thrown) = exceptions.last() else {
            return;
        };
        let mechanism = &thrown.mechanism;
        let description = mechanism.description.as_deref().map(Value::from);
        self.row(2, "mechanism", description.unwrap_or_default());
        for (name, value) in [
            ("mechanism's data", mechanism.data),
            ("mechanism's meta", mechanism.meta),
        ] {
            if let Some(value) = value {
                self.row(2, name, value);
            }
        }
    }

    /// `lcp 2512.5 millisecond, cls 0.1`: units are Sentry's words.
    fn measurements(&mut self, event: &Event) {
        let mut text = Joined::default();
        for (name, measured) in members(event.measurements()) {
            let of = |member| {
                let value = Some(measured.get(member)).filter(|value| !value.is_null());
                value.map(|value| written(value, 40)).unwrap_or_default()
            };
            let unit = Some(of("unit"))
                .filter(|unit| unit != "none")
                .unwrap_or_default();
            let value = of("value");
            text.add(", ", [name, &value, &unit].join(" ").trim_end());
        }
        self.row(2, "measurements", text.text().as_str().into());
    }

    /// Contexts of which the pages tell a part.
    fn machine(&mut self, event: &Event) {
        for (name, value) in members(event.contexts()) {
            if let Some(told) = told_of(name)
                && members(value.members())
                    .any(|(member, _)| member != "type" && !told.contains(&member))
            {
                if self.lengths.all {
                    self.context(3, name, value);
                } else {
                    self.others += 1;
                }
            }
        }
    }

    fn headers(&mut self, event: &Event) {
        let Some(request) = event.request() else {
            return;
        };
        for (name, value) in &request.headers {
            if self.lengths.all || HEADERS.contains(&name.to_ascii_lowercase().as_str()) {
                let name = ["header ", name].concat();
                self.row(2, &name, value.as_str().into());
            } else {
                self.others += 1;
            }
        }
        for (name, value) in [
            ("cookies", request.cookies),
            ("server environment", request.env),
        ] {
            if let Some(value) = value {
                self.row(3, name, value);
            }
        }
    }
}

/// What the pages tell of a context that has words of its own.
fn told_of(context: &str) -> Option<&'static [&'static str]> {
    match context {
        "trace" => Some(&["trace_id", "span_id", "parent_span_id"]),
        "culture" => Some(&[]),
        _ => {
            let told = RAN_ON.iter().find(|(name, ..)| *name == context)?;
            Some(told.2)
        }
    }
}

/// `checkout-v2 = true`, as the SDKs record them.
fn flags(event: &Event) -> String {
    let mut text = Joined::default();
    for flag in event.context("flags").get("values").elements() {
        let name = flag.get("flag").as_str().unwrap_or_default();
        if name.is_empty() {
            continue;
        }
        let result = written(flag.get("result"), 60);
        text.add(", ", &[name, " = ", result.as_str()].concat());
    }
    text.text()
}

fn members(members: Members<'_>) -> impl Iterator<Item = (&str, Value<'_>)> {
    let members = members.iter();
    members.filter(|(name, value)| !is_internal(name) && !value.is_nothing())
}

/// Contexts that say what the program ran on: our word for each, and the members that name it.
const RAN_ON: [(&str, &str, &[&str]); 7] = [
    ("browser", "Browser", &["name", "version"]),
    (
        "os",
        "Operating system",
        &["name", "version", "build", "kernel_version"],
    ),
    (
        "client_os",
        "Client's operating system",
        &["name", "version"],
    ),
    (
        "device",
        "Device",
        &["name", "manufacturer", "brand", "model", "arch", "family"],
    ),
    ("runtime", "Runtime", &["name", "version"]),
    (
        "app",
        "App",
        &["app_name", "app_identifier", "app_version", "app_build"],
    ),
    ("gpu", "Graphics", &["name", "vendor_name", "version"]),
];

/// Where the program ran: a name and a line for each context that is known.
pub(crate) fn ran_on(event: &Event) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    for (context, name, members) in RAN_ON {
        let context = event.context(context);
        let mut text = Joined::default();
        for member in members {
            let value = context.get(member);
            if !value.is_nothing() {
                text.add(" ", &written(value, 80));
            }
        }
        let text = line(&text.text(), 160);
        if !text.is_empty() {
            found.push((name, text));
        }
    }
    found
}

/// Members that say who somebody is, and our word for each.
const USER: [(&str, &str); 5] = [
    ("id", "id "),
    ("email", "e-mail "),
    ("username", "username "),
    ("ip_address", "address "),
    ("name", "name "),
];

/// Who was affected: `id u-204, e-mail maren@example.com`.
pub(crate) fn user(event: &Event) -> String {
    let mut text = Joined::default();
    let user = event.user();
    for (member, name) in USER {
        let value = user.get(member);
        if !value.is_nothing() {
            text.add(", ", &[name, &line(&written(value, 100), 100)].concat());
        }
    }
    text.text()
}

/// `POST https://shop.example/cart?till=7#x`.
pub(crate) fn request(event: &Event) -> String {
    let Some(request) = event.request() else {
        return String::new();
    };
    let mut text = Joined::default();
    text.add("", request.method.as_deref().unwrap_or_default());
    text.add(" ", request.url.as_deref().unwrap_or_default());
    let mut text = line_ends(&text.text(), 300);
    if let Some(fragment) = request.fragment.filter(|_| !text.is_empty()) {
        push(&mut text, &["#", &line(&fragment, 60)]);
    }
    text
}
