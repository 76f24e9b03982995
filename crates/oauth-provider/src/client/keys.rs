//! The public keys of a client (RFC 7517, RFC 7518 §6, RFC 8037 §2), and which of them a signature can be of.
// file rule: tokens/signature-algorithms

use oauth_types::ClientMetadata;
use serde_json::{Map, Value};

use crate::crypto::{Bytes, PublicKey, SignatureAlgorithm, from_base64url, sha256};

/// More than anybody has while one key follows another.
const MAX_KEYS: usize = 50;
/// Signatures that are tried for one assertion: each costs more than all the rest of a request.
const MAX_TRIES: usize = 4;
const MIN_RSA_BITS: usize = 2048;
const MAX_RSA_BITS: usize = 4096;

/// The source of a client's public keys.
#[derive(Debug, Clone)]
pub enum KeySource {
    /// In its metadata.
    Set(KeySet),
    /// At a URL of its own; the form is checked before it is fetched.
    Uri(String),
}

impl KeySource {
    /// What the metadata say; `None` where they name no keys.
    pub(super) fn of(metadata: &ClientMetadata) -> Option<Self> {
        match (&metadata.jwks, &metadata.jwks_uri) {
            (Some(jwks), _) => KeySet::read(jwks).map(Self::Set),
            (None, Some(uri)) => Some(Self::Uri(uri.clone())),
            (None, None) => None,
        }
    }

    /// Whether there is, or may be, a key in it.
    pub(super) const fn is_usable(&self) -> bool {
        match self {
            Self::Set(set) => !set.0.is_empty(),
            Self::Uri(_) => true,
        }
    }

    /// What a grant remembers of it, to tell it from another: a hash for each key, or for the address.
    pub(super) fn marks(&self) -> Vec<Bytes> {
        match self {
            Self::Set(set) => set.0.iter().map(|key| mark_of(&key.key)).collect(),
            Self::Uri(uri) => vec![mark(&[b"uri", uri.as_bytes()])],
        }
    }
}

/// What a grant remembers of a key.
pub(super) fn mark_of(key: &PublicKey) -> Bytes {
    match key {
        PublicKey::P256 { x, y } => mark(&[b"P-256", x, y]),
        PublicKey::Ed25519 { x } => mark(&[b"Ed25519", x]),
        PublicKey::Rsa { n, e } => mark(&[b"RSA", e, n]),
    }
}

/// Half a hash: it names, and nobody gains by a second key of the same name but who has the first. Of the parts only the
/// last differs in length, or the one before it is of at most four bytes.
fn mark(parts: &[&[u8]]) -> Bytes {
    let hash = sha256(&parts.join(&0));
    Bytes(hash.iter().copied().take(16).collect())
}

/// Keys that can verify. Others of the same set "SHOULD \[be\] ignore\[d\]" (RFC 7517 §5): of kinds or for uses that we
/// do not have, and too weak ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySet(Vec<ClientKey>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct ClientKey {
    id: Option<String>,
    /// The one algorithm that it is for, where it says so.
    algorithm: Option<SignatureAlgorithm>,
    key: PublicKey,
}

impl KeySet {
    /// Reads a key set; `None` where it is none.
    #[must_use]
    pub fn read(jwks: &Value) -> Option<Self> {
        let keys = jwks.get("keys")?.as_array()?;
        let keys = keys
            .iter()
            .take(MAX_KEYS)
            .filter_map(|key| ClientKey::read(key.as_object()?))
            .collect();
        Some(Self(keys))
    }

    /// The keys that a signature can be of, by the `kid` and `alg` of its header: with a `kid`, that key's or
    /// nobody's.
    pub(super) fn candidates<'a>(
        &'a self,
        algorithm: SignatureAlgorithm,
        id: Option<&'a str>,
    ) -> impl Iterator<Item = &'a PublicKey> {
        self.0
            .iter()
            .filter(move |key| id.is_none() || key.id.as_deref() == id)
            .filter(move |key| key.algorithm.is_none_or(|one| one == algorithm))
            .map(|key| &key.key)
            .filter(move |key| key.fits(algorithm))
            .take(MAX_TRIES)
    }
}

