//! A request as the handlers see it.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use js_sys::Uint8Array;
use oauth_provider::Origin;
use oauth_provider::http::Error;
use oauth_types::ErrorCode;
use url::Url;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

use crate::runtime::address::Address;
use crate::runtime::clock;
use crate::runtime::edge::{self, Outlet};
use crate::runtime::facts::Facts;
use crate::runtime::trace::Trace;

/// An incoming request: the parts that every handler needs are read once.
pub struct Incoming {
    /// In upper case.
    pub method: String,
    /// As the client sent it.
    pub url: Url,
    /// The origin of the URL: the one that this server was reached at.
    pub origin: Origin,
    /// The client's address as rate limits count it.
    pub address: Address,
    /// Shown to people and written into the log, to find a request again. It is no secret and proves nothing.
    pub id: String,
    /// What is learned of it while it is answered.
    pub facts: Rc<Facts>,
    /// When it came, in milliseconds.
    pub began: u64,
    /// Those that `edge.js` reads together, as [`among`] reads them. Read when the first is asked for, since public
    /// documents need none.
    headers: OnceCell<String>,
    /// The runtime's own: making a `worker::Request` of it reads `cf`, which costs as much as a small answer.
    request: web_sys::Request,
    body_taken: bool,
    /// The outlet to which the answer's body is written, if it is written in pieces.
    pub outlet: Option<Outlet>,
}

/// Why there is no body to read.
#[derive(Debug)]
pub enum BodyError {
    /// It is longer than the limit, where reading stopped.
    TooLarge,
    /// Its sender went away, or sent less than it announced.
    CutOff,
}

impl BodyError {
    /// The answer to a form that did not come whole, which is its sender's fault; `None` for one that is too long, of which
    /// each endpoint says how long it may be.
    pub fn cut_off(&self) -> Option<Error> {
        let broke = "the body broke off before its end";
        matches!(self, Self::CutOff).then(|| Error::new(ErrorCode::InvalidRequest, broke))
    }
}

impl Incoming {
    /// Reads what every handler needs.
    ///
    /// # Errors
    /// The URL has no origin.
    pub fn new(request: web_sys::Request) -> worker::Result<Self> {
        let head = edge::request_head(&request);
        let mut lines = head.split('\n');
        let method = lines.next().unwrap_or_default().to_owned();
        let (url, origin) = read_url(lines.next().unwrap_or_default())
            .ok_or_else(|| worker::Error::RustError("a URL without origin".to_owned()))?;
        let address = Address::read(lines.next().unwrap_or_default());
        let began = lines.next().and_then(|time| time.parse().ok());
        // The id of the request, and behind it as many digits again: together that of a trace that begins here.
        let ids = lines.next().unwrap_or_default();
        let id = ids.get(..16).unwrap_or(ids).to_owned();
        let trace = Trace::read(lines.next().unwrap_or_default(), ids);
        Ok(Self {
            method,
            url,
            origin,
            address,
            facts: Rc::new(Facts::new(id.clone(), trace)),
            id,
            began: began.unwrap_or_default(),
            headers: OnceCell::new(),
            request,
            body_taken: false,
            outlet: None,
        })
    }

