//! A language model of any service that speaks OpenAI's chat completions.

use std::time::Duration;

use agent::{Reply, ReplyError, Said};
use event_stream::Parser;
use fetch::native::Native;
use fetch::{FetchError, Method, Request};
use url::Url;

use super::connect;
use crate::client::Error;
use crate::client::oauth::{Secret, is_secure};

/// Maximum size of one response in bytes, with everything around the text.
const MOST: usize = 4 << 20;

pub(super) struct Model {
    native: Native,
    place: Url,
    key: Secret,
    pub(super) name: String,
}

impl Model {
    /// Reads `LLM_API_KEY`, `LLM_BASE_URL` and `LLM_MODEL`; `None` without a key.
    pub(super) fn from_environment() -> Result<Option<Self>, Error> {
        let variable = |name| {
            std::env::var(name)
                .ok()
                .filter(|value| !value.trim().is_empty())
        };
        let Some(key) = variable("LLM_API_KEY") else {
            return Ok(None);
        };
        let base = variable("LLM_BASE_URL").unwrap_or_else(|| agent::DEFAULT_BASE_URL.to_owned());
        let place = Url::parse(&format!("{}/chat/completions", base.trim_end_matches('/')))
            .ok()
            .filter(is_secure)
            .ok_or_else(|| {
                Error::Usage(format!(
                    "LLM_BASE_URL must be an https URL (http on this computer only): {base}"
                ))
            })?;
        Ok(Some(Self {
            native: connect::native()?,
            place,
            key: Secret::new(key),
            name: variable("LLM_MODEL").unwrap_or_else(|| agent::DEFAULT_MODEL.to_owned()),
        }))
    }

    /// Sends one request, and passes the text on as it arrives.
    pub(super) async fn ask(
        &self,
        body: String,
        heard: &mut dyn FnMut(&str),
    ) -> Result<Said, Error> {
        let request = Request::new(Method::Post, self.place.clone())
            .header("accept", "text/event-stream")
            .header("authorization", format!("Bearer {}", self.key.reveal()))
            .body("application/json", body)
            .timeout(Duration::from_secs(120));
        let mut opened = self
            .native
            .open(request, &[])
            .await
            .map_err(|source| self.unreachable(source))?;
        let head = opened.head();
        if !head.is_success() {
            let body = opened.rest(64 * 1024).await.unwrap_or_default();
            let why = match Said::whole(&body) {
                Err(ReplyError::Refused(words)) => format!(": {words}"),
                _ => String::new(),
            };
            let hint = if head.status == 401 {
                " (is LLM_API_KEY right?)"
            } else {
                ""
            };
            return Err(Error::Protocol(format!(
                "the model's service answered {}{why}{hint}",
                head.status
            )));
        }
        if !head
            .header("content-type")
            .unwrap_or_default()
            .starts_with("text/event-stream")
        {
            let body = opened
                .rest(MOST)
                .await
                .map_err(|source| self.unreachable(source))?;
            let said = Said::whole(&body).map_err(bad)?;
            heard(&said.text);
            return Ok(said);
        }
        let mut parser = Parser::new(MOST);
        let mut reply = Reply::default();
        let mut read = 0;
        while let Some(bytes) = opened
            .chunk()
            .await
            .map_err(|source| self.unreachable(source))?
        {
            read += bytes.len();
            let events = match parser.push(&bytes) {
                Ok(events) if read <= MOST => events,
                _ => return Err(bad(ReplyError::TooLong)),
            };
            for event in events {
                let text = reply.piece(&event.data).map_err(bad)?;
                if !text.is_empty() {
                    heard(&text);
                }
            }
        }
        reply.end().map_err(bad)
    }

    fn unreachable(&self, source: FetchError) -> Error {
        Error::Unreachable {
            doing: format!("asking the model at {}", self.place),
            source,
        }
    }
}

fn bad(error: ReplyError) -> Error {
    Error::Protocol(match error {
        ReplyError::Refused(words) => format!("the model's service refused: {words}"),
        ReplyError::Garbage => {
            "the model's service answered with something other than a chat completion".to_owned()
        }
        ReplyError::TooLong => "the model's answer is too long".to_owned(),
        ReplyError::Incomplete => "the model's answer broke off".to_owned(),
    })
}
