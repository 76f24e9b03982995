//! Forms with which a server asks a person while a call waits (MCP 2025-11-25 elicitation; the same in 2026-07-28).

use serde_json::{Map, Value};

/// One field of a form.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The field's name in the answer.
    pub name: String,
    /// The label shown to the person.
    pub label: String,
    /// The field's JSON Schema.
    pub schema: Value,
    /// Whether the answer must contain the field.
    pub is_required: bool,
}

impl Field {
    /// The value used if the person enters nothing.
    #[must_use]
    pub fn default(&self) -> Option<&Value> {
        self.schema.get("default")
    }

    /// The values to choose from, if the schema lists them.
    #[must_use]
    pub fn choices(&self) -> Vec<&str> {
        let listed = self.schema.get("enum").and_then(Value::as_array);
        let titled = ["oneOf", "anyOf"]
            .iter()
            .find_map(|name| self.schema.get(*name)?.as_array());
        let listed = listed.into_iter().flatten().filter_map(Value::as_str);
        let titled = titled
            .into_iter()
            .flatten()
            .filter_map(|one| one.get("const")?.as_str());
        listed.chain(titled).collect()
    }

    /// Converts what a person typed to the type that the schema wants.
    ///
    /// # Errors
    /// What was expected, in words for the person.
    pub fn read(&self, typed: &str) -> Result<Value, String> {
        let typed = typed.trim();
        let kind = self.schema.get("type").and_then(Value::as_str);
        let choices = self.choices();
        if !choices.is_empty() && !choices.contains(&typed) {
            return Err(format!("one of: {}", choices.join(", ")));
        }
        match kind {
            Some("boolean") => match typed.to_ascii_lowercase().as_str() {
                "y" | "yes" | "true" => Ok(true.into()),
                "n" | "no" | "false" => Ok(false.into()),
                _ => Err("yes or no".to_owned()),
            },
            Some("integer") => typed
                .parse::<i64>()
                .map(Value::from)
                .map_err(|_| "a whole number".to_owned()),
            Some("number") => typed
                .parse::<f64>()
                .ok()
                .filter(|number| number.is_finite())
                .map(Value::from)
                .ok_or_else(|| "a number".to_owned()),
            Some("array") => Ok(typed
                .split(',')
                .map(|one| Value::from(one.trim()))
                .collect()),
            _ => Ok(typed.into()),
        }
    }
}

/// The fields of a form, in the order of its schema.
#[must_use]
pub fn fields(params: &Value) -> Vec<Field> {
    let schema = params.get("requestedSchema").unwrap_or(&Value::Null);
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let properties = schema.get("properties").and_then(Value::as_object);
    properties
        .into_iter()
        .flatten()
        .map(|(name, schema)| {
            let text = |member: &str| schema.get(member).and_then(Value::as_str);
            let label = text("title").or(text("description")).unwrap_or(name);
            Field {
                name: name.clone(),
                label: label.to_owned(),
                schema: schema.clone(),
                is_required: required.contains(&name.as_str()),
            }
        })
        .collect()
}

/// The answer of a person who changes nothing: the default values (SEP-1034).
#[must_use]
pub fn defaults(params: &Value) -> Map<String, Value> {
    fields(params)
        .into_iter()
        .filter_map(|field| {
            let value = field.default()?.clone();
            Some((field.name, value))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    // rule: test-client/questions
    #[test]
    fn forms() {
        let params = json!({ "requestedSchema": {
            "required": ["sure"],
            "properties": {
                "sure": { "type": "boolean", "title": "Really?" },
                "age": { "type": "integer", "default": 30 },
                "score": { "type": "number", "default": 95.5 },
                "status": { "type": "string", "enum": ["on", "off"], "default": "on" },
                "color": { "type": "string", "oneOf": [{ "const": "r", "title": "Red" }] },
            },
        } });
        assert_eq!(
            Value::Object(defaults(&params)),
            json!({ "age": 30, "score": 95.5, "status": "on" })
        );
        let fields = fields(&params);
        let read = |name: &str, typed: &str| {
            let field = fields.iter().find(|field| field.name == name).unwrap();
            field.read(typed)
        };
        assert_eq!(read("sure", " Yes"), Ok(json!(true)));
        assert_eq!(read("sure", "maybe"), Err("yes or no".to_owned()));
        assert_eq!(read("age", "7"), Ok(json!(7)));
        assert!(read("age", "7.5").is_err());
        assert!(read("score", "NaN").is_err());
        assert_eq!(read("status", "off"), Ok(json!("off")));
        assert_eq!(read("status", "x"), Err("one of: on, off".to_owned()));
        assert_eq!(read("color", "r"), Ok(json!("r")));
        assert!(
            fields
                .iter()
                .any(|field| field.is_required && field.label == "Really?")
        );
    }
}
