use fetch::LocalFuture;
use serde::Serialize;

use crate::vocabulary::arguments::required;
use crate::vocabulary::issue_target::Located;
use crate::vocabulary::parameter::{
    Format, ISSUE_ID, ISSUE_URL, OPTIONAL_ORGANIZATION, Parameter, REGION,
};
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool, structured};

use super::READ;

const TAG_KEY: &Parameter = &Parameter::format(
    "tagKey",
    "Such as environment, release, browser, url, user.",
    Format::TagKey,
)
.required()
.near(&["key", "tag", "tagname"]);

pub(crate) static TOOL: Tool = Tool {
    name: "get_issue_tag_values",
    title: "Get issue tag values",
    description: "How the events of an issue spread over the values of one tag, the most frequent first: which releases, \
                  browsers, environments or users are affected.",
    skills: Skills::of(&[Skill::Inspect]),
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[ISSUE_URL, OPTIONAL_ORGANIZATION, ISSUE_ID, TAG_KEY, REGION],
    output_schema: Some(Schema::Json(include_str!(
        "../../schemas/get_issue_tag_values.json"
    ))),
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

/// What it answers.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Tag<'a> {
    tag_key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_values: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unique_values: Option<u64>,
    top_values: Vec<TagValue<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct TagValue<'a> {
    value: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_seen: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_seen: Option<&'a str>,
}

/// Members that hold what somebody else wrote.
const SENDERS: &[&str] = &["/tagKey", "/name", "/topValues/*/value"];

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let key = required(TAG_KEY, context.arguments.tag_key(TAG_KEY))?;
        let located = Located::find(context).await?;
        let place = &located.place;
        let tag = context
            .client
            .issue_tag(&place.region, &place.organization, &located.key, &key)
            .await?;
        let top = tag.top.iter().map(|value| TagValue {
            value: &value.value,
            count: value.count,
            first_seen: value.first_seen.as_deref(),
            last_seen: value.last_seen.as_deref(),
        });
        structured(
            &Tag {
                tag_key: &tag.key,
                name: tag.name.as_deref(),
                total_values: tag.total,
                unique_values: tag.unique,
                top_values: top.collect(),
            },
            SENDERS,
        )
    })
}
