use fetch::{LocalFuture, Method};
use sentry_api::{Endpoint, Filling, Value, Whose};
use serde_json::{Map, Value as Json};

use crate::plan::made::Made;
use crate::plan::{self, Narrow, Plan, READS, Replies, Step, put};
use crate::text::shape;
use crate::vocabulary::arguments::wrong;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{Kind, ORGANIZATION, PROJECT, Parameter, REGION};
use crate::vocabulary::place::Place;
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::alerting::{
    CREATED_MONITOR, OWNER, WORKFLOWS, add, check, copied, group, numbers, whole_monitor,
};
use super::{MANAGE, WRITE_PROJECTS};

const REQUIRED_PROJECT: &Parameter = &PROJECT.required();
pub(super) const NAME: &Parameter = &Parameter::text("name", "").at_most(200);
const REQUIRED_NAME: &Parameter = &NAME.required();
pub(super) const DESCRIPTION: &Parameter = &Parameter::text("description", "").clearable();
pub(super) const QUERY: &Parameter = &Parameter::new(
    "query",
    "{dataset: events|transactions|generic_metrics|metrics|events_analytics_platform, query, aggregate: \"count()\", \
     eventTypes: [\"error\"], timeWindowSeconds: 3600, environment}.",
    Kind::Object,
);
const REQUIRED_QUERY: &Parameter = &QUERY.required();
pub(super) const CONFIG: &Parameter = &Parameter::new(
    "config",
    "{detectionType: static|percent|dynamic, comparisonDeltaSeconds (with percent)}.",
    Kind::Object,
);
const REQUIRED_CONFIG: &Parameter = &CONFIG.required();
pub(super) const GROUP: &Parameter = &Parameter::new(
    "conditionGroup",
    "{conditions: one to three of {type: gt|lt|gte|lte, comparison: number, conditionResult: 75 high, 50 medium, 0 resolved}, or, \
     for dynamic, {type: anomaly_detection, comparison: {sensitivity: low|medium|high, seasonality: auto, thresholdType: 0 up, 1 \
     down, 2 both}, conditionResult: 75|50}}.",
    Kind::Object,
);
const REQUIRED_GROUP: &Parameter = &GROUP.required();
pub(super) const RULES: &Parameter =
    &Parameter::new("workflowIds", "Alert rules that listen to it.", Kind::Texts)
        .clearable()
        .near(&["ruleids", "alertruleids"]);

pub(crate) static TOOL: Tool = Tool {
    name: "create_metric_monitor",
    title: "Create metric monitor",
    description: "Makes a monitor that opens an issue when a number of a project passes a threshold, changes by percent or is \
                  unusual. Who is told is said by alert rules: workflowIds.",
    skills: MANAGE,
    scopes: WRITE_PROJECTS,
    surface: Surface::Catalog,
    parameters: &[
        ORGANIZATION,
        REQUIRED_PROJECT,
        REQUIRED_NAME,
        REQUIRED_QUERY,
        REQUIRED_CONFIG,
        REQUIRED_GROUP,
        DESCRIPTION,
        OWNER,
        RULES,
        REGION,
    ],
    output_schema: Some(Schema::Shape(PLAN.answer)),
    effect: Effect::CreatesAnother,
    hidden: Hidden::Never,
    run,
};

static CREATION: Endpoint = Endpoint {
    method: Method::Post,
    path: "organizations/{org}/projects/{project}/detectors",
    whose: Whose::Project,
    what: "a monitor",
};

const PLAN: Plan = Plan {
    stages: &[
        &[Step {
            label: "rules",
            endpoint: &WORKFLOWS,
            project: Narrow::Query(PROJECT, "project"),
            fill: Some(|context, _, filling| {
                check_parts(context, "")?;
                ask_rules(context, filling)
            }),
            ..READS
        }],
        &[Step {
            label: "after",
            endpoint: &CREATION,
            project: Narrow::Path(REQUIRED_PROJECT),
            body: &[
                (REQUIRED_NAME, "name"),
                (DESCRIPTION, "description"),
                (OWNER, "owner"),
                (REQUIRED_QUERY, "query"),
                (REQUIRED_CONFIG, "config"),
                (REQUIRED_GROUP, "conditionGroup"),
                (RULES, "workflowIds"),
            ],
            fill: Some(|context, replies, filling| {
                only_own_rules(context, replies)?;
                filling.body = Some(body(context, Value::Null));
                Ok(true)
            }),
            ..READS
        }],
    ],
    answer: CREATED_MONITOR,
    finish: Some(finish),
};

