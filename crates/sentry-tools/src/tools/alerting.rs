//! What the tools for alert rules and metric monitors share: endpoints, shapes, how one is found by its name, how what was
//! sent is checked and how a replacement is made of what there is.

use std::borrow::Cow;

use fetch::Method;
use mcp::json;
use sentry_api::{ApiError, Endpoint, Filling, ProjectKey, SlugOrId, Value, Whose};
use serde_json::{Map, Value as Json};

use crate::plan::{Narrow, READS, Replies, Step};
use crate::text::alerting;
use crate::text::markdown::{code, push};
use crate::text::shape::{self, Kind};
use crate::text::whose::OF_MEMBERS;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{NEAR_LIMIT, PROJECT, Parameter};
use crate::vocabulary::tool::Context;

pub(super) const OPTIONAL_PROJECT: &Parameter = &PROJECT.nullable();
pub(super) const LIMIT: &Parameter =
    &Parameter::integer("limit", "", Some(100), Some(10)).near(NEAR_LIMIT);
pub(super) const MONITOR_ID: &Parameter = &Parameter::format(
    "monitorId",
    "",
    crate::vocabulary::parameter::Format::Digits,
)
.required()
.near(&["id", "monitor", "detectorid"]);
pub(super) const OWNER: &Parameter = &Parameter::format(
    "owner",
    "user:ID or team:ID; null takes it away.",
    crate::vocabulary::parameter::Format::Owner,
)
.clearable();

pub(super) static WORKFLOWS: Endpoint = Endpoint {
    method: Method::Get,
    path: "organizations/{org}/workflows",
    whose: Whose::Project,
    what: "alert rules",
};

/// One rule, which was found before and so is seen.
pub(super) const fn one_rule(method: Method) -> Endpoint {
    Endpoint {
        method,
        path: "organizations/{org}/workflows/{}",
        whose: Whose::Everyone,
        what: "an alert rule",
    }
}

/// The same of a monitor.
pub(super) const fn one_monitor(method: Method) -> Endpoint {
    Endpoint {
        method,
        path: "organizations/{org}/detectors/{}",
        whose: Whose::Project,
        what: "a monitor",
    }
}

pub(super) static DETECTORS: Endpoint = Endpoint {
    method: Method::Get,
    path: "organizations/{org}/detectors",
    whose: Whose::Project,
    what: "monitors",
};

/// The parts of a group of conditions, as it is shown.
macro_rules! conditions {
    () => {
        "id logicType conditions[id type comparison*~ conditionResult*]"
    };
}

/// A rule as it is shown, with the ids that an update needs. `status` and `summary` are ours.
macro_rules! rule {
    () => {
        concat!(
            "id! name~ status summary~ environment~ frequencyMinutes#=config.frequency owner detectorIds[] triggers{",
            conditions!(),
            "} actionFilters[",
            conditions!(),
            " actions[id type integrationId data*~ config*~ status]] lastTriggered dateCreated dateUpdated"
        )
    };
}

/// A metric monitor as it is shown. `status`, `summary` and `query` are ours.
macro_rules! monitor {
    () => {
        concat!(
            "id! projectId name~ description~ status summary~ query{",
            query!(),
            "} config{detectionType comparisonDeltaSeconds#=comparisonDelta} conditionGroup{",
            conditions!(),
            "} owner{type id name~} workflowIds[] lastIssue=latestGroup{id shortId title~ status} dateCreated dateUpdated"
        )
    };
}

/// The query of a metric monitor.
macro_rules! query {
    () => {
        "dataset query~ aggregate~ timeWindowSeconds#=timeWindow environment~ eventTypes[] extrapolationMode"
    };
}

/// What the tools for one rule answer.
pub(super) const READ_RULE: &str = concat!(
    "alertRule=@rule{",
    rule!(),
    " monitors[id! type projectId name~]} metricMonitor=@monitor{",
    monitor!(),
    "} guidance!=@guidance suggestedActions=@actions[type toolName arguments* reason]"
);
pub(super) const CREATED_RULE: &str =
    concat!("alertRule!=@rule{", rule!(), "} guidance!=@guidance");
