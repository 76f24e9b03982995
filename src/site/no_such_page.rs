//! The page for an address that this server does not have.

use oauth_provider::Origin;
use oauth_provider::http::Response;

use crate::runtime::incoming::Incoming;
use crate::site::pages::ErrorPage;

/// Whether a person's browser asks for a page.
pub fn is_for_a_person(request: &Incoming) -> bool {
    let accept = request.header("accept").unwrap_or_default();
    request.method == "GET" && accept.contains("text/html")
}

/// The 404 page. It is not logged as a problem: any stranger can ask for any path.
pub fn no_such_page(request_id: &str, origin: &Origin) -> Response {
    ErrorPage {
        status: 404,
        code: "not_found",
        title: "There is no such page",
        text: "The address is mistyped, or a link to it is wrong.".to_owned(),
        todo: "Begin at the first page of this site.",
        request_id: request_id.to_owned(),
        ..ErrorPage::default()
    }
    .respond(origin, false)
    .header("cross-origin-opener-policy", "same-origin")
}
