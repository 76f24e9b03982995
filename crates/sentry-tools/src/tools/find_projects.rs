use fetch::LocalFuture;

use crate::vocabulary::json::Json;
use crate::vocabulary::parameter::{NAME_QUERY, ORGANIZATION, REGION};
use crate::vocabulary::place::Place;
use crate::vocabulary::skill::Skills;
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

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
    output_schema: Some(
        r#"{"type":"object","properties":{"projects":{"type":"array","items":{"type":"object","properties":{"slug":{"type":"string"}},"required":["slug"]}},"hasMore":{"type":"boolean"}},"required":["projects","hasMore"]}"#,
    ),
    effect: Effect::Reads,
    hidden: Hidden::ProjectFixed,
    run,
};

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let place = Place::read(context)?;
        let query = context.arguments.text(&NAME_QUERY);
        let found = context
            .client
            .projects(&place.region, &place.organization, query)
            .await?;
        let found = context.sight.of_page(found);
        let mut json = Json::object();
        json.begin("projects", '[');
        for project in found.items.iter().take(SHOWN) {
            json.element();
            json.text("slug", &project.slug);
            json.end('}');
        }
        json.end(']');
        json.flag("hasMore", found.items.len() > SHOWN || found.next.is_some());
        json.answer()
    })
}
