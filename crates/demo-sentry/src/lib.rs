//! A local Sentry with deterministic sample data. It lets people try the product without an account, and gives tests a
//! Sentry to talk to.
//!
//! It listens on loopback only, uses the formats of Sentry's API, and keeps everything in memory. The data is the same
//! at every start; its times are relative to one instant, which is the time of the start or fixed with `--now`. Tests
//! of other crates begin with [`start`].
//!
//! # Signing in
//!
//! `GET /oauth/authorize/` is a page with one form; `POST /oauth/token/` accepts `authorization_code` and
//! `refresh_token`. The application is `demo-client` with the secret `demo-secret` (`DEMO_SENTRY_CLIENT_ID`,
//! `DEMO_SENTRY_CLIENT_SECRET`). As in Sentry, a refresh replaces both tokens at once: the old access token stops
//! working. A device signs in with a code (RFC 8628): `POST /oauth/device/code/` with the client id alone, the page
//! `/oauth/device/` for the person, and the token endpoint. Such a grant is refreshed without a secret.
//!
//! These tokens exist from the start, for `Authorization: Sentry-Bearer` and for stdio:
//!
//! | token | user | scopes |
//! |---|---|---|
//! | `demo-token-ada` | Ada Marlowe | all |
//! | `demo-token-ada-readonly` | Ada Marlowe | `org:read project:read team:read event:read` |
//! | `demo-token-ada-expired` | Ada Marlowe | all, but past its time: every call is a 401 |
//! | `demo-token-bo` | Bo Tanaka | all |
//!
//! # The data
//!
//! Ada Marlowe (`1001`, the preselected user) is a member of `lighthouse-books`, which holds all the data, and of
//! `quiet-harbor`, which is empty and comes last. Bo Tanaka (`1002`) is a member of `quiet-harbor` only, so that tests
//! can check that nobody gets at another person's data: an organization that exists but is not the caller's is a 403,
//! one that does not exist is a 404.
//!
//! Thirteen issues of every kind and state have 200 events in the last 14 days. There are also spans, logs, metrics and
//! profiles of the same days, three traces (two with an error), replays, releases (some with deploys and
//! commits), notes and activity, and analyses by Seer in every state: `CHECKOUT-1` and, in an older format,
//! `PARCEL-POST-1` are done, `CHECKOUT-7` is in progress, `CHECKOUT-4` failed, `SHOP-WINDOW-1` waits for an answer.
//! These never change. An analysis that is started for another issue advances each time it is read, and is done at the
//! third. Everything that is written (status, notes, keys, analyses) is dated with the instant of the sample data, so
//! that the same requests get the same responses in every run.
//!
//! Older than all of these, and behind them in every listing, are 36 issues of the projects `harbor-services`,
//! `harbor-web` and `lantern-app`: one for each kind of event that SDKs of 13 platforms and Sentry's detectors
//! send, in every issue category. `tests/features/kinds.rs` lists them with what makes each one its kind. One,
//! `HARBOR-SERVICES-15`, is written by somebody who wants to mislead its reader; `HARBOR-SERVICES-1` has a suspect
//! commit (`/projects/…/events/{event}/committers/`).
//!
//! Two replays have recordings: in `7b3de91c04f24a58b6e1d0937c5f28ea` somebody clicks in anger while prices are missing,
//! until `SHOP-WINDOW-1` happens. Every row of the profiles is a profile; since a week ago `/shelves/{slug}/` spends its
//! time on authors. `CHECKOUT-1` and `SHOP-WINDOW-1` have attachments (a text, a picture, one of 6 MB) and reports of
//! users. Snapshot `70002` of the app `shop-window-web` has one image of every outcome; `70001` is its base.
//!
//! Dashboards have widgets of each kind, one of which Sentry would refuse; alert rules have triggers, filters and actions
//! of several kinds, and two of them begin with the same words; metric monitors are static, in percent and dynamic. Rules
//! and monitors can be made, replaced (what is not sent is lost) and deleted.
//!
//! [`Config::scale`] (`--seed-scale`) copies all of it: the second copy of project `checkout` is `checkout-2`,
//! of issue `CHECKOUT-1` `CHECKOUT-2-1`, of release `checkout@5.2.0` `checkout-2@5.2.0`.
//!
//! Cron monitors: `nightly-manifest` fails in production (a missed check-in, one with an error, one that took too long) and
//! is fine in staging; `settle-payments` is fine; a run of `warm-prices` is in progress; `wind-the-clocks` is disabled.
//! Uptime monitors: `3301` is down (an unresolved name, timeouts, then 503), the others are up or disabled. What is
//! created, changed or deleted of both stays so until a reset. `checkout@5.2.0` has the health of its sessions.
//!
//! A little documentation is beside the API, for everybody: `POST /api/search`, and pages whose paths end in `.md`.
//!
//! # The language model
//!
//! `POST /v1/chat/completions` is compatible with OpenAI's API, in one piece or as a stream, for the chat. It accepts
//! any key, and calls the tools that it is offered according to a script: `what broke today?` searches issues, looks up
//! the first one and sums it up; `resolve CHECKOUT-1`, `why does CHECKOUT-1 happen?`, `CHECKOUT-1`, `which projects are
//! there?` and `who am I?` do what they say. Faults apply to it as to everything else.
//!
//! # The control endpoint
//!
//! `/_control/` is for tests. It needs no token, and neither faults nor the log apply to it.
//!
//! | request | effect |
//! |---|---|
//! | `GET /_control/requests?path=/api/` | requests since the last clearing, oldest first: `method`, `path` (with query), `status`, `grant`; no tokens. `path` (optional) is a prefix |
//! | `DELETE /_control/requests` | clears the log |
//! | `POST /_control/faults` | adds a fault, see [`Fault`] |
//! | `GET`, `DELETE /_control/faults` | the faults still waiting; removes them |
//! | `POST /_control/tokens/revoke` | forgets tokens: access and refresh. Body `{}` for all, or `{"user": "1001"}`, or `{"token": "…"}` |
//! | `POST /_control/tokens/expire` | ends access tokens now, same body; the refresh tokens stay good |
//! | `GET`, `PATCH /_control/settings` | see [`Settings`] |
//! | `POST /_control/reset` | everything as after the start |

mod api;
mod clock;
mod config;
mod control;
mod data;
mod html;
mod llm;
mod oauth;
mod params;
mod router;
mod search;
mod serve;
mod state;

pub use config::Config;
pub use control::faults::{Fault, FaultKind};
pub use control::settings::Settings;
pub use data::DataError;
pub use router::router;
pub use serve::{Running, serve, start};
pub use state::State;

/// An instant, as [`Config`] takes it.
pub use jiff::Timestamp;
