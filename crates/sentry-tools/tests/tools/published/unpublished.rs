//! What the tools ask of Sentry that it does not publish, and what it answers otherwise than published, each with the reason
//! why that is so. An endpoint is one line with `{}` for any segment; of a published endpoint a parameter (` ?name`), a value
//! (` ?name=value`) or a member of the body (` .name`). What is listed and no longer asked fails, as what is asked and not
//! listed does.

/// Of requests.
pub(crate) const UNPUBLISHED: &[(&str, &str)] = &[
    (
        "GET /organizations/{}/issues/{}/user-reports/",
        "what users wrote about an issue; the published ones are a project's",
    ),
    (
        "GET /projects/{}/{}/files/images/{}/",
        "an image's bytes, at the address that a published answer names",
    ),
    (
        "GET /projects/{}/{}/replays/{}/recording-segments/ ?download",
        "the recording itself and not a list of its parts",
    ),
    (
        "DELETE /organizations/{}/issues/{}/external-issues/{}/",
        "takes a link of an app's away; what is published is the installation's",
    ),
    (
        "GET /organizations/{}/issues/{}/integrations/",
        "which trackers the issue can be linked to",
    ),
    (
        "PUT /organizations/{}/issues/{}/integrations/{}/ .repo",
        "each tracker has members of its own beside the published one",
    ),
    (
        "GET /organizations/{}/sentry-app-components/",
        "which apps can link an issue, and what their form needs",
    ),
    (
        "POST /sentry-app-installations/{}/external-issue-actions/",
        "has the app make the link, which the published one only stores",
    ),
    (
        "GET /organizations/{}/agents/conversations/",
        "conversations with agents are new",
    ),
    (
        "GET /organizations/{}/agents/conversations/{}/",
        "conversations with agents are new",
    ),
    (
        "GET /organizations/{}/events-dropped/",
        "why events are missing; the published counts have no reason",
    ),
    (
        "GET /organizations/{}/monitors/ ?per_page",
        "how many are shown at once",
    ),
    (
        "GET /organizations/{}/monitors/ ?query",
        "the name that is looked for",
    ),
    (
        "GET /organizations/{}/monitors/{}/checkins/ ?per_page",
        "how many are shown at once",
    ),
    (
        "GET /organizations/{}/monitors/{}/stats/",
        "how many check-ins were missed or failed",
    ),
    (
        "GET /projects/{}/{}/monitors/{}/stats/",
        "how many check-ins were missed or failed",
    ),
    (
        "GET /projects/{}/{}/monitors/{}/ ?environment",
        "narrows what is read of one environment or period",
    ),
    (
        "GET /projects/{}/{}/monitors/{}/checkins/ ?environment",
        "narrows what is read of one environment or period",
    ),
    (
        "GET /projects/{}/{}/monitors/{}/checkins/ ?per_page",
        "how many are shown at once",
    ),
    (
        "GET /projects/{}/{}/monitors/{}/checkins/ ?statsPeriod",
        "narrows what is read of one environment or period",
    ),
    (
        "DELETE /projects/{}/{}/monitors/{}/environments/{}/",
        "what is published deletes the whole monitor",
    ),
    (
        "GET /organizations/{}/releases/{}/ ?health",
        "Sentry compares with `1`, whatever a boolean looks like",
    ),
    (
        "GET /organizations/{}/releases/{}/commits/ ?per_page",
        "how many are shown at once",
    ),
    (
        "GET /organizations/{}/releases/{}/deploys/ ?per_page",
        "how many are shown at once",
    ),
    (
        "GET /organizations/{}/releases/{}/deploys/ ?project",
        "keeps a session of one project to it",
    ),
    (
        "GET /projects/{}/{}/releases/{}/",
        "the project's numbers of a release",
    ),
    (
        "GET /projects/{}/{}/releases/{}/commits/ ?per_page",
        "how many are shown at once",
    ),
    (
        "GET /organizations/{}/repos/ ?per_page",
        "how many are shown at once",
    ),
    (
        "POST /organizations/{}/code-mappings/bulk/",
        "links a new project to its repository",
    ),
    (
        "GET /organizations/{}/uptime/",
        "uptime monitors have no published endpoint",
    ),
    (
        "POST /projects/{}/{}/uptime/",
        "uptime monitors have no published endpoint",
    ),
    (
        "GET /projects/{}/{}/uptime/{}/",
        "uptime monitors have no published endpoint",
    ),
    (
        "PUT /projects/{}/{}/uptime/{}/",
        "uptime monitors have no published endpoint",
    ),
    (
        "DELETE /projects/{}/{}/uptime/{}/",
        "uptime monitors have no published endpoint",
    ),
    (
        "GET /projects/{}/{}/uptime/{}/checks/",
        "uptime monitors have no published endpoint",
    ),
    (
        "GET /projects/{}/{}/custom-inbound-filters/",
        "filters of one's own are new",
    ),
    (
        "POST /projects/{}/{}/custom-inbound-filters/",
        "filters of one's own are new",
    ),
    (
        "GET /projects/{}/{}/custom-inbound-filters/{}/",
        "filters of one's own are new",
    ),
    (
        "PUT /projects/{}/{}/custom-inbound-filters/{}/",
        "filters of one's own are new",
    ),
    (
        "DELETE /projects/{}/{}/custom-inbound-filters/{}/",
        "filters of one's own are new",
    ),
    (
        "POST /organizations/{}/onboarding/agent/status/",
        "the page where a person waits for an agent's set-up",
    ),
    (
        "GET /organizations/{}/alert-rule-detector/",
        "which monitor an older metric rule has become",
    ),
    (
        "GET /organizations/{}/available-actions/",
        "what an alert rule can do",
    ),
    (
        "GET /organizations/{}/data-conditions/",
        "what an alert rule can ask",
    ),
    (
        "GET /organizations/{}/dashboards/ ?query",
        "the title that is looked for",
    ),
    (
        "GET /organizations/{}/dashboards/ ?sort",
        "the order that the caller wants",
    ),
    (
        "GET /organizations/{}/detectors/ ?per_page",
        "how many are shown at once",
    ),
    (
        "GET /organizations/{}/workflows/ ?per_page",
        "how many are shown at once",
    ),
    (
        "GET /auth/",
        "whose token it is: the only endpoint that says so for every kind of token",
    ),
    (
        "GET /organizations/{}/issues/{}/activities/",
        "what happened to an issue; the published issue has its last lines only",
    ),
    (
        "GET /organizations/{}/issues/{}/notes/",
        "what members wrote: the activities hold it as text for a page",
    ),
    (
        "POST /organizations/{}/issues/{}/notes/",
        "the only way to write to an issue",
    ),
    (
        "GET /organizations/{}/events/ ?referrer",
        "who asks, for the operators of Sentry",
    ),
    (
        "GET /organizations/{}/events/ ?sampling",
        "spans are extrapolated without it, and then counts are not of what is shown",
    ),
    (
        "GET /organizations/{}/events/ ?dataset=profiles",
        "transactions with a profile; the published `profile_functions` has functions",
    ),
    (
        "GET /organizations/{}/events/validate/",
        "what is wrong with a query, in Sentry's words, before it is asked",
    ),
    (
        "GET /organizations/{}/issues/{}/events/ ?project",
        "keeps a session of one project to it",
    ),
    (
        "GET /organizations/{}/issues/{}/events/ ?sort",
        "the order that the caller wants",
    ),
    (
        "GET /organizations/{}/replay-count/ ?data_source=discover",
        "what servers had before `events`; asked where that is refused",
    ),
    (
        "GET /organizations/{}/trace/{}/ ?limit",
        "how many spans are read at once",
    ),
    (
        "GET /organizations/{}/trace/{}/ ?project",
        "a trace runs through projects: -1 is all of them",
    ),
    (
        "GET /projects/{}/{}/events/{}/committers/",
        "the suspect commit, which nothing published holds",
    ),
    (
        "GET /projects/{}/{}/stacktrace-link/",
        "where a frame's line is in the repository",
    ),
    (
        "GET /projects/{}/{}/teams/ ?per_page",
        "how many are shown, and one more to see whether there are others",
    ),
    (
        "GET /projects/{}/{}/teams/ ?query",
        "as the organization's teams have it; the tool compares the names itself as well",
    ),
    (
        "GET /users/me/regions/",
        "where a person's organizations are, on a Sentry with regions",
    ),
];

