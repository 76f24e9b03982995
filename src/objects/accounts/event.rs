//! What happened to a person's connections, as their history tells it. Most of it is what has changed in a connection's
//! line, so that news which come twice are told once. Nobody's words stand in it but the client's name, as the list has it.

use oauth_provider::UnixTime;
use sentry_tools::Changed;
use serde_json::{Value, json};

use super::line::Line;

/// The most characters of a text that a client chose.
const LONGEST: usize = 200;

/// The kind of what tools change.
pub const CHANGED: &str = "changed";

/// Reasons for which a grant ended because somebody took it back.
const TAKEN_BACK: [&str; 3] = [
    RECALLED,
    "its person took the last of it back",
    "its client revoked it",
];

/// The reason of a grant that its person ended.
pub const RECALLED: &str = "its person ended it";

/// Reasons for which it ended because somebody else may hold its keys.
const THEFT: [&str; 2] = ["its code was redeemed twice", OLD_TOKEN];

const OLD_TOKEN: &str = "an old refresh token was used";

/// One thing that happened: when, an id that tells it from others of the same second, and a JSON object that says what. One
/// that is written twice is there once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event(pub UnixTime, pub String, pub Value);

impl Event {
    fn of(line: &Line, kind: &str, at: UnixTime) -> Self {
        let mut event = Self::of_grant(&line.grant.to_string(), kind, at);
        event.name_client(line);
        event
    }

    fn of_grant(grant: &str, kind: &str, at: UnixTime) -> Self {
        let id = [grant, ".", kind].concat();
        let mut event = Self(at, id, json!({}));
        event.set("event", kind);
        event.set("grant", grant);
        event
    }

    /// What a call changed. `call` tells it from other changes of the same second.
    pub fn changed(grant: &str, change: &Changed, call: &str, at: UnixTime) -> Self {
        let mut event = Self::of_grant(grant, CHANGED, at);
        event.1 = [&event.1, ".", call].concat();
        event.set("tool", change.tool);
        event.set("on", change.on.as_str());
        if change.unsure {
            event.set("unsure", true);
        }
        event.set("values", values(change));
        event
    }

    /// For a message.
    pub fn written(self) -> Value {
        json!([self.0, self.1, self.2])
    }

    /// Of a message.
    pub fn read(value: &Value) -> Option<Self> {
        let at = UnixTime(value.get(0)?.as_u64()?);
        Some(Self(
            at,
            value.get(1)?.as_str()?.to_owned(),
            value.get(2)?.clone(),
        ))
    }

    /// Says whose connection it is.
    pub fn name_client(&mut self, line: &Line) {
        self.set("client_id", bounded(&line.client_id));
        if let Some(name) = &line.name {
            self.set("name", bounded(name));
        }
    }

    fn because(mut self, why: &str) -> Self {
        if !why.is_empty() {
            self.set("why", bounded(why));
        }
        self
    }

    /// Whether it is of this kind.
    pub fn is(&self, kind: &str) -> bool {
        self.2.get("event").is_some_and(|event| event == kind)
    }

    fn set(&mut self, name: &str, value: impl Into<Value>) {
        if let Some(members) = self.2.as_object_mut() {
            members.insert(name.to_owned(), value.into());
        }
    }
}

/// From what to what, as lists of name, value before and value after.
fn values(change: &Changed) -> Value {
    let text = |text: &Option<String>| text.clone().map_or(Value::Null, Value::from);
    let values = change.values.iter();
    values
        .map(|value| vec![value.name.into(), text(&value.before), text(&value.after)])
        .map(Value::from)
        .collect()
}

/// A connection that has opened.
pub fn opened(line: &Line) -> Vec<Event> {
    let mut events = Vec::new();
    events.extend(line.shown_at.map(|at| Event::of(line, "shown", at)));
    if let Some(at) = line.allowed_at {
        let mut event = Event::of(line, "allowed", at);
        event.set("skills", line.skills.clone());
        event.set("resource", bounded(line.resource.path()));
        events.push(event);
    }
    events.push(Event::of(line, "opened", line.opened_at));
    events
}

/// What has changed in the line of a connection that lives on.
pub fn between(before: &Line, after: &Line, at: UnixTime) -> Vec<Event> {
    let mut events = Vec::new();
    for skill in &before.skills {
        if !after.skills.contains(skill) {
            let mut event = Event::of(after, "narrowed", at);
            event.1 = bounded(&[&event.1, ".", skill].concat());
            event.set("skills", vec![skill.clone()]);
            events.push(event);
        }
    }
    if day(before.marked_at) < day(after.marked_at) {
        let theft = Event::of(after, "theft", after.marked_at.unwrap_or(at));
        events.push(theft.because(OLD_TOKEN));
    }
    if day(Some(before.used_at)) < day(Some(after.used_at)) {
        // What the day before ended with, where that is another time than it began with.
        let last = after.used_before.filter(|last| *last > before.used_at);
        let times = last.into_iter().chain([after.used_at]);
        events.extend(times.map(|at| Event::of(after, "refreshed", at)));
    }
    events
}

/// A connection that has ended, and why.
pub fn ended(line: &Line, why: &str, at: UnixTime) -> Vec<Event> {
    let mut events = Vec::new();
    if THEFT.contains(&why) {
        events.push(Event::of(line, "theft", at).because(why));
    }
    let kind = if TAKEN_BACK.contains(&why) {
        "revoked"
    } else {
        "closed"
    };
    events.push(Event::of(line, kind, at).because(why));
    events
}

