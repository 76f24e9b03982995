//! A scripted MCP server, its authorization server, and a person.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use fetch::scripted::Scripted;
use fetch::{LocalFuture, Method, Response};
use mcp_test_client::client::Error;
use mcp_test_client::client::oauth::{
    Authorizer, Browser, Challenge, ClientChoice, MemoryStore, Opened, Secret, Settings, Store,
};
use serde_json::{Value, json};
use url::Url;

pub const SERVER: &str = "https://mcp.example/mcp";
pub const ISSUER: &str = "https://as.example";
pub const RESOURCE_METADATA: &str = "https://mcp.example/.well-known/oauth-protected-resource/mcp";
pub const SERVER_METADATA: &str = "https://as.example/.well-known/oauth-authorization-server";
pub const REGISTER: &str = "https://as.example/register";
pub const TOKEN: &str = "https://as.example/token";
pub const DOCUMENT: &str = "https://client.example/client.json";

thread_local! {
    static NOW: Cell<u64> = const { Cell::new(1_000_000) };
}

pub fn clock() -> u64 {
    NOW.get()
}

pub fn pass(seconds: u64) {
    NOW.set(NOW.get() + seconds);
}

pub fn resource_metadata() -> Value {
    json!({ "resource": SERVER, "authorization_servers": [ISSUER], "scopes_supported": ["read", "write"] })
}

pub fn server_metadata(issuer: &str) -> Value {
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "registration_endpoint": format!("{issuer}/register"),
        "revocation_endpoint": format!("{issuer}/revoke"),
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "client_id_metadata_document_supported": true,
        "authorization_response_iss_parameter_supported": true,
    })
}

pub fn tokens(number: u32) -> Value {
    json!({
        "access_token": format!("access-{number}"),
        "token_type": "bearer",
        "expires_in": 3600,
        "refresh_token": format!("refresh-{number}"),
        "scope": "read",
    })
}

/// `whole` with the members of `change`; null removes a member.
pub fn changed(mut whole: Value, change: Value) -> Value {
    let Value::Object(members) = change else {
        panic!("a change is an object");
    };
    for (name, value) in members {
        if value.is_null() {
            whole.as_object_mut().unwrap().remove(&name);
        } else {
            whole[name] = value;
        }
    }
    whole
}

/// A script that is being written.
pub struct Script(pub Scripted);

impl Script {
    pub fn get(self, url: &str, body: Value) -> Self {
        Self(self.0.json(Method::Get, url, 200, &body.to_string()))
    }

    pub fn post(self, url: &str, status: u16, body: Value) -> Self {
        Self(self.0.json(Method::Post, url, status, &body.to_string()))
    }

    pub fn missing(self, url: &str) -> Self {
        Self(self.0.json(Method::Get, url, 404, "{}"))
    }

    pub fn discovery(self) -> Self {
        self.get(RESOURCE_METADATA, resource_metadata())
            .get(SERVER_METADATA, server_metadata(ISSUER))
    }

    pub fn registration(self) -> Self {
        self.post(REGISTER, 201, json!({ "client_id": "client-1" }))
    }
}

pub fn script() -> Script {
    Script(Scripted::new())
}

/// The requests of a complete first sign-in.
pub fn whole() -> Script {
    script()
        .discovery()
        .registration()
        .post(TOKEN, 200, tokens(1))
}

type Answer = Box<dyn Fn(&Url) -> String>;

/// A person who returns with what the test says.
pub struct Person {
    answer: RefCell<Answer>,
    /// The links that were opened.
    pub visited: Rc<RefCell<Vec<Url>>>,
    /// The port of the next redirect URI, whatever is asked for.
    pub port: Cell<Option<u16>>,
}

struct Place {
    redirect_uri: String,
    answer: Box<dyn FnOnce(&Url) -> String>,
}

/// The person's browser.
struct Visitor(Rc<Person>);

impl Browser for Visitor {
    fn ready(&self, port: Option<u16>) -> LocalFuture<'_, Result<Box<dyn Opened>, Error>> {
        let port = self.0.port.get().or(port).unwrap_or(4000);
        let person = Rc::clone(&self.0);
        let place: Box<dyn Opened> = Box::new(Place {
            redirect_uri: format!("http://127.0.0.1:{port}/callback"),
            answer: Box::new(move |link| {
                person.visited.borrow_mut().push(link.clone());
                (person.answer.borrow())(link)
            }),
        });
        Box::pin(async move { Ok(place) })
    }
}

