//! The well-known documents.

use oauth_provider::discovery::{AskedResource, authorization_server, protected_resource};
use oauth_provider::http::Response;
use oauth_provider::{Resource, Settings};

use crate::incoming::Incoming;
use crate::respond::{not_found, public_json};

/// Long enough to spare most requests, short enough that a deployment is seen within the hour.
const SECONDS: u32 = 3600;

/// RFC 8414, at the root.
pub fn root(settings: &Settings) -> Response {
    public_json(&authorization_server(settings, None), SECONDS)
}

/// RFC 8414 under a resource's path, for clients that look there first.
pub fn scoped(path: &str, request: &Incoming, settings: &Settings) -> Response {
    match asked(path, request, settings) {
        Some(asked) => public_json(&authorization_server(settings, Some(&asked)), SECONDS),
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
    let resource = Resource::from_path(path, settings.resource_base)?;
    Some(AskedResource {
        resource,
        query: request.url.query().map(str::to_owned),
    })
}