impl ClientKey {
    fn read(jwk: &Map<String, Value>) -> Option<Self> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        // RFC 7517 §4.2, §4.3: what a key is for, where it says so.
        let to_verify = match (jwk.get("use"), jwk.get("key_ops")) {
            (Some(purpose), _) if purpose != "sig" => false,
            (_, Some(Value::Array(operations))) => operations.iter().any(|one| one == "verify"),
            (_, operations) => operations.is_none(),
        };
        if !to_verify {
            return None;
        }
        let algorithm = match jwk.get("alg") {
            None => None,
            // RFC 9864 calls it so in keys.
            Some(name) if name == "Ed25519" => Some(SignatureAlgorithm::EdDsa),
            Some(name) => Some(SignatureAlgorithm::parse(name.as_str()?)?),
        };
        let id = match jwk.get("kid") {
            None => None,
            Some(id) => Some(id.as_str()?.to_owned()),
        };
        let bytes = |name: &str| from_base64url(text(name)?);
        let coordinate = |name: &str| <[u8; 32]>::try_from(bytes(name)?).ok();
        let key = match (text("kty")?, text("crv")) {
            ("EC", Some("P-256")) => PublicKey::P256 {
                x: coordinate("x")?,
                y: coordinate("y")?,
            },
            ("OKP", Some("Ed25519")) => PublicKey::Ed25519 {
                x: coordinate("x")?,
            },
            ("RSA", _) => rsa(&bytes("n")?, &bytes("e")?)?,
            _ => return None,
        };
        Some(Self { id, algorithm, key })
    }
}

/// Members that only symmetric (`k`) and private keys (`d` and the RSA primes) have (RFC 7518 §6).
const PRIVATE: [&str; 8] = ["k", "d", "p", "q", "dp", "dq", "qi", "oth"];

/// Where a key set holds a symmetric or private key: the way to the member, never its value. Wherever it stands: a secret
/// in a set of another form is published all the same.
pub(super) fn private_member(jwks: &Value) -> Option<String> {
    find(jwks, &|object| {
        let is_oct = object.get("kty").and_then(Value::as_str) == Some("oct");
        let member = PRIVATE.into_iter().find(|one| object.contains_key(*one));
        member.or_else(|| is_oct.then_some("kty"))
    })
}

/// The same for any JSON, where a member `d` may mean something else: only a key's own count, and text in PEM.
pub(super) fn private_key_in(value: &Value) -> Option<String> {
    find(value, &|object| {
        let is_pem = |value: &Value| {
            let text = value.as_str().unwrap_or_default();
            text.contains("PRIVATE KEY-----")
        };
        let pem = object.iter().find(|(_, value)| is_pem(value));
        object
            .get("kty")
            .and_then(|_| PRIVATE.into_iter().find(|one| object.contains_key(*one)))
            .or_else(|| pem.map(|(name, _)| name.as_str()))
    })
}

/// The way to the first member that `of` names, as in `keys.0.d`.
fn find<'a>(
    value: &'a Value,
    of: &impl Fn(&'a Map<String, Value>) -> Option<&'a str>,
) -> Option<String> {
    let below = |name: &str, value: &'a Value| Some([name, &find(value, of)?].join("."));
    match value {
        Value::Array(values) => {
            let mut values = values.iter().enumerate();
            values.find_map(|(at, value)| below(&at.to_string(), value))
        }
        Value::Object(object) => match of(object) {
            Some(member) => Some(member.to_owned()),
            None => object.iter().find_map(|(name, value)| below(name, value)),
        },
        _ => None,
    }
}

/// Keys that are too short to be safe or too long to be worth the time, and exponents that are none, are no keys.
fn rsa(n: &[u8], e: &[u8]) -> Option<PublicKey> {
    let [n, e] = [n, e].map(without_zeros);
    let bits = n.len() * 8 - n.first().map_or(0, |first| first.leading_zeros() as usize);
    let odd = |number: &[u8]| number.last().is_some_and(|last| last % 2 == 1);
    let usable = (MIN_RSA_BITS..=MAX_RSA_BITS).contains(&bits)
        && odd(n)
        && odd(e)
        && e != [1]
        && e.len() <= 4;
    usable.then(|| PublicKey::Rsa {
        n: n.to_vec(),
        e: e.to_vec(),
    })
}

