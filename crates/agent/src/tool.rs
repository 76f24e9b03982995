use serde_json::{Map, Value};

/// A tool that the model may call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tool {
    /// The name by which the model calls it.
    pub name: String,
    /// What it does, for the model.
    pub description: String,
    /// The schema of its arguments, a JSON Schema as JSON text.
    pub parameters: String,
    /// Whether it changes anything, so that a person has to agree.
    pub changes: bool,
}

/// The longest function name that models accept, in characters.
const NAME: usize = 64;

impl Tool {
    /// Whether its schema names all of these arguments. A schema without properties accepts any.
    pub(crate) fn reads_all(&self, arguments: &Map<String, Value>) -> bool {
        let schema: Value = serde_json::from_slice(self.parameters.as_bytes()).unwrap_or_default();
        let properties = schema.get("properties").and_then(Value::as_object);
        properties.is_none_or(|own| arguments.keys().all(|name| own.contains_key(name)))
    }

    /// Reads a tool of `tools/list`. `None` if no model could call it by its name: models accept 64 characters of `A-Z
    /// a-z 0-9 _ -`. A tool without annotations counts as one that changes something, which is MCP's default.
    #[must_use]
    pub fn from_mcp(tool: &Value) -> Option<Self> {
        let text = |name| tool.get(name).and_then(Value::as_str);
        let name = text("name")?;
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        if name.is_empty() || name.len() > NAME || !name.bytes().all(plain) {
            return None;
        }
        let annotations = tool.get("annotations");
        let reads = annotations.and_then(|annotations| annotations.get("readOnlyHint"));
        Some(Self {
            name: name.to_owned(),
            description: text("description").unwrap_or_default().to_owned(),
            parameters: tool
                .get("inputSchema")
                .filter(|schema| schema.is_object())
                .and_then(|schema| serde_json::to_string(schema).ok())
                .unwrap_or_else(|| "{\"type\":\"object\"}".to_owned()),
            changes: reads != Some(&Value::Bool(true)),
        })
    }
}

/// The answer of a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolAnswer {
    /// The text for the model and for the person.
    pub text: String,
    /// Whether the tool failed; the text then says why.
    pub is_error: bool,
}

impl ToolAnswer {
    /// Reads the `result` of `tools/call`: its texts in order, and the names of content that is not text.
    #[must_use]
    pub fn from_mcp(result: &Value) -> Self {
        let mut text = String::new();
        let parts = result.get("content").and_then(Value::as_array);
        for part in parts.into_iter().flatten() {
            if !text.is_empty() {
                text.push('\n');
            }
            let said = part
                .get("text")
                .or_else(|| part.get("resource")?.get("text"));
            match said.and_then(Value::as_str) {
                Some(said) => text.push_str(said),
                None => {
                    let kind = part.get("type").and_then(Value::as_str);
                    for piece in ["[", kind.unwrap_or("something"), "]"] {
                        text.push_str(piece);
                    }
                }
            }
        }
        Self {
            text,
            is_error: result.get("isError") == Some(&Value::Bool(true)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_changes_is_what_does_not_say_that_it_only_reads() {
        let changes = |annotations: Value| {
            let tool = json!({ "name": "a", "annotations": annotations });
            Tool::from_mcp(&tool).unwrap().changes
        };
        assert!(!changes(json!({ "readOnlyHint": true })));
        assert!(changes(json!({ "readOnlyHint": false })));
        assert!(changes(json!({ "readOnlyHint": "true" })));
        assert!(changes(json!({})));
        assert!(Tool::from_mcp(&json!({ "name": "a" })).unwrap().changes);
    }

    #[test]
    fn a_name_that_no_model_can_call_is_left_out() {
        for name in [
            json!(""),
            json!("a.b"),
            json!("a b"),
            json!("a".repeat(65)),
            json!(7),
            json!(null),
        ] {
            assert_eq!(
                Tool::from_mcp(&json!({ "name": name, "annotations": {} })),
                None,
                "{name}"
            );
        }
    }

    #[test]
    fn texts_of_an_answer() {
        let result = json!({ "isError": true, "content": [
            { "type": "text", "text": "one" },
            { "type": "image", "data": "…" },
            { "type": "resource", "resource": { "uri": "a:b", "text": "two" } },
            7,
        ] });
        let answer = ToolAnswer::from_mcp(&result);
        assert_eq!(answer.text, "one\n[image]\ntwo\n[something]");
        assert!(answer.is_error);
        assert!(!ToolAnswer::from_mcp(&json!({})).is_error);
    }
}
