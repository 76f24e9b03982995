//! The interactive prompt on a terminal. From a pipe, each line is a command.

use std::io::{BufRead as _, IsTerminal as _, stdin, stdout};

use rustyline::completion::Completer;
use rustyline::config::Configurer as _;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::Validator;
use rustyline::{Context, Editor, Helper};
use serde_json::{Map, Value};

use super::End;
use super::connect::connect;
use super::one_shot::{call, read_object};
use super::options::Options;
use super::screen::{STRONG, Screen};
use super::show;
use super::words::Talk;
use crate::client::{Connection, Error};

const HELP: &str = "\
/tools                    what the server offers
/call NAME {\"a\": 1}       call a tool
/whoami                   call the tool whoami
/prompts                  prompts; /prompt NAME {\"a\": \"b\"} gets one
/resources                resources; /read URI reads one
/server                   who answers, and in which revision of MCP
/help                     this
/quit                     or Ctrl-D

Anything else is a question in words: for a model of yours (LLM_API_KEY, LLM_BASE_URL, LLM_MODEL), else for the
server's tool use_sentry, where it offers one.";

const COMMANDS: [&str; 10] = [
    "/call ",
    "/help",
    "/prompt ",
    "/prompts",
    "/quit",
    "/read ",
    "/resources",
    "/server",
    "/tools",
    "/whoami",
];

pub(super) async fn run(options: &Options, screen: &Screen) -> Result<End, Error> {
    let mut talk = Talk::new()?;
    let mut connection = connect(options, screen).await?;
    screen.quiet();
    let ended = if stdin().is_terminal() && stdout().is_terminal() {
        converse(&mut talk, &mut connection, screen).await
    } else {
        obey(&mut talk, &mut connection, screen).await
    };
    screen.quiet();
    connection.close().await;
    ended
}

/// Runs commands from a pipe. A command that fails does not stop the next; the result is that of the last failure.
async fn obey(talk: &mut Talk, connection: &mut Connection, screen: &Screen) -> Result<End, Error> {
    let mut ended = Ok(End::Well);
    for line in stdin().lock().lines() {
        let line = line.map_err(|error| Error::Local(format!("standard input: {error}")))?;
        match run_line(&line, talk, connection, screen).await {
            Ok(Some(End::Well)) => {}
            Ok(Some(End::Failed)) => ended = Ok(End::Failed),
            Ok(None) => break,
            Err(error) => {
                if let Err(earlier) = std::mem::replace(&mut ended, Err(error)) {
                    screen.error(&earlier);
                }
            }
        }
    }
    ended
}

async fn converse(
    talk: &mut Talk,
    connection: &mut Connection,
    screen: &Screen,
) -> Result<End, Error> {
    greet(connection, screen);
    let failed = |error: ReadlineError| Error::Local(format!("the terminal: {error}"));
    let mut editor: Editor<Names, FileHistory> = Editor::new().map_err(failed)?;
    editor.set_auto_add_history(true);
    editor.set_helper(Some(Names(Vec::new())));
    loop {
        match editor.readline("> ") {
            Ok(line) => match run_line(&line, talk, connection, screen).await {
                Ok(Some(_)) => {}
                Ok(None) => return Ok(End::Well),
                Err(error) => screen.error(&error),
            },
            Err(ReadlineError::Interrupted) => screen.note("Ctrl-D ends."),
            Err(ReadlineError::Eof) => return Ok(End::Well),
            Err(error) => return Err(failed(error)),
        }
        if let Some(names) = editor.helper_mut() {
            names.0 = connection.known_tools();
        }
    }
}

fn greet(connection: &Connection, screen: &Screen) {
    let server = connection.server();
    let name = if server.name.is_empty() {
        "The server"
    } else {
        &server.name
    };
    screen.say_in(STRONG, &format!("{name} {}", server.version));
    screen.note(&format!(
        "speaks MCP {}. /help says what can be typed.",
        connection.revision().as_str()
    ));
}

/// Runs one line; `None` means that it ends the session.
async fn run_line(
    line: &str,
    talk: &mut Talk,
    connection: &mut Connection,
    screen: &Screen,
) -> Result<Option<End>, Error> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return Ok(Some(End::Well));
    }
    if !line.starts_with('/') {
        return talk.ask(line, connection, screen).await.map(Some);
    }
    let (command, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let (name, arguments) = rest
        .trim()
        .split_once(char::is_whitespace)
        .unwrap_or((rest.trim(), ""));
    match command {
        "/quit" | "/exit" => return Ok(None),
        "/help" => screen.say(HELP),
        "/tools" => show::tools(connection, screen).await?,
        "/prompts" => show::list(connection, ("prompts/list", "prompts", "name"), screen).await?,
        "/resources" => {
            show::list(connection, ("resources/list", "resources", "uri"), screen).await?
        }
        "/server" => screen.value(&show::server(connection)),
        "/whoami" => {
            return call("whoami", read_object("")?, connection, screen)
                .await
                .map(Some);
        }
        "/call" if !name.is_empty() => {
            return call(name, read_object(arguments)?, connection, screen)
                .await
                .map(Some);
        }
        "/read" if !name.is_empty() => {
            let params = Map::from_iter([("uri".to_owned(), name.into())]);
            get(connection, "resources/read", params, "contents", screen).await?;
        }
        "/prompt" if !name.is_empty() => {
            let params = Map::from_iter([
                ("name".to_owned(), name.into()),
                ("arguments".to_owned(), read_object(arguments)?),
            ]);
            get(connection, "prompts/get", params, "messages", screen).await?;
        }
        _ => {
            return Err(Error::Usage(format!(
                "{command} is not a command, or it lacks an argument; /help lists the commands"
            )));
        }
    }
    Ok(Some(End::Well))
}

/// Reads a resource or gets a prompt.
async fn get(
    connection: &mut Connection,
    method: &str,
    params: Map<String, Value>,
    member: &str,
    screen: &Screen,
) -> Result<(), Error> {
    screen.busy("asking the server");
    let found = connection
        .request(method, params, &mut screen.clone())
        .await?;
    screen.quiet();
    if screen.json() {
        screen.value(&found);
        return Ok(());
    }
    for part in found
        .get(member)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        if let Some(role) = part.get("role").and_then(Value::as_str) {
            screen.say_in(STRONG, role);
        }
        screen.say(&show::content(part.get("content").unwrap_or(part)));
    }
    Ok(())
}

/// Completes commands, and the names of tools that have been listed.
struct Names(Vec<String>);

impl Completer for Names {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        at: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        let typed = line.get(..at).unwrap_or_default();
        let fitting = |all: &mut dyn Iterator<Item = &str>, begin: &str| -> Vec<String> {
            all.filter(|one| one.starts_with(begin))
                .map(str::to_owned)
                .collect()
        };
        if let Some(begin) = typed.strip_prefix("/call ") {
            return Ok((
                at - begin.len(),
                fitting(&mut self.0.iter().map(String::as_str), begin),
            ));
        }
        if typed.starts_with('/') {
            return Ok((0, fitting(&mut COMMANDS.into_iter(), typed)));
        }
        Ok((at, Vec::new()))
    }
}

impl Hinter for Names {
    type Hint = String;
}
impl Highlighter for Names {}
impl Validator for Names {}
impl Helper for Names {}
