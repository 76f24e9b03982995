//! What is learned of one request while it is answered: filled by whoever learns something, and written at its end as one
//! line ([`super::log`]) and one point ([`super::metrics`]).

use std::cell::RefCell;

use oauth_provider::grant::{FlowId, GrantId};

use crate::runtime::clock;
use crate::runtime::trace::Trace;

/// Whose fault it is that a request was not answered as its sender hoped. It decides the level of the line, and what counts
/// against the objectives of `ops/alerts`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Nobody's.
    #[default]
    None,
    /// Of whoever sent it, or of a document of theirs.
    Client,
    /// Of Sentry, or of the language model.
    Upstream,
    /// Ours.
    Ours,
}

impl Fault {
    /// Its name in points.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Client => "client",
            Self::Upstream => "upstream",
            Self::Ours => "ours",
        }
    }
}

/// The facts. Empty text: not known, or nothing to say.
#[derive(Debug, Default)]
pub struct Known {
    /// The method of MCP, the grant type, or what a person decided.
    pub operation: &'static str,
    /// A tool of the catalogue, or `unknown`.
    pub tool: &'static str,
    /// `ok`, `refused`, `failed` or `asked`, where the status does not say it.
    pub outcome: &'static str,
    /// The error's code.
    pub error: &'static str,
    /// Which check failed, as [`in_our_words`] leaves it.
    pub reason: String,
    /// What the runtime or Sentry said to a fault of ours or theirs.
    pub detail: String,
    /// Whose fault it is.
    pub fault: Fault,
    /// The client's id, or the host of its document.
    pub client: String,
    /// `document`, `registered`, `operator`, or `sentry_bearer` for a caller without a client.
    pub kind: &'static str,
    /// One of [`super::family`].
    pub family: &'static str,
    /// The version of MCP.
    pub version: &'static str,
    /// The grant.
    pub grant: String,
    /// The sign-in behind it.
    pub sign_in: String,
    /// The person, by a pseudonym.
    pub person: String,
    /// The statuses of requests to Sentry, in the order in which they came: 0 without an answer.
    pub calls: Vec<u16>,
    /// Milliseconds that storage took.
    pub storage: u64,
    /// Milliseconds that Sentry took.
    pub upstream: u64,
    /// Waits under way.
    pub waiting: u32,
    /// Since when there is one.
    pub since: u64,
}

/// Statuses that are written down. What comes after them is counted as well.
pub const MOST_CALLS: usize = 8;

impl Known {
    /// The last call to Sentry that went wrong, else the last; 0 where there was no answer, `None` where nothing was asked.
    pub fn upstream_status(&self) -> Option<u16> {
        let wrong = |status: &&u16| !(200..400).contains(*status);
        let wrong = self.calls.iter().rev().find(wrong);
        wrong.or(self.calls.last()).copied()
    }

    /// What follows from the status where nobody has said more. To be called once, at the end.
    pub fn settle(&mut self, status: u16) {
        if status >= 500 && self.fault == Fault::None {
            self.fault = Fault::Ours;
        }
        if status >= 400 {
            self.fault = self.fault.max(Fault::Client);
            if self.error.is_empty() && self.reason.is_empty() {
                self.reason = match status {
                    404 => "there is nothing at this path",
                    405 => "the path has other methods",
                    _ => "",
                }
                .to_owned();
            }
        }
        if self.outcome.is_empty() {
            self.outcome = match self.fault {
                Fault::None => "ok",
                Fault::Client => "refused",
                Fault::Upstream | Fault::Ours => "failed",
            };
        }
    }

    /// What a wait that ends took.
    fn waited(&mut self) -> u64 {
        let now = clock::milliseconds();
        self.waiting = self.waiting.saturating_sub(1);
        now.saturating_sub(std::mem::replace(&mut self.since, now))
    }

    /// Trouble of ours: what, and how.
    pub fn ours(&mut self, what: &str, detail: &str) {
        self.refused(Fault::Ours, "temporarily_unavailable", what);
        self.detail = detail.to_owned();
    }

    /// A refusal: its code, and why.
    pub fn refused(&mut self, fault: Fault, error: &'static str, reason: &str) {
        self.fault = self.fault.max(fault);
        self.error = error;
        self.reason = in_our_words(reason);
    }

    /// The client, by its id: what anybody may have sent is not shown unless it looks like an id.
    pub fn client(&mut self, id: &str, by_operator: bool) {
        (self.client, self.kind) = match id.split_once("://") {
            Some((_, rest)) => {
                let host = rest.split(['/', '?', '#', '@']).next().unwrap_or_default();
                (some_of(host, 100), "document")
            }
            None if by_operator => (id.to_owned(), "operator"),
            None => (some_of(id, 48), "registered"),
        };
    }
}

/// A name of letters, digits and `.-_:`, or nothing: not longer than ids are, and no token.
fn some_of(text: &str, longest: usize) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"._-:".contains(&b);
    if text.len() <= longest && text.bytes().all(plain) && !is_secret(text) {
        text.to_owned()
    } else {
        "…".to_owned()
    }
}

/// Whether it could be a token, of ours or of Sentry's.
pub fn is_secret(text: &str) -> bool {
    ["smcp_", "sntry"].iter().any(|mark| text.contains(mark))
}

