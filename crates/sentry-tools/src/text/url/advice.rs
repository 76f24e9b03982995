//! What to do about a page that no tool reads by its address. Tools and parameters are named as data: what a session lacks
//! is left out where the words are made ([`crate::vocabulary::advice`]).

use super::kinds::{Help, KINDS, Part};
use super::page::parameter;
use super::site::Site;

/// What a page is, and which calls help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Advice {
    /// Such as `a dashboard`.
    pub(crate) what: &'static str,
    pub(crate) calls: Vec<Call>,
    /// A sentence more, or nothing.
    pub(crate) also: &'static str,
}

/// A call of a tool, as far as the page says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) tool: &'static str,
    pub(crate) arguments: Vec<(&'static str, String)>,
}

/// Of a page by its path below the organization.
pub(super) fn of(site: &Site, path: &[&str]) -> Advice {
    let fits = |kind: &[&str]| {
        kind.len() <= path.len()
            && kind
                .iter()
                .zip(path)
                .all(|(one, other)| *one == "*" || one == other)
    };
    let kind = KINDS.iter().find(|(kind, ..)| fits(kind));
    let (what, help) = kind.map_or(
        ("no issue, event or trace", Help::Nothing("")),
        |(_, what, help)| (*what, *help),
    );
    let word = |place: usize| path.get(place).copied().unwrap_or_default();
    let last = || path.last().copied().unwrap_or_default();
    let calls = match help {
        Help::Issues => vec![issues(site, parameter(site, "query").unwrap_or_default())],
        Help::Feedback => vec![issues(site, "issue.category:feedback")],
        Help::Crons => vec![
            monitor(
                path,
                "crons",
                "get_monitor_details",
                ["projectSlugOrId", "monitorSlug"],
            ),
            issues(site, "issue.type:monitor_check_in_failure"),
        ],
        Help::Uptime => vec![
            monitor(
                path,
                "uptime",
                "get_uptime_monitor_details",
                ["projectSlug", "uptimeMonitorId"],
            ),
            issues(site, "issue.type:uptime_domain_failure"),
        ],
        Help::Rule => vec![of_rule(site, path)],
        Help::Release => of_release(site, word(1)),
        Help::Transaction => {
            let name = parameter(site, "transaction");
            let query = name.map(|name| ["transaction:\"", name, "\""].concat());
            vec![events(site, "spans", query.as_deref().unwrap_or_default())]
        }
        Help::Widgets => vec![events(site, "", "")],
        Help::Events(dataset, name) => {
            let query = parameter(site, name).or_else(|| parameter(site, "query"));
            vec![events(site, dataset, query.unwrap_or_default())]
        }
        Help::Found(dataset, field) => {
            vec![events(site, dataset, &[field, ":", last()].concat())]
        }
        Help::Named(tool) => vec![Call::of(tool)],
        Help::Reads(tool, parts) => {
            let mut call = Call::of(tool);
            for (name, part) in parts {
                let value = match *part {
                    Part::Word(place) => Some(word(place)),
                    Part::Parameter(name) => parameter(site, name),
                };
                call.with(name, value.unwrap_or_default());
            }
            vec![call]
        }
        Help::Project(place) => of_project(site, word(place)),
        Help::Keys(place) => {
            let mut call = Call::of("find_dsns");
            call.with("projectSlug", word(place));
            vec![call]
        }
        Help::Nothing(_) => vec![],
    };
    let also = match help {
        Help::Rule => "Rules are read and changed in Sentry.",
        Help::Widgets => "A dashboard's numbers come from such searches.",
        Help::Nothing(words) => words,
        _ => "",
    };
    Advice { what, calls, also }
}

/// The issues of the rule's project, which stands behind `rules` unless a word of the page's own does.
fn of_rule(site: &Site, path: &[&str]) -> Call {
    let rule = path.iter().position(|word| *word == "rules");
    let project = path.get(rule.unwrap_or_default() + 1).copied();
    let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    let project = project.filter(|word| !is_number(word) && !["details", "new"].contains(word));
    let mut call = issues(site, "is:unresolved");
    call.with("projectSlugOrId", project.unwrap_or_default());
    call
}

