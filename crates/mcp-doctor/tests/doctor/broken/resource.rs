//! Faults of the resource's metadata.

use mcp_doctor::Severity::{Failure, Warning};
use oauth_provider::http::Response;
use serde_json::{Map, Value, json};

use super::asked::{Asked, change_json, page, set, unset};
use super::{Fault, spoils, takes};

const OF_RESOURCE: &str = "/.well-known/oauth-protected-resource";

fn of_resource(asked: &Asked, response: &Response) -> bool {
    asked.path.starts_with(OF_RESOURCE) && response.status == 200
}

fn resource(asked: &Asked, response: &mut Response, change: impl FnOnce(&mut Map<String, Value>)) {
    if of_resource(asked, response) {
        change_json(response, change);
    }
}

fn put(document: &mut Map<String, Value>, name: &str, value: Value) {
    document.insert(name.to_owned(), value);
}

pub const FAULTS: &[Fault] = &[
    takes(
        "no resource metadata",
        ("resource-found", Failure, "404"),
        |asked, _| {
            asked
                .path
                .starts_with(OF_RESOURCE)
                .then(|| Response::empty(404))
        },
    ),
    takes(
        "a page in place of resource metadata",
        ("resource-found", Failure, "200 text/html, no JSON object"),
        |asked, _| {
            asked
                .path
                .starts_with(OF_RESOURCE)
                .then(|| page(200, "<p>Hello"))
        },
    ),
    Fault {
        name: "resource metadata where only the challenge leads",
        found: ("resource-well-known", Warning, "only at http"),
        before: |asked, _| {
            if asked.path.starts_with(OF_RESOURCE) {
                return Some(Response::empty(404));
            }
            if asked.path == "/elsewhere" {
                asked.path = format!("{OF_RESOURCE}/mcp");
            }
            None
        },
        after: |_, response, _| {
            if let Some(challenge) = response.get("www-authenticate").map(str::to_owned) {
                let challenge = challenge.replace(&format!("{OF_RESOURCE}/mcp"), "/elsewhere");
                set(response, "www-authenticate", &challenge);
            }
        },
    },
    spoils(
        "resource metadata as a page",
        ("resource-content-type", Failure, "text/html"),
        |asked, response, _| {
            if of_resource(asked, response) {
                set(response, "content-type", "text/html");
            }
        },
    ),
    spoils(
        "metadata of another resource",
        ("resource-identifier", Failure, "https://other.example/mcp"),
        |asked, response, _| {
            resource(asked, response, |d| {
                put(d, "resource", json!("https://other.example/mcp"))
            });
        },
    ),
    spoils(
        "a resource with a slash more",
        ("resource-identifier", Failure, "/mcp/"),
        |asked, response, _| {
            resource(asked, response, |d| {
                let with = format!("{}/", d["resource"].as_str().unwrap());
                put(d, "resource", json!(with));
            });
        },
    ),
    spoils(
        "a resource without a name",
        ("resource-identifier", Failure, "no resource"),
        |asked, response, _| resource(asked, response, |d| _ = d.remove("resource")),
    ),
    spoils(
        "no authorization server named",
        ("authorization-servers", Failure, "no authorization_servers"),
        |asked, response, _| resource(asked, response, |d| _ = d.remove("authorization_servers")),
    ),
    spoils(
        "an empty list of authorization servers",
        ("authorization-servers", Failure, "an empty list"),
        |asked, response, _| {
            resource(asked, response, |d| {
                put(d, "authorization_servers", json!([]))
            })
        },
    ),
    spoils(
        "an authorization server over http",
        ("authorization-servers", Failure, "http://auth.example.com"),
        |asked, response, _| {
            resource(asked, response, |d| {
                let servers = d["authorization_servers"].as_array_mut().unwrap();
                servers.push(json!("http://auth.example.com"));
            });
        },
    ),
    spoils(
        "tokens in the query alone",
        ("bearer-methods", Failure, "query"),
        |asked, response, _| {
            resource(asked, response, |d| {
                put(d, "bearer_methods_supported", json!(["query"]))
            });
        },
    ),
    spoils(
        "no scopes named",
        ("resource-scopes", Warning, "no scopes_supported"),
        |asked, response, _| resource(asked, response, |d| _ = d.remove("scopes_supported")),
    ),
    spoils(
        "an empty list of scopes",
        ("resource-scopes", Warning, ""),
        |asked, response, _| {
            resource(asked, response, |d| put(d, "scopes_supported", json!([])));
        },
    ),
    spoils(
        "offline_access among the resource's scopes",
        ("no-offline-access", Warning, "in scopes_supported"),
        |asked, response, _| {
            resource(asked, response, |d| {
                d["scopes_supported"]
                    .as_array_mut()
                    .unwrap()
                    .push(json!("offline_access"));
            });
        },
    ),
    spoils(
        "resource metadata that scripts cannot read",
        ("cors-resource", Warning, "no Access-Control-Allow-Origin"),
        |asked, response, _| {
            if of_resource(asked, response) {
                unset(response, "access-control-allow-origin");
            }
        },
    ),
];
