//! A value of JSON in one line, as short as it can be read: `{copies: -3, shelves: [LEE-04, LEE-05]}`.

use sentry_api::Value;

use crate::text::cut;
use crate::text::markdown::number;
use crate::text::visible;

/// The value in about `most` characters; what is left out of a list or an object is counted.
pub(crate) fn written(value: Value<'_>, most: usize) -> String {
    if let Value::String(text) = value {
        return cut::ends(&visible::only(text), most);
    }
    let mut text = String::new();
    write(value, most, 0, &mut text);
    text
}

/// As [`written`], and of an object only the members that `is_told`.
pub(crate) fn written_partly(
    value: Value<'_>,
    most: usize,
    is_told: impl Fn(&str, Value<'_>) -> bool,
) -> String {
    let Value::Object(members) = value else {
        return written(value, most);
    };
    let told = || {
        let members = members.iter();
        members.filter(|(name, value)| is_told(name, *value))
    };
    let mut text = "{".to_owned();
    let mut named = told().map(|(name, value)| (Some(name), value));
    list(&mut named, told().count(), most, 0, &mut text);
    text.push('}');
    text
}

/// A parsed answer is at most 128 deep; nobody reads so much.
const DEPTH: usize = 8;

fn write(value: Value<'_>, most: usize, depth: usize, text: &mut String) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(flag) => text.push_str(if flag { "true" } else { "false" }),
        Value::Number(number) => text.push_str(&number.to_string()),
        Value::String(inner) => text.push_str(&cut::ends(&visible::only(inner), most.max(80))),
        Value::Array(values) => {
            text.push('[');
            let mut members = values.iter().map(|value| (None, value));
            list(&mut members, values.len(), most, depth, text);
            text.push(']');
        }
        Value::Object(values) => {
            text.push('{');
            let mut members = values.iter().map(|(name, value)| (Some(name), value));
            list(&mut members, values.len(), most, depth, text);
            text.push('}');
        }
    }
}

fn list<'a>(
    members: &mut dyn Iterator<Item = (Option<&'a str>, Value<'a>)>,
    count: usize,
    most: usize,
    depth: usize,
    text: &mut String,
) {
    for (place, (name, value)) in members.enumerate() {
        text.push_str(if place > 0 { ", " } else { "" });
        if text.len() >= most || depth >= DEPTH {
            text.push_str("… ");
            text.push_str(&number((count - place) as u64));
            text.push_str(" more");
            return;
        }
        if let Some(name) = name {
            text.push_str(&cut::head(&visible::only(name), 60));
            text.push_str(": ");
        }
        let left = most.saturating_sub(text.len());
        let mut inner = String::new();
        write(value, left, depth + 1, &mut inner);
        text.push_str(&inner);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sentry_api::Json;
    use serde_json::json;

    fn of(value: &serde_json::Value, most: usize) -> String {
        written(Json::from(value).root(), most)
    }

    #[test]
    fn short_and_whole_where_there_is_room() {
        let value = json!({ "a": [1, "x", null, true], "b": { "c": -2.5 } });
        assert_eq!(of(&value, 200), "{a: [1, x, null, true], b: {c: -2.5}}");
        assert_eq!(of(&json!("'LEE-04'"), 20), "'LEE-04'");
        let many: serde_json::Value = (0..1_000).collect::<Vec<_>>().into();
        let text = of(&many, 40);
        assert!(text.len() < 80 && text.ends_with(" more]"), "{text}");
        let mut deep = json!(1);
        for _ in 0..100 {
            deep = json!([deep]);
        }
        assert_eq!(of(&deep, 400), "[[[[[[[[[… 1 more]]]]]]]]]");
    }
}
