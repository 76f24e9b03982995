use oauth_provider::authorize::FLOW_LIFETIME;
use oauth_provider::client::ClientIdUrl;
use oauth_provider::grant::{Dated, GrantId, News};
use oauth_provider::rows::{Row, Shape, Versions};
use oauth_provider::{Origin, Resource, Scope, UnixTime};
use serde::{Deserialize, Serialize};

/// Live grants of one person and client; beyond them the one that was not used for longest goes.
const MOST_PER_CLIENT: usize = 20;

/// One grant in a person's list. Members that came later have defaults: lines outlive versions.
#[derive(Clone, Serialize, Deserialize)]
pub struct Line {
    /// The grant.
    pub grant: GrantId,
    /// Whose grant it is: the id of its client.
    pub client_id: String,
    /// The client's name as the consent page showed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The endpoint that its tokens are for.
    pub resource: Resource,
    /// When the person completed the sign-in.
    pub opened_at: UnixTime,
    /// Seconds; noted at most once a day.
    pub used_at: UnixTime,
    /// An old refresh token of it was used.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub marked: bool,
    /// How often an answer was fetched again after the grace.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub late: u32,
    /// Chosen, and not taken back since. None are known of a grant that is older than this member.
    #[serde(default)]
    pub skills: Vec<String>,
    /// What the URL that was signed in at leaves out, as a query.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub limits: String,
    /// The widest scope that its tokens can have.
    #[serde(default)]
    pub scope: Scope,
}

/// Raised as [`Versions`] says, with a line here that says what came.
impl Row for Line {
    const VERSIONS: Versions = Versions::FIRST;
    const SHAPE: Shape = Shape::Struct;
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands out a reference"
)]
const fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// News of a grant; members that have their default bring none.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Note {
    /// An old refresh token was used.
    pub marked: bool,
    /// How often in all an answer was fetched again after the grace.
    pub late: u32,
    /// When it was last used.
    pub used_at: Option<UnixTime>,
    /// A skill was taken back; what the tokens may do from now on.
    pub withheld: Option<(String, Scope)>,
    /// What the grant itself has to say, in its order. The members above say the same then, as far as they can, for an
    /// account of the version before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub news: Vec<Dated>,
}

impl Note {
    /// The note for a grant's own news. An opening and an end are none.
    pub fn of(told: &Dated) -> Self {
        let mut note = Self::default();
        match &told.news {
            News::Opened(_) | News::Ended(_) => {}
            News::Reused(_) => note.marked = true,
            News::LateRetries(late) => note.late = *late,
            News::Used => note.used_at = Some(told.at),
            News::Narrowed(withheld, scope) => {
                let last = withheld.last().cloned().unwrap_or_default();
                note.withheld = Some((last, scope.clone()));
            }
        }
        note
    }

    /// The note for all of them.
    pub fn of_all(news: &[Dated]) -> Self {
        let all = news.iter().map(Self::of);
        let note = all.fold(Self::default(), |all, note| Self {
            marked: all.marked || note.marked,
            late: all.late.max(note.late),
            used_at: note.used_at.or(all.used_at),
            withheld: note.withheld.or(all.withheld),
            news: Vec::new(),
        });
        let news = news.to_vec();
        Self { news, ..note }
    }
}

/// Which other grants must close to make room for a new one.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Room {
    /// Which grants must close once the new one has opened; itself too, if so many came in after it.
    pub close: Vec<GrantId>,
    /// Those of them whose lines may go at once: they are so old that their grants have opened or never will. The lines
    /// of the others are taken out by their grants when they end.
    pub stale: Vec<GrantId>,
    /// Whether there are so many that it must be asked again when the new one has opened: of sign-ins at the same time
    /// the last to open then sees all the others open.
    pub crowded: bool,
}

impl Line {
    /// The host that has described this client; nothing is proven of others.
    pub fn verified_host(&self, origin: &Origin) -> Option<String> {
        let url = ClientIdUrl::parse(&self.client_id, origin).ok()?;
        Some(url.authority())
    }

    /// Writes down what happened. Notes may come in any order, and twice.
    pub fn note(&mut self, note: Note) {
        self.marked |= note.marked;
        self.late = self.late.max(note.late);
        self.used_at = note.used_at.map_or(self.used_at, |at| at.max(self.used_at));
        if let Some((skill, scope)) = note.withheld {
            self.skills.retain(|known| *known != skill);
            self.scope = self.scope.intersection(&scope);
        }
    }
}

