use fetch::LocalFuture;
use serde::Serialize;

use crate::vocabulary::parameter::{NAME_QUERY, ORGANIZATION, REGION};
use crate::vocabulary::place::Place;
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool, structured};

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
    output_schema: Some(Schema::Json(include_str!("../../schemas/find_teams.json"))),
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

/// What it answers.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Teams<'a> {
    teams: Vec<Team<'a>>,
    has_more: bool,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Team<'a> {
    slug: &'a str,
    id: &'a str,
}

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let place = Place::read(context)?;
        let query = context.arguments.text(NAME_QUERY);
        let (client, sight) = (context.client, context.sight);
        // In a session of one project its own: an issue can be assigned to no other.
        let own = sight.own_project();
        let found = client
            .teams(&place.region, &place.organization, own.as_ref(), query)
            .await?;
        let found = sight.of_page(found);
        let teams = found.items.iter().take(SHOWN).map(|team| Team {
            slug: &team.slug,
            id: &team.id,
        });
        structured(
            &Teams {
                teams: teams.collect(),
                has_more: found.items.len() > SHOWN || found.next.is_some(),
            },
            &[],
        )
    })
}
