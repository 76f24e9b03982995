//! The well-known documents.

use std::cell::RefCell;

use oauth_provider::discovery::{AskedResource, authorization_server, protected_resource};
use oauth_provider::http::Response;
use oauth_provider::{Origin, Settings};

use crate::runtime::incoming::Incoming;
use crate::runtime::respond::{not_found, public, public_json};

/// Long enough to spare most requests, short enough that a deployment is seen within the hour.
const SECONDS: u32 = 3600;

/// RFC 8414, at the root. Every client asks for it, and it stays the same for the life of an isolate, so it is kept.
pub fn root(settings: &Settings) -> Response {
    thread_local! {
        static WRITTEN: RefCell<Option<(Origin, Response)>> = const { RefCell::new(None) };
    }
    WRITTEN.with_borrow_mut(|written| match written {
        Some((origin, response)) if *origin == settings.origin => response.clone(),
        _ => {
            let response = public_json(&authorization_server(settings, None), SECONDS);
            *written = Some((settings.origin.clone(), response.clone()));
            response
        }
    })
}

/// RFC 8414 under a resource's path, for clients that look there first.
pub fn scoped(path: &str, request: &Incoming, settings: &Settings) -> Response {
    match asked(path, request, settings) {
        Some(asked) => public_json(&authorization_server(settings, Some(&asked)), SECONDS),
        None => not_found(),
    }
}

/// The chat's own client metadata document.
pub fn chat_client(settings: &Settings) -> Response {
    match &settings.own_document {
        Some(document) => public(document.body.clone(), "application/json", SECONDS),
        None => not_found(),
    }
}

/// RFC 9728. The origin itself is no resource.
pub fn resource(path: &str, request: &Incoming, settings: &Settings) -> Response {
    match asked(path, request, settings) {
        Some(asked) => public_json(&protected_resource(settings, &asked), SECONDS),
        None => not_found(),
    }
}

/// The resource at a path of this server, with the query of the request.
pub fn asked(path: &str, request: &Incoming, settings: &Settings) -> Option<AskedResource> {
    AskedResource::read(path, request.url.query(), settings)
}
