use crate::crypto::{Secret, base64url, from_base64url};

use super::id::GrantId;

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// An authorization code (RFC 6749 §1.3.1).
    Code,
    /// An access token (RFC 6749 §1.4).
    Access,
    /// A refresh token (RFC 6749 §1.5).
    Refresh,
}

impl TokenKind {
    /// Recognisable, so that secret scanners can find a leaked one.
    const fn prefix(self) -> &'static str {
        match self {
            Self::Code => "smcp_c_",
            Self::Access => "smcp_a_",
            Self::Refresh => "smcp_r_",
        }
    }
}

/// A token in its parts: `smcp_<kind>_<grant>.<secret>`, and for refresh tokens the family's tag behind the secret.
/// Opaque to clients.
#[derive(Debug, Clone)]
pub struct Token {
    /// What it is for.
    pub kind: TokenKind,
    /// The grant that it belongs to.
    pub grant: GrantId,
    /// Its secret, of which the grant stores the hash.
    pub secret: Secret,
    /// For refresh tokens: shows that the secret was once this family's, long after its hash is forgotten.
    pub tag: Option<[u8; 16]>,
}

impl Token {
    /// The authorization code of a grant that has just opened.
    #[must_use]
    pub const fn code(grant: GrantId, secret: Secret) -> Self {
        Self {
            kind: TokenKind::Code,
            grant,
            secret,
            tag: None,
        }
    }

    /// Reads a token of any kind. Says nothing about whether it is valid.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, rest) = [TokenKind::Code, TokenKind::Access, TokenKind::Refresh]
            .into_iter()
            .find_map(|kind| Some((kind, text.strip_prefix(kind.prefix())?)))?;
        let (grant, secret) = rest.split_once('.')?;
        let grant = GrantId::parse(grant)?;
        let bytes = from_base64url(secret)?;
        let (secret, tag) = bytes.split_first_chunk::<32>()?;
        let tag = match (kind, tag) {
            (TokenKind::Refresh, tag) => Some(tag.try_into().ok()?),
            (_, []) => None,
            _ => return None,
        };
        Some(Self {
            kind,
            grant,
            secret: Secret::from_bytes(*secret),
            tag,
        })
    }

    /// The text that the client gets.
    #[must_use]
    pub fn expose_text(&self) -> String {
        let tag = self.tag.as_ref().map_or(&[][..], |tag| tag.as_slice());
        format!(
            "{}{}.{}",
            self.kind.prefix(),
            self.grant,
            base64url(&[self.secret.expose(), tag].concat())
        )
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    use super::*;

    #[test]
    fn reads_what_it_writes_and_nothing_else() {
        let rng = &mut ChaCha20Rng::seed_from_u64(1);
        for (kind, tag) in [
            (TokenKind::Code, None),
            (TokenKind::Access, None),
            (TokenKind::Refresh, Some([7; 16])),
        ] {
            let token = Token {
                kind,
                grant: GrantId::draw(rng),
                secret: Secret::draw(rng),
                tag,
            };
            let text = token.expose_text();
            let read = Token::parse(&text).unwrap();
            assert_eq!(
                (read.kind, &read.grant, read.tag),
                (kind, &token.grant, tag)
            );
            assert_eq!(read.expose_text(), text);
            assert!(Token::parse(text.get(1..).unwrap()).is_none());
            assert!(Token::parse(text.get(..text.len() - 1).unwrap()).is_none());
            assert!(Token::parse(&format!("{text}=")).is_none());
            assert!(Token::parse(&format!("{text}AAAA")).is_none());
        }
        assert!(Token::parse("").is_none());
        assert!(Token::parse("smcp_a_.").is_none());
    }
}
