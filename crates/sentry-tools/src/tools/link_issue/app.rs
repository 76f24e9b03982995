//! Linking by an installed app, whose form says what it needs.

use std::borrow::Cow;

use fetch::Method;
use futures_util::future::join;
use sentry_api::{Endpoint, Filling, Reply, Value, Whose};
use serde_json::json;

use crate::text::markdown::code;
use crate::text::shape;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::issue_target::Located;
use crate::vocabulary::tool::Context;

use super::{APP, FIELDS, listed, send, told};

static INSTALLATIONS: Endpoint = Endpoint {
    method: Method::Get,
    path: "organizations/{org}/sentry-app-installations",
    // An app is the organization's.
    whose: Whose::Everyone,
    what: "installed apps",
};

static COMPONENTS: Endpoint = Endpoint {
    path: "organizations/{org}/sentry-app-components",
    what: "parts of apps",
    ..INSTALLATIONS
};

static ACT: Endpoint = Endpoint {
    method: Method::Post,
    path: "sentry-app-installations/{}/external-issue-actions",
    // Of an issue that was seen.
    whose: Whose::Everyone,
    what: "a link",
};

/// Has the app link an issue.
pub(super) async fn link(
    context: &Context<'_>,
    located: &Located,
    app: &str,
    fields: Option<&serde_json::Value>,
) -> Result<Reply, Failure> {
    let place = &located.place;
    let project = located
        .issue
        .as_ref()
        .and_then(|issue| issue.project.as_ref());
    let project = project.and_then(|project| project.id.clone());
    let query = |parameters: &[(&'static str, &str)]| Filling {
        query: parameters
            .iter()
            .map(|(name, value)| (*name, Cow::Owned((*value).to_owned())))
            .collect(),
        ..Filling::default()
    };
    let (plain, of_project) = (
        query(&[]),
        query(&[
            ("filter", "issue-link"),
            ("projectId", project.as_deref().unwrap_or_default()),
        ]),
    );
    let ask = |endpoint, filling| {
        let client = context.client;
        client.call(endpoint, &place.region, &place.organization, filling)
    };
    let (installed, components) =
        join(ask(&INSTALLATIONS, &plain), ask(&COMPONENTS, &of_project)).await;
    let (installed, components) = (installed?, components?);
    let installed = installed.things("", context.sight)?;
    let components = components.things("", context.sight)?;
    let is_of =
        |path: &'static str| move |one: &&Value<'_>| shape::at(**one, path).as_str() == Some(app);
    let installation = installed.iter().find(is_of("app.slug"));
    let link = components
        .iter()
        .filter(is_of("sentryApp.slug"))
        .map(|one| shape::at(*one, "schema.link"))
        .find(|link| !link.is_null());
    let (Some(installation), Some(link)) = (installation, link) else {
        let words = listed(&installed, "app.slug", "status");
        let words = ["is no app that is installed here and links issues:", &words].concat();
        return Err(told(APP, &words));
    };
    check(link, fields)?;
    let uuid = shape::at(*installation, "uuid")
        .as_str()
        .unwrap_or_default();
    let group = located
        .issue
        .as_ref()
        .map_or(located.key.as_str(), |issue| issue.id.as_str());
    let filling = Filling {
        names: vec![Cow::Owned(uuid.to_owned())],
        body: Some(json!({
            "groupId": group,
            "action": "link",
            "uri": shape::at(link, "uri").as_str().unwrap_or_default(),
            "fields": fields.cloned().unwrap_or_else(|| json!({})),
        })),
        ..Filling::default()
    };
    send(context, located, &ACT, &filling).await
}

/// What the app's form needs is there.
fn check(link: Value<'_>, fields: Option<&serde_json::Value>) -> Result<(), Failure> {
    let mut missing = Vec::new();
    for field in shape::at(link, "required_fields").elements().iter() {
        let name = field.get("name").as_str().unwrap_or_default();
        if !name.is_empty() && fields.and_then(|fields| fields.get(name)).is_none() {
            missing.push(code(name, 60));
        }
    }
    match missing.as_slice() {
        [] => Ok(()),
        names => Err(told(
            FIELDS,
            &["lacks what this app needs: ", &names.join(", ")].concat(),
        )),
    }
}
