use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use url::Url;

use super::place;

/// Signs in to an MCP server, calls its tools, and finds what is wrong with its OAuth.
///
/// Without arguments it is interactive; type /help there to see the commands. With words, --list or --tool it does that
/// one thing and exits. Over HTTP it signs in with a browser when the server asks for it, as an MCP client must, and
/// keeps the tokens for the next time.
#[derive(Parser, Debug)]
#[command(
    name = "mcp-test-client",
    version,
    args_conflicts_with_subcommands = false,
    subcommand_precedence_over_arg = true,
    after_help = EXAMPLES
)]
pub(super) struct Options {
    /// A question or request in words: needs a language model (LLM_API_KEY), or a server with the tool use_sentry
    #[arg(value_name = "WORDS")]
    pub(super) words: Vec<String>,

    /// List the server's tools
    #[arg(long, conflicts_with_all = ["tool", "words"])]
    pub(super) list: bool,

    /// Call this tool
    #[arg(long, value_name = "NAME", conflicts_with = "words", value_parser = NonEmptyStringValueParser::new())]
    pub(super) tool: Option<String>,

    /// The tool's arguments: a JSON object, @FILE that has one, or @- for standard input
    #[arg(
        long,
        value_name = "JSON|@FILE",
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

/// The server, and how to reach it.
#[derive(Args, Debug)]
#[command(next_help_heading = "Server")]
pub(super) struct Server {
    /// The server; /mcp is added if the URL has no path
    #[arg(
        long,
        env = "MCP_HOST",
        hide_env_values = true,
        value_name = "URL",
        default_value = "http://localhost:8788",
        value_parser = place::server
    )]
    pub(super) mcp_host: Url,

    /// The MCP endpoint; its URL is used exactly as given, even without a path
    #[arg(long, value_name = "URL", value_parser = place::server)]
    pub(super) endpoint: Option<Url>,

    /// How to reach it; auto is stdio if SENTRY_ACCESS_TOKEN or --command is given, else http
    #[arg(long, value_enum, default_value_t = Transport::Auto)]
    pub(super) transport: Transport,

    /// The server's program for stdio, with its arguments [default: sentry-mcp, next to this program or in PATH]
    #[arg(long, value_name = "COMMAND")]
    pub(super) command: Option<String>,

    /// Speak only this revision of MCP [default: 2026-07-28, or what the server speaks]
    #[arg(long, value_name = "DATE", value_parser = crate::client::Revision::all())]
    pub(super) protocol_version: Option<String>,

    /// Seconds to wait for each answer of the server
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(super) timeout: u64,
}

/// Options of the sign-in over HTTP.
#[derive(Args, Debug)]
#[command(next_help_heading = "Sign-in (HTTP)")]
pub(super) struct SignIn {
    /// Use the client that the document at this https URL describes, and register nothing
    #[arg(
        long,
        env = "MCP_CLIENT_METADATA_URL",
        hide_env_values = true,
        value_name = "URL",
        conflicts_with = "client_id"
    )]
    pub(super) client_metadata_url: Option<String>,

    /// Use this client, which was registered by hand; its secret, if any, is read from MCP_CLIENT_SECRET
    #[arg(long, env = "MCP_CLIENT_ID", hide_env_values = true, value_name = "ID")]
    pub(super) client_id: Option<String>,

    /// Use this one of the server's authorization servers; a client registered by hand belongs to it
    #[arg(long, value_name = "URL")]
    pub(super) issuer: Option<String>,

    /// Ask for these scopes, separated by spaces, instead of those that the server names
    #[arg(long, value_name = "SCOPES")]
    pub(super) scope: Option<String>,

    /// Use the client credentials grant, without a person (needs --client-id)
    #[arg(long, requires = "client_id")]
    pub(super) client_credentials: bool,

    /// Print the link instead of opening a browser
    #[arg(long)]
    pub(super) no_browser: bool,

    /// Port on 127.0.0.1 where the browser comes back after the sign-in [default: any free one]
    #[arg(long, value_name = "PORT")]
    pub(super) callback_port: Option<u16>,

    /// Seconds to wait for the sign-in in the browser
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    pub(super) sign_in_timeout: u64,

    /// Where to keep tokens and registrations [default: ~/.local/state/mcp-test-client]
    #[arg(
        long,
        env = "MCP_TEST_CLIENT_STATE",
        hide_env_values = true,
        value_name = "FOLDER"
    )]
    pub(super) state: Option<PathBuf>,

    /// Keep no tokens or registrations, and ignore those that were kept
    #[arg(long)]
    pub(super) no_store: bool,
}

/// Options of the output and of questions.
#[derive(Args, Debug)]
#[command(next_help_heading = "Output")]
pub(super) struct Output {
    /// Print JSON, of errors too
    #[arg(long, global = true)]
    pub(super) json: bool,

