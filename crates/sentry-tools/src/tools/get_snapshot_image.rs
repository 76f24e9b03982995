use fetch::{LocalFuture, Method};
use mcp::Content;
use sentry_api::{ApiError, Endpoint, Filling, Value, Whose};

use crate::plan::made::Made;
use crate::plan::{self, Plan, READS, Replies, Step, Without};
use crate::text::budget::Budget;
use crate::text::markdown::{Facts, number};
use crate::text::picture;
use crate::text::whose::WHOSE;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{ORGANIZATION, Parameter, REGION};
use crate::vocabulary::place::Place;
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

use super::READ;
use super::get_snapshot::{READ_SNAPSHOT, SNAPSHOT};

const IMAGE: &Parameter = &Parameter::text(
    "imageIdentifier",
    "The image's name as get_snapshot gives it.",
)
.required()
.near(&["image", "imagefilename", "name"]);
const RESOLUTION: &Parameter = &Parameter::choice(
    "imageResolution",
    "full: larger images, and the one before as well.",
    &["preview", "full"],
    Some("preview"),
)
.near(&["resolution"]);

/// Of an image, in bytes.
const MOST_PREVIEW: usize = 512 << 10;
const MOST_FULL: usize = 1 << 20;

pub(crate) static TOOL: Tool = Tool {
    name: "get_snapshot_image",
    title: "Get an image of a snapshot",
    description: "Shows one image of a visual snapshot, what differs from its base, and with imageResolution full the \
                  image before.",
    skills: Skills::of(&[Skill::Inspect]),
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[ORGANIZATION, SNAPSHOT, IMAGE, RESOLUTION, REGION],
    output_schema: None,
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

/// Of a snapshot that a session of one project reads beside it.
static IMAGES: Endpoint = Endpoint {
    method: Method::Get,
    path: "organizations/{org}/preprodartifacts/snapshots/{}/images/{}",
    whose: Whose::Everyone,
    what: "an image of a snapshot",
};
/// Wherever the answer says, at this Sentry.
static FILES: Endpoint = Endpoint {
    method: Method::Get,
    path: "",
    whose: Whose::Everyone,
    what: "an image",
};

const FILE: Step = Step {
    endpoint: &FILES,
    without: Without::GoesOn,
    ..READS
};

const PLAN: Plan = Plan {
    stages: &[
        &[
            Step {
                label: "image",
                endpoint: &IMAGES,
                names: &[SNAPSHOT, IMAGE],
                ..READS
            },
            Step {
                fill: Some(|context, _, _| Ok(context.sight.is_of_project())),
                ..READ_SNAPSHOT
            },
        ],
        &[
            Step {
                label: "head",
                fill: Some(|context, replies, filling| Ok(file(context, replies, filling, 0))),
                ..FILE
            },
            Step {
                label: "diff",
                fill: Some(|context, replies, filling| Ok(file(context, replies, filling, 1))),
                ..FILE
            },
            Step {
                label: "base",
                fill: Some(|context, replies, filling| Ok(file(context, replies, filling, 2))),
                ..FILE
            },
        ],
    ],
    answer: "",
    finish: Some(finish),
};

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}

fn is_full(context: &Context<'_>) -> bool {
    context.arguments.text(RESOLUTION) == Some("full")
}

/// The address of the image, of what differs, and of the image before.
fn addresses(image: Value<'_>) -> [&str; 3] {
    [
        image.get("head_image").get("image_url"),
        image.get("diff_image_url"),
        image.get("base_image").get("image_url"),
    ]
    .map(|address| address.as_str().unwrap_or_default())
}

/// Asks for one of the files. The image before is shown where it is the only one, or on demand.
fn file(context: &Context<'_>, replies: &Replies, filling: &mut Filling<'_>, which: usize) -> bool {
    let addresses = addresses(replies.thing(context, "image"));
    let [head, ..] = addresses;
    let is_wanted = which < 2 || is_full(context) || head.is_empty();
    let address = addresses.get(which).copied().unwrap_or_default();
    filling.file = Some(address.to_owned());
    is_wanted && !address.is_empty()
}

fn finish(
    context: &Context<'_>,
    _: &Place,
    replies: &Replies,
    made: &mut Made,
) -> Result<(), Failure> {
    let image = replies.thing(context, "image");
    if !image.is_object() {
        return Err(ApiError::Malformed("an image of a snapshot").into());
    }
    let text = |name: &str| image.get(name).as_str().unwrap_or_default();
    let mut page = Budget::new(4_000);
    page.text("title", 0, ["# Image of a snapshot\n\n", WHOSE].concat());
    let mut facts = Facts::new();
    facts.said("Name", text("image_file_name"));
    facts.said("Outcome", text("comparison_status"));
    facts.said("Before", text("previous_image_file_name"));
    if let Value::Number(diff) = image.get("diff_percentage") {
        facts.add("Difference", &diff.to_string());
    }
    for (name, side) in [("Image", "head_image"), ("Image before", "base_image")] {
        let side = image.get(side);
        let (width, height) = (side.get("width").as_u64(), side.get("height").as_u64());
        if let (Some(width), Some(height)) = (width, height) {
            let size = [&number(width), " × ", &number(height), " pixels"].concat();
            facts.add(name, &size);
        }
    }
    page.text("facts", 1, facts.below("## Facts"));
    let most = if is_full(context) {
        MOST_FULL
    } else {
        MOST_PREVIEW
    };
    let labels = [
        ("head", "The image"),
        ("diff", "What differs"),
        ("base", "The image before"),
    ];
    for ((label, name), address) in labels.into_iter().zip(addresses(image)) {
        let words = match replies.get(label).and_then(|reply| reply.file()) {
            Some(bytes) => add_image(made, bytes, most, name),
            None if address.is_empty() || (label == "base" && !is_full(context)) => continue,
            None => [
                name,
                " could not be read, or is too large: open the snapshot in Sentry.",
            ]
            .concat(),
        };
        page.text("images", 2, words);
    }
    made.markdown = Some(page.finish());
    Ok(())
}

/// Puts an image behind the answer, if it is one and not too large, and says so.
pub(super) fn add_image(made: &mut Made, bytes: &[u8], most: usize, name: &str) -> String {
    let size = number(bytes.len() as u64);
    let Some(media_type) = picture::media_type(bytes) else {
        return [
            name,
            " is of no kind that is shown: PNG, JPEG, GIF or WebP.",
        ]
        .concat();
    };
    if bytes.len() > most {
        let most = number(most as u64);
        return [
            name,
            " has ",
            &size,
            " bytes, and at most ",
            &most,
            " are shown.",
        ]
        .concat();
    }
    made.contents.push(Content::Image {
        data: picture::base64(bytes),
        mime_type: media_type.to_owned(),
    });
    [name, " follows: ", media_type, ", ", &size, " bytes."].concat()
}
