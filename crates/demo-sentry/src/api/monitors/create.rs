//! `POST /organizations/{organization}/monitors/`

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::WRITE;
use crate::api::body::{Body, text};
use crate::api::caller::Caller;
use crate::api::error::ApiError;
use crate::api::owner;
use crate::data::monitor::{Monitor, uuid};
use crate::state::State;

/// The longest name, in characters.
const LONGEST_NAME: usize = 128;

/// The longest slug, in characters.
const LONGEST_SLUG: usize = 50;

/// The limits of the configuration: a member, its least and its greatest value.
const LIMITS: [(&str, i64, i64); 4] = [
    ("checkin_margin", 1, 40_320),
    ("max_runtime", 1, 40_320),
    ("failure_issue_threshold", 1, 720),
    ("recovery_threshold", 1, 720),
];

const UNITS: [&str; 6] = ["minute", "hour", "day", "week", "month", "year"];

#[derive(Deserialize)]
pub(crate) struct NewMonitor {
    project: Option<String>,
    name: Option<String>,
    slug: Option<String>,
    status: Option<String>,
    owner: Option<String>,
    is_muted: Option<bool>,
    #[serde(default)]
    config: Map<String, Value>,
}

pub(crate) async fn create(
    state: State,
    caller: Caller,
    Path(organization): Path<String>,
    Body(new): Body<NewMonitor>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    caller.may(WRITE)?;
    let mut data = state.data_mut();
    let organization = caller.organization(&data, &organization)?.slug.clone();
    let name = text("name", new.name.as_deref(), LONGEST_NAME)?.to_owned();
    let project = text("project", new.project.as_deref(), 100)?;
    let project = data
        .project(&organization, project)
        .ok_or_else(|| ApiError::InvalidMember("project", String::from("Invalid project")))?;
    let project = project.slug.clone();
    let slug = slug(&new, &name)?;
    if data
        .monitors
        .iter()
        .any(|other| other.project == project && other.slug == slug)
    {
        let words = format!("The slug \"{slug}\" is already in use.");
        return Err(ApiError::InvalidMember("slug", words));
    }
    let status = new.status.as_deref().unwrap_or("active");
    if !["active", "disabled"].contains(&status) {
        let words = format!("\"{status}\" is not a valid choice.");
        return Err(ApiError::InvalidMember("status", words));
    }
    let monitor = Monitor {
        id: uuid(&["monitor", &project, &slug]),
        owner: owner::read(&data, &organization, new.owner.as_deref())?,
        config: config(new.config)?,
        is_muted: new.is_muted.unwrap_or(false),
        status: status.to_owned(),
        date_created: state.clock().data_now(),
        environments: Vec::new(),
        slug,
        name,
        project,
    };
    let answer = monitor.wire(&data, |_| true);
    data.monitors.push(monitor);
    Ok((StatusCode::CREATED, Json(answer)))
}

/// The slug that was sent, or one that is made of the name.
fn slug(new: &NewMonitor, name: &str) -> Result<String, ApiError> {
    let Some(slug) = &new.slug else {
        let sign = |sign: char| {
            if sign.is_ascii_alphanumeric() {
                sign.to_ascii_lowercase()
            } else {
                '-'
            }
        };
        return Ok(name.chars().take(LONGEST_SLUG).map(sign).collect());
    };
    let slug = text("slug", Some(slug), LONGEST_SLUG)?;
    let sound = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_'
    };
    if slug.bytes().all(sound) && !slug.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(slug.to_owned());
    }
    let words =
        "Enter a valid slug consisting of lowercase letters, numbers, underscores or hyphens.";
    Err(ApiError::InvalidMember("slug", words.to_owned()))
}

/// Checks a configuration and fills in what is left out.
fn config(mut config: Map<String, Value>) -> Result<Map<String, Value>, ApiError> {
    let invalid = |words: &str| Err(ApiError::InvalidMember("config", words.to_owned()));
    let kind = config
        .get("schedule_type")
        .and_then(Value::as_str)
        .unwrap_or("crontab")
        .to_owned();
    let sound = match (kind.as_str(), config.get("schedule")) {
        ("crontab", Some(Value::String(line))) => line.split_whitespace().count() == 5,
        ("interval", Some(Value::Array(parts))) => is_interval(parts),
        _ => false,
    };
    if !sound {
        return invalid("Schedule is invalid");
    }
    for (name, least, most) in LIMITS {
        match config.get(name) {
            None | Some(Value::Null) => {}
            Some(value)
                if value
                    .as_i64()
                    .is_some_and(|value| (least..=most).contains(&value)) => {}
            Some(_) => return invalid(&format!("{name} must be between {least} and {most}.")),
        }
        config.entry(name).or_insert(Value::Null);
    }
    let zone = config
        .get("timezone")
        .and_then(Value::as_str)
        .unwrap_or("UTC");
    if zone != "UTC" && !zone.contains('/') {
        return invalid(&format!("\"{zone}\" is not a valid choice."));
    }
    for (name, value) in [
        ("schedule_type", json!(kind)),
        ("timezone", json!("UTC")),
        ("alert_rule_id", Value::Null),
    ] {
        config.entry(name).or_insert(value);
    }
    Ok(config)
}

fn is_interval(parts: &[Value]) -> bool {
    let [count, unit] = parts else {
        return false;
    };
    count.as_u64().is_some_and(|count| count > 0)
        && unit.as_str().is_some_and(|unit| UNITS.contains(&unit))
}
