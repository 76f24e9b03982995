//! Questions in words.

use std::io::IsTerminal as _;

use agent::{Agent, Call, Limits, Message, Next, Reason, Tool, ToolAnswer};
use serde_json::{Value, json};

use super::End;
use super::model::Model;
use super::one_shot::call;
use super::screen::Screen;
use crate::client::{Connection, Error};

/// The name of a server's tool that takes a request in words.
const IN_WORDS: &str = "use_sentry";

/// A conversation with the person's own model or with the server's.
pub(super) struct Talk {
    model: Option<Model>,
    messages: Vec<Message>,
}

impl Talk {
    pub(super) fn new() -> Result<Self, Error> {
        Ok(Self {
            model: Model::from_environment()?,
            messages: Vec::new(),
        })
    }

    pub(super) async fn ask(
        &mut self,
        words: &str,
        connection: &mut Connection,
        screen: &Screen,
    ) -> Result<End, Error> {
        screen.busy("listing the tools");
        let tools = connection.tools(&mut screen.clone()).await?;
        if let Some(model) = &self.model {
            let mut messages = std::mem::take(&mut self.messages);
            messages.push(Message::User(words.to_owned()));
            let tools = tools.iter().filter_map(Tool::from_mcp).collect();
            let mut agent = Agent::new(messages, tools, Limits::default());
            let mut turn = Turn {
                model,
                screen,
                steps: Vec::new(),
                is_line_open: false,
            };
            let ended = turn.run(&mut agent, connection).await;
            if ended.is_ok() {
                self.messages = agent.messages().to_vec();
            }
            return ended;
        }
        match tools
            .iter()
            .find(|tool| tool.get("name").is_some_and(|name| name == IN_WORDS))
        {
            Some(tool) => {
                call(
                    IN_WORDS,
                    json!({ parameter(tool): words }),
                    connection,
                    screen,
                )
                .await
            }
            None => Err(Error::Usage(format!(
                "a question in words needs a language model, and there is none: set LLM_API_KEY (and LLM_BASE_URL and LLM_MODEL for another service than OpenAI's), \
                 or ask a server that offers the tool {IN_WORDS} (ours does at /mcp?agent=1). Without one, --list shows the tools, and --tool NAME --args JSON calls one"
            ))),
        }
    }
}

/// The parameter for the words: the first one that the tool requires.
fn parameter(tool: &Value) -> String {
    let required = tool
        .pointer("/inputSchema/required/0")
        .and_then(Value::as_str);
    let any = tool
        .pointer("/inputSchema/properties")
        .and_then(Value::as_object)
        .and_then(|properties| properties.keys().next().map(String::as_str));
    required.or(any).unwrap_or("request").to_owned()
}

/// One question, until it is answered.
struct Turn<'a> {
    model: &'a Model,
    screen: &'a Screen,
    steps: Vec<Value>,
    is_line_open: bool,
}