    /// Print the answer alone: no notes, no progress; of a report, its verdict
    #[arg(long, short, global = true)]
    pub(super) quiet: bool,

    /// Answer the server's questions with their default values instead of asking
    #[arg(long)]
    pub(super) accept_defaults: bool,

    /// Let a model change things without asking first
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
    /// Test a server's sign-in, check by check, and print what is wrong with it
    Doctor(Doctor),
    /// Check or create a client metadata document (Client ID Metadata Documents)
    Metadata {
        #[command(subcommand)]
        command: Metadata,
    },
    /// Revoke the tokens that are kept for a server, and delete them
    Logout(Logout),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page, for man
    Man {
        /// The page of this command, instead of the whole program's
        #[arg(value_name = "COMMAND")]
        command: Option<String>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Text,
    Json,
    Markdown,
    Junit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    Failure,
    Warning,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Trial {
    None,
    WrongIss,
    WrongState,
}

/// Options of `doctor`, which only reads unless it is told otherwise.
#[derive(Args, Debug)]
#[command(after_help = DOCTOR_EXAMPLES)]
pub(super) struct Doctor {
    /// The MCP endpoint, such as https://mcp.example.com/mcp; without a scheme https is tried, then http on this computer
    #[arg(value_name = "URL", required_unless_present = "as_server")]
    pub(super) url: Option<String>,

    /// Print each check, and not what is wrong alone
    #[arg(long)]
    pub(super) all: bool,

    /// The form of the report; --json is --format json
    #[arg(long, value_enum, value_name = "FORM", default_value_t = Format::Text, conflicts_with = "json")]
    pub(super) format: Format,

    /// What makes the exit status 1: a failure, a warning too, or nothing
    #[arg(long, value_enum, value_name = "SEVERITY", default_value_t = FailOn::Failure)]
    pub(super) fail_on: FailOn,

    /// Examine a client instead: serve a strict server on this computer until Ctrl-C, and report how the client behaves
    #[arg(long, conflicts_with_all = ["url", "register", "sign_in"])]
    pub(super) as_server: bool,

    /// With --as-server: the port of 127.0.0.1 [default: any free one]
    #[arg(long, value_name = "PORT", requires = "as_server")]
    pub(super) port: Option<u16>,

    /// With --as-server: end after these seconds instead of waiting for Ctrl-C
    #[arg(long = "for", value_name = "SECONDS", requires = "as_server")]
    pub(super) for_seconds: Option<u64>,

    /// With --as-server: how long an access token is good, in seconds
    #[arg(
        long,
        value_name = "SECONDS",
        requires = "as_server",
        default_value_t = 30
    )]
    pub(super) token_lifetime: u64,

    /// With --as-server: answer wrongly on purpose, to see whether the client notices
    #[arg(long, value_enum, value_name = "WHAT", requires = "as_server", default_value_t = Trial::None)]
    pub(super) trial: Trial,

    /// Also register clients, which leaves records there, and try its authorization requests
    #[arg(long)]
    pub(super) register: bool,

    /// Also sign in with your browser, up to five times, and check the tokens, which are revoked at the end
    #[arg(long)]
    pub(super) sign_in: bool,

    #[command(flatten)]
    pub(super) client: SignIn,
}

/// Options of `logout`, which name the server and the client.
#[derive(Args, Debug)]
pub(super) struct Logout {
    #[command(flatten)]
    pub(super) server: Server,

    #[command(flatten)]
    pub(super) sign_in: SignIn,
}

#[derive(Subcommand, Debug)]
pub(super) enum Metadata {
    /// Check the document at an https URL, or in a file, against every rule
    Check {
        /// The document's URL, or the path of a file
        #[arg(value_name = "URL|FILE")]
        of: String,

        /// Print each rule, and not the broken ones alone
        #[arg(long)]
        all: bool,
    },
    /// Print a document to publish at this https URL, for --client-metadata-url
    New {
        /// The URL where the document will be published
        #[arg(value_name = "URL")]
        url: Url,
    },
}

const DOCTOR_EXAMPLES: &str = "\
Examples:
  mcp-test-client doctor mcp.example.com/mcp
  mcp-test-client doctor localhost:8788/mcp --register --sign-in
  mcp-test-client doctor --as-server --port 9000
  mcp-test-client doctor https://mcp.example.com/mcp --format junit --fail-on warning > doctor.xml

Exit status: 0 nothing failed, or there is no sign-in to judge; 1 a check failed (or warned, with
--fail-on warning), or nothing could be judged; 2 wrong arguments; 6 trouble on this computer.";

const EXAMPLES: &str = "\
Examples:
  mcp-test-client --list
  mcp-test-client --list --mcp-host localhost:8788 --quiet
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
