//! Where others' tools watch this server, if its operator wants that: an OpenTelemetry collector, and a Sentry project.

use sentry_api::BaseUrl;

use super::{ConfigError, invalid};

/// Where spans and faults of ours go.
#[derive(Default)]
pub struct Watch {
    /// The URL to which spans are posted (OTLP/HTTP), and headers for it, as OpenTelemetry's variable has them: `name=value`, with
    /// commas between them. Then the URL to which envelopes of a Sentry project are posted, and the project's key. Empty where
    /// nothing goes.
    pub to: [String; 4],
}

/// No header: they hold a secret.
impl std::fmt::Debug for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Watch(…)")
    }
}

impl Watch {
    pub(super) fn read(get: &impl Fn(&'static str) -> Option<String>) -> Result<Self, ConfigError> {
        const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
        let spans = match get(ENDPOINT) {
            None => String::new(),
            Some(url) => {
                let base = BaseUrl::parse(&url).map_err(|error| invalid(ENDPOINT, error))?;
                [base.as_str(), "/v1/traces"].concat()
            }
        };
        let headers = get("OTEL_EXPORTER_OTLP_HEADERS").unwrap_or_default();
        let [url, key] = match get("SENTRY_DSN") {
            None => Default::default(),
            Some(dsn) => project(&dsn).ok_or_else(|| {
                let reason =
                    "it must be a DSN: https://KEY@HOST/PROJECT (http on a loopback host only)";
                invalid("SENTRY_DSN", reason)
            })?,
        };
        Ok(Self {
            to: [spans, headers, url, key],
        })
    }

    /// Whether nothing goes anywhere.
    pub const fn is_off(&self) -> bool {
        let [spans, _, faults, _] = &self.to;
        spans.is_empty() && faults.is_empty()
    }
}

/// `https://KEY@HOST[/PATH]/PROJECT`
fn project(dsn: &str) -> Option<[String; 2]> {
    let (scheme, rest) = dsn.split_once("://")?;
    let (key, rest) = rest.split_once('@')?;
    let base = BaseUrl::parse(&[scheme, "://", rest].concat()).ok()?;
    let (host, project) = base.as_str().rsplit_once('/')?;
    let word = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric());
    let url = || [host, "/api/", project, "/envelope/"].concat();
    (word(key) && word(project) && !host.ends_with('/')).then(|| [url(), key.to_owned()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dsn_names_a_project() {
        let url = |dsn: &str| project(dsn).map(|[url, _]| url);
        let read = |dsn| url(dsn).unwrap_or_default();
        assert_eq!(
            read("https://abc@o1.ingest.sentry.io/42"),
            "https://o1.ingest.sentry.io/api/42/envelope/"
        );
        assert_eq!(
            read("https://abc@sentry.example/below/42"),
            "https://sentry.example/below/api/42/envelope/"
        );
        assert_eq!(
            read("http://abc@127.0.0.1:9797/1"),
            "http://127.0.0.1:9797/api/1/envelope/"
        );
        for wrong in [
            "",
            "abc",
            "https://sentry.example/42",
            "https://abc@sentry.example",
            "https://abc@sentry.example/",
            "https://abc:secret@sentry.example/42",
            "http://abc@sentry.example/42",
            "https://abc@sentry.example/42?x=1",
            "https://a b@sentry.example/42",
        ] {
            assert_eq!(project(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_set_wrongly_is_named_and_nothing_is_shown() {
        let read = |name: &'static str, value: &'static str| {
            Watch::read(&|asked| (asked == name).then(|| value.to_owned()))
        };
        for (name, value) in [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector.example"),
            ("SENTRY_DSN", "hush-hush"),
        ] {
            let error = read(name, value).unwrap_err().to_string();
            assert!(error.contains(name) && !error.contains("hush"), "{error}");
        }
        let watch = read("OTEL_EXPORTER_OTLP_HEADERS", "authorization=hush").unwrap();
        assert!(watch.is_off() && !format!("{watch:?}").contains("hush"));
        let watch = read("OTEL_EXPORTER_OTLP_ENDPOINT", "https://otel.example/x/").unwrap();
        assert_eq!(watch.to[0], "https://otel.example/x/v1/traces");
    }
}
