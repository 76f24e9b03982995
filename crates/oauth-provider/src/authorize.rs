//! The authorization endpoint: from the request of a client to the answer at its redirect URI.
//!
//! ```text
//! GET  authorize   Asked::read ─▶ request::validate ─▶ consent page, with a ConsentTicket bound to the Browser
//! POST authorize   ConsentTicket ─▶ request::validate again ─▶ Approval ─▶ upstream
//! GET  callback    Returned::read ─▶ an approval: the grant opens ─▶ response to the client
//!                               ─▶ a sign-in: nothing opens, a person wants a page of this server
//! ```

mod approval;
mod asked;
mod browser;
mod consent;
mod known;
mod problem;
mod refusal;
mod request;
mod response;
mod returned;
mod sign_in;

pub use approval::{Approval, ApprovalError, Approved, FLOW_LIFETIME};
pub use asked::Asked;
pub use browser::Browser;
pub use consent::{ConsentTicket, Shown, TICKET_LIFETIME, TicketError, TicketId};
pub(crate) use known::client_and_redirect_uri;
pub use problem::{AuthorizeError, PageProblem};
pub use refusal::{Refusal, Way};
pub(crate) use request::check;
pub use request::{AuthorizationRequest, validate};
pub use response::AuthorizationResponse;
pub use returned::Returned;
pub use sign_in::SignIn;