/// A reason without what others have written: from the first quotation mark to the last one, and words that look like an
/// address or are longer than words are. Not longer than a line should be.
pub fn in_our_words(text: &str) -> String {
    const QUOTES: [char; 4] = ['`', '"', '“', '”'];
    const MOST: usize = 400;
    let begin = text.find(QUOTES).unwrap_or(text.len());
    let end = text.rfind(QUOTES).map_or(text.len(), |at| at + 1);
    let mut words = String::new();
    for (place, word) in text.split_inclusive(' ').scan(0, |at, word| {
        *at += word.len();
        Some((*at, word))
    }) {
        let quoted = place > begin && place - word.len() < end;
        let seen = if quoted || !is_ours(word.trim_end()) {
            "… "
        } else {
            word
        };
        // Of several that are left out one mark stays.
        if (seen == "… " && words.ends_with(seen)) || words.len() + seen.len() > MOST {
            continue;
        }
        words.push_str(seen);
    }
    words.truncate(words.trim_end().len());
    words
}

fn is_ours(word: &str) -> bool {
    let known = word
        .chars()
        .all(|c| c.is_ascii_graphic() || "…§–".contains(c));
    let bare = word.trim_end_matches([':', ';', ',', '.', ')']);
    known
        && word.len() <= 32
        && !bare.contains([':', '@', '?', '%', '=', '\\', '&'])
        && !is_secret(word)
}

/// The facts of one request.
#[derive(Debug)]
pub struct Facts {
    /// The request's id.
    pub id: String,
    /// The trace that it is a part of.
    pub trace: Trace,
    known: RefCell<Known>,
}

impl Facts {
    /// Nothing is known yet but these.
    pub fn new(id: String, trace: Trace) -> Self {
        Self {
            id,
            trace,
            known: RefCell::default(),
        }
    }

    /// Adds to what is known, or reads it.
    pub fn learn<T>(&self, learn: impl FnOnce(&mut Known) -> T) -> T {
        learn(&mut self.known.borrow_mut())
    }

    /// The grant that the request is about: the first that is asked.
    pub fn grant(&self, grant: &GrantId) {
        let mut known = self.known.borrow_mut();
        if known.grant.is_empty() {
            known.grant = grant.to_string();
        }
    }

    /// The sign-in that the request is a step of, or that led to it.
    pub fn sign_in(&self, flow: Option<&FlowId>) {
        if let Some(flow) = flow {
            flow.as_str()
                .clone_into(&mut self.known.borrow_mut().sign_in);
        }
    }

    /// A wait begins: for storage, or for Sentry. Of waits at the same time the first is counted, as long as any lasts: so the
    /// parts never add up to more than the whole.
    pub fn begin(&self) {
        let mut known = self.known.borrow_mut();
        if known.waiting == 0 {
            known.since = clock::milliseconds();
        }
        known.waiting += 1;
    }

    /// A wait for storage has ended.
    pub fn stored(&self) {
        let mut known = self.known.borrow_mut();
        known.storage += known.waited();
    }

    /// A wait for Sentry has ended, with this status or 0.
    pub fn asked(&self, status: u16) {
        let mut known = self.known.borrow_mut();
        known.upstream += known.waited();
        known.calls.push(status);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // rule: tokens/reasons-in-our-words: a reason in the log repeats nothing that a stranger wrote
    #[test]
    fn a_reason_repeats_nothing_of_others() {
        for (said, written) in [
            (
                "code_verifier is not behind the code_challenge",
                "code_verifier is not behind the code_challenge",
            ),
            (
                "the client's keys are others",
                "the client's keys are others",
            ),
            (
                "another type: invalid type: string \"hunter2\", expected a sequence",
                "another type: invalid type: string … expected a sequence",
            ),
            ("`a` hunter2 `b` is wrong", "… is wrong"),
            ("an unclosed ` hunter2", "an unclosed … hunter2"),
            ("a “b” hunter2 ”", "a …"),
            (
                "redirect URI app:/cb?x=1 must be https",
                "redirect URI … must be https",
            ),
            ("resource smcp_a_x is none", "resource … is none"),
            (
                "Rule: it must be https; Section: CIMD §3",
                "Rule: it must be https; Section: CIMD §3",
            ),
            ("ключ", "…"),
        ] {
            assert_eq!(in_our_words(said), written);
        }
        assert!(in_our_words(&"word ".repeat(1000)).len() <= 400);
        assert_eq!(in_our_words(&"x".repeat(33)), "…");
    }

    #[test]
    fn a_client_is_shown_by_an_id_or_a_host() {
        let client = |id: &str, by_operator| {
            let mut known = Known::default();
            known.client(id, by_operator);
            (known.client, known.kind)
        };
        for (id, shown, kind) in [
            (
                "https://client.example/doc.json?x",
                "client.example",
                "document",
            ),
            ("https://user:pw@client.example/", "user:pw", "document"),
            ("http://[::1]/x", "…", "document"),
            ("3Xq-a_b.c", "3Xq-a_b.c", "registered"),
            ("smcp_a_x", "…", "registered"),
            ("a b", "…", "registered"),
        ] {
            assert_eq!(client(id, false), (shown.to_owned(), kind), "{id}");
        }
        assert_eq!(client(&"a".repeat(49), false).0, "…");
        assert_eq!(client(&"a".repeat(49), true), ("a".repeat(49), "operator"));
    }
}
