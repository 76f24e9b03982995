use crate::json::Object;
use crate::resource::ResourceContents;

/// One piece of a tool's result or of a prompt's message.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Content {
    /// Plain text or Markdown.
    Text {
        /// The text itself.
        text: String,
    },
    /// An image.
    Image {
        /// The image's bytes, in base64.
        data: String,
        /// The media type, such as `image/png`.
        mime_type: String,
    },
    /// A sound recording.
    Audio {
        /// The recording's bytes, in base64.
        data: String,
        /// The media type, such as `audio/wav`.
        mime_type: String,
    },
    /// The contents of a resource, embedded in the result.
    Resource(ResourceContents),
}

impl Content {
    pub(crate) fn write(out: &mut String, content: &Self) {
        let mut object = Object::begin(out);
        match content {
            Self::Text { text } => {
                object.raw("type", "\"text\"").text("text", text);
            }
            Self::Image { data, mime_type } => {
                bytes(&mut object, "\"image\"", data, mime_type);
            }
            Self::Audio { data, mime_type } => {
                bytes(&mut object, "\"audio\"", data, mime_type);
            }
            Self::Resource(resource) => {
                object.raw("type", "\"resource\"");
                ResourceContents::write(object.name("resource"), resource);
            }
        }
        object.end();
    }
}

fn bytes(object: &mut Object<'_>, kind: &str, data: &str, mime_type: &str) {
    object
        .raw("type", kind)
        .text("data", data)
        .text("mimeType", mime_type);
}
