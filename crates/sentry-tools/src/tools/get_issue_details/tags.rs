//! The event's tags, without those that another fact of the page tells.

use sentry_api::{Event, Issue, Tag};

use crate::text::attached;
use crate::text::budget::Section;
use crate::text::markdown::{Joined, code, line, number};
use crate::tools::get_issue_tag_values;
use crate::vocabulary::tool::Context;

use super::facts::ENVIRONMENT;

/// Tags that say most about an error, in this order; the program's own come behind.
const FIRST: [&str; 20] = [
    "environment",
    "handled",
    "level",
    "transaction",
    "url",
    "release",
    "user",
    "mechanism",
    "server_name",
    "browser",
    "os",
    "device",
    "runtime",
    "dist",
    "http.method",
    "http.status_code",
    "monitor.slug",
    "uptime_rule",
    "device.family",
    "os.name",
];

/// Shown; the others are counted.
const TAGS: usize = 20;

/// Whether another fact of the page says the same.
fn is_told(tag: &Tag, is_handled: Option<bool>, issue: &Issue, event: &Event) -> bool {
    let value = Some(tag.value.as_str());
    match tag.key.as_str() {
        ENVIRONMENT => true,
        "level" => value == issue.level.as_deref(),
        "transaction" => value == issue.culprit.as_deref(),
        "release" => value == event.release().as_deref(),
        "handled" => {
            let words = is_handled.map(|is_handled| if is_handled { "yes" } else { "no" });
            value == words
        }
        "user" => {
            let said = attached::user(event);
            let parts = tag.value.split_once(':');
            parts.is_some_and(|(_, who)| !who.is_empty() && said.contains(who))
        }
        _ => false,
    }
}

/// Keys of the tags that are left out: named, the others counted.
const KEYS: usize = 24;

/// `custom.cove`, `custom.deck`, and how to read their values.
fn keys(context: &Context<'_>, tags: &[&Tag]) -> String {
    let mut text = Joined::default();
    for tag in tags.iter().take(KEYS) {
        text.add(", ", &code(&tag.key, 40));
    }
    if tags.len() > KEYS {
        let more = number((tags.len() - KEYS) as u64);
        text.add("", &[" and ", &more, " more"].concat());
    }
    if context.offers(&get_issue_tag_values::TOOL) {
        text.add(
            ". ",
            "get_issue_tag_values has the values of one tag by its key",
        );
    }
    let text = text.text();
    if text.is_empty() {
        text
    } else {
        [&text, "."].concat()
    }
}

pub(super) fn tags(
    context: &Context<'_>,
    is_handled: Option<bool>,
    issue: &Issue,
    event: &Event,
) -> Section {
    let mut tags = event.tags();
    tags.retain(|tag| !is_told(tag, is_handled, issue, event));
    let place = |tag: &Tag| FIRST.iter().position(|first| *first == tag.key);
    let mut shown: Vec<&Tag> = Vec::new();
    for first in FIRST {
        shown.extend(tags.iter().find(|tag| tag.key == first));
    }
    shown.extend(tags.iter().filter(|tag| place(tag).is_none()));
    let (shown, others) = shown.split_at(TAGS.min(shown.len()));
    let mut section = Section::lines("tags", 7, "## Tags")
        .most(2_200)
        .nouns(&[("other tag", "other tags")])
        .elsewhere(keys(context, others));
    for tag in shown {
        section.row(
            [
                "- ",
                &code(
                    &[&line(&tag.key, 60), ": ", &line(&tag.value, 140)].concat(),
                    210,
                ),
            ]
            .concat(),
        );
    }
    section.left_out(tags.len().saturating_sub(shown.len()) as u64);
    section
}
