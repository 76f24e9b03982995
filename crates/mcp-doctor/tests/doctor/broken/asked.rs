//! A request on its way to the server and a response on its way back, in forms that are easy to change.

use hyper::HeaderMap;
use oauth_provider::http::Response;
use serde_json::{Map, Value};
use url::form_urlencoded;

/// A request whose body has been read.
pub struct Asked {
    pub method: String,
    pub path: String,
    pub query: String,
    pub headers: HeaderMap,
    pub body: String,
}

pub type Pairs = Vec<(String, String)>;

impl Asked {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub fn is(&self, method: &str, path: &str) -> bool {
        self.method == method && self.path == path
    }

    /// A parameter of the query or of the form.
    pub fn get(&self, name: &str) -> Option<String> {
        let mut pairs = pairs(&self.query);
        pairs.extend(pairs_of_body(self));
        pairs
            .into_iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value)
    }

    pub fn change_query(&mut self, change: impl FnOnce(&mut Pairs)) {
        let mut list = pairs(&self.query);
        change(&mut list);
        self.query = encoded(&list);
    }

    pub fn change_form(&mut self, change: impl FnOnce(&mut Pairs)) {
        let mut list = pairs(&self.body);
        change(&mut list);
        self.body = encoded(&list);
    }
}

/// Whether the request goes to the token endpoint.
pub fn at_token(asked: &Asked) -> bool {
    asked.is("POST", "/oauth/token")
}

/// Whether the request goes to the revocation endpoint.
pub fn at_revocation(asked: &Asked) -> bool {
    asked.is("POST", "/oauth/revoke")
}

/// Whether this is the token request with an unknown code, with its parameters in a form or in the query.
pub fn is_unknown_code(asked: &Asked) -> bool {
    at_token(asked)
        && asked
            .get("code")
            .is_some_and(|code| code.ends_with("made-this-up"))
}

fn pairs_of_body(asked: &Asked) -> Pairs {
    match asked.header("content-type") {
        Some("application/x-www-form-urlencoded") => pairs(&asked.body),
        _ => Vec::new(),
    }
}

pub fn pairs(text: &str) -> Pairs {
    form_urlencoded::parse(text.as_bytes())
        .into_owned()
        .collect()
}

pub fn encoded(pairs: &Pairs) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// Replaces all values of a parameter with one.
pub fn put(pairs: &mut Pairs, name: &str, value: &str) {
    remove(pairs, name);
    pairs.push((name.to_owned(), value.to_owned()));
}

pub fn remove(pairs: &mut Pairs, name: &str) {
    pairs.retain(|(n, _)| n != name);
}

pub fn set(response: &mut Response, name: &'static str, value: &str) {
    unset(response, name);
    response.headers.push((name, value.to_owned()));
}

pub fn unset(response: &mut Response, name: &str) {
    response.headers.retain(|(n, _)| *n != name);
}

pub fn change_json(response: &mut Response, change: impl FnOnce(&mut Map<String, Value>)) {
    let mut object: Map<String, Value> = serde_json::from_str(&response.body).unwrap();
    change(&mut object);
    response.body = Value::Object(object).to_string();
}

/// Changes the query of a redirect to the client.
pub fn change_location(response: &mut Response, change: impl FnOnce(&mut Pairs)) {
    let Some(target) = response.get("location").map(str::to_owned) else {
        return;
    };
    let (base, query) = target.split_once('?').unwrap();
    let mut list = pairs(query);
    change(&mut list);
    set(response, "location", &format!("{base}?{}", encoded(&list)));
}

pub fn page(status: u16, text: &str) -> Response {
    let mut response = Response::empty(status).header("content-type", "text/html; charset=utf-8");
    response.body = text.to_owned();
    response
}

pub fn redirect(to: &str) -> Response {
    Response::empty(302).header("location", to)
}

pub fn refusal(status: u16, code: &str) -> Response {
    Response::json(
        status,
        &serde_json::json!({ "error": code, "error_description": "no" }),
    )
    .header("access-control-allow-origin", "*")
}
