use crate::json::Value;
use crate::member::{as_text, elements, filled, member};

/// An HTTP request that a program was answering.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HttpRequest<'a> {
    /// Such as `GET`.
    pub method: Option<String>,
    /// Without the query, as a rule.
    pub url: Option<String>,
    /// Names and values of the query, or the query as a text.
    pub query: Option<Value<'a>>,
    /// What stands behind `#`.
    pub fragment: Option<String>,
    /// The body.
    pub body: Option<Value<'a>>,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// Names and values.
    pub cookies: Option<Value<'a>>,
    /// What the server says of itself.
    pub env: Option<Value<'a>>,
}

fn unless_empty<'a>(value: Value<'a>, name: &str) -> Option<Value<'a>> {
    let value = member(value, name);
    (!value.is_nothing()).then_some(value)
}

impl<'a> HttpRequest<'a> {
    pub(super) fn read(value: Value<'a>) -> Option<Self> {
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
fn pairs(value: Value<'_>) -> Vec<(String, String)> {
    let of_list = elements(value)
        .iter()
        .filter_map(|pair| elements(pair).pair())
        .filter_map(|(name, value)| Some((as_text(name)?, as_text(value)?)));
    let of_object = value.members().iter();
    let of_object = of_object.filter_map(|(name, value)| Some((name.to_owned(), as_text(value)?)));
    of_list.chain(of_object).collect()
}
