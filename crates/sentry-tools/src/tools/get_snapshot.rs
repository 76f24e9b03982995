use fetch::{LocalFuture, Method};
use sentry_api::{ApiError, Endpoint, Value, Whose};

use crate::plan::made::Made;
use crate::plan::{self, Plan, READS, Replies, Step};
use crate::text::budget::{Budget, Section};
use crate::text::markdown::{Facts, code, identifier, number, push};
use crate::text::shape::{self, Kind};
use crate::text::whose::WHOSE;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{Format, ORGANIZATION, Parameter, REGION};
use crate::vocabulary::place::Place;
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::READ;

pub(super) const SNAPSHOT: &Parameter = &Parameter::format("snapshotId", "", Format::Slug)
    .required()
    .near(&["snapshot", "id", "artifactid"]);
const UNMODIFIED: &Parameter = &Parameter::flag(
    "showUnmodified",
    "List unchanged and skipped images too.",
    false,
);

/// Images of each outcome.
const SHOWN: usize = 50;

pub(crate) static TOOL: Tool = Tool {
    name: "get_snapshot",
    title: "Get a snapshot",
    description: "A build's visual snapshot compared with its base: which images changed, were added, removed, renamed or \
                  failed. See one of them with get_snapshot_image.",
    skills: Skills::of(&[Skill::Inspect]),
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[ORGANIZATION, SNAPSHOT, UNMODIFIED, REGION],
    output_schema: Some(Schema::Shape(PLAN.answer)),
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

static SNAPSHOTS: Endpoint = Endpoint {
    method: Method::Get,
    path: "organizations/{org}/preprodartifacts/snapshots/{}",
    whose: Whose::Project,
    what: "a snapshot",
};

/// Reads the snapshot.
pub(super) const READ_SNAPSHOT: Step = Step {
    label: "snapshot",
    endpoint: &SNAPSHOTS,
    names: &[SNAPSHOT],
    always: &[("compact_metadata", "true")],
    ..READS
};

const PLAN: Plan = Plan {
    stages: &[&[READ_SNAPSHOT]],
    answer: "organizationSlug!=@organizationSlug snapshotId!=@snapshotId url!=@url \
             comparisonType~=snapshot.comparison_type state~=snapshot.state comparisonState~=snapshot.comparison_state \
             error~=snapshot.comparison_error_message projectId=snapshot.project_id appId~=snapshot.app_id \
             counts*=@counts \
             vcs=snapshot.vcs_info{headSha~=head_sha baseSha~=base_sha headRef~=head_ref baseRef~=base_ref repository~=head_repo_name pullRequest#=pr_number} approval~=snapshot.approval_status \
             changed=@changed[image~=head_image.image_file_name group~=head_image.group diff# before~=base_image.image_file_name] \
             added=@added[image~=image_file_name group~] removed=@removed[image~=image_file_name group~] \
             renamed=@renamed[image~=head_image.image_file_name group~=head_image.group diff# before~=base_image.image_file_name] \
             errored=@errored[image~=head_image.image_file_name group~=head_image.group before~=base_image.image_file_name] \
             images=@images[image~=image_file_name group~] unchanged=@unchanged[image~=image_file_name group~] \
             skipped=@skipped[image~=image_file_name group~] responseNotes!=@notes[] \
             suggestedActions=@actions[type! toolName! arguments{organizationSlug snapshotId imageIdentifier~} reason!]",
    finish: Some(finish),
};

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}

fn text<'a>(value: Value<'a>, name: &str) -> &'a str {
    value.get(name).as_str().unwrap_or_default()
}

