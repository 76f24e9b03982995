//! What is recognised by its shape: ids and addresses. Each has a name that stands among a text's words.

/// Names of shapes, as the purposes of tools write them.
const ADDRESS: &str = "aurl";
const DOCUMENT: &str = "adocurl";
const OUTSIDE: &str = "outsideurl";
const ISSUE: &str = "anissueid";
const LONG: &str = "ahexid";
const SHORT: &str = "aspanid";
const VERSION: &str = "aversion";
const PATH: &str = "apath";

/// Tells the shape of a piece between spaces, and returns what is left of it to read as words.
pub(super) fn read<'a>(piece: &'a str, found: &mut dyn FnMut(&'static str)) -> &'a str {
    let bare = piece.trim_matches(|char: char| !char.is_alphanumeric());
    if let Some((_, address)) = bare.split_once("://") {
        let host = address.split('/').next().unwrap_or_default();
        found(match host {
            "docs.sentry.io" | "develop.sentry.io" => DOCUMENT,
            _ if host.contains("sentry") || address.contains("/organizations/") => ADDRESS,
            _ => OUTSIDE,
        });
        for part in address.split(['/', '?', '&', '=']) {
            told(part, found);
        }
        return address;
    }
    if piece.starts_with('/') && bare.len() > 1 {
        found(PATH);
    }
    // Text without spaces may stand beside an id.
    let mut is_told = false;
    for part in bare.split(|char: char| !char.is_ascii()) {
        is_told |= told(part, found);
    }
    if is_told && bare.is_ascii() { "" } else { bare }
}

fn told(part: &str, found: &mut dyn FnMut(&'static str)) -> bool {
    let name = name(part);
    if let Some(name) = name {
        found(name);
    }
    name.is_some()
}

fn name(part: &str) -> Option<&'static str> {
    let has_digit = |text: &str| text.bytes().any(|byte| byte.is_ascii_digit());
    let is_hex = part.bytes().all(|byte| byte.is_ascii_hexdigit()) && has_digit(part);
    match part.len() {
        32 | 36 if is_hex || is_uuid(part) => return Some(LONG),
        16 if is_hex => return Some(SHORT),
        _ => {}
    }
    if let Some((project, last)) = part.rsplit_once('-') {
        let is_upper = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        let mut of_project = project.bytes();
        let is_project = of_project
            .next()
            .is_some_and(|byte| byte.is_ascii_uppercase())
            && of_project.all(|byte| is_upper(byte) || matches!(byte, b'-' | b'_'));
        if is_project && has_digit(last) && last.bytes().all(is_upper) {
            return Some(ISSUE);
        }
    }
    let version = part.rsplit('@').next().unwrap_or_default();
    let version = version.strip_prefix('v').unwrap_or(version);
    let is_number = |number: &str| {
        number
            .bytes()
            .next()
            .is_some_and(|byte| byte.is_ascii_digit())
    };
    let numbers = version.split(['.', '-', '+']);
    (version.contains('.') && numbers.take(2).all(is_number)).then_some(VERSION)
}

/// Event ids are written with dashes too.
fn is_uuid(part: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_hexdigit() || byte == b'-';
    part.len() == 36 && part.split('-').count() == 5 && part.bytes().all(is_part)
}
