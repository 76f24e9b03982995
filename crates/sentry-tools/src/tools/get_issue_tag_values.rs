use fetch::LocalFuture;

use crate::vocabulary::arguments::required;
use crate::vocabulary::issue_target::Located;
use crate::vocabulary::json::Json;
use crate::vocabulary::parameter::{
    Format, ISSUE_ID, ISSUE_URL, OPTIONAL_ORGANIZATION, Parameter, REGION,
};
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

use super::READ;

const TAG_KEY: Parameter = Parameter::format(
    "tagKey",
    "Such as environment, release, browser, url, user.",
    Format::TagKey,
)
.required();

pub(crate) static TOOL: Tool = Tool {
    name: "get_issue_tag_values",
    title: "Get issue tag values",
    description: "How the events of an issue spread over the values of one tag, the most frequent first: which releases, \
                  browsers, environments or users are affected.",
    skills: Skills::of(&[Skill::Inspect]),
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[ISSUE_URL, OPTIONAL_ORGANIZATION, ISSUE_ID, TAG_KEY, REGION],
    output_schema: Some(
        r#"{"type":"object","properties":{"tagKey":{"type":"string"},"name":{"type":"string"},"totalValues":{"type":"integer"},"uniqueValues":{"type":"integer"},"topValues":{"type":"array","items":{"type":"object","properties":{"value":{"type":"string"},"count":{"type":"integer"},"firstSeen":{"type":"string"},"lastSeen":{"type":"string"}},"required":["value"]}}},"required":["tagKey","topValues"]}"#,
    ),
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let key = required(&TAG_KEY, context.arguments.tag_key(&TAG_KEY))?;
        let located = Located::find(context).await?;
        let place = &located.place;
        let tag = context
            .client
            .issue_tag(&place.region, &place.organization, &located.key, &key)
            .await?;
        let mut json = Json::object();
        json.text("tagKey", &tag.key);
        json.maybe("name", &tag.name);
        json.count("totalValues", tag.total);
        json.count("uniqueValues", tag.unique);
        json.begin("topValues", '[');
        for value in &tag.top {
            json.element();
            json.text("value", &value.value);
            json.count("count", value.count);
            json.maybe("firstSeen", &value.first_seen);
            json.maybe("lastSeen", &value.last_seen);
            json.end('}');
        }
        json.end(']');
        json.answer()
    })
}
