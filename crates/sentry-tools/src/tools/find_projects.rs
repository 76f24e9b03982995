use fetch::LocalFuture;
use serde::Serialize;

use crate::vocabulary::parameter::{NAME_QUERY, ORGANIZATION, REGION};
use crate::vocabulary::place::Place;
use crate::vocabulary::skill::Skills;
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool, structured};

use super::{READ, SHOWN};

pub(crate) static TOOL: Tool = Tool {
    name: "find_projects",
    title: "Find projects",
    description: "Lists an organization's project slugs (25 at most). Needed only to learn or check a project's slug: \
                  the searches work across all projects.",
    skills: Skills::ALL,
    scopes: READ,
    surface: Surface::Direct,
    parameters: &[ORGANIZATION, NAME_QUERY, REGION],
    output_schema: Some(Schema::Json(include_str!(
        "../../schemas/find_projects.json"
    ))),
    effect: Effect::Reads,
    hidden: Hidden::ProjectFixed,
    run,
};

/// What it answers.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Projects<'a> {
    projects: Vec<Project<'a>>,
    has_more: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Project<'a> {
    slug: &'a str,
}

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let place = Place::read(context)?;
        let query = context.arguments.text(NAME_QUERY);
        let found = context
            .client
            .projects(&place.region, &place.organization, query)
            .await?;
        let found = context.sight.of_page(found);
        let projects = found.items.iter().take(SHOWN);
        let projects = projects.map(|project| Project {
            slug: &project.slug,
        });
        structured(
            &Projects {
                projects: projects.collect(),
                has_more: found.items.len() > SHOWN || found.next.is_some(),
            },
            &[],
        )
    })
}
