use crate::client::{Ask, Client};
use crate::error::ApiError;
use crate::json::Value;
use crate::member::{id, list, text};

/// The person, or the machine, whose token we hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// A number.
    pub id: String,
    /// As shown to others.
    pub name: Option<String>,
    /// The primary address.
    pub email: Option<String>,
}

impl User {
    fn read(value: Value<'_>) -> Option<Self> {
        Some(Self {
            id: id(value, "id")?,
            name: text(value, "name"),
            email: text(value, "email"),
        })
    }
}

impl Client {
    /// Who the token belongs to: `GET /auth/`, at the base only. Not in Sentry's published API.
    ///
    /// # Errors
    /// [`ApiError`]
    pub async fn user(&self) -> Result<User, ApiError> {
        let base = self.base().region();
        let answer = self
            .ask(Ask::get(&base, &["auth"], vec![]), "a user")
            .await?;
        User::read(answer.root()).ok_or(ApiError::Malformed("a user"))
    }

    /// The servers where the person has organizations: `GET /users/me/regions/`, at the base only. Not in Sentry's
    /// published API, and only on sentry.io.
    pub(crate) async fn user_regions(&self) -> Result<Vec<String>, ApiError> {
        let base = self.base().region();
        let ask = Ask::get(&base, &["users", "me", "regions"], vec![]);
        let answer = self.ask(ask, "regions").await?;
        let regions = list(answer.root(), "regions").iter();
        Ok(regions.filter_map(|region| id(region, "url")).collect())
    }
}
