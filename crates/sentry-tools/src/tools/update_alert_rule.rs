use std::borrow::Cow;

use fetch::{LocalFuture, Method};
use sentry_api::{Endpoint, Filling, ProjectKey};
use serde_json::Value as Json;

use crate::plan::made::Made;
use crate::plan::{self, Narrow, Plan, READS, Replies, Step, put};
use crate::text::alerting;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{Kind, ORGANIZATION, PROJECT, Parameter, REGION};
use crate::vocabulary::place::Place;
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::alerting::{
    DETECTORS, OPTIONAL_PROJECT, OWNER, UPDATED_RULE, WORKFLOWS, Which, add, ask_own, ask_streams,
    choose, copied, group, ids, is_number, numbers, one_rule, only_own, projects, streams,
    whole_rule,
};
use super::create_alert_rule::{ENVIRONMENT, FILTERS, NAME, TRIGGERS, check_parts};
use super::get_alert_rule::{NAMED, ask_by_id_or_name};
use super::{MANAGE, WRITE_PROJECTS};

const STATUS: &Parameter = &Parameter::choice("status", "", &["active", "disabled"], None);
const FREQUENCY: &Parameter = &Parameter::integer("frequencyMinutes", "", None, None).from(0);
const ADD_PROJECTS: &Parameter = &Parameter::new("addProjectSlugs", "", Kind::Texts);
const REMOVE_PROJECTS: &Parameter = &Parameter::new("removeProjectSlugs", "", Kind::Texts);
const ADD_DETECTORS: &Parameter = &Parameter::new("addDetectorIds", "", Kind::Texts);
const REMOVE_DETECTORS: &Parameter = &Parameter::new("removeDetectorIds", "", Kind::Texts);

pub(crate) static TOOL: Tool = Tool {
    name: "update_alert_rule",
    title: "Update alert rule",
    description: "Changes an alert rule, on or off included; all else stays. `triggers` and `actionFilters` are \
                  replaced as a whole: take them with their ids from get_alert_rule.",
    skills: MANAGE,
    scopes: WRITE_PROJECTS,
    surface: Surface::Catalog,
    parameters: &[
        ORGANIZATION,
        NAMED,
        OPTIONAL_PROJECT,
        NAME,
        STATUS,
        FREQUENCY,
        ENVIRONMENT,
        OWNER,
        TRIGGERS,
        FILTERS,
        ADD_PROJECTS,
        REMOVE_PROJECTS,
        ADD_DETECTORS,
        REMOVE_DETECTORS,
        REGION,
    ],
    output_schema: Some(Schema::Shape(PLAN.answer)),
    effect: Effect::Changes,
    hidden: Hidden::Never,
    run,
};

static RULE: Endpoint = one_rule(Method::Get);
static CHANGE: Endpoint = one_rule(Method::Put);

const PLAN: Plan = Plan {
    stages: &[
        &[
            Step {
                label: "found",
                endpoint: &WORKFLOWS,
                project: Narrow::Query(OPTIONAL_PROJECT, "project"),
                fill: Some(by_id_or_name),
                ..READS
            },
            Step {
                label: "added",
                endpoint: &DETECTORS,
                fill: Some(|context, _, filling| {
                    Ok(ask_streams(filling, &projects(context, ADD_PROJECTS)?))
                }),
                ..READS
            },
            Step {
                label: "removed",
                endpoint: &DETECTORS,
                fill: Some(of_removed),
                ..READS
            },
        ],
        &[Step {
            label: "before",
            endpoint: &RULE,
            fill: Some(present),
            ..READS
        }],
        &[Step {
            label: "own",
            endpoint: &DETECTORS,
            project: Narrow::Query(PROJECT, "project"),
            fill: Some(|context, replies, filling| {
                Ok(ask_own(context, filling, &touched(context, replies)?))
            }),
            ..READS
        }],
        &[Step {
            label: "after",
            endpoint: &CHANGE,
            body: &[
                (NAME, "name"),
                (STATUS, "enabled"),
                (FREQUENCY, "config.frequency"),
                (ENVIRONMENT, "environment"),
                (OWNER, "owner"),
                (TRIGGERS, "triggers"),
                (FILTERS, "actionFilters"),
                (ADD_PROJECTS, "detectorIds"),
                (REMOVE_PROJECTS, "detectorIds"),
                (ADD_DETECTORS, "detectorIds"),
                (REMOVE_DETECTORS, "detectorIds"),
            ],
            fill: Some(body),
            ..READS
        }],
    ],
    answer: UPDATED_RULE,
    finish: Some(finish),
};

/// What may be changed: one of these has to be sent.
const CHANGES: &[&Parameter] = &[
    NAME,
    STATUS,
    FREQUENCY,
    ENVIRONMENT,
    OWNER,
    TRIGGERS,
    FILTERS,
    ADD_PROJECTS,
    REMOVE_PROJECTS,
    ADD_DETECTORS,
    REMOVE_DETECTORS,
];