pub(super) const UPDATED_RULE: &str = concat!(
    "alertRule!=@rule{",
    rule!(),
    "} before!~=@before changes!=@changes[name before*~ after*~]"
);
pub(super) const DELETED_RULE: &str =
    "success!?=@done ruleId!=@ruleId name~=@name summary!~=@summary";

/// What the tools for one metric monitor answer.
pub(super) const READ_MONITOR: &str = concat!(
    "monitor!=@monitor{",
    monitor!(),
    "} suggestedActions=@actions[type toolName arguments* reason]"
);
pub(super) const CREATED_MONITOR: &str =
    concat!("monitor!=@monitor{", monitor!(), "} guidance!=@guidance");
pub(super) const UPDATED_MONITOR: &str = concat!(
    "monitor!=@monitor{",
    monitor!(),
    "} before!~=@before changes!=@changes[name before*~ after*~]"
);
pub(super) const DELETED_MONITOR: &str =
    "success!?=@done monitorId!=@monitorId name~=@name summary!~=@summary";

/// What a group of conditions has to be when it is sent.
macro_rules! sent_group {
    () => {
        "id* logicType!=all|any|any-short|none conditions![id* type! comparison!* conditionResult!*]"
    };
}
pub(super) const SENT_TRIGGERS: &str = sent_group!();
pub(super) const SENT_FILTER: &str = concat!(
    sent_group!(),
    " actions![id* type! integrationId* data!{} config!{} status]"
);

/// Adds a text to an object that is complete.
pub(super) fn splice(object: &mut String, name: &str, text: &str) {
    let mut raw = String::new();
    json::text(&mut raw, text);
    splice_raw(object, name, &raw);
}

/// Adds a member to an object that is complete.
pub(super) fn splice_raw(object: &mut String, name: &str, raw: &str) {
    if object.pop().is_some() {
        object.push_str(if object.len() > 1 { "," } else { "" });
        json::text(object, name);
        push(object, &[":", raw, "}"]);
    }
}

/// A rule in this shape, with its state and itself in words.
pub(super) fn write_rule(out: &mut String, shape: &str, rule: Value<'_>) -> Option<()> {
    shape::thing(out, shape, rule)?;
    say(out, rule, &alerting::rule(rule));
    Some(())
}

/// The same of a metric monitor.
pub(super) fn write_monitor(out: &mut String, shape: &str, monitor: Value<'_>) -> Option<()> {
    shape::thing(out, shape, monitor)?;
    say(out, monitor, &alerting::monitor(monitor));
    Some(())
}

fn say(out: &mut String, thing: Value<'_>, summary: &str) {
    let is_off = thing.get("enabled").is(false);
    splice(out, "status", if is_off { "disabled" } else { "active" });
    splice(out, "summary", summary);
}

/// A whole metric monitor, with its query.
pub(super) fn whole_monitor(monitor: Value<'_>) -> Result<String, Failure> {
    let mut out = String::new();
    let missing = || ApiError::Malformed("a monitor");
    write_monitor(&mut out, monitor!(), monitor).ok_or_else(missing)?;
    let mut asked = String::new();
    shape::thing(&mut asked, query!(), alerting::query_of(monitor)).ok_or_else(missing)?;
    splice_raw(&mut out, "query", &asked);
    Ok(out)
}

/// A whole rule.
pub(super) fn whole_rule(rule: Value<'_>) -> Result<String, Failure> {
    let mut out = String::new();
    write_rule(&mut out, rule!(), rule).ok_or(ApiError::Malformed("an alert rule"))?;
    Ok(out)
}

