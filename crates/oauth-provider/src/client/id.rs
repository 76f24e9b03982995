//! The two forms that a client id has: a plain one, under which a client is registered, and a URL.

/// Whether it has the form of the ids that [`super::register`] draws and that an operator may give: 1 to 128 letters,
/// digits, hyphens, underscores or dots. No other id is looked up.
pub(super) fn is_plain(client_id: &str) -> bool {
    (1..=128).contains(&client_id.len())
        && client_id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

/// Whether it is meant as a URL, well-formed or not.
pub(crate) fn is_url(client_id: &str) -> bool {
    client_id.contains("://") || client_id.to_ascii_lowercase().starts_with("https:")
}
