//! The rules for clients, and what was seen of each.

use std::collections::BTreeMap;

use mcp_doctor::{Entry, Kind, Report, Severity, Sight, shown};

/// A rule for clients.
struct Rule {
    name: &'static str,
    area: &'static str,
    expected: &'static str,
    section: &'static str,
    severity: Severity,
    remedy: &'static str,
}

const fn rule(
    name: &'static str,
    area: &'static str,
    texts: [&'static str; 3],
    severity: Severity,
) -> Rule {
    let [expected, section, remedy] = texts;
    Rule {
        name,
        area,
        expected,
        section,
        severity,
        remedy,
    }
}

use Severity::{Failure, Warning};

const DISCOVERY: &str = "Discovery";
const SIGN_IN: &str = "Sign-in";
const TOKENS: &str = "Tokens";
const MESSAGES: &str = "Messages";

#[rustfmt::skip]
const RULES: &[Rule] = &[
    rule("resource-metadata", DISCOVERY, ["the resource metadata that the challenge names", "RFC 9728 §5.1", "Read resource_metadata in the challenge, and fetch that document."], Failure),
    rule("server-metadata", DISCOVERY, ["the issuer's metadata before a sign-in", "MCP authorization, Authorization Server Metadata Discovery", "Fetch /.well-known/oauth-authorization-server of the issuer."], Failure),
    rule("registration", DISCOVERY, ["redirect URIs of https, of this computer, or of a private-use scheme", "MCP authorization, Communication Security", "Register such redirect URIs only."], Failure),
    rule("application-type", DISCOVERY, ["application_type in the registration", "MCP client registration", "Send application_type: native, or web for a hosted client."], Warning),
    rule("known-client", SIGN_IN, ["the client_id of a registration, or of a metadata document", "RFC 6749 §4.1.1", "Register before the sign-in, or send the URL of a client metadata document."], Failure),
    rule("redirect-uri", SIGN_IN, ["a redirect URI that was registered, whatever its port on this computer", "RFC 6749 §3.1.2.3, RFC 8252 §7.3", "Send one of the registered redirect URIs, character by character."], Failure),
    rule("response-type", SIGN_IN, ["response_type=code", "RFC 6749 §4.1.1", "Ask for a code."], Failure),
    rule("pkce", SIGN_IN, ["a code_challenge of 43 characters, with S256", "RFC 7636 §4.3; MCP authorization, Authorization Code Protection", "Send code_challenge and code_challenge_method=S256."], Failure),
    rule("state", SIGN_IN, ["state, new for each sign-in", "RFC 6749 §10.12", "Draw a state for each request, and compare it in the answer."], Warning),
    rule("resource-authorize", SIGN_IN, ["resource: what the metadata say, in the authorization request", "RFC 8707 §2; MCP authorization, Resource Parameter Implementation", "Send resource with the value of the resource metadata."], Failure),
    rule("scope", SIGN_IN, ["the scope that the challenge names", "MCP authorization, Scope Selection Strategy", "Ask for the scope of the challenge, and no more."], Warning),
    rule("wrong-iss-refused", SIGN_IN, ["no code redeemed after an answer whose iss is another one", "RFC 9207 §2.4", "Compare iss with the issuer that was asked, and stop where it differs."], Failure),
    rule("wrong-state-refused", SIGN_IN, ["no code redeemed after an answer whose state is another one", "RFC 6749 §10.12", "Compare state with the one that was sent, and stop where it differs."], Failure),
    rule("token-form", TOKENS, ["token requests as forms, by POST", "RFC 6749 §4.1.3", "Send application/x-www-form-urlencoded."], Failure),
    rule("redeem", TOKENS, ["the code once, with its verifier, client and redirect URI", "RFC 6749 §4.1.3, RFC 7636 §4.5", "Redeem each code once, with what belongs to it."], Failure),
    rule("resource-token", TOKENS, ["the same resource in token requests", "RFC 8707 §2.2; MCP authorization, Resource Parameter Implementation", "Send resource with every token request."], Failure),
    rule("refresh", TOKENS, ["a refresh with the newest refresh token when the access token has ended", "RFC 6749 §6; OAuth 2.1 §4.3.1", "Keep the newest refresh token, and use it after a 401."], Failure),
    rule("token-in-header", MESSAGES, ["the token in the Authorization header, and nowhere else", "MCP authorization, Token Requirements", "Send Authorization: Bearer, and no token in a URL."], Failure),
    rule("token-stays", MESSAGES, ["the access token sent to the MCP endpoint alone", "RFC 6750 §5.3", "Send no token with requests for metadata, or to the authorization server."], Failure),
    rule("accept", MESSAGES, ["Accept with application/json and text/event-stream", "MCP transports, Sending Messages to the Server", "List both in Accept."], Failure),
    rule("version-header", MESSAGES, ["MCP-Protocol-Version after initialize", "MCP transports, Protocol Version Header", "Send MCP-Protocol-Version with every later message."], Failure),
];

/// What was seen of each rule. The first breach stays.
#[derive(Default)]
pub struct Notes(BTreeMap<&'static str, (bool, String)>);

impl Notes {
    /// Notes whether a rule was kept this time; `found` says what the client did.
    pub fn note(&mut self, name: &'static str, is_kept: bool, found: impl Into<String>) -> bool {
        let entry = self.0.entry(name).or_insert((true, String::new()));
        if entry.0 {
            *entry = (is_kept, found.into());
        }
        is_kept
    }

    /// The report on the client.
    pub fn report(&self, client: &str) -> Report {
        let findings: Vec<Entry> = RULES.iter().map(|rule| self.entry(rule)).collect();
        let count = |severity| findings.iter().filter(|f| f.severity == severity).count();
        let [failed, warned, held] = [Failure, Warning, Severity::Ok].map(count);
        let was_seen = failed + warned + held > 0;
        let verdict = match (was_seen, failed, warned) {
            (false, ..) => "no client came".to_owned(),
            (true, 0, 0) => format!("nothing is wrong: {held} held"),
            _ => format!("{failed} failed, {warned} warned, {held} held"),
        };
        let text = if was_seen {
            "A client of MCP, as it behaved at this server."
        } else {
            "Nobody asked for anything here."
        };
        Report {
            server: shown(client),
            verdict,
            sight: Sight {
                kind: if was_seen {
                    Kind::Protected
                } else {
                    Kind::Nothing
                },
                text: text.to_owned(),
                instead: None,
            },
            issuer: None,
            ok: was_seen && failed == 0,
            findings,
            clients: Vec::new(),
        }
    }

    fn entry(&self, rule: &Rule) -> Entry {
        let (severity, found) = match self.0.get(rule.name) {
            None => (Severity::Skipped, "it was not seen"),
            Some((true, found)) => (Severity::Ok, found.as_str()),
            Some((false, found)) => (rule.severity, found.as_str()),
        };
        let is_problem = matches!(severity, Failure | Warning);
        let found = shown(found);
        Entry {
            check: rule.name,
            found: if found.is_empty() {
                "nothing".to_owned()
            } else {
                found
            },
            expected: rule.expected,
            section: rule.section,
            severity,
            remedy: is_problem.then_some(rule.remedy),
            area: rule.area,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_breach_stays_and_an_unseen_rule_is_not_judged() {
        let mut notes = Notes::default();
        assert!(!notes.report("x").ok, "nobody came");
        notes.note("pkce", true, "S256");
        notes.note("pkce", false, "plain");
        notes.note("pkce", true, "S256");
        let report = notes.report("a\u{1b}[2Jb");
        assert_eq!(report.server, "a [2Jb");
        let pkce = report.findings.iter().find(|f| f.check == "pkce").unwrap();
        assert_eq!((pkce.severity, pkce.found.as_str()), (Failure, "plain"));
        assert!(pkce.remedy.is_some() && !report.ok);
        assert_eq!(report.count(Severity::Skipped), RULES.len() - 1);
    }
}
