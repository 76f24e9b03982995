//! Which kind of program a client is, from what it calls itself: one of a fixed list, so that nothing that a stranger makes up
//! is written down, and every count has a bound.

/// Parts of names in lower case, and the family. The first that is found counts: what names a program comes before what
/// names the library or the browser that it is made of.
const FAMILIES: [(&str, &str); 30] = [
    ("claude-code", "claude-code"),
    ("claude", "claude"),
    ("cursor", "cursor"),
    ("copilot", "copilot"),
    ("visual studio code", "vscode"),
    ("vscode", "vscode"),
    ("codex", "codex"),
    ("openai", "chatgpt"),
    ("chatgpt", "chatgpt"),
    ("gemini", "gemini"),
    ("windsurf", "windsurf"),
    ("zed", "zed"),
    ("goose", "goose"),
    ("cline", "cline"),
    ("roo", "roo"),
    ("jetbrains", "jetbrains"),
    ("opencode", "opencode"),
    ("librechat", "librechat"),
    ("raycast", "raycast"),
    ("warp", "warp"),
    ("inspector", "inspector"),
    ("mcp-remote", "mcp-remote"),
    ("mcporter", "mcporter"),
    ("fastmcp", "fastmcp"),
    ("sentry", "sentry"),
    ("python", "python"),
    ("go-http", "go"),
    ("node", "node"),
    ("curl", "curl"),
    ("mozilla", "browser"),
];

/// The chat of this server.
pub const CHAT: &str = "chat";

/// The family of a name or of a `User-Agent`.
pub fn family(name: &str) -> &'static str {
    if name.is_empty() {
        return "none";
    }
    // What matters stands at the beginning.
    let name: String = name.chars().take(200).collect();
    let name = name.to_ascii_lowercase();
    FAMILIES
        .iter()
        .find(|(part, _)| name.contains(part))
        .map_or("other", |(_, family)| family)
}

#[cfg(test)]
mod tests {
    use super::family;

    #[test]
    fn a_client_belongs_to_one_of_a_few_families() {
        for (name, expected) in [
            ("claude-code/2.0.14 (cli)", "claude-code"),
            ("Claude-User (claude-code/2.0)", "claude-code"),
            ("claude-ai", "claude"),
            ("Cursor/1.7 (darwin arm64)", "cursor"),
            ("Visual Studio Code", "vscode"),
            ("codex-mcp-client", "codex"),
            ("openai-mcp/1.0.0", "chatgpt"),
            ("mcp-remote-fallback-test", "mcp-remote"),
            ("python-httpx/0.27", "python"),
            ("Mozilla/5.0 (X11) Chrome/140", "browser"),
            ("node", "node"),
            ("", "none"),
            ("smcp_a_token", "other"),
            (&"ä".repeat(10_000), "other"),
        ] {
            assert_eq!(family(name), expected, "{name}");
        }
    }
}
