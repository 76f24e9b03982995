//! Arbitrary bytes always get a valid answer. `make fuzz` runs the same checks for longer.
// file rule: mcp/always-answered: whatever is sent is answered, with its own id or none, and
//    nothing panics

mod checks;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn version() -> impl Strategy<Value = Option<String>> {
    prop_oneof![
        Just(None),
        Just(Some("2025-03-26".to_owned())),
        Just(Some("2025-11-25".to_owned())),
        Just(Some("2026-07-28".to_owned())),
        any::<Option<String>>(),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".*".prop_map(Value::from),
        Just(json!("2.0")),
        Just(json!("2026-07-28")),
        Just(json!({ "action": "decline" })),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        let name = prop_oneof![
            Just("name".to_owned()),
            Just("uri".to_owned()),
            Just("arguments".to_owned()),
            Just("_meta".to_owned()),
            Just("io.modelcontextprotocol/protocolVersion".to_owned()),
            Just("io.modelcontextprotocol/clientCapabilities".to_owned()),
            Just("inputResponses".to_owned()),
            Just("q".to_owned()),
            ".*",
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(name, inner, 0..6)
                .prop_map(|map| Value::Object(Map::from_iter(map))),
        ]
    })
}

fn message() -> impl Strategy<Value = Value> {
    let method = prop_oneof![
        Just("initialize".to_owned()),
        Just("server/discover".to_owned()),
        Just("tools/list".to_owned()),
        Just("tools/call".to_owned()),
        Just("prompts/get".to_owned()),
        Just("resources/read".to_owned()),
        Just("completion/complete".to_owned()),
        ".*",
    ];
    (method, value(), value(), any::<bool>()).prop_map(|(method, id, mut params, modern)| {
        if modern && params.is_object() {
            params["_meta"] = json!({
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientCapabilities": {},
            });
        }
        json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
    })
}

proptest! {
    #[test]
    fn bytes_are_answered(version in version(), body in any::<Vec<u8>>()) {
        checks::any_request(version.as_deref(), None, None, &body);
    }

    #[test]
    fn values_are_answered(version in version(), body in value()) {
        checks::any_request(version.as_deref(), None, None, body.to_string().as_bytes());
    }

    #[test]
    fn messages_are_answered(version in version(), body in message(), mirrored in any::<bool>()) {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let method = text(&body["method"]).filter(|_| mirrored);
        let name = text(&body["params"]["name"]).or_else(|| text(&body["params"]["uri"]));
        checks::any_request(
            version.as_deref(),
            method.as_deref(),
            name.as_deref(),
            body.to_string().as_bytes(),
        );
    }

    #[test]
    fn batches_are_answered(bodies in prop::collection::vec(message(), 0..22)) {
        checks::any_request(None, None, None, Value::from(bodies).to_string().as_bytes());
    }
}
