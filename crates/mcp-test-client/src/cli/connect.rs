//! Connects to the server that the options name.

use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use fetch::native::Native;
use url::Url;

use super::End;
use super::options::{Logout, Options, Server, SignIn, Transport};
use super::screen::Screen;
use crate::client::oauth::{
    Authorizer, ClientChoice, FileStore, Loopback, MemoryStore, Secret, Settings, Store,
    system_clock,
};
use crate::client::{Connection, Error, Http, Revision, Stdio};

/// The environment variable from which a server on stdio reads its token.
const TOKEN: &str = "SENTRY_ACCESS_TOKEN";

/// Connects to the server, over the transport that the options choose.
pub(super) async fn connect(options: &Options, screen: &Screen) -> Result<Connection, Error> {
    let Options {
        server, sign_in, ..
    } = options;
    let wanted = server.protocol_version.as_deref().and_then(Revision::parse);
    let timeout = Duration::from_secs(server.timeout);
    screen.busy("connecting");
    let transport: Box<dyn crate::client::Transport> = if is_stdio(server, sign_in)? {
        let (program, arguments) = program(server)?;
        Box::new(Stdio::start(&program, &arguments, timeout)?)
    } else {
        let native = native()?;
        let authorizer = authorizer(server, sign_in, screen, &native)?;
        Box::new(Http::new(
            native,
            endpoint(server)?,
            Some(authorizer),
            timeout,
        ))
    };
    Connection::open(transport, wanted, &mut screen.clone()).await
}

/// The command `mcp-test-client logout`.
pub(super) async fn log_out(asked: &Logout, screen: &Screen) -> Result<End, Error> {
    let mut authorizer = authorizer(&asked.server, &asked.sign_in, screen, &native()?)?;
    let had = authorizer.sign_out().await?;
    if screen.json() {
        screen.value(&serde_json::json!({ "signed_out": had }));
    } else {
        screen.say(if had {
            "Signed out: the server was told, and the tokens are forgotten."
        } else {
            "There is no sign-in for this server."
        });
    }
    Ok(End::Well)
}

pub(super) fn native() -> Result<Native, Error> {
    // While a person types, nothing notices that a server closes idle connections, so we close them early.
    Native::with_idle_timeout(Duration::from_secs(2))
        .map_err(|error| Error::Local(format!("HTTP cannot be used: {error}")))
}

/// Whether the transport is stdio. A metadata document is useful only over HTTP; an error says so if stdio would
/// otherwise be chosen without a word.
fn is_stdio(server: &Server, sign_in: &SignIn) -> Result<bool, Error> {
    let has_token = std::env::var_os(TOKEN).is_some_and(|token| !token.is_empty());
    choose(
        server.transport,
        server.command.is_some(),
        has_token,
        sign_in.client_metadata_url.is_some(),
    )
}

fn choose(
    transport: Transport,
    has_command: bool,
    has_token: bool,
    has_document: bool,
) -> Result<bool, Error> {
    let why = match transport {
        Transport::Http if has_command => {
            return Err(Error::Usage(
                "--command starts a server on stdio, and --transport http speaks HTTP: leave one out".to_owned(),
            ));
        }
        Transport::Http => None,
        Transport::Stdio => Some("--transport stdio"),
        Transport::Auto if has_command => Some("--command"),
        Transport::Auto if has_token => Some(TOKEN),
        Transport::Auto => None,
    };
    match why {
        Some(why) if has_document => Err(Error::Usage(format!(
            "--client-metadata-url (or MCP_CLIENT_METADATA_URL) is about the sign-in over HTTP, and {why} means a server on stdio, which has none: \
             it would be ignored. Add --transport http to sign in with the document, or leave it out"
        ))),
        why => Ok(why.is_some()),
    }
}

/// The URL of the MCP endpoint.
fn endpoint(server: &Server) -> Result<Url, Error> {
    let mut url = match &server.endpoint {
        Some(url) => url.clone(),
        None => {
            let mut url = server.mcp_host.clone();
            if url.path() == "/" || url.path().is_empty() {
                url.set_path("/mcp");
            }
            url
        }
    };
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(Error::Usage(format!("{url} is not an http or https URL")));
    }
    url.set_fragment(None);
    Ok(url)
}

