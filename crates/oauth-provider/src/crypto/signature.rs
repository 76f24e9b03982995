//! Signatures that clients make with keys of their own (RFC 7518 §3, RFC 8037 §3.1), verified by what the runtime has.

use serde_json::json;

use super::base64url;

/// What a client may sign with. Nothing here takes a shared key, and `none` is no signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureAlgorithm {
    /// ECDSA with P-256 and SHA-256; the signature is `r` and `s`, 32 bytes each.
    Es256,
    /// Ed25519
    EdDsa,
    /// RSASSA-PKCS1-v1_5 with SHA-256
    Rs256,
    /// RSASSA-PSS with SHA-256 and a salt of 32 bytes
    Ps256,
}

impl SignatureAlgorithm {
    /// All of them, as the metadata list them.
    pub const ALL: [Self; 4] = [Self::Es256, Self::EdDsa, Self::Rs256, Self::Ps256];

    /// The registered name (RFC 7518 §3.1).
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
        }
    }

    /// Reads a registered name, byte for byte.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }
}

/// A public key of a form and size that is taken. The type of a key decides which algorithms it can have, never the
/// sender of a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicKey {
    /// A point, perhaps not on the curve.
    P256 {
        /// Big-endian.
        x: [u8; 32],
        /// Big-endian.
        y: [u8; 32],
    },
    /// Ed25519 (RFC 8032 §5.1.5).
    Ed25519 {
        /// As it is encoded there.
        x: [u8; 32],
    },
    /// 2,048 to 4,096 bits.
    Rsa {
        /// The modulus, big-endian.
        n: Vec<u8>,
        /// The exponent, big-endian.
        e: Vec<u8>,
    },
}

impl PublicKey {
    /// Whether signatures of this algorithm can be this key's.
    #[must_use]
    pub const fn fits(&self, algorithm: SignatureAlgorithm) -> bool {
        use SignatureAlgorithm::{EdDsa, Es256, Ps256, Rs256};
        matches!(
            (self, algorithm),
            (Self::P256 { .. }, Es256)
                | (Self::Ed25519 { .. }, EdDsa)
                | (Self::Rsa { .. }, Rs256 | Ps256)
        )
    }

    /// The key as JSON (RFC 7517), with the members that make it and no others.
    #[must_use]
    pub fn to_jwk(&self) -> String {
        match self {
            Self::P256 { x, y } => {
                json!({"kty": "EC", "crv": "P-256", "x": base64url(x), "y": base64url(y)})
            }
            Self::Ed25519 { x } => json!({"kty": "OKP", "crv": "Ed25519", "x": base64url(x)}),
            Self::Rsa { n, e } => json!({"kty": "RSA", "n": base64url(n), "e": base64url(e)}),
        }
        .to_string()
    }
}

/// Verifies signatures: WebCrypto where there is one, `RustCrypto` (feature `native`) elsewhere.
pub trait SignatureVerifier {
    /// Whether `signature` is this key's, over `message`. A key or signature that cannot be one at all says no.
    fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        key: &PublicKey,
        message: &[u8],
        signature: &[u8],
    ) -> impl Future<Output = bool>;
}
