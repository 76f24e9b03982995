//! What a person sees and is asked. Answers go to standard output, everything else to standard error.

use std::cell::RefCell;
use std::io::{self, BufRead as _, IsTerminal as _, Write};
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::approve::in_line;
use super::options::Options;
use crate::client::{Error, Listener, defaults, fields};

const DIM: Style = Style::new().dimmed();
pub(super) const WARNING: Style = AnsiColor::Yellow.on_default();
pub(super) const ERROR: Style = AnsiColor::Red.on_default();
pub(super) const STRONG: Style = Style::new().bold();

/// Where the answers to questions come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answers {
    /// There is nobody to ask.
    Nobody,
    /// The person at the terminal.
    Person,
    /// The default values of the form.
    Defaults,
}

/// The terminal. Clones share one state.
#[derive(Clone)]
pub(super) struct Screen(Rc<Inner>);

struct Inner {
    json: bool,
    is_quiet: bool,
    yes: bool,
    answers: Answers,
    spinner: RefCell<Option<ProgressBar>>,
}

impl Screen {
    pub(super) fn new(options: &Options) -> Self {
        let there = io::stdin().is_terminal() && io::stderr().is_terminal();
        let answers = match there {
            _ if options.output.accept_defaults => Answers::Defaults,
            true => Answers::Person,
            false => Answers::Nobody,
        };
        Self(Rc::new(Inner {
            json: options.output.json,
            is_quiet: options.output.quiet,
            yes: options.output.yes,
            answers,
            spinner: RefCell::new(None),
        }))
    }

    pub(super) fn json(&self) -> bool {
        self.0.json
    }

    /// Whether only the answer is printed (`--quiet`).
    pub(super) fn is_quiet(&self) -> bool {
        self.0.is_quiet
    }

    /// Whether a person is there to answer questions.
    pub(super) fn is_attended(&self) -> bool {
        self.0.answers == Answers::Person
    }

    /// Whether the person has agreed to everything in advance (`--yes`).
    pub(super) fn agrees_to_all(&self) -> bool {
        self.0.yes
    }

    /// Shows a spinner while the program waits, on a terminal only.
    pub(super) fn busy(&self, text: &str) {
        if !io::stderr().is_terminal() || self.json() || self.0.is_quiet {
            return;
        }
        let mut place = self.0.spinner.borrow_mut();
        let spinner = place.get_or_insert_with(|| {
            let spinner = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
                spinner.set_style(style);
            }
            spinner.enable_steady_tick(Duration::from_millis(90));
            spinner
        });
        spinner.set_message(printable(text));
    }

    /// Stops the spinner.
    pub(super) fn quiet(&self) {
        if let Some(spinner) = self.0.spinner.borrow_mut().take() {
            spinner.finish_and_clear();
        }
    }

    fn beside<T>(&self, write: impl FnOnce() -> T) -> T {
        match &*self.0.spinner.borrow() {
            Some(spinner) => spinner.suspend(write),
            None => write(),
        }
    }

    /// Prints one or more lines of the answer.
    pub(super) fn say(&self, text: &str) {
        self.say_in(Style::new(), text);
    }

    pub(super) fn say_in(&self, style: Style, text: &str) {
        let text = printable(text);
        self.beside(|| {
            // When the reader has closed the pipe, there is nobody to report the error to.
            let _ = writeln!(anstream::stdout(), "{style}{text}{style:#}");
        });
    }

    /// Prints a piece of the answer as it arrives.
    pub(super) fn stream(&self, text: &str) {
        let text = printable(text);
        self.beside(|| {
            let mut out = anstream::stdout();
            let _ = write!(out, "{text}").and_then(|()| out.flush());
        });
    }

    /// Prints a value for programs, as JSON.
    pub(super) fn value(&self, value: &Value) {
        self.beside(|| {
            let mut out = io::stdout().lock();
            let _ = serde_json::to_writer_pretty(&mut out, value)
                .map_err(io::Error::other)
                .and_then(|()| writeln!(out));
        });
    }

    pub(super) fn note(&self, text: &str) {
        if self.0.is_quiet {
            return;
        }
        self.beside_in(DIM, text);
    }

    pub(super) fn warn(&self, text: &str) {
        self.beside_in(WARNING, &format!("warning: {text}"));
    }

    /// Prints a line that is not part of the answer, to standard error.
    pub(super) fn aside(&self, text: &str) {
        self.beside_in(Style::new(), text);
    }

    pub(super) fn aside_in(&self, style: Style, text: &str) {
        self.beside_in(style, text);
    }

    fn beside_in(&self, style: Style, text: &str) {
        let text = printable(text);
        self.beside(|| {
            let _ = writeln!(anstream::stderr(), "{style}{text}{style:#}");
        });
    }

    pub(super) fn error(&self, error: &Error) {
        self.quiet();
        if self.json() {
            let mut said = json!({ "kind": error.kind(), "message": error.to_string(), "status": error.exit_status() });
            if let (Value::Object(members), Error::SignIn { section, .. }) = (&mut said, error) {
                members.insert("section".to_owned(), (*section).into());
            }
            self.value(&json!({ "error": said }));
            return;
        }
        self.beside_in(ERROR, &format!("mcp-test-client: {error}"));
    }

    /// Asks a question to answer with yes or no; the answer is no if nobody is there.
    pub(super) fn agrees(&self, question: &str) -> bool {
        if self.agrees_to_all() {
            return true;
        }
        if self.0.answers != Answers::Person {
            return false;
        }
        let said = self.ask(&format!("{question} [y/N] "));
        said.is_some_and(|said| matches!(said.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
    }

    /// Reads a line that the person types; `None` at the end of the input.
    pub(super) fn ask(&self, question: &str) -> Option<String> {
        self.quiet();
        let mut out = anstream::stderr();
        let _ = write!(out, "{}", printable(question)).and_then(|()| out.flush());
        let mut line = String::new();
        match io::stdin().lock().read_line(&mut line) {
            Ok(read) if read > 0 => Some(line.trim_end_matches(['\r', '\n']).to_owned()),
            _ => None,
        }
    }

    /// Asks the person for each field of a form.
    fn form(&self, params: &Value) -> Value {
        let message = params
            .get("message")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if !self.shows_all("The server asks:", &approval::plain(message)) {
            return json!({ "action": "cancel" });
        }
        let mut content = serde_json::Map::new();
        for field in fields(params) {
            let choices = field.choices().join("/");
            let default = field.default().map(|value| match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            });
            let mut question = format!("  {}", in_line(&field.label));
            if !choices.is_empty() {
                question.push_str(&format!(" ({})", in_line(&choices)));
            }
            if let Some(default) = &default {
                question.push_str(&format!(" [{}]", in_line(default)));
            }
            question.push_str(": ");
            loop {
                let Some(typed) = self.ask(&question) else {
                    return json!({ "action": "cancel" });
                };
                if typed.trim().is_empty() {
                    if let Some(value) = field.default() {
                        content.insert(field.name.clone(), value.clone());
                        break;
                    }
                    if !field.is_required {
                        break;
                    }
                }
                match field.read(&typed) {
                    Ok(value) => {
                        content.insert(field.name.clone(), value);
                        break;
                    }
                    Err(expected) => self.warn(&format!("expected is {expected}")),
                }
            }
        }
        if !self.shows_answer(&content) {
            return json!({ "action": "cancel" });
        }
        let said = self.ask("  Send this to the server? [y/N/c(ancel)] ");
        match said.as_deref().map(str::trim) {
            Some("y" | "Y" | "yes") => json!({ "action": "accept", "content": content }),
            Some("c" | "cancel") | None => json!({ "action": "cancel" }),
            Some(_) => json!({ "action": "decline" }),
        }
    }
}