const SENT_QUERY: &str = "dataset!=events|transactions|generic_metrics|metrics|events_analytics_platform query! aggregate! \
                          environment eventTypes![] extrapolationMode timeWindowSeconds!#";
const SENT_CONFIG: &str = "detectionType!=static|percent|dynamic comparisonDeltaSeconds#";
const SENT_GROUP: &str = "id* logicType=any|any-short|all|none conditions![id* type!=gt|lt|gte|lte|anomaly_detection comparison!* \
                          conditionResult!*]";
const SENT_ANOMALY: &str = "sensitivity!=low|medium|high seasonality!=auto thresholdType!*";

/// Checks the parts of a monitor. `kind` is its detection type as it is, for an update.
pub(super) fn check_parts(context: &Context<'_>, kind: &str) -> Result<(), Failure> {
    let sent = |parameter| context.arguments.value(parameter);
    let is_new = kind.is_empty();
    let optional = |spec: &str| match is_new {
        true => spec.to_owned(),
        false => spec.replace('!', ""),
    };
    if let Some(query) = sent(QUERY) {
        check(QUERY.name, &optional(SENT_QUERY), query)?;
    }
    let mut kind = kind;
    if let Some(config) = sent(CONFIG) {
        check(CONFIG.name, &optional(SENT_CONFIG), config)?;
        let own = config.get("detectionType").and_then(Json::as_str);
        kind = own.unwrap_or(kind);
        let has_delta = config
            .get("comparisonDeltaSeconds")
            .is_some_and(Json::is_number);
        if own.is_some() && has_delta != (kind == "percent") {
            return Err(wrong(
                CONFIG,
                "has comparisonDeltaSeconds with detectionType percent, and only there",
            ));
        }
    }
    let Some(group) = sent(GROUP) else {
        return Ok(());
    };
    check(GROUP.name, SENT_GROUP, group)?;
    let conditions = group.get("conditions").and_then(Json::as_array);
    let conditions = conditions.map(Vec::as_slice).unwrap_or_default();
    if !(1..=3).contains(&conditions.len()) {
        return Err(wrong(GROUP, "has one to three conditions"));
    }
    for (place, condition) in conditions.iter().enumerate() {
        let path = ["conditionGroup.conditions[", &place.to_string(), "]"].concat();
        let fail = |rule: &str| Err(Failure::Invalid(["`", &path, rule].concat()));
        let part = |name: &str| condition.get(name).unwrap_or(&Json::Null);
        let is_anomaly = part("type") == "anomaly_detection";
        if is_anomaly != (kind == "dynamic") {
            return fail(
                ".type` does not fit detectionType: anomaly_detection goes with dynamic, and with nothing else.",
            );
        }
        if is_anomaly {
            check(
                &[&path, ".comparison"].concat(),
                SENT_ANOMALY,
                part("comparison"),
            )?;
        } else if !part("comparison").is_number() {
            return fail(".comparison` must be a number.");
        }
        if !matches!(part("conditionResult").as_u64(), Some(75 | 50))
            && (is_anomaly || part("conditionResult") != 0)
        {
            return fail(
                ".conditionResult` must be 75 (high), 50 (medium) or, but for anomalies, 0 (resolved).",
            );
        }
    }
    Ok(())
}

/// Asks for the rules that are named, narrowed to the session's project: a step that is sent in such a session alone.
pub(super) fn ask_rules(context: &Context<'_>, filling: &mut Filling<'_>) -> Result<bool, Failure> {
    let named = context.arguments.texts(RULES);
    for id in &named {
        add(filling, "id", id);
    }
    add(filling, "per_page", "100");
    Ok(context.sight.is_of_project() && !named.is_empty())
}

/// A session of one project lets no other project's rule listen.
pub(super) fn only_own_rules(context: &Context<'_>, replies: &Replies) -> Result<(), Failure> {
    let own = replies.things(context, "rules")?;
    let named = context.arguments.texts(RULES);
    let is_own = |id: &&str| own.iter().any(|one| one.get("id") == *id);
    if context.sight.is_of_project() && !named.iter().all(is_own) {
        return Err(Failure::outside("project"));
    }
    Ok(())
}

