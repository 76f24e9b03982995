//! Faults of the authorization server's metadata.

use mcp_doctor::Severity::{Failure, Warning};
use oauth_provider::http::Response;
use serde_json::{Map, Value, json};

use super::asked::{Asked, change_json, page, set, unset};
use super::{Fault, spoils, takes};

const OF_SERVER: &str = "/.well-known/oauth-authorization-server";
const OPENID: &str = "/.well-known/openid-configuration";

fn server(asked: &Asked, response: &mut Response, change: impl FnOnce(&mut Map<String, Value>)) {
    if asked.path == OF_SERVER {
        change_json(response, change);
    }
}

fn put(document: &mut Map<String, Value>, name: &str, value: Value) {
    document.insert(name.to_owned(), value);
}

/// Serves the document only at OpenID's location, and gives this answer at the one where clients look first.
fn looked_for_first(asked: &mut Asked, answer: Response) -> Option<Response> {
    match asked.path.as_str() {
        OF_SERVER => Some(answer),
        OPENID => {
            OF_SERVER.clone_into(&mut asked.path);
            None
        }
        _ => None,
    }
}

/// Not wrong in itself, but a token must not be sent to a host that did not issue it.
pub static REVOCATION_ELSEWHERE: Fault = spoils(
    "revocation on another host",
    ("revocation-unknown", Failure, ""),
    |asked, response, _| {
        server(asked, response, |d| {
            put(
                d,
                "revocation_endpoint",
                json!("https://elsewhere.invalid/revoke"),
            );
        });
    },
);

pub const FAULTS: &[Fault] = &[
    takes(
        "no authorization server metadata",
        ("server-found", Failure, "404"),
        |asked, _| (asked.path == OF_SERVER).then(|| Response::empty(404)),
    ),
    takes(
        "a page where clients look first",
        ("probing-order", Failure, "200 at http"),
        |asked, _| looked_for_first(asked, page(200, "<p>Hello")),
    ),
    takes(
        "trouble where clients look first",
        ("probing-order", Failure, "500 at http"),
        |asked, _| looked_for_first(asked, Response::empty(500)),
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
        "another method of PKCE alone",
        ("pkce-s256", Failure, "S512"),
        |asked, response, _| {
            server(asked, response, |d| {
                put(d, "code_challenge_methods_supported", json!(["S512"]));
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
];
