use std::cell::Cell;
use std::rc::Rc;

use agent_mode::{AgentMode, Everybody, Mode};
use fetch::Fetch;
use sentry_api::{Client, Fixed, TokenSource};
use sentry_tools::{Listings, Remembered, Scopes, Server, Session, Skills};

use crate::auth::Kept;
use crate::ends::Failure;
use crate::local::{Local, REFUSED};
use crate::options::Options;
use crate::outgoing::Outgoing;
use crate::settings::{Environment, Settings};
use crate::store::Store;

/// The state that all requests of a process share.
pub struct Service {
    settings: Settings,
    client: Client,
    fetch: Rc<dyn Fetch>,
    verified: Rc<Remembered>,
    listings: Rc<Listings>,
    /// Where to look for a stored sign-in; `None` if a token was given.
    store: Option<Store>,
    signed_in: Cell<bool>,
    refused: Rc<dyn Fn()>,
    requests: Cell<u64>,
    /// A random prefix of request ids, which tells processes apart in logs.
    process: String,
}

/// The answer to each call while nobody is signed in.
const NOBODY: &str = "Nobody is signed in to Sentry here. Run `sentry-mcp auth login`, or start this server with \
SENTRY_ACCESS_TOKEN.";

impl Service {
    /// Builds the service from options and environment. A stored sign-in is not read yet.
    ///
    /// # Errors
    /// [`Failure`], if an option is invalid or the store cannot be opened.
    pub fn open(options: &Options, env: Environment<'_>) -> Result<Self, Failure> {
        let settings = Settings::read(options, env)?;
        let fetch: Rc<dyn Fetch> = Rc::new(Outgoing::new());
        let (tokens, store): (Rc<dyn TokenSource>, _) = match &settings.token {
            Some(token) => (Rc::new(Fixed(token.clone())), None),
            None => {
                let store = Store::open(env)?;
                let kept = Kept::new(store.clone(), settings.base.clone(), Rc::clone(&fetch));
                (Rc::new(kept), Some(store))
            }
        };
        let client = Client::new(Rc::clone(&fetch), tokens, settings.base.clone());
        let told = Cell::new(false);
        Ok(Self {
            settings,
            client,
            fetch,
            verified: Rc::default(),
            listings: Rc::default(),
            store,
            signed_in: Cell::new(false),
            refused: Rc::new(move || {
                if !told.replace(true) {
                    log(REFUSED);
                }
            }),
            requests: Cell::new(0),
            process: process(),
        })
    }

    /// Why no call can be made, if nobody is signed in. A sign-in that is made while this process runs is noticed.
    fn nobody(&self) -> Option<Rc<str>> {
        let store = self.store.as_ref().filter(|_| !self.signed_in.get())?;
        match store.place(&self.settings.base) {
            Ok(Some(_)) => {
                self.signed_in.set(true);
                None
            }
            Ok(None) => Some(Rc::from(NOBODY)),
            Err(failure) => Some(Rc::from(format!("The sign-in cannot be read: {failure}."))),
        }
    }

    /// Tells the person on standard error what will not work.
    pub fn tell(&self) {
        if std::io::IsTerminal::is_terminal(&std::io::stdin()) {
            log(
                "this is an MCP server; an editor or agent starts it and speaks to it here. Ctrl-D ends, --help says more.",
            );
        }
        if let Some(nobody) = self.nobody() {
            log(&nobody);
        }
        if self.settings.agent && self.settings.model.is_none() {
            log(
                "--agent needs a language model: set LLM_API_KEY. Until then the usual tools are offered.",
            );
        }
        if self.settings.verbose {
            log(&format!(
                "serving the tools of {}",
                self.settings.base.as_str()
            ));
        }
    }

    /// The settings of this process.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// A new session, for the next request.
    #[must_use]
    pub fn session(&self) -> Session {
        let number = self.requests.get().wrapping_add(1);
        self.requests.set(number);
        Session {
            skills: Skills::ALL,
            // The token's scopes are not known here; Sentry checks them.
            scopes: Scopes::ALL,
            constraint: self.settings.constraint.clone(),
            request_id: format!("{}-{number}", self.process),
            untrusted: self.settings.untrusted,
            limits: self.settings.limits.clone(),
            lists_all: self.settings.lists_all,
        }
    }

    /// A new handler, for the next request.
    #[must_use]
    pub fn handler(&self) -> AgentMode<Local> {
        let local = Local {
            server: Server::new(
                self.session(),
                self.client.clone(),
                self.verified.clone(),
                Rc::clone(&self.listings),
            ),
            nobody: self.nobody(),
            refused: Rc::clone(&self.refused),
        };
        let mode = self.settings.agent.then(|| Mode {
            model: self.settings.model.clone(),
            admission: Rc::new(Everybody),
            fetch: Rc::clone(&self.fetch),
            targets: sentry_tools::targets(&self.session().constraint),
            limits: self.settings.limits.in_words(),
            is_read_only: self.settings.limits.are_read_only(),
        });
        AgentMode::over(local, mode)
    }
}

/// Writes a line to standard error. If that is closed, there is nobody to tell.
pub(crate) fn log(words: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "sentry-mcp: {words}");
}

fn process() -> String {
    let mut bytes = [0; 4];
    // Used in log lines only, so it may be all zeros if there is no randomness.
    let _ = getrandom::fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
