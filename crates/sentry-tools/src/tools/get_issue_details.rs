use fetch::LocalFuture;
use mcp::CallToolResult;

use crate::text::stacktrace::Traces;
use crate::vocabulary::issue_target::IssueTarget;
use crate::vocabulary::parameter::{EVENT_ID, ISSUE_ID, ISSUE_URL, OPTIONAL_ORGANIZATION, REGION};
use crate::vocabulary::place::Place;
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

use super::{ISSUE_SKILLS, READ};

mod beside;
mod extras;
mod facts;
mod found;
mod next_step;
mod page;
mod status;
mod tags;
mod what;

pub(crate) static TOOL: Tool = Tool {
    name: "get_issue_details",
    title: "Get issue details",
    description: "What is needed to fix one issue: its message, the frame to look at with source and variables, the \
                  stack trace or what a detector found, how often and for whom it happens, tags and attached data of \
                  one event, suspect commit. Give issueUrl as it was pasted, or organizationSlug with issueId (or with \
                  eventId alone).",
    skills: ISSUE_SKILLS,
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[ISSUE_URL, OPTIONAL_ORGANIZATION, ISSUE_ID, EVENT_ID, REGION],
    output_schema: None,
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let target = IssueTarget::read(context)?;
        let region = context.region()?;
        let found = found::find(context, &region, &target).await?;
        let place = Place {
            region,
            organization: target.organization,
        };
        let traces = found.event.as_ref().map(Traces::of);
        let extras = extras::gather(context, &place, &found, traces.as_ref()).await;
        let page = page::render(context, &place, &found, traces.as_ref(), &extras);
        Ok(CallToolResult::text(page))
    })
}
