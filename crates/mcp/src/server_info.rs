//! What a server says about itself: the results of `initialize` and `server/discover`, and a line in every result.

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

/// The result of `server/discover` (MCP 2026-07-28 discover), but for what every result has.
pub(crate) fn discovered<H: Handler>(handler: &H, result: &mut Object<'_>) {
    supported(result.name("supportedVersions"));
    capabilities(handler.capabilities(), result.name("capabilities"));
    result.maybe("instructions", handler.instructions());
}

/// All versions, as an array.
pub(crate) fn supported(out: &mut String) {
    json::array(out, Version::ALL, |out, version| {
        json::text(out, version.as_str());
    });
}

/// "Servers SHOULD include [`io.modelcontextprotocol/serverInfo`] in every result's `_meta`" (MCP 2026-07-28 basic).
/// The whole card stands in `server/discover`; elsewhere name and version do.
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

/// Only what works is declared (MCP 2025-11-25 lifecycle, Capability Negotiation). Lists change with a deployment and
/// nobody is told, so that there is no `listChanged`; nor `subscribe`, nor `logging`.
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
