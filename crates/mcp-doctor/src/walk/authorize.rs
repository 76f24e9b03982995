//! Authorization requests, each with one fault. No redirect is followed and no form is sent, so nobody is asked and
//! nothing is granted.

use url::Url;

use crate::ask::Asker;
use crate::evidence::{Evidence, NO_CLIENT};
use crate::made_up::{
    CHALLENGE, FOREIGN_RESOURCE, FOREIGN_URI, OTHER_PORT, STATE, UNKNOWN_CLIENT, UNKNOWN_DOCUMENT,
};
use crate::network::is_safe;
use crate::question::Question;

const WITH_CLIENT: [Question; 8] = [
    Question::ForeignRedirectUri,
    Question::GoodRequest,
    Question::OtherPort,
    Question::NoChallenge,
    Question::PlainChallenge,
    Question::TokenResponse,
    Question::ForeignResource,
    Question::Duplicate,
];
const WITHOUT_CLIENT: [Question; 3] = [
    Question::UnknownClient,
    Question::UnknownDocument,
    Question::NoClient,
];

pub async fn try_requests(asker: &Asker<'_>, evidence: &mut Evidence) {
    let endpoint = match evidence.endpoint("authorization_endpoint") {
        Ok(endpoint) => endpoint,
        Err(why) => {
            evidence.skip(&WITH_CLIENT, why);
            return evidence.skip(&WITHOUT_CLIENT, why);
        }
    };
    for question in WITHOUT_CLIENT {
        if question == Question::UnknownDocument && !takes_documents(evidence) {
            evidence.skip(&[question], "metadata documents are not advertised");
            continue;
        }
        let url = request(&endpoint, question, UNKNOWN_CLIENT, FOREIGN_URI, evidence);
        evidence.keep(question, asker.page(url).await);
    }
    let Some(client) = &evidence.client else {
        return evidence.skip(&WITH_CLIENT, NO_CLIENT);
    };
    let (id, redirect_uri) = (client.id.clone(), client.redirect_uri.clone());
    for question in WITH_CLIENT {
        let redirect_uri = match (question, at_other_port(&redirect_uri)) {
            (Question::OtherPort, Some(other)) => other,
            (Question::OtherPort, None) => {
                evidence.skip(
                    &[question],
                    "the client is not called back at this computer",
                );
                continue;
            }
            _ => redirect_uri.clone(),
        };
        let url = request(&endpoint, question, &id, &redirect_uri, evidence);
        evidence.keep(question, asker.page(url).await);
    }
}

/// The same redirect URI at another port, if it is one of this computer over http.
fn at_other_port(redirect_uri: &str) -> Option<String> {
    let mut url = Url::parse(redirect_uri).ok()?;
    if url.scheme() != "http" || !is_safe(&url) {
        return None;
    }
    url.set_port(Some(OTHER_PORT)).ok()?;
    Some(url.into())
}

fn takes_documents(evidence: &Evidence) -> bool {
    let member = "client_id_metadata_document_supported";
    evidence.metadata().is_some_and(|(_, metadata)| {
        metadata.get(member).and_then(serde_json::Value::as_bool) == Some(true)
    })
}

/// The URL of an authorization request that is correct, except for what the question is about.
fn request(
    endpoint: &Url,
    question: Question,
    client_id: &str,
    redirect_uri: &str,
    evidence: &Evidence,
) -> Url {
    let mut url = endpoint.clone();
    let scope = evidence.scope();
    let resource = evidence.resource_identifier();
    let mut query = url.query_pairs_mut();
    let response_type = match question {
        Question::TokenResponse => "token",
        _ => "code",
    };
    query.append_pair("response_type", response_type);
    match question {
        Question::NoClient => {}
        Question::UnknownDocument => {
            query.append_pair("client_id", UNKNOWN_DOCUMENT);
        }
        _ => {
            query.append_pair("client_id", client_id);
        }
    }
    let redirect_uri = match question {
        Question::ForeignRedirectUri => FOREIGN_URI,
        _ => redirect_uri,
    };
    query.append_pair("redirect_uri", redirect_uri);
    query.append_pair("state", STATE);
    if question != Question::NoChallenge {
        query.append_pair("code_challenge", CHALLENGE);
        let method = match question {
            Question::PlainChallenge => "plain",
            _ => "S256",
        };
        query.append_pair("code_challenge_method", method);
    }
    let resource = match question {
        Question::ForeignResource => FOREIGN_RESOURCE,
        _ => &resource,
    };
    query.append_pair("resource", resource);
    if let Some(scope) = scope {
        query.append_pair("scope", &scope);
    }
    if question == Question::Duplicate {
        query.append_pair("response_type", "code");
    }
    drop(query);
    url
}
