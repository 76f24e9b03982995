use fetch::LocalFuture;
use mcp::CallToolResult;
use serde_json::{Map, Value};

use crate::text::markdown::{code, push};
use crate::text::resource_url::{self, Resource};
use crate::vocabulary::arguments::Arguments;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::issue_target::check_organization;
use crate::vocabulary::parameter::{
    EVENT_ID, Format, ISSUE_ID, ISSUE_URL, OPTIONAL_ORGANIZATION, Parameter, TRACE_ID,
};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

use super::{ISSUE_SKILLS, READ, get_issue_details, get_trace_details};

const URL: Parameter = Parameter::format(
    "url",
    "As it was pasted; nothing else is needed.",
    Format::Url,
);
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
struct Call {
    tool: &'static Tool,
    arguments: Map<String, Value>,
}

impl Call {
    fn new(tool: &'static Tool) -> Self {
        Self {
            tool,
            arguments: Map::new(),
        }
    }

    fn with(mut self, parameter: &Parameter, value: &str) -> Self {
        self.arguments
            .insert(parameter.name.to_owned(), value.into());
        self
    }
}

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let call = match context.arguments.text(&URL) {
            Some(url) => of_url(context, url)?,
            None => Ok(of_id(context)?),
        };
        let call = match call {
            Ok(call) => call,
            Err(guidance) => return Ok(CallToolResult::text(guidance)),
        };
        if !context.offers(call.tool) {
            return Err(Failure::Invalid(format!(
                "`{}`, which reads this, needs a skill that was not allowed. Connect again and tick Inspect.",
                call.tool.name
            )));
        }
        let constraint = &context.session.constraint;
        let arguments = Arguments::new(call.tool.parameters, call.arguments, constraint);
        arguments.check()?;
        let target = Context {
            arguments: &arguments,
            ..*context
        };
        (call.tool.run)(&target).await
    })
}

/// What reads the thing that a URL leads to, or guidance for the agent where no tool does.
fn of_url(context: &Context<'_>, url: &str) -> Result<Result<Call, String>, Failure> {
    let invalid = |words: &str| Failure::Invalid(words.to_owned());
    let Some(found) = resource_url::parse(url, context.base()) else {
        return Err(invalid(
            "`url` is not the URL of an issue, event or trace in Sentry, such as \
             https://acme.sentry.io/issues/WEB-1A.",
        ));
    };
    check_organization(context, &found.organization)?;
    let named = context.arguments.text(&OPTIONAL_ORGANIZATION);
    if named.is_some_and(|named| named != found.organization.as_str()) {
        return Err(invalid(
            "`url` and `organizationSlug` name different organizations: send one of them.",
        ));
    }
    let organization = found.organization.as_str();
    Ok(match found.resource {
        Resource::Issue => Ok(Call::new(&get_issue_details::TOOL).with(&ISSUE_URL, url)),
        Resource::Trace { trace, span } => Ok(of_trace(organization, &trace, span.as_deref())),
        Resource::Release(version) => Err(release(&version)),
        Resource::Other(what) => return Err(unreadable(what)),
    })
}

/// What reads the thing of that kind and id.
fn of_id(context: &Context<'_>) -> Result<Call, Failure> {
    let arguments = context.arguments;
    let (Some(kind), Some(id), Some(organization)) = (
        arguments.text(&TYPE),
        arguments.text(&ID),
        arguments.text(&OPTIONAL_ORGANIZATION),
    ) else {
        return Err(Failure::Invalid(
            "Name the resource: `url`, or `resourceType`, `resourceId` and `organizationSlug`."
                .to_owned(),
        ));
    };
    let details = || Call::new(&get_issue_details::TOOL).with(&OPTIONAL_ORGANIZATION, organization);
    match kind {
        "issue" => Ok(details().with(&ISSUE_ID, id)),
        "event" => Ok(details().with(&EVENT_ID, id)),
        "trace" => Ok(match id.split_once(':') {
            Some((trace, span)) => of_trace(organization, trace, Some(span)),
            None => of_trace(organization, id, None),
        }),
        "ai_conversation" => Err(unreadable("AI conversation")),
        other => Err(unreadable(other)),
    }
}

fn of_trace(organization: &str, trace: &str, span: Option<&str>) -> Call {
    let call = Call::new(&get_trace_details::TOOL)
        .with(&OPTIONAL_ORGANIZATION, organization)
        .with(&TRACE_ID, trace);
    match span {
        Some(span) => call.with(&get_trace_details::SPAN, span),
        None => call,
    }
}

fn release(version: &str) -> String {
    let query = |name: &str| code(&[name, ":\"", version, "\""].concat(), 220);
    let mut words = "That is the release ".to_owned();
    push(
        &mut words,
        &[
            &code(version, 200),
            ". Its new issues: search_issues with query ",
            &query("firstRelease"),
            "; its events: search_events with query ",
            &query("release"),
            ".",
        ],
    );
    words
}

fn unreadable(what: &str) -> Failure {
    let mut words = "This server cannot read a ".to_owned();
    push(
        &mut words,
        &[
            what,
            " yet. search_events finds replays and profiles (dataset `replays`, `profiles`); search_issues finds the \
             issues that belong to it.",
        ],
    );
    Failure::Invalid(words)
}
