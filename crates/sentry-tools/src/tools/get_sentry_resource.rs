use fetch::LocalFuture;
use sentry_api::{EventRef, IssueId, SlugOrId};
use serde_json::{Map, Value};

use crate::text::markdown::push;
use crate::text::url::{Page, bare};
use crate::vocabulary::advice::{self, Named, Others};
use crate::vocabulary::arguments::Arguments;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{
    EVENT_ID, Format, ISSUE_ID, OPTIONAL_ORGANIZATION, PROJECT_NAMES, Parameter, TRACE_ID,
};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

use super::get_agent_conversation_details as conversations;
use super::{ISSUE_SKILLS, READ, cron, get_issue_details, get_monitor_details, get_trace_details};

const URL: &Parameter = &Parameter::format(
    "url",
    "As it was pasted; nothing else is needed.",
    Format::Url,
)
.near(&[
    "issueurl",
    "resourceurl",
    "link",
    "permalink",
    "sentryurl",
    "uri",
]);
const TYPE: &Parameter = &Parameter::choice(
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
        "dashboard",
    ],
    None,
)
.near(&["type", "kind"]);
const ID: &Parameter = &Parameter::text(
    "resourceId",
    "Without url: an issue's short id or number, an event's or trace's id, or traceId:spanId.",
)
.near(&["id", "issueid", "shortid", "issue"]);

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
        let call = match context.arguments.text(URL) {
            Some(url) => of_url(context, url)?,
            None => of_id(context)?,
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

/// What reads the thing that a URL leads to.
fn of_url(context: &Context<'_>, url: &str) -> Result<Call, Failure> {
    let Named { organization, page } = advice::address(context, URL, url, Others::Read)?;
    let organization = organization.as_str();
    let details = || Call::new(&get_issue_details::TOOL).with(OPTIONAL_ORGANIZATION, organization);
    Ok(match page {
        Page::Issue { issue, event } => {
            let call = details().with(ISSUE_ID, issue.as_str());
            match &event {
                Some(event) => call.with(EVENT_ID, EventRef::from(event).as_str()),
                None => call,
            }
        }
        Page::Event(event) => details().with(EVENT_ID, event.as_str()),
        Page::Trace { trace, span } => of_trace(organization, trace.as_str(), span.as_deref()),
        Page::Other(advice) => {
            // Invariant: an address that no tool reads is refused before.
            let (tool, named) = advice::reader(context, &advice).ok_or_else(unnamed)?;
            let mut call = Call::new(tool).with(OPTIONAL_ORGANIZATION, organization);
            for (name, value) in &named.arguments {
                if PROJECT_NAMES.contains(name) {
                    is_seen(context, value)?;
                }
                call.arguments
                    .insert((*name).to_owned(), value.as_str().into());
            }
            call
        }
    })
}

/// A page of another project than the session's is none of its.
fn is_seen(context: &Context<'_>, project: &str) -> Result<(), Failure> {
    let named = SlugOrId::parse(project).ok();
    match named.and_then(|named| context.sight.project(named)) {
        Some(_) => Ok(()),
        None => Err(Failure::outside("project")),
    }
}

/// A call of that tool.
fn of(context: &Context<'_>, tool: &str) -> Result<Call, Failure> {
    let mut catalogue = context.catalogue.iter().copied();
    let tool = catalogue.find(|own| own.name == tool);
    tool.map(Call::new).ok_or_else(unnamed)
}

/// Kinds of things that have a tool of their own, and what that calls their id.
const KINDS: &[(&str, &str, &str)] = &[
    ("replay", "get_replay_details", "replayId"),
    ("snapshot", "get_snapshot", "snapshotId"),
    ("dashboard", "get_dashboard_details", "dashboardIdOrTitle"),
];

fn unnamed() -> Failure {
    Failure::Invalid(
        "Name the resource: `url`, or `resourceType`, `resourceId` and `organizationSlug`."
            .to_owned(),
    )
}

/// What reads the thing of that kind and id.
fn of_id(context: &Context<'_>) -> Result<Call, Failure> {
    let arguments = context.arguments;
    let Some(id) = arguments.text(ID) else {
        return Err(unnamed());
    };
    if id.contains("://") {
        return of_url(context, id);
    }
    let is_issue = || IssueId::parse(bare(id)).is_ok().then_some("issue");
    let (Some(kind), Some(organization)) = (
        arguments.text(TYPE).or_else(is_issue),
        arguments.text(OPTIONAL_ORGANIZATION),
    ) else {
        return Err(unnamed());
    };
    let details = || Call::new(&get_issue_details::TOOL).with(OPTIONAL_ORGANIZATION, organization);
    if let Some((_, tool, name)) = KINDS.iter().find(|(own, ..)| *own == kind) {
        let mut call = of(context, tool)?.with(OPTIONAL_ORGANIZATION, organization);
        call.arguments.insert((*name).to_owned(), id.into());
        return Ok(call);
    }
    match kind {
        "issue" => Ok(details().with(ISSUE_ID, id)),
        "event" => Ok(details().with(EVENT_ID, id)),
        "trace" => Ok(match id.split_once(':') {
            Some((trace, span)) => of_trace(organization, trace, Some(span)),
            None => of_trace(organization, id, None),
        }),
        "ai_conversation" => Ok(Call::new(&conversations::TOOL)
            .with(OPTIONAL_ORGANIZATION, organization)
            .with(conversations::CONVERSATION, id)),
        "monitor" => Ok(Call::new(&get_monitor_details::TOOL)
            .with(OPTIONAL_ORGANIZATION, organization)
            .with(cron::SLUG, id)),
        other => Err(unreadable(other)),
    }
}

fn of_trace(organization: &str, trace: &str, span: Option<&str>) -> Call {
    let call = Call::new(&get_trace_details::TOOL)
        .with(OPTIONAL_ORGANIZATION, organization)
        .with(TRACE_ID, trace);
    match span {
        Some(span) => call.with(get_trace_details::SPAN, span),
        None => call,
    }
}

fn unreadable(what: &str) -> Failure {
    let mut words = "This server cannot read a ".to_owned();
    push(
        &mut words,
        &[
            what,
            " yet. search_replays and search_profiles find replays and profiles; search_issues finds the issues that \
             belong to it.",
        ],
    );
    Failure::Invalid(words)
}
