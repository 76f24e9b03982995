//! Routes all URLs.

use axum::Router;
use axum::extract::OriginalUri;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};

use crate::api::error::ApiError;
use crate::api::{
    account, activity, alerting, attachments, autofix, committers, conversations, discover, docs,
    dropped, events, external_issues, inbound_filters, integrations, issues, keys, monitors,
    onboarding, organizations, profiling, projects, regions, releases, replays, repositories,
    snapshots, stacktrace_link, teams, traces, uptime, user_reports,
};
use crate::control::{faults, requests, reset, settings, tokens};
use crate::html::{Notice, page};
use crate::llm;
use crate::oauth::{authorize, device, token};
use crate::state::State;

/// The router with all endpoints of the local Sentry.
pub fn router(state: State) -> Router {
    Router::new()
        .route("/", get(home))
        .route("/_static/style.css", get(authorize::style))
        .nest("/oauth", oauth())
        .nest("/api/0", api())
        .route("/api/search", post(docs::search))
        .route("/v1/models", get(llm::models))
        .route("/v1/chat/completions", post(llm::completions))
        .nest("/_control", control())
        .fallback(nowhere)
        .layer(from_fn_with_state(state.clone(), faults::apply))
        .layer(from_fn_with_state(state.clone(), requests::record))
        .with_state(state)
}

fn oauth() -> Router<State> {
    Router::new()
        .route("/authorize/", get(authorize::show).post(authorize::decide))
        .route("/token/", post(token::exchange))
        .route("/device/code/", post(device::code))
        .route("/device/", get(device::show).post(device::decide))
}

fn api() -> Router<State> {
    Router::new()
        .route("/auth/", get(account::show))
        .route("/users/me/regions/", get(regions::list))
        .route("/organizations/", get(organizations::list))
        .route("/organizations/{organization}/", get(organizations::show))
        .nest("/organizations/{organization}", organization())
        .route(
            "/projects/{organization}/{project}/",
            get(projects::show).put(projects::update),
        )
        .nest("/projects/{organization}/{project}", project())
        .route(
            "/teams/{organization}/{team}/projects/",
            post(projects::create),
        )
        .route(
            "/sentry-app-installations/{uuid}/external-issue-actions/",
            post(integrations::act),
        )
}

fn organization() -> Router<State> {
    Router::new()
        .route("/teams/", get(teams::list).post(teams::create))
        .route("/projects/", get(projects::list))
        .route("/releases/", get(releases::of_organization))
        .route("/releases/{version}/", get(releases::show))
        .route("/releases/{version}/deploys/", get(releases::deploys))
        .route("/releases/{version}/commits/", get(releases::commits))
        .merge(monitor())
        .route(
            "/monitors/",
            get(monitors::list).post(monitors::create::create),
        )
        .route("/uptime/", get(uptime::list))
        .route("/issues/", get(issues::list))
        .route("/issues/{issue}/", get(issues::show).put(issues::update))
        .nest("/issues/{issue}", issue())
        .route("/events/", get(discover::list))
        .route("/events/validate/", get(discover::validate::check))
        .route("/tags/", get(discover::tags::list))
        .route("/trace-items/attributes/", get(discover::attributes::list))
        .route("/trace/{trace}/", get(traces::show))
        .route("/trace-meta/{trace}/", get(traces::meta))
        .route("/replays/", get(replays::list))
        .route("/replays/{replay}/", get(replays::show))
        .route("/replay-count/", get(replays::count))
        .route("/repos/", get(repositories::list))
        .route("/code-mappings/bulk/", post(repositories::map))
        .route("/events-dropped/", get(dropped::show))
        .route("/agents/conversations/", get(conversations::list))
        .route("/agents/conversations/{id}/", get(conversations::show))
        .route("/ai-conversations/", get(conversations::list))
        .route("/ai-conversations/{id}/", get(conversations::show))
        .route(
            "/sentry-app-installations/",
            get(integrations::installations),
        )
        .route("/sentry-app-components/", get(integrations::components))
        .route("/onboarding/agent/status/", post(onboarding::report))
        .route("/profiling/chunks/", get(profiling::chunks))
        .route("/profiling/flamegraph/", get(profiling::flame_graph))
        .nest("/preprodartifacts/snapshots", snapshots())
        .merge(alerts())
}

/// Dashboards, alert rules and monitors of an organization.
fn alerts() -> Router<State> {
    use alerting::{dashboards, detectors, options, workflows};
    Router::new()
        .route("/dashboards/", get(dashboards::list))
        .route("/dashboards/{dashboard}/", get(dashboards::show))
        .route("/workflows/", get(workflows::list).post(workflows::create))
        .route(
            "/workflows/{workflow}/",
            get(workflows::show)
                .put(workflows::update)
                .delete(workflows::delete),
        )
        .route("/detectors/", get(detectors::list))
        .route(
            "/detectors/{detector}/",
            get(detectors::show)
                .put(detectors::update)
                .delete(detectors::delete),
        )
        .route("/projects/{project}/detectors/", post(detectors::create))
        .route("/alert-rule-detector/", get(detectors::legacy))
        .route("/available-actions/", get(options::actions))
        .route("/data-conditions/", get(options::conditions))
}

