//! A language model that uses the tools of an MCP server, without I/O, clock or session.
//!
//! [`Agent`] is the loop as a state machine: it says what comes next ([`Next`]), and is told what the model said and
//! what the tools answered. It also has what is needed to talk to a model: the request's body ([`Agent::body`]), and
//! the model's reply in one piece ([`Said::whole`]) or in many ([`Reply`]), where each piece is the data of a
//! server-sent event. It works with any model that speaks OpenAI's chat completions.
//!
//! ```
//! use agent::{Agent, Limits, Message, Next, Said, Tool};
//!
//! let tool = serde_json::json!({ "name": "whoami", "inputSchema": {}, "annotations": { "readOnlyHint": true } });
//! let question = vec![Message::User("Who am I?".to_owned())];
//! let mut agent = Agent::new(question, Tool::from_mcp(&tool).into_iter().collect(), Limits::default());
//! assert_eq!(agent.next(), Next::AskModel);
//! let body = agent.body("some-model", false); // to be sent to the model
//! # assert!(body.contains("whoami"));
//! let answer = br#"{"choices": [{"message": {"tool_calls": [{"id": "1", "function": {"name": "whoami"}}]}}]}"#;
//! agent.model_said(Said::whole(answer).unwrap());
//! let Next::CallTools(calls) = agent.next() else { unreachable!() };
//! agent.tool_answered(&calls[0].id, "Ada", false);
//! assert_eq!(agent.next(), Next::AskModel);
//! ```
//!
//! What a tool answers may have been written by a stranger: the model gets it marked as data ([`prompt`]), and a tool
//! that changes something runs only after a person has agreed to that very call ([`Next::Confirm`]).

#![deny(missing_docs)]

mod call;
mod history;
mod limits;
mod machine;
mod message;
pub mod prompt;
mod reply;
mod request;
mod tool;

pub use approval::Target;
pub use call::{Call, Targets};
pub use history::Malformed;
pub use limits::{Limits, bounded};
pub use machine::{Agent, Next, Reason};
pub use message::{Asked, Message};
pub use reply::{Reply, ReplyError, Said};
pub use tool::{Tool, ToolAnswer};

/// The service that is asked if none is configured: a base URL, to which `/chat/completions` is appended.
pub const DEFAULT_BASE_URL: &str = "https://api.openai.com/v1";

/// The model that is asked if none is configured.
pub const DEFAULT_MODEL: &str = "gpt-4.1-mini";
