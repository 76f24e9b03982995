use mcp::json::{Object, array, text};

use crate::message::Message;
use crate::tool::Tool;

/// Writes the body of a request to the model.
pub(crate) fn body(
    model: &str,
    rules: &str,
    messages: &[Message],
    tools: &[Tool],
    stream: bool,
) -> String {
    let size = messages.iter().fold(4096, |size, m| size + m.size());
    let mut body = String::with_capacity(size);
    let mut object = Object::begin(&mut body);
    object.text("model", model);
    let out = object.name("messages");
    out.push_str("[{\"role\":\"system\",\"content\":");
    text(out, rules);
    out.push('}');
    for message in messages {
        out.push(',');
        message.write(out);
    }
    out.push(']');
    // Models refuse an empty list.
    if !tools.is_empty() {
        array(object.name("tools"), tools, |out, tool| {
            let mut object = Object::begin(out);
            object.raw("type", "\"function\"");
            let mut function = Object::begin(object.name("function"));
            function
                .text("name", &tool.name)
                .text("description", &tool.description)
                .raw("parameters", &tool.parameters)
                .end();
            object.end();
        });
    }
    if stream {
        object
            .flag("stream", true)
            .raw("stream_options", "{\"include_usage\":true}");
    }
    object.end();
    body
}
