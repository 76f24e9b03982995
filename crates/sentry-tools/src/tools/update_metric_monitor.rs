use std::borrow::Cow;

use fetch::{LocalFuture, Method};
use sentry_api::Endpoint;
use serde_json::Value as Json;

use crate::plan::made::Made;
use crate::plan::{self, Narrow, Plan, READS, Replies, Step, put};
use crate::text::alerting;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{ORGANIZATION, PROJECT, Parameter, REGION};
use crate::vocabulary::place::Place;
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::alerting::{
    DETECTORS, MONITOR_ID, OPTIONAL_PROJECT, OWNER, UPDATED_MONITOR, WORKFLOWS, by_id, metric,
    one_monitor, whole_monitor,
};
use super::create_metric_monitor::{
    CONFIG, DESCRIPTION, GROUP, NAME, QUERY, RULES, ask_rules, body, check_parts, only_own_rules,
};
use super::update_alert_rule::something;
use super::{MANAGE, WRITE_PROJECTS};

const STATUS: &Parameter = &Parameter::choice("status", "", &["active", "disabled"], None);

pub(crate) static TOOL: Tool = Tool {
    name: "update_metric_monitor",
    title: "Update metric monitor",
    description: "Changes a metric monitor, on or off included; all else stays, also within `query` and `config`. \
                  `conditionGroup` and `workflowIds` are replaced as a whole.",
    skills: MANAGE,
    scopes: WRITE_PROJECTS,
    surface: Surface::Catalog,
    parameters: &[
        ORGANIZATION,
        MONITOR_ID,
        OPTIONAL_PROJECT,
        NAME,
        DESCRIPTION,
        STATUS,
        OWNER,
        QUERY,
        CONFIG,
        GROUP,
        RULES,
        REGION,
    ],
    output_schema: Some(Schema::Shape(PLAN.answer)),
    effect: Effect::Changes,
    hidden: Hidden::Never,
    run,
};

static CHANGE: Endpoint = one_monitor(Method::Put);

const CHANGES: &[&Parameter] = &[
    NAME,
    DESCRIPTION,
    STATUS,
    OWNER,
    QUERY,
    CONFIG,
    GROUP,
    RULES,
];

const PLAN: Plan = Plan {
    stages: &[
        &[
            Step {
                fill: Some(|context, _, _| {
                    something(context, CHANGES)?;
                    Ok(true)
                }),
                ..by_id(&DETECTORS, &[(MONITOR_ID, "id")])
            },
            Step {
                label: "rules",
                endpoint: &WORKFLOWS,
                project: Narrow::Query(PROJECT, "project"),
                fill: Some(|context, _, filling| ask_rules(context, filling)),
                ..READS
            },
        ],
        &[Step {
            label: "after",
            endpoint: &CHANGE,
            body: &[
                (NAME, "name"),
                (DESCRIPTION, "description"),
                (STATUS, "enabled"),
                (OWNER, "owner"),
                (QUERY, "dataSources"),
                (CONFIG, "config"),
                (GROUP, "conditionGroup"),
                (RULES, "workflowIds"),
            ],
            fill: Some(|context, replies, filling| {
                let before = metric(context, replies)?;
                let kind = before.get("config").get("detectionType").as_str();
                check_parts(context, kind.unwrap_or("static"))?;
                only_own_rules(context, replies)?;
                let mut body = body(context, before);
                if let Some(status) = context.arguments.text(STATUS) {
                    put(&mut body, "enabled", Json::from(status == "active"));
                }
                let id = before.get("id").as_str().unwrap_or_default();
                filling.names.push(Cow::Owned(id.to_owned()));
                filling.body = Some(body);
                Ok(true)
            }),
            ..READS
        }],
    ],
    answer: UPDATED_MONITOR,
    finish: Some(finish),
};

fn finish(
    context: &Context<'_>,
    _: &Place,
    replies: &Replies,
    made: &mut Made,
) -> Result<(), Failure> {
    made.add("monitor", whole_monitor(replies.thing(context, "after"))?);
    made.add_text(
        "before",
        &alerting::monitor(replies.thing(context, "before")),
    );
    Ok(())
}

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}
