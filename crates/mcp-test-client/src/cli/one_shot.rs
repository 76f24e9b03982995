//! Commands that do one thing and end.

use serde_json::Value;

use super::End;
use super::connect::connect;
use super::options::Options;
use super::screen::Screen;
use super::show;
use super::words::Talk;
use crate::client::{Connection, Error};

pub(super) async fn run(options: &Options, screen: &Screen) -> Result<End, Error> {
    let arguments = read_object(&options.args)?;
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
    let found = connection
        .call(name, arguments, &mut screen.clone())
        .await?;
    Ok(if show::result(&found, screen) {
        End::Failed
    } else {
        End::Well
    })
}

/// Parses a tool's arguments as typed on the command line.
pub(super) fn read_object(text: &str) -> Result<Value, Error> {
    let text = if text.trim().is_empty() { "{}" } else { text };
    match serde_json::from_str(text) {
        Ok(Value::Object(members)) => Ok(Value::Object(members)),
        Ok(_) => Err(Error::Usage(format!(
            "arguments are a JSON object, such as {{\"query\": \"x\"}}, not {text}"
        ))),
        Err(error) => Err(Error::Usage(format!("the arguments are not JSON: {error}"))),
    }
}