impl Listener for Screen {
    fn notified(&mut self, method: &str, params: &Value) {
        let text = |name: &str| params.get(name).and_then(Value::as_str);
        match method {
            "notifications/progress" => {
                let number = |name: &str| params.get(name).and_then(Value::as_f64);
                let how_far = match (number("progress"), number("total")) {
                    (Some(now), Some(total)) => format!("{now} of {total} "),
                    (Some(now), None) => format!("{now} "),
                    _ => String::new(),
                };
                let line = format!("{how_far}{}", text("message").unwrap_or_default());
                if io::stderr().is_terminal() && !self.json() {
                    self.busy(&line);
                } else {
                    self.note(&format!("progress: {line}"));
                }
            }
            "notifications/message" => {
                let data = params.get("data").map(|data| match data {
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                });
                let level = text("level").unwrap_or("info");
                self.note(&format!("server, {level}: {}", data.unwrap_or_default()));
            }
            _ => self.note(&format!("the server notifies: {method}")),
        }
    }

    fn asked(&mut self, params: &Value) -> Value {
        match self.0.answers {
            Answers::Person => self.form(params),
            Answers::Defaults => json!({ "action": "accept", "content": defaults(params) }),
            Answers::Nobody => json!({ "action": "cancel" }),
        }
    }

    fn can_ask(&self) -> bool {
        self.0.answers != Answers::Nobody
    }

    fn warned(&mut self, text: &str) {
        self.warn(text);
    }
}

/// Prints what is wrong with the arguments, as JSON if they ask for it, or the help that they ask for.
pub(super) fn refuse(error: &clap::Error) -> ExitCode {
    let as_json = std::env::args_os().any(|argument| argument == "--json");
    if error.use_stderr() && as_json {
        let text = error.to_string();
        let text = text.strip_prefix("error: ").unwrap_or(&text).trim_end();
        let said = json!({ "error": { "kind": "usage", "message": text, "status": 2 } });
        // When the reader has closed the pipe, there is nobody to report the error to.
        let _ = writeln!(io::stdout(), "{said:#}");
    } else {
        let _ = error.print();
    }
    ExitCode::from(if error.use_stderr() { 2 } else { 0 })
}

/// Replaces characters in foreign text that would move the cursor or change the terminal.
fn printable(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\t' => c,
            // Bidirectional overrides can make one text look like another.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
            c if c.is_control() => '\u{fffd}',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::printable;

    // rule: test-client/cursor-stays: what a server says cannot move the cursor
    #[test]
    fn what_a_server_says_cannot_reach_the_terminal() {
        assert_eq!(
            printable("a\u{1b}[2Jb\tc\nd\r\u{9b}e\u{202e}f"),
            "a�[2Jb\tc\nd��e�f"
        );
    }
}