impl Opened for Place {
    fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    fn visit(self: Box<Self>, link: &Url) -> LocalFuture<'static, Result<String, Error>> {
        let query = (self.answer)(link);
        Box::pin(async move { Ok(query) })
    }
}

pub fn parameter(link: &Url, name: &str) -> Option<String> {
    link.query_pairs()
        .find(|(one, _)| one == name)
        .map(|(_, value)| value.into_owned())
}

/// The response of a correct server: a code, the state and its issuer.
pub fn good(link: &Url) -> String {
    let state = parameter(link, "state").unwrap();
    let iss = link.origin().ascii_serialization();
    format!("code=code-1&state={state}&iss={iss}")
}

pub struct World {
    pub fetch: Rc<Scripted>,
    pub person: Rc<Person>,
    pub store: Rc<MemoryStore>,
    pub notes: Rc<RefCell<Vec<String>>>,
}

impl World {
    pub fn new(script: Script) -> Self {
        Self {
            fetch: Rc::new(script.0),
            person: Rc::new(Person {
                answer: RefCell::new(Box::new(good)),
                visited: Rc::default(),
                port: Cell::new(None),
            }),
            store: Rc::default(),
            notes: Rc::default(),
        }
    }

    /// The same computer, with servers that follow another script.
    pub fn then(&self, script: Script) -> Self {
        Self {
            fetch: Rc::new(script.0),
            person: Rc::clone(&self.person),
            store: Rc::clone(&self.store),
            notes: Rc::clone(&self.notes),
        }
    }

    pub fn answering(self, answer: impl Fn(&Url) -> String + 'static) -> Self {
        *self.person.answer.borrow_mut() = Box::new(answer);
        self
    }

    pub fn settings(client: ClientChoice) -> Settings {
        Settings {
            server: Url::parse(SERVER).unwrap(),
            client,
            scope: None,
            issuer: None,
            port: None,
            own: false,
            resource: None,
            without_metadata: false,
        }
    }

    pub fn with(&self, settings: Settings) -> Authorizer {
        let notes = Rc::clone(&self.notes);
        Authorizer::new(
            settings,
            self.fetch.clone(),
            Rc::new(Visitor(Rc::clone(&self.person))),
            Rc::clone(&self.store) as Rc<dyn Store>,
            clock,
            Rc::new(move |text| notes.borrow_mut().push(text.to_owned())),
        )
    }

    pub fn authorizer(&self) -> Authorizer {
        self.with(Self::settings(ClientChoice::Register))
    }

    /// The forms that were sent to a URL.
    pub fn forms(&self, url: &str) -> Vec<Vec<(String, String)>> {
        let requests = self.fetch.requests();
        let posts = requests
            .iter()
            .filter(|request| request.url.as_str() == url);
        posts
            .map(|request| {
                let body = request.body.as_deref().unwrap_or_default();
                url::form_urlencoded::parse(body).into_owned().collect()
            })
            .collect()
    }

    /// The URLs that were requested, in order.
    pub fn asked(&self) -> Vec<String> {
        let requests = self.fetch.requests();
        requests
            .iter()
            .map(|request| request.url.to_string())
            .collect()
    }

    pub fn visits(&self) -> usize {
        self.person.visited.borrow().len()
    }
}

pub fn value<'a>(form: &'a [(String, String)], name: &str) -> Option<&'a str> {
    form.iter()
        .find(|(one, _)| one == name)
        .map(|(_, value)| value.as_str())
}

pub fn challenge(scope: Option<&str>, metadata: Option<&str>) -> Challenge {
    Challenge {
        scope: scope.map(str::to_owned),
        resource_metadata: metadata.map(str::to_owned),
        ..Challenge::default()
    }
}

pub fn shown(token: Option<Secret>) -> Option<String> {
    token.map(|token| token.reveal().to_owned())
}

pub fn answer(status: u16, body: &str) -> Response {
    Response {
        status,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: body.as_bytes().to_vec(),
    }
}
