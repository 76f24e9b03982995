//! A client that calls the router directly, without a socket.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use demo_sentry::{Config, State, router};
use serde_json::Value;
use tower::ServiceExt;
use url::form_urlencoded::Serializer;

pub(crate) const ADA: &str = "demo-token-ada";
pub(crate) const REDIRECT: &str = "http://localhost:8788/oauth/callback";
/// The example of RFC 7636 appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub(crate) struct Sentry(Router);

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

/// A server whose data ends at a fixed instant.
pub(crate) fn sentry() -> Sentry {
    scaled(1)
}

/// The same server with this many copies of the data.
pub(crate) fn scaled(scale: u32) -> Sentry {
    let now = "2026-03-10T12:00:00Z".parse().unwrap();
    let config = Config {
        scale,
        ..Config::new(now)
    };
    Sentry(router(State::new(config).unwrap()))
}

impl Sentry {
    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.0.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Reply {
            status: parts.status,
            headers: parts.headers,
            text,
        }
    }

    /// Requests a path as Ada.
    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.get_with(path, ADA).await
    }

    pub(crate) async fn get_with(&self, path: &str, token: &str) -> Reply {
        let request = Request::get(path).header("authorization", format!("Bearer {token}"));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Requests a path as Ada, and returns the body, which must come with status 200.
    pub(crate) async fn json(&self, path: &str) -> Value {
        let reply = self.get(path).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text);
        reply.json()
    }

    pub(crate) async fn send_json(
        &self,
        method: Method,
        path: &str,
        token: &str,
        body: Value,
    ) -> Reply {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json");
        self.send(request.body(Body::from(body.to_string())).unwrap())
            .await
    }

    pub(crate) async fn control(&self, method: Method, path: &str, body: Value) -> Reply {
        self.send_json(method, &format!("/_control/{path}"), "none", body)
            .await
    }

    pub(crate) async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let request =
            Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(encode(fields))).unwrap())
            .await
    }

    /// Approves as a user, and returns the code.
    pub(crate) async fn approve(&self, user: &str, scope: &str) -> String {
        let mut fields = authorization(scope);
        fields.extend([("user", user), ("action", "approve")]);
        let reply = self.form("/oauth/authorize/", &fields).await;
        reply.redirected("code").unwrap()
    }

    pub(crate) async fn redeem(&self, code: &str, redirect_uri: &str, verifier: &str) -> Reply {
        self.form(
            "/oauth/token/",
            &[
                ("grant_type", "authorization_code"),
                ("client_id", "demo-client"),
                ("client_secret", "demo-secret"),
                ("code", code),
                ("redirect_uri", redirect_uri),
                ("code_verifier", verifier),
            ],
        )
        .await
    }

    pub(crate) async fn refresh(&self, token: &str) -> Reply {
        self.form(
            "/oauth/token/",
            &[
                ("grant_type", "refresh_token"),
                ("client_id", "demo-client"),
                ("client_secret", "demo-secret"),
                ("refresh_token", token),
            ],
        )
        .await
    }

    /// Approves as Ada and redeems the code.
    pub(crate) async fn sign_in(&self, scope: &str) -> Value {
        let code = self.approve("1001", scope).await;
        let reply = self.redeem(&code, REDIRECT, VERIFIER).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.json()
    }
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map(|value| value.to_str().unwrap())
            .unwrap_or_default()
    }

    /// A parameter of the URL to which a 302 redirects.
    pub(crate) fn redirected(&self, parameter: &str) -> Option<String> {
        assert_eq!(self.status, 302, "{}", self.text);
        let url = url::Url::parse(self.header("location")).unwrap();
        assert!(url.as_str().starts_with(REDIRECT));
        url.query_pairs()
            .find(|(name, _)| name == parameter)
            .map(|(_, value)| value.into_owned())
    }

    /// One member of each item of a list.
    pub(crate) fn each(&self, member: &str) -> Vec<String> {
        self.json()
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item[member].as_str().unwrap().to_owned())
            .collect()
    }
}

pub(crate) fn encode(fields: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// The parameters of a correct authorization request.
pub(crate) fn authorization(scope: &str) -> Vec<(&str, &str)> {
    vec![
        ("client_id", "demo-client"),
        ("redirect_uri", REDIRECT),
        ("response_type", "code"),
        ("scope", scope),
        ("state", "s&t=1"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]
}
