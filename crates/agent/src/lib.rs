//! A language model that uses the tools of an MCP server, without I/O, clock or session.
//!
//! [`Agent`] is the loop as a state machine: it says what comes next ([`Next`]), and is told what the model said and
//! what a tool answered. Beside it stand the parts that whoever talks to a model needs: what is sent
//! ([`Agent::body`]), and an answer in one piece ([`Said::whole`]) or in many ([`Reply`]), each the data of a server-sent
//! event. The model is any that speaks OpenAI's chat completions.
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
//! What a tool answers is data that a stranger may have written: the model gets it marked as such ([`prompt`]), and a
//! tool that changes something is run only after somebody agreed to that very call ([`Next::Confirm`]).

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

/// Where models are asked if nothing else is set up: a base that `/chat/completions` follows.
pub const DEFAULT_BASE_URL: &str = "https://api.openai.com/v1";

/// The model that is asked if no other is named.
pub const DEFAULT_MODEL: &str = "gpt-4.1-mini";
