//! The command line.

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Sentry's tools for a coding agent: an MCP server over stdio.
///
/// An editor or agent starts it and speaks MCP on its standard input and output. It needs an access token: sign in once
/// with `sentry-mcp auth login`, or set SENTRY_ACCESS_TOKEN.
#[derive(Debug, Default, Parser)]
#[command(
    name = "sentry-mcp",
    version,
    args_conflicts_with_subcommands = false,
    after_help = AFTER_HELP,
    max_term_width = 100
)]
pub struct Options {
    /// What to do; without a command, serve MCP.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Sentry user auth token; other users of this computer can see the command line, so prefer the variable
    /// [env: SENTRY_ACCESS_TOKEN]
    #[arg(long, value_name = "TOKEN")]
    pub access_token: Option<String>,

    /// The Sentry to use.
    #[command(flatten)]
    pub sentry: Sentry,

    /// Limit all tools to this organization
    #[arg(long, value_name = "SLUG")]
    pub organization_slug: Option<String>,

    /// Limit all tools to this project; needs --organization-slug
    #[arg(long, value_name = "SLUG", requires = "organization_slug")]
    pub project_slug: Option<String>,

    /// What the tools may do, comma-separated: inspect, seer, triage, project-management, docs [default: all]
    #[arg(long, value_name = "SKILLS")]
    pub skills: Option<String>,

    /// Offer no tool that changes anything
    #[arg(long)]
    pub readonly: bool,

    /// Offer only these tools, comma-separated
    #[arg(long, value_name = "TOOLS")]
    pub tools: Option<String>,

    /// List all tools, for a client that calls only what is listed
    #[arg(long)]
    pub all: bool,

    /// Print the tools that this server would offer, and exit
    #[arg(long)]
    pub list_tools: bool,

    /// With --list-tools or a command: print JSON, of errors too
    #[arg(long, global = true)]
    pub json: bool,

    /// Offer a single tool, use_sentry, that takes a request in words; needs LLM_API_KEY
    #[arg(long)]
    pub agent: bool,

    /// What to do with text of senders and members: quote it, marked as data, or omit it [env: UNTRUSTED_TEXT] [default:
    /// quote]
    #[arg(long, value_name = "quote|omit")]
    pub untrusted: Option<String>,

    /// Log each call and its duration to standard error
    #[arg(long, short)]
    pub verbose: bool,
}

impl Options {
    /// Whether this is `auth status`, whose JSON says by itself that nobody is signed in.
    #[must_use]
    pub const fn is_status(&self) -> bool {
        matches!(
            self.command,
            Some(Command::Auth {
                command: Auth::Status
            })
        )
    }
}

/// The options that choose a Sentry.
#[derive(Debug, Default, Args)]
pub struct Sentry {
    /// Hostname of the Sentry to use [env: SENTRY_HOST] [default: sentry.io]
    #[arg(long, global = true, value_name = "HOST", conflicts_with = "url")]
    pub host: Option<String>,

    /// URL of the Sentry to use, instead of --host; https, or http on this computer [env: SENTRY_URL]
    #[arg(long, global = true, value_name = "URL")]
    pub url: Option<String>,

    /// Id of the OAuth application at that Sentry to sign in with [env: SENTRY_CLIENT_ID]
    #[arg(long, global = true, value_name = "ID")]
    pub client_id: Option<String>,
}

/// The commands other than serving MCP.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Sign in, show who is signed in, or sign out
    Auth {
        /// Which of the three.
        #[command(subcommand)]
        command: Auth,
    },
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// The commands of `sentry-mcp auth`.
#[derive(Debug, Subcommand)]
pub enum Auth {
    /// Sign in: shows a code and a page to enter it on, and waits
    Login {
        /// Where to keep the token [env: SENTRY_MCP_STORE]
        #[arg(long, value_enum, value_name = "WHERE")]
        store: Option<Keep>,
    },
    /// Show who is signed in, and check with Sentry that the sign-in is still valid
    Status,
    /// Delete the token that is stored on this computer
    Logout,
}

/// Where to store a sign-in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Keep {
    /// In the system's keyring if there is one, otherwise in a file
    #[default]
    Auto,
    /// In the system's keyring
    Keyring,
    /// In a file that only you can read
    File,
}

const AFTER_HELP: &str = "\
Environment:
  SENTRY_ACCESS_TOKEN  a user auth token, used before a sign-in that is kept
  SENTRY_HOST, SENTRY_URL, SENTRY_CLIENT_ID, SENTRY_MCP_STORE  as the options of these names
  SENTRY_MCP_CONFIG_DIR  where sign-ins are kept [default: sentry-mcp in your configuration folder]
  LLM_API_KEY, LLM_BASE_URL, LLM_MODEL  an OpenAI-compatible model, for --agent

Exit status:
  0  the client closed the pipe, or what was asked for is done
  1  something failed    2  an option is wrong
  3  not signed in       4  Sentry cannot be reached

Examples:
  sentry-mcp auth login --client-id ID     sign in once
  sentry-mcp auth status --json            who is signed in
  sentry-mcp --list-tools --readonly       the tools that change nothing
  In an editor's mcp.json:
  { \"mcpServers\": { \"sentry\": { \"command\": \"sentry-mcp\" } } }";
