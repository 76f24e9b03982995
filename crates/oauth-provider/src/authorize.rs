//! The authorization endpoint: from the request of a client to the answer at its redirect URI.
//!
//! ```text
//! GET  authorize   request::validate ─▶ consent page, with a ConsentTicket bound to the Browser
//! POST authorize   ConsentTicket ─▶ request::validate again ─▶ Approval ─▶ upstream
//! GET  callback    Approval::resume ─▶ the grant opens ─▶ response to the client
//! ```

mod approval;
mod browser;
mod consent;
mod request;
mod response;

pub use approval::{Approval, ApprovalError, Approved, FLOW_LIFETIME};
pub use browser::Browser;
pub use consent::{ConsentTicket, TicketError};
pub use request::{AuthorizationRequest, AuthorizeError, PageProblem, validate};
pub use response::AuthorizationResponse;