fn finish(
    context: &Context<'_>,
    place: &Place,
    replies: &Replies,
    made: &mut Made,
) -> Result<(), Failure> {
    let snapshot = replies.thing(context, "snapshot");
    if !snapshot.is_object() {
        return Err(ApiError::Malformed("a snapshot").into());
    }
    let id = context.arguments.text(SNAPSHOT).unwrap_or_default();
    let url = place.link(context, &["/preprod/snapshots/", id, "/"].concat());
    let mut page = Budget::new(10_000);
    let title = ["# Snapshot ", &identifier(id), "\n\n", WHOSE].concat();
    page.text("title", 0, title);
    page.text("facts", 1, facts(snapshot, &url));
    let has_base = !snapshot.get("base_artifact_id").is_nothing();
    let (mut counts, mut notes) = (String::new(), String::new());
    for member in shape::members(PLAN.answer) {
        let (Kind::List(inner), Some(name)) = (member.kind, member.path.strip_prefix('@')) else {
            continue;
        };
        let images = snapshot.get(name).elements();
        // Whoever compares looks at what differs; without a base there is nothing but the images.
        let is_plain = ["unchanged", "skipped", "images"].contains(&name);
        let is_hidden = is_plain && has_base && !context.arguments.flag(UNMODIFIED);
        let between = if counts.is_empty() { "{\"" } else { ",\"" };
        let count = images.len().to_string();
        if name == "actions" {
            continue;
        }
        push(&mut counts, &[between, name, "\":", &count]);
        if is_hidden || images.is_empty() || (name == "images" && has_base) {
            continue;
        }
        let mut out = String::new();
        if shape::things(&mut out, inner, &mut images.iter().take(SHOWN)).is_some() {
            made.add(member.name, out);
        }
        page.push(section(
            member.name,
            images.iter().take(SHOWN),
            images.len(),
        ));
        if images.len() > SHOWN {
            let between = if notes.is_empty() { "" } else { "," };
            push(
                &mut notes,
                &[between, "\"", name, ": the first 50 are shown.\""],
            );
        }
    }
    counts.push('}');
    made.add("counts", counts);
    made.add("notes", ["[", &notes, "]"].concat());
    made.add_text("url", &url);
    let mut changed = snapshot.get("changed").elements().iter();
    let first = changed
        .next()
        .map(|pair| text(pair.get("head_image"), "image_file_name"));
    if let Some(first) = first.filter(|first| !first.is_empty()) {
        let arguments = [("snapshotId", id), ("imageIdentifier", first)];
        made.suggest(
            context,
            "get_snapshot_image",
            &arguments,
            "See what changed in the image.",
        );
    }
    made.markdown = Some(page.finish());
    Ok(())
}

fn facts(snapshot: Value<'_>, url: &str) -> String {
    let vcs = snapshot.get("vcs_info");
    let mut facts = Facts::new();
    for (name, value) in [
        ("App", text(snapshot, "app_id")),
        ("Comparison", text(snapshot, "comparison_state")),
        ("Error", text(snapshot, "comparison_error_message")),
        ("Approval", text(snapshot, "approval_status")),
        ("Repository", text(vcs, "head_repo_name")),
        ("Branch", text(vcs, "head_ref")),
        ("Commit", text(vcs, "head_sha")),
        ("Compared with", text(vcs, "base_ref")),
    ] {
        facts.said(name, value);
    }
    facts.count("Pull request", vcs.get("pr_number").as_u64());
    facts.add("Link", url);
    facts.below("## Facts")
}

/// The images of one outcome.
fn section<'a>(
    name: &'static str,
    images: impl Iterator<Item = Value<'a>>,
    count: usize,
) -> Section {
    let head = ["## ", name, ": ", &number(count as u64)].concat();
    let mut section = Section::lines(name, 2, head).nouns(&[("image", "images")]);
    let mut shown = 0;
    for image in images {
        let head = image.get("head_image");
        let own = if head.is_null() { image } else { head };
        let file = text(own, "image_file_name");
        let mut row = ["- ", &code(file, 160)].concat();
        let before = text(image.get("base_image"), "image_file_name");
        if !before.is_empty() && before != file {
            push(&mut row, &[", before ", &code(before, 160)]);
        }
        if let Value::Number(diff) = image.get("diff") {
            push(&mut row, &[", diff ", &diff.to_string()]);
        }
        section.row(row);
        shown += 1;
    }
    section.left_out((count - shown) as u64);
    section
}