/// What stands behind the kind's word: a project and a monitor, or a monitor alone.
fn monitor(
    path: &[&str],
    kind: &str,
    tool: &'static str,
    [project, id]: [&'static str; 2],
) -> Call {
    let mut call = Call::of(tool);
    let names = path.iter().skip_while(|word| **word != kind).skip(1);
    let names = names
        .copied()
        .take_while(|word| !["details", "edit"].contains(word));
    match names.collect::<Vec<_>>().as_slice() {
        [one, other, ..] => {
            call.with(project, one);
            call.with(id, other);
        }
        [one] => call.with(id, one),
        [] => {}
    }
    call
}

/// The release, the issues that began with it, and the errors of it.
fn of_release(site: &Site, version: &str) -> Vec<Call> {
    let quoted = |name: &str| [name, ":\"", version, "\""].concat();
    let mut release = Call::of("get_release_details");
    release.with("releaseVersion", version);
    vec![
        release,
        issues(site, &quoted("firstRelease")),
        events(site, "errors", &quoted("release")),
    ]
}

fn of_project(site: &Site, name: &str) -> Vec<Call> {
    let mut find = Call::of("find_projects");
    find.with("query", name);
    let mut broken = issues(site, "is:unresolved");
    broken.with("projectSlugOrId", name);
    vec![find, broken]
}

/// Of a page of issues that is named by a word where an issue's id would stand.
pub(super) fn of_list(site: &Site, word: &str) -> Advice {
    if word.contains('…') || word.ends_with("..") {
        return plain("an address that was cut off", "Copy the whole of it.");
    }
    Advice {
        what: "a list of issues",
        calls: vec![issues(site, parameter(site, "query").unwrap_or_default())],
        also: "An issue's address has its number or short id behind `issues/`.",
    }
}

pub(super) fn bad_event() -> Advice {
    plain(
        "an issue with something that is no event's id",
        "An event's id has 32 hexadecimal digits; `latest`, `oldest` and `recommended` work too. Without `events/…` it is \
         the latest.",
    )
}

pub(super) fn bad_trace() -> Advice {
    plain(
        "something that is no trace's id",
        "A trace's id has 32 hexadecimal digits.",
    )
}

pub(super) fn torn() -> Advice {
    plain(
        "a page whose host and path name different organizations",
        "Copy it again.",
    )
}

const fn plain(what: &'static str, also: &'static str) -> Advice {
    Advice {
        what,
        calls: Vec::new(),
        also,
    }
}

fn issues(site: &Site, query: &str) -> Call {
    let mut call = Call::of("search_issues");
    call.with("query", query);
    if let Some(project) = project(site) {
        call.with("projectSlugOrId", &project);
    }
    call
}

fn events(site: &Site, dataset: &str, query: &str) -> Call {
    let mut call = Call::of(match dataset {
        "logs" => "search_logs",
        "spans" => "search_traces",
        "metrics" => "search_metrics",
        "profiles" | "profile_functions" => "search_profiles",
        "replays" => "search_replays",
        _ => "search_errors",
    });
    call.with("query", query);
    if let Some(project) = project(site) {
        call.with("projectSlug", &project);
    }
    if let Some(period) = parameter(site, "statsPeriod") {
        call.with("period", period);
    }
    call
}

/// The one project of the page; several, or all (`-1`), are none.
fn project(site: &Site) -> Option<String> {
    let mut ids = site.query.iter().filter(|(name, _)| name == "project");
    let id = ids.next().map(|(_, id)| id)?;
    let is_one =
        ids.next().is_none() && !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    is_one.then(|| id.clone())
}

impl Call {
    const fn of(tool: &'static str) -> Self {
        Self {
            tool,
            arguments: Vec::new(),
        }
    }

    /// A value that says nothing is left out.
    fn with(&mut self, name: &'static str, value: &str) {
        if !value.trim().is_empty() {
            self.arguments.retain(|(own, _)| *own != name);
            self.arguments.push((name, value.to_owned()));
        }
    }
}
