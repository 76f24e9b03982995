//! Which schemes a redirect URI may have beside https and http: those that one application alone opens.
//!
//! An answer to such a URI starts a program on the person's computer, so a scheme is taken only where it says whose it
//! is: in reverse-domain form (RFC 8252 §7.1), or as that of an editor that is known. What an operating system or a
//! browser handles itself is no application's own, whatever its form.
// file rule: clients/private-use-schemes: a private-use scheme is a domain backwards or a known
//    editor's, and never what a system or a browser handles, however it is written; kept
//    registrations too [RFC 8252 §7.1]

/// Schemes of known editors and agents that are not in reverse-domain form. The source of each is in docs/CLIENTS.md,
/// "Schemes of editors".
const EDITORS: &[&str] = &[
    "antigravity",
    "antigravity-ide",
    "claude",
    "code-oss",
    "cursor",
    "devin",
    "goose",
    "jetbrains",
    "kiro",
    "pearai",
    "positron",
    "qoder",
    "raycast",
    "trae",
    "trae-cn",
    "void",
    "vscode",
    "vscode-insiders",
    "vscodium",
    "warp",
    "windsurf",
    "zed",
];

/// Families of schemes, by what they begin with: what Windows, Apple's systems, Android and the browsers keep for
/// themselves. Some of them have dots (`microsoft.windows.camera`, `explorer.assocprotocol.search-ms`, `vnd.ms.radio`).
const FAMILIES: &[&str] = &[
    "android-",
    "android.",
    "apple-",
    "application.",
    "chm.",
    "chrome-",
    "com-apple-",
    "com.android.",
    "com.apple.",
    "com.microsoft.",
    "explorer.",
    "ext+",
    "flatpak+",
    "googlechrome",
    "itms",
    "microsoft-",
    "microsoft.",
    "moz-",
    "ms-",
    "ms.",
    "msi.",
    "onenote",
    "vnd.",
    "web+",
    "windows-",
    "windows.",
    "x-apple",
    "x-help",
    "x-man-",
    "x-safari-",
    "x-web-",
    "xbox",
];

/// Single ones, by what they do.
const HANDLED: &[&str] = &[
    // Run code, or are a page of the browser's own.
    "about",
    "blob",
    "brave",
    "chrome",
    "cid",
    "content",
    "data",
    "edge",
    "file",
    "filesystem",
    "firefox",
    "jar",
    "javascript",
    "livescript",
    "mid",
    "mocha",
    "opera",
    "resource",
    "safari",
    "vbscript",
    "view-source",
    "vivaldi",
    "wyciwyg",
    // Connect, mount or fetch.
    "afp",
    "cifs",
    "dav",
    "davs",
    "dns",
    "feed",
    "ftp",
    "ftps",
    "git",
    "gopher",
    "imap",
    "irc",
    "ircs",
    "ldap",
    "ldaps",
    "magnet",
    "mms",
    "net",
    "network",
    "news",
    "nfs",
    "nntp",
    "pcast",
    "pop",
    "rdp",
    "rlogin",
    "rsync",
    "rtsp",
    "scp",
    "sftp",
    "smb",
    "snews",
    "ssh",
    "svn",
    "telnet",
    "tn3270",
    "vnc",
    "webdav",
    "webdavs",
    "ws",
    "wss",
    // Speak to people, or show where they are.
    "addressbook",
    "callto",
    "calshow",
    "facetime",
    "facetime-audio",
    "geo",
    "im",
    "mailto",
    "maps",
    "mapi",
    "message",
    "mmsto",
    "sip",
    "sips",
    "skype",
    "sms",
    "smsto",
    "tel",
    "webcal",
    "webcals",
    "xmpp",
    // Open parts of a system, its settings or its stores.
    "admin",
    "app-prefs",
    "app-settings",
    "applefeedback",
    "applescript",
    "appstream",
    "apt",
    "apturl",
    "bingmaps",
    "calculator",
    "flatpak",
    "ghelp",
    "hcp",
    "help",
    "ibooks",
    "info",
    "intent",
    "intents",
    "itpc",
    "its",
    "macappstore",
    "macappstores",
    "man",
    "market",
    "mhtml",
    "mk",
    "music",
    "musics",
    "photos",
    "photos-redirect",
    "podcast",
    "podcasts",
    "prefs",
    "read",
    "recent",
    "res",
    "search",
    "search-ms",
    "shareddocuments",
    "shell",
    "shortcuts",
    "snap",
    "trash",
    "videos",
    "windowsdefender",
    "workflow",
    "zune",
];

