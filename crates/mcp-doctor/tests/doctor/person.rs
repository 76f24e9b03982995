//! A person who agrees to everything, and a minimal client.

use fetch::native::Native;
use fetch::{Fetch, LocalFuture, Method, Request, Response};
use mcp_doctor::{Credentials, SignIn, SignedIn};
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

use super::visit::network;

const REDIRECT_URI: &str = "http://127.0.0.1:33418/callback";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub struct Person {
    origin: String,
    network: Native,
}

impl Person {
    pub fn at(origin: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            network: network(),
        }
    }

    fn url(&self, path: &str) -> Url {
        format!("{}{path}", self.origin).parse().unwrap()
    }

    async fn send(&self, request: Request) -> Result<Response, String> {
        self.network.fetch(request).await.map_err(|e| e.to_string())
    }

    async fn whole(&self, server: &Url, resource: Option<&str>) -> Result<SignedIn, String> {
        let metadata = json!({
            "redirect_uris": [REDIRECT_URI],
            "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code", "refresh_token"],
        });
        let request = Request::new(Method::Post, self.url("/oauth/register"))
            .body("application/json", metadata.to_string());
        let client_id = text(&self.send(request).await?, "client_id")?;

        let mut url = self.url("/oauth/authorize");
        url.query_pairs_mut().extend_pairs([
            ("response_type", "code"),
            ("client_id", &client_id),
            ("redirect_uri", REDIRECT_URI),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("resource", resource.unwrap_or(server.as_str())),
            ("person", "yes"),
        ]);
        let answer = self.send(Request::new(Method::Get, url)).await?;
        let target = answer.header("location").ok_or("no redirect")?;
        let target = Url::parse(target).map_err(|e| e.to_string())?;
        let code = target.query_pairs().find(|(name, _)| name == "code");
        let code = code
            .ok_or_else(|| format!("no code in {target}"))?
            .1
            .into_owned();

        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("grant_type", "authorization_code"),
                ("code", &code),
                ("client_id", &client_id),
                ("code_verifier", VERIFIER),
            ])
            .finish();
        let request = Request::new(Method::Post, self.url("/oauth/token"))
            .body("application/x-www-form-urlencoded", form);
        let tokens = self.send(request).await?;
        let body: Value = serde_json::from_slice(&tokens.body).unwrap_or_default();
        Ok(SignedIn {
            client_id,
            credentials: Credentials::Public,
            expires_in: body["expires_in"].as_u64(),
            access_token: text(&tokens, "access_token")?,
            refresh_token: text(&tokens, "refresh_token").ok(),
            code,
            code_verifier: VERIFIER.to_owned(),
            redirect_uri: REDIRECT_URI.to_owned(),
            token_endpoint: self.url("/oauth/token"),
        })
    }
}

impl SignIn for Person {
    fn sign_in(
        &self,
        server: &Url,
        resource: Option<&str>,
    ) -> LocalFuture<'_, Result<SignedIn, String>> {
        let (server, resource) = (server.clone(), resource.map(str::to_owned));
        Box::pin(async move { self.whole(&server, resource.as_deref()).await })
    }
}

fn text(response: &Response, name: &str) -> Result<String, String> {
    let body: Value = serde_json::from_slice(&response.body).map_err(|e| e.to_string())?;
    let text = body.get(name).and_then(Value::as_str);
    text.map(str::to_owned).ok_or_else(|| format!("no {name}"))
}
