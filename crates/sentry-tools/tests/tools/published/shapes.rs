//! Whether a value has a published shape.

use serde_json::Value;

use super::Published;

/// Where a value has not its shape, as `.member[].member`, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Misfit {
    pub(crate) at: String,
    pub(crate) why: String,
}

/// How strict the comparison is: what we send says nothing unknown, and what Sentry answers may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    /// Of what we send. `is_new`: all that is required has to be there.
    Request {
        is_new: bool,
    },
    Answer,
}

impl Published {
    /// The shape itself, where it is one of those that several endpoints have.
    pub(super) fn resolved<'a>(&'a self, shape: &'a Value) -> &'a Value {
        match (shape[0].as_str(), shape[1].as_str()) {
            (Some("same"), Some(name)) => &self.shapes[name],
            _ => shape,
        }
    }

    /// Where the value has another shape.
    pub(crate) fn misfits(&self, shape: &Value, value: &Value, at: &str, of: Of) -> Vec<Misfit> {
        let misfit = |why: String| {
            let at = at.to_owned();
            vec![Misfit { at, why }]
        };
        let shape = self.resolved(shape);
        let parts = match shape {
            Value::String(name) if is_scalar(name, value) => return vec![],
            Value::String(name) => {
                return misfit(format!("{} is not of type {name}", short(value)));
            }
            Value::Object(_) => return self.of_object(shape, value, at, of),
            Value::Array(parts) => parts,
            other => panic!("no shape: {other}"),
        };
        let rest = parts.get(1..).unwrap_or_default();
        match parts[0].as_str().unwrap() {
            "null" if value.is_null() => vec![],
            "null" => self.misfits(&rest[0], value, at, of),
            "list" => match value.as_array() {
                Some(values) => {
                    let each = values.iter();
                    each.flat_map(|value| self.misfits(&rest[0], value, &format!("{at}[]"), of))
                        .collect()
                }
                None => misfit(format!("{} is not a list", short(value))),
            },
            "one of" if rest.contains(value) => vec![],
            "one of" => vec![Misfit {
                at: format!("{at}={}", value.as_str().unwrap_or("another type")),
                why: format!("{} is none of {}", short(value), Value::from(rest)),
            }],
            "either" => {
                // Of those that do not fit, what is wrong with the one that fits best.
                let tries = rest.iter().map(|shape| self.misfits(shape, value, at, of));
                tries.min_by_key(Vec::len).unwrap_or_default()
            }
            "limits" => {
                let mut found = self.misfits(&rest[0], value, at, of);
                if found.is_empty() && !is_within(&rest[1], value) {
                    found = misfit(format!("{} is not within {}", short(value), rest[1]));
                }
                found
            }
            other => panic!("no shape: {other}"),
        }
    }

    fn of_object(&self, shape: &Value, value: &Value, at: &str, of: Of) -> Vec<Misfit> {
        let members = shape.as_object().unwrap();
        let Some(values) = value.as_object() else {
            let (at, why) = (at.to_owned(), format!("{} is not an object", short(value)));
            return vec![Misfit { at, why }];
        };
        let mut found = vec![];
        for (name, value) in values {
            let at = format!("{at}.{name}");
            let known = members
                .get(name)
                .or_else(|| members.get(&format!("{name}?")));
            match known.or_else(|| members.get("*")) {
                Some(shape) => found.extend(self.misfits(shape, value, &at, of)),
                None if of == Of::Answer => {}
                None => found.push(Misfit {
                    at,
                    why: "is not published".to_owned(),
                }),
            }
        }
        if of == (Of::Request { is_new: true }) {
            for name in members
                .keys()
                .filter(|name| !name.ends_with('?') && *name != "*")
            {
                if !values.contains_key(name) {
                    let (at, why) = (format!("{at}.{name}"), "is missing".to_owned());
                    found.push(Misfit { at, why });
                }
            }
        }
        found
    }
}

fn is_scalar(name: &str, value: &Value) -> bool {
    match name {
        "any" => true,
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "date-time" => value.as_str().is_some_and(|text| {
            let text = text.as_bytes();
            text.len() >= 19 && text[4] == b'-' && text[10] == b'T' && text[13] == b':'
        }),
        other => panic!("no type: {other}"),
    }
}

/// Of a number its value, of a text its length. Patterns are of what people name, which is Sentry's to refuse.
fn is_within(limits: &Value, value: &Value) -> bool {
    let size = value.as_f64().or_else(|| {
        let length = value.as_str()?.chars().count();
        Some(length as f64)
    });
    let Some(size) = size else { return true };
    limits["min"].as_f64().is_none_or(|min| size >= min)
        && limits["max"].as_f64().is_none_or(|max| size <= max)
}

fn short(value: &Value) -> String {
    value.to_string().chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::published;
    use super::*;

    #[test]
    fn what_is_not_of_the_shape_is_found() {
        let shape = json!({
            "name": ["limits", "string", { "min": 1, "max": 5 }],
            "kind?": ["one of", "a", "b"],
            "at?": ["null", "date-time"],
            "list?": ["list", { "id": "integer", "*": "number" }],
            "either?": ["either", "integer", { "is": "boolean" }],
        });
        let new = Of::Request { is_new: true };
        let at = |value: Value, of: Of| {
            let found = published().misfits(&shape, &value, "", of);
            found
                .into_iter()
                .map(|misfit| misfit.at)
                .collect::<Vec<_>>()
        };
        for good in [
            json!({ "name": "x" }),
            json!({ "name": "x", "kind": "b", "at": null, "list": [], "either": { "is": true } }),
            json!({ "name": "x", "at": "2025-11-20T08:00:00Z", "list": [{ "id": 1, "x": 0.5 }], "either": 3 }),
        ] {
            assert_eq!(at(good, new), Vec::<String>::new());
        }
        for (bad, place) in [
            (json!({}), ".name"),
            (json!([]), ""),
            (json!({ "name": null }), ".name"),
            (json!({ "name": "" }), ".name"),
            (json!({ "name": "123456" }), ".name"),
            (json!({ "name": "x", "more": 1 }), ".more"),
            (json!({ "name": "x", "kind": "c" }), ".kind=c"),
            (json!({ "name": "x", "at": "yesterday" }), ".at"),
            (json!({ "name": "x", "list": {} }), ".list"),
            (
                json!({ "name": "x", "list": [{ "id": "1" }] }),
                ".list[].id",
            ),
            (
                json!({ "name": "x", "list": [{ "id": 1, "x": "y" }] }),
                ".list[].x",
            ),
            (json!({ "name": "x", "either": { "is": 1 } }), ".either"),
        ] {
            assert_eq!(at(bad, new), [place]);
        }
        let update = Of::Request { is_new: false };
        assert_eq!(at(json!({}), update), Vec::<String>::new());
        assert_eq!(at(json!({ "more": 1 }), update), [".more"]);
        assert_eq!(at(json!({ "more": 1 }), Of::Answer), Vec::<String>::new());
    }
}
