//! The loop: ask the model, and run the tools it calls, until it replies without a call.

mod pending;

use serde_json::{Map, Value};

use crate::call::{Call, Targets};
use crate::history::open_calls;
use crate::limits::{Limits, bounded};
use crate::message::{Asked, Message};
use crate::prompt;
use crate::reply::Said;
use crate::request;
use crate::tool::Tool;

use pending::{Pending, State, look_at};

/// What the caller has to do next. Asking again before it is done returns the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Send [`Agent::body`] to the model, then call [`Agent::model_said`].
    AskModel,
    /// Run these calls, then call [`Agent::tool_answered`] for each.
    CallTools(Vec<Call>),
    /// This call is not run; the model is told the reason. Returned once, so that it can be shown.
    Refused(Call, &'static str),
    /// A person has to agree: call [`Agent::approve`] or [`Agent::decline`] for each, or stop here.
    Confirm(Vec<Call>),
    /// The run is over.
    Done(Reason),
}

/// Why a run is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The model has given its final reply, which may be empty.
    Answer,
    /// [`Limits::steps`] is reached.
    Steps,
    /// [`Limits::tokens`] is used up.
    Tokens,
    /// The conversation is longer than [`Limits::history`].
    TooLong,
}

/// One run, from a question to an answer.
#[derive(Debug)]
pub struct Agent {
    rules: String,
    messages: Vec<Message>,
    tools: Vec<Tool>,
    targets: Targets,
    limits: Limits,
    pending: Vec<Pending>,
    /// Name and arguments of each call that was run since the person last spoke or something changed.
    ran: Vec<(String, Map<String, Value>)>,
    steps: u32,
    tokens: u64,
    answered: bool,
}

impl Agent {
    /// Begins a run. `messages` come from [`Message::conversation`]; unanswered calls at their end are run first.
    #[must_use]
    pub fn new(messages: Vec<Message>, tools: Vec<Tool>, limits: Limits) -> Self {
        let open = open_calls(&messages);
        let mut agent = Self {
            rules: prompt::RULES.to_owned(),
            messages,
            tools,
            targets: |_, _| None,
            limits,
            pending: Vec::new(),
            ran: Vec::new(),
            steps: 0,
            tokens: 0,
            answered: false,
        };
        agent.take_in(open);
        agent
    }

    /// Sets how calls of tools that stand for others are resolved.
    #[must_use]
    pub fn with_targets(mut self, targets: Targets) -> Self {
        self.targets = targets;
        // Check again the calls that are already open.
        let open = open_calls(&self.messages);
        self.pending.clear();
        self.ran.clear();
        self.take_in(open);
        self
    }

    /// Adds `more` to the [`prompt::RULES`] that the model is given.
    #[must_use]
    pub fn with_rules(mut self, more: &str) -> Self {
        self.rules.push('\n');
        self.rules.push_str(more);
        self
    }

