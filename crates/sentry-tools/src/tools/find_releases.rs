use fetch::LocalFuture;
use sentry_api::Release;
use serde_json::Value;

use crate::arguments::required;
use crate::json::{known, object, structured};
use crate::parameter::{ORGANIZATION, PROJECT, Parameter, REGION};
use crate::skill::{Skill, Skills};
use crate::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

use super::{READ, SHOWN};

const QUERY: Parameter = Parameter::text("query", "Part of a version.").nullable();
const OPTIONAL_PROJECT: Parameter = PROJECT.nullable();

pub(crate) static TOOL: Tool = Tool {
    name: "find_releases",
    title: "Find releases",
    description: "Lists releases of an organization or project, the newest first (25 at most): full version as searches \
                  want it (`release:shop@1.4.0`), dates, projects, new issues and last deployment.",
    skills: Skills::of(&[Skill::Inspect]),
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[ORGANIZATION, OPTIONAL_PROJECT, QUERY, REGION],
    output_schema: Some(
        r#"{"type":"object","properties":{"releases":{"type":"array","items":{"type":"object","properties":{"version":{"type":"string"},"shortVersion":{"type":"string"},"dateCreated":{"type":"string"},"dateReleased":{"type":"string"},"lastEvent":{"type":"string"},"newIssues":{"type":"integer"},"projects":{"type":"array","items":{"type":"string"}},"lastDeployEnvironment":{"type":"string"}},"required":["version","projects"]}},"hasMore":{"type":"boolean"}},"required":["releases","hasMore"]}"#,
    ),
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let arguments = context.arguments;
        let organization = required(&ORGANIZATION, arguments.slug(&ORGANIZATION)?)?;
        let project = arguments.project(&OPTIONAL_PROJECT)?;
        let query = arguments.text(&QUERY)?;
        let region = context.region()?;
        let found = context
            .client
            .releases(&region, &organization, project.as_ref(), query.as_deref())
            .await?;
        let has_more = found.items.len() > SHOWN || found.next.is_some();
        let shown = found.items.into_iter().take(SHOWN);
        let releases: Vec<_> = shown.map(describe).collect();
        structured(&object(vec![
            ("releases", releases.into()),
            ("hasMore", has_more.into()),
        ]))
    })
}

fn describe(release: Release) -> Value {
    let text = |text: Option<String>| text.map(Value::from);
    known(vec![
        ("version", Some(release.version.into())),
        ("shortVersion", text(release.short_version)),
        ("dateCreated", text(release.date_created)),
        ("dateReleased", text(release.date_released)),
        ("lastEvent", text(release.last_event)),
        ("newIssues", release.new_issues.map(Value::from)),
        ("projects", Some(release.projects.into())),
        ("lastDeployEnvironment", text(release.last_deploy)),
    ])
}
