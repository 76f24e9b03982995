use std::borrow::Cow;

use fetch::{LocalFuture, Method};
use sentry_api::{Endpoint, Filling, SlugOrId, Value, Whose};

use crate::plan::made::Made;
use crate::plan::{self, Narrow, Plan, READS, Replies, Step, Without};
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{ORGANIZATION, PROJECT_OR_ID, Parameter, REGION};
use crate::vocabulary::place::Place;
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::READ;

const VERSION: &Parameter = &Parameter::text("releaseVersion", "In full, such as shop@1.4.0.")
    .required()
    .near(&["version", "release", "releasename"]);
const PROJECT: &Parameter = &PROJECT_OR_ID.nullable();
const HEALTH: &Parameter = &Parameter::flag("includeHealth", "Crash-free rates, adoption.", false);
const DEPLOYS: &Parameter = &Parameter::flag("includeDeploys", "", true);
const COMMITS: &Parameter = &Parameter::flag("includeCommits", "", true);
const LIMIT: &Parameter =
    &Parameter::integer("limit", "Of deploys and of commits.", Some(50), Some(10));

pub(crate) static TOOL: Tool = Tool {
    name: "get_release_details",
    title: "Get release details",
    description: "What is in one release and how it does: commits with their authors, deploys, and crash-free rates and \
                  adoption (includeHealth). Find its version with find_releases.",
    skills: Skills::of(&[Skill::Inspect]),
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[
        ORGANIZATION,
        VERSION,
        PROJECT,
        HEALTH,
        DEPLOYS,
        COMMITS,
        LIMIT,
        REGION,
    ],
    output_schema: Some(Schema::Shape(PLAN.answer)),
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

static OF_PROJECT: Endpoint = Endpoint {
    method: Method::Get,
    path: "projects/{org}/{project}/releases/{}",
    whose: Whose::Project,
    what: "a release",
};
static OF_ORGANIZATION: Endpoint = Endpoint {
    path: "organizations/{org}/releases/{}",
    ..OF_PROJECT
};
static DEPLOYS_OF: Endpoint = Endpoint {
    path: "organizations/{org}/releases/{}/deploys",
    whose: Whose::Everyone,
    what: "deploys",
    ..OF_PROJECT
};
static COMMITS_OF_PROJECT: Endpoint = Endpoint {
    path: "projects/{org}/{project}/releases/{}/commits",
    whose: Whose::Everyone,
    what: "commits",
    ..OF_PROJECT
};
static COMMITS_OF_ORGANIZATION: Endpoint = Endpoint {
    path: "organizations/{org}/releases/{}/commits",
    ..COMMITS_OF_PROJECT
};

const PLAN: Plan = Plan {
    stages: &[&[
        Step {
            label: "release",
            endpoint: &OF_PROJECT,
            project: Narrow::Either(PROJECT, &OF_ORGANIZATION),
            names: &[VERSION],
            fill: Some(with_health),
            ..READS
        },
        Step {
            label: "deploys",
            endpoint: &DEPLOYS_OF,
            project: Narrow::Query(PROJECT, "project"),
            names: &[VERSION],
            query: &[(LIMIT, "per_page")],
            fill: Some(if_deploys),
            ..READS
        },
        Step {
            label: "commits",
            endpoint: &COMMITS_OF_PROJECT,
            project: Narrow::Either(PROJECT, &COMMITS_OF_ORGANIZATION),
            names: &[VERSION],
            query: &[(LIMIT, "per_page")],
            fill: Some(if_commits),
            without: Without::Fails,
            ..READS
        },
    ]],
    answer: "release!{version!~ shortVersion~ status ref~ url~ dateCreated dateReleased firstEvent~ lastEvent \
             newIssues#=newGroups commitCount# deployCount# authors~[.name]} \
             projects!=@projects[slug! name~ newIssues#=newGroups] \
             health=@health[project!=slug crashFreeSessions#=healthData.crashFreeSessions \
             crashFreeUsers#=healthData.crashFreeUsers adoption#=healthData.adoption \
             sessionsAdoption#=healthData.sessionsAdoption sessions24h#=healthData.totalSessions24h \
             users24h#=healthData.totalUsers24h sessionsCrashed#=healthData.sessionsCrashed \
             sessionsErrored#=healthData.sessionsErrored] \
             deploys[environment~ name~ url~ dateStarted~ dateFinished~] \
             commits[id message~ author~=author.name dateCreated repository~=repository.name \
             pullRequestUrl~=pullRequest.externalUrl] \
             suggestedActions=@actions[type! toolName! arguments!* reason!]",
    finish: Some(finish),
};

fn with_health(
    context: &Context<'_>,
    _: &Replies,
    filling: &mut Filling<'_>,
) -> Result<bool, Failure> {
    if context.arguments.flag(HEALTH) {
        filling.query.push(("health", Cow::Borrowed("1")));
    }
    Ok(true)
}

fn if_deploys(context: &Context<'_>, _: &Replies, _: &mut Filling<'_>) -> Result<bool, Failure> {
    Ok(context.arguments.flag(DEPLOYS))
}

fn if_commits(context: &Context<'_>, _: &Replies, _: &mut Filling<'_>) -> Result<bool, Failure> {
    Ok(context.arguments.flag(COMMITS))
}

/// A release may be several projects'; only those that the session sees are named. One that is only others' is none.
fn finish(
    context: &Context<'_>,
    _: &Place,
    replies: &Replies,
    made: &mut Made,
) -> Result<(), Failure> {
    let release = replies.thing(context, "release");
    let (mut seen, mut others) = (Vec::new(), 0);
    for project in plan::elements(release.get("projects")) {
        let slug = project.get("slug").as_str();
        let slug = slug.and_then(|slug| SlugOrId::parse(slug).ok());
        match slug.map(|slug| context.sight.project(slug)) {
            Some(Some(_)) => seen.push(project),
            Some(None) => others += 1,
            None => {}
        }
    }
    if seen.is_empty() && others > 0 {
        return Err(Failure::outside("project"));
    }
    made.add_list("projects", PLAN.answer, &mut seen.iter().copied())?;
    if context.arguments.flag(HEALTH) {
        let has_health = |project: &Value<'_>| !project.get("healthData").is_null();
        let mut healthy = seen.iter().copied().filter(has_health);
        made.add_list("health", PLAN.answer, &mut healthy)?;
    }
    let version = context.arguments.text(VERSION).unwrap_or_default();
    let query = ["firstRelease:\"", version, "\""].concat();
    let reason = "Lists the issues that it brought.";
    made.suggest(context, "search_issues", &[("query", &query)], reason);
    Ok(())
}

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}
