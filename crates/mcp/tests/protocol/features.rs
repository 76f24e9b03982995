//! Prompts, resources and completions, in every version.
// file rule: mcp/prompts-and-resources: prompts, resources, completions, one-page lists in every
//    version

use crate::fixture::ask;
use mcp::Version;
use serde_json::{Value, json};

async fn code(version: Version, method: &str, params: Value) -> Option<i64> {
    ask(version, method, params).await.1["error"]["code"].as_i64()
}

#[tokio::test]
async fn prompts() {
    for version in Version::ALL {
        let params = json!({ "name": "greet", "arguments": { "whom": "Ada" } });
        let (_, answer) = ask(version, "prompts/get", params).await;
        assert_eq!(
            answer["result"]["messages"],
            json!([
                { "role": "user", "content": { "type": "text", "text": "Greet Ada." } },
                { "role": "assistant", "content": { "type": "text", "text": "Hello!" } },
            ])
        );
        for odd in [
            json!({}),
            json!({ "name": 1 }),
            json!({ "name": "nope" }),
            json!({ "name": "greet" }),
            json!({ "name": "greet", "arguments": [] }),
        ] {
            assert_eq!(code(version, "prompts/get", odd).await, Some(-32602));
        }
    }
}

#[tokio::test]
async fn a_resource_that_is_not_there_has_the_code_of_its_version() {
    for (version, expected) in [
        (Version::V2025_03_26, -32002),
        (Version::V2025_06_18, -32002),
        (Version::V2025_11_25, -32002),
        (Version::V2026_07_28, -32602),
    ] {
        let params = json!({ "uri": "fixture://no\"thing" });
        let (status, answer) = ask(version, "resources/read", params).await;
        assert_eq!(status, 200);
        assert_eq!(answer["error"]["code"], expected);
        assert_eq!(
            answer["error"]["data"],
            json!({ "uri": "fixture://no\"thing" })
        );
        assert_eq!(
            code(version, "resources/read", json!({})).await,
            Some(-32602)
        );
        let (_, answer) = ask(
            version,
            "resources/read",
            json!({ "uri": "fixture://bytes" }),
        )
        .await;
        assert_eq!(
            answer["result"]["contents"],
            json!([{ "uri": "fixture://bytes", "mimeType": "image/png", "blob": "AAAA" }])
        );
    }
}

#[tokio::test]
async fn completions_are_at_most_a_hundred() {
    for version in Version::ALL {
        let params = json!({
            "ref": { "type": "ref/prompt", "name": "greet" },
            "argument": { "name": "whom", "value": "y" },
            "context": { "arguments": { "other": "z" } },
        });
        let (_, answer) = ask(version, "completion/complete", params).await;
        let completion = &answer["result"]["completion"];
        let values = completion["values"].as_array().unwrap();
        assert_eq!(values.len(), 100);
        assert_eq!(values[..3], ["whom", "y", "other"]);
        assert_eq!(completion["hasMore"], true);
        for odd in [
            json!({}),
            json!({ "ref": { "type": "ref/prompt", "name": "greet" } }),
            json!({ "ref": { "type": "ref/tool", "name": "greet" }, "argument": { "name": "a", "value": "" } }),
            json!({ "ref": { "type": "ref/prompt" }, "argument": { "name": "a", "value": "" } }),
            json!({ "ref": { "type": "ref/resource", "uri": "x" }, "argument": { "name": "a", "value": "" } }),
            json!({ "ref": { "type": "ref/prompt", "name": "greet" }, "argument": { "name": "a", "value": 1 } }),
        ] {
            assert_eq!(
                code(version, "completion/complete", odd).await,
                Some(-32602)
            );
        }
    }
}

#[tokio::test]
async fn every_list_is_one_page() {
    for version in Version::ALL {
        for (method, array) in [
            ("tools/list", "tools"),
            ("prompts/list", "prompts"),
            ("resources/list", "resources"),
            ("resources/templates/list", "resourceTemplates"),
        ] {
            for cursor in [json!("x"), json!(" "), json!(1), json!([])] {
                let params = json!({ "cursor": cursor });
                assert_eq!(code(version, method, params).await, Some(-32602));
            }
            for cursor in [json!(null), json!("")] {
                let (_, answer) = ask(version, method, json!({ "cursor": cursor })).await;
                assert_eq!(answer["result"][array].as_array().unwrap().len(), 1);
                assert!(answer["result"].get("nextCursor").is_none());
            }
        }
    }
}
