//! How to fix a broken rule, in words for the person who publishes the document.

/// Remedies by the names of the rules.
const REMEDIES: [(&str, &str); 19] = [
    (
        "the client id is a well-formed URL",
        "host the document at a plain https URL with a path, and use exactly that as client_id",
    ),
    (
        "the host is public",
        "move the document to a host that servers on the internet can reach by its name",
    ),
    (
        "the document can be fetched",
        "answer within ten seconds, over https with a certificate that browsers trust",
    ),
    (
        "the status is 200",
        "serve it at exactly this URL with status 200: redirects are not followed",
    ),
    (
        "the content type is JSON",
        "send Content-Type: application/json",
    ),
    (
        "the document is complete",
        "keep it under 5 KiB, and send all of it within ten seconds",
    ),
    ("the document is UTF-8", "save it as UTF-8"),
    (
        "the document is JSON",
        "make it one JSON object in which no key stands twice",
    ),
    (
        "client_id is the document's own URL",
        "set client_id to the URL of the document, character by character",
    ),
    (
        "the document holds no secret",
        "remove client_secret and client_secret_expires_at, and treat that secret as known to all",
    ),
    (
        "members have their types",
        "make texts strings and lists arrays of strings, as RFC 7591 §2 has them",
    ),
    (
        "one source of keys",
        "keep either jwks or jwks_uri, not both",
    ),
    (
        "the document holds no private key",
        "publish public keys alone, and replace the keys that were published",
    ),
    ("jwks_uri is usable", "set jwks_uri to an https URL"),
    (
        "token_endpoint_auth_method is usable",
        "use none, or private_key_jwt with a public key in jwks or jwks_uri",
    ),
    (
        "grant_types includes the code grant",
        "add authorization_code to grant_types, or leave the member out",
    ),
    (
        "response_types includes code",
        "add code to response_types, or leave the member out",
    ),
    (
        "client_name is present",
        "add client_name: people see it when they are asked",
    ),
    (
        "redirect_uris are usable",
        "list https URLs, http URLs of this computer (localhost, 127.0.0.1, [::1]), or a scheme that is your domain \
         backwards (com.example.app:/callback)",
    ),
];

/// The remedy for a broken rule.
pub fn remedy(check: &str) -> &'static str {
    let found = REMEDIES.iter().find(|(name, _)| *name == check);
    found.map_or("see the section", |(_, remedy)| remedy)
}

#[cfg(test)]
mod tests {
    use fetch::scripted::Scripted;
    use oauth_provider::client::check;

    use super::*;
    use crate::metadata::{OF_A_SERVER, settings};

    // rule: doctor/document-rules
    #[tokio::test]
    async fn every_rule_of_the_provider_has_one() {
        let report = check("no url", &settings("").unwrap(), &Scripted::new()).await;
        let checked = report.checks.iter().map(|check| check.check);
        let mut rules: Vec<_> = checked.chain(report.unchecked).collect();
        rules.retain(|rule| !OF_A_SERVER.contains(rule));
        let named: Vec<_> = REMEDIES.iter().map(|(name, _)| *name).collect();
        assert_eq!(rules, named);
    }
}
