use serde::Deserialize;

use crate::client::Client;
use crate::error::ApiError;
use crate::lenient;

/// The person, or the machine, whose token we hold.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct User {
    /// A number.
    #[serde(deserialize_with = "lenient::id")]
    pub id: String,
    /// As shown to others.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: Option<String>,
    /// The primary address.
    #[serde(default, deserialize_with = "lenient::text")]
    pub email: Option<String>,
}

/// One of the places where sentry.io keeps data.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct UserRegion {
    pub(crate) url: String,
}

impl Client {
    /// Who the token belongs to: `GET /auth/`, at the base only.
    ///
    /// # Errors
    /// [`ApiError`]
    pub async fn user(&self) -> Result<User, ApiError> {
        self.get(&self.base().region(), &["auth"], vec![], "a user")
            .await
    }

    /// In which regions the person has organizations: `GET /users/me/regions/`, at the base only. Not in Sentry's
    /// published API, and only on sentry.io.
    pub(crate) async fn user_regions(&self) -> Result<Vec<UserRegion>, ApiError> {
        #[derive(Deserialize)]
        struct Regions {
            #[serde(default, deserialize_with = "lenient::or_default")]
            regions: Vec<UserRegion>,
        }
        let base = self.base().region();
        let answer: Regions = self
            .get(&base, &["users", "me", "regions"], vec![], "regions")
            .await?;
        Ok(answer.regions)
    }
}
