use serde_json::Value;

use crate::member::{as_text, elements, filled, member};

/// An HTTP request that a program was answering.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HttpRequest<'a> {
    /// Such as `GET`.
    pub method: Option<String>,
    /// Without the query, as a rule.
    pub url: Option<String>,
    /// Names and values of the query, or the query as a text.
    pub query: Option<&'a Value>,
    /// What stands behind `#`.
    pub fragment: Option<String>,
    /// The body.
    pub body: Option<&'a Value>,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// Names and values.
    pub cookies: Option<&'a Value>,
    /// What the server says of itself.
    pub env: Option<&'a Value>,
}

fn unless_empty<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let value = member(value, name);
    let is_empty = match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    };
    (!is_empty).then_some(value)
}

impl<'a> HttpRequest<'a> {
    pub(super) fn read(value: &'a Value) -> Option<Self> {
        value.is_object().then(|| Self {
            method: filled(value, "method"),
            url: filled(value, "url"),
            query: unless_empty(value, "query").or_else(|| unless_empty(value, "query_string")),
            fragment: filled(value, "fragment"),
            body: unless_empty(value, "data"),
            headers: pairs(member(value, "headers")),
            cookies: unless_empty(value, "cookies"),
            env: unless_empty(value, "env"),
        })
    }
}

/// Names and values of a list of pairs, or of an object.
fn pairs(value: &Value) -> Vec<(String, String)> {
    let of_list = elements(value)
        .iter()
        .filter_map(|pair| match elements(pair) {
            [name, value] => Some((as_text(name)?, as_text(value)?)),
            _ => None,
        });
    let of_object = value.as_object().into_iter().flatten();
    let of_object = of_object.filter_map(|(name, value)| Some((name.clone(), as_text(value)?)));
    of_list.chain(of_object).collect()
}
