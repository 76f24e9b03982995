//! What of a redirect URI could make its receiver do something else than take an answer.

use url::form_urlencoded;

/// Parameters of an answer: "Request and response parameters MUST NOT be included more than once" (RFC 6749 §3.1).
const ANSWER: [&str; 6] = [
    "code",
    "state",
    "iss",
    "error",
    "error_description",
    "error_uri",
];

/// Whether a query has a parameter of the answer, for any reader that is met: some split at `;` too, some do not tell
/// case, and some drop white space around a name and what follows a NUL or a bracket in it.
pub(super) fn carries_answer(query: &str) -> bool {
    query.split(['&', ';']).any(|pair| {
        form_urlencoded::parse(pair.as_bytes()).any(|(name, _)| {
            let name = name.split(['\0', '[']).next().unwrap_or_default();
            let name = name.trim_matches(|c: char| c.is_whitespace() || c == '.');
            ANSWER.iter().any(|known| known.eq_ignore_ascii_case(name))
        })
    })
}

/// Hosts under which editors take actions: they open files, repositories and settings, or install what a link names.
const ACTIONS: [&str; 8] = [
    "agent",
    "command",
    "extension",
    "extensions",
    "file",
    "install",
    "settings",
    "ssh",
];

/// Whether a URI with an editor's scheme leads to a place that takes answers. The same scheme opens the editor's deep
/// links (`cursor://anysphere.cursor-deeplink/mcp/install?…`, `vscode://vscode.git/clone?…`), and a query can be anything. So
/// the last segment, or the host where there is no path, must be called as callbacks are.
pub(super) fn is_callback(uri: &str) -> bool {
    let uri = uri.to_ascii_lowercase();
    let Some((_, rest)) = uri.split_once("://") else {
        return false;
    };
    let place = rest.split(['?', '#']).next().unwrap_or_default();
    let place = place.trim_end_matches('/');
    let host = place.split('/').next().unwrap_or_default();
    let last = place.rsplit('/').next().unwrap_or_default();
    let is_action = ACTIONS.contains(&host) || host.contains("deeplink");
    let takes_answers = ["callback", "auth", "redirect", "login", "signin", "sign-in"];
    !is_action && (last == "cb" || takes_answers.iter().any(|word| last.contains(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_of_an_answer_however_they_are_read() {
        for query in [
            "code=x",
            "a=1&st%61te=x",
            "iss",
            "a;code=1",
            "a=1;b;error=x",
            "+code=1",
            "%20code=1",
            "code+=1",
            "code%00=1",
            "code[]=1",
            "code%5B0%5D=1",
            "CODE=1",
            ".code=1",
            "error_uri=https://evil.example",
        ] {
            assert!(carries_answer(query), "{query}");
        }
        for query in [
            "",
            "codes=1",
            "x=code",
            "x=code=1",
            "state.x=1",
            "%2563ode=1",
            "a[code]=1",
        ] {
            assert!(!carries_answer(query), "{query}");
        }
    }

    #[test]
    fn places_of_editors_that_take_answers() {
        for uri in [
            "cursor://anysphere.cursor-mcp/oauth/callback",
            "cursor://anysphere.cursor-retrieval/oauth/user-x/callback",
            "vscode://vscode.github-authentication/did-authenticate",
            "vscode://dynamicauthprovider/mcp.example.com/authorize?nonce=x",
            "vscode-insiders://publisher.extension/cb",
            "windsurf://codeium.windsurf/callback/",
            "warp://mcp/oauth2callback",
            "raycast://oauth?package_name=Example",
            "Cursor://x/CB",
        ] {
            assert!(is_callback(uri), "{uri}");
        }
        for uri in [
            "cursor://anysphere.cursor-deeplink/mcp/install?name=x&config=e30",
            "cursor://anysphere.cursor-deeplink/auth",
            "cursor://anysphere.cursor-deeplink/prompt?text=oauth/callback",
            "vscode:mcp/install?callback",
            "vscode:extension/ms.callback",
            "vscode://vscode.git/clone?url=https://evil.example/callback",
            "vscode://file/var/log/auth.log",
            "vscode://settings/auth",
            "goose://extension?cmd=auth",
            "raycast://extensions/auth",
            "warp://action/new_tab?path=/callback",
            "zed://x",
            "zed://",
        ] {
            assert!(!is_callback(uri), "{uri}");
        }
    }
}
