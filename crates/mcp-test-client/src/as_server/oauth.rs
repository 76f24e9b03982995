//! Registration, authorization and tokens, as strict as the rules.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::{Host, Url};

use super::Trial;
use super::desk::{Asked, Code, Desk, MOST, Reply, SCOPE};
use crate::client::Error;
use crate::client::oauth::random;

type Form = BTreeMap<String, String>;

const PAGE: &str = "<!doctype html><html lang=en><meta charset=utf-8><title>Sign in</title>\
<p>A client asks to sign in at this test server.<form method=post><button>Allow</button></form>";

impl Desk {
    pub fn register(&mut self, asked: &Asked) -> Result<Reply, Error> {
        let body: Value = serde_json::from_slice(&asked.body).unwrap_or_default();
        let uris = body.get("redirect_uris").and_then(Value::as_array);
        let uris: Vec<String> = uris
            .into_iter()
            .flatten()
            .filter_map(|uri| uri.as_str().map(str::to_owned))
            .collect();
        let bad = uris.iter().find(|uri| !is_allowed(uri)).cloned();
        let found = match (&bad, uris.is_empty()) {
            (Some(bad), _) => bad.clone(),
            (None, true) => "no redirect_uris".to_owned(),
            (None, false) => uris.join(", "),
        };
        if !self
            .notes
            .note("registration", bad.is_none() && !uris.is_empty(), found)
        {
            return Ok(Reply::error(
                400,
                "invalid_redirect_uri",
                "https or this computer",
            ));
        }
        let kind = body.get("application_type").and_then(Value::as_str);
        let found = kind.unwrap_or("no application_type");
        self.notes.note("application-type", kind.is_some(), found);
        if let Some(name) = body.get("client_name").and_then(Value::as_str) {
            name.clone_into(&mut self.client);
        }
        if self.clients.len() >= MOST {
            return Ok(Reply::error(
                503,
                "temporarily_unavailable",
                "too many clients",
            ));
        }
        let id = random()?;
        self.clients.insert(id.clone(), uris.clone());
        let said =
            json!({ "client_id": id, "redirect_uris": uris, "token_endpoint_auth_method": "none" });
        Ok(Reply::json(201, &said))
    }

    /// Judges an authorization request; the person agrees on the page.
    pub fn authorize(&mut self, asked: &Asked) -> Reply {
        match self.judged(&asked.query_pairs()) {
            Ok(()) => page(200, PAGE),
            Err(reply) => reply,
        }
    }

    /// The person has agreed: a code, or what the trial sends instead.
    pub fn agree(&mut self, asked: &Asked) -> Result<Reply, Error> {
        let query = asked.query_pairs();
        if let Err(reply) = self.judged(&query) {
            return Ok(reply);
        }
        if self.codes.len() >= MOST {
            return Ok(Reply::empty(503));
        }
        let text = |name: &str| query.get(name).cloned().unwrap_or_default();
        let trap = match self.trial {
            Trial::None => None,
            Trial::WrongIss => Some("wrong-iss-refused"),
            Trial::WrongState => Some("wrong-state-refused"),
        };
        if let Some(trap) = trap {
            self.notes.note(trap, true, "nothing was redeemed");
        }
        let code = random()?;
        let mut target = Url::parse(&text("redirect_uri"))
            .map_err(|error| Error::Protocol(format!("the redirect URI: {error}")))?;
        let (mut iss, mut state) = (self.origin.clone(), text("state"));
        match self.trial {
            Trial::WrongIss => iss = "https://issuer.invalid".to_owned(),
            Trial::WrongState => state.push_str("-of-another"),
            Trial::None => {}
        }
        target
            .query_pairs_mut()
            .append_pair("code", &code)
            .append_pair("state", &state)
            .append_pair("iss", &iss);
        let issued = Code {
            client_id: text("client_id"),
            redirect_uri: text("redirect_uri"),
            challenge: text("code_challenge"),
            is_redeemed: false,
            trap,
        };
        self.codes.insert(code, issued);
        Ok(Reply::empty(302).header("location", target))
    }

    fn judged(&mut self, query: &Form) -> Result<(), Reply> {
        let text = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
        let id = text("client_id");
        let is_document = id.starts_with("https://");
        let known = self.clients.get(id).cloned();
        let refuse = |words: &str| Err(page(400, &format!("<!doctype html><p>{words}")));
        if !self
            .notes
            .note("known-client", known.is_some() || is_document, id)
        {
            return refuse("The client is not known here.");
        }
        let uri = text("redirect_uri");
        // The document of a client is not fetched: what it would allow is not judged.
        let fits = known.map_or_else(
            || is_allowed(uri),
            |known| known.iter().any(|one| is_same(one, uri)),
        );
        if !self.notes.note("redirect-uri", fits, uri) {
            return refuse("The redirect URI is not registered.");
        }
        let kind = text("response_type");
        let mut good = self.notes.note("response-type", kind == "code", kind);
        let (challenge, method) = (text("code_challenge"), text("code_challenge_method"));
        let found = format!("{} characters, method {method}", challenge.len());
        good &= self
            .notes
            .note("pkce", challenge.len() == 43 && method == "S256", found);
        let state = text("state");
        let found = if state.is_empty() {
            "no state"
        } else {
            "there"
        };
        self.notes.note("state", !state.is_empty(), found);
        let resource = self.resource();
        let said = text("resource");
        good &= self
            .notes
            .note("resource-authorize", said == resource, said);
        self.notes
            .note("scope", text("scope") == SCOPE, text("scope"));
        if good {
            Ok(())
        } else {
            refuse("The request breaks a rule; the report says which.")
        }
    }

