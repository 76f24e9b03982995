//! Secrets and variables. Their names must match `wrangler.toml`, as those of the bindings, and a test compares them.

mod switches;
mod watch;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use oauth_provider::client::{Registration, preregistered};
use oauth_provider::crypto::{KeyRing, KeyRingError};
use oauth_provider::grant::{Policy, Reuse};
use oauth_provider::{DocumentHosts, Origin, Settings};
use sentry_api::BaseUrl;
use sentry_tools::Untrusted;
use url::Url;
use worker::Env;

use crate::runtime::bindings::{ACCOUNTS, ASSETS, GRANTS, METRICS, OAUTH_KV, ONCE};
use crate::runtime::edge;
use crate::runtime::log::Lines;
use watch::Watch;

pub use switches::Switches;

/// The worker's own OAuth application at Sentry, and the keys of cookies, signed state and wrapped keys.
pub const SECRETS: [&str; 3] = ["SENTRY_CLIENT_ID", "SENTRY_CLIENT_SECRET", "COOKIE_SECRET"];

/// The scopes that an access token may have.
pub const SCOPES: &[&str] = &["org:read", "project:write", "team:write", "event:write"];

const FEWEST_KEY_BYTES: usize = 32;

/// The operator's configuration. It stays the same for the life of an isolate, so it is read once.
#[derive(Debug)]
pub struct Config {
    /// Sign and seal cookies, signed state and wrapped keys.
    pub keys: KeyRing,
    /// Whether a key value is too short for anything but local work.
    short_key: bool,
    /// The Sentry at which people sign in.
    pub sentry: Sentry,
    grants: Policy,
    registration: Duration,
    document_hosts: DocumentHosts,
    strictly_public: bool,
    allowed_origins: Vec<String>,
    /// Whether `/mcp` takes Sentry's own tokens.
    pub sentry_bearer: bool,
    preregistered: Vec<Registration>,
    /// The language model, if the operator has given a key for one.
    pub model: Option<Model>,
    /// Whether finished requests are counted.
    pub metrics: bool,
    /// Which requests get a line in the log.
    pub log: Lines,
    /// Who else watches.
    pub watch: Watch,
    /// What becomes of text of senders and members in the tools' answers, unless a connection is stricter.
    pub untrusted: Untrusted,
    /// What the operator has switched off for a while.
    pub switches: Switches,
}

/// The Sentry at which people sign in, and this worker's OAuth application there.
#[derive(Debug)]
pub struct Sentry {
    /// Its base URL.
    pub base: BaseUrl,
    /// The worker's client id there.
    pub client_id: String,
    /// The worker's client secret there.
    pub client_secret: SecretText,
}

/// A language model that speaks OpenAI's chat completions.
#[derive(Debug)]
pub struct Model {
    /// The URL to which a conversation is posted.
    pub url: Url,
    /// The API key.
    pub key: SecretText,
    /// The model's name, as the service knows it.
    pub name: String,
    /// The longest time for one answer, from the first byte sent to the last one read.
    pub timeout: Duration,
}

impl Model {
    fn read(
        key: String,
        timeout: Duration,
        get: &impl Fn(&'static str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let base = get("LLM_BASE_URL").unwrap_or_else(|| agent::DEFAULT_BASE_URL.to_owned());
        // The rule is that of Sentry's base: a key goes over https, or stays on this computer.
        let url = BaseUrl::parse(&base)
            .ok()
            .and_then(|base| Url::parse(&[base.as_str(), "/chat/completions"].concat()).ok())
            .ok_or_else(|| {
                let reason = "it must be an https URL (http on a loopback host only)";
                invalid("LLM_BASE_URL", reason)
            })?;
        Ok(Self {
            url,
            key: SecretText(key),
            name: get("LLM_MODEL").unwrap_or_else(|| agent::DEFAULT_MODEL.to_owned()),
            timeout,
        })
    }
}

#[cfg(test)]
impl Sentry {
    /// A Sentry at this base, with made-up credentials.
    pub(crate) fn for_test(base: BaseUrl) -> Self {
        Self {
            base,
            client_id: "id".to_owned(),
            client_secret: SecretText("secret".to_owned()),
        }
    }
}

/// A configured secret: never shown.
pub struct SecretText(String);

impl SecretText {
    /// The secret itself, to be sent to the service that it is for.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for SecretText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretText(…)")
    }
}

