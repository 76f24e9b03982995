//! The capabilities that an authorization server announces in its metadata.

use serde_json::Value;

use crate::check::Check;
use crate::evidence::Evidence;
use crate::json::{list, plainly};
use crate::severity::Severity::{Failure, Warning};
use crate::verdict::{Finding, Verdict, holds};

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "grant-types",
        expected: "authorization_code among grant_types_supported, if it is there",
        section: "RFC 8414 §2",
        severity: Failure,
        run: grant_types,
    },
    Check {
        name: "pkce-s256",
        expected: "S256 among code_challenge_methods_supported: clients refuse to go on without",
        section: "MCP authorization, Authorization Code Protection",
        severity: Failure,
        run: pkce,
    },
    Check {
        name: "pkce-no-plain",
        expected: "no plain",
        section: "RFC 9700 §2.1.1",
        severity: Warning,
        run: no_plain,
    },
    Check {
        name: "no-retired-grants",
        expected: "no token in response_types_supported, no implicit or password grant",
        section: "OAuth 2.1 §10",
        severity: Warning,
        run: no_retired_grants,
    },
    Check {
        name: "public-clients",
        expected: "none among token_endpoint_auth_methods_supported (nothing said means client_secret_basic)",
        section: "RFC 8414 §2, RFC 8252 §8.4",
        severity: Warning,
        run: public_clients,
    },
    Check {
        name: "metadata-documents",
        expected: "client_id_metadata_document_supported: true",
        section: "MCP authorization, Client ID Metadata Documents",
        severity: Warning,
        run: metadata_documents,
    },
    Check {
        name: "registration-way",
        expected: "a way for a client that nobody knows: metadata documents or a registration_endpoint",
        section: "MCP authorization, Client Registration",
        severity: Warning,
        run: registration_way,
    },
    Check {
        name: "iss-advertised",
        expected: "authorization_response_iss_parameter_supported: true",
        section: "RFC 9207 §3; MCP authorization, Authorization Response Validation",
        severity: Warning,
        run: iss_advertised,
    },
];

fn grant_types(evidence: &Evidence) -> Verdict {
    match list(&evidence.metadata_members()?, "grant_types_supported") {
        None => Ok("nothing said".to_owned()),
        Some(types) => {
            let code = types.iter().any(|kind| kind == "authorization_code");
            holds(code, types.join(", "))
        }
    }
}

fn pkce(evidence: &Evidence) -> Verdict {
    match list(
        &evidence.metadata_members()?,
        "code_challenge_methods_supported",
    ) {
        None => Err(Finding::Broken(
            "no code_challenge_methods_supported".to_owned(),
        )),
        Some(methods) => holds(methods.iter().any(|m| m == "S256"), methods.join(", ")),
    }
}

fn no_plain(evidence: &Evidence) -> Verdict {
    let methods = list(
        &evidence.metadata_members()?,
        "code_challenge_methods_supported",
    );
    let methods = methods.ok_or(Finding::Skipped("no methods are advertised"))?;
    holds(!methods.iter().any(|m| m == "plain"), methods.join(", "))
}

fn no_retired_grants(evidence: &Evidence) -> Verdict {
    let metadata = evidence.metadata_members()?;
    let types = list(&metadata, "response_types_supported").unwrap_or_default();
    let by_front = types
        .into_iter()
        .filter(|kind| kind.split(' ').any(|part| part == "token"));
    let grants = list(&metadata, "grant_types_supported").unwrap_or_default();
    let retired = grants
        .into_iter()
        .filter(|grant| grant == "implicit" || grant == "password");
    let found: Vec<String> = by_front.chain(retired).collect();
    if found.is_empty() {
        Ok("none".to_owned())
    } else {
        Err(Finding::Broken(found.join(", ")))
    }
}

fn public_clients(evidence: &Evidence) -> Verdict {
    match list(
        &evidence.metadata_members()?,
        "token_endpoint_auth_methods_supported",
    ) {
        None => Err(Finding::Broken("nothing said".to_owned())),
        Some(methods) => holds(methods.iter().any(|m| m == "none"), methods.join(", ")),
    }
}

fn metadata_documents(evidence: &Evidence) -> Verdict {
    if !evidence
        .metadata_members()?
        .contains_key("registration_endpoint")
    {
        // If there is no way to register at all, `registration-way` reports that.
        registration_way(evidence).map_err(|_| Finding::Skipped("there is no way at all"))?;
    }
    flag(evidence, "client_id_metadata_document_supported")
}

fn iss_advertised(evidence: &Evidence) -> Verdict {
    flag(evidence, "authorization_response_iss_parameter_supported")
}

fn flag(evidence: &Evidence, name: &str) -> Verdict {
    match evidence.metadata_members()?.get(name) {
        Some(value) => holds(*value == Value::Bool(true), plainly(value)),
        None => Err(Finding::Broken("nothing said".to_owned())),
    }
}

fn registration_way(evidence: &Evidence) -> Verdict {
    let metadata = evidence.metadata_members()?;
    let documents =
        metadata.get("client_id_metadata_document_supported") == Some(&Value::Bool(true));
    match (documents, metadata.contains_key("registration_endpoint")) {
        (true, true) => Ok("both".to_owned()),
        (true, false) => Ok("metadata documents".to_owned()),
        (false, true) => Ok("registration_endpoint".to_owned()),
        (false, false) => Err(Finding::Broken(
            "neither: an operator must register each client".to_owned(),
        )),
    }
}
