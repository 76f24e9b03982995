//! Faults of the documents that lead to a sign-in, and of registration.

use mcp_test_client::doctor::Severity::{Failure, Warning};
use oauth_provider::http::Response;
use serde_json::{Map, Value, json};

use super::asked::{Asked, change_json, page, set, unset};
use super::{Fault, spoils, takes};

const OF_RESOURCE: &str = "/.well-known/oauth-protected-resource";
const OF_SERVER: &str = "/.well-known/oauth-authorization-server";
const OPENID: &str = "/.well-known/openid-configuration";

fn of_resource(asked: &Asked, response: &Response) -> bool {
    asked.path.starts_with(OF_RESOURCE) && response.status == 200
}

fn resource(asked: &Asked, response: &mut Response, change: impl FnOnce(&mut Map<String, Value>)) {
    if of_resource(asked, response) {
        change_json(response, change);
    }
}

fn server(asked: &Asked, response: &mut Response, change: impl FnOnce(&mut Map<String, Value>)) {
    if asked.path == OF_SERVER {
        change_json(response, change);
    }
}

fn put(document: &mut Map<String, Value>, name: &str, value: Value) {
    document.insert(name.to_owned(), value);
}

fn is_registration(asked: &Asked) -> bool {
    asked.is("POST", "/oauth/register") && asked.body.contains("Doctor")
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
    takes(
        "no authorization server metadata",
        ("server-found", Failure, "404"),
        |asked, _| (asked.path == OF_SERVER).then(|| Response::empty(404)),
    ),
    takes(
        "a page where clients look first",
        ("probing-order", Failure, "200 at http"),
        |asked, _| match asked.path.as_str() {
            OF_SERVER => Some(page(200, "<p>Hello")),
            OPENID => {
                OF_SERVER.clone_into(&mut asked.path);
                None
            }
            _ => None,
        },
    ),
    takes(
        "trouble where clients look first",
        ("probing-order", Failure, "500 at http"),
        |asked, _| match asked.path.as_str() {
            OF_SERVER => Some(Response::empty(500)),
            OPENID => {
                OF_SERVER.clone_into(&mut asked.path);
                None
            }
            _ => None,
        },
    ),
    Fault {
        name: "two documents that differ",
        found: ("metadata-agree", Warning, "another token_endpoint at http"),
        before: |asked, memory| {
            memory.set("path", &asked.path);
            if asked.path == OPENID {
                OF_SERVER.clone_into(&mut asked.path);
            }
            None
        },
        after: |asked, response, memory| {
            if memory.get("path").as_deref() == Some(OPENID) {
                server(asked, response, |d| {
                    put(d, "token_endpoint", json!("https://a.example/t"))
                });
            }
        },
    },
    spoils(
        "server metadata as plain text",
        ("server-content-type", Failure, "text/plain"),
        |asked, response, _| {
            if asked.path == OF_SERVER {
                set(response, "content-type", "text/plain");
            }
        },
    ),
    spoils(
        "metadata of another issuer",
        ("issuer-identical", Failure, "https://honest.example"),
        |asked, response, _| {
            server(asked, response, |d| {
                put(d, "issuer", json!("https://honest.example"))
            });
        },
    ),
    spoils(
        "an issuer with a slash more",
        ("issuer-identical", Failure, "/"),
        |asked, response, _| {
            server(asked, response, |d| {
                let with = format!("{}/", d["issuer"].as_str().unwrap());
                put(d, "issuer", json!(with));
            });
        },
    ),
    spoils(
        "no token endpoint",
        ("required-members", Failure, "no token_endpoint"),
        |asked, response, _| server(asked, response, |d| _ = d.remove("token_endpoint")),
    ),
    spoils(
        "no code flow",
        (
            "required-members",
            Failure,
            "no code among response_types_supported",
        ),
        |asked, response, _| {
            server(asked, response, |d| {
                put(d, "response_types_supported", json!(["id_token"]))
            });
        },
    ),
    spoils(
        "no code grant",
        ("grant-types", Failure, "client_credentials"),
        |asked, response, _| {
            server(asked, response, |d| {
                put(d, "grant_types_supported", json!(["client_credentials"]));
            });
        },
    ),
    spoils(
        "an endpoint over http",
        (
            "endpoints-https",
            Failure,
            "revocation_endpoint http://auth.example.com/r",
        ),
        |asked, response, _| {
            server(asked, response, |d| {
                put(d, "revocation_endpoint", json!("http://auth.example.com/r"));
            });
        },
    ),
    spoils(
        "PKCE not advertised",
        ("pkce-s256", Failure, "no code_challenge_methods_supported"),
        |asked, response, _| {
            server(asked, response, |d| {
                _ = d.remove("code_challenge_methods_supported")
            });
        },
    ),
    spoils(
        "PKCE in the clear advertised",
        ("pkce-no-plain", Warning, "S256, plain"),
        |asked, response, _| {
            server(asked, response, |d| {
                put(
                    d,
                    "code_challenge_methods_supported",
                    json!(["S256", "plain"]),
                );
            });
        },
    ),
    spoils(
        "the implicit grant advertised",
        ("no-retired-grants", Warning, "token, implicit"),
        |asked, response, _| {
            server(asked, response, |d| {
                put(d, "response_types_supported", json!(["code", "token"]));
                put(
                    d,
                    "grant_types_supported",
                    json!(["authorization_code", "implicit"]),
                );
            });
        },
    ),
    spoils(
        "clients with secrets alone",
        ("public-clients", Warning, "client_secret_basic"),
        |asked, response, _| {
            let methods = json!(["client_secret_basic"]);
            server(asked, response, |d| {
                put(d, "token_endpoint_auth_methods_supported", methods)
            });
        },
    ),
    spoils(
        "metadata documents not taken",
        ("metadata-documents", Warning, "false"),
        |asked, response, _| {
            server(asked, response, |d| {
                put(d, "client_id_metadata_document_supported", json!(false));
            });
        },
    ),
    spoils(
        "no way for a new client",
        ("registration-way", Warning, "neither"),
        |asked, response, _| {
            server(asked, response, |d| {
                d.remove("client_id_metadata_document_supported");
                d.remove("registration_endpoint");
            });
        },
    ),
    spoils(
        "iss not advertised",
        ("iss-advertised", Warning, "nothing said"),
        |asked, response, _| {
            server(asked, response, |d| {
                d.remove("authorization_response_iss_parameter_supported");
            });
        },
    ),
    spoils(
        "server metadata that scripts cannot read",
        ("cors-server", Warning, "no Access-Control-Allow-Origin"),
        |asked, response, _| {
            if asked.path == OF_SERVER {
                unset(response, "access-control-allow-origin");
            }
        },
    ),
    spoils(
        "a registration is 200",
        ("registration", Failure, "200"),
        |asked, response, _| {
            if is_registration(asked) && response.status == 201 {
                response.status = 200;
            }
        },
    ),
    spoils(
        "a registration that does not say what was registered",
        ("registration", Failure, "201 without the redirect_uris"),
        |asked, response, _| {
            if is_registration(asked) {
                change_json(response, |d| _ = d.remove("redirect_uris"));
            }
        },
    ),
    spoils(
        "a registration that may be kept",
        ("registration-no-store", Warning, "no Cache-Control"),
        |asked, response, _| {
            if is_registration(asked) {
                unset(response, "cache-control");
            }
        },
    ),
    takes(
        "a script registered as redirect URI",
        ("registration-refusal", Failure, "201"),
        |asked, _| {
            let script = is_registration(asked) && asked.body.contains("javascript:");
            script.then(|| Response::json(201, &json!({ "client_id": "x" })))
        },
    ),
];
