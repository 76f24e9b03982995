use fetch::LocalFuture;

use crate::vocabulary::json::Json;
use crate::vocabulary::parameter::{NAME_QUERY, ORGANIZATION, REGION};
use crate::vocabulary::place::Place;
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

use super::{READ, SHOWN};

pub(crate) static TOOL: Tool = Tool {
    name: "find_teams",
    title: "Find teams",
    description: "Lists an organization's teams (25 at most) with slug and id: to assign an issue to `team:ID`, or to \
                  learn who owns what.",
    skills: Skills::of(&[Skill::Inspect, Skill::Triage, Skill::ProjectManagement]),
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[ORGANIZATION, NAME_QUERY, REGION],
    output_schema: Some(
        r#"{"type":"object","properties":{"teams":{"type":"array","items":{"type":"object","properties":{"slug":{"type":"string"},"id":{"type":"string"}},"required":["slug","id"]}},"hasMore":{"type":"boolean"}},"required":["teams","hasMore"]}"#,
    ),
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let place = Place::read(context)?;
        let query = context.arguments.text(&NAME_QUERY);
        let (client, sight) = (context.client, context.sight);
        // In a session of one project its own: an issue can be assigned to no other.
        let own = sight.own_project();
        let found = client
            .teams(&place.region, &place.organization, own.as_ref(), query)
            .await?;
        let found = sight.of_page(found);
        let mut json = Json::object();
        json.begin("teams", '[');
        for team in found.items.iter().take(SHOWN) {
            json.element();
            json.text("slug", &team.slug);
            json.text("id", &team.id);
            json.end('}');
        }
        json.end(']');
        json.flag("hasMore", found.items.len() > SHOWN || found.next.is_some());
        json.answer()
    })
}
