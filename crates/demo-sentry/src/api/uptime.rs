//! Uptime monitors: the organization's list, and of a project one, its checks, creation, change and deletion.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::body::{Body, text};
use super::caller::Caller;
use super::error::ApiError;
use super::filter::{Projects, in_environment};
use super::monitors::WRITE;
use super::named::NameQuery;
use super::owner;
use super::paging::{Listing, Page};
use super::projects;
use crate::data::Data;
use crate::data::uptime::UptimeMonitor;
use crate::search::period::Window;
use crate::state::State;

const READ: &[&str] = &["alerts:read", "org:read", "project:read"];

/// The longest name, in characters.
const LONGEST_NAME: usize = 128;

/// The intervals that Sentry offers, in seconds.
const INTERVALS: [u32; 6] = [60, 300, 600, 1200, 1800, 3600];

const METHODS: [&str; 7] = ["GET", "POST", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"];

/// The id of the first monitor that is made at run time.
const FIRST_MADE: u64 = 3_900;

pub(crate) async fn list(
    state: State,
    caller: Caller,
    Path(organization): Path<String>,
    listing: Listing,
) -> Result<Page, ApiError> {
    caller.may(READ)?;
    let data = state.data();
    let organization = caller.organization(&data, &organization)?;
    let projects = Projects::of(&data, organization, &listing.params)?;
    let query = NameQuery::of(&listing.params);
    let found: Vec<&UptimeMonitor> = data
        .uptime
        .iter()
        .filter(|monitor| data.project(&organization.slug, &monitor.project).is_some())
        .filter(|monitor| projects.include(&monitor.project))
        .filter(|monitor| query.fits(&[("name", &monitor.name), ("url", &monitor.url)]))
        .filter(|monitor| {
            in_environment(&listing.params, |name| {
                monitor.environment.as_deref() == Some(name)
            })
        })
        .filter(|monitor| owner::is_asked_for(&listing.params, monitor.owner.as_ref()))
        .collect();
    let now = state.clock().data_now();
    Ok(listing.page(found, |monitor| monitor.wire(&data, now)))
}

pub(crate) async fn show(
    state: State,
    caller: Caller,
    Path(path): Path<(String, String, String)>,
) -> Result<Json<Value>, ApiError> {
    caller.may(READ)?;
    let data = state.data();
    let at = find(&data, &caller, &path)?;
    let monitor = data.uptime.get(at).ok_or(ApiError::NotFound)?;
    Ok(Json(monitor.wire(&data, state.clock().data_now())))
}

/// Newest first.
pub(crate) async fn checks(
    state: State,
    caller: Caller,
    Path(path): Path<(String, String, String)>,
    listing: Listing,
) -> Result<Page, ApiError> {
    caller.may(READ)?;
    let data = state.data();
    let at = find(&data, &caller, &path)?;
    let monitor = data.uptime.get(at).ok_or(ApiError::NotFound)?;
    let now = state.clock().data_now();
    let window = Window::of(&listing.params, now).map_err(ApiError::invalid)?;
    let mut checks = if monitor.status == "active" {
        monitor.checks(now)
    } else {
        Vec::new()
    };
    checks.retain(|check| window.contains(check.at));
    Ok(listing.page(checks, |check| check.wire(monitor)))
}

/// The members of a monitor; absent: as before, or Sentry's default.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Change {
    name: Option<String>,
    url: Option<String>,
    interval_seconds: Option<u32>,
    timeout_ms: Option<u32>,
    method: Option<String>,
    headers: Option<Vec<(String, String)>>,
    #[serde(default, deserialize_with = "present")]
    body: Option<Option<String>>,
    status: Option<String>,
    #[serde(default, deserialize_with = "present")]
    owner: Option<Option<String>>,
    #[serde(default, deserialize_with = "present")]
    environment: Option<Option<String>>,
    trace_sampling: Option<bool>,
    response_capture_enabled: Option<bool>,
    recovery_threshold: Option<u32>,
    downtime_threshold: Option<u32>,
}

/// Distinguishes a member that is null from one that is absent.
fn present<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(from).map(Some)
}

pub(crate) async fn create(
    state: State,
    caller: Caller,
    Path((organization, project)): Path<(String, String)>,
    Body(change): Body<Change>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    caller.may(WRITE)?;
    let mut data = state.data_mut();
    let project = projects::find(&data, &caller, &organization, &project)?.clone();
    text("name", change.name.as_deref(), LONGEST_NAME)?;
    text("url", change.url.as_deref(), 255)?;
    for (name, missing) in [
        ("intervalSeconds", change.interval_seconds.is_none()),
        ("timeoutMs", change.timeout_ms.is_none()),
    ] {
        if missing {
            return Err(ApiError::InvalidMember(
                name,
                String::from("This field is required."),
            ));
        }
    }
    let mut monitor = UptimeMonitor {
        id: (FIRST_MADE + data.uptime.len() as u64).to_string(),
        name: String::new(),
        project: project.slug,
        environment: None,
        status: String::from("active"),
        mode: 1,
        url: String::new(),
        method: String::from("GET"),
        headers: Vec::new(),
        body: None,
        interval_seconds: 60,
        timeout_ms: 5000,
        trace_sampling: false,
        response_capture_enabled: true,
        owner: None,
        recovery_threshold: 1,
        downtime_threshold: 3,
        outages: Vec::new(),
    };
    change.apply(&mut monitor, &data, &project.organization)?;
    let answer = monitor.wire(&data, state.clock().data_now());
    data.uptime.push(monitor);
    Ok((StatusCode::CREATED, Json(answer)))
}

