use std::cell::Cell;
use std::rc::Rc;

use agent_mode::{AgentMode, Everybody, Mode};
use fetch::Fetch;
use sentry_api::{Client, Fixed, TokenSource};
use sentry_tools::{Listings, Remembered, Scopes, Server, Session};

use crate::auth::Kept;
use crate::ends::Failure;
use crate::local::{Local, REFUSED};
use crate::options::Options;
use crate::outgoing::Outgoing;
use crate::settings::{Environment, Settings};
use crate::store::Store;

/// What all requests of a process share.
pub struct Service {
    settings: Settings,
    client: Client,
    fetch: Rc<dyn Fetch>,
    verified: Rc<Remembered>,
    listings: Rc<Listings>,
    /// Where a sign-in is looked for, until there is one.
    store: Option<Store>,
    signed_in: Cell<bool>,
    refused: Rc<dyn Fn()>,
    requests: Cell<u64>,
    /// Tells the requests of one process from those of another.
    process: String,
}

/// What each call is answered with where nobody is signed in.
const NOBODY: &str = "Nobody is signed in to Sentry here. Run `sentry-mcp auth login`, or start this server with \
SENTRY_ACCESS_TOKEN.";

impl Service {
    /// As options and environment say. A sign-in is looked for and not yet read.
    ///
    /// # Errors
    /// [`Failure`]
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

    /// Why there is nobody to call as, if so. A sign-in that is made while this process runs is found.
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

    /// Tells a person what will not work.
    pub fn tell(&self) {
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

    /// What is to be done.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The session of the next request.
    #[must_use]
    pub fn session(&self) -> Session {
        let number = self.requests.get().wrapping_add(1);
        self.requests.set(number);
        Session {
            skills: self.settings.skills,
            // Whatever the token may do: Sentry knows.
            scopes: Scopes::ALL,
            constraint: self.settings.constraint.clone(),
            request_id: format!("{}-{number}", self.process),
        }
    }

    /// The handler of the next request.
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
        });
        AgentMode::over(local, mode)
    }
}

/// A line on standard error. Nobody is left to tell when it is closed.
pub(crate) fn log(words: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "sentry-mcp: {words}");
}

fn process() -> String {
    let mut bytes = [0; 4];
    // It names lines of a log; without randomness they are named alike.
    let _ = getrandom::fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
