use fetch::LocalFuture;

use crate::arguments::required;
use crate::json::{object, structured};
use crate::parameter::{NAME_QUERY, ORGANIZATION, REGION};
use crate::skill::{Skill, Skills};
use crate::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

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
        let arguments = context.arguments;
        let organization = required(&ORGANIZATION, arguments.slug(&ORGANIZATION)?)?;
        let query = arguments.text(&NAME_QUERY)?;
        let region = context.region()?;
        let found = context
            .client
            .teams(&region, &organization, query.as_deref())
            .await?;
        let has_more = found.items.len() > SHOWN || found.next.is_some();
        let shown = found.items.into_iter().take(SHOWN);
        let teams: Vec<_> = shown
            .map(|team| object(vec![("slug", team.slug.into()), ("id", team.id.into())]))
            .collect();
        structured(&object(vec![
            ("teams", teams.into()),
            ("hasMore", has_more.into()),
        ]))
    })
}