/// A list of things, each written by `write`.
pub(super) fn list(
    things: &[Value<'_>],
    write: &dyn Fn(&mut String, Value<'_>) -> Option<()>,
) -> Result<String, Failure> {
    let mut out = String::new();
    let mut is_good = true;
    json::array(&mut out, things, |out, thing| {
        let mut one = String::new();
        is_good &= write(&mut one, *thing).is_some();
        out.push_str(&one);
    });
    if is_good {
        Ok(out)
    } else {
        Err(ApiError::Malformed("a list").into())
    }
}

pub(super) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A search for part of a name.
pub(super) fn part_of_name(part: &str) -> String {
    ["name:\"*", &part.replace(['"', '\\'], "*"), "*\""].concat()
}

pub(super) fn add(filling: &mut Filling<'_>, name: &'static str, value: &str) {
    filling.query.push((name, Cow::Owned(value.to_owned())));
}

/// Which of several things a name may mean.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// The only one that has it in its name: nothing happens to it.
    Unique,
    /// The one that is named exactly so.
    Exact,
}

/// The id of the thing with that name.
pub(super) fn choose<'a>(
    found: &[Value<'a>],
    member: &str,
    named: &str,
    which: Which,
) -> Result<&'a str, Failure> {
    let name = |thing: &Value<'a>| thing.get(member).as_str().unwrap_or_default();
    let exact = |thing: &&Value<'a>| name(thing).to_lowercase() == named.to_lowercase();
    let exact: Vec<Value<'a>> = found.iter().filter(exact).copied().collect();
    let meant = match which {
        Which::Unique if exact.is_empty() => found,
        _ => &exact,
    };
    match (meant, found) {
        ([one], _) => one
            .get("id")
            .as_str()
            .ok_or_else(|| ApiError::Malformed("a thing with an id").into()),
        ([], []) => Err(ApiError::NotFound.into()),
        (several, found) => {
            let mut words = if several.is_empty() {
                "None has exactly that name."
            } else {
                "Several have that name."
            }
            .to_owned();
            push(&mut words, &[" Say the id. ", OF_MEMBERS, "\n"]);
            for thing in found.iter().take(20) {
                let id = thing.get("id").as_str().unwrap_or_default();
                push(&mut words, &["\n- ", id, " ", &code(name(thing), 100)]);
            }
            Err(Failure::Invalid(words))
        }
    }
}

/// Reads the one rule, or monitor, that an id means, of the project that is meant.
pub(super) const fn by_id(
    endpoint: &'static Endpoint,
    names: &'static [(&'static Parameter, &'static str)],
) -> Step {
    Step {
        label: "before",
        endpoint,
        project: Narrow::Query(OPTIONAL_PROJECT, "project"),
        query: names,
        ..READS
    }
}

/// What [`by_id`] found; `null` where there is nothing of that id.
pub(super) fn found<'a>(context: &Context<'_>, replies: &'a Replies) -> Result<Value<'a>, Failure> {
    let found = replies.things(context, "before")?;
    Ok(found.first().copied().unwrap_or_default())
}

/// The monitor that was found by its id; it has to be one of a metric.
pub(super) fn metric<'a>(
    context: &Context<'_>,
    replies: &'a Replies,
) -> Result<Value<'a>, Failure> {
    let found = found(context, replies)?;
    if found.is_null() {
        return Err(ApiError::NotFound.into());
    }
    let kind = found.get("type").as_str().unwrap_or_default();
    let is_word = kind
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if is_word && (1..=40).contains(&kind.len()) && kind != "metric_issue" {
        let words = [
            "That is a monitor of type ",
            kind,
            ". This tool is for metric monitors.",
        ];
        return Err(Failure::Invalid(words.concat()));
    }
    Ok(found)
}

/// The projects that are named, each of which the session has to see.
pub(super) fn projects(
    context: &Context<'_>,
    parameter: &Parameter,
) -> Result<Vec<ProjectKey>, Failure> {
    let mut keys = Vec::new();
    for named in context.arguments.texts(parameter) {
        let named = SlugOrId::parse(named)
            .map_err(|error| crate::vocabulary::arguments::wrong(parameter, &error.to_string()))?;
        let key = context.sight.project(named);
        keys.push(key.ok_or_else(|| Failure::outside("project"))?);
    }
    Ok(keys)
}

/// Asks for the monitors through which a rule hears of all issues of these projects.
pub(super) fn ask_streams(filling: &mut Filling<'_>, projects: &[ProjectKey]) -> bool {
    add(filling, "query", "type:[issue_stream,error]");
    add(filling, "per_page", "100");
    for project in projects {
        add(filling, "project", project.as_str());
    }
    !projects.is_empty()
}

