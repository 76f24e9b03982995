use fetch::{LocalFuture, Method};
use sentry_api::{Endpoint, Filling, Whose};
use serde_json::Value as Json;

use crate::plan::made::Made;
use crate::plan::{self, Narrow, Plan, READS, Replies, Step, put};
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{Kind, ORGANIZATION, PROJECT, Parameter, REGION};
use crate::vocabulary::place::Place;
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::alerting::{
    CREATED_RULE, DETECTORS, OWNER, SENT_FILTER, SENT_TRIGGERS, ask_own, ask_streams, check, group,
    numbers, only_own, projects, streams, whole_rule,
};
use super::{MANAGE, WRITE_PROJECTS};

pub(super) const NAME: &Parameter = &Parameter::text("name", "").at_most(256);
const REQUIRED_NAME: &Parameter = &NAME.required();
const STATUS: &Parameter =
    &Parameter::choice("status", "", &["active", "disabled"], Some("active"));
const FREQUENCY: &Parameter = &Parameter::integer(
    "frequencyMinutes",
    "At most so often for an issue.",
    None,
    Some(30),
)
.from(0);
pub(super) const ENVIRONMENT: &Parameter =
    &Parameter::text("environment", "Only there; null is everywhere.").clearable();
pub(super) const TRIGGERS: &Parameter = &Parameter::new(
    "triggers",
    "When: {logicType: all|any|any-short|none, conditions: [{type, comparison, conditionResult}]}.",
    Kind::Object,
)
.near(&["when", "trigger"]);
pub(super) const FILTERS: &Parameter = &Parameter::new(
    "actionFilters",
    "If, then: [{logicType, conditions, actions: [{type, integrationId, data, config}]}].",
    Kind::Objects,
)
.near(&["filters", "actions"]);
const REQUIRED_FILTERS: &Parameter = &FILTERS.required();
const PROJECTS: &Parameter = &Parameter::new(
    "projectSlugs",
    "Listens to all issues of these projects.",
    Kind::Texts,
)
.near(&["projects"]);
const DETECTOR_IDS: &Parameter =
    &Parameter::new("detectorIds", "Listens to these monitors.", Kind::Texts)
        .near(&["monitorids", "detectors"]);

pub(crate) static TOOL: Tool = Tool {
    name: "create_alert_rule",
    title: "Create alert rule",
    description: "Makes an alert rule: on a new or returning issue that fits its filters, then e-mail, chat message, page or \
                  ticket. Ask get_alert_options for types and fields first.",
    skills: MANAGE,
    scopes: WRITE_PROJECTS,
    surface: Surface::Catalog,
    parameters: &[
        ORGANIZATION,
        REQUIRED_NAME,
        TRIGGERS,
        REQUIRED_FILTERS,
        PROJECTS,
        DETECTOR_IDS,
        FREQUENCY,
        ENVIRONMENT,
        OWNER,
        STATUS,
        REGION,
    ],
    output_schema: Some(Schema::Shape(PLAN.answer)),
    effect: Effect::CreatesAnother,
    hidden: Hidden::Never,
    run,
};

static CREATION: Endpoint = Endpoint {
    method: Method::Post,
    path: "organizations/{org}/workflows",
    // What the rule listens to was looked at before.
    whose: Whose::Everyone,
    what: "an alert rule",
};

const PLAN: Plan = Plan {
    stages: &[
        &[
            Step {
                label: "streams",
                endpoint: &DETECTORS,
                fill: Some(in_projects),
                ..READS
            },
            Step {
                label: "own",
                endpoint: &DETECTORS,
                project: Narrow::Query(PROJECT, "project"),
                fill: Some(|context, _, filling| Ok(ask_own(context, filling, &named(context)))),
                ..READS
            },
        ],
        &[Step {
            label: "after",
            endpoint: &CREATION,
            body: &[
                (REQUIRED_NAME, "name"),
                (ENVIRONMENT, "environment"),
                (OWNER, "owner"),
                (TRIGGERS, "triggers"),
                (REQUIRED_FILTERS, "action_filters"),
            ],
            fill: Some(body),
            ..READS
        }],
    ],
    answer: CREATED_RULE,
    finish: Some(finish),
};

/// The monitors that are named by their ids.
fn named(context: &Context<'_>) -> Vec<String> {
    let ids = context.arguments.texts(DETECTOR_IDS);
    ids.into_iter().map(str::to_owned).collect()
}

/// Checked before anything is asked.
fn in_projects(
    context: &Context<'_>,
    _: &Replies,
    filling: &mut Filling<'_>,
) -> Result<bool, Failure> {
    check_parts(context, TRIGGERS, REQUIRED_FILTERS)?;
    let mut named_projects = projects(context, PROJECTS)?;
    if named_projects.is_empty() && named(context).is_empty() {
        named_projects.extend(context.sight.own_project());
    }
    Ok(ask_streams(filling, &named_projects))
}

/// What triggers and filters have to hold.
pub(super) fn check_parts(
    context: &Context<'_>,
    triggers: &Parameter,
    filters: &Parameter,
) -> Result<(), Failure> {
    if let Some(sent) = context.arguments.value(triggers) {
        check(triggers.name, SENT_TRIGGERS, sent)?;
    }
    let filters_sent = context.arguments.value(filters).and_then(Json::as_array);
    for (place, sent) in filters_sent.into_iter().flatten().enumerate() {
        let path = [filters.name, "[", &place.to_string(), "]"].concat();
        check(&path, SENT_FILTER, sent)?;
    }
    Ok(())
}

fn body(
    context: &Context<'_>,
    replies: &Replies,
    filling: &mut Filling<'_>,
) -> Result<bool, Failure> {
    let mut listens = named(context);
    only_own_if_named(context, replies, &listens)?;
    listens.extend(streams(
        context,
        replies,
        "streams",
        projects(context, PROJECTS)?.len(),
    )?);
    let mut body = filling.body.take().unwrap_or_default();
    put(&mut body, "detector_ids", numbers(&listens));
    put(
        &mut body,
        "enabled",
        Json::from(context.arguments.text(STATUS) == Some("active")),
    );
    let minutes = context.arguments.number(FREQUENCY).unwrap_or_default();
    put(&mut body, "config.frequency", Json::from(minutes));
    if let Some(triggers) = context.arguments.value(TRIGGERS) {
        put(&mut body, "triggers", group(triggers.clone()));
    }
    filling.body = Some(body);
    Ok(true)
}

fn only_own_if_named(
    context: &Context<'_>,
    replies: &Replies,
    named: &[String],
) -> Result<(), Failure> {
    if named.is_empty() {
        return Ok(());
    }
    only_own(context, replies, named)
}

fn finish(
    context: &Context<'_>,
    _: &Place,
    replies: &Replies,
    made: &mut Made,
) -> Result<(), Failure> {
    let rule = replies.thing(context, "after");
    made.add("rule", whole_rule(rule)?);
    let guidance = if rule.get("detectorIds").elements().is_empty() {
        "It listens to nothing yet: name projects or monitors with update_alert_rule."
    } else {
        "update_alert_rule changes it, by its id."
    };
    made.add_text("guidance", guidance);
    Ok(())
}

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}
