//! The `mcp-test-client` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    mcp_test_client::cli::main()
}
