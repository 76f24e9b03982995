//! The commands `doctor` and `metadata`, with what they need of a terminal.

use std::io;
use std::rc::Rc;

use fetch::native::Native;
use fetch::{Fetch as _, LocalFuture, Method, Request};
use mcp_doctor::{SignIn, SignedIn};
use url::Url;

use super::End;
use super::connect;
use super::options::{self, Doctor, Metadata};
use super::screen::Screen;
use crate::client::Error;
use crate::client::oauth::{Challenge, ClientChoice, MemoryStore};
use crate::metadata;

pub(super) async fn doctor(asked: &Doctor, screen: &Screen) -> Result<End, Error> {
    let native = connect::native()?;
    let mut chosen = mcp_doctor::Options {
        server: asked.url.clone(),
        register: asked.register,
        sign_in: asked.sign_in,
        json: screen.json(),
    };
    if chosen.sign_in && screen.is_attended() {
        let question = format!(
            "Sign in at {} with your browser? It checks the tokens that you get, and has them revoked in the end.",
            asked.url
        );
        chosen.sign_in = screen.agrees(&question);
    }
    let person = Person {
        asked: &asked.client,
        screen,
        native: &native,
        store: Rc::default(),
    };
    let mut out = Vec::new();
    screen.busy("asking the server");
    let good = mcp_doctor::run(&chosen, &native, Some(&person), &mut out).await;
    finish(good, &out, screen)
}

pub(super) async fn metadata(command: &Metadata, screen: &Screen) -> Result<End, Error> {
    match command {
        Metadata::Check { of } => {
            let native = connect::native()?;
            let mut out = Vec::new();
            screen.busy("reading the document");
            let good = metadata::check(of, screen.json(), &native, &mut out).await;
            finish(good, &out, screen)
        }
        Metadata::New { url } => new_document(url, screen),
    }
}

fn finish(good: io::Result<bool>, out: &[u8], screen: &Screen) -> Result<End, Error> {
    screen.quiet();
    let written = io::Write::write_all(&mut io::stdout(), out);
    match written.and(good) {
        Ok(true) => Ok(End::Well),
        Ok(false) => Ok(End::Failed),
        Err(error) => Err(Error::Local(error.to_string())),
    }
}

/// Prints a `client-metadata.json` for this URL.
fn new_document(url: &Url, screen: &Screen) -> Result<End, Error> {
    if url.scheme() != "https" || url.path() == "/" || url.fragment().is_some() {
        return Err(Error::Usage(format!(
            "a client_id is an https URL with a path and without a fragment (Client ID Metadata Document -02 §3): {url}"
        )));
    }
    let mut document: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(include_str!("../../client-metadata.json"))
            .map_err(|error| Error::Local(format!("client-metadata.json: {error}")))?;
    document.insert("client_id".to_owned(), url.as_str().into());
    document.insert(
        "client_uri".to_owned(),
        url.origin().ascii_serialization().into(),
    );
    screen.value(&document.into());
    Ok(End::Well)
}

/// Signs in as the client does, but stores nothing on disk.
struct Person<'a> {
    asked: &'a options::SignIn,
    screen: &'a Screen,
    native: &'a Native,
    /// Shared by the sign-ins of one run, of which there may be several.
    store: Rc<MemoryStore>,
}

impl SignIn for Person<'_> {
    fn sign_in(&self, server: &Url) -> LocalFuture<'_, Result<SignedIn, String>> {
        let server = server.clone();
        Box::pin(async move {
            self.signed_in(server)
                .await
                .map_err(|error| error.to_string())
        })
    }
}

impl Person<'_> {
    async fn signed_in(&self, server: Url) -> Result<SignedIn, Error> {
        let settings = connect::settings(self.asked, server.clone(), false)?;
        if matches!(
            settings.client,
            ClientChoice::Registered {
                secret: Some(_),
                ..
            }
        ) || settings.own
        {
            return Err(Error::Usage(
                "the doctor signs in as a public client: leave MCP_CLIENT_SECRET and --client-credentials out".to_owned(),
            ));
        }
        let challenge = self.challenge(server).await?;
        let mut authorizer = connect::sign_in(
            self.asked,
            self.screen,
            self.native,
            settings,
            self.store.clone(),
        );
        let outcome = authorizer.sign_in_anew(challenge.as_ref()).await?;
        let (asked, answer) = outcome
            .way
            .ok_or_else(|| Error::Local("the sign-in left no code".to_owned()))?;
        self.screen.busy("asking the server");
        Ok(SignedIn {
            client_id: outcome.identity.client_id,
            access_token: outcome.tokens.access_token.reveal().to_owned(),
            refresh_token: outcome
                .tokens
                .refresh_token
                .map(|token| token.reveal().to_owned()),
            code: answer.code,
            code_verifier: asked.verifier.reveal().to_owned(),
            redirect_uri: asked.redirect_uri,
            token_endpoint: outcome.token_endpoint,
        })
    }

    /// The challenge in the server's answer to a request without a token.
    async fn challenge(&self, server: Url) -> Result<Option<Challenge>, Error> {
        let shown = server.to_string();
        let request = Request::new(Method::Post, server)
            .header("accept", "application/json, text/event-stream")
            .body(
                "application/json",
                r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#,
            )
            .max_body(64 * 1024);
        let answer = self
            .native
            .fetch(request)
            .await
            .map_err(|source| Error::Unreachable {
                doing: format!("asking {shown}"),
                source,
            })?;
        let lines = answer
            .headers
            .iter()
            .filter(|(name, _)| name == "www-authenticate");
        Ok(Challenge::read(lines.map(|(_, value)| value.as_str())))
    }
}
