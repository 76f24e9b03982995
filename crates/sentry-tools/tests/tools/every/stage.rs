//! What the tools ask the local Sentry, recorded once for all tests, and played again.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use demo_sentry::{Config, Running, Timestamp};
use fetch::native::Native;
use fetch::{Fetch, FetchError, LocalFuture, Method, Request, Response};
use mcp::{Handler, Outcome, ToolCall};
use sentry_api::{BaseUrl, Client, Fixed, Token};
use sentry_tools::{Listings, Remembered, Server, Session};
use serde_json::Value;

use super::Came;
use super::rows::{Row, rows};
use crate::fixture::session;

/// What a row asked, and what it was answered.
pub(crate) struct Recording {
    pub(crate) row: Row,
    pub(crate) exchanges: Arc<[Exchange]>,
    pub(crate) words: String,
    pub(crate) is_error: bool,
    /// Where the local Sentry was.
    pub(crate) origin: String,
}

#[derive(Clone)]
pub(crate) struct Exchange {
    pub(crate) request: Request,
    pub(crate) answer: Response,
}

/// What becomes of an answer.
pub(crate) type Change = Rc<dyn Fn(&Request, Response) -> Result<Response, FetchError>>;

pub(crate) fn unchanged() -> Change {
    Rc::new(|_, answer| Ok(answer))
}

/// Whether it would change something at Sentry.
pub(crate) fn writes(request: &Request) -> bool {
    request.method != Method::Get && request.url.path().contains("/api/0/")
}

/// Method and path: what tells one endpoint and thing from another.
pub(crate) fn place(request: &Request) -> String {
    let path = request.url.path();
    let path = path.split_once("/api/0").map_or(path, |(_, path)| path);
    format!("{} {path}", request.method.as_str())
}

impl Recording {
    /// The places that it asked, each once, in order.
    pub(crate) fn places(&self) -> Vec<String> {
        let mut found = vec![];
        for exchange in self.exchanges.iter() {
            let place = place(&exchange.request);
            if !found.contains(&place) {
                found.push(place);
            }
        }
        found
    }
}

/// Every row's.
pub(crate) fn recordings() -> &'static [Recording] {
    static RECORDINGS: OnceLock<Vec<Recording>> = OnceLock::new();
    RECORDINGS.get_or_init(|| wait(record))
}

/// Waits for something that one test does for others as well, on a thread of its own.
pub(crate) fn wait<T: Send, F: Future<Output = T>>(what: impl FnOnce() -> F + Send) -> T {
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            runtime.enable_all().build().unwrap().block_on(what())
        });
        waiting.join().unwrap()
    })
}

async fn record() -> Vec<Recording> {
    let local = Local::start().await;
    let mut found = vec![];
    for row in rows() {
        local.reset();
        let came = local.call(session(), row.tool, row.arguments.clone()).await;
        let recording = Recording {
            words: came.words(),
            is_error: came.is_error(),
            exchanges: local.tape.exchanges.take().into(),
            origin: local.running.origin().to_owned(),
            row,
        };
        found.push(shortened(recording).await);
    }
    found
}

/// Of a list, so many elements: what is tried with one is tried with all, and takes its time.
const ELEMENTS: usize = 2;

/// With shorter lists, where the tool has an answer to them as well.
async fn shortened(recording: Recording) -> Recording {
    let mut exchanges = recording.exchanges.to_vec();
    for exchange in &mut exchanges {
        if let Ok(mut body) = serde_json::from_slice(&exchange.answer.body) {
            shorten(&mut body);
            exchange.answer.body = body.to_string().into_bytes();
        }
    }
    let mut short = Recording {
        exchanges: exchanges.into(),
        row: recording.row.clone(),
        words: String::new(),
        origin: recording.origin.clone(),
        is_error: recording.is_error,
    };
    let arguments = short.row.arguments.clone();
    let came = play(&short, session(), arguments, unchanged()).await;
    short.words = came.words();
    match came.is_error() {
        true => recording,
        false => short,
    }
}

fn shorten(value: &mut Value) {
    match value {
        Value::Array(values) => {
            values.truncate(ELEMENTS);
            values.iter_mut().for_each(shorten);
        }
        Value::Object(members) => members.values_mut().for_each(shorten),
        _ => {}
    }
}

/// A running local Sentry, as Ada.
pub(crate) struct Local {
    running: Running,
    tape: Rc<Tape>,
}

struct Tape {
    native: Native,
    origin: String,
    exchanges: RefCell<Vec<Exchange>>,
}

impl Local {
    pub(crate) async fn start() -> Self {
        let now: Timestamp = "2025-11-24T12:00:00Z".parse().unwrap();
        let running = demo_sentry::start(Config::new(now)).await.unwrap();
        let tape = Rc::new(Tape {
            native: Native::new().unwrap(),
            origin: running.origin().to_owned(),
            exchanges: RefCell::default(),
        });
        Self { running, tape }
    }

