//! Addresses in a text: in brackets, quotes or Markdown, with a chat's label or a mail's punctuation, or without a scheme.

use sentry_api::IssueId;
use url::Url;

/// More addresses than these are not looked at.
const MOST: usize = 4;

/// What ends an address wherever it stands. Brackets end one where they were opened before it.
const ENDS: &[char] = &[
    '<', '>', '"', '`', '|', '“', '”', '„', '«', '»', '‹', '›', '’',
];

/// What a sentence puts behind an address.
const BEHIND: &[char] = &[',', ';', ':', '!', '?', '*', '\'', '…'];

/// The text without what cannot be seen, and with what HTML and JSON escape.
pub(super) fn plain(text: &str) -> String {
    let is_seen = |c: &char| !matches!(*c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    let text: String = text.chars().filter(is_seen).collect();
    let text = text.replace("&amp;", "&").replace("\\/", "/");
    let text = text.trim();
    let is_encoded = text
        .get(..14)
        .is_some_and(|begin| begin.to_ascii_lowercase().contains("%3a%2f%2f"));
    if is_encoded && !text.contains("://") {
        return decoded(text);
    }
    text.to_owned()
}

/// Percent-encoded text, which may be no UTF-8. A plus sign stays one: that is a form's custom, not a path's.
pub(super) fn decoded(text: &str) -> String {
    let kept = text.replace('+', "%2B").replace('&', "%26");
    let mut pairs = url::form_urlencoded::parse(kept.as_bytes());
    pairs.next().map_or_else(String::new, |(name, value)| {
        let equals = if text.contains('=') { "=" } else { "" };
        [&name, equals, &value].concat()
    })
}

/// The addresses in a text, in its order.
pub(super) fn addresses(text: &str) -> Vec<Url> {
    let mut found = Vec::new();
    let mut rest = text;
    while found.len() < MOST
        && let Some(at) = rest.find("://")
    {
        let (before, after) = rest.split_at(at);
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        let opened = before.trim_end_matches(is_part);
        let scheme = before.strip_prefix(opened).unwrap_or_default();
        let end = end_of(after, opened.ends_with('\''));
        let (address, next) = after.split_at(end);
        let is_web = ["http", "https"].contains(&scheme.to_ascii_lowercase().as_str());
        if is_web {
            found.extend(Url::parse(&[scheme, address].concat()));
        }
        rest = next
            .get(3..)
            .filter(|_| next.starts_with("://"))
            .unwrap_or(next);
    }
    if found.is_empty() && !text.contains("://") {
        found.extend(without_scheme(text));
    }
    found
}

/// `acme.sentry.io/issues/1`: a word with a dot in front of its first slash.
fn without_scheme(text: &str) -> Option<Url> {
    let is_edge = |c: char| c.is_whitespace() || ENDS.contains(&c) || "([{'*".contains(c);
    let word = text.split(is_edge).find(|word| {
        let (host, path) = word.split_once('/').unwrap_or_default();
        host.contains('.') && !host.starts_with('.') && !path.is_empty()
    })?;
    let end = end_of(word, false);
    Url::parse(&["https://", word.get(..end)?].concat()).ok()
}

/// Where an address ends that begins here.
fn end_of(text: &str, is_quoted: bool) -> usize {
    let mut open = Vec::new();
    let mut end = text.len();
    for (at, c) in text.char_indices() {
        let closes = match c {
            '(' | '[' | '{' => {
                open.push(c);
                false
            }
            ')' => open.pop() != Some('('),
            ']' => open.pop() != Some('['),
            '}' => open.pop() != Some('{'),
            '\'' => is_quoted,
            c => c.is_whitespace() || ENDS.contains(&c),
        };
        if closes {
            end = at;
            break;
        }
    }
    let mut address = text.get(..end).unwrap_or_default();
    loop {
        // Three dots are not a sentence's end: the address was cut, and what is before them is a part.
        let is_stop = address.ends_with('.') && !address.ends_with("..");
        let is_cut = address.ends_with('…') && !address.ends_with("/…");
        let last = address.chars().next_back().filter(|_| !is_cut);
        match last {
            Some(c) if is_stop || BEHIND.contains(&c) => {
                address = address.strip_suffix(c).unwrap_or_default();
            }
            _ => return address.len(),
        }
    }
}

/// The whole text as a short id: `#SHELF-10`.
pub(super) fn short_id(text: &str) -> Option<IssueId> {
    let text = bare(text);
    super::page::issue(text).filter(|_| text.contains('-'))
}

/// Without quotes, brackets and the number sign around it.
pub(crate) fn bare(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || "#`'\"<>()[]*,;:“”".contains(c))
}
