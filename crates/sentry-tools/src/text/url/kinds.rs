//! Pages that no tool reads by their address: a new one of Sentry is a row here.

/// Kinds of pages by the words of their path, the longer path first; what they are; and what helps. `*` is any one word.
pub(super) static KINDS: [(&[&str], &str, Help); 49] = [
    (
        &["issues", "alerts", "rules", "crons"],
        "a monitor",
        Help::Crons,
    ),
    (
        &["issues", "alerts", "rules", "uptime"],
        "an uptime monitor",
        Help::Uptime,
    ),
    (&["issues", "alerts", "rules"], "an alert rule", Help::Rule),
    (&["issues", "alerts"], "an alert", Help::Issues),
    (
        &["issues", "feedback"],
        "the list of user feedback",
        Help::Feedback,
    ),
    (&["issues"], "a search of issues", Help::Issues),
    (&["feedback"], "the list of user feedback", Help::Feedback),
    (
        &["user-feedback"],
        "the list of user feedback",
        Help::Feedback,
    ),
    (&["alerts", "rules"], "an alert rule", Help::Rule),
    (&["alerts"], "an alert", Help::Issues),
    (
        &["traces"],
        "a search of spans",
        Help::Events("spans", "query"),
    ),
    (
        &["trace"],
        "a search of spans",
        Help::Events("spans", "query"),
    ),
    (
        &["summary"],
        "a summary of a transaction",
        Help::Transaction,
    ),
    (
        &["logs"],
        "a search of logs",
        Help::Events("logs", "logsQuery"),
    ),
    (
        &["metrics"],
        "a search of metrics",
        Help::Events("metrics", "query"),
    ),
    (
        &["discover"],
        "a search of errors",
        Help::Events("errors", "query"),
    ),
    (
        &["errors"],
        "a search of errors",
        Help::Events("errors", "query"),
    ),
    (
        &["replays", "*"],
        "a replay",
        Help::Reads("get_replay_details", &[("replayId", Part::Word(1))]),
    ),
    (
        &["replays"],
        "a search of replays",
        Help::Events("replays", "query"),
    ),
    (
        &["profiling", "profile", "*", "flamegraph"],
        "a profile",
        Help::Reads(
            "get_profile_details",
            &[
                ("projectSlugOrId", Part::Word(2)),
                ("profilerId", Part::Parameter("profilerId")),
                ("start", Part::Parameter("start")),
                ("end", Part::Parameter("end")),
            ],
        ),
    ),
    (
        &["profiling", "profile", "*", "*"],
        "a profile",
        Help::Reads(
            "get_profile_details",
            &[
                ("projectSlugOrId", Part::Word(2)),
                ("profileId", Part::Word(3)),
            ],
        ),
    ),
    (
        &["profiling", "summary", "*"],
        "a transaction's profiles",
        Help::Reads(
            "get_profile",
            &[
                ("projectSlugOrId", Part::Word(2)),
                ("transactionName", Part::Parameter("transaction")),
            ],
        ),
    ),
    (
        &["profiling"],
        "a search of profiles",
        Help::Events("profiles", "query"),
    ),
    (
        &["conversations", "*"],
        "an AI conversation",
        Help::Found("spans", "gen_ai.conversation.id"),
    ),
    (
        &["ai-conversations", "*"],
        "an AI conversation",
        Help::Found("spans", "gen_ai.conversation.id"),
    ),
    (
        &["conversations"],
        "a list of AI conversations",
        Help::Events("spans", "query"),
    ),
    (&["crons"], "a monitor", Help::Crons),
    (&["uptime"], "an uptime monitor", Help::Uptime),
    (&["monitors", "*"], "a monitor", Help::Issues),
    (&["monitors"], "the list of monitors", Help::Issues),
    (&["releases", "*"], "a release", Help::Release),
    (
        &["releases"],
        "the list of releases",
        Help::Named("find_releases"),
    ),
    (
        &["dashboard", "*"],
        "a dashboard",
        Help::Reads(
            "get_dashboard_details",
            &[("dashboardIdOrTitle", Part::Word(1))],
        ),
    ),
    (&["dashboard"], "a dashboard", Help::Widgets),
    (&["dashboards"], "a dashboard", Help::Widgets),
    (
        &["preprod", "snapshots", "*"],
        "a snapshot",
        Help::Reads("get_snapshot", &[("snapshotId", Part::Word(2))]),
    ),
    (&["preprod"], "a snapshot", Help::Nothing("")),
    (
        &["share"],
        "a public share link",
        Help::Nothing("Open it and copy the address of the issue itself."),
    ),
    (
        &["settings", "projects", "*", "keys"],
        "a project's page of client keys",
        Help::Keys(2),
    ),
    (
        &["projects", "*", "keys"],
        "a project's page of client keys",
        Help::Keys(1),
    ),
    (
        &["settings", "projects", "*"],
        "a project's settings",
        Help::Project(2),
    ),
    (
        &["settings", "projects"],
        "the list of projects",
        Help::Named("find_projects"),
    ),
    (
        &["settings", "teams"],
        "the list of teams",
        Help::Named("find_teams"),
    ),
    (
        &["settings"],
        "a page of settings",
        Help::Named("find_projects"),
    ),
    (&["projects", "*"], "a project", Help::Project(1)),
    (
        &["projects"],
        "the list of projects",
        Help::Named("find_projects"),
    ),
    (&["teams"], "the list of teams", Help::Named("find_teams")),
    (
        &["insights"],
        "a page of insights",
        Help::Events("spans", "query"),
    ),
    (
        &["stats"],
        "a page of statistics",
        Help::Events("errors", "query"),
    ),
];

/// A part of an address.
#[derive(Clone, Copy)]
pub(super) enum Part {
    /// This word of its path.
    Word(usize),
    /// A parameter of its query.
    Parameter(&'static str),
}

/// How the rest of such a page becomes calls.
#[derive(Clone, Copy)]
pub(super) enum Help {
    /// Its search, if it has one.
    Issues,
    Feedback,
    Crons,
    Uptime,
    Rule,
    Release,
    Transaction,
    Widgets,
    /// A dataset, and the page's parameter for the query.
    Events(&'static str, &'static str),
    /// A dataset, and the field that holds the last word of the path.
    Found(&'static str, &'static str),
    /// A tool that needs nothing.
    Named(&'static str),
    /// A tool that reads the very thing, and where the address says its arguments.
    Reads(&'static str, &'static [(&'static str, Part)]),
    /// The project that this word of the path names.
    Project(usize),
    Keys(usize),
    Nothing(&'static str),
}
