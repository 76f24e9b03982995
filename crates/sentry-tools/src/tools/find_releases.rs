use fetch::LocalFuture;

use crate::vocabulary::json::Json;
use crate::vocabulary::parameter::{ORGANIZATION, PROJECT, Parameter, REGION};
use crate::vocabulary::place::{Place, project_key};
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

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
        let place = Place::read(context)?;
        let project = project_key(context, &OPTIONAL_PROJECT)?;
        let query = context.arguments.text(&QUERY);
        let found = context
            .client
            .releases(&place.region, &place.organization, project.as_ref(), query)
            .await?;
        let found = context.sight.of_page(found);
        let mut json = Json::object();
        json.begin("releases", '[');
        for release in found.items.iter().take(SHOWN) {
            json.element();
            json.text("version", &release.version);
            for (name, value) in [
                ("shortVersion", &release.short_version),
                ("dateCreated", &release.date_created),
                ("dateReleased", &release.date_released),
                ("lastEvent", &release.last_event),
                ("lastDeployEnvironment", &release.last_deploy),
            ] {
                json.maybe(name, value);
            }
            json.count("newIssues", release.new_issues);
            // A release is often several projects'.
            let mut projects = Vec::new();
            for project in &release.projects {
                projects.extend(project.seen_by(context.sight));
            }
            json.texts("projects", &projects);
            json.end('}');
        }
        json.end(']');
        json.flag("hasMore", found.items.len() > SHOWN || found.next.is_some());
        json.answer()
    })
}