/// The body of a monitor: what was sent over what there was.
pub(super) fn body(context: &Context<'_>, before: Value<'_>) -> Json {
    let sent = |parameter: &Parameter| context.arguments.value(parameter).cloned();
    let old = |path: &str| match shape::at(before, path) {
        Value::Null => None,
        value => Some(copied(value)),
    };
    let mut body = Json::Null;
    put(&mut body, "type", Json::from("metric_issue"));
    let owner = before.get("owner");
    let owner = match (owner.get("type").as_str(), owner.get("id").as_str()) {
        (Some(kind), Some(id)) => Some(Json::from([kind, ":", id].concat())),
        _ => None,
    };
    let rules = context.arguments.value(RULES).is_some();
    let named = match rules {
        true => context
            .arguments
            .texts(RULES)
            .into_iter()
            .map(str::to_owned)
            .collect(),
        false => super::alerting::ids(before.get("workflowIds")),
    };
    for (name, value) in [
        ("name", sent(NAME).or_else(|| old("name"))),
        (
            "description",
            sent(DESCRIPTION).or_else(|| old("description")),
        ),
        ("owner", sent(OWNER).or(owner)),
        ("enabled", old("enabled").or(Some(Json::Bool(true)))),
        ("workflow_ids", Some(numbers(&named))),
        ("config", Some(config(sent(CONFIG), old("config")))),
        (
            "condition_group",
            sent(GROUP).or_else(|| old("conditionGroup")).map(|sent| {
                let mut sent = sent;
                if sent.get("logicType").is_none() {
                    put(&mut sent, "logicType", Json::from("any"));
                }
                group(sent)
            }),
        ),
        (
            "data_sources",
            Some(Json::Array(vec![source(sent(QUERY), before)])),
        ),
    ] {
        if let Some(value) = value {
            put(&mut body, name, value);
        }
    }
    body
}

/// Under Sentry's name for it.
fn renamed(mut sent: Json, from: &str, to: &str) -> Json {
    if let Some(value) = sent
        .as_object_mut()
        .and_then(|members| members.remove(from))
        && !value.is_null()
    {
        put(&mut sent, to, value);
    }
    sent
}

/// Another detection type takes nothing over from the one before.
fn config(sent: Option<Json>, old: Option<Json>) -> Json {
    let sent = sent.map(|sent| renamed(sent, "comparisonDeltaSeconds", "comparisonDelta"));
    let Some(sent) = sent else {
        return old.unwrap_or_default();
    };
    match old {
        Some(old) if sent.get("detectionType").is_none() => over(old, sent),
        _ => sent,
    }
}

/// The members of one object over those of another.
fn over(mut old: Json, sent: Json) -> Json {
    if let (Json::Object(old), Json::Object(sent)) = (&mut old, sent) {
        old.extend(sent);
    }
    old
}

/// The data source: what is measured.
fn source(sent: Option<Json>, before: Value<'_>) -> Json {
    let old = copied(crate::text::alerting::query_of(before));
    let old = if old.is_object() {
        old
    } else {
        Json::Object(Map::new())
    };
    let sent = renamed(sent.unwrap_or_default(), "timeWindowSeconds", "timeWindow");
    let mut source = over(old, sent);
    if let Some(members) = source.as_object_mut() {
        members.remove("id");
    }
    let kind = match source.get("dataset").and_then(Json::as_str) {
        Some("events") => 0,
        Some("metrics") => 2,
        _ => 1,
    };
    put(&mut source, "queryType", Json::from(kind));
    source
}

fn finish(
    context: &Context<'_>,
    _: &Place,
    replies: &Replies,
    made: &mut Made,
) -> Result<(), Failure> {
    let monitor = replies.thing(context, "after");
    made.add("monitor", whole_monitor(monitor)?);
    let guidance = if monitor.get("workflowIds").elements().is_empty() {
        "It opens issues, and nobody is told: name alert rules in `workflowIds` of update_metric_monitor, or make one with \
         create_alert_rule and this id in `detectorIds`."
    } else {
        "update_metric_monitor changes it, by its id."
    };
    made.add_text("guidance", guidance);
    Ok(())
}

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}
