//! How the token and revocation endpoints treat codes and tokens that nobody issued.

use serde_json::json;
use url::Url;

use crate::answer::Answer;
use crate::ask::Asker;
use crate::evidence::Evidence;
use crate::made_up::{REDIRECT_URI, TOKEN, UNKNOWN_CLIENT, VERIFIER};
use crate::question::Question;

const AT_TOKEN: [Question; 5] = [
    Question::UnknownTokenAtDefault,
    Question::UnknownCode,
    Question::UnknownCodeAsJson,
    Question::UnknownCodeInQuery,
    Question::UnknownGrantType,
];

pub async fn try_requests(asker: &Asker<'_>, evidence: &mut Evidence) {
    let client = evidence.client.as_ref();
    let client_id = client
        .map_or(UNKNOWN_CLIENT, |client| &client.id)
        .to_owned();
    let redirect_uri = client
        .map_or(REDIRECT_URI, |client| &client.redirect_uri)
        .to_owned();
    let resource = evidence.resource_identifier();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", TOKEN),
        ("redirect_uri", &redirect_uri),
        ("client_id", &client_id),
        ("code_verifier", VERIFIER),
        ("resource", &resource),
    ];
    match evidence.endpoint("token_endpoint") {
        Err(why) => evidence.skip(&AT_TOKEN, why),
        Ok(endpoint) => {
            let answer = at_default(&endpoint, &client_id, asker, evidence).await;
            evidence.keep(Question::UnknownTokenAtDefault, answer);
            let answer = asker.form(endpoint.clone(), &form).await;
            evidence.keep(Question::UnknownCode, answer);
            let object = form
                .iter()
                .map(|(name, value)| ((*name).to_owned(), json!(value)));
            let answer = asker.json(endpoint.clone(), &object.collect()).await;
            evidence.keep(Question::UnknownCodeAsJson, answer);
            let mut url = endpoint.clone();
            url.query_pairs_mut().extend_pairs(form);
            let answer = asker.document(url).await;
            evidence.keep(Question::UnknownCodeInQuery, answer);
            let form = [
                ("grant_type", "urn:example:no-such-grant"),
                ("client_id", &client_id),
            ];
            let answer = asker.form(endpoint, &form).await;
            evidence.keep(Question::UnknownGrantType, answer);
        }
    }
    match evidence.endpoint("revocation_endpoint") {
        Err(why) => evidence.skip(&[Question::UnknownTokenRevoked], why),
        Ok(endpoint) => {
            let form = [("token", TOKEN), ("client_id", &client_id)];
            let answer = asker.form(endpoint, &form).await;
            evidence.keep(Question::UnknownTokenRevoked, answer);
        }
    }
}

/// Where clients refresh that have lost the metadata: "/token" of the MCP server (MCP 2025-03-26, Fallbacks for Servers
/// without Metadata Discovery).
async fn at_default(
    endpoint: &Url,
    client_id: &str,
    asker: &Asker<'_>,
    evidence: &Evidence,
) -> Answer {
    match evidence.server.join("/token") {
        Ok(default) if default != *endpoint => {
            let form = [
                ("grant_type", "refresh_token"),
                ("refresh_token", TOKEN),
                ("client_id", client_id),
            ];
            asker.form(default, &form).await
        }
        _ => Answer::NotAsked("the token endpoint is at the default path"),
    }
}
