//! The option `--list-tools`.

use std::io::{Write as _, stdout};

use mcp::{Handler as _, List, Version};
use serde_json::{Value, json};

use crate::ends::Failure;
use crate::service::Service;

/// Prints the tools that a client is offered, then those that it can run through `execute_sentry_tool`.
///
/// # Errors
/// If standard output is closed.
pub fn list(service: &Service, json: bool) -> Result<(), Failure> {
    let mut out = stdout();
    let listed = service.handler().list(List::Tools, Version::LATEST);
    let listed: Vec<Value> = serde_json::from_str(listed.get()).unwrap_or_default();
    let text = |tool: &Value, name: &str| {
        let text = tool.get(name).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    let direct: Vec<(String, String)> = listed
        .iter()
        .map(|tool| (text(tool, "name"), text(tool, "description")))
        .collect();
    let known = |name: &str| direct.iter().any(|(direct, _)| direct == name);
    let mut found: Vec<(String, String)> = Vec::new();
    if known("execute_sentry_tool") {
        let session = service.session();
        let all = sentry_tools::offered(&session);
        let others = all.filter(|(name, _)| !known(name));
        found.extend(others.map(|(name, description)| (name.to_string(), description.to_string())));
    }
    if json {
        let tools = |listed: &[(String, String)]| -> Vec<Value> {
            let tool = |(name, description): &(String, String)| json!({"name": name, "description": description});
            listed.iter().map(tool).collect()
        };
        let both = json!({"tools": tools(&direct), "found_by_search_sentry_tools": tools(&found)});
        writeln!(out, "{both}")?;
        return Ok(());
    }
    for (name, description) in &direct {
        writeln!(out, "{name}\n    {description}")?;
    }
    if !found.is_empty() {
        writeln!(out, "\nFound by search_sentry_tools:\n")?;
    }
    for (name, description) in &found {
        writeln!(out, "{name}\n    {description}")?;
    }
    Ok(())
}
