//! A document that is not published yet.

use std::io::{self, Read};
use std::time::Duration;

use fetch::{Fetch, FetchError, LocalFuture, Request, Response};
use serde_json::{Map, Value};

/// The most that is read of a file: a document is far smaller, and one that is larger is told so.
const MAX_FILE: u64 = 1 << 20;
/// For a file that does not say where it will be.
const SOMEWHERE: &str = "https://client.example/client-metadata.json";

/// Stands where the network would be: whoever asks for the document gets the file.
pub struct File {
    /// What it says of itself.
    pub client_id: String,
    /// Whether it does.
    pub names_itself: bool,
    body: Vec<u8>,
}

impl File {
    pub fn read(path: &str) -> io::Result<Self> {
        let mut body = Vec::new();
        std::fs::File::open(path)?
            .take(MAX_FILE)
            .read_to_end(&mut body)?;
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

impl Fetch for File {
    fn fetch(&self, request: Request) -> LocalFuture<'_, Result<Response, FetchError>> {
        let answer = if self.body.len() > request.max_body {
            Err(FetchError::TooLarge(request.max_body))
        } else {
            Ok(Response {
                status: 200,
                headers: vec![("content-type".to_owned(), "application/json".to_owned())],
                body: self.body.clone(),
            })
        };
        Box::pin(async move { answer })
    }

    fn sleep(&self, _: Duration) -> LocalFuture<'_, ()> {
        Box::pin(async {})
    }
}