/// The day of UTC; nothing comes before every day.
fn day(time: Option<UnixTime>) -> Option<u64> {
    time.map(|time| time.0 / 86_400)
}

fn bounded(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use oauth_provider::{Resource, Scope};

    const DAY: u64 = 86_400;

    fn line() -> Line {
        Line {
            grant: oauth_provider::grant::GrantId::from_hex(&"ab".repeat(32)).unwrap(),
            client_id: "editor".to_owned(),
            name: Some("An editor".to_owned()),
            resource: Resource::root("/mcp"),
            opened_at: UnixTime(10 * DAY + 30),
            used_at: UnixTime(10 * DAY + 30),
            shown_at: Some(UnixTime(10 * DAY)),
            allowed_at: Some(UnixTime(10 * DAY + 20)),
            used_before: None,
            marked: false,
            marked_at: None,
            late: 0,
            skills: vec!["inspect".to_owned(), "triage".to_owned()],
            limits: String::new(),
            scope: Scope::default(),
        }
    }

    fn kinds(events: &[Event]) -> Vec<(String, u64)> {
        let kind = |event: &Event| event.2["event"].as_str().unwrap().to_owned();
        events
            .iter()
            .map(|event| (kind(event), event.0.0))
            .collect()
    }

    fn these(kinds: &[(&str, u64)]) -> Vec<(String, u64)> {
        let kinds = kinds.iter();
        kinds.map(|(kind, at)| ((*kind).to_owned(), *at)).collect()
    }

    // rule: apps/history
    #[test]
    fn a_connection_opens_with_what_was_asked_and_allowed() {
        let events = opened(&line());
        let day = 10 * DAY;
        let all = [("shown", day), ("allowed", day + 20), ("opened", day + 30)];
        assert_eq!(kinds(&events), these(&all));
        assert_eq!(
            events[1].2,
            json!({
                "event": "allowed", "grant": line().grant.to_string(), "client_id": "editor", "name": "An editor",
                "skills": ["inspect", "triage"], "resource": "/mcp",
            })
        );
        let before = Line {
            shown_at: None,
            allowed_at: None,
            ..line()
        };
        assert_eq!(kinds(&opened(&before)), these(&[("opened", day + 30)]));
    }

    // rule: apps/history
    #[test]
    fn what_has_changed_in_a_line_happened_and_the_same_news_again_bring_nothing() {
        let (before, now) = (line(), UnixTime(12 * DAY));
        let used = |at, used_before| Line {
            used_at: UnixTime(at),
            used_before: Some(UnixTime(used_before)),
            ..line()
        };
        let (noon, last) = (11 * DAY + 500, 10 * DAY + 700);
        let next = used(noon, last);
        let both = [("refreshed", last), ("refreshed", noon)];
        assert_eq!(kinds(&between(&before, &next, now)), these(&both));
        assert_eq!(between(&next, &used(noon + 60, noon), now), []);
        let once = used(noon, before.used_at.0);
        let one = [("refreshed", noon)];
        assert_eq!(kinds(&between(&before, &once, now)), these(&one));
        let narrowed = Line {
            skills: vec!["inspect".to_owned()],
            ..line()
        };
        let events = between(&before, &narrowed, now);
        assert_eq!(kinds(&events), these(&[("narrowed", now.0)]));
        assert_eq!(events[0].2["skills"], json!(["triage"]));
        assert_eq!(between(&narrowed, &narrowed, now), []);
    }

    // rule: apps/history
    #[test]
    fn a_copied_key_is_told_once_a_day_and_again_on_another() {
        let marked = |at| Line {
            marked: true,
            marked_at: Some(UnixTime(at)),
            ..line()
        };
        let day = 20 * DAY;
        let told = |before: &Line, after| kinds(&between(before, &marked(after), UnixTime(after)));
        assert_eq!(told(&line(), day), these(&[("theft", day)]));
        assert_eq!(told(&marked(day), day + 5), []);
        let tomorrow = day + DAY;
        assert_eq!(told(&marked(day), tomorrow), these(&[("theft", tomorrow)]));
    }

    // rule: apps/history
    #[test]
    fn an_end_says_why() {
        let told = |why| kinds(&ended(&line(), why, UnixTime(5)));
        assert_eq!(told("its time was over"), these(&[("closed", 5)]));
        for why in TAKEN_BACK {
            assert_eq!(told(why), these(&[("revoked", 5)]));
        }
        for why in THEFT {
            assert_eq!(told(why), these(&[("theft", 5), ("closed", 5)]));
        }
        assert_eq!(ended(&line(), "", UnixTime(5))[0].2.get("why"), None);
    }

    // rule: apps/history
    #[test]
    fn two_changes_of_a_second_are_two_and_texts_of_clients_are_bounded() {
        let grant = line().grant.to_string();
        let change = Changed {
            tool: "update_issue",
            on: "acme/WEB-1".to_owned(),
            values: Vec::new(),
            unsure: true,
        };
        let [one, other] = ["request.0", "request.1"]
            .map(|call| Event::changed(&grant, &change, call, UnixTime(1)));
        assert_ne!(one.1, other.1);
        assert!(one.1.starts_with(&grant) && one.2["unsure"] == true);
        let long = Line {
            client_id: "é".repeat(5_000),
            name: Some("x".repeat(5_000)),
            ..line()
        };
        for event in opened(&long) {
            let written = event.clone().written();
            assert!(written.to_string().len() < 1_200);
            assert_eq!(Event::read(&written), Some(event));
        }
    }
}
