use crate::json::Object;

/// What a resource holds: the result of reading it, or a piece of content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceContents {
    /// Which resource.
    pub uri: String,
    /// Such as `text/markdown`.
    pub mime_type: String,
    /// What it holds.
    pub body: ResourceBody,
}

/// What a resource holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResourceBody {
    /// Text.
    Text(String),
    /// Bytes, in base64.
    Blob(String),
}

impl ResourceContents {
    pub(crate) fn write(out: &mut String, contents: &Self) {
        let (name, body) = match &contents.body {
            ResourceBody::Text(text) => ("text", text),
            ResourceBody::Blob(blob) => ("blob", blob),
        };
        Object::begin(out)
            .text("uri", &contents.uri)
            .text("mimeType", &contents.mime_type)
            .text(name, body)
            .end();
    }
}
