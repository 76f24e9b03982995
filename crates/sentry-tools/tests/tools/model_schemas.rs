//! Input schemas in the words that every model API takes.
//!
//! OpenAI's strict mode (platform.openai.com/docs/guides/structured-outputs, "Supported schemas"): `type`, `enum`,
//! `anyOf`, `items`, `properties`, `required`; older models refuse `default` and length and range words.
//! Anthropic's strict tools (platform.claude.com/docs/en/build-with-claude/structured-outputs, "JSON Schema limitations"):
//! no `minimum`, `maximum`, `minLength`, `maxLength`; each type list counts towards a limit of unions.
//! Gemini (ai.google.dev/api/caching#Schema): one `type`; `enum` of strings; of `format` a few; unknown words such as
//! `additionalProperties` are refused by older versions.
//! What all three take is below. Clients add what a strict mode wants beside it (`additionalProperties`, all names
//! required).
// file rule: mcp/model-schemas: every schema is in the subset that all model APIs take

use mcp::Version;
use sentry_tools::Constraint;
use serde_json::Value;

use crate::fixture::{BASE, session, slug, world_of};

const TYPES: [&str; 6] = ["string", "integer", "number", "boolean", "array", "object"];

fn check(schema: &Value, place: &str) {
    let schema = schema
        .as_object()
        .unwrap_or_else(|| panic!("{place} is no object"));
    let kind = schema["type"]
        .as_str()
        .unwrap_or_else(|| panic!("{place} has no one type"));
    assert!(TYPES.contains(&kind), "{place}: {kind}");
    for (word, value) in schema {
        let place = format!("{place}.{word}");
        match word.as_str() {
            "type" => {}
            "description" => assert!(
                value.as_str().is_some_and(|text| !text.is_empty()),
                "{place}"
            ),
            "enum" => {
                assert_eq!(kind, "string", "{place}");
                assert!(
                    value.as_array().unwrap().iter().all(Value::is_string),
                    "{place}"
                );
            }
            "items" => {
                assert_eq!(kind, "array", "{place}");
                check(value, &place);
            }
            "properties" => {
                for (name, schema) in value.as_object().unwrap() {
                    check(schema, &format!("{place}.{name}"));
                }
            }
            "required" => {
                for name in value.as_array().unwrap() {
                    let properties = schema["properties"].as_object().unwrap();
                    assert!(properties.contains_key(name.as_str().unwrap()), "{place}");
                }
            }
            _ => panic!("{place} is not a word that every model API takes"),
        }
    }
    assert!(kind != "array" || schema.contains_key("items"), "{place}");
}

#[test]
fn every_schema_is_what_every_model_takes() {
    for name in sentry_tools::reference::names() {
        check(&sentry_tools::reference::schema_of(name).unwrap(), name);
    }
    for constraint in [
        Constraint::Organization(slug("acme")),
        Constraint::Project {
            organization: slug("acme"),
            project: slug("web"),
        },
    ] {
        let session = sentry_tools::Session {
            constraint,
            ..session()
        };
        let tools =
            world_of(BASE, session, fetch::scripted::Scripted::new()).tools(Version::LATEST);
        for tool in tools.as_array().unwrap() {
            check(&tool["inputSchema"], tool["name"].as_str().unwrap());
        }
    }
}
