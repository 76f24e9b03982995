//! Every request of the tests, held against what Sentry publishes.

use std::rc::Rc;
use std::time::Duration;

use fetch::{Fetch, FetchError, LocalFuture, Method, Request, Response};
use serde_json::Value;

use super::shapes::{Misfit, Of};
use super::unpublished::{BY_HAND, UNPUBLISHED};
use super::{Endpoint, Published, covers, published};

/// Sends nothing on whose endpoint, parameters or members Sentry does not publish, unless a list has them. Values are not looked
/// at: in these tests they are hostile as well.
pub(crate) struct Held(pub(crate) Rc<dyn Fetch>);

impl Fetch for Held {
    fn fetch(&self, request: Request) -> LocalFuture<'_, Result<Response, FetchError>> {
        let mut problems = held(&request).problems;
        problems.retain(|problem| {
            let key = problem.trim_end_matches(": is not published");
            // `tolerance.rs` puts such a member into answers, and an update sends it back.
            let is_odd = key.ends_with(".odd");
            key != problem && !is_odd && !BY_HAND.iter().any(|listed| covers(listed, key))
        });
        assert!(problems.is_empty(), "{}: {problems:#?}", request.url);
        self.0.fetch(request)
    }

    fn sleep(&self, duration: Duration) -> LocalFuture<'_, ()> {
        self.0.sleep(duration)
    }
}

/// What a request has that is not published.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// That stands in [`UNPUBLISHED`], by its first column.
    pub(crate) listed: Vec<&'static str>,
    /// That does not.
    pub(crate) problems: Vec<String>,
}

/// Compares a request with the table and the list. One that goes elsewhere than to Sentry's API is not compared.
pub(crate) fn held(request: &Request) -> Found {
    let mut found = Found::default();
    let path = request.url.path();
    let Some((_, path)) = path.split_once("/api/0") else {
        return found;
    };
    let asked = format!("{} {path}", request.method.as_str());
    let listed = UNPUBLISHED.iter().map(|(what, _)| *what);
    match published().endpoint(&asked) {
        Some(endpoint) => {
            for misfit in misfits(published(), endpoint, request) {
                let key = format!("{} {}", endpoint.name, misfit.at);
                match listed.clone().find(|listed| *listed == key) {
                    Some(listed) => found.listed.push(listed),
                    None => found.problems.push(format!("{key}: {}", misfit.why)),
                }
            }
        }
        None => match listed.clone().find(|listed| covers(listed, &asked)) {
            Some(listed) => found.listed.push(listed),
            None => found.problems.push(format!("{asked}: is not published")),
        },
    }
    found
}

fn misfits(table: &Published, endpoint: &Endpoint, request: &Request) -> Vec<Misfit> {
    let mut found = of_query(table, endpoint, request);
    let Some(bytes) = &request.body else {
        return found;
    };
    let misfit = |why: &str| Misfit {
        at: ".".to_owned(),
        why: why.to_owned(),
    };
    let body: Option<Value> = serde_json::from_slice(bytes).ok();
    match (&endpoint.body, body) {
        (_, None) => found.push(misfit("the body is not JSON")),
        (None, Some(body)) if body == serde_json::json!({}) => {}
        (None, Some(_)) => found.push(misfit("a body is not published")),
        // An update may leave out what is required of something new, whatever is published of it.
        (Some(shape), Some(body)) => {
            let is_new = request.method == Method::Post;
            found.extend(table.misfits(shape, &body, "", Of::Request { is_new }));
        }
    }
    found
}

fn of_query(table: &Published, endpoint: &Endpoint, request: &Request) -> Vec<Misfit> {
    let mut found = vec![];
    let mut seen: Vec<String> = vec![];
    for (name, text) in request.url.query_pairs() {
        let at = format!("?{name}");
        let known = endpoint.query.get(name.as_ref());
        let Some(shape) = known.or_else(|| endpoint.query.get(&format!("{name}?"))) else {
            let why = "is not published".to_owned();
            found.push(Misfit { at, why });
            continue;
        };
        let shape = match shape[0].as_str() {
            Some("list") => &shape[1],
            _ if seen.contains(&at) => {
                let why = "stands there twice".to_owned();
                found.push(Misfit { at, why });
                continue;
            }
            _ => shape,
        };
        let value = typed(table, shape, &text);
        found.extend(table.misfits(shape, &value, &at, Of::Request { is_new: true }));
        seen.push(at);
    }
    for name in endpoint.query.keys().filter(|name| !name.ends_with('?')) {
        if !request.url.query_pairs().any(|(sent, _)| sent == **name) {
            let (at, why) = (format!("?{name}"), "is missing".to_owned());
            found.push(Misfit { at, why });
        }
    }
    found
}

/// A text of a query as the value that it stands for.
fn typed(table: &Published, shape: &Value, text: &str) -> Value {
    match table.resolved(shape) {
        Value::String(name) => match name.as_str() {
            "integer" | "number" | "boolean" => {
                serde_json::from_str(text).unwrap_or_else(|_| text.into())
            }
            _ => text.into(),
        },
        Value::Array(parts) if parts[0] == "limits" || parts[0] == "null" => {
            typed(table, &parts[1], text)
        }
        _ => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(method: Method, path: &str, body: Option<&str>) -> Vec<String> {
        let url = format!("https://sentry.example/api/0{path}")
            .parse()
            .unwrap();
        let mut request = Request::new(method, url);
        if let Some(body) = body {
            request = request.body("application/json", body.to_owned());
        }
        let problems = held(&request).problems.into_iter();
        problems
            .map(|problem| problem.split(": ").next().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn what_is_not_published_is_found() {
        let none = Vec::<String>::new();
        let events = "/organizations/acme/events/?dataset=spans&field=id";
        assert_eq!(problems(Method::Get, events, None), none);
        for (more, at) in [
            ("&nope=1", "?nope"),
            ("&per_page=many", "?per_page"),
            ("&sort=a&sort=b", "?sort"),
            ("&start=yesterday", "?start"),
        ] {
            let found = problems(Method::Get, &format!("{events}{more}"), None);
            assert_eq!(found, [format!("GET /organizations/{{}}/events/ {at}")]);
        }
        let found = problems(
            Method::Get,
            "/organizations/acme/events/?dataset=nope",
            None,
        );
        assert_eq!(
            found,
            [
                "GET /organizations/{}/events/ ?dataset=nope",
                "GET /organizations/{}/events/ ?field"
            ]
        );
        let found = problems(Method::Delete, "/organizations/acme/events/", None);
        assert_eq!(found, ["DELETE /organizations/acme/events/"]);
    }

    #[test]
    fn a_body_is_held_as_well() {
        let none = Vec::<String>::new();
        let issue = "/organizations/acme/issues/1/";
        let put = |body: &str| problems(Method::Put, issue, Some(body));
        assert_eq!(put(r#"{"status":"resolved"}"#), none);
        let at = |at: &str| vec![format!("PUT /organizations/{{}}/issues/{{}}/ {at}")];
        assert_eq!(put(r#"{"status":"done"}"#), at(".status=done"));
        assert_eq!(
            put(r#"{"statusDetails":{"ignoreCount":"5"}}"#),
            at(".statusDetails.ignoreCount")
        );
        assert_eq!(put(r#"{"nope":1}"#), at(".nope"));
        assert_eq!(put("no JSON"), at("."));
        let teams = "/organizations/acme/teams/";
        assert_eq!(
            problems(Method::Get, teams, Some(r#"{"a":1}"#)),
            ["GET /organizations/{}/teams/ ."]
        );
    }
}
