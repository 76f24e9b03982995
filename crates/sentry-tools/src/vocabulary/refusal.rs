use crate::vocabulary::scope::Scopes;
use crate::vocabulary::skill::Skill;

/// A call that only the transport can answer: over HTTP with a challenge, over stdio with a tool error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Sentry refuses the token, also after a renewal: the grant is over. HTTP 401 `invalid_token`.
    #[error("the sign-in at Sentry has ended")]
    Unauthorized,
    /// The token lacks a scope of this operation. HTTP 403 `insufficient_scope`.
    #[error("this needs the scopes {scopes}, which come with the skill {}", skill.as_str())]
    InsufficientScope {
        /// All scopes of the operation, those held included.
        scopes: Scopes,
        /// The skill to tick on the consent page.
        skill: Skill,
    },
}
