//! The headers that repeat parts of a request's body (MCP 2026-07-28 streamable-http, Request Metadata).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

const ANNOTATION: &str = "x-mcp-header";

/// The largest integer that JavaScript represents exactly.
const SAFE: i64 = (1 << 53) - 1;

/// A parameter that is repeated in `Mcp-Param-{name}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mirrored {
    name: String,
    path: Vec<String>,
}

/// `Mcp-Method` for every request, and `Mcp-Name` for requests that name something.
pub(crate) fn standard(method: &str, params: &Map<String, Value>) -> Vec<(String, String)> {
    let mut headers = vec![("mcp-method".to_owned(), method.to_owned())];
    let member = match method {
        "tools/call" | "prompts/get" => "name",
        "resources/read" => "uri",
        _ => return headers,
    };
    if let Some(name) = params.get(member).and_then(Value::as_str) {
        headers.push(("mcp-name".to_owned(), encode(name)));
    }
    headers
}

/// The headers of a call, taken from its arguments.
pub(crate) fn custom(mirrored: &[Mirrored], arguments: &Value) -> Vec<(String, String)> {
    let mut headers = Vec::new();
    for Mirrored { name, path } in mirrored {
        let value = path
            .iter()
            .try_fold(arguments, |value, member| value.get(member));
        let text = match value {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Bool(flag)) => flag.to_string(),
            Some(Value::Number(number))
                if number.as_i64().is_some_and(|n| (-SAFE..=SAFE).contains(&n)) =>
            {
                number.to_string()
            }
            _ => continue,
        };
        headers.push((
            format!("mcp-param-{name}").to_ascii_lowercase(),
            encode(&text),
        ));
    }
    headers
}

/// "When a value cannot be safely represented as a plain ASCII header value […], clients MUST use Base64 encoding".
fn encode(text: &str) -> String {
    let is_ascii = text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    let is_padded = text.starts_with(' ') || text.ends_with(' ');
    let is_sentinel = text.starts_with("=?base64?") && text.ends_with("?=");
    if is_ascii && !is_padded && !is_sentinel {
        return text.to_owned();
    }
    format!("=?base64?{}?=", STANDARD.encode(text))
}

/// The parameters that a tool wants repeated in headers. An annotation that breaks a rule makes the whole tool
/// unusable: "Clients […] MUST reject tool definitions where any `x-mcp-header` value violates these constraints."
pub(crate) fn mirrored(schema: &Value) -> Result<Vec<Mirrored>, String> {
    let mut found = Vec::new();
    let mut path = Vec::new();
    if schema.get(ANNOTATION).is_some() {
        return Err("the schema itself is annotated".to_owned());
    }
    walk(schema, &mut path, &mut found)?;
    for (at, one) in found.iter().enumerate() {
        let same = |other: &Mirrored| other.name.eq_ignore_ascii_case(&one.name);
        if found.iter().skip(at + 1).any(same) {
            return Err(format!("`{}` is the header of two parameters", one.name));
        }
    }
    Ok(found)
}

/// Descends into `properties`; an annotation anywhere else is an error.
fn walk(schema: &Value, path: &mut Vec<String>, found: &mut Vec<Mirrored>) -> Result<(), String> {
    let Value::Object(members) = schema else {
        return Ok(());
    };
    for (member, value) in members {
        if member != "properties" {
            if member != ANNOTATION && !DATA.contains(&member.as_str()) && annotated(value) {
                return Err(format!("`{member}` cannot have annotated parameters in it"));
            }
            continue;
        }
        for (name, property) in value.as_object().into_iter().flatten() {
            path.push(name.clone());
            if let Some(annotation) = property.get(ANNOTATION) {
                found.push(Mirrored {
                    name: header_name(annotation, property)?,
                    path: path.clone(),
                });
            }
            walk(property, path, found)?;
            path.pop();
        }
    }
    Ok(())
}

fn header_name(annotation: &Value, property: &Value) -> Result<String, String> {
    let name = annotation
        .as_str()
        .ok_or_else(|| "a header's name must be a string".to_owned())?;
    let is_token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    if name.is_empty() || !name.bytes().all(is_token) {
        return Err(format!("`{name}` is no name of a header"));
    }
    match property.get("type").and_then(Value::as_str) {
        Some("string" | "integer" | "boolean") => Ok(name.to_owned()),
        _ => Err(format!(
            "`{name}` is of a parameter that is no string, integer or boolean"
        )),
    }
}

