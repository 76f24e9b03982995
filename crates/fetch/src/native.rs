//! The port over reqwest, for binaries on a tokio runtime.

use std::time::Duration;

use crate::{Exchange, Fetch, FetchError, LocalFuture, Method, Request, Response};

/// Sends with one pooled reqwest client.
#[derive(Debug, Clone)]
pub struct Native {
    client: reqwest::Client,
}

impl Native {
    /// # Errors
    /// When the TLS backend cannot start.
    pub fn new() -> Result<Self, FetchError> {
        Self::with_idle_timeout(Duration::from_secs(90))
    }

    /// Connections that were idle for longer are not used again. For programs whose runtime stands still while they
    /// wait for a person: such a one does not see a server close its connection, and its next request would be lost.
    ///
    /// # Errors
    /// When the TLS backend cannot start.
    pub fn with_idle_timeout(idle: Duration) -> Result<Self, FetchError> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .pool_idle_timeout(idle)
            .build()
            .map_err(|error| FetchError::Unreachable(error.to_string()))?;
        Ok(Self { client })
    }

    /// Sends one request and returns as soon as the head of the answer is there, for answers that come in pieces.
    /// `more` are headers whose names are known at run time only. [`Request::timeout`] holds for the head and then
    /// for each piece, [`Request::max_body`] does not apply: the reader must count.
    ///
    /// # Errors
    /// As [`Fetch::fetch`].
    pub async fn open(
        &self,
        request: Request,
        more: &[(String, String)],
    ) -> Result<Opened, FetchError> {
        let timeout = request.timeout;
        let answer = tokio::time::timeout(timeout, self.begin(request, more))
            .await
            .unwrap_or(Err(FetchError::Timeout(timeout)))?;
        Ok(Opened { answer, timeout })
    }

    async fn begin(
        &self,
        request: Request,
        more: &[(String, String)],
    ) -> Result<reqwest::Response, FetchError> {
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
            Method::Delete => reqwest::Method::DELETE,
            Method::Options => reqwest::Method::OPTIONS,
        };
        let mut builder = self.client.request(method, request.url);
        for (name, value) in request.headers {
            builder = builder.header(name, value);
        }
        for (name, value) in more {
            builder = builder.header(name, value);
        }
        if let Some(body) = request.body {
            builder = builder.body(body);
        }
        builder.send().await.map_err(unreachable)
    }

    async fn send(&self, request: Request) -> Result<Response, FetchError> {
        let (timeout, max_body) = (request.timeout, request.max_body);
        let wanted = request.body_of.clone();
        let late = || FetchError::Timeout(timeout);
        let ends = tokio::time::Instant::now() + timeout;
        let mut answer = tokio::time::timeout_at(ends, self.begin(request, &[]))
            .await
            .unwrap_or_else(|_| Err(late()))?;
        let mut response = Response {
            status: answer.status().as_u16(),
            headers: headers(&answer),
            body: Vec::new(),
        };
        if !wanted.contains(&response.status) {
            return Ok(response);
        }
        let body = tokio::time::timeout_at(ends, body(&mut answer, max_body))
            .await
            .unwrap_or_else(|_| Err(late()));
        match body {
            Ok(body) => {
                response.body = body;
                Ok(response)
            }
            Err(why) => Err(FetchError::Incomplete {
                head: Box::new(response),
                why: Box::new(why),
            }),
        }
    }
}

/// An answer whose body is still to come.
#[derive(Debug)]
pub struct Opened {
    answer: reqwest::Response,
    timeout: Duration,
}

impl Opened {
    /// Status and headers; the body is empty.
    #[must_use]
    pub fn head(&self) -> Response {
        Response {
            status: self.answer.status().as_u16(),
            headers: headers(&self.answer),
            body: Vec::new(),
        }
    }

    /// The next piece of the body; `None` at its end.
    ///
    /// # Errors
    /// When the connection breaks off, or nothing comes for [`Request::timeout`].
    pub async fn chunk(&mut self) -> Result<Option<Vec<u8>>, FetchError> {
        let next = tokio::time::timeout(self.timeout, self.answer.chunk())
            .await
            .map_err(|_| FetchError::Timeout(self.timeout))?;
        Ok(next.map_err(unreachable)?.map(|bytes| bytes.to_vec()))
    }

