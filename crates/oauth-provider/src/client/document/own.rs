//! The document of a client that is a part of this server.

use crate::client::record::Client;
use crate::settings::{OwnDocument, Settings};

use super::content::check_document;
use super::id_url::ClientIdUrl;

/// A client of this server's own is not fetched over the network from itself.
pub(in crate::client) fn own_client(url: &ClientIdUrl, settings: &Settings) -> Option<Client> {
    let own = own_document(url, settings)?;
    let client = check_document(url, &own.body, settings).ok()?;
    Some(Client {
        is_new: false,
        ..client
    })
}

/// The document of a client of this server's own.
pub(super) fn own_document<'a>(
    url: &ClientIdUrl,
    settings: &'a Settings,
) -> Option<&'a OwnDocument> {
    let own = settings.own_document.as_ref()?;
    let path = url.as_str().strip_prefix(settings.origin.as_str())?;
    (path == own.path).then_some(own)
}