fn without_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::crypto::base64url;

    fn p256(more: &Value) -> Value {
        let mut key = json!({
            "kty": "EC", "crv": "P-256", "x": base64url(&[1; 32]), "y": base64url(&[2; 32]),
        });
        let members = key.as_object_mut().unwrap();
        members.extend(more.as_object().unwrap().clone());
        key
    }

    fn usable(key: Value) -> bool {
        KeySet::read(&json!({"keys": [key]})).is_some_and(|set| !set.0.is_empty())
    }

    // rule: tokens/key-members: `kid`, `alg`, `use` and `key_ops` of a key are honoured [RFC 7517
    //    §4]
    #[test]
    fn what_a_key_is_for() {
        for (more, expected) in [
            (json!({}), true),
            (json!({"use": "sig"}), true),
            (json!({"use": "enc"}), false),
            (json!({"use": 1}), false),
            (json!({"key_ops": ["verify"]}), true),
            (json!({"key_ops": ["sign", "verify"], "use": "sig"}), true),
            (json!({"key_ops": ["sign"]}), false),
            (json!({"key_ops": "verify"}), false),
            (json!({"alg": "ES256", "kid": "a"}), true),
            (json!({"alg": "HS256"}), false),
            (json!({"alg": "none"}), false),
            (json!({"kid": 7}), false),
            (json!({"crv": "P-384"}), false),
            (json!({"kty": "OKP"}), false),
            (json!({"kty": "OKP", "crv": "Ed25519"}), true),
            (json!({"kty": "oct", "k": "AA"}), false),
            (json!({"x": base64url(&[1; 31])}), false),
            (json!({"x": "!"}), false),
        ] {
            assert_eq!(usable(p256(&more)), expected, "{more}");
        }
        assert_eq!(KeySet::read(&json!([])), None);
        assert_eq!(KeySet::read(&json!({"keys": {}})), None);
    }

    #[test]
    fn sizes_of_rsa_keys() {
        let modulus = |bytes: usize, first: u8| {
            let mut n = vec![0xff; bytes];
            n[0] = first;
            n
        };
        for (n, e, expected) in [
            (modulus(256, 0x80), vec![1, 0, 1], true),
            (modulus(256, 0x7f), vec![1, 0, 1], false),
            ([vec![0], modulus(256, 0x7f)].concat(), vec![1, 0, 1], false),
            ([vec![0], modulus(256, 0x80)].concat(), vec![1, 0, 1], true),
            (modulus(128, 0xff), vec![1, 0, 1], false),
            (modulus(512, 0xff), vec![3], true),
            (modulus(513, 0x01), vec![3], false),
            (modulus(256, 0x80), vec![1], false),
            (modulus(256, 0x80), vec![0, 1], false),
            (modulus(256, 0x80), vec![2], false),
            (modulus(256, 0x80), vec![], false),
            (modulus(256, 0x80), vec![1, 0, 0, 0, 1], false),
            (vec![], vec![3], false),
        ] {
            let key = json!({"kty": "RSA", "n": base64url(&n), "e": base64url(&e)});
            assert_eq!(usable(key), expected, "{} bytes, {e:?}", n.len());
        }
    }

    // rule: tokens/key-members
    #[test]
    fn the_key_that_the_header_names_and_a_few_without() {
        let key = |id: &str| p256(&json!({"kid": id}));
        let set = KeySet::read(&json!({"keys": [key("a"), key("b"), p256(&json!({}))]})).unwrap();
        let count = |algorithm, id| set.candidates(algorithm, id).count();
        assert_eq!(count(SignatureAlgorithm::Es256, Some("a")), 1);
        assert_eq!(count(SignatureAlgorithm::Es256, Some("c")), 0);
        assert_eq!(count(SignatureAlgorithm::Es256, None), 3);
        assert_eq!(count(SignatureAlgorithm::Rs256, Some("a")), 0);
        let n = base64url(&[0xff; 256]);
        let rsa = |more: &str| json!({"kty": "RSA", "n": n, "e": "AQAB", "alg": more});
        let of = |alg: &str, algorithm| {
            let set = KeySet::read(&json!({"keys": [rsa(alg)]})).unwrap();
            set.candidates(algorithm, None).count()
        };
        assert_eq!(of("RS256", SignatureAlgorithm::Rs256), 1);
        assert_eq!(of("RS256", SignatureAlgorithm::Ps256), 0, "RFC 7517 §4.4");
        assert_eq!(of("PS256", SignatureAlgorithm::Rs256), 0);
        let many: Vec<_> = (0..60).map(|_| p256(&json!({}))).collect();
        let set = KeySet::read(&json!({"keys": many})).unwrap();
        assert_eq!(set.0.len(), MAX_KEYS);
        assert_eq!(
            set.candidates(SignatureAlgorithm::Es256, None).count(),
            MAX_TRIES
        );
    }
}
