//! One run of the agent, told to the page as it goes.

use std::pin::pin;
use std::rc::Rc;

use agent::{Agent, Call, Limits, Message, Next, Reason, Tool};
use futures_util::future::{Either, select};
use wasm_bindgen_futures::JsFuture;

use super::events::{self, Answered, Ended};
use super::llm;
use super::tools::{Called, Endpoint};
use crate::config::Config;
use crate::deployment::Deployment;
use crate::runtime::edge::Outlet;
use crate::runtime::{clock, log};

/// The most milliseconds that a run may take.
pub const TIME: u32 = 90_000;

/// The input of a run.
pub struct Run {
    agent: Agent,
    endpoint: Endpoint,
    outlet: Outlet,
    config: Rc<Config>,
    /// No model takes part: it ends with the call's answer.
    call_only: bool,
    calls: u32,
}

/// The person's decisions about the calls that wait for one.
#[derive(Default)]
pub struct Decided {
    /// Ids of the calls that they agreed to.
    pub approved: Vec<String>,
    /// Ids of the calls that they do not want.
    pub declined: Vec<String>,
}

impl Run {
    /// `decided` counts for the calls that are in `messages` already, and for none that the model makes after.
    pub fn new(
        messages: Vec<Message>,
        tools: Vec<Tool>,
        decided: &Decided,
        endpoint: Endpoint,
        outlet: Outlet,
        deployment: &Deployment,
    ) -> Self {
        let mut agent = Agent::new(messages, tools, Limits::default()).with_targets(
            sentry_tools::targets(&deployment.constraint(&endpoint.resource)),
        );
        for segment in endpoint
            .resource
            .segments(deployment.settings.resource_base)
            .take(1)
        {
            agent =
                agent.with_rules(&["The person works in the organization ", segment, "."].concat());
        }
        for id in &decided.declined {
            agent.decline(id);
        }
        for id in &decided.approved {
            agent.approve(id);
        }
        Self {
            agent,
            endpoint,
            outlet,
            config: Rc::clone(&deployment.config),
            call_only: false,
            calls: 0,
        }
    }

    /// Without a model: runs the one call that is open.
    pub fn call_only(self) -> Self {
        Self {
            call_only: true,
            ..self
        }
    }

    /// Runs until it is done, the time is over, or nobody reads any more.
    pub async fn until_done(mut self) {
        let began = clock::milliseconds();
        let ended = JsFuture::from(self.outlet.ended());
        let outcome = {
            let work = pin!(self.work());
            match select(work, ended).await {
                Either::Left((ended, _)) => Some(ended),
                Either::Right(_) => None,
            }
        };
        let late = self.outlet.late();
        let ended = outcome.or(late.then_some(Ended::Late));
        if let Some(ended) = ended {
            let done = events::done(ended, self.agent.steps(), self.agent.tokens());
            self.outlet.write(&done);
        }
        self.outlet.close();
        let took = clock::milliseconds().saturating_sub(began);
        let id = &self.endpoint.client.request_id;
        let (steps, tokens) = (self.agent.steps(), self.agent.tokens());
        log::chat(
            id,
            ended.map_or("gone", Ended::as_str),
            [u64::from(steps), u64::from(self.calls), tokens, took],
        );
    }

    async fn work(&mut self) -> Ended {
        loop {
            match self.agent.next() {
                Next::AskModel if self.call_only => return Ended::Done(Reason::Answer),
                Next::AskModel => {
                    if let Err(trouble) = self.ask().await {
                        log::trouble(
                            &self.endpoint.client.request_id,
                            "the language model",
                            &trouble.detail,
                        );
                        return self.fail(trouble.code, trouble.message);
                    }
                }
                Next::CallTools(calls) => {
                    for call in calls {
                        if let Err(ended) = self.run(&call).await {
                            return ended;
                        }
                    }
                }
                Next::Refused(call, words) => {
                    self.outlet.write(&events::call("tool_call", &call));
                    self.answered(&call.id, words, true, false, 0);
                }
                Next::Confirm(calls) => {
                    for call in calls {
                        self.outlet.write(&events::call("confirm", &call));
                    }
                    return Ended::Confirm;
                }
                Next::Done(Reason::TooLong) => return self.fail("too_long", llm::TOO_LONG),
                Next::Done(reason) => return Ended::Done(reason),
            }
        }
    }

    async fn ask(&mut self) -> Result<(), llm::Trouble> {
        // Invariant: nothing comes here without a model.
        if let Some(model) = &self.config.model {
            let said = llm::ask(&self.agent, model, &self.outlet).await?;
            self.agent.model_said(said);
        }
        Ok(())
    }

    async fn run(&mut self, call: &Call) -> Result<(), Ended> {
        self.outlet.write(&events::call("tool_call", call));
        self.calls += 1;
        let began = clock::milliseconds();
        let called = self.endpoint.call(&call.name, &call.json).await;
        let took = clock::milliseconds().saturating_sub(began);
        match called {
            Called::Answered(answer) => {
                let told = self
                    .agent
                    .tool_answered(&call.id, &answer.text, answer.is_error);
                let (text, cut) = told.unwrap_or_default();
                self.answered(&call.id, &text, answer.is_error, cut, took);
                Ok(())
            }
            Called::Ended => Err(self.fail("session_expired", EXPIRED)),
            Called::Unavailable(words) => Err(self.fail("tool_unavailable", words)),
        }
    }

    fn answered(&self, id: &str, text: &str, is_error: bool, cut: bool, milliseconds: u64) {
        self.outlet.write(&events::tool_result(&Answered {
            id,
            text,
            is_error,
            cut,
            milliseconds,
        }));
    }

    /// Tells the page what went wrong.
    fn fail(&self, code: &str, message: &str) -> Ended {
        let id = &self.endpoint.client.request_id;
        self.outlet.write(&events::error(code, message, id));
        Ended::Failed
    }
}

/// The message for a person whose tokens are good no more.
pub const EXPIRED: &str = "Your sign-in has ended. Sign in again to go on.";
