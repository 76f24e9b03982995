//! The commands `doctor` and `metadata`, with what they need of a terminal.

use std::io;
use std::rc::Rc;
use std::time::Duration;

use fetch::native::Native;
use fetch::{Fetch as _, FetchError, LocalFuture, Method, Request};
use mcp_doctor::{Credentials, Extent, Report, Severity, SignIn, SignedIn};
use url::Url;

use super::End;
use super::connect;
use super::options::{self, Doctor, FailOn, Metadata};
use super::place;
use super::screen::{self, Screen};
use crate::as_server::{AsServer, Trial};
use crate::client::Error;
use crate::client::oauth::{Challenge, ClientChoice, MemoryStore, Settings, system_clock};
use crate::metadata;

pub(super) async fn doctor(asked: &Doctor, screen: &Screen) -> Result<End, Error> {
    if asked.as_server {
        return of_client(asked, screen).await;
    }
    let native = connect::native()?;
    let typed = asked.url.as_deref().unwrap_or_default();
    let mut chosen = mcp_doctor::Options {
        server: server(typed, &native, screen).await?,
        register: asked.register,
        sign_in: asked.sign_in,
    };
    if chosen.sign_in && screen.is_attended() {
        let question = format!(
            "Sign in at {} with your browser? It checks the tokens that you get, and has them revoked in the end.",
            chosen.server
        );
        chosen.sign_in = screen.agrees(&question);
    }
    let person = Person {
        asked: &asked.client,
        screen,
        native: &native,
        store: Rc::default(),
    };
    screen.busy("asking the server");
    let report = mcp_doctor::examine(&chosen, &native, Some(&person)).await;
    tell(&report, asked, screen)
}

/// Serves a strict server, and reports on the client that comes.
async fn of_client(asked: &Doctor, screen: &Screen) -> Result<End, Error> {
    let trial = match asked.trial {
        options::Trial::None => Trial::None,
        options::Trial::WrongIss => Trial::WrongIss,
        options::Trial::WrongState => Trial::WrongState,
    };
    let port = asked.port.unwrap_or_default();
    let server = AsServer::listen(port, trial, asked.token_lifetime, system_clock).await?;
    let until = match asked.for_seconds {
        Some(seconds) => format!("for {seconds} s"),
        None => "until Ctrl-C".to_owned(),
    };
    screen.aside(&format!(
        "Point the client at {} ({until}).",
        server.endpoint()
    ));
    let seconds = asked.for_seconds;
    let end = async move {
        let interrupted = tokio::signal::ctrl_c();
        match seconds {
            Some(seconds) => {
                let _ = tokio::time::timeout(Duration::from_secs(seconds), interrupted).await;
            }
            None => {
                let _ = interrupted.await;
            }
        }
    };
    let report = server.serve(end).await?;
    tell(&report, asked, screen)
}

/// Prints a report as it was asked for.
fn tell(report: &Report, asked: &Doctor, screen: &Screen) -> Result<End, Error> {
    let format = match asked.format {
        _ if screen.json() => mcp_doctor::Format::Json,
        options::Format::Text => mcp_doctor::Format::Text,
        options::Format::Json => mcp_doctor::Format::Json,
        options::Format::Markdown => mcp_doctor::Format::Markdown,
        options::Format::Junit => mcp_doctor::Format::Junit,
    };
    let mut out = Vec::new();
    let written = report.write(format, extent(screen, asked.all), &mut out);
    let good = written.map(|()| match asked.fail_on {
        FailOn::Never => true,
        FailOn::Failure => report.ok,
        FailOn::Warning => report.ok && report.count(Severity::Warning) == 0,
    });
    if format != mcp_doctor::Format::Text {
        return finish(good, &out, screen);
    }
    finish(good, &coloured(&out), screen)
}

fn extent(screen: &Screen, all: bool) -> Extent {
    match (screen.is_quiet(), all) {
        (true, _) => Extent::Verdict,
        (false, true) => Extent::All,
        (false, false) => Extent::Problems,
    }
}

/// The server's URL. Of those that a text without a scheme may mean, it is the first one where something answers.
async fn server(typed: &str, native: &Native, screen: &Screen) -> Result<Url, Error> {
    let mut candidates = place::candidates(typed).map_err(Error::Usage)?.into_iter();
    let first = candidates.next();
    let mut last = first.ok_or_else(|| Error::Usage(format!("{typed} is not a URL")))?;
    for next in candidates {
        let request = Request::new(Method::Get, last.clone())
            .timeout(Duration::from_secs(10))
            .max_body(64 * 1024);
        match native.fetch(request).await {
            Err(error) if matches!(error.cause(), FetchError::Unreachable(_)) => {
                screen.note(&format!("nothing answers at {last}; trying {next}"));
                last = next;
            }
            _ => return Ok(last),
        }
    }
    Ok(last)
}

/// Colours the severities, where standard output is a terminal that shows colours.
fn coloured(out: &[u8]) -> Vec<u8> {
    let plain = String::from_utf8_lossy(out);
    let mut coloured =
        anstream::AutoStream::new(Vec::new(), anstream::AutoStream::choice(&io::stdout()));
    for line in plain.lines() {
        let word = ["failure", "warning"]
            .into_iter()
            .find(|word| line.starts_with(word));
        let style = match word {
            Some("failure") => screen::ERROR,
            Some(_) => screen::WARNING,
            None => anstyle::Style::new(),
        };
        let (word, rest) = line.split_at(word.unwrap_or_default().len());
        // Writing to memory cannot fail.
        let _ = io::Write::write_all(
            &mut coloured,
            format!("{style}{word}{style:#}{rest}\n").as_bytes(),
        );
    }
    coloured.into_inner()
}

pub(super) async fn metadata(command: &Metadata, screen: &Screen) -> Result<End, Error> {
    match command {
        Metadata::Check { of, all } => {
            let form = match screen.json() {
                true => metadata::Form::Json,
                false => metadata::Form::Text(extent(screen, *all)),
            };
            let native = connect::native()?;
            let mut out = Vec::new();
            screen.busy("reading the document");
            let good = metadata::check(of, form, &native, &mut out).await;
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
    fn sign_in(
        &self,
        server: &Url,
        resource: Option<&str>,
    ) -> LocalFuture<'_, Result<SignedIn, String>> {
        let (server, resource) = (server.clone(), resource.map(str::to_owned));
        Box::pin(async move {
            self.signed_in(server, resource)
                .await
                .map_err(|error| error.to_string())
        })
    }
}

impl Person<'_> {
    async fn signed_in(&self, server: Url, resource: Option<String>) -> Result<SignedIn, Error> {
        let settings = Settings {
            resource,
            ..connect::settings(self.asked, server.clone(), false)?
        };
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
        let identity = outcome.identity;
        let credentials = match (identity.basic(), identity.secret) {
            (Some(header), _) => Credentials::Header(header, identity.with_id.get()),
            (None, Some(secret)) => Credentials::Body(secret.reveal().to_owned()),
            (None, None) => Credentials::Public,
        };
        let ends = outcome.tokens.expires_at;
        Ok(SignedIn {
            client_id: identity.client_id,
            credentials,
            expires_in: ends.map(|end| end.saturating_sub(system_clock())),
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
