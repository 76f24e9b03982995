use mcp::{ResourceBody, ResourceContents};
use serde_json::{Value, json};

use crate::tools::PIXEL;

/// `resources/list`
pub(crate) fn list() -> Vec<Value> {
    [
        ("test://static-text", "text/plain"),
        ("test://static-binary", "image/png"),
    ]
    .into_iter()
    .map(|(uri, mime_type)| {
        json!({
            "uri": uri,
            "name": uri,
            "description": "A fixture of the conformance suite.",
            "mimeType": mime_type,
        })
    })
    .collect()
}

/// `resources/templates/list`
pub(crate) fn templates() -> Vec<Value> {
    vec![json!({
        "uriTemplate": "test://template/{id}/data",
        "name": "template",
        "description": "A fixture of the conformance suite.",
        "mimeType": "application/json",
    })]
}

/// `resources/read`
pub(crate) fn read(uri: &str) -> Option<Vec<ResourceContents>> {
    let (mime_type, body) = match uri {
        "test://static-text" => (
            "text/plain",
            ResourceBody::Text("This is the content of the static text resource.".to_owned()),
        ),
        "test://static-binary" => ("image/png", ResourceBody::Blob(PIXEL.to_owned())),
        _ => {
            let id = uri
                .strip_prefix("test://template/")?
                .strip_suffix("/data")?;
            let data =
                json!({ "id": id, "templateTest": true, "data": format!("Data for ID: {id}") });
            ("application/json", ResourceBody::Text(data.to_string()))
        }
    };
    Some(vec![ResourceContents {
        uri: uri.to_owned(),
        mime_type: mime_type.to_owned(),
        body,
    }])
}
