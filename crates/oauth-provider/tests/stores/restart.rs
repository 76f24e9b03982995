//! The example server is killed between any two steps of a sign-in, and started again on the same file.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use fetch::native::Native;
use fetch::{Fetch, Method, Request, Response};
use oauth_provider::discovery::path;
use oauth_provider::params::Params;
use serde_json::{Value, json};
use url::Url;

use crate::Folder;

const FORM: &str = "application/x-www-form-urlencoded";
const CALLBACK: &str = "https://app.example/callback";
/// RFC 7636 appendix B
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A running server, and how it is asked.
struct Server {
    process: Child,
    origin: String,
    database: PathBuf,
    fetch: Native,
}

impl Server {
    fn start(folder: &Folder) -> Self {
        let database = folder.database();
        let (process, origin) = launch("0", &database);
        Self {
            process,
            origin,
            database,
            fetch: Native::new().unwrap(),
        }
    }

    /// Without a word (SIGKILL), and again at the same address.
    fn kill_and_start(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        let port = self.origin.rsplit(':').next().unwrap();
        let (process, origin) = launch(port, &self.database);
        assert_eq!(origin, self.origin);
        self.process = process;
        self.fetch = Native::new().unwrap();
    }

    fn to(&self, method: Method, path: &str) -> Request {
        let url = format!("{}{path}", self.origin);
        Request::new(method, Url::parse(&url).unwrap())
    }

