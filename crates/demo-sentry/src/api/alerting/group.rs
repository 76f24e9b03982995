//! Groups of conditions, with the actions that follow them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{given, sent, wrong};
use crate::api::error::ApiError;
use crate::data::alerting::{Alerting, list, text};

const LOGIC: &[&str] = &["any", "any-short", "all", "none"];

/// What a group is checked against.
pub(super) struct Rules<'a> {
    /// The member of the body, for errors.
    pub(super) member: &'static str,
    /// Types of conditions that it may have; empty if they are checked elsewhere.
    pub(super) conditions: &'a [Value],
    /// Ids that the thing has already: no other one can be named.
    pub(super) known: &'a BTreeSet<String>,
    pub(super) organization: &'a str,
}

/// A group as it is kept: every part has an id, the one that was sent or a new one.
pub(super) fn read(
    alerting: &mut Alerting,
    rules: &Rules<'_>,
    group: &Value,
) -> Result<Value, ApiError> {
    let logic = given(group, "logicType").and_then(Value::as_str);
    let Some(logic) = logic.filter(|logic| LOGIC.contains(logic)) else {
        return wrong(rules.member, "logicType: not a valid choice.");
    };
    let mut conditions = Vec::new();
    for condition in list(group, "conditions") {
        conditions.push(read_condition(alerting, rules, condition)?);
    }
    let mut actions = Vec::new();
    for action in list(group, "actions") {
        actions.push(read_action(alerting, rules, action)?);
    }
    Ok(json!({
        "id": id(alerting, rules, group)?,
        "organizationId": rules.organization,
        "logicType": logic,
        "conditions": conditions,
        "actions": actions,
    }))
}

fn read_condition(
    alerting: &mut Alerting,
    rules: &Rules<'_>,
    condition: &Value,
) -> Result<Value, ApiError> {
    let kind = text(condition, "type");
    let known = rules
        .conditions
        .iter()
        .any(|known| text(known, "type") == kind);
    if !known && !rules.conditions.is_empty() {
        return wrong(rules.member, format!("{kind}: not a valid condition type."));
    }
    let (Some(comparison), Some(result)) = (
        sent(condition, "comparison"),
        sent(condition, "conditionResult"),
    ) else {
        return wrong(rules.member, "comparison and conditionResult are required.");
    };
    if comparison.is_null() || result.is_null() {
        return wrong(rules.member, "This field may not be null.");
    }
    Ok(json!({
        "id": id(alerting, rules, condition)?,
        "type": kind,
        "comparison": comparison,
        "conditionResult": result,
    }))
}

fn read_action(
    alerting: &mut Alerting,
    rules: &Rules<'_>,
    action: &Value,
) -> Result<Value, ApiError> {
    let kind = text(action, "type");
    let offered = alerting.offered("available-actions");
    let Some(offered) = offered.iter().find(|offered| text(offered, "type") == kind) else {
        return wrong(rules.member, format!("{kind}: not a valid action type."));
    };
    let integration = given(action, "integrationId").map(|id| match id {
        Value::String(id) => id.clone(),
        other => other.to_string(),
    });
    let needed = list(offered, "integrations");
    let fits = |id: &str| needed.iter().any(|known| text(known, "id") == id);
    if !needed.is_empty() && !integration.as_deref().is_some_and(fits) {
        return wrong(
            rules.member,
            format!("{kind}: integrationId is not installed here."),
        );
    }
    if !action["data"].is_object() || !action["config"].is_object() {
        return wrong(
            rules.member,
            format!("{kind}: data and config are required."),
        );
    }
    let status = given(action, "status").and_then(Value::as_str);
    Ok(json!({
        "id": id(alerting, rules, action)?,
        "type": kind,
        "integrationId": integration,
        "data": action["data"],
        "config": action["config"],
        "status": status.unwrap_or("active"),
    }))
}

fn id(alerting: &mut Alerting, rules: &Rules<'_>, part: &Value) -> Result<String, ApiError> {
    let asked = match given(part, "id") {
        None => return Ok(alerting.new_id()),
        Some(Value::String(id)) => id.clone(),
        Some(other) => other.to_string(),
    };
    if rules.known.contains(&asked) {
        Ok(asked)
    } else {
        wrong(
            rules.member,
            format!("Invalid id {asked}: it is not part of this."),
        )
    }
}

/// The ids of groups and of all their parts.
pub(super) fn ids<'a>(groups: impl Iterator<Item = &'a Value>) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for group in groups {
        let parts = list(group, "conditions")
            .iter()
            .chain(list(group, "actions"));
        for part in parts.chain([group]) {
            ids.insert(text(part, "id").to_owned());
        }
    }
    ids
}
