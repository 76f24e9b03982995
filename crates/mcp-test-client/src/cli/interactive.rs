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
use super::guard::{did_you_mean, nearest};
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
    let mut session = Session {
        options,
        screen,
        talk: Talk::new()?,
        connection: None,
    };
    let ended = if stdin().is_terminal() && stdout().is_terminal() {
        converse(&mut session).await
    } else {
        obey(&mut session).await
    };
    screen.quiet();
    if let Some(connection) = &mut session.connection {
        connection.close().await;
    }
    ended
}

/// A prompt and its server, which is connected to when the first line needs it.
struct Session<'a> {
    options: &'a Options,
    screen: &'a Screen,
    talk: Talk,
    connection: Option<Connection>,
}

impl Session<'_> {
    async fn connected(&mut self) -> Result<(&mut Connection, &mut Talk), Error> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => {
                let connection = connect(self.options, self.screen).await?;
                self.screen.quiet();
                if stdin().is_terminal() && stdout().is_terminal() {
                    greet(&connection, self.screen);
                }
                connection
            }
        };
        Ok((self.connection.insert(connection), &mut self.talk))
    }
}

/// Runs commands from a pipe. A command that fails does not stop the next; the result is that of the last failure.
async fn obey(session: &mut Session<'_>) -> Result<End, Error> {
    let mut ended = Ok(End::Well);
    for line in stdin().lock().lines() {
        let line = line.map_err(|error| Error::Local(format!("standard input: {error}")))?;
        match run_line(&line, session).await {
            Ok(Some(End::Well)) => {}
            Ok(Some(End::Failed)) => ended = Ok(End::Failed),
            Ok(None) => break,
            Err(error) => {
                if let Err(earlier) = std::mem::replace(&mut ended, Err(error)) {
                    session.screen.error(&earlier);
                }
            }
        }
    }
    ended
}

async fn converse(session: &mut Session<'_>) -> Result<End, Error> {
    let screen = session.screen;
    screen.note("/help says what can be typed. The server is asked, and a sign-in begins, when a line needs it.");
    let failed = |error: ReadlineError| Error::Local(format!("the terminal: {error}"));
    let mut editor: Editor<Names, FileHistory> = Editor::new().map_err(failed)?;
    editor.set_auto_add_history(true);
    editor.set_helper(Some(Names(Vec::new())));
    loop {
        match editor.readline("> ") {
            Ok(line) => match run_line(&line, session).await {
                Ok(Some(_)) => {}
                Ok(None) => return Ok(End::Well),
                Err(error) => screen.error(&error),
            },
            Err(ReadlineError::Interrupted) => screen.note("Ctrl-D ends."),
            Err(ReadlineError::Eof) => return Ok(End::Well),
            Err(error) => return Err(failed(error)),
        }
        if let (Some(names), Some(connection)) = (editor.helper_mut(), &session.connection) {
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
    let revision = connection.revision().as_str();
    screen.note(&format!("{name} {} speaks MCP {revision}.", server.version));
}

/// A line that was typed.
#[derive(Debug, PartialEq)]
enum Line<'a> {
    Nothing,
    Quit,
    Help,
    Server,
    Tools,
    Prompts,
    Resources,
    Call(&'a str, Value),
    Read(&'a str),
    Prompt(&'a str, Value),
    Words(&'a str),
}

/// Reads a line. What is not understood is refused here, before a server is asked.
fn read(line: &str) -> Result<Line<'_>, Error> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return Ok(Line::Nothing);
    }
    if !line.starts_with('/') {
        return Ok(Line::Words(line));
    }
    let (command, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let (name, arguments) = rest
        .trim()
        .split_once(char::is_whitespace)
        .unwrap_or((rest.trim(), ""));
    Ok(match command {
        "/quit" | "/exit" => Line::Quit,
        "/help" => Line::Help,
        "/server" => Line::Server,
        "/tools" => Line::Tools,
        "/prompts" => Line::Prompts,
        "/resources" => Line::Resources,
        "/whoami" => Line::Call("whoami", read_object("")?),
        "/call" | "/read" | "/prompt" if name.is_empty() => {
            return Err(Error::Usage(format!(
                "{command} needs the name of what it is for; /help shows how"
            )));
        }
        "/call" => Line::Call(name, read_object(arguments)?),
        "/read" => Line::Read(name),
        "/prompt" => Line::Prompt(name, read_object(arguments)?),
        _ => {
            let meant = nearest(command, COMMANDS.into_iter().map(str::trim));
            return Err(Error::Usage(format!(
                "there is no command {command}{}; /help lists them",
                did_you_mean(meant)
            )));
        }
    })
}

/// Runs one line; `None` means that it ends the session.
async fn run_line(line: &str, session: &mut Session<'_>) -> Result<Option<End>, Error> {
    let screen = session.screen;
    let line = match read(line)? {
        Line::Nothing => return Ok(Some(End::Well)),
        Line::Quit => return Ok(None),
        Line::Help => {
            screen.say(HELP);
            return Ok(Some(End::Well));
        }
        line => line,
    };
    let (connection, talk) = session.connected().await?;
    match line {
        Line::Words(words) => return talk.ask(words, connection, screen).await.map(Some),
        Line::Call(name, arguments) => {
            return call(name, arguments, connection, screen).await.map(Some);
        }
        Line::Tools => show::tools(connection, screen).await?,
        Line::Prompts => {
            show::list(connection, ("prompts/list", "prompts", "name"), screen).await?
        }
        Line::Resources => {
            show::list(connection, ("resources/list", "resources", "uri"), screen).await?;
        }
        Line::Read(uri) => {
            let params = Map::from_iter([("uri".to_owned(), uri.into())]);
            get(connection, "resources/read", params, "contents", screen).await?;
        }
        Line::Prompt(name, arguments) => {
            let params = Map::from_iter([
                ("name".to_owned(), name.into()),
                ("arguments".to_owned(), arguments),
            ]);
            get(connection, "prompts/get", params, "messages", screen).await?;
        }
        Line::Server | Line::Nothing | Line::Quit | Line::Help => {
            screen.value(&show::server(connection));
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

#[cfg(test)]
mod tests {
    use super::*;

    // rule: test-client/no-typo-signs-in
    #[test]
    fn a_line_that_is_not_understood_asks_no_server() {
        for (typed, said) in [
            ("/tols", "did you mean /tools?"),
            ("/cal x", "did you mean /call?"),
            ("/call", "needs the name"),
            ("/read ", "needs the name"),
            ("/call x {", "not JSON"),
        ] {
            let error = read(typed).unwrap_err();
            assert!(error.to_string().contains(said), "{typed}: {error}");
            assert_eq!(error.exit_status(), 2);
        }
        for typed in ["", "   ", "# a comment"] {
            assert_eq!(read(typed).unwrap(), Line::Nothing);
        }
        assert_eq!(
            read("/call x {\"a\": 1}").unwrap(),
            Line::Call("x", serde_json::json!({ "a": 1 }))
        );
    }
}
