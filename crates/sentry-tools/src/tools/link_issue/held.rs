//! The links that an issue has, and the integrations that could hold another.

use fetch::Method;
use futures_util::future::join;
use mcp::json::Object;
use sentry_api::{ApiError, Endpoint, Reply, Value, Whose};

use crate::text::cut;
use crate::text::shape;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::issue_target::Located;
use crate::vocabulary::tool::Context;

use super::{APP, INTEGRATION, below, key, listed, told};

static INTEGRATIONS: Endpoint = Endpoint {
    method: Method::Get,
    path: "organizations/{org}/issues/{}/integrations",
    // Below an issue that was seen.
    whose: Whose::Everyone,
    what: "integrations",
};

static APPS: Endpoint = Endpoint {
    path: "organizations/{org}/issues/{}/external-issues",
    what: "linked issues",
    ..INTEGRATIONS
};

/// What Sentry says of an issue's links.
pub(in crate::tools) struct Held {
    integrations: Reply,
    apps: Reply,
}

/// One link.
#[derive(Default)]
pub(in crate::tools) struct Found {
    pub(in crate::tools) id: String,
    name: String,
    url: String,
    pub(in crate::tools) integration: Option<String>,
    app: Option<String>,
}

fn text(value: Value<'_>, name: &str) -> String {
    match value.get(name) {
        Value::String(text) => text.to_owned(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

impl Held {
    pub(in crate::tools) async fn read(
        context: &Context<'_>,
        located: &Located,
    ) -> Result<Self, Failure> {
        let place = &located.place;
        let filling = below(located, &[]);
        let ask = |endpoint| {
            let client = context.client;
            client.call(endpoint, &place.region, &place.organization, &filling)
        };
        let (integrations, apps) = join(ask(&INTEGRATIONS), ask(&APPS)).await;
        // Older servers have one of the two.
        let of = |reply: Result<Reply, ApiError>| match reply {
            Err(ApiError::NotFound) => Ok(Reply::default()),
            reply => reply,
        };
        let (integrations, apps) = (of(integrations)?, of(apps)?);
        if integrations.is_nothing() && apps.is_nothing() {
            return Err(Failure::of_optional(
                ApiError::NotFound,
                "links to issues of trackers",
            ));
        }
        Ok(Self { integrations, apps })
    }

    /// Every link.
    pub(in crate::tools) fn links(&self, context: &Context<'_>) -> Result<Vec<Found>, Failure> {
        let mut links = Vec::new();
        for integration in self.integrations.things("", context.sight)? {
            for link in integration.get("externalIssues").elements().iter() {
                links.push(Found {
                    id: text(link, "id"),
                    name: text(link, "displayName"),
                    url: text(link, "url"),
                    integration: Some(text(integration, "id")),
                    app: None,
                });
            }
        }
        for link in self.apps.things("", context.sight)? {
            links.push(Found {
                id: text(link, "id"),
                name: text(link, "displayName"),
                url: text(link, "webUrl"),
                integration: None,
                app: Some(text(link, "serviceType")),
            });
        }
        Ok(links)
    }

    /// The one integration that is named, or whose address the other begins with: its id and provider.
    pub(super) fn integration(
        &self,
        context: &Context<'_>,
        url: &str,
    ) -> Result<Option<(String, String)>, Failure> {
        let all = self.integrations.things("", context.sight)?;
        let named = context.arguments.text(INTEGRATION);
        let fits = |one: &&Value<'_>| match named {
            Some(id) => text(**one, "id") == id,
            None => is_below(url, &text(**one, "domainName")),
        };
        let fitting: Vec<_> = all.iter().filter(fits).copied().collect();
        match (fitting.as_slice(), named) {
            ([one], _) => Ok(Some((
                text(*one, "id"),
                shape::at(*one, "provider.key")
                    .as_str()
                    .unwrap_or_default()
                    .to_owned(),
            ))),
            ([], None) => Ok(None),
            ([], Some(_)) => {
                let words = self.choices(context, "is none of this issue's. There are")?;
                Err(told(INTEGRATION, &words))
            }
            (several, _) => {
                let words = listed(several, "id", "name");
                Err(told(
                    INTEGRATION,
                    &[
                        "is needed, since several integrations have that address:",
                        &words,
                    ]
                    .concat(),
                ))
            }
        }
    }

    /// The integrations that there are, behind some words.
    pub(super) fn choices(&self, context: &Context<'_>, words: &str) -> Result<String, Failure> {
        let all = self.integrations.things("", context.sight)?;
        let listed = match all.as_slice() {
            [] => " none".to_owned(),
            all => listed(all, "id", "name"),
        };
        let or = ["; or name an installed app with `", APP.name, "`"].concat();
        Ok([words, &listed, &or].concat())
    }
}

/// Whether an address is of a tracker at that host, or below that path of it.
fn is_below(url: &str, domain: &str) -> bool {
    let (url, domain) = (key::plain(url), key::plain(domain));
    let begins = |long: &str, short: &str| {
        long.get(..short.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(short))
    };
    !domain.is_empty()
        && begins(url, domain)
        && matches!(url.as_bytes().get(domain.len()), None | Some(b'/'))
}

impl Found {
    /// What was made just now.
    pub(super) fn made(thing: Value<'_>, url: &str, integration: Option<String>) -> Self {
        let own = |names: [&str; 2]| {
            let found = names.into_iter().map(|name| text(thing, name));
            found.into_iter().find(|text| !text.is_empty())
        };
        Self {
            id: text(thing, "id"),
            name: own(["displayName", "key"]).unwrap_or_default(),
            url: own(["url", "webUrl"]).unwrap_or_else(|| url.to_owned()),
            integration,
            app: Some(text(thing, "serviceType")),
        }
    }

    /// Whether it leads to that address.
    pub(in crate::tools) fn is_at(&self, url: &str) -> bool {
        key::plain(&self.url).eq_ignore_ascii_case(key::plain(url))
    }

    /// Whether it is of the integration or app that the arguments name.
    pub(in crate::tools) fn is_named(&self, context: &Context<'_>) -> bool {
        let named = |parameter, own: &Option<String>| {
            let named = context.arguments.text(parameter);
            named.is_none_or(|named| own.as_deref() == Some(named))
        };
        named(INTEGRATION, &self.integration) && named(APP, &self.app)
    }

    pub(super) fn write(&self, out: &mut String) {
        let mut object = Object::begin(out);
        let url = cut::head(&self.url, 1_000);
        let name = cut::head(&self.name, 300);
        for (member, text) in [
            ("id", Some(&self.id)),
            ("displayName", Some(&name)),
            ("url", Some(&url)),
            ("integrationId", self.integration.as_ref()),
            ("appSlug", self.app.as_ref()),
        ] {
            object.maybe(
                member,
                text.map(String::as_str).filter(|text| !text.is_empty()),
            );
        }
        object.end();
    }
}