    /// As after the start.
    pub(crate) fn reset(&self) {
        self.running.state().reset().unwrap();
    }

    pub(crate) async fn call(&self, session: Session, tool: &str, arguments: Value) -> Came {
        let tape: Rc<Tape> = Rc::clone(&self.tape);
        tape.exchanges.take();
        let result = call(session, tape, self.running.origin(), tool, arguments).await;
        let exchanges = self.tape.exchanges.borrow();
        let asked = exchanges.iter().map(|one| one.request.clone());
        Came {
            result,
            asked: asked.collect(),
        }
    }
}

impl Fetch for Tape {
    fn fetch(&self, request: Request) -> LocalFuture<'_, Result<Response, FetchError>> {
        Box::pin(async move {
            assert!(
                request.url.as_str().starts_with(&self.origin),
                "tests ask nobody else: {}",
                request.url
            );
            let answer = self.native.fetch(request.clone()).await?;
            let exchange = Exchange {
                request,
                answer: answer.clone(),
            };
            self.exchanges.borrow_mut().push(exchange);
            Ok(answer)
        })
    }

    /// Between two looks at something no time passes; a limit of time is never reached.
    fn sleep(&self, duration: Duration) -> LocalFuture<'_, ()> {
        match duration > Duration::from_secs(10) {
            true => Box::pin(std::future::pending()),
            false => Box::pin(async {}),
        }
    }
}

struct Replay {
    exchanges: Arc<[Exchange]>,
    change: Change,
    asked: RefCell<Vec<Request>>,
}

/// Calls a tool with what was recorded.
pub(crate) async fn play(
    recording: &Recording,
    session: Session,
    arguments: Value,
    change: Change,
) -> Came {
    let replay = Rc::new(Replay {
        exchanges: Arc::clone(&recording.exchanges),
        change,
        asked: RefCell::default(),
    });
    let fetch: Rc<Replay> = Rc::clone(&replay);
    let result = call(
        session,
        fetch,
        &recording.origin,
        recording.row.tool,
        arguments,
    )
    .await;
    Came {
        result,
        asked: replay.asked.take(),
    }
}

async fn call(
    session: Session,
    fetch: Rc<dyn Fetch>,
    origin: &str,
    tool: &str,
    arguments: Value,
) -> Result<mcp::CallToolResult, mcp::CallError<sentry_tools::Refusal>> {
    let Value::Object(arguments) = arguments else {
        panic!("arguments are an object")
    };
    let tokens = Rc::new(Fixed(Token::new("demo-token-ada")));
    let client = Client::new(fetch, tokens, BaseUrl::parse(origin).unwrap());
    let remembered = Rc::new(Remembered::default());
    let server = Server::new(session, client, remembered, Rc::new(Listings::default()));
    match server.call_tool(ToolCall::new(tool, arguments)).await? {
        Outcome::Complete(result) => Ok(result),
        Outcome::InputRequired(question) => panic!("nobody can be asked: {question:?}"),
    }
}

impl Replay {
    /// The same request's answer: of several the one whose turn it is, the last again and again. Failing that, the answer
    /// of another request of that place, which the recorded one would have been with other answers before it.
    fn answer(&self, request: &Request) -> Response {
        let same = |one: &&Exchange| {
            one.request.method == request.method && one.request.url == request.url
        };
        let asked = self.asked.borrow();
        let turn = asked
            .iter()
            .filter(|before| before.method == request.method && before.url == request.url);
        let turn = turn.count();
        let recorded: Vec<_> = self.exchanges.iter().filter(same).collect();
        let found = recorded.get(turn).or_else(|| recorded.last()).copied();
        let wanted = place(request);
        let found = found.or_else(|| {
            let mut others = self.exchanges.iter();
            others.find(|one| place(&one.request) == wanted)
        });
        match found {
            Some(one) => one.answer.clone(),
            // What would be changed in another case than the recorded one.
            None if writes(request) => json(201, b"{}"),
            None => json(
                404,
                br#"{"detail":"The requested resource does not exist"}"#,
            ),
        }
    }
}

pub(crate) fn json(status: u16, body: &[u8]) -> Response {
    Response {
        status,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: body.to_vec(),
    }
}

impl Fetch for Replay {
    fn fetch(&self, request: Request) -> LocalFuture<'_, Result<Response, FetchError>> {
        let answer = self.answer(&request);
        let mut answer = (self.change)(&request, answer);
        if let Ok(answer) = &mut answer
            && !request.body_of.contains(&answer.status)
        {
            answer.body.clear();
        }
        self.asked.borrow_mut().push(request);
        Box::pin(async move { answer })
    }

    fn sleep(&self, _: Duration) -> LocalFuture<'_, ()> {
        Box::pin(async {})
    }
}
