//! What a grant's own news make of its person's list. Pure: the object reads and writes.

use oauth_provider::from_json;
use oauth_provider::grant::{Dated, GrantId, News};

use super::event::{self, Event};
use super::line::{Line, Note};

/// What must be written.
pub enum Change {
    /// Nothing: all of it was known.
    None,
    /// A line that was not there.
    Add(Line),
    /// The line, with what has happened.
    Rewrite(Line),
    /// The line goes, and does not come back.
    End,
}

/// Reads news of a grant, in their order. They may come twice, and after the end; what has ended stays so. `known` is the
/// grant's line. Answers also what has happened, as far as it was not known.
///
/// # Errors
/// The line that came with them cannot be read.
pub fn told(
    known: Option<Line>,
    has_ended: bool,
    grant: &GrantId,
    news: &[Dated],
) -> Result<(Change, Vec<Event>), serde_json::Error> {
    let mut events = Vec::new();
    if has_ended {
        return Ok((Change::End, events));
    }
    let was_there = known.is_some();
    let mut line = known;
    for told in news {
        let at = told.at;
        match (&told.news, &mut line) {
            (News::Opened(text), None) => {
                let grant = grant.clone();
                let read: Line = from_json(text.as_bytes())?;
                let opened = Line { grant, ..read };
                events.extend(event::opened(&opened));
                line = Some(opened);
            }
            (News::Ended(why), line) => {
                let known = line.as_ref();
                events.extend(
                    known
                        .map(|line| event::ended(line, why, at))
                        .unwrap_or_default(),
                );
                return Ok((Change::End, events));
            }
            (news, Some(line)) => {
                let before = line.clone();
                line.note(Note::of(told), at);
                if let News::Narrowed(withheld, _) = news {
                    // Of several only the last is in a note.
                    line.skills.retain(|skill| !withheld.contains(skill));
                }
                events.extend(event::between(&before, line, at));
            }
            // A line of a version that was told otherwise, or none.
            (_, None) => {}
        }
    }
    let change = match line {
        Some(line) if was_there => Change::Rewrite(line),
        Some(line) => Change::Add(line),
        None => Change::None,
    };
    Ok((change, events))
}

/// Whether a grant says that it has opened: others may have to make room for it.
pub fn has_opened(news: &[Dated]) -> bool {
    news.iter().any(|told| matches!(told.news, News::Opened(_)))
}

#[cfg(test)]
mod tests {
    use oauth_provider::{Scope, UnixTime};
    use serde_json::json;

    use super::*;

    fn grant() -> GrantId {
        GrantId::from_hex(&"07".repeat(32)).unwrap()
    }

    fn opened() -> News {
        let line = json!({"grant": grant(), "client_id": "editor", "resource": "/mcp", "opened_at": 5, "used_at": 5, "skills": ["inspect", "triage", "seer"], "scope": ["org:read", "event:write"]});
        News::Opened(line.to_string())
    }

    fn all() -> Vec<Dated> {
        let taken = ["triage", "seer"].map(str::to_owned);
        let narrowed = News::Narrowed(taken.into(), Scope::all(&["org:read"]));
        let news = [
            opened(),
            News::Used(None),
            News::Reused(1),
            News::LateRetries(2),
            narrowed,
        ];
        let dated = |(at, news): (u64, News)| Dated {
            at: UnixTime(10 + at),
            news,
        };
        (0u64..).zip(news).map(dated).collect()
    }

    /// The line after messages, and whether the grant has ended.
    fn list(messages: &[&[Dated]]) -> (Option<Line>, bool) {
        let (mut line, mut ended) = (None, false);
        for news in messages {
            match told(line.clone(), ended, &grant(), news).unwrap().0 {
                Change::None => {}
                Change::Add(new) | Change::Rewrite(new) => line = Some(new),
                Change::End => (line, ended) = (None, true),
            }
        }
        (line, ended)
    }

    // rule: apps/news-in-any-order: news of a grant may come twice, and late; an ended grant's line
    //    does not come back
    #[test]
    fn the_same_news_twice_are_the_same_line() {
        let news = all();
        let once = list(&[&news]).0.unwrap();
        assert_eq!(once.skills, ["inspect"]);
        assert_eq!((once.marked, once.late, once.used_at.0), (true, 2, 11));
        let twice = list(&[&news, &news, &news[..1], &news[1..3]]).0.unwrap();
        assert_eq!(json!(once), json!(twice));
        let apart: Vec<_> = news.chunks(1).collect();
        assert_eq!(json!(list(&apart).0.unwrap()), json!(once));
    }

    // rule: apps/news-in-any-order
    #[test]
    fn what_has_ended_does_not_come_back() {
        let ended = [Dated {
            at: UnixTime(20),
            news: News::Ended("why".to_owned()),
        }];
        let news = all();
        let orders: [&[&[Dated]]; 4] = [
            &[&news, &ended],
            &[&news, &ended, &news],
            &[&ended, &news, &ended],
            &[&news[..1], &ended, &news[..1], &news[1..]],
        ];
        for messages in orders {
            let (line, ended) = list(messages);
            assert!(line.is_none() && ended);
        }
    }

    #[test]
    fn news_of_a_grant_that_is_not_in_the_list_make_no_line() {
        assert!(list(&[&all()[1..]]).0.is_none());
        let other = [Dated {
            at: UnixTime(1),
            news: News::Opened("{}".to_owned()),
        }];
        assert!(told(None, false, &grant(), &other).is_err());
    }
}
