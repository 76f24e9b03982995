//! The loop: ask the model, run what it calls, until it says something without calling.

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

/// What comes next. Asking again without having done it gets the same again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Send [`Agent::body`] to the model, then [`Agent::model_said`].
    AskModel,
    /// Run these, then [`Agent::tool_answered`] for each.
    CallTools(Vec<Call>),
    /// Not run: answered in words, which the model gets. Said once; there is nothing to do but to show it.
    Refused(Call, &'static str),
    /// Somebody has to agree: [`Agent::approve`] or [`Agent::decline`] each, or leave it at that.
    Confirm(Vec<Call>),
    /// The end.
    Done(Reason),
}

/// Why a run is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The model has said its last word, which may be none.
    Answer,
    /// The model was asked as often as it may be.
    Steps,
    /// The model has used as many tokens as it may.
    Tokens,
    /// The conversation is longer than it may be.
    TooLong,
}

/// One run: from a question to an answer.
#[derive(Debug)]
pub struct Agent {
    rules: String,
    messages: Vec<Message>,
    tools: Vec<Tool>,
    targets: Targets,
    limits: Limits,
    pending: Vec<Pending>,
    /// Name and arguments of what was run since the person spoke or something changed.
    ran: Vec<(String, Map<String, Value>)>,
    steps: u32,
    tokens: u64,
    answered: bool,
}

impl Agent {
    /// `messages` as [`Message::conversation`] reads them. Calls at their end that have no answer are run first.
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

    /// With tools that stand for others.
    #[must_use]
    pub fn with_targets(mut self, targets: Targets) -> Self {
        self.targets = targets;
        // What is open already is looked at again.
        let open = open_calls(&self.messages);
        self.pending.clear();
        self.ran.clear();
        self.take_in(open);
        self
    }

    /// Tells the model more than [`prompt::RULES`].
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

    /// The request for the model: its rules, the conversation, the tools.
    #[must_use]
    pub fn body(&self, model: &str, stream: bool) -> String {
        request::body(model, &self.rules, &self.messages, &self.tools, stream)
    }

    /// The model has answered.
    pub fn model_said(&mut self, said: Said) {
        let Said {
            text,
            mut calls,
            tokens,
        } = said;
        self.steps += 1;
        // A token has about four bytes.
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

    /// A tool has answered a call of [`Next::CallTools`]. Gives back what the model will read, and whether that is
    /// less than all of it; `None` for a call that nobody waits for.
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
            // What was read before may read otherwise now.
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

    /// Somebody agreed to a call of [`Next::Confirm`].
    pub fn approve(&mut self, id: &str) {
        self.decide(id, State::Ready);
    }

    /// Somebody said no to one.
    pub fn decline(&mut self, id: &str) {
        self.decide(id, State::Declined);
    }

    /// The conversation so far, as it can be kept and gone on with.
    #[must_use]
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// How often the model was asked.
    #[must_use]
    pub const fn steps(&self) -> u32 {
        self.steps
    }

    /// How many tokens it used.
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
            // As they are read: what a person agreed to comes back written as they were shown it.
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

    /// Gives every call an id that no other call of the conversation has: what somebody agreed to is named by it.
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
