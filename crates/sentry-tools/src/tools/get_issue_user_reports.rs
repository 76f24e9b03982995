use fetch::{LocalFuture, Method};
use sentry_api::{Endpoint, Whose};

use crate::plan::{self, Plan, READS, Step, Without};
use crate::vocabulary::arguments::Arguments;
use crate::vocabulary::issue_target::Located;
use crate::vocabulary::parameter::{
    CURSOR, ISSUE_ID, ISSUE_URL, NEAR_LIMIT, OPTIONAL_ORGANIZATION, Parameter, REGION,
};
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::READ;

const LIMIT: &Parameter = &Parameter::integer("limit", "", Some(100), Some(25)).near(NEAR_LIMIT);

pub(crate) static TOOL: Tool = Tool {
    name: "get_issue_user_reports",
    title: "Get an issue's user reports",
    description: "What people wrote who met an issue: their words, name, mail address and event, newest first. Feedback \
                  that belongs to no error is an issue of its own: search_issues.",
    skills: Skills::of(&[Skill::Inspect, Skill::Triage]),
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[
        ISSUE_URL,
        OPTIONAL_ORGANIZATION,
        ISSUE_ID,
        CURSOR,
        LIMIT,
        REGION,
    ],
    output_schema: Some(Schema::Shape(PLAN.answer)),
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

/// Below an issue that the session has seen.
static REPORTS: Endpoint = Endpoint {
    method: Method::Get,
    path: "organizations/{org}/issues/{}/user-reports",
    whose: Whose::Everyone,
    what: "user reports",
};

const PLAN: Plan = Plan {
    stages: &[&[Step {
        label: "reports",
        endpoint: &REPORTS,
        names: &[ISSUE_ID],
        query: &[(LIMIT, "per_page"), (CURSOR, "cursor")],
        without: Without::IsOptional("user reports"),
        ..READS
    }]],
    answer: "organizationSlug!=@organizationSlug issueId!=@issueId \
             reports!=reports[id! eventId~=eventID name~ email~ comments~ dateCreated] nextCursor=@next",
    finish: None,
};

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let located = Located::find(context).await?;
        let organization = located.place.organization.as_str();
        let mut sent = context.arguments.sent();
        sent.insert(OPTIONAL_ORGANIZATION.name.to_owned(), organization.into());
        sent.insert(ISSUE_ID.name.to_owned(), located.key.as_str().into());
        let arguments = Arguments::new(TOOL.parameters, sent, &context.session.constraint);
        let context = Context {
            arguments: &arguments,
            ..*context
        };
        plan::run(&context, &TOOL, &PLAN).await
    })
}