    pub fn token(&mut self, asked: &Asked) -> Result<Reply, Error> {
        let kind = asked.header("content-type");
        let is_form = kind.starts_with("application/x-www-form-urlencoded");
        if !self.notes.note("token-form", is_form, kind) {
            return Ok(Reply::error(400, "invalid_request", "a form is wanted"));
        }
        let form = asked.form();
        let said = form.get("resource").cloned().unwrap_or_default();
        let resource = self.resource();
        if !self.notes.note("resource-token", said == resource, said) {
            return Ok(Reply::error(
                400,
                "invalid_target",
                "the resource is missing or another",
            ));
        }
        match form.get("grant_type").map(String::as_str) {
            Some("authorization_code") => self.redeem(&form),
            Some("refresh_token") => self.renew(&form),
            _ => Ok(Reply::error(
                400,
                "unsupported_grant_type",
                "code or refresh",
            )),
        }
    }

    fn redeem(&mut self, form: &Form) -> Result<Reply, Error> {
        let text = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
        let Some(code) = self.codes.get_mut(text("code")) else {
            self.notes
                .note("redeem", false, "a code that was not issued");
            return Ok(Reply::error(400, "invalid_grant", "no such code"));
        };
        if let Some(trap) = code.trap {
            self.notes
                .note(trap, false, "the code was redeemed all the same");
        }
        let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(text("code_verifier").as_bytes()));
        let wrong = [
            ("the code for the second time", code.is_redeemed),
            ("another client_id", text("client_id") != code.client_id),
            (
                "another redirect_uri",
                text("redirect_uri") != code.redirect_uri,
            ),
            ("a code_verifier that does not fit", hash != code.challenge),
        ];
        code.is_redeemed = true;
        if let Some((found, _)) = wrong.into_iter().find(|(_, is_so)| *is_so) {
            self.notes.note("redeem", false, found);
            return Ok(Reply::error(400, "invalid_grant", found));
        }
        self.notes
            .note("redeem", true, "once, with what belongs to it");
        self.issue(text("client_id"))
    }

    fn renew(&mut self, form: &Form) -> Result<Reply, Error> {
        let text = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
        let token = text("refresh_token");
        let owner = self.refresh.get(token).cloned();
        let found = match &owner {
            _ if self.spent.contains_key(token) => "an old refresh token",
            None => "a refresh token that was not issued",
            Some(owner) if owner != text("client_id") => "a refresh token of another client",
            Some(_) => "the newest",
        };
        if !self.notes.note("refresh", found == "the newest", found) {
            return Ok(Reply::error(400, "invalid_grant", found));
        }
        self.refresh.remove(token);
        if self.spent.len() < MOST {
            self.spent.insert(token.to_owned(), ());
        }
        self.issue(text("client_id"))
    }

    fn issue(&mut self, client: &str) -> Result<Reply, Error> {
        if self.access.len() >= MOST {
            return Ok(Reply::error(
                503,
                "temporarily_unavailable",
                "too many tokens",
            ));
        }
        let (access, refresh) = (random()?, random()?);
        self.access
            .insert(access.clone(), self.now.saturating_add(self.lifetime));
        self.refresh.insert(refresh.clone(), client.to_owned());
        Ok(Reply::json(
            200,
            &json!({
                "access_token": access,
                "token_type": "Bearer",
                "expires_in": self.lifetime,
                "refresh_token": refresh,
                "scope": SCOPE,
            }),
        ))
    }
}

fn page(status: u16, text: &str) -> Reply {
    let mut reply = Reply::empty(status)
        .header("content-type", "text/html; charset=utf-8")
        .header(
            "content-security-policy",
            "default-src 'none'; frame-ancestors 'none'",
        )
        .header("cache-control", "no-store");
    text.clone_into(&mut reply.body);
    reply
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether a redirect URI may be registered: https, this computer, or a private-use scheme (RFC 8252 §7).
fn is_allowed(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| match url.scheme() {
        "https" => url.fragment().is_none(),
        "http" => is_loopback(&url) && url.fragment().is_none(),
        scheme => scheme.contains('.'),
    })
}

/// Whether two redirect URIs are the same: the texts or, on this computer, all but the port (RFC 8252 §7.3).
fn is_same(registered: &str, sent: &str) -> bool {
    let bare = |text: &str| {
        let mut url = Url::parse(text).ok().filter(is_loopback)?;
        url.set_port(None).ok()?;
        Some(url)
    };
    registered == sent || bare(registered).is_some_and(|one| bare(sent) == Some(one))
}