/// What a scheme is, written in lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    /// One application's: its domain backwards, or the name of an editor that is known.
    Own,
    /// An operating system or a browser handles it.
    Handled,
    /// Nobody can say whose it is.
    Unknown,
}

impl Scheme {
    pub(super) fn of(scheme: &str) -> Self {
        if is_handled(scheme) {
            Self::Handled
        } else if EDITORS.contains(&scheme) || is_reverse_domain(scheme) {
            Self::Own
        } else {
            Self::Unknown
        }
    }
}

/// Whether it is an editor's, which opens the editor's own links as well.
pub(super) fn is_editors(scheme: &str) -> bool {
    EDITORS.contains(&scheme)
}

/// The scheme that a text begins with, lower case. What a browser leaves out of an address (white space, control
/// characters) is left out here, so that a dangerous scheme is told apart in a malformed text as well.
pub(super) fn written(text: &str) -> Option<String> {
    let visible: String = text
        .chars()
        .filter(|c| !c.is_control() && !c.is_whitespace())
        .take_while(|c| *c != '/')
        .collect();
    let (scheme, _) = visible.split_once(':')?;
    let in_a_scheme = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    (!scheme.is_empty() && scheme.chars().all(in_a_scheme)).then(|| scheme.to_ascii_lowercase())
}

/// Whether a text begins with a scheme that an operating system or a browser handles.
pub(super) fn begins_handled(text: &str) -> bool {
    written(text).is_some_and(|scheme| is_handled(&scheme))
}

fn is_handled(scheme: &str) -> bool {
    HANDLED.contains(&scheme) || FAMILIES.iter().any(|family| scheme.starts_with(family))
}

/// RFC 8252 §7.1: "apps MUST use a URI scheme based on a domain name under their control, expressed in reverse order".
fn is_reverse_domain(scheme: &str) -> bool {
    let is_label = |label: &str| {
        let inside = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(inside)
    };
    scheme.contains('.') && scheme.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_application_says_whose_its_scheme_is() {
        for own in EDITORS.iter().copied().chain([
            "com.example.app",
            "app.example",
            "com.raycast",
            "msauth.com.example.app",
            "com.googleusercontent.apps.1234-abc",
        ]) {
            assert_eq!(Scheme::of(own), Scheme::Own, "{own}");
        }
        for unknown in ["myapp", "x", "a..b", ".a", "a.", "a.-b", "a.b-", "a+b.c"] {
            assert_eq!(Scheme::of(unknown), Scheme::Unknown, "{unknown}");
        }
    }

    #[test]
    fn what_a_system_handles_is_nobodys_own() {
        for handled in HANDLED.iter().copied().chain([
            "search-ms",
            "ms-msdt",
            "ms-appinstaller",
            "ms-settings.example",
            "microsoft-edge",
            "microsoft-edge-holographic",
            "microsoft.windows.camera",
            "com.microsoft.3dviewer",
            "explorer.assocprotocol.search-ms",
            "vnd.ms.radio",
            "itms-services",
            "itms-apps",
            "x-apple.systempreferences",
            "com.apple.tv",
            "android-app",
            "intent",
            "chrome-extension",
            "moz-extension",
            "web+mastodon",
            "flatpak+https",
        ]) {
            assert_eq!(Scheme::of(handled), Scheme::Handled, "{handled}");
        }
    }

    #[test]
    fn no_editor_is_called_as_a_system_is() {
        assert!(EDITORS.iter().all(|editor| !is_handled(editor)));
        assert!(EDITORS.is_sorted(), "easy to read, and to add to");
    }

    #[test]
    fn what_a_text_begins_with() {
        for (text, scheme) in [
            ("Search-MS:query", Some("search-ms")),
            ("java\nscript:alert(1)", Some("javascript")),
            (" cursor://x", Some("cursor")),
            ("/cb", None),
            ("microsoft.example/cb:1", None),
            ("java\\script:x", None),
            (":x", None),
            ("", None),
        ] {
            assert_eq!(written(text).as_deref(), scheme, "{text}");
        }
    }
}
