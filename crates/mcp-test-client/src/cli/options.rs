use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use url::Url;

/// Signs in to an MCP server, calls its tools, and finds what is wrong with its OAuth.
///
/// Without arguments it is interactive: /help says what can be typed. With words, --list or --tool it does that one
/// thing. On HTTP it signs in as an MCP client must, with a browser, when the server asks for it, and keeps the tokens
/// for the next time.
#[derive(Parser, Debug)]
#[command(
    name = "mcp-test-client",
    version,
    args_conflicts_with_subcommands = false,
    subcommand_precedence_over_arg = true,
    after_help = EXAMPLES
)]
pub(super) struct Options {
    /// What you want to know, in words: needs a language model (LLM_API_KEY), or a server with the tool use_sentry
    #[arg(value_name = "WORDS")]
    pub(super) words: Vec<String>,

    /// List the server's tools
    #[arg(long, conflicts_with_all = ["tool", "words"])]
    pub(super) list: bool,

    /// Call this tool
    #[arg(long, value_name = "NAME", conflicts_with = "words")]
    pub(super) tool: Option<String>,

    /// Its arguments, as a JSON object
    #[arg(
        long,
        value_name = "JSON",
        requires = "tool",
        default_value = "{}",
        hide_default_value = true
    )]
    pub(super) args: String,

    #[command(flatten)]
    pub(super) server: Server,

    #[command(flatten)]
    pub(super) sign_in: SignIn,

    #[command(flatten)]
    pub(super) output: Output,

    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

impl Options {
    pub(super) fn is_one_shot(&self) -> bool {
        self.list || self.tool.is_some() || !self.words.is_empty()
    }
}

/// Which server, and how it is reached.
#[derive(Args, Debug)]
#[command(next_help_heading = "Server")]
pub(super) struct Server {
    /// The server; /mcp is added where the URL has no path
    #[arg(
        long,
        env = "MCP_HOST",
        hide_env_values = true,
        value_name = "URL",
        default_value = "http://localhost:8788"
    )]
    pub(super) mcp_host: Url,

    /// The MCP endpoint exactly as it is, also where it has no path
    #[arg(long, value_name = "URL")]
    pub(super) endpoint: Option<Url>,

    /// How to reach it; auto is stdio where SENTRY_ACCESS_TOKEN or --command is given, else http
    #[arg(long, value_enum, default_value_t = Transport::Auto)]
    pub(super) transport: Transport,

    /// The server's program for stdio, with its arguments [default: sentry-mcp, beside this program or in the path]
    #[arg(long, value_name = "COMMAND")]
    pub(super) command: Option<String>,

    /// Speak this revision of MCP only [default: 2026-07-28, or what the server speaks]
    #[arg(long, value_name = "DATE", value_parser = crate::client::Revision::all())]
    pub(super) protocol_version: Option<String>,

    /// Seconds to wait for the server, each time
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(super) timeout: u64,
}

/// How it signs in over HTTP.
#[derive(Args, Debug)]
#[command(next_help_heading = "Sign-in (HTTP)")]
pub(super) struct SignIn {
    /// Be the client that the document at this https URL describes, and register nothing
    #[arg(
        long,
        env = "MCP_CLIENT_METADATA_URL",
        hide_env_values = true,
        value_name = "URL",
        conflicts_with = "client_id"
    )]
    pub(super) client_metadata_url: Option<String>,

    /// Be this client, registered by hand; its secret, if it has one, is read from MCP_CLIENT_SECRET
    #[arg(long, env = "MCP_CLIENT_ID", hide_env_values = true, value_name = "ID")]
    pub(super) client_id: Option<String>,

    /// Sign in at this one of the server's authorization servers; a client registered by hand belongs to it
    #[arg(long, value_name = "URL")]
    pub(super) issuer: Option<String>,

    /// Ask for these scopes instead of those that the server names
    #[arg(long, value_name = "SCOPES")]
    pub(super) scope: Option<String>,

    /// Ask for the client's own token, without a person (needs --client-id)
    #[arg(long, requires = "client_id")]
    pub(super) client_credentials: bool,

    /// Print the link instead of opening a browser
    #[arg(long)]
    pub(super) no_browser: bool,

    /// Listen on this port of 127.0.0.1 for the browser to come back [default: any free one]
    #[arg(long, value_name = "PORT")]
    pub(super) callback_port: Option<u16>,

    /// Seconds that a person may take in the browser
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    pub(super) sign_in_timeout: u64,

    /// Where tokens and registrations are kept [default: ~/.local/state/mcp-test-client]
    #[arg(
        long,
        env = "MCP_TEST_CLIENT_STATE",
        hide_env_values = true,
        value_name = "FOLDER"
    )]
    pub(super) state: Option<PathBuf>,

    /// Keep nothing, and use nothing that was kept
    #[arg(long)]
    pub(super) no_store: bool,
}

/// What is shown, and what is asked.
#[derive(Args, Debug)]
#[command(next_help_heading = "Output")]
pub(super) struct Output {
    /// Print JSON
    #[arg(long, global = true)]
    pub(super) json: bool,

    /// Answer the server's questions with their defaults instead of asking
    #[arg(long)]
    pub(super) accept_defaults: bool,

    /// Agree to what changes something when a model wants to do it
    #[arg(long)]
    pub(super) yes: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Transport {
    Auto,
    Http,
    Stdio,
}

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Walk a server's sign-in, check by check, and print what is wrong with it
    Doctor(Doctor),
    /// Client ID Metadata Documents: check one, or write one
    Metadata {
        #[command(subcommand)]
        command: Metadata,
    },
    /// Have the server revoke the tokens that are kept for it, and forget them
    Logout(Logout),
    /// Print completions for a shell
    Completions {
        /// Which
        shell: clap_complete::Shell,
    },
    /// Print the manual page, for man
    Man,
}

/// Reads only, unless told otherwise.
#[derive(Args, Debug)]
pub(super) struct Doctor {
    /// The MCP endpoint, such as https://mcp.example.com/mcp
    #[arg(value_name = "URL")]
    pub(super) url: Url,

    /// Register a client there too, which leaves a record, and try its authorization requests
    #[arg(long)]
    pub(super) register: bool,

    /// Sign in too, with your browser, and check the tokens; they are revoked in the end
    #[arg(long)]
    pub(super) sign_in: bool,

    #[command(flatten)]
    pub(super) client: SignIn,
}

/// For the server and the client that the options say.
#[derive(Args, Debug)]
pub(super) struct Logout {
    #[command(flatten)]
    pub(super) server: Server,

    #[command(flatten)]
    pub(super) sign_in: SignIn,
}

#[derive(Subcommand, Debug)]
pub(super) enum Metadata {
    /// Apply every rule to the document at an https URL or in a file
    Check {
        /// Where it is
        #[arg(value_name = "URL|FILE")]
        of: String,
    },
    /// Print a document to host at this https URL, for --client-metadata-url
    New {
        /// Where it will be
        #[arg(value_name = "URL")]
        url: Url,
    },
}

const EXAMPLES: &str = "\
Examples:
  mcp-test-client --list
  mcp-test-client --tool whoami
  mcp-test-client \"find my latest issue\"
  mcp-test-client --mcp-host https://mcp.example.com --transport http \\
      --client-metadata-url https://client.example/client-metadata.json --list
  mcp-test-client doctor https://mcp.example.com/mcp

Exit status: 0 done; 1 the tool or a check failed; 2 wrong arguments; 3 no answer;
4 the sign-in failed; 5 the server does not speak MCP as it should; 6 trouble on this computer.";

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_options_fit_together() {
        super::Options::command().debug_assert();
    }
}
