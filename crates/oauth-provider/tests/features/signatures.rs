//! The algorithms of signatures (RFC 7518 §3, RFC 8037 §3.1).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek as ed25519;
use oauth_provider::crypto::{RustCrypto, SignatureAlgorithm, SignatureVerifier};
use p256::ecdsa::signature::Signer;
use serde_json::{Value, json};

use crate::support::assertion::{
    Es256, RSA, WRONG_KEY, assert_refused, base64url, claims, jwks, knowing, show, unsigned,
};
use crate::support::server::{now, outcome};

// rule: tokens/signature-algorithms: ES256, EdDSA, RS256, PS256; no weak RSA key [RFC 7518, RFC
//    8037]
#[test]
fn every_algorithm_that_is_advertised() {
    let rsa: Value = serde_json::from_str(RSA).unwrap();
    let edwards = ed25519::SigningKey::from_bytes(&[7; 32]);
    let okp = json!({"kty": "OKP", "crv": "Ed25519", "x": base64url(edwards.verifying_key())});
    let server = || {
        knowing(jwks(&[
            rsa["weak_key"].clone(),
            Es256(1).jwk(json!({})),
            okp.clone(),
            rsa["key"].clone(),
        ]))
    };
    let text = unsigned(&json!({"alg": "EdDSA"}), &claims("eddsa"));
    let eddsa = format!(
        "{text}.{}",
        base64url(edwards.sign(text.as_bytes()).to_bytes())
    );
    for assertion in [
        &Es256(1).good("es256"),
        &eddsa,
        rsa["rs256"].as_str().unwrap(),
        rsa["ps256"].as_str().unwrap(),
    ] {
        assert_eq!(outcome(&show(&server(), assertion)), "200");
    }
    let weak = rsa["weak_rs256"].as_str().unwrap();
    assert_refused(&show(&server(), weak), WRONG_KEY);
}

// rule: tokens/signature-algorithms
// rule: others/signature-vectors: vectors of RFC 7515 A.2 and A.3, RFC 8037 A.4
#[test]
fn vectors() {
    // RFC 7515 A.3 and A.2, RFC 8037 A.4.
    let claims = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    let ec = json!({
        "kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    });
    let rsa = json!({
        "kty": "RSA", "e": "AQAB",
        "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2\
              lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBE\
              Ma2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2\
              PAcDTW9gb54h4FRWyuXpoQ",
    });
    let okp =
        json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
    let rows = [
        (
            SignatureAlgorithm::Es256,
            ec,
            format!("eyJhbGciOiJFUzI1NiJ9.{claims}"),
            "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
        ),
        (
            SignatureAlgorithm::Rs256,
            rsa,
            format!("eyJhbGciOiJSUzI1NiJ9.{claims}"),
            "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9\
             CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOL\
             n6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtV\
             rBp0igcN_IoypGlUPQGe77Rw",
        ),
        (
            SignatureAlgorithm::EdDsa,
            okp,
            "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc".to_owned(),
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
        ),
    ];
    for (algorithm, jwk, text, signature) in rows {
        let key = public_key(&jwk);
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let verify = |text: &str, signature: &[u8]| {
            now(RustCrypto.verify(algorithm, &key, text.as_bytes(), signature))
        };
        assert!(verify(&text, &signature), "{algorithm:?}");
        assert!(!verify(&format!("{text}A"), &signature), "{algorithm:?}");
        assert!(!verify(&text, signature.get(1..).unwrap()), "{algorithm:?}");
        let other = match algorithm {
            SignatureAlgorithm::Rs256 => SignatureAlgorithm::Ps256,
            _ => SignatureAlgorithm::Rs256,
        };
        assert!(!now(RustCrypto.verify(
            other,
            &key,
            text.as_bytes(),
            &signature
        )));
        assert_eq!(serde_json::from_str::<Value>(&key.to_jwk()).unwrap(), jwk);
    }
}

fn public_key(jwk: &Value) -> oauth_provider::crypto::PublicKey {
    use oauth_provider::crypto::PublicKey;
    let bytes = |name: &str| URL_SAFE_NO_PAD.decode(jwk[name].as_str().unwrap()).unwrap();
    match jwk["kty"].as_str().unwrap() {
        "EC" => PublicKey::P256 {
            x: bytes("x").try_into().unwrap(),
            y: bytes("y").try_into().unwrap(),
        },
        "OKP" => PublicKey::Ed25519 {
            x: bytes("x").try_into().unwrap(),
        },
        _ => PublicKey::Rsa {
            n: bytes("n"),
            e: bytes("e"),
        },
    }
}