    /// What comes next.
    #[expect(
        clippy::should_implement_trait,
        reason = "a run is told things in between"
    )]
    pub fn next(&mut self) -> Next {
        if let Some(at) = self.pending.iter().position(Pending::is_refused) {
            let Pending { call, state } = self.pending.remove(at);
            let words = state.words();
            self.answer(&call.id, words);
            return Next::Refused(call, words);
        }
        let calls = |state| -> Vec<Call> {
            let pending = self.pending.iter().filter(|pending| pending.state == state);
            pending.map(|pending| pending.call.clone()).collect()
        };
        let (ready, waiting) = (calls(State::Ready), calls(State::Waiting));
        if !ready.is_empty() {
            return Next::CallTools(ready);
        }
        if !waiting.is_empty() {
            return Next::Confirm(waiting);
        }
        let size = self.messages.iter().fold(0, |size, m| size + m.size());
        let reason = if self.answered {
            Reason::Answer
        } else if self.steps >= self.limits.steps {
            Reason::Steps
        } else if self.tokens >= self.limits.tokens {
            Reason::Tokens
        } else if size > self.limits.history {
            Reason::TooLong
        } else {
            return Next::AskModel;
        };
        Next::Done(reason)
    }

    /// The body of the request to the model: its rules, the conversation and the tools.
    #[must_use]
    pub fn body(&self, model: &str, stream: bool) -> String {
        request::body(model, &self.rules, &self.messages, &self.tools, stream)
    }

    /// Takes the model's reply.
    pub fn model_said(&mut self, said: Said) {
        let Said {
            text,
            mut calls,
            tokens,
        } = said;
        self.steps += 1;
        // Estimate: a token is about four bytes.
        let read = self.messages.iter().fold(0, |size, m| size + m.size());
        let about = read.saturating_add(text.len()) / 4;
        let tokens = tokens.unwrap_or(u64::try_from(about).unwrap_or(u64::MAX));
        self.tokens = self.tokens.saturating_add(tokens);
        self.rename(&mut calls);
        self.answered = calls.is_empty();
        self.messages.push(Message::Assistant {
            text,
            calls: calls.clone(),
        });
        self.take_in(calls);
    }

    /// Takes a tool's answer to a call of [`Next::CallTools`]. Returns the text that the model will read, and whether
    /// it was cut; `None` if no such call is waiting.
    pub fn tool_answered(
        &mut self,
        id: &str,
        text: &str,
        is_error: bool,
    ) -> Option<(String, bool)> {
        let ready = |pending: &Pending| pending.call.id == id && pending.state == State::Ready;
        let at = self.pending.iter().position(ready)?;
        let Pending { call, .. } = self.pending.remove(at);
        if call.changes && !is_error {
            // Something has changed, so tools that only read may answer differently now.
            self.ran.clear();
        }
        let (text, cut) = bounded(text, self.limits.tool_text);
        let mut text = text.to_owned();
        if cut {
            text.push_str("\n[The answer is longer; this is its beginning.]");
        }
        self.answer(id, &text);
        Some((text, cut))
    }

    /// A person agrees to a call of [`Next::Confirm`].
    pub fn approve(&mut self, id: &str) {
        self.decide(id, State::Ready);
    }

    /// A person declines a call of [`Next::Confirm`].
    pub fn decline(&mut self, id: &str) {
        self.decide(id, State::Declined);
    }

    /// The conversation so far. It can be stored, and continued with [`Agent::new`].
    #[must_use]
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// How often the model was asked.
    #[must_use]
    pub const fn steps(&self) -> u32 {
        self.steps
    }

    /// How many tokens the model has used.
    #[must_use]
    pub const fn tokens(&self) -> u64 {
        self.tokens
    }

    fn decide(&mut self, id: &str, state: State) {
        for pending in &mut self.pending {
            if pending.call.id == id && pending.state == State::Waiting {
                pending.state = state;
            }
        }
    }

    fn answer(&mut self, id: &str, text: &str) {
        self.messages.push(Message::Tool {
            id: id.to_owned(),
            text: text.to_owned(),
        });
    }

    fn take_in(&mut self, calls: Vec<Asked>) {
        for (at, asked) in calls.into_iter().enumerate() {
            let mut pending = look_at(&asked, &self.tools, self.targets, self.limits.shown);
            // Compare as they were parsed: what a person agreed to comes back as it was shown to them.
            let same = (asked.name, pending.call.arguments.clone());
            if !pending.is_refused() {
                if at >= self.limits.calls {
                    pending.state = State::TooMany;
                } else if self.ran.contains(&same) {
                    pending.state = State::Repeated;
                } else {
                    self.ran.push(same);
                }
            }
            self.pending.push(pending);
        }
    }

    /// Gives every call an id that is unique in the conversation, because agreements refer to a call by its id.
    fn rename(&self, calls: &mut [Asked]) {
        let mut taken: Vec<String> = Vec::new();
        for message in &self.messages {
            if let Message::Assistant { calls, .. } = message {
                taken.extend(calls.iter().map(|call| call.id.clone()));
            }
        }
        for call in calls {
            let mut number = taken.len();
            while call.id.is_empty() || call.id.len() > Asked::ID || taken.contains(&call.id) {
                number += 1;
                call.id = format!("call_{number}");
            }
            taken.push(call.id.clone());
        }
    }
}
