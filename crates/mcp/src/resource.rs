use crate::json::Object;

/// The contents of a resource: the result of reading it, or embedded in other content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceContents {
    /// The resource's URI.
    pub uri: String,
    /// The media type, such as `text/markdown`.
    pub mime_type: String,
    /// The text or the bytes.
    pub body: ResourceBody,
}

/// The body of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResourceBody {
    /// Text.
    Text(String),
    /// Binary data, in base64.
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
