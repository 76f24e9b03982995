use fetch::LocalFuture;
use sentry_api::Release;
use serde::Serialize;

use crate::vocabulary::parameter::{ORGANIZATION, PROJECT, Parameter, REGION};
use crate::vocabulary::place::{Place, project_key};
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool, structured};

use super::{READ, SHOWN};

const QUERY: &Parameter = &Parameter::text("query", "Part of a version.").nullable();
const OPTIONAL_PROJECT: &Parameter = &PROJECT.nullable();

pub(crate) static TOOL: Tool = Tool {
    name: "find_releases",
    title: "Find releases",
    description: "Lists releases of an organization or project, the newest first (25 at most): full version as searches \
                  want it (`release:shop@1.4.0`), dates, projects, new issues and last deployment.",
    skills: Skills::of(&[Skill::Inspect]),
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[ORGANIZATION, OPTIONAL_PROJECT, QUERY, REGION],
    output_schema: Some(Schema::Json(include_str!(
        "../../schemas/find_releases.json"
    ))),
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

/// What it answers.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Releases<'a> {
    releases: Vec<Described<'a>>,
    has_more: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Described<'a> {
    version: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    short_version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_created: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_released: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_event: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_deploy_environment: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new_issues: Option<u64>,
    /// By slug, those that the session may see: a release is often several projects'.
    projects: Vec<&'a str>,
}

/// Members that hold what somebody else wrote.
const SENDERS: &[&str] = &[
    "/releases/*/version",
    "/releases/*/shortVersion",
    "/releases/*/lastDeployEnvironment",
];

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let place = Place::read(context)?;
        let project = project_key(context, OPTIONAL_PROJECT)?;
        let query = context.arguments.text(QUERY);
        let found = context
            .client
            .releases(&place.region, &place.organization, project.as_ref(), query)
            .await?;
        let found = context.sight.of_page(found);
        let releases = found.items.iter().take(SHOWN);
        let releases = releases.map(|release| describe(context, release));
        structured(
            &Releases {
                releases: releases.collect(),
                has_more: found.items.len() > SHOWN || found.next.is_some(),
            },
            SENDERS,
        )
    })
}

fn describe<'a>(context: &Context<'_>, release: &'a Release) -> Described<'a> {
    let mut projects = Vec::new();
    for project in &release.projects {
        projects.extend(project.seen_by(context.sight).map(String::as_str));
    }
    Described {
        version: &release.version,
        short_version: release.short_version.as_deref(),
        date_created: release.date_created.as_deref(),
        date_released: release.date_released.as_deref(),
        last_event: release.last_event.as_deref(),
        last_deploy_environment: release.last_deploy.as_deref(),
        new_issues: release.new_issues,
        projects,
    }
}
