//! Shows a server's answers to people.

use std::io::IsTerminal as _;

use serde_json::{Value, json};

use super::screen::{STRONG, Screen};
use crate::client::{Connection, Error};

/// Lists the tools.
pub(super) async fn tools(connection: &mut Connection, screen: &Screen) -> Result<(), Error> {
    screen.busy("listing the tools");
    let tools = connection.tools(&mut screen.clone()).await?;
    screen.quiet();
    if screen.json() {
        screen.value(&json!({ "server": server(connection), "tools": tools }));
        return Ok(());
    }
    named(&tools, "name", screen);
    if tools.is_empty() {
        screen.note("The server offers no tools to this sign-in.");
    }
    Ok(())
}

/// Lists prompts or resources.
pub(super) async fn list(
    connection: &mut Connection,
    (method, member, key): (&str, &str, &str),
    screen: &Screen,
) -> Result<(), Error> {
    screen.busy("asking the server");
    let found = connection.list(method, member, &mut screen.clone()).await?;
    screen.quiet();
    if screen.json() {
        screen.value(&json!({ member: found }));
    } else {
        named(&found, key, screen);
        if found.is_empty() {
            screen.note("There are none.");
        }
    }
    Ok(())
}

fn named(found: &[Value], key: &str, screen: &Screen) {
    for one in found {
        let text = |name: &str| one.get(name).and_then(Value::as_str).unwrap_or_default();
        screen.say_in(STRONG, text(key));
        let description = [text("description"), text("title"), text("name")]
            .into_iter()
            .find(|text| {
                !text.is_empty()
                    && *text != one.get(key).and_then(Value::as_str).unwrap_or_default()
            });
        if let Some(line) = description.and_then(|text| text.lines().next()) {
            screen.say(&indented(line));
        }
        let parameters = parameters(one);
        if !parameters.is_empty() {
            screen.say(&indented(&format!("takes {parameters}")));
        }
    }
}

/// Wraps a line between words to the width of the terminal, and indents it.
fn indented(line: &str) -> String {
    if !std::io::stdout().is_terminal() {
        return format!("  {line}");
    }
    let width = textwrap::Options::with_termwidth()
        .initial_indent("  ")
        .subsequent_indent("  ");
    textwrap::fill(line, width)
}

/// The parameters of a tool's schema or a prompt, as `a, [b]`; optional ones are in brackets.
fn parameters(one: &Value) -> String {
    let mut all = Vec::new();
    let mut add = |name: &str, is_required: bool| {
        all.push(if is_required {
            name.to_owned()
        } else {
            format!("[{name}]")
        });
    };
    if let Some(properties) = one
        .pointer("/inputSchema/properties")
        .and_then(Value::as_object)
    {
        let required = one
            .pointer("/inputSchema/required")
            .and_then(Value::as_array);
        for name in properties.keys() {
            add(
                name,
                required.is_some_and(|list| list.iter().any(|one| one == name)),
            );
        }
    }
    for argument in one
        .get("arguments")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let name = argument
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default();
        add(name, argument.get("required") == Some(&Value::Bool(true)));
    }
    all.sort_by_key(|name| name.starts_with('['));
    all.join(", ")
}

/// The server's name and version, and the revision in use.
pub(super) fn server(connection: &Connection) -> Value {
    let server = connection.server();
    json!({
        "name": server.name,
        "version": server.version,
        "protocolVersion": connection.revision().as_str(),
        "capabilities": server.capabilities,
        "instructions": server.instructions,
    })
}

/// Prints a tool's result, and returns whether the tool failed.
pub(super) fn result(found: &Value, screen: &Screen) -> bool {
    screen.quiet();
    let failed = found.get("isError") == Some(&Value::Bool(true));
    if screen.json() {
        screen.value(found);
        return failed;
    }
    let parts = found.get("content").and_then(Value::as_array);
    let mut is_empty = true;
    for part in parts.into_iter().flatten() {
        is_empty = false;
        screen.say(&content(part));
    }
    if let Some(structured) = found.get("structuredContent").filter(|_| is_empty) {
        screen.value(structured);
    }
    if failed {
        screen.warn("the tool says that it failed");
    }
    failed
}

/// One part of a result, a prompt or a resource, as text.
pub(super) fn content(part: &Value) -> String {
    let text = |at: &str| part.pointer(at).and_then(Value::as_str);
    if let Some(text) = text("/text").or(text("/resource/text")) {
        return text.to_owned();
    }
    let kind = text("/type").unwrap_or("something");
    let mime = text("/mimeType")
        .or(text("/resource/mimeType"))
        .unwrap_or_default();
    let place = text("/uri").or(text("/resource/uri")).unwrap_or_default();
    let size = text("/data")
        .or(text("/blob"))
        .or(text("/resource/blob"))
        .map_or(0, str::len)
        / 4
        * 3;
    let mut words = vec![kind.to_owned(), mime.to_owned(), place.to_owned()];
    if size > 0 {
        words.push(format!("about {size} bytes"));
    }
    words.retain(|word| !word.is_empty());
    format!("[{}]", words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts() {
        for (part, shown) in [
            (json!({ "type": "text", "text": "a" }), "a"),
            (
                json!({ "type": "image", "mimeType": "image/png", "data": "AAAA" }),
                "[image, image/png, about 3 bytes]",
            ),
            (
                json!({ "type": "resource", "resource": { "uri": "x:y", "text": "b" } }),
                "b",
            ),
            (
                json!({ "type": "resource_link", "uri": "x:y" }),
                "[resource_link, x:y]",
            ),
            (json!(7), "[something]"),
        ] {
            assert_eq!(content(&part), shown);
        }
    }

    #[test]
    fn what_a_tool_takes() {
        let tool =
            json!({ "inputSchema": { "properties": { "a": {}, "b": {} }, "required": ["b"] } });
        assert_eq!(parameters(&tool), "b, [a]");
        let prompt = json!({ "arguments": [{ "name": "x" }, { "name": "y", "required": true }] });
        assert_eq!(parameters(&prompt), "y, [x]");
    }
}