/// Why the deployment is not usable: it answers 500, and one log line says what to set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A binding of `wrangler.toml` is missing.
    #[error("the binding {0} is missing: add it to wrangler.toml")]
    MissingBinding(&'static str),
    /// A secret is not set.
    #[error("the secret {0} is missing: set it with `wrangler secret put {0}`")]
    MissingSecret(&'static str),
    /// A variable or secret has a value that cannot be used.
    #[error("{name} is not usable: {reason}")]
    Invalid { name: &'static str, reason: String },
}

impl Config {
    /// The configuration of this isolate.
    ///
    /// # Errors
    /// Names what is missing or not usable.
    pub fn of(env: &Env) -> Result<Rc<Self>, ConfigError> {
        thread_local! {
            static READ: RefCell<Option<Rc<Config>>> = const { RefCell::new(None) };
        }
        READ.with_borrow_mut(|read| match read {
            Some(config) => Ok(Rc::clone(config)),
            None => {
                bindings_are_there(env)?;
                let config = Self::read(|name| text(env, name), strictly_public())?;
                let config = Rc::new(Self {
                    metrics: edge::is_bound(env, METRICS),
                    ..config
                });
                *read = Some(Rc::clone(&config));
                Ok(config)
            }
        })
    }

    fn read(
        get: impl Fn(&'static str) -> Option<String>,
        strictly_public: bool,
    ) -> Result<Self, ConfigError> {
        known_jurisdiction(get("JURISDICTION").as_deref())?;
        let [client_id, client_secret, cookie_secret] = SECRETS;
        let cookie_secret_value = secret(cookie_secret, &get)?;
        let keys = KeyRing::parse(&cookie_secret_value, 1)
            .map_err(|error: KeyRingError| invalid(cookie_secret, error))?;
        let short_key = KeyRing::parse(&cookie_secret_value, FEWEST_KEY_BYTES).is_err();
        Ok(Self {
            keys,
            short_key,
            sentry: Sentry {
                base: sentry_base(&get)?,
                client_id: secret(client_id, &get)?,
                client_secret: SecretText(secret(client_secret, &get)?),
            },
            grants: Policy {
                access: seconds("ACCESS_TOKEN_TTL", 3600, &get)?,
                refresh: seconds("REFRESH_TOKEN_TTL", 2_592_000, &get)?,
                reuse: reuse(get("REFRESH_REUSE").as_deref())?,
                ..Policy::default()
            },
            registration: seconds("CLIENT_REGISTRATION_TTL", 7_776_000, &get)?,
            document_hosts: DocumentHosts {
                allowed: list(get("CIMD_ALLOWED_HOSTS")),
                denied: list(get("CIMD_DENIED_HOSTS")),
            },
            strictly_public,
            allowed_origins: list(get("ALLOWED_ORIGINS")),
            sentry_bearer: get("SENTRY_BEARER").as_deref() != Some("off"),
            preregistered: preregistered(get("CLIENTS").as_deref().unwrap_or("[]"))
                .map_err(|error| invalid("CLIENTS", error))?,
            model: match get("LLM_API_KEY") {
                Some(key) => Some(Model::read(key, seconds("LLM_TIMEOUT", 60, &get)?, &get)?),
                None => None,
            },
            metrics: false,
            watch: Watch::read(&get)?,
            log: match get("LOG") {
                None => Lines::All,
                Some(word) => Lines::parse(&word)
                    .ok_or_else(|| invalid("LOG", "it must be all, sampled or errors"))?,
            },
            switches: Switches::read(&get)?,
            untrusted: match get("UNTRUSTED_TEXT") {
                None => Untrusted::Quote,
                Some(word) => Untrusted::parse(&word)
                    .ok_or_else(|| invalid("UNTRUSTED_TEXT", "it must be quote or omit"))?,
            },
        })
    }

    /// The OAuth server's settings at the origin that it was reached at. `with_own_client` adds the client that this server
    /// describes itself.
    ///
    /// # Errors
    /// When a key value is too short for a deployment that others can reach.
    pub fn settings(
        &self,
        origin: Origin,
        with_own_client: fn(Settings) -> Settings,
    ) -> Result<Rc<Settings>, ConfigError> {
        // An isolate is reached at one origin, or at few: what was made for the last one is kept.
        thread_local! {
            static MADE: RefCell<Option<Rc<Settings>>> = const { RefCell::new(None) };
        }
        if let Some(made) = MADE.with_borrow(Clone::clone)
            && made.origin == origin
        {
            return Ok(made);
        }
        let made = Rc::new(with_own_client(self.settings_of(origin)?));
        MADE.replace(Some(Rc::clone(&made)));
        Ok(made)
    }

    fn settings_of(&self, origin: Origin) -> Result<Settings, ConfigError> {
        if self.short_key && !origin.is_loopback() {
            let reason =
                format!("each value needs at least {FEWEST_KEY_BYTES} bytes outside local work");
            return Err(invalid("COOKIE_SECRET", reason));
        }
        Ok(Settings {
            resource_base: "/mcp",
            scopes: SCOPES,
            resource_name: "Sentry MCP",
            documentation_path: "/",
            metadata_documents: self.strictly_public,
            own_document: None,
            own_redirect_uri: None,
            document_hosts: self.document_hosts.clone(),
            clients_denied: self.switches.clients_denied.clone(),
            registration: self.registration,
            registration_open: !self.switches.registration_closed,
            grants: self.grants.clone(),
            origin,
        })
    }

    /// A client that the operator registered.
    pub fn preregistered(&self, client_id: &str) -> Option<&Registration> {
        self.preregistered
            .iter()
            .find(|client| client.client_id == client_id)
    }

    /// The lifetimes and limits of grants.
    pub const fn policy(&self) -> &Policy {
        &self.grants
    }

    /// Whether a browser at `origin` may call `/mcp`, as far as the operator narrows that.
    pub fn allows_origin(&self, origin: &str) -> bool {
        self.allowed_origins.is_empty()
            || self.allowed_origins.iter().any(|allowed| allowed == origin)
    }
}

fn invalid(name: &'static str, reason: impl ToString) -> ConfigError {
    ConfigError::Invalid {
        name,
        reason: reason.to_string(),
    }
}

fn secret(
    name: &'static str,
    get: &impl Fn(&'static str) -> Option<String>,
) -> Result<String, ConfigError> {
    get(name).ok_or(ConfigError::MissingSecret(name))
}

fn seconds(
    name: &'static str,
    default: u64,
    get: &impl Fn(&'static str) -> Option<String>,
) -> Result<Duration, ConfigError> {
    let Some(text) = get(name) else {
        return Ok(Duration::from_secs(default));
    };
    match text.parse() {
        Ok(seconds @ 1..) => Ok(Duration::from_secs(seconds)),
        _ => Err(invalid(name, "it must be a whole number of seconds")),
    }
}

/// `SENTRY_URL`, or `https://` and `SENTRY_HOST`; a host that would not be used must be well formed all the same.
fn sentry_base(get: &impl Fn(&'static str) -> Option<String>) -> Result<BaseUrl, ConfigError> {
    let host = get("SENTRY_HOST").unwrap_or_else(|| "sentry.io".to_owned());
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':');
    if !host.bytes().all(plain) {
        return Err(invalid(
            "SENTRY_HOST",
            "it must be a host name, such as sentry.io",
        ));
    }
    let url = get("SENTRY_URL").unwrap_or_else(|| format!("https://{host}"));
    BaseUrl::parse(&url).map_err(|error| invalid("SENTRY_URL", error))
}

fn reuse(value: Option<&str>) -> Result<Reuse, ConfigError> {
    match value {
        None | Some("mark") => Ok(Reuse::Mark),
        Some("close") => Ok(Reuse::Close),
        Some(_) => Err(invalid("REFRESH_REUSE", "it must be mark or close")),
    }
}

/// `edge.js` makes objects there; with a name that the platform does not know it could make none.
fn known_jurisdiction(value: Option<&str>) -> Result<(), ConfigError> {
    match value {
        None | Some("eu" | "us") => Ok(()),
        Some(_) => Err(invalid("JURISDICTION", "it must be eu or us")),
    }
}

fn list(value: Option<String>) -> Vec<String> {
    let mut items = words(value);
    items
        .iter_mut()
        .for_each(|item| item.make_ascii_lowercase());
    items
}

/// What stands between commas or white space.
fn words(value: Option<String>) -> Vec<String> {
    let text = value.unwrap_or_default();
    text.split([',', ' ', '\t', '\n', '\r'])
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

fn bindings_are_there(env: &Env) -> Result<(), ConfigError> {
    let needed = [OAUTH_KV, GRANTS, ACCOUNTS, ONCE, ASSETS];
    match needed.iter().find(|name| !edge::is_bound(env, name)) {
        Some(name) => Err(ConfigError::MissingBinding(name)),
        None => Ok(()),
    }
}

/// A secret or variable; white space alone counts as none.
fn text(env: &Env, name: &str) -> Option<String> {
    let value = edge::variable(env, name)?;
    let value = value.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

/// Whether the runtime keeps fetches away from this zone's own origin servers. Without that flag, documents whose
/// address a stranger chooses are not fetched.
fn strictly_public() -> bool {
    let get = |of: &wasm_bindgen::JsValue, name: &str| js_sys::Reflect::get(of, &name.into()).ok();
    get(&js_sys::global(), "Cloudflare")
        .and_then(|cloudflare| get(&cloudflare, "compatibilityFlags"))
        .and_then(|flags| get(&flags, "global_fetch_strictly_public"))
        .is_some_and(|flag| flag.is_truthy())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(change: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::read(
            |name| {
                let changed = change
                    .iter()
                    .find(|(n, _)| *n == name)
                    .map(|(_, value)| (*value).to_owned());
                let default = match name {
                    "SENTRY_CLIENT_ID" | "SENTRY_CLIENT_SECRET" => Some("x".to_owned()),
                    "COOKIE_SECRET" => Some("0123456789abcdef0123456789abcdef".to_owned()),
                    _ => None,
                };
                changed.map_or(default, |value| {
                    Some(value).filter(|value| !value.is_empty())
                })
            },
            true,
        )
    }

    fn origin(text: &str) -> Origin {
        Origin::of(&url::Url::parse(text).unwrap()).unwrap()
    }

    // rule: clients/incomplete-deployment
    // rule: chat/without-model
    #[test]
    fn what_is_missing_is_named() {
        for name in SECRETS {
            assert_eq!(
                read(&[(name, "")]).unwrap_err(),
                ConfigError::MissingSecret(name)
            );
        }
        for (name, value) in [
            ("SENTRY_HOST", "sentry.example/path"),
            ("SENTRY_URL", "http://sentry.example"),
            ("ACCESS_TOKEN_TTL", "1h"),
            ("REFRESH_TOKEN_TTL", "0"),
            ("REFRESH_REUSE", "maybe"),
            ("LOG", "some"),
            ("JURISDICTION", "EU"),
            ("LLM_BASE_URL", "http://llm.example/v1"),
            ("LLM_BASE_URL", "https://user@llm.example/v1"),
            ("LLM_TIMEOUT", "soon"),
            ("CLIENTS", "{}"),
            (
                "CLIENTS",
                r#"[{"client_id": "x", "redirect_uris": ["http://public.example/"]}]"#,
            ),
        ] {
            let error = read(&[(name, value), ("LLM_API_KEY", "key")]).unwrap_err();
            assert!(
                matches!(error, ConfigError::Invalid { name: n, .. } if n == name),
                "{error}"
            );
        }
    }

    // rule: tokens/key-per-use
    #[test]
    fn a_short_key_is_for_local_work_only() {
        let config = read(&[("COOKIE_SECRET", "0123456789abcdef0123456789abcdef,short")]).unwrap();
        assert!(config.settings_of(origin("http://localhost:8788")).is_ok());
        assert!(
            config
                .settings_of(origin("https://mcp.example.com"))
                .is_err()
        );
        assert!(
            read(&[])
                .unwrap()
                .settings_of(origin("https://mcp.example.com"))
                .is_ok()
        );
    }

    // rule: chat/without-model
    #[test]
    fn a_model_is_there_where_a_key_is() {
        let model = |change: &[(&str, &str)]| read(change).unwrap().model;
        assert!(model(&[("LLM_BASE_URL", "http://llm.example"), ("LLM_MODEL", "m")]).is_none());
        let usual = model(&[("LLM_API_KEY", "key")]).unwrap();
        assert_eq!(
            usual.url.as_str(),
            "https://api.openai.com/v1/chat/completions"
        );
        let (key, base) = (("LLM_API_KEY", "key"), "http://127.0.0.1:9797/v1/");
        let local = model(&[key, ("LLM_BASE_URL", base), ("LLM_MODEL", "m")]).unwrap();
        assert_eq!(
            local.url.as_str(),
            "http://127.0.0.1:9797/v1/chat/completions"
        );
        assert_eq!(local.name, "m");
    }

    #[test]
    fn debug_shows_no_secret() {
        let config = read(&[
            ("LLM_API_KEY", "hush-model"),
            ("SENTRY_CLIENT_SECRET", "hush-hush"),
            ("COOKIE_SECRET", "very-secret"),
        ])
        .unwrap();
        let shown = format!("{config:?}");
        assert!(
            !shown.contains("hush") && !shown.contains("very-secret"),
            "{shown}"
        );
    }
}
