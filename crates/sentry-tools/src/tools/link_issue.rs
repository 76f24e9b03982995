use std::borrow::Cow;

use fetch::{LocalFuture, Method};
use mcp::json::Object;
use sentry_api::{Endpoint, Filling, Reply, Value, Whose};
use serde_json::json;

use crate::plan;
use crate::text::markdown::{code, push};
use crate::text::shape;
use crate::text::whose::OF_MEMBERS;
use crate::vocabulary::arguments::required;
use crate::vocabulary::changed;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::issue_target::Located;
use crate::vocabulary::parameter::{
    Format, ISSUE_ID, ISSUE_URL, Kind, OPTIONAL_ORGANIZATION, Parameter, REGION,
};
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::WRITE_EVENTS;

mod app;
pub(super) mod held;
mod key;

use held::{Found, Held};

pub(super) const EXTERNAL: &Parameter = &Parameter::format(
    "externalIssueUrl",
    "Of the issue in the tracker, such as https://github.com/acme/web/issues/12.",
    Format::Url,
)
.required()
.near(&["externalurl", "externalissue", "trackerurl"]);
pub(super) const INTEGRATION: &Parameter = &Parameter::format(
    "integrationId",
    "Where several integrations could be meant.",
    Format::Digits,
)
.near(&["integration"]);
pub(super) const APP: &Parameter = &Parameter::format(
    "appSlug",
    "Of an installed app, where the tracker is none of Sentry's integrations.",
    Format::Slug,
)
.near(&["app", "sentryapp"]);
const FIELDS: &Parameter = &Parameter::new(
    "fields",
    "What an app's form needs; the answer names what is missing.",
    Kind::Object,
);

pub(crate) static TOOL: Tool = Tool {
    name: "link_issue",
    title: "Link issue",
    description: "Links a Sentry issue to one that exists in a tracker (GitHub, GitLab, Jira, Azure DevOps, Linear, …), so that each \
                  shows the other. Makes none, and does nothing if they are linked already.",
    skills: Skills::of(&[Skill::Triage]),
    scopes: WRITE_EVENTS,
    surface: Surface::Catalog,
    parameters: &[
        ISSUE_URL,
        OPTIONAL_ORGANIZATION,
        ISSUE_ID,
        EXTERNAL,
        INTEGRATION,
        APP,
        FIELDS,
        REGION,
    ],
    output_schema: Some(Schema::Shape(ANSWER)),
    // The table's hints: it destroys nothing, and again it does nothing.
    effect: Effect::Adds,
    hidden: Hidden::Never,
    run,
};

pub(super) const ANSWER: &str = "organizationSlug! issueId! issueUrl! externalIssue{id displayName~ url~ integrationId appSlug~} \
                                 status!";

static LINK: Endpoint = Endpoint {
    method: Method::Put,
    path: "organizations/{org}/issues/{}/integrations/{}",
    // Below an issue that was seen.
    whose: Whose::Everyone,
    what: "a link",
};

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let arguments = context.arguments;
        let url = required(EXTERNAL, arguments.text(EXTERNAL))?;
        key::check(url)?;
        let located = Located::find_and_read(context).await?;
        let held = Held::read(context, &located).await?;
        let known = held.links(context)?;
        if let Some(found) = known.into_iter().find(|found| found.is_at(url)) {
            return answer(context, &located, Some(&found), "alreadyLinked");
        }
        let app = arguments.text(APP).map(str::to_owned);
        let chosen = match &app {
            Some(_) => None,
            None => held.integration(context, url)?,
        };
        let on = located.full_name();
        let made = match (&chosen, app.or_else(|| key::app(url).map(str::to_owned))) {
            (Some((id, provider)), _) => {
                let mut filling = below(&located, &[id]);
                filling.body = Some(key::body(provider, url, arguments.value(FIELDS))?);
                send(context, &located, &LINK, &filling).await?
            }
            (None, Some(app)) => {
                let fields = arguments.value(FIELDS);
                app::link(context, &located, &app, fields).await?
            }
            (None, None) => {
                let words =
                    held.choices(context, "is below none of the integrations. There are")?;
                return Err(told(EXTERNAL, &words));
            }
        };
        let value = changed::Value::new(EXTERNAL.name, None, None);
        context.changes.add(TOOL.name, &on, vec![value]);
        let thing = made.thing(context.sight).unwrap_or_default();
        let found = Found::made(thing, url, chosen.map(|(id, _)| id));
        answer(context, &located, Some(&found), "linked")
    })
}

/// Below an issue, and what else the path names.
pub(super) fn below<'a>(located: &Located, names: &[&str]) -> Filling<'a> {
    let issue = located.key.as_str();
    let names = [issue].into_iter().chain(names.iter().copied());
    Filling {
        names: names.map(|name| Cow::Owned(name.to_owned())).collect(),
        ..Filling::default()
    }
}

/// Sends a change.
pub(super) async fn send(
    context: &Context<'_>,
    located: &Located,
    endpoint: &'static Endpoint,
    filling: &Filling<'_>,
) -> Result<Reply, Failure> {
    let place = &located.place;
    let client = context.client;
    let sent = client.call(endpoint, &place.region, &place.organization, filling);
    let tool = if endpoint.method == Method::Delete {
        super::unlink_issue::TOOL.name
    } else {
        TOOL.name
    };
    let sent = context.changes.sent(tool, &located.full_name(), sent.await);
    sent.map_err(|error| match error {
        // It may name what is not this session's.
        sentry_api::ApiError::Refused(_) if context.session.constraint.organization().is_some() => {
            sentry_api::ApiError::Rejected(400).into()
        }
        error => error.into(),
    })
}

pub(super) fn answer(
    context: &Context<'_>,
    located: &Located,
    found: Option<&Found>,
    status: &str,
) -> Answer {
    let mut out = String::new();
    let mut object = Object::begin(&mut out);
    object
        .text("organizationSlug", located.place.organization.as_str())
        .text("issueId", located.name())
        .text("issueUrl", &located.link(context));
    if let Some(found) = found {
        found.write(object.name("externalIssue"));
    }
    object.text("status", status).end();
    plan::structured(out, ANSWER)
}

/// As [`wrong`], with words of others in code spans.
fn told(parameter: &Parameter, rule: &str) -> Failure {
    let mut words = OF_MEMBERS.to_owned();
    push(&mut words, &["\n\n`", parameter.name, "` ", rule, "."]);
    Failure::Invalid(words)
}

/// What several things are called, for a refusal: `1` `Name`, `2` `Other`.
fn listed(things: &[Value<'_>], id: &str, name: &str) -> String {
    let mut words = String::new();
    for thing in things.iter().take(20) {
        let text = |path: &str| {
            shape::at(*thing, path)
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        let before = if words.is_empty() { " " } else { ", " };
        push(
            &mut words,
            &[before, &code(&text(id), 60), " ", &code(&text(name), 100)],
        );
    }
    words
}

/// The fields of a caller with what is ours.
fn with_fields(fields: Option<&serde_json::Value>, ours: &[(&str, &str)]) -> serde_json::Value {
    let mut body = fields.cloned().unwrap_or_else(|| json!({}));
    if let Some(members) = body.as_object_mut() {
        for (name, value) in ours {
            members.insert((*name).to_owned(), json!(value));
        }
    }
    body
}