    /// The value of a header; `name` is lower case.
    pub fn header(&self, name: &str) -> Option<String> {
        let known = self
            .headers
            .get_or_init(|| edge::request_headers(&self.request));
        match among(known, name) {
            Some(value) => value.map(str::to_owned),
            None => edge::request_header(&self.request, name),
        }
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<String> {
        let header = self.header("cookie")?;
        let mut pairs = header
            .split(';')
            .filter_map(|pair| pair.trim().split_once('='));
        pairs
            .find(|(n, _)| *n == name)
            .map(|(_, value)| value.to_owned())
    }

    /// Names of the request's cookies.
    pub fn cookie_names(&self) -> Vec<String> {
        let header = self.header("cookie").unwrap_or_default();
        header
            .split(';')
            .filter_map(|pair| Some(pair.trim().split_once('=')?.0.to_owned()))
            .collect()
    }

    /// Milliseconds since it came; time stands still while nothing is awaited.
    pub fn took(&self) -> u64 {
        clock::milliseconds().saturating_sub(self.began)
    }

    /// Whether the caller takes a stream of events.
    pub fn takes_events(&self) -> bool {
        let accept = self.header("accept").unwrap_or_default();
        accept.contains("text/event-stream")
    }

    /// Whether the caller accepts JSON and no page.
    pub fn wants_json(&self) -> bool {
        let accept = self.header("accept").unwrap_or_default();
        accept.contains("application/json") && !accept.contains("text/html")
    }

    /// Whether a person's browser follows what is answered: it says that it navigates, or at least that it takes pages.
    /// A program that follows redirects shows nobody where it went.
    pub fn is_browser(&self) -> bool {
        let has = |name: &str, part: &str| {
            let value = self.header(name).unwrap_or_default();
            value.to_ascii_lowercase().contains(part)
        };
        has("sec-fetch-mode", "navigate") || has("accept", "text/html")
    }

    /// The whole body.
    ///
    /// # Errors
    /// It is longer than `limit` bytes, or cannot be read.
    pub async fn body(&mut self, limit: usize) -> Result<Vec<u8>, BodyError> {
        self.body_taken = true;
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let body = JsFuture::from(edge::request_body(&self.request, limit))
            .await
            .map_err(|_| BodyError::CutOff)?;
        body.dyn_ref::<Uint8Array>()
            .map(Uint8Array::to_vec)
            .ok_or(BodyError::TooLarge)
    }

    /// Reads what nobody has asked for, if it is short: with a body left unread the runtime gives the connection up, and
    /// the client's next request must make a new one.
    pub async fn drain(&mut self) {
        const SHORT: usize = 16 * 1024;
        if self.body_taken || matches!(self.method.as_str(), "GET" | "HEAD") {
            return;
        }
        let announced = self.header("content-length");
        let announced = announced.and_then(|length| length.parse::<usize>().ok());
        if announced.is_some_and(|length| (1..=SHORT).contains(&length)) {
            let _ = self.body(SHORT).await;
        }
    }
}

/// A request's URL and its origin. Most requests of an isolate have the same origin, and reading that is most of the work.
fn read_url(text: &str) -> Option<(Url, Origin)> {
    thread_local! {
        static LAST: RefCell<Option<(Url, Origin)>> = const { RefCell::new(None) };
    }
    LAST.with_borrow_mut(|last| {
        let known = last.as_ref();
        if let Some(url) = known.and_then(|(base, origin)| below(text, base, origin)) {
            return Some((url, known?.1.clone()));
        }
        let url = Url::parse(text).ok()?;
        let origin = Origin::of(&url)?;
        *last = Some((url.clone(), origin.clone()));
        Some((url, origin))
    })
}

/// The URL that the whole text means, by reading only what follows a known origin; `None` if that could make
/// another host of it.
fn below(text: &str, base: &Url, origin: &Origin) -> Option<Url> {
    let rest = text.strip_prefix(origin.as_str())?;
    let plain = rest.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    (plain && rest.starts_with('/') && !rest.starts_with("//"))
        .then(|| base.join(rest).ok())
        .flatten()
}

/// The value of a header in lines of `name=value`, or `name` alone for one that the request does not have. `None` for a
/// header that has no line.
fn among<'a>(lines: &'a str, name: &str) -> Option<Option<&'a str>> {
    lines
        .split('\n')
        .find_map(|line| match line.strip_prefix(name)? {
            "" => Some(None),
            rest => rest.strip_prefix('=').map(Some),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_found_by_its_whole_name() {
        let lines = "accept=a=b\ncontent-length\ncontent-type=\n";
        assert_eq!(among(lines, "accept"), Some(Some("a=b")));
        assert_eq!(among(lines, "content-length"), Some(None));
        assert_eq!(among(lines, "content-type"), Some(Some("")));
        assert_eq!(among(lines, "content"), None);
        assert_eq!(among(lines, "cookie"), None);
    }

    #[test]
    fn a_url_is_read_the_same_behind_an_origin_that_is_known() {
        for text in [
            "https://mcp.example.com/",
            "https://mcp.example.com/mcp/acme?x=%20&y#z",
            "https://mcp.example.com/a/../b/./c",
            "https://mcp.example.com/a//b",
            "https://mcp.example.com//evil.example/x",
            "https://mcp.example.com/\\evil.example/x",
            "https://mcp.example.com\\x",
            "https://mcp.example.com/\t/evil.example/x",
            "https://mcp.example.com/ä",
            "https://mcp.example.com.evil.example/x",
            "https://mcp.example.com:8443/x",
            "https://mcp.example.com@evil.example/x",
            "https://mcp.example.com",
            "https://mcp.example.com?x",
            "http://mcp.example.com/x",
        ] {
            let whole = Url::parse(text).unwrap();
            let origin = Origin::of(&whole).unwrap();
            let known = read_url("https://mcp.example.com/mcp?x=1#y").unwrap();
            assert_eq!(known.1.as_str(), "https://mcp.example.com");
            assert_eq!(read_url(text), Some((whole, origin)), "{text}");
        }
        let base = Url::parse("https://mcp.example.com/mcp").unwrap();
        let origin = Origin::of(&base).unwrap();
        assert!(below("https://mcp.example.com/x", &base, &origin).is_some());
        assert!(below("https://mcp.example.com//evil.example/x", &base, &origin).is_none());
    }
}