/// Of those monitors one for each project; `count` is of how many projects.
pub(super) fn streams(
    context: &Context<'_>,
    replies: &Replies,
    label: &str,
    count: usize,
) -> Result<Vec<String>, Failure> {
    let found = replies.things(context, label)?;
    let mut chosen: Vec<Value<'_>> = Vec::new();
    for kind in ["issue_stream", "error"] {
        for one in found.iter().filter(|one| one.get("type") == kind) {
            if !chosen
                .iter()
                .any(|other| other.get("projectId") == one.get("projectId"))
            {
                chosen.push(*one);
            }
        }
    }
    if chosen.len() < count {
        return Err(Failure::Invalid(
            "Sentry has no stream of issues for one of these projects: look at their slugs with find_projects, or name a \
             monitor of get_alert_options (section sources) by its id."
                .to_owned(),
        ));
    }
    let ids = chosen.iter().filter_map(|one| one.get("id").as_str());
    Ok(ids.map(str::to_owned).collect())
}

/// Asks for these monitors, narrowed to the session's project: a step that is sent in such a session alone.
pub(super) fn ask_own(context: &Context<'_>, filling: &mut Filling<'_>, ids: &[String]) -> bool {
    for id in ids {
        add(filling, "id", id);
    }
    add(filling, "per_page", "100");
    context.sight.is_of_project() && !ids.is_empty()
}

/// A session of one project changes no rule that listens to another's monitors.
pub(super) fn only_own(
    context: &Context<'_>,
    replies: &Replies,
    ids: &[String],
) -> Result<(), Failure> {
    if !context.sight.is_of_project() {
        return Ok(());
    }
    let own = replies.things(context, "own")?;
    let is_own = |id: &String| own.iter().any(|one| one.get("id") == id.as_str());
    if !ids.is_empty() && ids.iter().all(is_own) {
        return Ok(());
    }
    Err(Failure::outside("project"))
}

/// A list of ids.
pub(super) fn ids(value: Value<'_>) -> Vec<String> {
    let ids = value.elements().iter().filter_map(Value::as_str);
    ids.map(str::to_owned).collect()
}

/// Ids as the numbers that Sentry's bodies have; one that is no number stays a text.
pub(super) fn numbers(ids: &[String]) -> Json {
    ids.iter()
        .map(|id| number(Json::from(id.as_str())))
        .collect()
}

fn number(id: Json) -> Json {
    let read = id.as_str().and_then(|id| id.parse::<u64>().ok());
    read.map_or(id, Json::from)
}

/// What Sentry answered, to be sent back.
pub(super) fn copied(value: Value<'_>) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(flag) => Json::Bool(flag),
        Value::Number(number) => {
            serde_json::from_slice(number.to_string().as_bytes()).unwrap_or_default()
        }
        Value::String(text) => Json::from(text),
        Value::Array(list) => list.iter().map(copied).collect(),
        Value::Object(members) => {
            let mut object = Map::new();
            for (name, value) in members.iter() {
                object.insert(name.to_owned(), copied(value));
            }
            Json::Object(object)
        }
    }
}

/// A group of conditions as Sentry's bodies have it.
pub(super) fn group(mut group: Json) -> Json {
    if let Json::Object(members) = &mut group {
        if let Some(logic) = members.remove("logicType") {
            members.insert("logic_type".to_owned(), logic);
        }
        if let Some(id) = members.remove("id") {
            members.insert("id".to_owned(), number(id));
        }
        // What Sentry answers beside these, and does not take.
        members.remove("organizationId");
        members.remove("actions");
    }
    group
}

