use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

/// Tells one sign-in from another in a server's log: drawn with the consent page, carried by the form, the approval and the
/// grant, and known wherever a token of it is used. It is no secret, proves nothing, and decides nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FlowId(String);

impl FlowId {
    /// 64 random bits, as 16 hexadecimal digits.
    #[must_use]
    pub fn draw(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = [0; 8];
        rng.fill_bytes(&mut bytes);
        Self(format!("{:016x}", u64::from_be_bytes(bytes)))
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
