//! The whole URL space.

use axum::Router;
use axum::extract::OriginalUri;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use crate::api::error::ApiError;
use crate::api::{account, events, issues, organizations, projects, regions, teams};
use crate::control::{faults, requests, reset, settings, tokens};
use crate::html::{Notice, page};
use crate::oauth::{authorize, token};
use crate::state::State;

/// Everything the local Sentry answers.
pub fn router(state: State) -> Router {
    Router::new()
        .route("/", get(home))
        .route("/_static/style.css", get(authorize::style))
        .nest("/oauth", oauth())
        .nest("/api/0", api())
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
}

fn api() -> Router<State> {
    Router::new()
        .route("/auth/", get(account::show))
        .route("/users/me/regions/", get(regions::list))
        .route("/organizations/", get(organizations::list))
        .route("/organizations/{organization}/", get(organizations::show))
        .route("/organizations/{organization}/teams/", get(teams::list))
        .route(
            "/organizations/{organization}/projects/",
            get(projects::list),
        )
        .route("/organizations/{organization}/issues/", get(issues::list))
        .route(
            "/organizations/{organization}/issues/{issue}/",
            get(issues::show).put(issues::update),
        )
        .route(
            "/organizations/{organization}/issues/{issue}/events/",
            get(events::list),
        )
        .route(
            "/organizations/{organization}/issues/{issue}/events/{event}/",
            get(events::show),
        )
        .route("/projects/{organization}/{project}/", get(projects::show))
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

/// JSON where a program asks, a page where a person followed a permalink.
async fn nowhere(OriginalUri(uri): OriginalUri) -> Response {
    if uri.path().starts_with("/api/") {
        return ApiError::NotFound.into_response();
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