/// The server's program: the one beside this program, otherwise the one in the path.
fn program(server: &Server) -> Result<(String, Vec<String>), Error> {
    if let Some(command) = &server.command {
        let mut words = shlex::split(command)
            .filter(|words| !words.is_empty())
            .ok_or_else(|| Error::Usage(format!("--command cannot be read: {command}")))?;
        let program = words.remove(0);
        return Ok((program, words));
    }
    let name = format!("sentry-mcp{}", std::env::consts::EXE_SUFFIX);
    let beside = std::env::current_exe()
        .ok()
        .map(|own| own.with_file_name(&name))
        .filter(|path| path.is_file());
    let program = beside.map_or(name, |path| path.to_string_lossy().into_owned());
    Ok((program, Vec::new()))
}

fn authorizer(
    server: &Server,
    asked: &SignIn,
    screen: &Screen,
    native: &Native,
) -> Result<Authorizer, Error> {
    let store: Rc<dyn Store> = if asked.no_store {
        Rc::new(MemoryStore::default())
    } else {
        Rc::new(FileStore::new(folder(asked)?))
    };
    let is_old = server.protocol_version.as_deref() == Some("2025-03-26");
    let settings = settings(asked, endpoint(server)?, is_old)?;
    Ok(sign_in(asked, screen, native, settings, store))
}

/// An authorizer that uses a browser on this computer.
pub(super) fn sign_in(
    asked: &SignIn,
    screen: &Screen,
    native: &Native,
    settings: Settings,
    store: Rc<dyn Store>,
) -> Authorizer {
    let open = !asked.no_browser;
    let (told, noted) = (screen.clone(), screen.clone());
    let browser = Loopback {
        announce: Rc::new(move |link| {
            told.note(if open {
                "Opening your browser to sign in. If none opens, this is the link:"
            } else {
                "To sign in, open this link in a browser on this computer:"
            });
            told.aside(link.as_str());
            told.busy("waiting for the browser");
        }),
        open,
        patience: Duration::from_secs(asked.sign_in_timeout),
    };
    Authorizer::new(
        settings,
        Rc::new(native.clone()),
        Rc::new(browser),
        store,
        system_clock,
        Rc::new(move |text| noted.note(text)),
    )
}

pub(super) fn settings(
    asked: &SignIn,
    server: Url,
    without_metadata: bool,
) -> Result<Settings, Error> {
    let client = match (&asked.client_metadata_url, &asked.client_id) {
        (Some(url), _) => {
            let parsed = Url::parse(url).ok().filter(|url| url.scheme() == "https");
            if parsed.is_none_or(|url| url.path() == "/") {
                return Err(Error::Usage(format!(
                    "--client-metadata-url must be an https URL with a path, as a client_id must be (Client ID Metadata Document -02 §3): {url}"
                )));
            }
            ClientChoice::Document(url.clone())
        }
        (None, Some(id)) => ClientChoice::Registered {
            id: id.clone(),
            secret: std::env::var("MCP_CLIENT_SECRET")
                .ok()
                .filter(|secret| !secret.is_empty())
                .map(Secret::new),
            issuer: asked.issuer.clone(),
        },
        (None, None) => ClientChoice::Register,
    };
    Ok(Settings {
        server,
        client,
        scope: asked.scope.clone(),
        issuer: asked.issuer.clone(),
        port: asked.callback_port,
        own: asked.client_credentials,
        resource: None,
        without_metadata,
    })
}

fn folder(asked: &SignIn) -> Result<PathBuf, Error> {
    if let Some(folder) = &asked.state {
        return Ok(folder.clone());
    }
    let variable = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    variable("XDG_STATE_HOME")
        .or_else(|| variable("LOCALAPPDATA"))
        .or_else(|| variable("HOME").map(|home| home.join(".local").join("state")))
        .map(|base| base.join("mcp-test-client"))
        .ok_or_else(|| {
            Error::Local(
                "there is no home folder to keep tokens in: give --state FOLDER or --no-store"
                    .to_owned(),
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    // rule: test-client/document-needs-http: a document needs HTTP
    #[test]
    fn which_transport() {
        use Transport::{Auto, Http, Stdio};
        for (transport, command, token, is_stdio) in [
            (Auto, false, false, false),
            (Auto, false, true, true),
            (Auto, true, false, true),
            (Http, false, true, false),
            (Stdio, false, false, true),
        ] {
            assert_eq!(choose(transport, command, token, false).unwrap(), is_stdio);
            let with_document = choose(transport, command, token, true);
            assert_eq!(with_document.is_err(), is_stdio, "a document needs HTTP");
        }
        let refusal = choose(Auto, false, true, true).unwrap_err().to_string();
        assert!(
            refusal.contains("SENTRY_ACCESS_TOKEN") && refusal.contains("--transport http"),
            "{refusal}"
        );
        assert!(choose(Http, true, false, false).is_err());
    }
}
