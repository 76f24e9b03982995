//! The page of connected apps.

use askama::Template;
use oauth_provider::grant::GrantId;
use oauth_provider::params::Params;
use oauth_provider::{Settings, UnixTime};
use sentry_tools::{Limits, Skill};

use crate::account::session::Session;
use crate::deployment::Deployment;
use crate::objects::accounts::{Answer, Line, Place};
use crate::runtime::date::{Day, time_of_day};
use crate::site::pages::Notice;
use crate::site::shared_hosting::shared_hosting;

/// The name that is shown for a client without one.
pub const NAMELESS: &str = "An application without a name";

/// The list of a person's grants.
#[derive(Template)]
#[template(path = "account.html")]
pub struct AccountPage<'a> {
    person: &'a str,
    /// Shows that a form is this session's.
    proof: String,
    /// The query of this very part of the list.
    place: String,
    /// A sentence on what the person has just done.
    said: Option<String>,
    all: usize,
    /// Whether there are more than that: they are not counted any further.
    and_more: bool,
    /// Which of them are shown; `None` where so many are newer that they are not counted.
    shown: Option<(usize, usize)>,
    /// The query of the newer part, if there is one.
    newer: Option<String>,
    older: Option<String>,
    apps: Vec<App>,
}

/// The connections of one application, as far as they are on this page. Of those that are unverified nobody knows more
/// than the name.
struct App {
    name: String,
    verified_host: Option<String>,
    /// The hosting service on which anybody can publish, if the client's host belongs to one.
    shared: Option<&'static str>,
    client_id: String,
    connections: Vec<Connection>,
}

struct Connection {
    grant: String,
    since: Day,
    used: Day,
    used_time: String,
    reach: String,
    /// What the connection's own URL leaves, in words; empty if that is all.
    limits: String,
    is_narrowed: bool,
    is_read_only: bool,
    scope: String,
    skills: Vec<HeldSkill>,
    marked: bool,
    late: u32,
}

struct HeldSkill {
    id: String,
    title: String,
    /// What it does beside reading; empty if nothing.
    effect: &'static str,
}

/// The return from Sentry is not of a sign-in that this browser began.
pub const OTHER_BROWSER: Notice = Notice {
    status: 400,
    code: "invalid_request",
    title: "This sign-in was not begun here",
    text: "It was begun in another browser, was finished already, or this browser keeps no cookies. If you did not begin it, \
     close this page.",
};

/// The return from Sentry came later than ten minutes after the sign-in began.
pub const TOO_LATE: Notice = Notice {
    status: 400,
    code: "invalid_request",
    title: "The sign-in took too long",
    text: "It is good for ten minutes.",
};

/// The person did not agree at Sentry.
pub const DENIED: Notice = Notice {
    status: 400,
    code: "access_denied",
    title: "You did not sign in",
    text: "Sentry was not allowed to say who you are, so there is nothing to show. Nothing was changed.",
};

/// Sentry did not answer when the code was exchanged.
pub const SENTRY_DOWN: Notice = Notice {
    status: 502,
    code: "temporarily_unavailable",
    title: "Sentry does not answer",
    text: "It could not say who you are. Nothing was changed. Wait a moment, then try again.",
};

/// Sentry refused the code, or sent an error.
pub const SENTRY_REFUSED: Notice = Notice {
    status: 502,
    code: "server_error",
    title: "Sentry refused the sign-in",
    text: "It did not say who you are. Nothing was changed. If it happens again, tell whoever runs this server.",
};

/// The headline and text for somebody who has signed out.
pub const NOW_SIGNED_OUT: (&str, &str) = (
    "You are signed out",
    "Of this page alone: your connected apps go on as they are, and so does your sign-in at Sentry.",
);

/// The headline and text for somebody who has deleted everything.
pub const DELETED: (&str, &str) = (
    "Your data here is deleted",
    "All connections have ended, and the list and the history of them are gone. Sentry has all that it had. If you come \
     back, you begin anew.",
);

/// The form of somebody whose session here has ended.
pub const SIGNED_OUT: Notice = Notice {
    status: 403,
    code: "access_denied",
    title: "You are no longer signed in",
    text: "A sign-in here lasts for an hour. Nothing was changed.",
};

/// The form was shown in another session than the one that posts it.
pub const STALE: Notice = Notice {
    status: 403,
    code: "access_denied",
    title: "This page is out of date",
    text: "You have signed in anew since it was shown, perhaps as somebody else. Nothing was changed.",
};

/// The form was not posted by a page of ours.
pub const CROSS_SITE: Notice = Notice {
    status: 403,
    code: "access_denied",
    title: "This form came from another site",
    text: "We act on our own page only. Nothing was changed.",
};

/// The form is too long, malformed, or asks for no change that there is.
pub const BAD_FORM: Notice = Notice {
    status: 400,
    code: "invalid_request",
    title: "This form cannot be read",
    text: "Nothing was changed.",
};