/// Checks an object that was sent by what it has to hold: a [`shape`], whose paths are what a text may be, between bars. The
/// failure names the place.
pub(super) fn check(path: &str, spec: &str, value: &Json) -> Result<(), Failure> {
    let fail = |name: &str, rule: &str| {
        let dot = if name.is_empty() { "" } else { "." };
        let words = ["`", path, dot, name, "` ", rule, "."].concat();
        Err(Failure::Invalid(words))
    };
    let Some(object) = value.as_object() else {
        return fail("", "must be an object");
    };
    for member in shape::members(spec) {
        let value = object.get(member.name).filter(|value| !value.is_null());
        let Some(value) = value else {
            if member.is_always {
                return fail(member.name, "is required");
            }
            continue;
        };
        let path = [path, ".", member.name].concat();
        let options = || member.path.split('|');
        match member.kind {
            Kind::Text if member.path != member.name && !options().any(|one| value == one) => {
                let words = ["must be one of ", &member.path.replace('|', ", ")].concat();
                return fail(member.name, &words);
            }
            Kind::Text if !value.is_string() => return fail(member.name, "must be a string"),
            Kind::Number if !value.as_f64().is_some_and(|number| number > 0.0) => {
                return fail(member.name, "must be a number above 0");
            }
            Kind::Object(spec) => check(&path, spec, value)?,
            Kind::Texts(_)
                if !value
                    .as_array()
                    .is_some_and(|list| list.iter().all(Json::is_string)) =>
            {
                return fail(member.name, "must be a list of strings");
            }
            Kind::List(spec) => {
                let Some(list) = value.as_array().filter(|list| list.len() <= 50) else {
                    return fail(member.name, "must be a list of at most 50 objects");
                };
                for (place, value) in list.iter().enumerate() {
                    check(&[&path, "[", &place.to_string(), "]"].concat(), spec, value)?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const SPEC: &str =
        "logicType!=all|any conditions![id* type! comparison!*] seconds# names[] data{}";

    fn words(value: Json) -> String {
        match check("triggers", SPEC, &value) {
            Ok(()) => String::new(),
            Err(Failure::Invalid(words)) => words,
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_wrong_is_named_by_its_place() {
        let good = json!({"logicType": "all", "conditions": [{"id": 7, "type": "level", "comparison": false}],
            "seconds": 1, "names": ["a"], "data": {}, "more": 1});
        assert_eq!(words(good.clone()), "");
        for (name, value, expected) in [
            (
                "logicType",
                json!("most"),
                "`triggers.logicType` must be one of all, any.",
            ),
            (
                "logicType",
                json!(null),
                "`triggers.logicType` is required.",
            ),
            (
                "conditions",
                json!({}),
                "`triggers.conditions` must be a list of at most 50 objects.",
            ),
            (
                "conditions",
                json!([{"type": 1, "comparison": 1}]),
                "`triggers.conditions[0].type` must be a string.",
            ),
            (
                "conditions",
                json!([{"type": "a", "comparison": 1}, {"type": "b"}]),
                "`triggers.conditions[1].comparison` is required.",
            ),
            (
                "conditions",
                json!(["a"]),
                "`triggers.conditions[0]` must be an object.",
            ),
            (
                "seconds",
                json!(0),
                "`triggers.seconds` must be a number above 0.",
            ),
            (
                "names",
                json!([1]),
                "`triggers.names` must be a list of strings.",
            ),
            ("data", json!([]), "`triggers.data` must be an object."),
        ] {
            let mut bad = good.clone();
            bad[name] = value;
            assert_eq!(words(bad), expected);
        }
        assert_eq!(words(json!([])), "`triggers` must be an object.");
    }

    #[test]
    fn a_name_means_one_or_is_refused_with_all() {
        let found = sentry_api::Json::from(&json!([
            {"id": "1", "name": "Page payments on `errors`"}, {"id": "2", "name": "Page payments"}, {"id": "3", "name": "Page PAYMENTS"}]));
        let found: Vec<_> = found.root().elements().iter().collect();
        let of = |found: &[Value<'_>], named, which| match choose(found, "name", named, which) {
            Ok(id) => id.to_owned(),
            Err(Failure::Invalid(words)) => words,
            Err(other) => format!("{other:?}"),
        };
        assert_eq!(of(&found[..2], "page payments", Which::Exact), "2");
        assert_eq!(of(&found[..1], "page", Which::Unique), "1");
        let none = of(&found[..1], "page", Which::Exact);
        assert!(
            none.starts_with("None has exactly that name. Say the id. "),
            "{none}"
        );
        assert!(
            none.ends_with("\n- 1 `Page payments on 'errors'`"),
            "{none}"
        );
        let several = of(&found, "page payments", Which::Unique);
        assert!(
            several.starts_with("Several have that name. Say the id. "),
            "{several}"
        );
        assert_eq!(of(&[], "page", Which::Unique), "Api(NotFound)");
    }

    #[test]
    fn what_sentry_said_is_sent_back_as_it_is() {
        let value = json!({"a": [1, -2, 1.5, true, null, "x\u{200b}"], "b": {"c": {}}});
        assert_eq!(copied(sentry_api::Json::from(&value).root()), value);
        let sent = group(json!({"id": "7", "logicType": "any", "conditions": []}));
        assert_eq!(
            sent,
            json!({"id": 7, "logic_type": "any", "conditions": []})
        );
    }
}
