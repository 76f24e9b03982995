//! Dynamic registration, if the person allows it: each leaves a record at the server.

use serde_json::{Value, json};

use crate::answer::object;
use crate::ask::Asker;
use crate::evidence::{Evidence, KnownClient};
use crate::made_up::REDIRECT_URI;
use crate::question::Question;

const BOTH: [Question; 2] = [Question::Registration, Question::DangerousRegistration];

pub async fn register(allowed: bool, asker: &Asker<'_>, evidence: &mut Evidence) {
    let endpoint = match evidence.endpoint("registration_endpoint") {
        Ok(endpoint) => endpoint,
        Err(why) => return evidence.skip(&BOTH, why),
    };
    if !allowed {
        return evidence.skip(&BOTH, "needs --register, since it leaves a record there");
    }
    let answer = asker.json(endpoint.clone(), &metadata(REDIRECT_URI)).await;
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
    let dangerous = asker.json(endpoint, &metadata("javascript:alert(1)")).await;
    evidence.keep(Question::DangerousRegistration, dangerous);
}

fn metadata(redirect_uri: &str) -> Value {
    json!({
        "client_name": "Doctor of mcp-test-client",
        "redirect_uris": [redirect_uri],
        "application_type": "native",
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
    })
}