/// Of an organization and of a project.
fn monitor() -> Router<State> {
    Router::new()
        .route("/monitors/{monitor}/", get(monitors::show))
        .route("/monitors/{monitor}/checkins/", get(monitors::check_ins))
        .route("/monitors/{monitor}/stats/", get(monitors::stats))
}

fn snapshots() -> Router<State> {
    Router::new()
        .route("/latest-base/", get(snapshots::latest_base))
        .route("/{snapshot}/", get(snapshots::show))
        .route("/{snapshot}/images/{image}/", get(snapshots::image))
}

fn issue() -> Router<State> {
    Router::new()
        .route("/events/", get(events::list))
        .route("/events/{event}/", get(events::show))
        .route("/tags/{key}/", get(discover::tags::of_issue))
        .route("/activities/", get(activity::list))
        .route("/notes/", get(activity::notes).post(activity::add_note))
        .route("/external-issues/", get(external_issues::list))
        .route("/external-issues/{id}/", delete(integrations::unlink_app))
        .route("/integrations/", get(integrations::of_issue))
        .route(
            "/integrations/{integration}/",
            put(integrations::link).delete(integrations::unlink),
        )
        .route("/autofix/", get(autofix::show).post(autofix::start))
        .route("/user-reports/", get(user_reports::list))
}

fn project() -> Router<State> {
    Router::new()
        .route("/releases/", get(releases::of_project))
        .route("/releases/{version}/", get(releases::show_of_project))
        .route(
            "/releases/{version}/commits/",
            get(releases::commits_of_project),
        )
        .route("/keys/", get(keys::list).post(keys::create))
        .route("/keys/{key}/", get(keys::show).put(keys::update))
        .merge(monitor())
        .route(
            "/monitors/{monitor}/environments/{environment}/",
            delete(monitors::delete_environment),
        )
        .route("/uptime/", post(uptime::create))
        .route(
            "/uptime/{id}/",
            get(uptime::show).put(uptime::update).delete(uptime::delete),
        )
        .route("/uptime/{id}/checks/", get(uptime::checks))
        .route("/teams/", get(teams::of_project))
        .route("/teams/{team}/", post(teams::add).delete(teams::remove))
        .route(
            "/custom-inbound-filters/",
            get(inbound_filters::list).post(inbound_filters::create),
        )
        .route(
            "/custom-inbound-filters/{filter}/",
            get(inbound_filters::show)
                .put(inbound_filters::update)
                .delete(inbound_filters::delete),
        )
        .route("/stacktrace-link/", get(stacktrace_link::show))
        .route("/events/{event}/committers/", get(committers::show))
        .route("/events/{event}/attachments/", get(attachments::list))
        .route(
            "/events/{event}/attachments/{attachment}/",
            get(attachments::show),
        )
        .route("/files/images/{key}/", get(snapshots::bytes))
        .route("/profiling/profiles/{profile}/", get(profiling::profile))
        .route(
            "/replays/{replay}/recording-segments/",
            get(replays::segments),
        )
}

fn control() -> Router<State> {
    Router::new()
        .route("/requests", get(requests::list).delete(requests::clear))
        .route(
            "/faults",
            get(faults::list).post(faults::add).delete(faults::clear),
        )
        .route("/tokens/revoke", post(tokens::revoke))
        .route("/tokens/expire", post(tokens::expire))
        .route("/settings", get(settings::show).patch(settings::change))
        .route("/reset", post(reset::reset))
}

async fn home() -> Response {
    let text = "A stand-in for Sentry with sample data, for development and tests. It answers Sentry's API \
                below /api/0/ and its sign-in below /oauth/; it has no dashboard.";
    page(
        StatusCode::OK,
        &Notice {
            title: "This is the local Sentry",
            text,
        },
    )
}

/// The 404 response: JSON under the API, or a page for a person who followed a permalink.
async fn nowhere(OriginalUri(uri): OriginalUri) -> Response {
    if uri.path().starts_with("/api/") {
        return ApiError::NotFound.into_response();
    }
    if let Some(page) = docs::page(uri.path()) {
        return page;
    }
    let text =
        "The real Sentry has a page here. The local one answers only Sentry's API and its sign-in.";
    page(
        StatusCode::NOT_FOUND,
        &Notice {
            title: "There is nothing to see here",
            text,
        },
    )
}
