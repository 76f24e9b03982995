//! The settings that result from options and environment.
// file rule: stdio/options: options before variables; what cannot be used is named; no secret is
//    shown

use agent_mode::Model;
use sentry_api::{BaseUrl, Slug, Token};
use sentry_tools::{Constraint, Limits, Untrusted};

use crate::ends::Failure;
use crate::options::{Keep, Options, Sentry};

/// Looks up an environment variable; `None` if it is not set or empty.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Reads a variable of the process's environment. A value that is not UTF-8 counts as not set.
#[must_use]
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name)
        .ok()
        .filter(|value| !value.trim().is_empty())
}

/// The settings of a server process.
#[derive(Debug)]
pub struct Settings {
    /// The base URL of the Sentry in use.
    pub base: BaseUrl,
    /// A token given for this process. Without one, the stored sign-in is used.
    pub token: Option<Token>,
    /// The organization or project to which all tools are limited.
    pub constraint: Constraint,
    /// What the tools may do: all that the token allows, less this.
    pub limits: Limits,
    /// Whether all tools are listed.
    pub lists_all: bool,
    /// Whether to offer the single tool of agent mode.
    pub agent: bool,
    /// The model for agent mode, if one is configured.
    pub model: Option<Model>,
    /// What becomes of text of senders and members in answers.
    pub untrusted: Untrusted,
    /// Whether to log each call.
    pub verbose: bool,
}

impl Settings {
    /// Reads the settings.
    ///
    /// # Errors
    /// [`Failure::Usage`], which names the option or variable.
    pub fn read(options: &Options, env: Environment<'_>) -> Result<Self, Failure> {
        let slug = |given: &Option<String>, name: &str| match given {
            None => Ok(None),
            Some(text) => Slug::parse(text.trim())
                .map(Some)
                .map_err(|_| usage(format!("{name} is not a valid slug"))),
        };
        let organization = slug(&options.organization_slug, "--organization-slug")?;
        let project = slug(&options.project_slug, "--project-slug")?;
        Ok(Self {
            base: base(&options.sentry, env)?,
            token: token(options, env)?,
            constraint: match (organization, project) {
                (None, _) => Constraint::None,
                (Some(organization), None) => Constraint::Organization(organization),
                (Some(organization), Some(project)) => Constraint::Project {
                    organization,
                    project,
                },
            },
            limits: limits(options)?,
            lists_all: options.all,
            agent: options.agent,
            model: model(env)?,
            untrusted: untrusted(options, env)?,
            verbose: options.verbose,
        })
    }
}

/// Of an option and a variable the stricter one counts, so that an administrator's `omit` cannot be undone in an editor.
fn untrusted(options: &Options, env: Environment<'_>) -> Result<Untrusted, Failure> {
    let read = |name: &str, text: Option<String>| match text {
        None => Ok(Untrusted::Quote),
        Some(text) => Untrusted::parse(text.trim())
            .ok_or_else(|| usage(format!("{name} must be quote or omit"))),
    };
    let given = read("--untrusted", options.untrusted.clone())?;
    match read("UNTRUSTED_TEXT", env("UNTRUSTED_TEXT"))? {
        Untrusted::Omit => Ok(Untrusted::Omit),
        Untrusted::Quote => Ok(given),
    }
}

/// The Sentry to use. An option takes precedence over a variable, and within each of them a URL over a host.
///
/// # Errors
/// [`Failure::Usage`], if the value is not a host or an allowed URL.
pub fn base(options: &Sentry, env: Environment<'_>) -> Result<BaseUrl, Failure> {
    let (name, text) = match (&options.url, &options.host) {
        (Some(url), _) => ("--url", url.clone()),
        (None, Some(host)) => ("--host", of_host("--host", host)?),
        (None, None) => match (env("SENTRY_URL"), env("SENTRY_HOST")) {
            (Some(url), _) => ("SENTRY_URL", url),
            (None, Some(host)) => ("SENTRY_HOST", of_host("SENTRY_HOST", &host)?),
            (None, None) => ("--url", "https://sentry.io".to_owned()),
        },
    };
    let text = text.trim();
    if text.contains("/api/0") {
        let words =
            "must be the address of the site, without /api/0: what is needed of it is added here";
        return Err(usage(format!("{name} {words}")));
    }
    BaseUrl::parse(text).map_err(|_| {
        usage(format!(
            "{name} must be an https URL (http on this computer only), without query, fragment and user"
        ))
    })
}

