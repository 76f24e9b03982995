//! A fake for tests: answers from a script, keeps what was asked, and never waits.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::time::Duration;

use crate::{Fetch, FetchError, LocalFuture, Method, Request, Response};

/// Answers each request with the first unused line of the script whose method and URL match, the last matching
/// line for ever. An unexpected request is [`FetchError::Unreachable`], naming the URL.
#[derive(Debug, Default)]
pub struct Scripted {
    lines: RefCell<Vec<Line>>,
    requests: RefCell<Vec<Request>>,
    slept: RefCell<Vec<Duration>>,
}

#[derive(Debug)]
struct Line {
    method: Method,
    /// The whole URL, or its beginning up to `?` when the script says none.
    url: String,
    answers: VecDeque<Result<Response, FetchError>>,
}

impl Scripted {
    /// An empty script: every request fails.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an answer. Several for the same method and URL are given in turn, the last one again and again. A
    /// `url` without a query matches any query.
    #[must_use]
    pub fn on(self, method: Method, url: &str, answer: Result<Response, FetchError>) -> Self {
        let mut lines = self.lines.borrow_mut();
        if let Some(line) = lines
            .iter_mut()
            .find(|line| line.method == method && line.url == url)
        {
            line.answers.push_back(answer);
        } else {
            lines.push(Line {
                method,
                url: url.to_owned(),
                answers: VecDeque::from([answer]),
            });
        }
        drop(lines);
        self
    }

    /// Adds a JSON answer.
    #[must_use]
    pub fn json(self, method: Method, url: &str, status: u16, body: &str) -> Self {
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        self.on(
            method,
            url,
            Ok(Response {
                status,
                headers,
                body: body.as_bytes().to_vec(),
            }),
        )
    }

    /// What was asked, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.requests.borrow().clone()
    }

    /// How long the caller would have waited, in order.
    #[must_use]
    pub fn slept(&self) -> Vec<Duration> {
        self.slept.borrow().clone()
    }

    fn answer(&self, request: &Request) -> Result<Response, FetchError> {
        let url = request.url.as_str();
        let path = url.split('?').next().unwrap_or_default();
        let mut lines = self.lines.borrow_mut();
        let line = lines
            .iter_mut()
            .find(|line| line.method == request.method && (line.url == url || line.url == path))
            .ok_or_else(|| {
                FetchError::Unreachable(format!("no line for {} {url}", request.method.as_str()))
            })?;
        let next = if line.answers.len() > 1 {
            line.answers.pop_front()
        } else {
            line.answers.front().cloned()
        };
        let mut answer =
            next.unwrap_or_else(|| Err(FetchError::Unreachable("an empty line".to_owned())))?;
        if !request.body_of.contains(&answer.status) {
            answer.body.clear();
        }
        if answer.body.len() > request.max_body {
            answer.body.clear();
            return Err(FetchError::Incomplete {
                head: Box::new(answer),
                why: Box::new(FetchError::TooLarge(request.max_body)),
            });
        }
        Ok(answer)
    }
}

impl Fetch for Scripted {
    fn fetch(&self, request: Request) -> LocalFuture<'_, Result<Response, FetchError>> {
        let answer = self.answer(&request);
        self.requests.borrow_mut().push(request);
        Box::pin(async move { answer })
    }

    fn sleep(&self, duration: Duration) -> LocalFuture<'_, ()> {
        self.slept.borrow_mut().push(duration);
        Box::pin(async {})
    }
}
