use fetch::{LocalFuture, Method};
use mcp::json::{self, Object};
use sentry_api::{ApiError, Endpoint, Value, Whose};

use crate::plan::made::Made;
use crate::plan::{self, Narrow, Plan, READS, Replies, Step};
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{Format, NEAR_PROJECT, ORGANIZATION, Parameter, REGION};
use crate::vocabulary::place::Place;
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::READ;

const APP: &Parameter = &Parameter::text("appId", "As the builds name it.")
    .required()
    .near(&["app"]);
const BRANCH: &Parameter = &Parameter::text("branch", "Such as main.").nullable();
const PROJECT: &Parameter = &Parameter::format("project", "Slug or number.", Format::Slug)
    .nullable()
    .near(NEAR_PROJECT);

/// Images of a group, and groups.
const SHOWN: usize = 30;

pub(crate) static TOOL: Tool = Tool {
    name: "get_latest_base_snapshot",
    title: "Get the latest base snapshot",
    description: "The newest visual snapshot of an app that builds are compared with, its commit, and its images by group.",
    skills: Skills::of(&[Skill::Inspect]),
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[ORGANIZATION, APP, BRANCH, PROJECT, REGION],
    output_schema: Some(Schema::Shape(PLAN.answer)),
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

static LATEST: Endpoint = Endpoint {
    method: Method::Get,
    path: "organizations/{org}/preprodartifacts/snapshots/latest-base",
    whose: Whose::Project,
    what: "a snapshot",
};

const PLAN: Plan = Plan {
    stages: &[&[Step {
        label: "base",
        endpoint: &LATEST,
        project: Narrow::Query(PROJECT, "project"),
        query: &[(APP, "app_id"), (BRANCH, "branch")],
        always: &[("compact_metadata", "true")],
        ..READS
    }]],
    answer: "organizationSlug!=@organizationSlug appId!=@appId snapshotId=base.head_artifact_id url!=@url \
             app~=base.app_id projectSlug=base.project_slug dateAdded~=base.date_added \
             vcs=base.vcs_info{headSha~=head_sha baseSha~=base_sha headRef~=head_ref baseRef~=base_ref repository~=head_repo_name pullRequest#=pr_number} \
             totalImages#=base.image_count groups!=@groups[name~! count#! images~![]] responseNotes!=@notes[] \
             suggestedActions=@actions[type! toolName! arguments* reason!]",
    finish: Some(finish),
};

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}

/// A group's name, and its images.
type Group<'a> = (&'a str, Vec<&'a str>);

fn finish(
    context: &Context<'_>,
    place: &Place,
    replies: &Replies,
    made: &mut Made,
) -> Result<(), Failure> {
    let base = replies.thing(context, "base");
    let text = |value: Value<'_>, name: &str| value.get(name).as_str().map(str::to_owned);
    if !base.is_object() {
        return Err(ApiError::Malformed("a snapshot").into());
    }
    let id = text(base, "head_artifact_id").unwrap_or_default();
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut left = 0;
    for image in base.get("images").elements() {
        let name = image.get("group").as_str().unwrap_or("(none)");
        let file = image.get("image_file_name").as_str().unwrap_or("(unnamed)");
        let count = groups.len();
        match groups.iter_mut().find(|group| group.0 == name) {
            Some(group) => group.1.push(file),
            None if count < SHOWN => groups.push((name, vec![file])),
            None => left += 1,
        }
    }
    let is_cut = left > 0 || groups.iter().any(|group| group.1.len() > SHOWN);
    let mut out = String::new();
    json::array(&mut out, groups, |out, (name, images)| {
        let mut group = Object::begin(out);
        group.text("name", name);
        group.raw("count", &images.len().to_string());
        let images = images.iter().take(SHOWN);
        json::array(group.name("images"), images, |out, image| {
            json::text(out, image)
        });
        group.end();
    });
    made.add("groups", out);
    let note = "[\"Of many groups and images, the first 30 are shown.\"]";
    made.add("notes", if is_cut { note } else { "[]" }.to_owned());
    let path = ["/preprod/snapshots/", &id, "/"].concat();
    made.add_text("url", &place.link(context, &path));
    let reason = "Read the whole snapshot.";
    if !id.is_empty() {
        made.suggest(context, "get_snapshot", &[("snapshotId", &id)], reason);
    }
    Ok(())
}