/// The person has signed in anew: a marked grant of the same client and resource closes, since anybody else who holds its
/// tokens must not keep them; so does what exceeds the limit. `same` are the lines of its client, in the order in which
/// they came: sign-ins at the same time choose the same ones. They go when their grants have closed.
pub fn make_room(same: &[Line], new: &Line) -> Room {
    let surplus = same.len().saturating_sub(MOST_PER_CLIENT);
    // The longest unused go; of some that are alike, those that came first.
    let age = |(place, line): (usize, &Line)| (line.used_at, line.opened_at, place);
    let goes = |(place, line): &(usize, &Line)| {
        let mine = age((*place, line));
        let older = same.iter().enumerate().filter(|other| age(*other) < mine);
        let other = line.grant != new.grant;
        (other && line.marked && line.resource == new.resource) || older.count() < surplus
    };
    let (mut close, mut stale) = (Vec::new(), Vec::new());
    for (_, line) in same.iter().enumerate().filter(goes) {
        close.push(line.grant.clone());
        if new.opened_at.since(line.opened_at) > FLOW_LIFETIME {
            stale.push(line.grant.clone());
        }
    }
    Room {
        close,
        stale,
        crowded: same.len() >= MOST_PER_CLIENT / 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(n: u8, client_id: &str, used_at: u64) -> Line {
        Line {
            grant: GrantId::from_hex(&format!("{n:02x}").repeat(32)).unwrap(),
            client_id: client_id.to_owned(),
            name: None,
            limits: String::new(),
            resource: Resource::root("/mcp"),
            opened_at: UnixTime(used_at),
            used_at: UnixTime(used_at),
            marked: false,
            late: 0,
            skills: vec!["inspect".to_owned(), "triage".to_owned()],
            scope: Scope::all(&["org:read", "event:write"]),
        }
    }

    fn marked() -> Note {
        Note {
            marked: true,
            ..Note::default()
        }
    }

    fn used(at: u64) -> Note {
        Note {
            used_at: Some(UnixTime(at)),
            ..Note::default()
        }
    }

    // rule: tokens/twenty-grants-at-most: at most 20 of one person and client; the least recently
    //    used goes
    #[test]
    fn beyond_twenty_of_one_client_the_longest_unused_closes() {
        let new = line(30, "editor", 600);
        let lines = |count: u8| {
            let old = (0..count).map(|n| line(n, "editor", 100 + u64::from(n)));
            old.chain([new.clone()]).collect::<Vec<_>>()
        };
        let room = make_room(&lines(8), &new);
        assert!(room.close.is_empty() && !room.crowded);
        let room = make_room(&lines(19), &new);
        assert!(room.close.is_empty() && room.crowded);
        let mut same = lines(20);
        same[0].note(used(500));
        let room = make_room(&same, &new);
        assert_eq!(room.close, [line(1, "", 0).grant]);
        assert!(room.stale.is_empty(), "its grant may be about to open");
        let room = make_room(&same, &line(30, "editor", 800));
        assert_eq!(room.stale, room.close);
    }

    #[test]
    fn of_sign_ins_at_once_all_choose_the_same() {
        let same: Vec<_> = (0..25).rev().map(|n| line(n, "editor", 100)).collect();
        let first: Vec<_> = same.iter().take(5).map(|line| line.grant.clone()).collect();
        for asks in same.clone() {
            assert_eq!(make_room(&same, &asks).close, first);
        }
    }

    // rule: tokens/mark-closes-at-sign-in: a mark closes at the next sign-in of the same person,
    //    client and resource, and that grant alone
    #[test]
    fn a_marked_grant_closes_when_the_same_client_and_resource_sign_in_again() {
        let mut same: Vec<_> = (1..4).map(|n| line(n, "editor", 1)).collect();
        same[2].resource = Resource::from_path("/mcp/acme", "/mcp").unwrap();
        for line in &mut same[1..] {
            line.note(marked());
        }
        let room = make_room(&same, &line(5, "editor", 2));
        assert_eq!(room.close, [line(2, "", 0).grant]);
    }

    // rule: apps/marks-reach-list
    #[test]
    fn notes_come_in_any_order_and_twice() {
        let mut line = line(1, "editor", 10);
        let late = |late| Note {
            late,
            ..Note::default()
        };
        for note in [late(3), late(2), used(9), marked()] {
            line.note(note);
        }
        assert_eq!(
            (line.late, line.used_at, line.marked),
            (3, UnixTime(10), true)
        );
        let scope = Scope::all(&["org:read", "team:write"]);
        let taken = Note {
            withheld: Some(("triage".to_owned(), scope)),
            ..Note::default()
        };
        line.note(taken.clone());
        line.note(taken);
        assert_eq!(line.skills, ["inspect"]);
        assert_eq!(line.scope.to_string(), "org:read", "never more than before");
    }

    // rule: clients/host-is-identity
    // rule: apps/what-list-says
    #[test]
    fn only_a_client_that_described_itself_has_a_verified_host() {
        let origin = Origin::of(&url::Url::parse("https://mcp.example.com").unwrap()).unwrap();
        for (id, host) in [
            ("https://editor.example/client.json", Some("editor.example")),
            (
                "https://editor.example:8443/client.json",
                Some("editor.example:8443"),
            ),
            ("0123456789abcdef", None),
            ("http://editor.example/client.json", None),
            ("https://editor.example/../x", None),
        ] {
            assert_eq!(
                line(1, id, 1).verified_host(&origin).as_deref(),
                host,
                "{id}"
            );
        }
    }

    // rule: apps/rows-of-version-before: lines and rows of the version before are read
    #[test]
    fn a_line_of_the_version_before_is_read() {
        let grant = line(1, "", 0).grant;
        let text = format!(
            r#"{{"grant":"{grant}","client_id":"editor","resource":"/mcp","opened_at":1,"used_at":2}}"#
        );
        let line: Line = serde_json::from_str(&text).unwrap();
        assert!(line.skills.is_empty() && line.name.is_none() && line.late == 0);
        assert_eq!(
            serde_json::from_str::<Line>(&serde_json::to_string(&line).unwrap())
                .unwrap()
                .grant,
            grant
        );
    }
}
