//! Which of the redirect URIs that a document lists are the client's.

use oauth_types::ClientMetadata;

use crate::client::redirect_uri::{LeftOut, RedirectUri, RedirectUriError};
use crate::settings::Settings;

use super::id_url::ClientIdUrl;
use super::rule::{Breach, Standing};

/// One dangerous URI condemns the document; those that are merely unusable are left out while another remains.
pub(super) fn usable(
    url: &ClientIdUrl,
    metadata: &ClientMetadata,
    settings: &Settings,
) -> Result<(Vec<RedirectUri>, Vec<LeftOut>), Breach> {
    let mut usable = Vec::new();
    let mut left_out = Vec::new();
    for text in &metadata.redirect_uris {
        match RedirectUri::at_server(text, url.as_str(), settings) {
            Ok(uri) => usable.push(uri),
            Err(error @ RedirectUriError::Dangerous) => {
                return Err(Breach::found(format!("{text} {error}"))
                    .expected("https, loopback http or an application's own scheme"));
            }
            Err(error) => left_out.push(LeftOut {
                uri: text.clone(),
                error,
            }),
        }
    }
    if usable.is_empty() {
        // A document that was good before there was this rule has not gone away: its grants live on.
        let by_rule = |left: &LeftOut| left.error == RedirectUriError::Scheme;
        let standing = match left_out.first().is_some_and(by_rule) {
            true => Standing::Silent,
            false => Standing::Gone,
        };
        let first = left_out.first().map(LeftOut::to_string);
        let found = first.unwrap_or_else(|| "no redirect_uris".to_owned());
        return Err(Breach::found(found).standing(standing));
    }
    Ok((usable, left_out))
}

/// Each with what becomes of it.
pub(super) fn each(url: &ClientIdUrl, metadata: &ClientMetadata, settings: &Settings) -> String {
    let mut text = String::new();
    for uri in &metadata.redirect_uris {
        if !text.is_empty() {
            text.push_str(", ");
        }
        text.push_str(uri);
        if let Err(error) = RedirectUri::at_server(uri, url.as_str(), settings) {
            text.push_str(&format!(" (left out: it {error})"));
        }
    }
    text
}
