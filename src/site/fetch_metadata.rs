//! Which page sent a request, as browsers tell it: `Origin`, and Fetch Metadata (`Sec-Fetch-Site`, `Sec-Fetch-Dest`), which no
//! script can set. A program sends none of them, and a browser from before 2023 perhaps no Fetch Metadata.

use crate::runtime::incoming::Incoming;

/// Whether a form was posted by a page of ours, as far as the browser tells. What it holds is signed and bound to a cookie
/// besides, so that a form of a browser that tells nothing may pass.
pub fn is_from_our_page(request: &Incoming) -> bool {
    let site = request.header("sec-fetch-site");
    if matches!(site.as_deref(), Some("cross-site" | "same-site")) {
        return false;
    }
    match request.header("origin").as_deref() {
        None => true,
        Some("null") => site.as_deref() == Some("same-origin"),
        Some(origin) => origin == request.origin.as_str(),
    }
}

/// Whether a page of another site sent the request.
pub fn is_from_another_site(request: &Incoming) -> bool {
    match request.header("sec-fetch-site").as_deref() {
        Some(site) => site == "cross-site" || site == "same-site",
        None => request
            .header("origin")
            .is_some_and(|origin| origin != request.origin.as_str()),
    }
}

/// Whether the request is for a part of another site's page (an image, a frame, a script's fetch) and not a window that went here.
pub fn is_embedded(request: &Incoming) -> bool {
    is_from_another_site(request)
        && request
            .header("sec-fetch-dest")
            .is_some_and(|dest| dest != "document")
}
