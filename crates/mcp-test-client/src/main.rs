//! The command line: for now, what finds faults.

use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};
use fetch::native::Native;
use mcp_test_client::{doctor, metadata};
use url::Url;

/// Finds what is wrong with the sign-in of an MCP server, and with a client's metadata document.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Walk the sign-in of the MCP server at URL, and print what is wrong with it. Reads only, unless told otherwise.
    Doctor {
        /// The MCP endpoint, such as https://mcp.example.com/mcp
        url: Url,
        /// Register a client there, which leaves a record, and try its authorization requests
        #[arg(long)]
        register: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Client ID Metadata Documents.
    Metadata {
        #[command(subcommand)]
        command: MetadataCommand,
    },
}

#[derive(Subcommand)]
enum MetadataCommand {
    /// Apply every rule to the document at an https URL or in a file.
    Check {
        /// Where it is
        of: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<ExitCode> {
    let fetch = Native::new()?;
    let out = &mut std::io::stdout().lock();
    let good = match Arguments::parse().command {
        Command::Doctor {
            url,
            register,
            json,
        } => {
            let options = doctor::Options {
                server: url,
                register,
                sign_in: false,
                json,
            };
            doctor::run(&options, &fetch, None, out).await?
        }
        Command::Metadata {
            command: MetadataCommand::Check { of, json },
        } => {
            let checked = metadata::check(&of, json, &fetch, out).await;
            checked.with_context(|| format!("cannot check {of}"))?
        }
    };
    Ok(if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
