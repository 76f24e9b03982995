//! `requestState`, signed: "servers MUST protect its integrity" where it decides anything (MCP 2026-07-28 mrtr).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// A fixture's: it guards nothing.
const KEY: &[u8] = b"the conformance host's own key";

/// A state for what `purpose` names.
pub(crate) fn sign(purpose: &str) -> String {
    mac(purpose).map_or_else(String::new, |mac| {
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    })
}

/// Whether it is the state for that purpose.
pub(crate) fn verify(purpose: &str, state: &str) -> bool {
    URL_SAFE_NO_PAD
        .decode(state)
        .is_ok_and(|tag| mac(purpose).is_some_and(|mac| mac.verify_slice(&tag).is_ok()))
}

fn mac(purpose: &str) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY).ok()?;
    mac.update(purpose.as_bytes());
    Some(mac)
}
