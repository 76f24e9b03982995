use std::time::Duration;

use oauth_provider::grant::Policy;
use oauth_provider::memory::MemoryStore;
use oauth_provider::store::contract::{self, Broken};
use oauth_provider::store::{Claim, Claimant, OnceStore};

use crate::{Folder, clock, connect, keys, now, rng};

#[test]
fn the_store_in_memory_keeps_every_promise() {
    let store = MemoryStore::new(keys(), Policy::default(), clock(), rng());
    assert_eq!(now(contract::grants(&store, clock(), &mut rng())), Ok(()));
    assert_eq!(now(contract::clients(&store, clock(), &mut rng())), Ok(()));
    assert_eq!(now(contract::once(&store, &mut rng())), Ok(()));
    assert_eq!(
        now(contract::pushed_requests(&store, clock(), &mut rng())),
        Ok(())
    );
}

#[test]
fn the_store_in_sqlite_keeps_every_promise_at_every_start() {
    let folder = Folder::new("contract");
    for _ in 0..2 {
        let store = connect(&folder.database());
        assert_eq!(now(contract::grants(&store, clock(), &mut rng())), Ok(()));
        assert_eq!(now(contract::clients(&store, clock(), &mut rng())), Ok(()));
        assert_eq!(now(contract::once(&store, &mut rng())), Ok(()));
        assert_eq!(
            now(contract::pushed_requests(&store, clock(), &mut rng())),
            Ok(())
        );
        store.sweep().unwrap();
    }
}

/// Takes every claim for the first one.
struct Credulous;

impl OnceStore for Credulous {
    async fn claim(
        &self,
        _: Claimant<'_>,
        _: [u8; 32],
        _: Duration,
    ) -> Result<Claim, oauth_provider::store::StoreError> {
        Ok(Claim::First)
    }
}

#[test]
fn a_store_that_forgets_is_found_out() {
    let found = now(contract::once(&Credulous, &mut rng()));
    assert_eq!(found, Err(Broken::Promise("a name is claimed once")));
}

/// What a runtime of many threads asks of a server made of this crate.
#[test]
fn futures_over_a_store_that_is_send_are_send() {
    fn is_send<T: Send>(future: T) -> T {
        future
    }
    let folder = Folder::new("send");
    let store = connect(&folder.database());
    now(is_send(contract::grants(&store, clock(), &mut rng()))).unwrap();
    now(is_send(contract::clients(&store, clock(), &mut rng()))).unwrap();
    now(is_send(contract::once(&store, &mut rng()))).unwrap();
}
