//! The output schemas, `schemas/<tool>.json`, made from the types that the tools answer with. This is a test alone: what
//! is built includes the files.

use std::collections::BTreeSet;
use std::fs;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::catalogue::TOOLS;
use crate::text::shape;
use crate::tools::*;
use crate::vocabulary::tool::{self, Tool};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas");

/// Every tool that answers structured JSON, with the type that it answers with.
fn made() -> Vec<(&'static Tool, Schema)> {
    vec![
        (
            &find_organizations::TOOL,
            of::<find_organizations::Organizations>(),
        ),
        (&find_projects::TOOL, of::<find_projects::Projects>()),
        (&find_releases::TOOL, of::<find_releases::Releases>()),
        (&find_teams::TOOL, of::<find_teams::Teams>()),
        (
            &get_issue_tag_values::TOOL,
            of::<get_issue_tag_values::Tag>(),
        ),
        (
            &search_sentry_tools::TOOL,
            of::<search_sentry_tools::Found>(),
        ),
        (&whoami::TOOL, of::<whoami::Who>()),
    ]
}

#[test]
fn every_schema_is_what_its_type_says() {
    let made = made();
    let structured = TOOLS
        .iter()
        .filter(|tool| matches!(tool.output_schema, Some(tool::Schema::Json(_))));
    let structured: BTreeSet<_> = structured.map(|tool| tool.name).collect();
    assert_eq!(structured, made.iter().map(|(tool, _)| tool.name).collect());
    for (tool, schema) in made {
        let plain = Plain::read(schema.as_value(), true);
        let json = serde_json::to_string(&plain).unwrap() + "\n";
        let path = format!("{FOLDER}/{}.json", tool.name);
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&path, &json).unwrap();
            continue;
        }
        let written = fs::read_to_string(&path).unwrap_or_default();
        let update = "UPDATE=1 cargo test -p sentry-tools schemas";
        assert_eq!(written, json, "{path} differs from the type: {update}");
        assert_eq!(tool.output_schema.unwrap().json(), json, "{update}");
    }
}

#[test]
fn every_shape_is_well_written() {
    fn check(shape: &str) {
        let mut names = BTreeSet::new();
        for member in shape::members(shape) {
            let is_name = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            let marks = ['!', '~', '#', '?', '*', ']', '}'];
            assert!(!member.name.is_empty() && is_name(member.name), "{shape}");
            assert!(!member.path.contains(marks), "{shape}");
            let is_new = names.insert(member.name);
            assert!(is_new, "{} twice in {shape}", member.name);
            if let shape::Kind::Object(inner) | shape::Kind::List(inner) = member.kind {
                check(inner);
            }
        }
        assert!(!names.is_empty(), "{shape}");
    }
    let shapes = TOOLS.iter().filter_map(|tool| match tool.output_schema {
        Some(tool::Schema::Shape(shape)) => Some(shape),
        _ => None,
    });
    shapes.for_each(check);
}

#[test]
fn every_file_belongs_to_a_tool() {
    let files = fs::read_dir(FOLDER).unwrap();
    let files = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let made = made();
    let names = made.iter().map(|(tool, _)| format!("{}.json", tool.name));
    assert_eq!(files.collect::<BTreeSet<_>>(), names.collect());
}

fn of<T: JsonSchema>() -> Schema {
    let mut settings = SchemaSettings::draft2020_12().for_serialize();
    settings.inline_subschemas = true;
    settings.into_generator().into_root_schema_for::<T>()
}

/// What of a schema is said to clients: each word costs a model tokens.
#[derive(Serialize)]
struct Plain {
    r#type: Value,
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "as_map")]
    properties: Vec<(String, Plain)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<Box<Plain>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    required: Vec<String>,
}

impl Plain {
    /// The required properties first, in the order of the type, since schemars sorts by name. An optional member is left
    /// out where there is none, and never `null`.
    fn read(schema: &Value, is_required: bool) -> Self {
        let schema = schema.as_object().unwrap();
        for keyword in schema.keys() {
            let known = [
                "$schema",
                "title",
                "description",
                "type",
                "properties",
                "items",
                "required",
                // Of an integer, and of an object whose members are not described.
                "format",
                "minimum",
                "additionalProperties",
            ];
            assert!(known.contains(&keyword.as_str()), "{keyword}: {schema:?}");
        }
        let member = |name: &str| schema.get(name).cloned().unwrap_or_default();
        let mut r#type = member("type");
        if let (Value::Array(types), false) = (&r#type, is_required) {
            let [one] = types
                .iter()
                .filter(|one| *one != "null")
                .collect::<Vec<_>>()[..]
            else {
                panic!("{types:?}")
            };
            r#type = one.clone();
        }
        let required: Vec<String> = serde_json::from_value(member("required")).unwrap_or_default();
        let all = member("properties");
        let all = all.as_object().cloned().unwrap_or_default();
        let optional = all.keys().filter(|name| !required.contains(name));
        let names = required.iter().chain(optional);
        let properties = names.map(|name| {
            let is_required = required.contains(name);
            (name.clone(), Self::read(&all[name], is_required))
        });
        Self {
            r#type,
            properties: properties.collect(),
            items: schema
                .get("items")
                .map(|items| Box::new(Self::read(items, true))),
            required: required.clone(),
        }
    }
}

fn as_map<S: Serializer>(properties: &[(String, Plain)], to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(properties.iter().map(|(name, schema)| (name, schema)))
}
