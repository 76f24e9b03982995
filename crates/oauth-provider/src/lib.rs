//! An OAuth 2.1 authorization server as a library, made for MCP servers and good for any protected resource.
//!
//! It parses, decides and answers; it is handed the time, randomness, a store and a way to fetch. Clients are
//! accepted by Client ID Metadata Document (an https URL as `client_id`) and by dynamic registration.
//!
//! # The parts
//!
//! * [`client`]: client ids, metadata documents, registration, redirect URIs, authentication
//! * [`authorize`]: from an authorization request to the answer at the client's redirect URI
//! * [`grant`]: the state machine of a grant: code, tokens, rotation, revocation
//! * [`token`](token()), [`revoke`](revoke()), [`introspect`](introspect()), [`client::register`], [`par::par`]: the
//!   endpoints for clients
//! * [`bearer`]: the resource server's check, and its challenges
//! * [`discovery`]: the metadata documents, and the paths of the endpoints
//! * [`store`]: what an adapter must keep, and [`memory`], which keeps it in maps; [`rows`], for what several releases keep
//!
//! # What you bring
//!
//! 1. [`Settings`]: the origin, the resource's path, the scopes.
//! 2. A [`store::ClientStore`]: registrations and cached documents. Any key-value store will do.
//! 3. A [`store::GrantStore`]: for each grant a place where [`grant::apply`] runs one command after the other and each
//!    [`grant::Effect`] is carried out before the reply leaves (an actor, a row under a lock), above all the new state
//!    made durable. This is the one hard promise; single use of codes and the rotation of refresh tokens rest on it. The
//!    alarm leads to [`grant::ring`]. If props can end before the grant does, [`grant::Need`] renews them.
//! 4. A [`fetch::Fetch`] for metadata documents, which must not reach private addresses. Until it is so, leave
//!    [`Settings::metadata_documents`] off.
//! 5. A [`store::OnceStore`] and a [`crypto::SignatureVerifier`], for clients that authenticate with a key; with the
//!    feature `native` there is `crypto::RustCrypto`.
//! 6. A [`store::PushedRequests`], where requests may be pushed ahead; [`par::Pushed`] is what each of them keeps.
//! 7. A [`crypto::KeyRing`] of the server's own secrets, a clock ([`UnixTime`]) and a generator
//!    ([`rand_core::CryptoRng`]).
//! 8. HTTP, and the pages: sign-in, consent, errors.
//!
//! Every port is a trait of asynchronous functions. A future of this crate is `Send` where those of the ports are, and
//! they are `Sync`: one thread is enough, and many do.
//!
//! # The way of a request
//!
//! | the client asks for | you call |
//! |---|---|
//! | the protected resource, without a token | [`bearer::verify`], and answer with [`bearer::BearerError::into_response`] |
//! | metadata | [`discovery::protected_resource`], [`discovery::authorization_server`] |
//! | registration | [`client::register`] |
//! | authorization | [`authorize::validate`], then a page with an [`authorize::ConsentTicket`] for this [`authorize::Browser`] |
//! | (the request was pushed ahead) | [`par::par`]; then [`authorize::Asked::read`] before the page, and [`store::PushedRequests::use_pushed`] at the approval |
//! | (the person has decided) | [`authorize::ConsentTicket::open`], [`authorize::validate`] again; [`authorize::AuthorizationRequest::refuse`], or [`authorize::Approval::new`] |
//! | (sign-in at an upstream server, if there is one) | [`authorize::Approval::sign`], and at the callback [`authorize::Returned::read`] |
//! | (the grant opens) | [`store::GrantStore::ask`] it to [`grant::Open`], with [`authorize::Approval::open`], [`grant::Token::code`], [`authorize::Approval::respond`] |
//! | tokens | [`token`](token()); afterwards its [`grant::Chores`] ([`client::renew`], [`client::look`]) |
//! | the protected resource | [`bearer::verify`] again, or [`bearer::ask`] and [`bearer::UnboundToken::for_resource`] around a [`TokenCache`] |
//! | revocation, introspection | [`revoke`](revoke()), [`introspect`](introspect()) |
//!
//! `examples/server.rs` is all of it on hyper, in one file; `examples/sqlite` on axum, over a store that survives its
//! process, and `store::contract` (feature `contract`) checks another one. Without HTTP:
//!
//! ```
//! use oauth_provider::authorize::{Approval, validate};
//! use oauth_provider::client::{Authenticator, register};
//! use oauth_provider::crypto::{KeyRing, RustCrypto};
//! use oauth_provider::discovery::AskedResource;
//! use oauth_provider::grant::{GrantId, Token};
//! use oauth_provider::http::Request;
//! use oauth_provider::memory::MemoryStore;
//! use oauth_provider::params::Params;
//! use oauth_provider::store::GrantStore;
//! use oauth_provider::{Origin, Settings, UnixTime, bearer, token};
//! # use fetch::scripted::Scripted;
//! # use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let mut rng = ChaCha20Rng::seed_from_u64(1);
//! # let fetch = Scripted::new();
//! let now = UnixTime(1_800_000_000);
//! let origin = Origin::of(&"https://notes.example".parse()?).ok_or("no origin")?;
//! let settings = Settings::new(origin, "/mcp", &["notes:read"], "Notes");
//! let keys = KeyRing::parse("a secret of the server of 32 bytes or more", 32)?;
//! let store = MemoryStore::new(keys, settings.grants.clone(), now, rng.clone());
//! let post = |content_type, body| Request {
//!     method: "POST",
//!     content_type: Some(content_type),
//!     authorization: None,
//!     body: Some(body),
//! };
//!
//! // A client registers.
//! let metadata = br#"{"redirect_uris": ["https://app.example/cb"], "token_endpoint_auth_method": "none"}"#;
//! let answer = register(&post("application/json", metadata), &settings, &store, now, &mut rng).await?;
//! let registered: serde_json::Value = serde_json::from_str(&answer.body)?;
//! let client_id = registered["client_id"].as_str().ok_or("no id")?;
//!
//! // It sends a person to the authorization endpoint; here the page would be shown.
//! let query = format!(
//!     "response_type=code&client_id={client_id}&state=xyz&code_challenge_method=S256\
//!      &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
//! );
//! let asked = validate(&Params::parse(&query), &settings, &store, &fetch, now).await?;
//!
//! // The person allows it, and the grant opens.
//! let (redirect_uri, scope) = (asked.redirect_uri.clone(), asked.scope.clone());
//! let approval = Approval::new(asked, GrantId::draw(&mut rng), scope, Vec::new(), now);
//! let open = approval.open(&redirect_uri, "ada".to_owned(), Vec::new(), None);
//! let opened = store.ask(&approval.grant, open).await?;
//! let code = Token::code(approval.grant.clone(), opened.code).expose_text();
//! let back = approval.respond(redirect_uri, Ok(code.clone())).location();
//! assert!(back.starts_with("https://app.example/cb?code="));
//! assert!(back.ends_with("&state=xyz&iss=https%3A%2F%2Fnotes.example"));
//!
//! // The client redeems the code: once.
//! let clients = Authenticator {
//!     settings: &settings,
//!     store: &store,
//!     fetch: &fetch,
//!     signatures: &RustCrypto,
//!     once: &store,
//!     now,
//! };
//! let form = format!(
//!     "grant_type=authorization_code&client_id={client_id}&code={code}\
//!      &code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
//! );
//! let request = post("application/x-www-form-urlencoded", form.as_bytes());
//! let granted = token(&request, &clients, &store).await?;
//! let tokens: serde_json::Value = serde_json::from_str(&granted.response.body)?;
//!
//! // And comes to the protected resource.
//! let header = format!("Bearer {}", tokens["access_token"].as_str().ok_or("no token")?);
//! let resource = AskedResource::read("/mcp", None, &settings).ok_or("no such resource")?;
//! let caller = bearer::verify(Some(&header), &resource, &store).await?;
//! assert_eq!((caller.subject.as_str(), caller.scope.to_string().as_str()), ("ada", "notes:read"));
//!
//! // A second redemption ends the grant, with all its tokens (RFC 6749 §4.1.2).
//! assert!(token(&request, &clients, &store).await.is_err());
//! assert!(bearer::verify(Some(&header), &resource, &store).await.is_err());
//! # Ok(())
//! # }
//! ```
#![deny(missing_docs)]

pub mod authorize;
pub mod bearer;
pub mod client;
pub mod crypto;
pub mod discovery;
mod from_json;
pub mod grant;
pub mod http;
mod introspect;
pub mod memory;
mod origin;
mod own_token;
pub mod par;
pub mod params;
mod pkce;
mod resource;
mod revoke;
pub mod rows;
mod scope;
mod settings;
pub mod store;
mod stored;
mod time;
mod token;
mod token_cache;

// Their types are in signatures here.
pub use {fetch, oauth_types, rand_core};

pub use from_json::{from_json, from_value};
pub use introspect::introspect;
pub use origin::Origin;
pub use pkce::{CodeChallenge, CodeVerifier};
pub use resource::{Resource, ResourceError, is_slug};
pub use revoke::{Revoked, revoke};
pub use scope::{Scope, UnknownScope};
pub use settings::{DocumentHosts, OwnDocument, Settings};
pub use time::UnixTime;
pub use token::{Granted, token};
pub use token_cache::TokenCache;

/// The code in the README works.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