/// A change of nothing is refused before anything is asked.
pub(super) fn something(context: &Context<'_>, parameters: &[&Parameter]) -> Result<(), Failure> {
    let is_sent = |one: &&Parameter| context.arguments.value(one).is_some();
    if parameters.iter().any(is_sent) {
        return Ok(());
    }
    Err(Failure::Invalid(
        "Say what to change: nothing is named.".to_owned(),
    ))
}

fn by_id_or_name(
    context: &Context<'_>,
    _: &Replies,
    filling: &mut Filling<'_>,
) -> Result<bool, Failure> {
    something(context, CHANGES)?;
    check_parts(context, TRIGGERS, FILTERS)?;
    ask_by_id_or_name(filling, context.arguments.text(NAMED).unwrap_or_default());
    Ok(true)
}

fn of_removed(
    context: &Context<'_>,
    _: &Replies,
    filling: &mut Filling<'_>,
) -> Result<bool, Failure> {
    let removed: Vec<ProjectKey> = projects(context, REMOVE_PROJECTS)?;
    for project in &removed {
        add(filling, "project", project.as_str());
    }
    add(filling, "per_page", "100");
    Ok(!removed.is_empty())
}

/// The id of the rule that is meant.
fn present(
    context: &Context<'_>,
    replies: &Replies,
    filling: &mut Filling<'_>,
) -> Result<bool, Failure> {
    let found = replies.things(context, "found")?;
    let named = context.arguments.text(NAMED).unwrap_or_default();
    let id = if is_number(named) {
        let found = replies.thing(context, "found").get("id").as_str();
        found.ok_or(sentry_api::ApiError::NotFound)?
    } else {
        choose(&found, "name", named, Which::Exact)?
    };
    filling.names.push(Cow::Owned(id.to_owned()));
    Ok(true)
}

/// What the rule listens to afterwards.
fn listens(context: &Context<'_>, replies: &Replies) -> Result<Vec<String>, Failure> {
    let mut all = ids(replies.thing(context, "before").get("detectorIds"));
    let removed = replies.things(context, "removed")?;
    let by_id = context.arguments.texts(REMOVE_DETECTORS);
    all.retain(|id| {
        !by_id.contains(&id.as_str()) && !removed.iter().any(|one| one.get("id") == id.as_str())
    });
    let count = projects(context, ADD_PROJECTS)?.len();
    let mut more = streams(context, replies, "added", count)?;
    more.extend(
        context
            .arguments
            .texts(ADD_DETECTORS)
            .into_iter()
            .map(str::to_owned),
    );
    for id in more {
        if !all.contains(&id) {
            all.push(id);
        }
    }
    Ok(all)
}

/// The monitors that the change concerns: those of before and those of after.
fn touched(context: &Context<'_>, replies: &Replies) -> Result<Vec<String>, Failure> {
    let mut all = listens(context, replies)?;
    for id in ids(replies.thing(context, "before").get("detectorIds")) {
        if !all.contains(&id) {
            all.push(id);
        }
    }
    Ok(all)
}

/// Sentry replaces the rule: what was not asked for is sent as it is.
fn body(
    context: &Context<'_>,
    replies: &Replies,
    filling: &mut Filling<'_>,
) -> Result<bool, Failure> {
    only_own(context, replies, &touched(context, replies)?)?;
    let before = replies.thing(context, "before");
    let id = before.get("id").as_str();
    let id = id.ok_or(sentry_api::ApiError::Malformed("an alert rule"))?;
    filling.names.push(Cow::Owned(id.to_owned()));
    let mut body = Json::Null;
    for (name, to) in [
        ("name", "name"),
        ("enabled", "enabled"),
        ("environment", "environment"),
        ("owner", "owner"),
        ("config", "config"),
        ("triggers", "triggers"),
        ("actionFilters", "action_filters"),
    ] {
        let value = before.get(name);
        if !value.is_null() {
            put(&mut body, to, copied(value));
        }
    }
    for (parameter, to) in [
        (NAME, "name"),
        (ENVIRONMENT, "environment"),
        (OWNER, "owner"),
        (FREQUENCY, "config.frequency"),
        (TRIGGERS, "triggers"),
        (FILTERS, "action_filters"),
    ] {
        if let Some(value) = context.arguments.value(parameter) {
            put(&mut body, to, value.clone());
        }
    }
    if let Some(status) = context.arguments.text(STATUS) {
        put(&mut body, "enabled", Json::from(status == "active"));
    }
    if let Some(triggers) = body.get("triggers").cloned() {
        put(&mut body, "triggers", group(triggers));
    }
    put(
        &mut body,
        "detector_ids",
        numbers(&listens(context, replies)?),
    );
    filling.body = Some(body);
    Ok(true)
}

fn finish(
    context: &Context<'_>,
    _: &Place,
    replies: &Replies,
    made: &mut Made,
) -> Result<(), Failure> {
    made.add("rule", whole_rule(replies.thing(context, "after"))?);
    made.add_text("before", &alerting::rule(replies.thing(context, "before")));
    Ok(())
}

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}
