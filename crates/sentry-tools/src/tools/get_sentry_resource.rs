use fetch::LocalFuture;
use mcp::CallToolResult;
use serde_json::{Map, Value};

use crate::arguments::{Arguments, required, wrong};
use crate::failure::Failure;
use crate::issue_target::check_organization;
use crate::markdown::code;
use crate::parameter::{OPTIONAL_ORGANIZATION, Parameter};
use crate::resource_url::{self, Resource};
use crate::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

use super::{ISSUE_SKILLS, READ, get_issue_details, get_trace_details};

const URL: Parameter = Parameter::url("url", "As it was pasted; nothing else is needed.");
const TYPE: Parameter = Parameter::choice(
    "resourceType",
    "Without url.",
    &[
        "issue",
        "event",
        "trace",
        "ai_conversation",
        "replay",
        "monitor",
        "snapshot",
    ],
    None,
);
const ID: Parameter = Parameter::text(
    "resourceId",
    "Without url: an issue's short id or number, an event's or trace's id, or traceId:spanId.",
);

pub(crate) static TOOL: Tool = Tool {
    name: "get_sentry_resource",
    title: "Get Sentry resource",
    description: "Start here with a Sentry URL, or with an issue, event or trace id: what is needed to fix an issue \
                  (message, culprit frame with source, stack trace, tags), or a trace's spans and errors.",
    skills: ISSUE_SKILLS,
    scopes: READ,
    surface: Surface::Direct,
    parameters: &[URL, TYPE, ID, OPTIONAL_ORGANIZATION],
    output_schema: None,
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

/// A tool, and what it is called with.
type Call = (&'static Tool, Vec<(&'static str, Value)>);

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let url = context.arguments.text(&URL)?;
        let call = match &url {
            Some(url) => of_url(context, url)?,
            None => of_id(context)?,
        };
        let (tool, sent) = match call {
            Ok(call) => call,
            Err(words) => return Ok(CallToolResult::text(words)),
        };
        if !context.offers(tool) {
            return Err(Failure::Invalid(format!(
                "`{}`, which reads this, needs a skill that was not allowed. Connect again and tick Inspect.",
                tool.name
            )));
        }
        let sent: Map<String, Value> = sent
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        let arguments = Arguments::new(tool.parameters, sent, &context.session.constraint);
        let target = Context {
            arguments: &arguments,
            ..*context
        };
        (tool.run)(&target).await
    })
}

/// What reads the thing that a URL leads to, or words about it.
fn of_url(context: &Context<'_>, url: &str) -> Result<Result<Call, String>, Failure> {
    let named = context.arguments.slug(&OPTIONAL_ORGANIZATION)?;
    let Some(found) = resource_url::parse(url, context.base()) else {
        return Err(Failure::Invalid(
            "`url` is not the URL of an issue, event or trace in Sentry, such as \
             https://acme.sentry.io/issues/WEB-1A."
                .to_owned(),
        ));
    };
    check_organization(context, &found.organization)?;
    if named.is_some_and(|named| named != found.organization) {
        return Err(Failure::Invalid(
            "`url` and `organizationSlug` name different organizations: send one of them."
                .to_owned(),
        ));
    }
    let organization = Value::from(found.organization.as_str());
    Ok(match found.resource {
        Resource::Issue => Ok((&get_issue_details::TOOL, vec![("issueUrl", url.into())])),
        Resource::Trace { trace, span } => Ok(of_trace(organization, trace.into(), span)),
        Resource::Release(version) => Err(release(&version)),
        Resource::Other(what) => return Err(unreadable(what)),
    })
}

/// What reads the thing of that kind and id.
fn of_id(context: &Context<'_>) -> Result<Result<Call, String>, Failure> {
    let arguments = context.arguments;
    let Some(kind) = arguments.choice(&TYPE)? else {
        return Err(Failure::Invalid(
            "Name the resource: `url`, or `resourceType`, `resourceId` and `organizationSlug`."
                .to_owned(),
        ));
    };
    let id = required(&ID, arguments.text(&ID)?)?;
    let organization = required(
        &OPTIONAL_ORGANIZATION,
        arguments.slug(&OPTIONAL_ORGANIZATION)?,
    )?;
    let organization = Value::from(organization.as_str());
    Ok(Ok(match kind {
        "issue" | "event" => {
            let name = if kind == "issue" {
                "issueId"
            } else {
                "eventId"
            };
            let parsed = match kind {
                "issue" => sentry_api::IssueId::parse(&id).err(),
                _ => sentry_api::EventId::parse(&id).err(),
            };
            if let Some(error) = parsed {
                return Err(wrong(&ID, &error.to_string()));
            }
            let sent = vec![("organizationSlug", organization), (name, id.into())];
            (&get_issue_details::TOOL, sent)
        }
        "trace" => {
            let (trace, span) = match id.split_once(':') {
                Some((trace, span)) => (trace.to_owned(), Some(span.to_owned())),
                None => (id, None),
            };
            sentry_api::EventId::parse(&trace).map_err(|error| wrong(&ID, &error.to_string()))?;
            of_trace(organization, trace.into(), span)
        }
        "ai_conversation" => return Err(unreadable("AI conversation")),
        other => return Err(unreadable(other)),
    }))
}

fn of_trace(organization: Value, trace: Value, span: Option<String>) -> Call {
    let mut sent = vec![("organizationSlug", organization), ("traceId", trace)];
    sent.extend(span.map(|span| ("spanId", span.into())));
    (&get_trace_details::TOOL, sent)
}

fn release(version: &str) -> String {
    format!(
        "That is the release {0}. Its new issues: search_issues with query {1}; its events: search_events with query {2}.",
        code(version, 200),
        code(&format!("firstRelease:\"{version}\""), 220),
        code(&format!("release:\"{version}\""), 220)
    )
}

fn unreadable(what: &str) -> Failure {
    Failure::Invalid(format!(
        "This server cannot read a {what} yet. search_events finds replays and profiles (dataset `replays`, `profiles`); \
         search_issues finds the issues that belong to it."
    ))
}
