//! The user who calls, and what they may see.

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

use super::error::ApiError;
use crate::data::Data;
use crate::data::organization::Organization;
use crate::data::user::User;
use crate::oauth::grants::Refused;
use crate::oauth::scope::Scopes;
use crate::state::State;

/// The user of the request's bearer token, with its scopes.
pub(crate) struct Caller {
    pub(crate) user: User,
    scopes: Scopes,
}

impl FromRequestParts<State> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, ApiError> {
        let header = parts
            .headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        let token = header
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let (_, token) = token.ok_or(ApiError::Unauthenticated(
            "Authentication credentials were not provided.",
        ))?;
        let grant = state
            .grants()
            .opened_by(token.trim(), state.clock().now())
            .map_err(|refused| match refused {
                Refused::Unknown => ApiError::Unauthenticated("Invalid token"),
                Refused::Expired => ApiError::Unauthenticated("Token expired"),
            })?;
        let user = state
            .data()
            .user(&grant.user)
            .cloned()
            .ok_or(ApiError::Unauthenticated("Invalid token"))?;
        Ok(Self {
            user,
            scopes: grant.scopes,
        })
    }
}

impl Caller {
    /// Checks that the token has at least one of these scopes.
    pub(crate) fn may(&self, any_of: &[&str]) -> Result<(), ApiError> {
        if any_of.iter().any(|scope| self.scopes.allow(scope)) {
            Ok(())
        } else {
            Err(ApiError::Forbidden)
        }
    }

    /// The names of the token's scopes.
    pub(crate) fn scopes(&self) -> Vec<&'static str> {
        self.scopes
            .explained()
            .into_iter()
            .map(|(name, _)| name)
            .collect()
    }

    /// The organization, if the caller may see it: one that does not exist is a 404, one of which the caller is not a
    /// member a 403.
    pub(crate) fn organization<'a>(
        &self,
        data: &'a Data,
        slug_or_id: &str,
    ) -> Result<&'a Organization, ApiError> {
        let organization = data.organization(slug_or_id).ok_or(ApiError::NotFound)?;
        if self.is_member(organization) {
            Ok(organization)
        } else {
            Err(ApiError::Forbidden)
        }
    }

    pub(crate) fn is_member(&self, organization: &Organization) -> bool {
        self.user.organizations.contains(&organization.slug)
    }
}
