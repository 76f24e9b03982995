//! 401 and 403 during a request: the same request is sent again with a token that the server wants.

use std::rc::Rc;

use axum::body::Body;
use axum::http::{HeaderValue, Response};
use fetch::LocalFuture;
use fetch::native::Native;
use mcp_test_client::client::oauth::{
    Authorizer, Browser, ClientChoice, MemoryStore, Opened, Settings, system_clock,
};
use mcp_test_client::client::{Connection, Error};
use serde_json::{Value, json};
use url::Url;

use crate::server::*;

/// A browser that returns at once.
struct Quick;

struct Place;

impl Browser for Quick {
    fn ready(&self, _port: Option<u16>) -> LocalFuture<'_, Result<Box<dyn Opened>, Error>> {
        Box::pin(async { Ok(Box::new(Place) as Box<dyn Opened>) })
    }
}

impl Opened for Place {
    fn redirect_uri(&self) -> &str {
        "http://127.0.0.1:9/callback"
    }

    fn visit(self: Box<Self>, link: &Url) -> LocalFuture<'static, Result<String, Error>> {
        let value = |name: &str| {
            let found = link.query_pairs().find(|(one, _)| one == name);
            found
                .map(|(_, value)| value.into_owned())
                .unwrap_or_default()
        };
        let query = format!(
            "state={}&code={}",
            value("state"),
            value("scope").replace(' ', "+")
        );
        Box::pin(async move { Ok(query) })
    }
}

/// An authorization server in the same server: a token is named by its scope.
fn sign_in(asked: &Asked) -> Option<Response<Body>> {
    let origin = format!("http://{}", asked.header("host"));
    let body = match asked.path.as_str() {
        "/.well-known/oauth-protected-resource/mcp" => json!({
            "resource": format!("{origin}/mcp"),
            "authorization_servers": [origin],
            "scopes_supported": ["read"],
        }),
        "/.well-known/oauth-authorization-server" => json!({
            "issuer": origin,
            "authorization_endpoint": format!("{origin}/authorize"),
            "token_endpoint": format!("{origin}/token"),
            "registration_endpoint": format!("{origin}/register"),
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["none"],
        }),
        "/register" => json!({ "client_id": "me" }),
        "/token" => {
            let form = asked.body.as_str().unwrap();
            let code =
                url::form_urlencoded::parse(form.as_bytes()).find(|(name, _)| name == "code");
            let scope = code.unwrap().1.into_owned();
            json!({ "access_token": scope.replace(' ', "."), "token_type": "Bearer", "scope": scope })
        }
        _ => return None,
    };
    Some(json_answer(200, &body))
}

fn challenged(status: u16, challenge: &str) -> Response<Body> {
    let mut said = empty(status);
    said.headers_mut().insert(
        "www-authenticate",
        HeaderValue::from_str(challenge).unwrap(),
    );
    said
}

fn authorizer(server: &Server) -> Authorizer {
    let settings = Settings {
        server: server.url.clone(),
        client: ClientChoice::Register,
        scope: None,
        issuer: None,
        port: None,
        own: false,
        resource: None,
        without_metadata: false,
    };
    Authorizer::new(
        settings,
        Rc::new(Native::new().unwrap()),
        Rc::new(Quick),
        Rc::new(MemoryStore::default()),
        system_clock,
        Rc::new(|_| {}),
    )
}

// rule: test-client/tokens-kept-close: tokens go to their server alone, and lie where nobody else
//    reads them [MCP authorization, Token Theft]
#[tokio::test]
async fn signs_in_when_asked_and_for_more_when_more_is_needed() {
    let server = Server::start(|asked| {
        if let Some(said) = sign_in(asked) {
            return said;
        }
        match (asked.header("authorization"), asked.rpc()) {
            ("", _) => challenged(401, "Bearer scope=\"read\""),
            ("Bearer read", "tools/call") => {
                challenged(403, "Bearer error=\"insufficient_scope\", scope=\"write\"")
            }
            (_, "tools/call") => asked.result(json!({ "content": [] })),
            (_, "tools/list") => asked.result(json!({ "tools": [] })),
            _ => asked.result(json!({})),
        }
    })
    .await;
    let mut ears = Ears::default();
    let transport = server.transport(Some(authorizer(&server)));
    let mut connection = Connection::open(transport, None, &mut ears).await.unwrap();
    connection.call("a", json!({}), &mut ears).await.unwrap();
    let last = server.asked().pop().unwrap();
    assert_eq!(last.header("authorization"), "Bearer read.write");
    let elsewhere = server
        .asked()
        .into_iter()
        .filter(|asked| asked.path != "/mcp");
    assert!(elsewhere.clone().count() > 4);
    for asked in elsewhere {
        assert_eq!(
            asked.header("authorization"),
            "",
            "the token is the server's alone: {}",
            asked.path
        );
    }
}

// rule: test-client/step-up
#[tokio::test]
async fn gives_up_where_more_scope_never_helps() {
    let server = Server::start(|asked| {
        if let Some(said) = sign_in(asked) {
            return said;
        }
        match asked.header("authorization") {
            "" => challenged(401, "Bearer"),
            // It grants nothing that it asks for.
            token => {
                let next = format!("scope-{}", token.len());
                challenged(
                    403,
                    &format!("Bearer error=\"insufficient_scope\", scope=\"{next}\""),
                )
            }
        }
    })
    .await;
    let transport = server.transport(Some(authorizer(&server)));
    let Err(error) = Connection::open(transport, None, &mut Ears::default()).await else {
        panic!("it never lets us in");
    };
    assert!(error.to_string().contains("gives up"), "{error}");
    assert_eq!(error.exit_status(), 4);
    let sign_ins = server
        .asked()
        .iter()
        .filter(|asked| asked.path == "/token")
        .count();
    assert_eq!(sign_ins, 3, "the first and two more");
}

// rule: test-client/step-up
#[tokio::test]
async fn another_403_is_no_reason_to_sign_in() {
    let server = Server::start(|asked| {
        sign_in(asked).unwrap_or_else(|| match asked.header("authorization") {
            "" => challenged(401, "Bearer"),
            _ => json_answer(
                403,
                &json!({ "error": "forbidden", "error_description": "not yours" }),
            ),
        })
    })
    .await;
    let transport = server.transport(Some(authorizer(&server)));
    let Err(error) = Connection::open(transport, None, &mut Ears::default()).await else {
        panic!("it never lets us in");
    };
    assert!(error.to_string().contains("403"), "{error}");
    let sign_ins = server
        .asked()
        .iter()
        .filter(|asked| asked.path == "/token")
        .count();
    assert_eq!(sign_ins, 1);
    let _: Value = server.asked()[0].body.clone();
}
