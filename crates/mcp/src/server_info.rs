//! What a server says about itself: the results of `initialize` and `server/discover`, and the `_meta` member of every
//! result.

use crate::handler::{Capabilities, Handler, Implementation};
use crate::json::{self, Object};
use crate::version::Version;

/// The result of `initialize` (MCP 2025-11-25 lifecycle).
pub(crate) fn initialized<H: Handler>(handler: &H, version: Version, result: &mut Object<'_>) {
    result.text("protocolVersion", version.as_str());
    capabilities(handler.capabilities(), result.name("capabilities"));
    card(handler.implementation(), version, result.name("serverInfo"));
    result.maybe("instructions", handler.instructions());
}

/// The result of `server/discover` (MCP 2026-07-28 discover), without the members that every result has.
pub(crate) fn discovered<H: Handler>(handler: &H, result: &mut Object<'_>) {
    supported(result.name("supportedVersions"));
    capabilities(handler.capabilities(), result.name("capabilities"));
    result.maybe("instructions", handler.instructions());
}

/// Writes all supported versions, as an array.
pub(crate) fn supported(out: &mut String) {
    json::array(out, Version::ALL, |out, version| {
        json::text(out, version.as_str());
    });
}

/// "Servers SHOULD include [`io.modelcontextprotocol/serverInfo`] in every result's `_meta`" (MCP 2026-07-28 basic).
/// `server/discover` gets all of it; other results get only the name and the version.
pub(crate) fn signature(
    implementation: Implementation<'_>,
    whole: Option<Version>,
    meta: &mut Object<'_>,
) {
    let out = meta.name("io.modelcontextprotocol/serverInfo");
    match whole {
        Some(version) => card(implementation, version, out),
        None => {
            Object::begin(out)
                .text("name", implementation.name)
                .text("version", implementation.version)
                .end();
        }
    }
}

/// Writes the capabilities, and declares only what works (MCP 2025-11-25 lifecycle, Capability Negotiation). Lists
/// change only with a deployment, and clients are not told of it, so there is no `listChanged`; there is no `subscribe`
/// and no `logging` either.
fn capabilities(declared: Capabilities, out: &mut String) {
    let mut object = Object::begin(out);
    object.raw("tools", "{}");
    for (name, there) in [
        ("prompts", declared.prompts),
        ("resources", declared.resources),
        ("completions", declared.completions),
    ] {
        if there {
            object.raw(name, "{}");
        }
    }
    object.end();
}

fn card(implementation: Implementation<'_>, version: Version, out: &mut String) {
    let mut object = Object::begin(out);
    object
        .text("name", implementation.name)
        .text("version", implementation.version);
    if version.has_titles() {
        object.text("title", implementation.title);
    }
    if version.has_descriptions() {
        object
            .text("description", implementation.description)
            .maybe("websiteUrl", implementation.website_url);
        if let Some(icon) = implementation.icon {
            json::array(object.name("icons"), [icon], |out, icon| {
                Object::begin(out)
                    .text("src", icon)
                    .raw("mimeType", "\"image/svg+xml\"")
                    .raw("sizes", "[\"any\"]")
                    .end();
            });
        }
    }
    object.end();
}