fn of_host(name: &str, host: &str) -> Result<String, Failure> {
    let host = host.trim();
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':');
    if host.is_empty() || !host.bytes().all(plain) {
        let example = "it is a host name, such as sentry.example.com; for a URL there is --url";
        return Err(usage(format!("{name} cannot be used: {example}")));
    }
    Ok(format!("https://{host}"))
}

/// The token given for this process. A text that cannot be sent in a header is refused (RFC 6750 §2.1), without showing
/// it.
///
/// # Errors
/// [`Failure::Usage`], if the token is not well formed.
pub fn token(options: &Options, env: Environment<'_>) -> Result<Option<Token>, Failure> {
    let (name, text) = match (&options.access_token, env("SENTRY_ACCESS_TOKEN")) {
        (Some(text), _) => ("--access-token", text.clone()),
        (None, Some(text)) => ("SENTRY_ACCESS_TOKEN", text),
        (None, None) => return Ok(None),
    };
    let token = Token::read(&text).map_err(|why| usage(format!("{name}: {why}")))?;
    Ok(Some(token))
}

/// What the options leave out, as the parameters of the same names do at `/mcp`.
fn limits(options: &Options) -> Result<Limits, Failure> {
    let mut limits = Limits::default();
    if options.readonly {
        limits.forbid_changes();
    }
    for (name, value) in [("skills", &options.skills), ("tools", &options.tools)] {
        if let Some(value) = value {
            let read = limits.narrow(name, value);
            read.map_err(|words| {
                let meant = if name == "tools" { meant(value) } else { None };
                let tip = meant.map(|tool| format!("; did you mean {tool}?"));
                let tip = tip.unwrap_or_default();
                usage(crate::words::plain(&format!("--{name}: {words}{tip}")))
            })?;
        }
    }
    Ok(limits)
}

/// The tool that was probably meant by the first name of a list that no tool has.
fn meant(list: &str) -> Option<&'static str> {
    let names = || sentry_tools::catalogue().map(|(name, _)| name);
    let mut typed = list.split(',').map(str::trim);
    let wrong = typed.find(|typed| names().all(|name| name != *typed))?;
    names()
        .map(|name| (strsim::osa_distance(wrong, name), name))
        .filter(|(distance, _)| *distance <= (wrong.len() / 3).clamp(1, 3))
        .min()
        .map(|(_, name)| name)
}

fn model(env: Environment<'_>) -> Result<Option<Model>, Failure> {
    let Some(key) = env("LLM_API_KEY") else {
        return Ok(None);
    };
    let base = env("LLM_BASE_URL").unwrap_or_else(|| agent::DEFAULT_BASE_URL.to_owned());
    let name = env("LLM_MODEL").unwrap_or_else(|| agent::DEFAULT_MODEL.to_owned());
    Model::new(&base, key.trim(), &name)
        .map(Some)
        .map_err(|error| usage(format!("LLM_BASE_URL cannot be used: {error}")))
}

/// Where to store a sign-in, by option or variable.
///
/// # Errors
/// [`Failure::Usage`] for an unknown place.
pub fn keep(option: Option<Keep>, env: Environment<'_>) -> Result<Keep, Failure> {
    match (option, env("SENTRY_MCP_STORE").as_deref()) {
        (Some(keep), _) => Ok(keep),
        (None, None | Some("auto")) => Ok(Keep::Auto),
        (None, Some("keyring")) => Ok(Keep::Keyring),
        (None, Some("file")) => Ok(Keep::File),
        (None, Some(_)) => Err(usage(
            "SENTRY_MCP_STORE must be auto, keyring or file".to_owned(),
        )),
    }
}

