//! Commands that do one thing and end.

use serde_json::Value;

use super::End;
use super::connect::connect;
use super::guard::{did_you_mean, nearest};
use super::options::Options;
use super::screen::Screen;
use super::show;
use super::words::Talk;
use crate::client::{Connection, Error};
use crate::metadata;

pub(super) async fn run(options: &Options, screen: &Screen) -> Result<End, Error> {
    let arguments = arguments(&options.args)?;
    let mut talk = Talk::new()?;
    let mut connection = connect(options, screen).await?;
    let ended = act(options, arguments, &mut talk, &mut connection, screen).await;
    screen.quiet();
    connection.close().await;
    ended
}

async fn act(
    options: &Options,
    arguments: Value,
    talk: &mut Talk,
    connection: &mut Connection,
    screen: &Screen,
) -> Result<End, Error> {
    if options.list {
        show::tools(connection, screen).await?;
        return Ok(End::Well);
    }
    if let Some(name) = &options.tool {
        return call(name, arguments, connection, screen).await;
    }
    talk.ask(&options.words.join(" "), connection, screen).await
}

/// Calls a tool and shows its result.
pub(super) async fn call(
    name: &str,
    arguments: Value,
    connection: &mut Connection,
    screen: &Screen,
) -> Result<End, Error> {
    screen.busy(&format!("calling {name}"));
    let found = connection.call(name, arguments, &mut screen.clone()).await;
    let found = match found {
        Err(error) => return Err(with_meant(name, error, connection, screen).await),
        Ok(found) => found,
    };
    Ok(if show::result(&found, screen) {
        End::Failed
    } else {
        End::Well
    })
}

/// The error of a call, with the tool that was probably meant if the server does not list this one.
async fn with_meant(
    name: &str,
    error: Error,
    connection: &mut Connection,
    screen: &Screen,
) -> Error {
    let Error::Rpc {
        method,
        code,
        message,
        data,
    } = error
    else {
        return error;
    };
    // If the tools cannot be listed, the error stands as it came.
    let _ = connection.tools(&mut screen.clone()).await;
    let known = connection.known_tools();
    let is_known = known.iter().any(|one| one == name);
    let meant = nearest(name, known.iter().map(String::as_str)).filter(|_| !is_known);
    Error::Rpc {
        message: message + &did_you_mean(meant),
        method,
        code,
        data,
    }
}

/// Reads a tool's arguments as given on the command line: an object, or `@` and where to read one.
fn arguments(text: &str) -> Result<Value, Error> {
    match text.strip_prefix('@') {
        None => read_object(text),
        Some("-") => {
            let read = std::io::read_to_string(std::io::stdin());
            let text = read.map_err(|error| Error::Local(format!("standard input: {error}")))?;
            read_object(&text)
        }
        Some(path) => {
            read_object(&read_file(path)?).map_err(|error| Error::Usage(format!("{path}: {error}")))
        }
    }
}

fn read_file(path: &str) -> Result<String, Error> {
    std::fs::read_to_string(path)
        .map_err(|error| Error::Local(metadata::named(path, &error).to_string()))
}

/// Parses a tool's arguments as typed on the command line.
pub(super) fn read_object(text: &str) -> Result<Value, Error> {
    let text = if text.trim().is_empty() { "{}" } else { text };
    match serde_json::from_str(text) {
        Ok(Value::Object(members)) => Ok(Value::Object(members)),
        Ok(_) => Err(Error::Usage(format!(
            "arguments are a JSON object, such as {{\"query\": \"x\"}}, not {text}"
        ))),
        Err(error) => Err(Error::Usage(format!(
            "the arguments are not JSON ({error}): {text}"
        ))),
    }
}
