//! Dynamic registration, if the person allows it: each leaves a record at the server.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use url::Url;
use url::form_urlencoded::byte_serialize;

use crate::answer::object;
use crate::ask::Asker;
use crate::evidence::{Evidence, KnownClient};
use crate::json::list;
use crate::made_up::{REDIRECT_URI, TOKEN, VERIFIER};
use crate::question::Question;

const BASIC: &str = "client_secret_basic";
const ALL: [Question; 5] = [
    Question::Registration,
    Question::DangerousRegistration,
    Question::BasicRegistration,
    Question::BasicAlone,
    Question::BasicWithId,
];
const WITH_BASIC: [Question; 2] = [Question::BasicAlone, Question::BasicWithId];

pub async fn register(allowed: bool, asker: &Asker<'_>, evidence: &mut Evidence) {
    let endpoint = match evidence.endpoint("registration_endpoint") {
        Ok(endpoint) => endpoint,
        Err(why) => return evidence.skip(&ALL, why),
    };
    if !allowed {
        return evidence.skip(&ALL, "needs --register, since it leaves a record there");
    }
    let answer = asker
        .json(endpoint.clone(), &metadata(REDIRECT_URI, "none"))
        .await;
    let id = answer.response().filter(|response| response.is_success());
    let id = id.and_then(object).and_then(|body| {
        let id = body.get("client_id").and_then(Value::as_str)?;
        Some(id.to_owned())
    });
    evidence.client = id.map(|id| KnownClient {
        id,
        redirect_uri: REDIRECT_URI.to_owned(),
    });
    evidence.keep(Question::Registration, answer);
    let body = metadata("javascript:alert(1)", "none");
    let dangerous = asker.json(endpoint.clone(), &body).await;
    evidence.keep(Question::DangerousRegistration, dangerous);
    with_basic(endpoint, asker, evidence).await;
}

/// Registers a client with a secret, if Basic is advertised, and shows its secret in the header alone.
async fn with_basic(endpoint: Url, asker: &Asker<'_>, evidence: &mut Evidence) {
    let methods = evidence
        .metadata()
        .and_then(|(_, metadata)| list(&metadata, "token_endpoint_auth_methods_supported"));
    if !methods.is_some_and(|all| all.iter().any(|method| method == BASIC)) {
        return evidence.skip(&WITH_BASIC, "client_secret_basic is not advertised");
    }
    let answer = asker.json(endpoint, &metadata(REDIRECT_URI, BASIC)).await;
    let body = answer
        .response()
        .filter(|r| r.is_success())
        .and_then(object);
    evidence.keep(Question::BasicRegistration, answer);
    let text = |name: &str| body.as_ref()?.get(name)?.as_str().map(str::to_owned);
    let method = text("token_endpoint_auth_method");
    let (Some(id), Some(secret), true) = (
        text("client_id"),
        text("client_secret"),
        method.is_none_or(|method| method == BASIC),
    ) else {
        return evidence.skip(
            &WITH_BASIC,
            "no client was registered for client_secret_basic",
        );
    };
    let token_endpoint = match evidence.endpoint("token_endpoint") {
        Ok(endpoint) => endpoint,
        Err(why) => return evidence.skip(&WITH_BASIC, why),
    };
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let pair = STANDARD.encode(format!("{}:{}", encoded(&id), encoded(&secret)));
    let header = format!("Basic {pair}");
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("code", TOKEN),
        ("redirect_uri", REDIRECT_URI),
        ("code_verifier", VERIFIER),
    ];
    let alone = asker.form_as(token_endpoint.clone(), &form, &header).await;
    evidence.keep(Question::BasicAlone, alone);
    form.push(("client_id", &id));
    let both = asker.form_as(token_endpoint, &form, &header).await;
    evidence.keep(Question::BasicWithId, both);
}

fn metadata(redirect_uri: &str, method: &str) -> Value {
    json!({
        "client_name": "Doctor of mcp-test-client",
        "redirect_uris": [redirect_uri],
        "application_type": "native",
        "token_endpoint_auth_method": method,
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
    })
}