/// Of answers of the local Sentry, which answers as Sentry does and not as it publishes.
pub(crate) const ANSWERED: &[(&str, &str)] = &[
    (
        "GET /organizations/{}/monitors/ [].config.schedule",
        "`[5, \"minute\"]` of an interval, and a text of a crontab only",
    ),
    (
        "GET /organizations/{}/monitors/ [].environments",
        "is a list, one for each environment",
    ),
    (
        "GET /organizations/{}/monitors/{}/ .config.schedule",
        "`[5, \"minute\"]` of an interval, and a text of a crontab only",
    ),
    (
        "GET /organizations/{}/monitors/{}/ .environments",
        "is a list, one for each environment",
    ),
    (
        "GET /organizations/{}/monitors/{}/checkins/ [].monitorConfig.schedule",
        "`[5, \"minute\"]` of an interval, and a text of a crontab only",
    ),
    (
        "GET /projects/{}/{}/monitors/{}/ .config.schedule",
        "`[5, \"minute\"]` of an interval, and a text of a crontab only",
    ),
    (
        "GET /projects/{}/{}/monitors/{}/ .environments",
        "is a list, one for each environment",
    ),
    (
        "GET /projects/{}/{}/monitors/{}/checkins/ [].monitorConfig.schedule",
        "`[5, \"minute\"]` of an interval, and a text of a crontab only",
    ),
    (
        "POST /organizations/{}/monitors/ .config.schedule",
        "`[5, \"minute\"]` of an interval, and a text of a crontab only",
    ),
    (
        "POST /organizations/{}/monitors/ .environments",
        "is a list, one for each environment",
    ),
    (
        "POST /organizations/{}/monitors/ .owner",
        "a monitor that nobody owns has none",
    ),
    (
        "DELETE /projects/{}/{}/teams/{}/ .team",
        "a project that no team has any more has none",
    ),
    (
        "GET /organizations/{}/dashboards/ [].widgetPreview[].layout",
        "a widget that nobody has placed has none",
    ),
    (
        "GET /organizations/{}/events/ .meta.tips.columns",
        "Sentry says null where it has no tip",
    ),
    (
        "GET /organizations/{}/events/ .meta.tips.query",
        "Sentry says null where it has no tip",
    ),
    (
        "GET /organizations/{}/replay-count/ .{}",
        "with returnIds it has the ids in place of their number",
    ),
    (
        "GET /organizations/{}/trace/{}/ [].end_timestamp",
        "instants are texts or numbers, and both are read",
    ),
    (
        "GET /organizations/{}/trace/{}/ [].start_timestamp",
        "instants are texts or numbers, and both are read",
    ),
];

/// Of requests that only tests with answers written by hand lead to: older servers, later pages, other periods.
pub(crate) const BY_HAND: &[&str] = &[
    "GET /organizations/{}/ai-conversations/",
    "GET /organizations/{}/ai-conversations/{}/",
    "GET /organizations/{}/detectors/ ?cursor",
    "GET /organizations/{}/monitors/{}/checkins/ ?end",
    "GET /organizations/{}/monitors/{}/checkins/ ?environment",
    "GET /organizations/{}/monitors/{}/checkins/ ?start",
    "GET /organizations/{}/monitors/{}/checkins/ ?statsPeriod",
    "GET /projects/{}/{}/monitors/{}/checkins/ ?end",
    "GET /projects/{}/{}/monitors/{}/checkins/ ?start",
];
