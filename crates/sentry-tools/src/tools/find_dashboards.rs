use fetch::{LocalFuture, Method};
use sentry_api::{Endpoint, Whose};

use crate::plan::{self, Plan, READS, Step};
use crate::vocabulary::parameter::{
    CURSOR, NEAR_LIMIT, NEAR_SORT, ORGANIZATION, Parameter, REGION,
};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::{INSPECT, READ};

const TITLE: &Parameter = &Parameter::text("titleQuery", "Part of a title.")
    .nullable()
    .near(&["query", "title", "name", "q"]);
const SORT: &Parameter = &Parameter::choice(
    "sort",
    "",
    &["title", "-title", "dateCreated", "-dateCreated"],
    Some("title"),
)
.near(NEAR_SORT);
const LIMIT: &Parameter = &Parameter::integer("limit", "", Some(100), Some(10)).near(NEAR_LIMIT);

pub(crate) static TOOL: Tool = Tool {
    name: "find_dashboards",
    title: "Find dashboards",
    description: "Lists dashboards with id, title, kinds of widgets and projects. Their values are \
                  in get_dashboard_details.",
    skills: INSPECT,
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[ORGANIZATION, TITLE, SORT, CURSOR, LIMIT, REGION],
    output_schema: Some(Schema::Shape(PLAN.answer)),
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

pub(super) static DASHBOARDS: Endpoint = Endpoint {
    method: Method::Get,
    path: "organizations/{org}/dashboards",
    whose: Whose::Project,
    what: "dashboards",
};

const PLAN: Plan = Plan {
    stages: &[&[Step {
        label: "all",
        endpoint: &DASHBOARDS,
        query: &[
            (TITLE, "query"),
            (SORT, "sort"),
            (CURSOR, "cursor"),
            (LIMIT, "per_page"),
        ],
        ..READS
    }]],
    answer: "dashboards!=all[id! title~ dateCreated createdBy~=createdBy.name projects[] environment~[] widgets~=widgetDisplay[] \
             isFavorited?] nextCursor=@next",
    finish: None,
};

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}
