//! A document that has not been published yet.

use std::io::{self, Read};
use std::time::Duration;

use fetch::{Fetch, FetchError, LocalFuture, Request, Response};
use serde_json::{Map, Value};

/// The most bytes that are read of a file. A document is far smaller, and a check reports one that is too large.
const MAX_FILE: u64 = 1 << 20;
/// The `client_id` for a file that does not name one.
const SOMEWHERE: &str = "https://client.example/client-metadata.json";

/// Replaces the network: every request for the document is answered with the file.
pub struct File {
    /// The document's `client_id`, or a placeholder.
    pub client_id: String,
    /// Whether the document has a `client_id`.
    pub names_itself: bool,
    body: Vec<u8>,
}

impl File {
    pub fn read(path: &str) -> io::Result<Self> {
        let mut body = Vec::new();
        std::fs::File::open(path)
            .map_err(|error| named(path, &error))?
            .take(MAX_FILE)
            .read_to_end(&mut body)
            .map_err(|error| named(path, &error))?;
        let object = serde_json::from_slice::<Map<String, Value>>(&body).ok();
        let named = object
            .as_ref()
            .and_then(|object| object.get("client_id")?.as_str());
        Ok(Self {
            client_id: named.unwrap_or(SOMEWHERE).to_owned(),
            names_itself: named.is_some(),
            body,
        })
    }
}

/// An error with the name of its file.
pub fn named(path: &str, error: &io::Error) -> io::Error {
    let words = match error.kind() {
        io::ErrorKind::NotFound => format!("no such file: {path}"),
        _ => format!("{path} cannot be read: {error}"),
    };
    io::Error::new(error.kind(), words)
}

impl Fetch for File {
    fn fetch(&self, request: Request) -> LocalFuture<'_, Result<Response, FetchError>> {
        let mut answer = Response {
            status: 200,
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: Vec::new(),
        };
        let answer = if self.body.len() > request.max_body {
            Err(FetchError::Incomplete {
                head: Box::new(answer),
                why: Box::new(FetchError::TooLarge(request.max_body)),
            })
        } else {
            answer.body.clone_from(&self.body);
            Ok(answer)
        };
        Box::pin(async move { answer })
    }

    fn sleep(&self, _: Duration) -> LocalFuture<'_, ()> {
        Box::pin(async {})
    }
}
