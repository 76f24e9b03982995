use fetch::{LocalFuture, Method};
use sentry_api::{Endpoint, Filling, Value, Whose};

use crate::plan::made::Made;
use crate::plan::{self, Narrow, Plan, READS, Replies, Step};
use crate::text::shape;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{
    CURSOR, Kind, NAME_QUERY, NEAR_LIMIT, ORGANIZATION, Parameter, REGION,
};
use crate::vocabulary::place::Place;
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::alerting::{DETECTORS, OPTIONAL_PROJECT, add, list};
use super::{INSPECT, READ};

const SECTION: &Parameter = &Parameter::choice(
    "section",
    "What is done; when; or which monitors there are to listen to.",
    &["actions", "conditions", "sources"],
    None,
)
.required();
const ACTIONS: &Parameter =
    &Parameter::new("actionTypes", "Such as slack.", Kind::Texts).nullable();
const GROUP: &Parameter = &Parameter::choice(
    "conditionGroup",
    "Conditions of triggers or of actionFilters. Default both.",
    &["workflow_trigger", "action_filter"],
    None,
)
.nullable();
const SOURCES: &Parameter =
    &Parameter::new("sourceTypes", "Such as metric_issue.", Kind::Texts).nullable();
const LIMIT: &Parameter = &Parameter::integer("limit", "", Some(100), Some(25)).near(NEAR_LIMIT);

pub(crate) static TOOL: Tool = Tool {
    name: "get_alert_options",
    title: "Get alert options",
    description: "Lists the parts an alert rule can be made of here: actions with their integrations and fields, conditions with \
                  their comparison, monitors as sources. For create_alert_rule and update_alert_rule.",
    skills: INSPECT,
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[
        ORGANIZATION,
        SECTION,
        ACTIONS,
        GROUP,
        SOURCES,
        OPTIONAL_PROJECT,
        NAME_QUERY,
        CURSOR,
        LIMIT,
        REGION,
    ],
    output_schema: Some(Schema::Shape(PLAN.answer)),
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

static AVAILABLE: Endpoint = Endpoint {
    method: Method::Get,
    path: "organizations/{org}/available-actions",
    whose: Whose::Everyone,
    what: "actions",
};

static CONDITIONS: Endpoint = Endpoint {
    method: Method::Get,
    path: "organizations/{org}/data-conditions",
    whose: Whose::Everyone,
    what: "conditions",
};

/// Conditions of one group.
const fn conditions(
    label: &'static str,
    group: &'static [(&'static str, &'static str)],
    fill: plan::Fill,
) -> Step {
    Step {
        label,
        endpoint: &CONDITIONS,
        query: &[(CURSOR, "cursor"), (LIMIT, "per_page")],
        always: group,
        fill: Some(fill),
        ..READS
    }
}

const PLAN: Plan = Plan {
    stages: &[&[
        Step {
            label: "actions",
            endpoint: &AVAILABLE,
            query: &[(CURSOR, "cursor"), (LIMIT, "per_page")],
            fill: Some(|context, _, _| Ok(context.arguments.text(SECTION) == Some("actions"))),
            ..READS
        },
        conditions(
            "workflow_trigger",
            &[("group", "workflow_trigger")],
            |context, _, _| is_group(context, "workflow_trigger"),
        ),
        conditions(
            "action_filter",
            &[("group", "action_filter")],
            |context, _, _| is_group(context, "action_filter"),
        ),
        Step {
            label: "sources",
            endpoint: &DETECTORS,
            project: Narrow::Query(OPTIONAL_PROJECT, "project"),
            query: &[(CURSOR, "cursor"), (LIMIT, "per_page")],
            fill: Some(sources),
            ..READS
        },
    ]],
    answer: "section!=@section actions=@actionsList[type handlerGroup configSchema*~ dataSchema*~ integrations[id! name~ \
             services~[.name]] services[slug! name~] sentryApp{id name~ installationUuid settings*~}] \
             conditions=@conditions[type handlerGroup handlerSubgroup comparisonJsonSchema*~] conditionGroup=@conditionGroup \
             sources=@sources[id! type projectId name~] nextCursor=@next inputGuide!=@guide",
    finish: Some(finish),
};

fn is_group(context: &Context<'_>, group: &str) -> Result<bool, Failure> {
    let asked = context.arguments.text(GROUP).unwrap_or(group);
    Ok(context.arguments.text(SECTION) == Some("conditions") && asked == group)
}

fn sources(context: &Context<'_>, _: &Replies, filling: &mut Filling<'_>) -> Result<bool, Failure> {
    let mut query = context.arguments.texts(SOURCES).join(",");
    if !query.is_empty() {
        query = ["type:[", &query, "] "].concat();
    }
    query.push_str(context.arguments.text(NAME_QUERY).unwrap_or_default());
    if !query.is_empty() {
        add(filling, "query", query.trim_end());
    }
    Ok(context.arguments.text(SECTION) == Some("sources"))
}

fn finish(
    context: &Context<'_>,
    _: &Place,
    replies: &Replies,
    made: &mut Made,
) -> Result<(), Failure> {
    let part = context.arguments.text(NAME_QUERY).unwrap_or_default();
    let part = part.to_lowercase();
    let types = context.arguments.texts(ACTIONS);
    let fits = |one: &Value<'_>| {
        let kind = one.get("type").as_str().unwrap_or_default();
        (types.is_empty() || types.contains(&kind)) && kind.contains(&part)
    };
    let guide = match context.arguments.text(SECTION).unwrap_or_default() {
        "actions" => {
            let mut found = replies.things(context, "actions")?;
            found.retain(fits);
            let found = list(&found, &|out, one| {
                let shape = "type handlerGroup configSchema* dataSchema* integrations[id! name services[.name]] \
                             services[slug! name] sentryApp{id name installationUuid settings*}";
                shape::thing(out, shape, one)
            })?;
            made.add("actionsList", found);
            "Into actionFilters[].actions: {type, integrationId (an id of integrations, where there are some), config as \
             configSchema says, data as dataSchema says}."
        }
        "conditions" => {
            let mut found = replies.things(context, "workflow_trigger")?;
            found.extend(replies.things(context, "action_filter")?);
            found.retain(|one| {
                one.get("type")
                    .as_str()
                    .is_some_and(|kind| kind.contains(&part))
            });
            let found = list(&found, &|out, one| {
                let shape = "type handlerGroup handlerSubgroup comparisonJsonSchema*";
                shape::thing(out, shape, one)
            })?;
            made.add("conditions", found);
            "workflow_trigger into triggers.conditions, action_filter into actionFilters[].conditions: {type, comparison as \
             comparisonJsonSchema says, conditionResult: true}."
        }
        _ => {
            let found = replies.things(context, "sources")?;
            let found = list(&found, &|out, one| {
                shape::thing(out, "id! type projectId name~", one)
            })?;
            made.add("sources", found);
            "Into detectorIds: the ids of monitors that the rule shall listen to. For all issues of a project its slug in \
             projectSlugs is enough."
        }
    };
    made.add_text("guide", guide);
    Ok(())
}

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}
