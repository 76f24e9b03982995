//! A strict parser for `WWW-Authenticate` (RFC 9110 §11.6.1). A client takes what it can use; the doctor reports what
//! is wrong.

/// One challenge of the header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// The authentication scheme, in lower case.
    pub scheme: String,
    /// The parameters: names in lower case, values without quotes.
    pub parameters: Vec<(String, String)>,
}

impl Challenge {
    /// The value of a parameter, by its name in lower case.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// Reads all challenges of one header line; the error says what is wrong.
pub fn parse(header: &str) -> Result<Vec<Challenge>, String> {
    let mut reader = Reader {
        rest: header.trim(),
    };
    let mut challenges: Vec<Challenge> = Vec::new();
    reader.separators();
    while !reader.rest.is_empty() {
        let Some(name) = reader.token() else {
            return Err(format!("no scheme or parameter at '{}'", reader.rest));
        };
        if let Some(value) = reader.value()? {
            let Some(challenge) = challenges.last_mut() else {
                return Err(format!("the parameter {name} before any scheme"));
            };
            let name = name.to_ascii_lowercase();
            if challenge.get(&name).is_some() {
                return Err(format!("the parameter {name} twice"));
            }
            challenge.parameters.push((name, value));
            reader.end_of_element()?;
        } else {
            challenges.push(Challenge {
                scheme: name.to_ascii_lowercase(),
                parameters: Vec::new(),
            });
            reader.after_scheme()?;
        }
    }
    Ok(challenges)
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn spaces(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
    }

    /// Skips commas and white space. A list may have empty elements (RFC 9110 §5.6.1).
    fn separators(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', ',']);
    }

    fn token(&mut self) -> Option<&'a str> {
        self.take(is_token)
    }

    fn take(&mut self, matches: fn(char) -> bool) -> Option<&'a str> {
        let end = self.rest.find(|c| !matches(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        (!taken.is_empty()).then_some(taken)
    }

    /// Reads the value after the `=` of a parameter; `None` if there is no `=`, so that what was read is not a
    /// parameter's name.
    fn value(&mut self) -> Result<Option<String>, String> {
        let before = self.rest;
        self.spaces();
        let Some(rest) = self.rest.strip_prefix('=') else {
            self.rest = before;
            return Ok(None);
        };
        self.rest = rest;
        self.spaces();
        if self.rest.starts_with('"') {
            return self.quoted().map(Some);
        }
        let value = self.token().map(str::to_owned);
        value
            .map(Some)
            .ok_or_else(|| "a parameter without a value".to_owned())
    }

    fn quoted(&mut self) -> Result<String, String> {
        let mut text = String::new();
        let mut characters = self.rest.char_indices().skip(1);
        while let Some((at, c)) = characters.next() {
            match c {
                '"' => {
                    self.rest = self.rest.get(at + 1..).unwrap_or_default();
                    return Ok(text);
                }
                '\\' => text.extend(characters.next().map(|(_, c)| c)),
                c => text.push(c),
            }
        }
        Err("a quoted value without its end".to_owned())
    }

    fn end_of_element(&mut self) -> Result<(), String> {
        self.spaces();
        if !self.rest.is_empty() && !self.rest.starts_with(',') {
            let at = self.rest.chars().take(40).collect::<String>();
            return Err(format!(
                "no comma, or a value without its quotes, at '{at}'"
            ));
        }
        self.separators();
        Ok(())
    }

    /// Reads what follows a scheme: nothing, a token68, or the first parameter.
    fn after_scheme(&mut self) -> Result<(), String> {
        let before = self.rest;
        self.spaces();
        if self.rest.is_empty() || self.rest.starts_with(',') {
            self.separators();
            return Ok(());
        }
        if self.rest.len() == before.len() {
            return self.end_of_element();
        }
        let parameters = self.rest;
        self.take(|c| c.is_ascii_alphanumeric() || "-._~+/".contains(c));
        self.rest = self.rest.trim_start_matches('=');
        self.spaces();
        if self.rest.is_empty() || self.rest.starts_with(',') {
            self.separators();
        } else {
            self.rest = parameters;
        }
        Ok(())
    }
}

/// Whether a character may be part of a token (RFC 9110 §5.6.2).
fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn read(header: &str) -> String {
        match parse(header) {
            Ok(challenges) => format!(
                "{:?}",
                challenges
                    .iter()
                    .map(|c| (c.scheme.as_str(), c.parameters.clone()))
                    .collect::<Vec<_>>()
            ),
            Err(problem) => problem,
        }
    }

    // rule: doctor/challenges: challenges are parsed as they are defined [RFC 9110 §11.6.1]
    #[test]
    fn challenges() {
        for (header, expected) in [
            ("Bearer", r#"[("bearer", [])]"#),
            (
                r#"Bearer realm="a, b", Scope="x y" , error=invalid_token"#,
                r#"[("bearer", [("realm", "a, b"), ("scope", "x y"), ("error", "invalid_token")])]"#,
            ),
            (
                r#"Basic realm="a", Bearer resource_metadata = "https://a.example/\"x""#,
                r#"[("basic", [("realm", "a")]), ("bearer", [("resource_metadata", "https://a.example/\"x")])]"#,
            ),
            (
                r#"Negotiate YWJj==, , Bearer scope="x""#,
                r#"[("negotiate", []), ("bearer", [("scope", "x")])]"#,
            ),
            ("Basic, Bearer", r#"[("basic", []), ("bearer", [])]"#),
        ] {
            assert_eq!(read(header), expected, "{header}");
        }
    }

    proptest! {
        #[test]
        fn any_header_is_read_to_its_end(header in ".{0,200}") {
            let _ = parse(&header);
        }

        #[test]
        fn what_is_written_is_read(
            scheme in "[a-z]{1,8}",
            values in vec(any::<String>(), 0..4),
            separator in " ?, ?",
        ) {
            let parameters: Vec<_> = values.into_iter().enumerate().map(|(at, value)| (format!("p{at}"), value)).collect();
            let quoted = |value: &str| value.replace('\\', "\\\\").replace('"', "\\\"");
            let written = parameters.iter().map(|(name, value)| format!("{name}=\"{}\"", quoted(value)));
            let header = format!("{scheme} {}", written.collect::<Vec<_>>().join(&separator));
            prop_assert_eq!(parse(&header), Ok(vec![Challenge { scheme, parameters }]));
        }
    }

    // rule: doctor/challenges
    #[test]
    fn what_is_no_challenge() {
        for (header, expected) in [
            (
                "Bearer resource_metadata=https://a.example/x",
                "no comma, or a value without its quotes, at '://a.example/x'",
            ),
            (r#"Bearer realm="a"#, "a quoted value without its end"),
            (r#"realm="a""#, "the parameter realm before any scheme"),
            (
                r#"Bearer scope="a", scope="b""#,
                "the parameter scope twice",
            ),
            (r#"Bearer realm="a", scope="#, "a parameter without a value"),
            (
                r#"Bearer realm="a" scope="b""#,
                r#"no comma, or a value without its quotes, at 'scope="b"'"#,
            ),
            (r#""Bearer""#, r#"no scheme or parameter at '"Bearer"'"#),
        ] {
            assert_eq!(read(header), expected, "{header}");
        }
    }
}
