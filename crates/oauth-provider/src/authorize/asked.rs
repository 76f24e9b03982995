use crate::grant::FlowId;
use crate::par::{PushedName, PushedRequests, RequestUri};
use crate::params::Params;

use super::problem::{PageProblem, missing, once};

/// What an authorization URL asks for: its own query, or the request that was pushed before it (RFC 9126 §4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The request, still to be validated.
    pub query: String,
    /// Its name, if it was pushed.
    pub pushed: Option<PushedName>,
    /// The sign-in that it begins, where the server tells them apart in its log.
    pub flow: Option<FlowId>,
}

impl From<&str> for Asked {
    fn from(query: &str) -> Self {
        Self {
            query: query.to_owned(),
            pushed: None,
            flow: None,
        }
    }
}

impl Asked {
    /// Reads the query of an authorization URL. With a `request_uri` of our form only that and `client_id` count
    /// (RFC 9101 §5, RFC 9126 §4: the client sends nothing else), and what is kept under it stays as it is.
    ///
    /// # Errors
    /// Always for a page: without the pushed request it is not known where an answer could go.
    pub async fn read(query: &str, pushed: &impl PushedRequests) -> Result<Self, PageProblem> {
        let params = Params::parse(query);
        if !params.all("request_uri").any(RequestUri::looks_like_ours) {
            return Ok(query.into());
        }
        let uri = once(&params, "request_uri")?.ok_or_else(|| missing("request_uri"))?;
        let client_id = once(&params, "client_id")?.ok_or_else(|| missing("client_id"))?;
        let name = RequestUri::parse(uri)
            .ok_or(PageProblem::RequestUri)?
            .name();
        let found = pushed.pushed(&name).await.map_err(PageProblem::Storage)?;
        let request = found.map(|query| Params::parse(&query));
        // Somebody else's is answered as an unknown one.
        let request = request
            .filter(|request| request.one("client_id") == Ok(Some(client_id)))
            .ok_or(PageProblem::RequestUri)?;
        Ok(Self {
            query: at_its_endpoint(request, &params).to_query(),
            pushed: Some(name),
            flow: None,
        })
    }
}

/// A scoped metadata document has `issuer` and `resource` in its authorization endpoint's own query. They are not the
/// client's parameters, and fill in what it did not push: the answer must carry the issuer that it knows (RFC 9207).
fn at_its_endpoint(request: Params, url: &Params) -> Params {
    if url.all("issuer").next().is_none() {
        return request;
    }
    request.or_from(url, "issuer").or_from(url, "resource")
}