pub(crate) async fn update(
    state: State,
    caller: Caller,
    Path(path): Path<(String, String, String)>,
    Body(change): Body<Change>,
) -> Result<Json<Value>, ApiError> {
    caller.may(WRITE)?;
    let mut data = state.data_mut();
    let at = find(&data, &caller, &path)?;
    let mut monitor = data.uptime.get(at).cloned().ok_or(ApiError::NotFound)?;
    let organization = data
        .organization(&path.0)
        .ok_or(ApiError::NotFound)?
        .slug
        .clone();
    change.apply(&mut monitor, &data, &organization)?;
    let answer = monitor.wire(&data, state.clock().data_now());
    if let Some(kept) = data.uptime.get_mut(at) {
        *kept = monitor;
    }
    Ok(Json(answer))
}

pub(crate) async fn delete(
    state: State,
    caller: Caller,
    Path(path): Path<(String, String, String)>,
) -> Result<StatusCode, ApiError> {
    caller.may(WRITE)?;
    let mut data = state.data_mut();
    let at = find(&data, &caller, &path)?;
    data.uptime.remove(at);
    Ok(StatusCode::ACCEPTED)
}

/// Where the monitor stands that `/projects/{organization}/{project}/uptime/{id}/` names.
fn find(
    data: &Data,
    caller: &Caller,
    (organization, project, id): &(String, String, String),
) -> Result<usize, ApiError> {
    let project = projects::find(data, caller, organization, project)?;
    let mut monitors = data.uptime.iter();
    monitors
        .position(|monitor| monitor.project == project.slug && &monitor.id == id)
        .ok_or(ApiError::NotFound)
}

impl Change {
    /// Checks what was sent and puts it into a monitor.
    fn apply(
        self,
        monitor: &mut UptimeMonitor,
        data: &Data,
        organization: &str,
    ) -> Result<(), ApiError> {
        if let Some(name) = self.name {
            text("name", Some(&name), LONGEST_NAME)?.clone_into(&mut monitor.name);
        }
        if let Some(url) = self.url {
            let sound =
                url::Url::parse(&url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
            monitor.url = checked("url", url, |_| sound, "Enter a valid URL.")?;
        }
        if let Some(seconds) = self.interval_seconds {
            let words = "Interval must be one of 60, 300, 600, 1200, 1800, 3600 seconds.";
            let sound = |seconds: &u32| INTERVALS.contains(seconds);
            monitor.interval_seconds = checked("intervalSeconds", seconds, sound, words)?;
        }
        if let Some(timeout) = self.timeout_ms {
            let words = "Must be between 1000 and 60000.";
            let sound = |timeout: &u32| (1000..=60_000).contains(timeout);
            monitor.timeout_ms = checked("timeoutMs", timeout, sound, words)?;
        }
        if let Some(method) = self.method {
            let sound = |method: &String| METHODS.contains(&method.as_str());
            monitor.method = checked("method", method, sound, "Not a valid choice.")?;
        }
        if let Some(status) = self.status {
            let sound = |status: &String| ["active", "disabled"].contains(&status.as_str());
            monitor.status = checked("status", status, sound, "Not a valid choice.")?;
        }
        if let Some(owner) = self.owner {
            monitor.owner = owner::read(data, organization, owner.as_deref())?;
        }
        set(&mut monitor.headers, self.headers);
        set(&mut monitor.body, self.body);
        set(&mut monitor.environment, self.environment);
        set(&mut monitor.trace_sampling, self.trace_sampling);
        set(
            &mut monitor.response_capture_enabled,
            self.response_capture_enabled,
        );
        set(&mut monitor.recovery_threshold, self.recovery_threshold);
        set(&mut monitor.downtime_threshold, self.downtime_threshold);
        Ok(())
    }
}

fn set<T>(kept: &mut T, sent: Option<T>) {
    if let Some(sent) = sent {
        *kept = sent;
    }
}

fn checked<T>(
    name: &'static str,
    value: T,
    sound: impl Fn(&T) -> bool,
    words: &str,
) -> Result<T, ApiError> {
    if sound(&value) {
        Ok(value)
    } else {
        Err(ApiError::InvalidMember(name, words.to_owned()))
    }
}
