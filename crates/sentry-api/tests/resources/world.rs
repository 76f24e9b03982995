//! A client with scripted answers, and what it was asked.

use std::rc::Rc;

use fetch::Method;
use fetch::scripted::Scripted;
use sentry_api::{
    BaseUrl, Client, Fixed, IssueId, IssueKey, ProjectKey, Region, Sight, Slug, SlugOrId, Token,
};
use serde_json::Value;

pub(crate) const BASE: &str = "https://sentry.example/api/0";
pub(crate) const ISSUE: &str = "/organizations/acme/issues/4501";
pub(crate) const TRACE: &str = "0123456789abcdef0123456789abcdef";

pub(crate) struct World {
    pub(crate) client: Client,
    pub(crate) script: Rc<Scripted>,
    pub(crate) region: Region,
    pub(crate) acme: Slug,
    pub(crate) issue: IssueKey,
    pub(crate) web: ProjectKey,
    pub(crate) sight: Sight,
}

pub(crate) fn world(script: Scripted) -> World {
    let script = Rc::new(script);
    let base = BaseUrl::parse("https://sentry.example").unwrap();
    let tokens = Rc::new(Fixed(Token::new("secret")));
    let sight = Sight::everything();
    World {
        client: Client::new(script.clone(), tokens, base.clone()),
        script,
        region: base.region(),
        acme: Slug::parse("acme").unwrap(),
        issue: sight.unread_issue(IssueId::parse("4501").unwrap()).unwrap(),
        web: sight.project(SlugOrId::parse("web").unwrap()).unwrap(),
        sight,
    }
}

pub(crate) fn answers(method: Method, path: &str, body: &Value) -> World {
    world(Scripted::new().json(method, &format!("{BASE}{path}"), 200, &body.to_string()))
}

pub(crate) fn get(path: &str, body: &Value) -> World {
    answers(Method::Get, path, body)
}

impl World {
    pub(crate) fn asked(&self) -> Vec<String> {
        let requests = self.script.requests();
        requests
            .iter()
            .map(|request| request.url.as_str().replace(BASE, ""))
            .collect()
    }

    pub(crate) fn sent(&self) -> Value {
        let request = self.script.requests().pop().unwrap();
        assert!(
            request
                .headers
                .contains(&("content-type", "application/json".to_owned()))
        );
        serde_json::from_slice(&request.body.unwrap()).unwrap()
    }
}
