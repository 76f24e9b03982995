//! What every store promises, as checks that run over any of them: the one in memory, the example's, and yours.
//!
//! ```
//! # use oauth_provider::{UnixTime, crypto::KeyRing, grant::Policy, memory::MemoryStore};
//! # use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let mut rng = ChaCha20Rng::seed_from_u64(1);
//! # let now = UnixTime(1_800_000_000);
//! # let keys = KeyRing::parse("a secret of the server of 32 bytes or more", 32)?;
//! # let store = MemoryStore::new(keys, Policy::default(), now, rng.clone());
//! use oauth_provider::store::contract;
//!
//! contract::grants(&store, now, &mut rng).await?;
//! contract::clients(&store, now, &mut rng).await?;
//! contract::once(&store, &mut rng).await?;
//! contract::pushed_requests(&store, now, &mut rng).await?;
//! # Ok(())
//! # }
//! ```
//!
//! Everything is under names that are drawn, so a store may be checked that is in use. What one caller alone cannot see,
//! that of several at once exactly one succeeds, is for a test with several connections; `tests/stores` has one.

use std::time::Duration;

use rand_core::CryptoRng;
use serde_json::json;

use crate::authorize::TicketId;
use crate::client::{
    Claim, Claimant, ClientIdUrl, ClientStore, KeptDocument, OnceStore, Registration,
};
use crate::crypto::{Bytes, Secret};
use crate::grant::{
    ClientBinding, Close, GrantError, GrantId, GrantStore, Inspect, Issued, Open, Redeem, Refresh,
    Refusal, Strength,
};
use crate::origin::Origin;
use crate::par::{PushedRequests, RequestUri};
use crate::pkce::{CodeChallenge, CodeVerifier};
use crate::resource::Resource;
use crate::scope::Scope;
use crate::stored::StoreError;
use crate::time::UnixTime;

/// The client of the grants that are made here; nobody signs in with it.
const CLIENT: &str = "contract";
const VERIFIER: [u8; 32] = [7; 32];
const HOUR: Duration = Duration::from_secs(3600);