    async fn send(&self, request: Request) -> Response {
        self.fetch.fetch(request).await.unwrap()
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> (u16, Value) {
        let request = self.to(Method::Post, path).body(FORM, body(form));
        let answer = self.send(request).await;
        let value = serde_json::from_slice(&answer.body).unwrap_or_default();
        (answer.status, value)
    }

    /// `client_id` and `client_secret`.
    async fn register(&self) -> (String, String) {
        let metadata = json!({
            "redirect_uris": [CALLBACK],
            "token_endpoint_auth_method": "client_secret_post",
        });
        let request = self
            .to(Method::Post, path::REGISTER)
            .body("application/json", metadata.to_string());
        let answer = self.send(request).await;
        let answer: Value = serde_json::from_slice(&answer.body).unwrap();
        (text(&answer, "client_id"), text(&answer, "client_secret"))
    }

    /// The consent page: the browser's cookie, and the ticket in the form.
    async fn ask(&self, query: &str) -> (String, String) {
        let request = self.to(Method::Get, &format!("{}?{query}", path::AUTHORIZE));
        let answer = self.send(request).await;
        let page = String::from_utf8(answer.body.clone()).unwrap();
        assert_eq!(answer.status, 200, "{page}");
        let cookie = answer.header("set-cookie").unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let ticket = page.split("name=\"state\" value=\"").nth(1).unwrap();
        (cookie, ticket.split('"').next().unwrap().to_owned())
    }

    /// The person allows it: the code.
    async fn approve(&self, cookie: &str, ticket: &str) -> String {
        let form = [("state", ticket), ("person", "Ada"), ("action", "approve")];
        let request = self
            .to(Method::Post, path::AUTHORIZE)
            .header("cookie", cookie)
            .body(FORM, body(&form));
        let answer = self.send(request).await;
        let location = Url::parse(answer.header("location").unwrap()).unwrap();
        let code = location.query_pairs().find(|(name, _)| name == "code");
        code.unwrap().1.into_owned()
    }

    /// Who the token is for, by the protected resource.
    async fn whoami(&self, access: &str) -> (u16, String) {
        let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call"});
        let request = self
            .to(Method::Post, "/mcp")
            .header("authorization", format!("Bearer {access}"))
            .body("application/json", call.to_string());
        let answer = self.send(request).await;
        let value: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let name = value["result"]["content"][0]["text"].as_str();
        (answer.status, name.unwrap_or_default().to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The example lies beside this test's binary. `cargo test` builds both; `cargo test --test stores` this one alone.
fn launch(port: &str, database: &std::path::Path) -> (Child, String) {
    let tests = std::env::current_exe().unwrap();
    let name = format!("sqlite{}", std::env::consts::EXE_SUFFIX);
    let example = tests
        .ancestors()
        .nth(2)
        .unwrap()
        .join("examples")
        .join(name);
    let mut process = Command::new(&example)
        .arg(port)
        .arg(database)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{error}: run `cargo build --example sqlite` first"));
    let mut line = String::new();
    let output = process.stdout.take().unwrap();
    BufReader::new(output).read_line(&mut line).unwrap();
    let origin = line.trim().strip_prefix("listening on ").unwrap();
    (process, origin.to_owned())
}

fn body(form: &[(&str, &str)]) -> String {
    let params = Params::parse("");
    form.iter()
        .fold(params, |params, (name, value)| params.with(name, value))
        .to_query()
}

fn text(value: &Value, name: &str) -> String {
    let text = value[name].as_str();
    text.unwrap_or_else(|| panic!("no {name} in {value}"))
        .to_owned()
}

#[tokio::test]
async fn a_sign_in_survives_a_kill_after_each_of_its_steps() {
    let folder = Folder::new("restart");
    let mut server = Server::start(&folder);
    let (id, secret) = server.register().await;
    server.kill_and_start();

    let query = body(&[
        ("response_type", "code"),
        ("client_id", &id),
        ("redirect_uri", CALLBACK),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]);
    let (cookie, ticket) = server.ask(&query).await;
    server.kill_and_start();
    let code = server.approve(&cookie, &ticket).await;
    server.kill_and_start();

    let redemption = [
        ("grant_type", "authorization_code"),
        ("client_id", id.as_str()),
        ("client_secret", &secret),
        ("code", &code),
        ("code_verifier", VERIFIER),
        ("redirect_uri", CALLBACK),
    ];
    let (status, first) = server.post(path::TOKEN, &redemption).await;
    assert_eq!(status, 200, "{first}");
    server.kill_and_start();
    let seen = server.whoami(&text(&first, "access_token")).await;
    assert_eq!(seen, (200, "Ada".to_owned()));

    let refresh = text(&first, "refresh_token");
    let (status, second) = server
        .post(path::TOKEN, &refreshing(&id, &secret, &refresh))
        .await;
    assert_eq!(status, 200, "{second}");
    server.kill_and_start();
    let refresh = text(&second, "refresh_token");
    let (status, third) = server
        .post(path::TOKEN, &refreshing(&id, &secret, &refresh))
        .await;
    assert_eq!(status, 200, "{third}");
    server.kill_and_start();

    // A code that was redeemed before the kill is still used up, and ends the grant (RFC 6749 §4.1.2).
    let (status, again) = server.post(path::TOKEN, &redemption).await;
    assert_eq!(
        (status, again["error"].as_str()),
        (400, Some("invalid_grant"))
    );
    server.kill_and_start();
    assert_eq!(server.whoami(&text(&third, "access_token")).await.0, 401);
}

#[tokio::test]
async fn a_request_that_was_pushed_before_a_kill_begins_a_page_after_it() {
    let folder = Folder::new("pushed");
    let mut server = Server::start(&folder);
    let (id, secret) = server.register().await;
    let form = [
        ("response_type", "code"),
        ("client_id", id.as_str()),
        ("client_secret", &secret),
        ("redirect_uri", CALLBACK),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let (status, pushed) = server.post(path::PAR, &form).await;
    assert_eq!(status, 201, "{pushed}");
    server.kill_and_start();
    let uri = text(&pushed, "request_uri");
    let query = body(&[("client_id", &id), ("request_uri", &uri)]);
    let (cookie, ticket) = server.ask(&query).await;
    assert!(!server.approve(&cookie, &ticket).await.is_empty());
}

fn refreshing<'a>(id: &'a str, secret: &'a str, token: &'a str) -> [(&'a str, &'a str); 4] {
    [
        ("grant_type", "refresh_token"),
        ("client_id", id),
        ("client_secret", secret),
        ("refresh_token", token),
    ]
}
