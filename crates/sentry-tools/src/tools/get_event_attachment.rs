use std::borrow::Cow;

use fetch::{LocalFuture, Method};
use mcp::{Content, ResourceBody, ResourceContents};
use sentry_api::{Endpoint, Value, Whose};

use crate::plan::made::Made;
use crate::plan::{self, Narrow, Plan, READS, Replies, Step, Without};
use crate::text::budget::{Budget, Section};
use crate::text::markdown::{Facts, block_ends, code, identifier, number, push};
use crate::text::picture;
use crate::text::whose::{FROM_THE_EVENT, WHOSE};
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{Format, ORGANIZATION, PROJECT, Parameter, REGION};
use crate::vocabulary::place::Place;
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

use super::READ;

const REQUIRED_PROJECT: &Parameter = &PROJECT.required();
const EVENT: &Parameter = &Parameter::format("eventId", "32 hex digits.", Format::HexId)
    .required()
    .near(&["event"]);
const ATTACHMENT: &Parameter = &Parameter::text(
    "attachmentId",
    "Without it, the event's attachments are listed.",
)
.nullable()
.near(&["attachment", "id"]);

/// Of a text, in characters.
const MOST_TEXT: usize = 8_000;
/// Of an image or another file, in bytes: it travels as base64, and a model has to read it.
const MOST_IMAGE: usize = 2 << 20;
const MOST_OTHER: usize = 256 << 10;

pub(crate) static TOOL: Tool = Tool {
    name: "get_event_attachment",
    title: "Get an event's attachment",
    description: "Files that were sent with an event, such as screenshots, logs and view hierarchies: the list, or one of \
                  them, a text as text and an image as an image.",
    skills: Skills::of(&[Skill::Inspect]),
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[ORGANIZATION, REQUIRED_PROJECT, EVENT, ATTACHMENT, REGION],
    output_schema: None,
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

static LIST: Endpoint = Endpoint {
    method: Method::Get,
    path: "projects/{org}/{project}/events/{}/attachments",
    whose: Whose::Project,
    what: "attachments",
};
static ONE: Endpoint = Endpoint {
    method: Method::Get,
    path: "projects/{org}/{project}/events/{}/attachments/{}",
    whose: Whose::Project,
    what: "an attachment",
};

const PLAN: Plan = Plan {
    stages: &[
        &[Step {
            label: "list",
            endpoint: &LIST,
            project: Narrow::Path(REQUIRED_PROJECT),
            names: &[EVENT],
            ..READS
        }],
        &[Step {
            label: "file",
            endpoint: &ONE,
            project: Narrow::Path(REQUIRED_PROJECT),
            names: &[EVENT],
            always: &[("download", "1")],
            fill: Some(|context, replies, filling| {
                let Some(file) = wanted(context, replies)? else {
                    return Ok(false);
                };
                filling.names.push(Cow::Owned(text(file, "id").to_owned()));
                filling.file = Some(String::new());
                Ok(size(file) <= MOST_IMAGE as u64)
            }),
            without: Without::GoesOn,
            ..READS
        }],
    ],
    answer: "",
    finish: Some(finish),
};

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}

fn size(file: Value<'_>) -> u64 {
    file.get("size").as_u64().unwrap_or_default()
}

fn text<'a>(file: Value<'a>, name: &str) -> &'a str {
    file.get(name).as_str().unwrap_or_default()
}

/// The attachment that is asked for, if one is.
fn wanted<'a>(context: &Context<'_>, replies: &'a Replies) -> Result<Option<Value<'a>>, Failure> {
    let Some(id) = context.arguments.text(ATTACHMENT) else {
        return Ok(None);
    };
    let mut files = files(context, replies)?.into_iter();
    let file = files.find(|file| text(*file, "id") == id);
    file.map(Some).ok_or_else(|| {
        let words = "This event has no such attachment: leave `attachmentId` out for the list.";
        Failure::Invalid(words.to_owned())
    })
}

fn files<'a>(context: &Context<'_>, replies: &'a Replies) -> Result<Vec<Value<'a>>, Failure> {
    match replies.get("list") {
        Some(reply) => Ok(reply.things("", context.sight)?),
        None => Ok(Vec::new()),
    }
}

fn finish(
    context: &Context<'_>,
    place: &Place,
    replies: &Replies,
    made: &mut Made,
) -> Result<(), Failure> {
    let event = context.arguments.text(EVENT).unwrap_or_default();
    let Some(file) = wanted(context, replies)? else {
        made.markdown = Some(list(event, &files(context, replies)?));
        return Ok(());
    };
    let title = [
        "# Attachment ",
        &identifier(text(file, "id")),
        "\n\n",
        WHOSE,
    ]
    .concat();
    let mut page = Budget::new(12_000);
    page.text("title", 0, title);
    let mut facts = Facts::new();
    facts.said("Name", text(file, "name"));
    facts.add("Event", &identifier(event));
    facts.add("Bytes", &number(size(file)));
    facts.said("Said to be", text(file, "mimetype"));
    page.text("facts", 1, facts.below("## Facts"));
    let uri = place.link(
        context,
        &["/events/", event, "/attachments/", text(file, "id"), "/"].concat(),
    );
    let shown = match replies.get("file").and_then(|reply| reply.file()) {
        Some(bytes) => show(bytes, &uri, made),
        None if size(file) > MOST_IMAGE as u64 => {
            "It is too large to be shown here: download it in Sentry.".to_owned()
        }
        None => "Its content could not be read, or is too large: download it in Sentry.".to_owned(),
    };
    page.text("content", 2, shown);
    made.markdown = Some(page.finish());
    Ok(())
}

/// Adds a file as what its bytes are, and says so.
fn show(bytes: &[u8], uri: &str, made: &mut Made) -> String {
    if picture::media_type(bytes).is_some() {
        return super::get_snapshot_image::add_image(made, bytes, MOST_IMAGE, "The file");
    }
    if let Some(text) = picture::as_text(bytes) {
        return [FROM_THE_EVENT, "\n", &block_ends(text, MOST_TEXT)].concat();
    }
    if bytes.len() > MOST_OTHER {
        return "It is neither a text nor an image, and too large for more: download it in Sentry."
            .to_owned();
    }
    made.contents.push(Content::Resource(ResourceContents {
        uri: uri.to_owned(),
        mime_type: "application/octet-stream".to_owned(),
        body: ResourceBody::Blob(picture::base64(bytes)),
    }));
    "It is neither a text nor an image, and embedded as bytes.".to_owned()
}

fn list(event: &str, files: &[Value<'_>]) -> String {
    let mut page = Budget::new(8_000);
    let title = ["# Attachments of event ", &identifier(event), "\n\n", WHOSE].concat();
    page.text("title", 0, title);
    let mut section = Section::lines("attachments", 1, "").nouns(&[("attachment", "attachments")]);
    for file in files {
        let mut row = "- attachmentId ".to_owned();
        push(
            &mut row,
            &[
                &identifier(text(*file, "id")),
                ": ",
                &code(text(*file, "name"), 120),
                " ",
                &code(text(*file, "mimetype"), 60),
                ", ",
                &number(size(*file)),
                " bytes",
            ],
        );
        section.row(row);
    }
    if section.is_empty() {
        section.row("It has none.");
    }
    page.push(section);
    page.finish()
}