/// A promise that a store does not keep.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// Which, as a sentence about stores.
    #[error("broken promise of a store: {0}")]
    Promise(&'static str),
    /// It did not answer at all.
    #[error(transparent)]
    Storage(#[from] StoreError),
}

fn holds(kept: bool, promise: &'static str) -> Result<(), Broken> {
    kept.then_some(()).ok_or(Broken::Promise(promise))
}

fn given<T>(answer: Result<T, GrantError>, promise: &'static str) -> Result<T, Broken> {
    answer.map_err(|error| match error {
        GrantError::Refused(_) => Broken::Promise(promise),
        GrantError::Storage(trouble) => Broken::Storage(trouble),
    })
}

fn is_refused<T>(answer: &Result<T, GrantError>, why: &Refusal) -> bool {
    matches!(answer, Err(GrantError::Refused(refusal)) if refusal == why)
}

/// One command after the other, and each state is there for the next one.
///
/// # Errors
/// The first promise that is not kept.
pub async fn grants(
    store: &impl GrantStore,
    now: UnixTime,
    rng: &mut impl CryptoRng,
) -> Result<(), Broken> {
    let (id, other) = (GrantId::draw(rng), GrantId::draw(rng));
    let inspect = |secret: &Secret| Inspect {
        secret: secret.clone(),
    };
    let nobody = Secret::draw(rng);
    let unknown = store.ask(&id, inspect(&nobody)).await;
    holds(
        is_refused(&unknown, &Refusal::Unknown),
        "a grant that was never opened is unknown",
    )?;

    let first = Open {
        code: Some(Secret::draw(rng)),
        ..open(now)
    };
    let code = given(
        store.ask(&id, first.clone()).await,
        "a new id can be opened",
    )?
    .code;
    let again = store.ask(&id, open(now)).await;
    holds(
        is_refused(&again, &Refusal::AlreadyOpened),
        "an id is opened once",
    )?;
    let repeated = given(
        store.ask(&id, first).await,
        "the same opening is answered again",
    )?;
    holds(
        repeated.code.hash().matches(&code),
        "the same opening has the same answer",
    )?;

    let issued = given(store.ask(&id, redeem(&code)).await, "a code is redeemed")?;
    let seen = store.ask(&id, inspect(&issued.access)).await;
    let seen = given(seen, "a token that was issued is good")?;
    holds(seen.subject == "ada", "a grant keeps its person")?;
    holds(seen.props.0 == b"props", "a grant keeps its props")?;

    let refreshed = refresh(store, &id, &issued, "a refresh token is good").await?;
    let once_more = refresh(store, &id, &refreshed, "its successor is good").await?;
    given(
        store.ask(&other, open(now)).await,
        "one grant is opened beside another",
    )?;

    let replayed = store.ask(&id, redeem(&code)).await;
    holds(
        is_refused(&replayed, &Refusal::Unknown),
        "a code is redeemed once",
    )?;
    let after = store.ask(&id, inspect(&once_more.access)).await;
    holds(
        is_refused(&after, &Refusal::Unknown),
        "what a refused command does to a grant is stored too",
    )?;
    let reopened = store.ask(&id, open(now)).await;
    holds(
        reopened.is_err(),
        "a grant that has ended is not opened again",
    )?;
    for id in [&id, &other] {
        given(store.ask(id, Close).await, "a grant can be closed")?;
    }
    Ok(())
}

async fn refresh(
    store: &impl GrantStore,
    id: &GrantId,
    issued: &Issued,
    promise: &'static str,
) -> Result<Issued, Broken> {
    let (secret, tag) = issued.refresh.clone().ok_or(Broken::Promise(promise))?;
    let refresh = Refresh {
        secret,
        tag,
        client_id: CLIENT.to_owned(),
        strength: Strength::None,
        key: None,
        scope: None,
        resource: None,
    };
    given(store.ask(id, refresh).await, promise)
}

/// Writes are read again, each under its own name.
///
/// # Errors
/// The first promise that is not kept.
pub async fn clients(
    store: &impl ClientStore,
    now: UnixTime,
    rng: &mut impl CryptoRng,
) -> Result<(), Broken> {
    let name = Secret::draw(rng).expose_text();
    let unknown = store.registration(&name).await?;
    holds(
        unknown.is_none(),
        "a client that never registered is unknown",
    )?;
    let registration = registration(&name, now)?;
    for expires_at in [now + HOUR, now + HOUR + HOUR] {
        store.keep_registration(&registration, expires_at).await?;
        let kept = store.registration(&name).await?;
        let text = |one: &Registration| json!(one);
        holds(
            kept.as_ref().map(text) == Some(text(&registration)),
            "a registration is read as it was kept",
        )?;
    }

    let url = document_url(&name)?;
    holds(
        store.document(&url).await?.is_none(),
        "a document is not known before it is kept",
    )?;
    let (first, second) = (kept_document("1", now), kept_document("2", now));
    store.keep_document(&url, &first).await?;
    holds(
        store.key_set(&url).await?.is_none(),
        "a document is no key set",
    )?;
    store.keep_key_set(&url, &second).await?;
    holds(
        store.document(&url).await? == Some(first),
        "a document is read as it was kept",
    )?;
    holds(
        store.key_set(&url).await? == Some(second.clone()),
        "a key set is read as it was kept",
    )?;
    store.keep_document(&url, &second).await?;
    holds(
        store.document(&url).await? == Some(second),
        "a later document takes the place of the first",
    )
}

/// Each name is used up once.
///
/// # Errors
/// The first promise that is not kept.
pub async fn once(store: &impl OnceStore, rng: &mut impl CryptoRng) -> Result<(), Broken> {
    let claimant = Claimant {
        client_id: CLIENT,
        is_known: true,
    };
    let mut names = [[0; 32]; 2];
    names.iter_mut().for_each(|name| rng.fill_bytes(name));
    for name in names {
        let first = store.claim(claimant, name, HOUR).await?;
        holds(first == Claim::First, "the first claim of a name succeeds")?;
        let again = store.claim(claimant, name, HOUR).await?;
        holds(again == Claim::Again, "a name is claimed once")?;
    }
    Ok(())
}

/// A pushed request begins pages until one form uses it up.
///
/// # Errors
/// The first promise that is not kept.
pub async fn pushed_requests(
    store: &impl PushedRequests,
    now: UnixTime,
    rng: &mut impl CryptoRng,
) -> Result<(), Broken> {
    let name = RequestUri::draw(rng).name();
    let (form, other) = (TicketId::of("form"), TicketId::of("other"));
    holds(
        store.pushed(&name).await?.is_none(),
        "nothing is under a new name",
    )?;
    store.keep_pushed(&name, "a=1", now + HOUR).await?;
    for _ in 0..2 {
        let query = store.pushed(&name).await?;
        holds(
            query.as_deref() == Some("a=1"),
            "reading a request leaves it as it is",
        )?;
    }
    holds(
        store.use_pushed(&name, &form).await?,
        "a form uses a request up",
    )?;
    holds(
        store.use_pushed(&name, &form).await?,
        "the same form may be posted twice",
    )?;
    holds(
        !store.use_pushed(&name, &other).await?,
        "another form comes too late",
    )?;
    holds(
        store.pushed(&name).await?.is_none(),
        "a request that is used up begins no page",
    )?;

    let expired = RequestUri::draw(rng).name();
    store.keep_pushed(&expired, "a=1", now).await?;
    holds(
        store.pushed(&expired).await?.is_none(),
        "a request begins no page after its end",
    )
}

fn open(now: UnixTime) -> Open {
    let verifier = CodeVerifier::from_bytes(&VERIFIER);
    Open {
        client: ClientBinding {
            id: CLIENT.to_owned(),
            strength: Strength::None,
            refresh: true,
            keys: Vec::new(),
        },
        subject: "ada".to_owned(),
        redirect_uri: "https://app.example/callback".to_owned(),
        challenge: CodeChallenge::of(&verifier),
        resource: Resource::root("/mcp"),
        scope: Scope::all(&["read"]),
        asked: None,
        props: Bytes(b"props".to_vec()),
        props_expire_at: None,
        approval_ends_at: now + HOUR,
        flow: None,
        code: None,
        line: None,
    }
}

fn redeem(code: &Secret) -> Redeem {
    Redeem {
        secret: code.clone(),
        client_id: CLIENT.to_owned(),
        strength: Strength::None,
        key: None,
        redirect_uri: None,
        verifier: CodeVerifier::from_bytes(&VERIFIER),
        resource: None,
    }
}

fn registration(client_id: &str, now: UnixTime) -> Result<Registration, Broken> {
    let text = json!({
        "client_id": client_id,
        "issued_at": now,
        "metadata": { "redirect_uris": ["https://app.example/callback"], "client_name": "Contract" },
    });
    serde_json::from_value(text).map_err(|_| Broken::Promise("the check itself is broken"))
}

fn document_url(name: &str) -> Result<ClientIdUrl, Broken> {
    let broken = Broken::Promise("the check itself is broken");
    let here = "https://here.example".parse().ok();
    let here = here
        .and_then(|url| Origin::of(&url))
        .ok_or(broken.clone())?;
    ClientIdUrl::parse(&format!("https://app.example/{name}"), &here).map_err(|_| broken)
}

fn kept_document(body: &str, now: UnixTime) -> KeptDocument {
    KeptDocument {
        body: body.to_owned(),
        fetched_at: now,
        expires_at: now + HOUR,
        known_until: None,
        newcomer: None,
    }
}