/// Members that hold values, not schemas. These values may contain members of any name.
const DATA: [&str; 4] = ["default", "const", "enum", "examples"];

/// Whether there is an annotation anywhere in a schema.
fn annotated(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.iter().any(|(name, value)| {
            name == ANNOTATION || (!DATA.contains(&name.as_str()) && annotated(value))
        }),
        Value::Array(values) => values.iter().any(annotated),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    // rule: test-client/mirrored-headers: the headers that repeat the body [MCP 2026-07-28
    //    streamable-http]
    #[test]
    fn values_that_are_not_plain_are_encoded() {
        for (text, header) in [
            ("us-west1", "us-west1"),
            ("us west 1", "us west 1"),
            ("", ""),
            ("Hello, 世界", "=?base64?SGVsbG8sIOS4lueVjA==?="),
            (" padded ", "=?base64?IHBhZGRlZCA=?="),
            ("line1\nline2", "=?base64?bGluZTEKbGluZTI=?="),
            ("\tx", "=?base64?CXg=?="),
            ("=?base64?literal?=", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="),
        ] {
            assert_eq!(encode(text), header, "{text:?}");
        }
    }

    // rule: test-client/mirrored-headers
    #[test]
    fn names_and_methods() {
        let params = json!({ "name": "a b", "uri": "x:y" });
        let params = params.as_object().unwrap();
        let read = |method| standard(method, params);
        assert_eq!(read("tools/list").len(), 1);
        assert_eq!(read("tools/call")[1].1, "a b");
        assert_eq!(read("resources/read")[1].1, "x:y");
    }

    // rule: test-client/mirrored-headers
    #[test]
    fn parameters_are_read_at_their_path() {
        let schema = json!({ "type": "object", "properties": {
            "a": { "type": "string", "x-mcp-header": "A" },
            "n": { "type": "integer", "x-mcp-header": "N" },
            "off": { "type": "boolean", "x-mcp-header": "Off" },
            "in": { "type": "object", "properties": { "b": { "type": "boolean", "x-mcp-header": "B" } } },
            "plain": { "type": "string", "default": { "x-mcp-header": 1 } },
        } });
        let mirrored = mirrored(&schema).unwrap();
        let arguments =
            json!({ "a": "x", "n": 42, "off": null, "in": { "b": false }, "plain": "p" });
        assert_eq!(
            custom(&mirrored, &arguments),
            [
                ("mcp-param-a", "x"),
                ("mcp-param-b", "false"),
                ("mcp-param-n", "42")
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
        assert!(custom(&mirrored, &json!({ "n": 9_007_199_254_740_992_i64 })).is_empty());
    }

    // rule: test-client/mirrored-headers
    #[test]
    fn a_breach_makes_the_tool_unusable() {
        let property = |property: Value| json!({ "properties": { "p": property } });
        for bad in [
            property(json!({ "type": "string", "x-mcp-header": "" })),
            property(json!({ "type": "string", "x-mcp-header": 7 })),
            property(json!({ "type": "string", "x-mcp-header": "a b" })),
            property(json!({ "type": "string", "x-mcp-header": "a\tb" })),
            property(json!({ "type": "string", "x-mcp-header": "Région" })),
            property(json!({ "type": "number", "x-mcp-header": "A" })),
            property(json!({ "type": "object", "x-mcp-header": "A" })),
            property(json!({ "type": ["string", "null"], "x-mcp-header": "A" })),
            property(json!({ "items": { "type": "string", "x-mcp-header": "A" } })),
            json!({ "x-mcp-header": "A", "type": "object" }),
            json!({ "$defs": { "p": { "type": "string", "x-mcp-header": "A" } } }),
            json!({ "anyOf": [{ "properties": { "p": { "type": "string", "x-mcp-header": "A" } } }] }),
            json!({ "properties": {
                "p": { "type": "string", "x-mcp-header": "A" },
                "q": { "type": "string", "x-mcp-header": "a" },
            } }),
        ] {
            assert!(mirrored(&bad).is_err(), "{bad}");
        }
    }
}
