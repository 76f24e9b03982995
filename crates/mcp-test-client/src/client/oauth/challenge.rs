//! Reads the `Bearer` challenge (RFC 6750 §3) from `WWW-Authenticate` (RFC 9110 §11.6.1).

/// The challenge of a 401 or 403: how to get access.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Challenge {
    /// RFC 6750 §3.1
    pub error: Option<String>,
    /// An explanation for developers.
    pub error_description: Option<String>,
    /// The scopes that the request needs, separated by spaces.
    pub scope: Option<String>,
    /// The URL of the protected resource metadata (RFC 9728 §5.1).
    pub resource_metadata: Option<String>,
}

impl Challenge {
    /// The first `Bearer` challenge. There may be several header lines, each with several challenges.
    pub fn read<'a>(values: impl Iterator<Item = &'a str>) -> Option<Self> {
        values
            .flat_map(challenges)
            .find_map(|(scheme, parameters)| {
                scheme.eq_ignore_ascii_case("bearer").then(|| {
                    let mut challenge = Self::default();
                    for (name, value) in parameters {
                        let place = match name.to_ascii_lowercase().as_str() {
                            "error" => &mut challenge.error,
                            "error_description" => &mut challenge.error_description,
                            "scope" => &mut challenge.scope,
                            "resource_metadata" => &mut challenge.resource_metadata,
                            _ => continue,
                        };
                        place.get_or_insert(value);
                    }
                    challenge
                })
            })
    }
}

type Parameters = Vec<(String, String)>;

/// Splits one header value into challenges. Reading ends at the first syntax error, and what came before it is used.
fn challenges(value: &str) -> Vec<(String, Parameters)> {
    let mut found: Vec<(String, Parameters)> = Vec::new();
    let mut rest = Reader(value);
    loop {
        rest.skip(|c| c == ' ' || c == '\t' || c == ',');
        let word = rest.token();
        if word.is_empty() {
            return found;
        }
        rest.skip(|c| c == ' ' || c == '\t');
        if rest.take('=') {
            let Some((_, parameters)) = found.last_mut() else {
                return found;
            };
            rest.skip(|c| c == ' ' || c == '\t');
            match rest.value() {
                Some(value) => parameters.push((word, value)),
                None => return found,
            }
        } else {
            found.push((word, Vec::new()));
        }
    }
}

struct Reader<'a>(&'a str);

impl Reader<'_> {
    fn skip(&mut self, unwanted: fn(char) -> bool) {
        self.0 = self.0.trim_start_matches(unwanted);
    }

    fn take(&mut self, wanted: char) -> bool {
        match self.0.strip_prefix(wanted) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    /// Reads a token (RFC 9110 §5.6.2), or a token68, which allows more characters.
    fn token(&mut self) -> String {
        let end = self
            .0
            .find(|c: char| !(c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~/".contains(c)))
            .unwrap_or(self.0.len());
        let (word, rest) = self.0.split_at(end);
        self.0 = rest;
        word.to_owned()
    }

    /// Reads a token or a quoted string (RFC 9110 §5.6.4).
    fn value(&mut self) -> Option<String> {
        if !self.take('"') {
            let end = self.0.find([',', ' ', '\t']).unwrap_or(self.0.len());
            let (value, rest) = self.0.split_at(end);
            self.0 = rest;
            return Some(value.to_owned());
        }
        let mut value = String::new();
        let mut characters = self.0.char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    self.0 = self.0.get(at + 1..).unwrap_or_default();
                    return Some(value);
                }
                '\\' => value.push(characters.next()?.1),
                _ => value.push(character),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &str) -> Option<Challenge> {
        Challenge::read([value].into_iter())
    }

    // rule: test-client/challenges: challenges are read out of any `WWW-Authenticate` [RFC 6750 §3,
    //    RFC 9110 §11.6.1]
    #[test]
    fn of_our_own_server() {
        let challenge = read(
            "Bearer realm=\"Sentry MCP\", error=\"invalid_token\", error_description=\"It \\\"ended\\\", truly\", \
             scope=\"org:read event:write\", resource_metadata=\"https://a.example/.well-known/x?a=b,c\"",
        )
        .unwrap();
        assert_eq!(challenge.error.as_deref(), Some("invalid_token"));
        assert_eq!(
            challenge.error_description.as_deref(),
            Some("It \"ended\", truly")
        );
        assert_eq!(challenge.scope.as_deref(), Some("org:read event:write"));
        assert_eq!(
            challenge.resource_metadata.as_deref(),
            Some("https://a.example/.well-known/x?a=b,c")
        );
    }

    // rule: test-client/challenges
    #[test]
    fn among_others() {
        let line = "Basic realm=\"a, Bearer scope=no\", Negotiate abc/def==, bearer scope=one";
        assert_eq!(read(line).unwrap().scope.as_deref(), Some("one"));
        let lines = ["DPoP algs=\"ES256\"", "BEARER Error = x , error=y"];
        let challenge = Challenge::read(lines.into_iter()).unwrap();
        assert_eq!(challenge.error.as_deref(), Some("x"), "the first counts");
    }

    // rule: test-client/challenges
    #[test]
    fn none_or_broken() {
        assert_eq!(read("Basic realm=\"x\""), None);
        assert_eq!(read(""), None);
        assert_eq!(read("scope=\"x\""), None);
        assert_eq!(read("Bearer"), Some(Challenge::default()));
        assert_eq!(read("Bearer scope=\"open"), Some(Challenge::default()));
        assert_eq!(read("Bearer scope=\"open\\"), Some(Challenge::default()));
    }
}
