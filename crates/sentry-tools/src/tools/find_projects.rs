use fetch::LocalFuture;
use serde::Serialize;

use crate::arguments::required;
use crate::parameter::{Kind, ORGANIZATION, Parameter, Presence, REGION};
use crate::scope::{Scope, Scopes};
use crate::skill::Skills;
use crate::tool::{Answer, Context, Effect, Hidden, Surface, Tool, structured};

use super::SHOWN;

const QUERY: Parameter = Parameter {
    name: "query",
    about: "Part of a name or slug.",
    kind: Kind::Text { default: None },
    presence: Presence::Nullable,
};

pub(crate) static TOOL: Tool = Tool {
    name: "find_projects",
    title: "Find projects",
    description: "Lists an organization's project slugs (25 at most). Needed only to learn or check a project's slug: \
                  search_issues works across all projects.",
    skills: Skills::ALL,
    scopes: Scopes::of(&[Scope::OrgRead]),
    parameters: &[ORGANIZATION, QUERY, REGION],
    output_schema: Some(
        r#"{"type":"object","properties":{"projects":{"type":"array","items":{"type":"object","properties":{"slug":{"type":"string"}},"required":["slug"]}},"hasMore":{"type":"boolean"}},"required":["projects","hasMore"]}"#,
    ),
    effect: Effect::Reads,
    surface: Surface::Direct,
    hidden: Hidden::ProjectFixed,
    run,
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Output {
    projects: Vec<Found>,
    has_more: bool,
}

#[derive(Serialize)]
struct Found {
    slug: String,
}

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let arguments = context.arguments;
        let organization = required(&ORGANIZATION, arguments.slug(&ORGANIZATION)?)?;
        let query = arguments.text(&QUERY)?;
        let region = context.region()?;
        let found = context
            .client
            .projects(&region, &organization, query.as_deref())
            .await?;
        structured(&Output {
            has_more: found.items.len() > SHOWN || found.next.is_some(),
            projects: found
                .items
                .into_iter()
                .take(SHOWN)
                .map(|project| Found { slug: project.slug })
                .collect(),
        })
    })
}
