//! Forms that pages of this server post.

use oauth_provider::http::{Error, MAX_BODY, Request};
use oauth_provider::params::Params;

use crate::runtime::incoming::Incoming;

/// Reads the body of a `POST` as a form of at most 64 KiB.
///
/// # Errors
/// The body is too long, did not come whole, or is no form.
pub async fn posted_form(request: &mut Incoming) -> Result<Params, Error> {
    let body = match request.body(MAX_BODY).await {
        Ok(body) => Some(body),
        Err(error) => error.cut_off().map_or(Ok(None), Err)?,
    };
    let content_type = request.header("content-type");
    Params::from_form(&Request {
        method: "POST",
        content_type: content_type.as_deref(),
        authorization: None,
        body: body.as_deref(),
    })
}
