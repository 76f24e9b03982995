//! Two connections to one file at the same moment, many times over.

use std::path::Path;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use oauth_provider::authorize::TicketId;
use oauth_provider::crypto::{Bytes, Secret};
use oauth_provider::grant::{
    ClientBinding, GrantError, GrantId, GrantStore, Issued, Open, Redeem, Refresh, Refusal,
    Strength,
};
use oauth_provider::par::{PushedRequests, RequestUri};
use oauth_provider::store::{Claim, Claimant, OnceStore};
use oauth_provider::{CodeChallenge, CodeVerifier, Resource, Scope};

use crate::store::SqliteStore;
use crate::{Folder, clock, connect, now, rng};

const ROUNDS: usize = 50;
const HOUR: Duration = Duration::from_secs(3600);

/// What both of two connections, each on a thread of its own, get when they do this at once.
fn race<T: Send>(path: &Path, act: impl Fn(&SqliteStore, usize) -> T + Sync) -> [T; 2] {
    let start = Barrier::new(2);
    thread::scope(|scope| {
        [0, 1]
            .map(|place| {
                let (start, act) = (&start, &act);
                scope.spawn(move || {
                    let store = connect(path);
                    start.wait();
                    act(&store, place)
                })
            })
            .map(|thread| thread.join().unwrap())
    })
}

#[test]
fn of_two_redemptions_of_a_code_one_succeeds() {
    let folder = Folder::new("codes");
    let store = connect(&folder.database());
    for _ in 0..ROUNDS {
        let (id, code) = opened(&store);
        let outcomes = race(&folder.database(), |store, _| {
            now(store.ask(&id, redeem(&code)))
        });
        let winners = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert_eq!(winners, 1);
        for loser in outcomes.into_iter().filter_map(Result::err) {
            assert_eq!(loser, GrantError::Refused(Refusal::Unknown));
        }
    }
}

/// The second is answered as a client that lost the first answer: with the successor that there is already, so that
/// there is one rotation.
#[test]
fn two_uses_of_a_refresh_token_make_one_successor() {
    let folder = Folder::new("refresh-tokens");
    let store = connect(&folder.database());
    for _ in 0..ROUNDS {
        let (id, code) = opened(&store);
        let issued = now(store.ask(&id, redeem(&code))).unwrap();
        let successors = race(&folder.database(), |store, _| {
            let refreshed = now(store.ask(&id, refresh(&issued))).unwrap();
            refreshed.refresh.unwrap().0.expose_text()
        });
        assert_eq!(successors[0], successors[1]);
    }
}

#[test]
fn of_two_openings_of_an_id_one_succeeds() {
    let folder = Folder::new("openings");
    for _ in 0..ROUNDS {
        let id = GrantId::draw(&mut rng());
        let outcomes = race(&folder.database(), |store, _| {
            now(store.ask(&id, open())).is_ok()
        });
        assert_eq!(outcomes.iter().filter(|won| **won).count(), 1);
    }
}

#[test]
fn of_two_claims_and_of_two_forms_one_is_the_first() {
    let folder = Folder::new("once");
    let claimant = Claimant {
        client_id: "race",
        is_known: true,
    };
    for round in 0..ROUNDS {
        let name = [round as u8; 32];
        let mut claims = race(&folder.database(), |store, _| {
            now(store.claim(claimant, name, HOUR)).unwrap()
        });
        claims.sort_by_key(|claim| *claim != Claim::First);
        assert_eq!(claims, [Claim::First, Claim::Again]);

        let name = RequestUri::draw(&mut rng()).name();
        let store = connect(&folder.database());
        now(store.keep_pushed(&name, "a=1", clock() + HOUR)).unwrap();
        let forms = [form("a"), form("b")];
        let used = race(&folder.database(), |store, place| {
            now(store.use_pushed(&name, &forms[place])).unwrap()
        });
        assert_eq!(used.iter().filter(|won| **won).count(), 1);
    }
}

fn form(text: &str) -> TicketId {
    serde_json::from_value(text.into()).unwrap()
}

fn verifier() -> CodeVerifier {
    CodeVerifier::from_bytes(&[7; 32])
}

fn opened(store: &SqliteStore) -> (GrantId, Secret) {
    let id = GrantId::draw(&mut rng());
    let opened = now(store.ask(&id, open())).unwrap();
    (id, opened.code)
}

fn open() -> Open {
    Open {
        client: ClientBinding {
            id: "race".to_owned(),
            strength: Strength::None,
            refresh: true,
            keys: Vec::new(),
        },
        subject: "ada".to_owned(),
        redirect_uri: "https://app.example/callback".to_owned(),
        challenge: CodeChallenge::of(&verifier()),
        resource: Resource::root("/mcp"),
        scope: Scope::all(&["read"]),
        asked: None,
        props: Bytes(Vec::new()),
        props_expire_at: None,
        approval_ends_at: clock() + HOUR,
        flow: None,
        code: None,
        line: None,
    }
}

fn redeem(code: &Secret) -> Redeem {
    Redeem {
        secret: code.clone(),
        client_id: "race".to_owned(),
        strength: Strength::None,
        key: None,
        redirect_uri: None,
        verifier: verifier(),
        resource: None,
    }
}

fn refresh(issued: &Issued) -> Refresh {
    let (secret, tag) = issued.refresh.clone().unwrap();
    Refresh {
        secret,
        tag,
        client_id: "race".to_owned(),
        strength: Strength::None,
        key: None,
        scope: None,
        resource: None,
    }
}