impl<'a> AccountPage<'a> {
    /// The page of one part of the list. `said` is the sentence on what the person has just done.
    pub fn new(
        session: &'a Session,
        part: Answer,
        place: &Place,
        said: Option<String>,
        deployment: &Deployment,
    ) -> Self {
        let at = |line: &Line| (line.opened_at, line.grant.clone());
        let (first, last) = (part.newer + 1, part.newer + part.lines.len());
        let newer = part.lines.first().filter(|_| part.newer > 0).map(at);
        let older = part.lines.last().filter(|_| last < part.all).map(at);
        Self {
            person: &session.name,
            proof: session.sign(super::FORM, &deployment.config.keys),
            place: query_of(place),
            said,
            all: part.all,
            and_more: part.uncounted.1,
            shown: (!part.uncounted.0).then_some((first, last)),
            newer: newer.map(|(at, grant)| query_of(&Place::NewerThan(at, grant))),
            older: older.map(|(at, grant)| query_of(&Place::OlderThan(at, grant))),
            apps: by_app(part.lines, &deployment.settings),
        }
    }
}

/// An application stands where its newest connection does.
fn by_app(lines: Vec<Line>, settings: &Settings) -> Vec<App> {
    let origin = &settings.origin;
    let mut apps: Vec<App> = Vec::new();
    for line in lines {
        let verified_host = line.verified_host(origin);
        let same = apps.iter_mut().find(|app| {
            let is_it = match verified_host {
                Some(_) => app.client_id == line.client_id,
                None => app.verified_host.is_none(),
            };
            is_it && app.name == name(&line)
        });
        if let Some(app) = same {
            app.connections.push(Connection::new(line, settings));
            continue;
        }
        apps.push(App {
            name: name(&line).to_owned(),
            shared: verified_host
                .as_deref()
                .and_then(|host| shared_hosting(host, origin)),
            verified_host,
            client_id: line.client_id.clone(),
            connections: vec![Connection::new(line, settings)],
        });
    }
    apps
}

impl Connection {
    fn new(line: Line, settings: &Settings) -> Self {
        let limits = Limits::stored(&line.limits);
        let skills: Vec<HeldSkill> = line.skills.into_iter().map(HeldSkill::new).collect();
        let mut segments = line.resource.segments(settings.resource_base);
        Self {
            grant: line.grant.to_string(),
            since: line.opened_at.into(),
            used: line.used_at.into(),
            used_time: time_of_day(line.used_at),
            is_narrowed: !limits.are_none() || segments.next().is_some(),
            is_read_only: limits.are_read_only()
                || (!skills.is_empty() && skills.iter().all(|skill| skill.effect.is_empty())),
            reach: reach(line.resource.segments(settings.resource_base)),
            limits: limits.in_words(),
            scope: line.scope.to_string(),
            skills,
            marked: line.marked,
            late: line.late,
        }
    }
}

impl HeldSkill {
    fn new(id: String) -> Self {
        let skill = Skill::parse(&id);
        Self {
            title: skill.map_or_else(|| id.clone(), |skill| skill.title().to_owned()),
            effect: match skill {
                Some(Skill::Inspect | Skill::Docs) => "",
                Some(Skill::Seer) => "starts an analysis",
                _ => "changes data",
            },
            id,
        }
    }
}

/// The client's name for display.
pub fn name(line: &Line) -> &str {
    line.name.as_deref().unwrap_or(NAMELESS)
}

/// Where the tokens of a resource are good, in words.
pub fn reach<'a>(mut segments: impl Iterator<Item = &'a str>) -> String {
    match (segments.next(), segments.next()) {
        (Some(organization), Some(project)) => format!("The project {project} of {organization}"),
        (Some(organization), None) => format!("The organization {organization}"),
        _ => "Everything that you can see".to_owned(),
    }
}

/// Which part of the list a query asks for; the newest if the query cannot be read.
pub fn place_of(params: &Params) -> Place {
    let read = |name: &'static str| {
        let (at, grant) = params.one(name).ok()??.split_once('.')?;
        Some((UnixTime(at.parse().ok()?), GrantId::parse(grant)?))
    };
    if let Some((at, grant)) = read("older") {
        Place::OlderThan(at, grant)
    } else if let Some((at, grant)) = read("newer") {
        Place::NewerThan(at, grant)
    } else {
        Place::Newest
    }
}

/// The query that asks for a part of the list.
pub fn query_of(place: &Place) -> String {
    match place {
        Place::Newest => String::new(),
        Place::OlderThan(at, grant) => format!("older={}.{grant}", at.0),
        Place::NewerThan(at, grant) => format!("newer={}.{grant}", at.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // rule: apps/many-grants-in-parts
    #[test]
    fn a_place_survives_its_query_and_anything_else_is_the_newest() {
        let grant = GrantId::from_hex(&"ab".repeat(32)).unwrap();
        for place in [
            Place::Newest,
            Place::OlderThan(UnixTime(5), grant.clone()),
            Place::NewerThan(UnixTime(u64::MAX), grant.clone()),
        ] {
            assert_eq!(place_of(&Params::parse(&query_of(&place))), place);
        }
        for query in [
            "older=",
            "older=5",
            "older=5.x",
            &format!("older=-5.{grant}"),
            &format!("older=99999999999999999999.{grant}"),
            &format!("older=5.{grant}&older=6.{grant}"),
            "newer='%20OR%201=1",
        ] {
            assert_eq!(place_of(&Params::parse(query)), Place::Newest, "{query}");
        }
    }

    #[test]
    fn a_reach_in_words() {
        for (path, words) in [
            (&[][..], "Everything that you can see"),
            (&["acme"], "The organization acme"),
            (&["acme", "web"], "The project web of acme"),
        ] {
            assert_eq!(reach(path.iter().copied()), words);
        }
    }
}
