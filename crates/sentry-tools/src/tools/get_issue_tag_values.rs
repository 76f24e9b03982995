use fetch::LocalFuture;
use sentry_api::TagValue;
use serde_json::Value;

use crate::arguments::required;
use crate::issue_target::Located;
use crate::json::{known, structured};
use crate::parameter::{ISSUE_ID, ISSUE_URL, OPTIONAL_ORGANIZATION, Parameter, REGION};
use crate::skill::{Skill, Skills};
use crate::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

use super::READ;

const TAG_KEY: Parameter = Parameter::pattern(
    "tagKey",
    "Such as environment, release, browser, url, user.",
    "^[a-zA-Z0-9][a-zA-Z0-9._-]*$",
    None,
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
        let key = required(&TAG_KEY, context.arguments.tag_key(&TAG_KEY)?)?;
        let located = Located::find(context).await?;
        let tag = context
            .client
            .issue_tag(&located.region, &located.organization, &located.id, &key)
            .await?;
        let values: Vec<_> = tag.top.into_iter().map(describe).collect();
        structured(&known(vec![
            ("tagKey", Some(tag.key.into())),
            ("name", tag.name.map(Value::from)),
            ("totalValues", tag.total.map(Value::from)),
            ("uniqueValues", tag.unique.map(Value::from)),
            ("topValues", Some(values.into())),
        ]))
    })
}

fn describe(value: TagValue) -> Value {
    known(vec![
        ("value", Some(value.value.into())),
        ("count", value.count.map(Value::from)),
        ("firstSeen", value.first_seen.map(Value::from)),
        ("lastSeen", value.last_seen.map(Value::from)),
    ])
}
