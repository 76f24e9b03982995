use crate::client::{Ask, Client};
use crate::error::ApiError;
use crate::ids::Slug;
use crate::json::Value;
use crate::member::{as_text, flag, id, inner, object, text};
use crate::region::Region;
use crate::sight::{Owned, Owner, ProjectKey, all_owned};
use fetch::Method;

/// A client key: what a program needs to send events to its project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientKey {
    /// The public half.
    pub id: String,
    /// For people.
    pub name: Option<String>,
    /// The data source name, to be put into a program. It is not a secret.
    pub dsn: String,
    /// Whether Sentry takes events with it.
    pub is_active: bool,
    /// ISO 8601.
    pub date_created: Option<String>,
}

impl ClientKey {
    fn read(value: Value<'_>) -> Option<Self> {
        Some(Self {
            id: id(value, "id")?,
            name: text(value, "name").or_else(|| text(value, "label")),
            dsn: as_text(inner(value, "dsn", "public"))?,
            is_active: flag(value, "isActive"),
            date_created: text(value, "dateCreated"),
        })
    }
}

impl Client {
    /// A project's client keys: `GET /projects/{org}/{project}/keys/`.
    ///
    /// # Errors
    /// [`ApiError`]
    pub async fn client_keys(
        &self,
        region: &Region,
        organization: &Slug,
        project: &ProjectKey,
    ) -> Result<Vec<Owned<ClientKey>>, ApiError> {
        let segments = ["projects", organization.as_str(), project.as_str(), "keys"];
        let ask = Ask::get(region, &segments, vec![]);
        let answer = self.ask(ask, "client keys").await?;
        all_owned(&answer, ClientKey::read, project.owner(), "client keys")
    }

    /// Makes a client key: `POST /projects/{org}/{project}/keys/`.
    ///
    /// # Errors
    /// [`ApiError`]
    pub async fn create_client_key(
        &self,
        region: &Region,
        organization: &Slug,
        project: &ProjectKey,
        name: &str,
    ) -> Result<Owned<ClientKey>, ApiError> {
        let segments = ["projects", organization.as_str(), project.as_str(), "keys"];
        let body = object(vec![("name", name.into())]);
        let ask = Ask::send(Method::Post, region, &segments, body);
        let answer = self.ask(ask, "a client key").await?;
        let value = answer.root();
        let key = ClientKey::read(value).ok_or(ApiError::Unsure)?;
        Ok(Owned::new(Owner::of(value, project.owner()), key))
    }
}
