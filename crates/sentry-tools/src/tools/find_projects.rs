use fetch::LocalFuture;

use crate::arguments::required;
use crate::json::{object, structured};
use crate::parameter::{NAME_QUERY, ORGANIZATION, REGION};
use crate::skill::Skills;
use crate::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

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
        let arguments = context.arguments;
        let organization = required(&ORGANIZATION, arguments.slug(&ORGANIZATION)?)?;
        let query = arguments.text(&NAME_QUERY)?;
        let region = context.region()?;
        let found = context
            .client
            .projects(&region, &organization, query.as_deref())
            .await?;
        let has_more = found.items.len() > SHOWN || found.next.is_some();
        let shown = found.items.into_iter().take(SHOWN);
        let projects: Vec<_> = shown
            .map(|project| object(vec![("slug", project.slug.into())]))
            .collect();
        structured(&object(vec![
            ("projects", projects.into()),
            ("hasMore", has_more.into()),
        ]))
    })
}
