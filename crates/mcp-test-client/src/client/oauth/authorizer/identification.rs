//! The client's identity at an authorization server.

use url::Url;

use super::{Authorizer, ClientChoice};
use crate::client::Error;
use crate::client::oauth::browser::Opened;
use crate::client::oauth::discovery::Discovered;
use crate::client::oauth::identity::Identity;
use crate::client::oauth::registration::register;
use crate::client::oauth::store::{Stored, registration_key};

impl Authorizer {
    /// Our identity at this server, a redirect URI that is ready, and whether the server may not know the client yet.
    pub(super) async fn identity(
        &self,
        discovered: &Discovered,
    ) -> Result<(Identity, Box<dyn Opened>, bool), Error> {
        let server = &discovered.server;
        if !matches!(self.settings.client, ClientChoice::Register) {
            let identity = self.known_identity(discovered)?;
            let place = self.browser.ready(self.settings.port).await?;
            return Ok((identity, place, true));
        }
        let kept = self.registration(&discovered.issuer)?;
        let port = self.settings.port.or_else(|| {
            let uri = kept.as_ref()?.redirect_uri.parse::<Url>().ok()?;
            uri.port()
        });
        let place = self.browser.ready(port).await?;
        if let Some(kept) = kept.filter(|kept| kept.redirect_uri == place.redirect_uri()) {
            return Ok((kept.identity(), place, false));
        }
        if server.registration_endpoint.is_none() {
            return Err(Error::sign_in(
                "MCP client registration",
                format!(
                    "{} does not register clients{}. Have one registered there and give --client-id",
                    server.issuer,
                    if server.client_id_metadata_document_supported {
                        "; it takes a client's metadata document: give --client-metadata-url"
                    } else {
                        ", nor does it take metadata documents"
                    }
                ),
            ));
        }
        let registration = register(&*self.fetch, server, place.redirect_uri()).await?;
        (self.note)(&format!(
            "registered at {} as {}",
            registration.issuer, registration.client_id
        ));
        self.store.keep(
            &registration_key(&discovered.issuer),
            &Stored::Registration(registration.clone()),
        )?;
        Ok((registration.identity(), place, true))
    }

    /// Our identity at this server, if it is known without registering.
    pub(super) fn known_identity(&self, discovered: &Discovered) -> Result<Identity, Error> {
        let server = &discovered.server;
        match &self.settings.client {
            ClientChoice::Document(url) if server.client_id_metadata_document_supported => {
                Ok(Identity::public(url.clone()))
            }
            ClientChoice::Document(_) => Err(Error::sign_in(
                "Client ID Metadata Document -02 §6",
                format!(
                    "{} takes no client metadata documents: client_id_metadata_document_supported is not true. Without --client-metadata-url this client registers instead",
                    server.issuer
                ),
            )),
            ClientChoice::Registered {
                issuer: Some(issuer),
                id,
                ..
            } if *issuer != discovered.issuer => Err(Error::sign_in(
                "MCP client registration, Authorization Server Binding",
                format!(
                    "the client {id} is registered at {issuer}, and the server's authorization server is {}; its credentials are not sent there",
                    discovered.issuer
                ),
            )),
            ClientChoice::Registered {
                id, secret: None, ..
            } => Ok(Identity::public(id.clone())),
            ClientChoice::Registered {
                id,
                secret: Some(secret),
                ..
            } => Identity::confidential(id.clone(), secret.clone(), server),
            ClientChoice::Register => self
                .registration(&discovered.issuer)?
                .map(|registration| registration.identity())
                .ok_or_else(|| {
                    Error::sign_in(
                        "MCP client registration",
                        format!("this client is not registered at {}", discovered.issuer),
                    )
                }),
        }
    }
}
