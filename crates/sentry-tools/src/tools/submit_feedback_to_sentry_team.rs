use fetch::LocalFuture;
use mcp::json::Object;
use sentry_api::ApiError;

use crate::plan;
use crate::vocabulary::changed::Value;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::Parameter;
use crate::vocabulary::skill::Skills;
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::READ;

const TASK: &Parameter = &Parameter::text("task", "Your task at that time.")
    .at_most(200)
    .required();
const KIND: &Parameter = &Parameter::choice(
    "kind",
    "",
    &["missing", "broken", "confusing", "idea"],
    None,
)
.required();
const IMPACT: &Parameter = &Parameter::choice(
    "impact",
    "",
    &["blocked", "worked_around", "friction"],
    None,
)
.required();
const DESCRIPTION: &Parameter = &Parameter::text(
    "description",
    "In your words; no secrets, and nothing of an event.",
)
.at_most(4_096)
.required();
const TOOL_NAME: &Parameter = &Parameter::text("toolName", "Of this server.").at_most(100);

pub(crate) static TOOL: Tool = Tool {
    name: "submit_feedback_to_sentry_team",
    title: "Submit feedback",
    description: "Tells whoever runs this server that a tool of it is missing, broken or confusing. Not for problems of the \
                  program, and not for feedback of its users.",
    skills: Skills::ALL,
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[TASK, KIND, IMPACT, DESCRIPTION, TOOL_NAME],
    output_schema: Some(Schema::Shape(ANSWER)),
    effect: Effect::Creates,
    hidden: Hidden::Never,
    run,
};

const ANSWER: &str = "feedbackId!";

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let id = id(context);
        let sent = context.client.report(envelope(context, &id)).await;
        match context.changes.sent(TOOL.name, &id, sent) {
            Ok(()) => {}
            Err(ApiError::NotFound) => {
                return Err(Failure::Invalid(
                    "Whoever runs this server takes no feedback by this way, so that nothing was sent. Tell the user what is \
                     wrong instead."
                        .to_owned(),
                ));
            }
            Err(error) => return Err(error.into()),
        }
        let kind = Value::new(KIND.name, None, context.arguments.text(KIND));
        context.changes.add(TOOL.name, &id, vec![kind]);
        let mut out = String::new();
        Object::begin(&mut out).text("feedbackId", &id).end();
        plan::structured(out, ANSWER)
    })
}

/// 32 hexadecimal digits of the request and what it says: sent twice by mistake, it is one. FNV-1a (128 bits) keeps apart
/// what nobody chose to bring together.
fn id(context: &Context<'_>) -> String {
    const PRIME: u128 = 0x0100_0000_0000_0000_0000_013b;
    let said = [TASK, DESCRIPTION].map(|parameter| context.arguments.text(parameter));
    let parts = [Some(context.session.request_id.as_str())]
        .into_iter()
        .chain(said);
    let mut hash: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    for byte in parts.flatten().flat_map(str::bytes) {
        hash = (hash ^ u128::from(byte)).wrapping_mul(PRIME);
    }
    let digit = |place: u32| {
        let digit = (hash >> (4 * place)) & 0xf;
        // Invariant: four bits are a digit.
        char::from_digit(digit as u32, 16).unwrap_or('0')
    };
    (0..32).rev().map(digit).collect()
}

/// As Sentry's SDKs send what a person wrote in a feedback form.
fn envelope(context: &Context<'_>, id: &str) -> String {
    let said = |parameter| context.arguments.text(parameter).unwrap_or_default();
    let mut out = String::new();
    Object::begin(&mut out).text("event_id", id).end();
    out.push_str("\n{\"type\":\"feedback\"}\n");
    let mut event = Object::begin(&mut out);
    event
        .text("event_id", id)
        .text("platform", "other")
        .text("level", "info");
    let mut contexts = Object::begin(event.name("contexts"));
    let message = [said(TASK), "\n\n", said(DESCRIPTION)].concat();
    let mut feedback = Object::begin(contexts.name("feedback"));
    feedback
        .text("message", &message)
        .text("source", "mcp")
        .end();
    contexts.end();
    let mut tags = Object::begin(event.name("tags"));
    for parameter in [KIND, IMPACT, TOOL_NAME] {
        tags.maybe(parameter.name, context.arguments.text(parameter));
    }
    tags.end();
    event.end();
    out.push('\n');
    out
}