    /// What is left of the body, at most `max` bytes.
    ///
    /// # Errors
    /// As [`Self::chunk`]; [`FetchError::TooLarge`] if there is more.
    pub async fn rest(&mut self, max: usize) -> Result<Vec<u8>, FetchError> {
        let mut body = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            if body.len() + chunk.len() > max {
                return Err(FetchError::TooLarge(max));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

async fn body(answer: &mut reqwest::Response, max: usize) -> Result<Vec<u8>, FetchError> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
        if body.len() + chunk.len() > max {
            return Err(FetchError::TooLarge(max));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn headers(answer: &reqwest::Response) -> Vec<(String, String)> {
    let read = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    answer
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), read(value.as_bytes())))
        .collect()
}

impl Fetch for Native {
    fn fetch(&self, request: Request) -> LocalFuture<'_, Result<Response, FetchError>> {
        Box::pin(self.send(request))
    }

    fn sleep(&self, duration: Duration) -> LocalFuture<'_, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// [`Native`] for runtimes of many threads: its futures are `Send`.
#[derive(Debug, Clone)]
pub struct SendNative(pub Native);

impl Exchange for SendNative {
    async fn exchange(&self, request: Request) -> Result<Response, FetchError> {
        self.0.send(request).await
    }
}

/// reqwest's `Display` names the URL, which may carry a query that is nobody's business in a log, and not the cause.
fn unreachable(error: reqwest::Error) -> FetchError {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(next) = cause {
        let words = next.to_string();
        // Some repeat their cause.
        if !text.ends_with(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        cause = next.source();
    }
    FetchError::Unreachable(text)
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;

    use url::Url;

    use super::*;

    fn request(port: u16) -> Request {
        let url = format!("http://127.0.0.1:{port}/?secret=1");
        Request::new(Method::Get, Url::parse(&url).unwrap())
    }

    #[tokio::test]
    async fn an_idle_connection_that_the_server_has_closed_is_not_used() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        // One answer a connection, which then closes without a word.
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let _ = stream.read(&mut [0; 1024]);
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
            }
        });
        let native = Native::with_idle_timeout(Duration::from_millis(50)).unwrap();
        for _ in 0..3 {
            assert_eq!(native.fetch(request(port)).await.unwrap().body, b"ok");
            // The runtime stands still.
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// What a request carries would travel along.
    #[tokio::test]
    async fn a_redirect_is_an_answer_and_no_way() {
        for status in ["301", "302", "303", "307", "308"] {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let port = listener.local_addr().unwrap().port();
            let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
            elsewhere.set_nonblocking(true).unwrap();
            let location = elsewhere.local_addr().unwrap();
            std::thread::spawn(move || {
                let (mut stream, _) = listener.accept().unwrap();
                let _ = stream.read(&mut [0; 1024]);
                let head = format!(
                    "HTTP/1.1 {status} Away\r\nlocation: http://{location}/\r\ncontent-length: 0\r\n\r\n"
                );
                let _ = stream.write_all(head.as_bytes());
            });
            let answer = Native::new().unwrap().fetch(request(port)).await.unwrap();
            assert_eq!(answer.status.to_string(), status);
            assert!(elsewhere.accept().is_err(), "{status}: nobody came by");
        }
    }

    /// The head of a page that is too long, or does not end, tells what it is.
    #[tokio::test]
    async fn of_a_body_that_does_not_come_whole_the_head_is_told() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            let mut open = Vec::new();
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let _ = stream.read(&mut [0; 1024]);
                let head = "HTTP/1.1 404 No\r\nx-a: b\r\ncontent-length: 100\r\n\r\n0123456789";
                let _ = stream.write_all(head.as_bytes());
                open.push(stream);
            }
        });
        let native = Native::new().unwrap();
        let ask = |max| {
            request(port)
                .timeout(Duration::from_millis(300))
                .max_body(max)
        };
        for (max, expected) in [
            (5, FetchError::TooLarge(5)),
            (500, FetchError::Timeout(Duration::from_millis(300))),
        ] {
            let error = native.fetch(ask(max)).await.unwrap_err();
            assert_eq!(error.cause(), &expected);
            let FetchError::Incomplete { head, .. } = error else {
                panic!("{error}")
            };
            assert_eq!((head.status, head.header("x-a")), (404, Some("b")));
        }
        let unread = native.fetch(ask(5).body_of(200..=200)).await.unwrap();
        assert_eq!((unread.status, unread.body.len()), (404, 0));
    }

    #[tokio::test]
    async fn why_nobody_answered_is_said_and_what_was_asked_is_not() {
        let port = {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            listener.local_addr().unwrap().port()
        };
        let error = Native::new()
            .unwrap()
            .fetch(request(port))
            .await
            .unwrap_err();
        let text = error.to_string().to_lowercase();
        assert!(text.contains("refused"), "{text}");
        assert!(!text.contains("secret"), "{text}");
    }
}