const fn usage(words: String) -> Failure {
    Failure::Usage(words)
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    fn read(arguments: &[&str], variables: &[(&str, &str)]) -> Result<Settings, String> {
        let arguments = std::iter::once("sentry-mcp").chain(arguments.iter().copied());
        let options = Options::try_parse_from(arguments).map_err(|error| error.to_string())?;
        let env = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        Settings::read(&options, &env).map_err(|failure| {
            assert_eq!(failure.code(), 2);
            failure.to_string()
        })
    }

    #[test]
    fn an_option_counts_before_a_variable_and_a_url_before_a_host() {
        let variables = [
            ("SENTRY_URL", "https://a.example/"),
            ("SENTRY_HOST", "b.example"),
        ];
        for (arguments, variables, base) in [
            (&[][..], &[][..], "https://sentry.io"),
            (&[], &variables[..], "https://a.example"),
            (&[], &variables[1..], "https://b.example"),
            (
                &["--host", "c.example:8443"],
                &variables,
                "https://c.example:8443",
            ),
            (
                &["--url", "http://127.0.0.1:9/x/"],
                &variables,
                "http://127.0.0.1:9/x",
            ),
        ] {
            assert_eq!(read(arguments, variables).unwrap().base.as_str(), base);
        }
        let token = |arguments, variables| read(arguments, variables).unwrap().token;
        let variables = [("SENTRY_ACCESS_TOKEN", " one\n")];
        assert_eq!(token(&[], &variables), Some(Token::new("one")));
        assert_eq!(
            token(&["--access-token", "two"], &variables),
            Some(Token::new("two"))
        );
        assert_eq!(token(&[], &[]), None);
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        for (arguments, variables, name) in [
            (&["--url", "http://sentry.example"][..], &[][..], "--url"),
            (&["--url", "https://u@sentry.example"], &[], "--url"),
            (&["--url", "nonsense"], &[], "--url"),
            (
                &["--url", "https://sentry.example/api/0/"],
                &[],
                "--url must be the address of the site, without /api/0",
            ),
            (
                &[],
                &[("SENTRY_URL", "https://sentry.example/x/api/0")],
                "without /api/0",
            ),
            (
                &[],
                &[("SENTRY_ACCESS_TOKEN", "${TOKEN}")],
                "SENTRY_ACCESS_TOKEN: in place of the token",
            ),
            (
                &["--access-token", "\"x: y\""],
                &[],
                "--access-token: the token stands in quotes",
            ),
            (&["--host", "https://sentry.example"], &[], "--host"),
            (&["--host", "a/b"], &[], "--host"),
            (&["--host", ""], &[], "--host"),
            (&["--host", "a", "--url", "https://a"], &[], "--host"),
            (
                &[],
                &[("SENTRY_URL", "http://sentry.example")],
                "SENTRY_URL",
            ),
            (&[], &[("SENTRY_HOST", "a b")], "SENTRY_HOST"),
            (&["--skills", "inspect,everything"], &[], "--skills"),
            (&["--skills", " , "], &[], "--skills"),
            (&["--tools", "search_isues"], &[], "search_issues"),
            (&["--tools", ""], &[], "--tools"),
            (&["--organization-slug", "../x"], &[], "--organization-slug"),
            (
                &["--organization-slug", "a", "--project-slug", "/"],
                &[],
                "--project-slug",
            ),
            (&["--project-slug", "a"], &[], "--organization-slug"),
            (&["--access-token", "a b"], &[], "--access-token"),
            (&["--access-token", ""], &[], "--access-token"),
            (
                &[],
                &[("SENTRY_ACCESS_TOKEN", "a\r\nx: y")],
                "SENTRY_ACCESS_TOKEN",
            ),
            (
                &[],
                &[("LLM_API_KEY", "k"), ("LLM_BASE_URL", "http://llm.example")],
                "LLM_BASE_URL",
            ),
        ] {
            let error = read(arguments, variables).unwrap_err();
            assert!(error.contains(name), "{error}");
            assert!(!error.contains("x: y"), "a token is not shown");
        }
    }

    #[test]
    fn what_a_session_is_limited_to() {
        let limits = [
            "--organization-slug",
            "acme",
            "--project-slug",
            "web",
            "--skills",
            "inspect, docs",
            "--tools",
            "whoami,get_issue_details",
            "--readonly",
            "--all",
        ];
        let settings = read(&limits, &[("LLM_BASE_URL", "http://no.key.example")]).unwrap();
        assert_eq!(
            settings.limits.as_query(),
            "readonly=1&skills=inspect,docs&tools=whoami,get_issue_details"
        );
        assert!(settings.lists_all);
        assert_eq!(settings.constraint.project().unwrap().as_str(), "web");
        assert!(settings.model.is_none());
        let usual = read(&[], &[]).unwrap();
        assert_eq!(usual.constraint, Constraint::None);
        assert!(usual.limits.are_none() && !usual.lists_all);
    }

    #[test]
    fn a_misspelt_tool_is_named_with_the_one_that_was_meant() {
        for (typed, tip) in [
            ("whoam", Some("; did you mean whoami?")),
            (
                "whoami,get_isue_details",
                Some("; did you mean get_issue_details?"),
            ),
            ("nothing_of_the_kind", None),
        ] {
            let said = read(&["--tools", typed], &[]).unwrap_err().to_string();
            assert!(said.ends_with(tip.unwrap_or("no such tool")), "{said}");
        }
    }

    #[test]
    fn debug_shows_no_secret() {
        let variables = [("SENTRY_ACCESS_TOKEN", "hush"), ("LLM_API_KEY", "hush-too")];
        let settings = format!("{:?}", read(&[], &variables).unwrap());
        assert!(!settings.contains("hush"), "{settings}");
    }
}