impl Turn<'_> {
    async fn run(&mut self, agent: &mut Agent, connection: &mut Connection) -> Result<End, Error> {
        loop {
            match agent.next() {
                Next::AskModel => self.ask_model(agent).await?,
                Next::CallTools(calls) => {
                    for call in calls {
                        let answer = self.call(&call, connection).await?;
                        agent.tool_answered(&call.id, &answer.text, answer.is_error);
                    }
                }
                Next::Refused(call, why) => self.step(&call, "not run", why),
                Next::Confirm(calls) => {
                    for call in calls {
                        self.close_line();
                        let name = name(&call);
                        let heading = format!("{name} would change something. It would be sent:");
                        let question = format!("Run {name} with all of that?");
                        if self.screen.approves(&heading, &call.shown, &question) {
                            agent.approve(&call.id);
                        } else {
                            self.step(
                                &call,
                                "not run",
                                "nobody agreed to it (--yes agrees to all)",
                            );
                            agent.decline(&call.id);
                        }
                    }
                }
                Next::Done(reason) => return Ok(self.done(reason, agent)),
            }
        }
    }

    async fn ask_model(&mut self, agent: &mut Agent) -> Result<(), Error> {
        self.screen.busy(&format!("{} thinks", self.model.name));
        let body = agent.body(&self.model.name, true);
        let (screen, mut is_open) = (self.screen, self.is_line_open);
        let said = self
            .model
            .ask(body, &mut |text| {
                if !screen.json() {
                    screen.quiet();
                    screen.stream(text);
                    is_open = !text.ends_with('\n');
                }
            })
            .await;
        self.is_line_open = is_open;
        agent.model_said(said?);
        Ok(())
    }

    async fn call(
        &mut self,
        call: &Call,
        connection: &mut Connection,
    ) -> Result<ToolAnswer, Error> {
        self.close_line();
        self.screen.busy(&format!("calling {}", name(call)));
        let arguments = Value::Object(call.arguments.clone());
        let answer = match connection
            .call(&call.name, arguments, &mut self.screen.clone())
            .await
        {
            Ok(found) => ToolAnswer::from_mcp(&found),
            // The model is told of an error that the server reports; an unreachable server ends the turn.
            Err(error @ Error::Rpc { .. }) => ToolAnswer {
                text: error.to_string(),
                is_error: true,
            },
            Err(error) => return Err(error),
        };
        self.step(
            call,
            if answer.is_error { "failed" } else { "done" },
            &answer.text,
        );
        Ok(answer)
    }

    fn step(&mut self, call: &Call, how: &str, text: &str) {
        self.close_line();
        let first = text.lines().next().unwrap_or_default();
        let first: String = first.chars().take(100).collect();
        self.screen.note(&format!(
            "· {} {}: {how}: {first}",
            name(call),
            arguments(call)
        ));
        self.steps.push(
            json!({ "tool": call.name, "arguments": call.arguments, "outcome": how, "text": text }),
        );
    }

    fn close_line(&mut self) {
        if std::mem::take(&mut self.is_line_open) {
            self.screen.stream("\n");
        }
    }

    fn done(&mut self, reason: Reason, agent: &Agent) -> End {
        self.screen.quiet();
        self.close_line();
        let why = match reason {
            Reason::Answer => None,
            Reason::Steps => Some("the model was asked as often as it may be"),
            Reason::Tokens => Some("the model has used as many tokens as it may"),
            Reason::TooLong => Some("the conversation is longer than it may be"),
        };
        if self.screen.json() {
            let answer = agent
                .messages()
                .iter()
                .rev()
                .find_map(|message| match message {
                    Message::Assistant { text, .. } => Some(text.clone()),
                    _ => None,
                });
            self.screen.value(&json!({
                "answer": answer.unwrap_or_default(),
                "stopped": why,
                "steps": self.steps,
                "asked": agent.steps(),
                "tokens": agent.tokens(),
            }));
        } else if let Some(why) = why {
            self.screen.warn(why);
        }
        if why.is_none() {
            End::Well
        } else {
            End::Failed
        }
    }
}

fn name(call: &Call) -> &str {
    call.target.as_deref().unwrap_or(&call.name)
}

/// A call's arguments in the order in which they are sent; in full if the call changes something.
fn arguments(call: &Call) -> String {
    let written = approval::line(&call.json, usize::MAX);
    let text = written.unwrap_or_else(|_| approval::plain(&call.json));
    // Only a terminal is too narrow for all of it.
    let is_whole = call.changes || !std::io::stderr().is_terminal();
    let (shown, is_cut) = agent::bounded(&text, if is_whole { text.len() } else { 200 });
    if is_cut {
        format!("{shown}…")
    } else {
        shown.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_go_to_the_parameter_that_is_required() {
        for (schema, name) in [
            (
                json!({ "properties": { "a": {}, "question": {} }, "required": ["question"] }),
                "question",
            ),
            (json!({ "properties": { "request": {} } }), "request"),
            (json!({}), "request"),
        ] {
            assert_eq!(parameter(&json!({ "inputSchema": schema })), name);
        }
    }
}
