//! `--list-tools`

use std::io::{Write as _, stdout};

use mcp::{Handler as _, List, Version};
use serde_json::Value;

use crate::ends::Failure;
use crate::service::Service;

/// Prints what a client is offered, then what it reaches by `execute_sentry_tool`.
///
/// # Errors
/// When standard output is closed.
pub fn list(service: &Service) -> Result<(), Failure> {
    let mut out = stdout();
    let listed = service.handler().list(List::Tools, Version::LATEST);
    let listed: Vec<Value> = serde_json::from_str(listed.get()).unwrap_or_default();
    let text = |tool: &Value, name: &str| {
        let text = tool.get(name).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    let mut shown = Vec::new();
    for tool in &listed {
        let name = text(tool, "name");
        writeln!(out, "{name}\n    {}", text(tool, "description"))?;
        shown.push(name);
    }
    if shown.iter().any(|name| name == "execute_sentry_tool") {
        writeln!(out, "\nFound by search_sentry_tools:\n")?;
        for (name, description) in sentry_tools::offered(&service.session()) {
            if !shown.iter().any(|known| known == name) {
                writeln!(out, "{name}\n    {description}")?;
            }
        }
    }
    Ok(())
}
