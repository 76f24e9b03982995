//! Signatures without a runtime that has WebCrypto.

use ed25519_dalek as ed25519;
use p256::ecdsa;
use rsa::signature::Verifier;
use rsa::{BoxedUint, pkcs1v15, pss};
use sha2::Sha256;

use super::{PublicKey, SignatureAlgorithm, SignatureVerifier};

/// Verifies with the RustCrypto crates. The open advisory on `rsa` (RUSTSEC-2023-0071) is about the timing of its
/// private keys: nothing is signed or decrypted here.
#[derive(Debug, Clone, Copy, Default)]
pub struct RustCrypto;

impl SignatureVerifier for RustCrypto {
    async fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        key: &PublicKey,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        verify(algorithm, key, message, signature).is_some()
    }
}

fn verify(
    algorithm: SignatureAlgorithm,
    key: &PublicKey,
    message: &[u8],
    signature: &[u8],
) -> Option<()> {
    match (algorithm, key) {
        (SignatureAlgorithm::Es256, PublicKey::P256 { x, y }) => {
            let point = [&[4], x.as_slice(), y].concat();
            let key = ecdsa::VerifyingKey::from_sec1_bytes(&point).ok()?;
            let signature = ecdsa::Signature::from_slice(signature).ok()?;
            key.verify(message, &signature).ok()
        }
        (SignatureAlgorithm::EdDsa, PublicKey::Ed25519 { x }) => {
            let key = ed25519::VerifyingKey::from_bytes(x).ok()?;
            let signature = ed25519::Signature::from_slice(signature).ok()?;
            key.verify_strict(message, &signature).ok()
        }
        (SignatureAlgorithm::Rs256, PublicKey::Rsa { n, e }) => {
            let signature = pkcs1v15::Signature::try_from(signature).ok()?;
            pkcs1v15::VerifyingKey::<Sha256>::new(rsa_key(n, e)?)
                .verify(message, &signature)
                .ok()
        }
        (SignatureAlgorithm::Ps256, PublicKey::Rsa { n, e }) => {
            let signature = pss::Signature::try_from(signature).ok()?;
            pss::VerifyingKey::<Sha256>::new(rsa_key(n, e)?)
                .verify(message, &signature)
                .ok()
        }
        _ => None,
    }
}

fn rsa_key(n: &[u8], e: &[u8]) -> Option<rsa::PublicKey> {
    let number = BoxedUint::from_be_slice_vartime;
    rsa::PublicKey::new(number(n), number(e)).ok()
}
