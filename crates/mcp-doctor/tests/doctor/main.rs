//! The doctor against servers over real HTTP: a correct one, and the same with one fault at a time.

#![cfg(test)]

mod broken;
mod clean;
mod clients;
mod faults;
mod hostile;
mod person;
mod reference;
mod secrets;
mod strangers;
mod visit;

use tokio::task::LocalSet;

fn alone<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    LocalSet::new().block_on(&runtime, test)
}
