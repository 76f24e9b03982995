//! From a query to its terms.

use super::QueryError;

/// Splits at white space outside quotes and lists.
pub(crate) fn split(text: &str) -> Result<Vec<String>, QueryError> {
    let mut terms = Vec::new();
    let mut term = String::new();
    let (mut quoted, mut listed, mut escaped) = (false, false, false);
    for c in text.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '[' if !quoted && term.ends_with(':') => listed = true,
            ']' if !quoted => listed = false,
            c if c.is_whitespace() && !quoted && !listed => {
                end(&mut term, &mut terms);
                continue;
            }
            _ => {}
        }
        term.push(c);
    }
    if quoted {
        return Err(QueryError::UnclosedQuote);
    }
    if listed {
        return Err(QueryError::UnclosedList);
    }
    end(&mut term, &mut terms);
    Ok(terms)
}

fn end(term: &mut String, terms: &mut Vec<String>) {
    let term = std::mem::take(term);
    if !term.is_empty() {
        terms.push(term);
    }
}

/// The text without its quotes and escapes; whether it was quoted.
pub(crate) fn unquote(text: &str) -> String {
    let Some(inner) = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
    else {
        return text.to_owned();
    };
    inner.replace("\\\"", "\"")
}

/// The members of `[one, "two, three"]`.
pub(super) fn list(text: &str) -> Option<Vec<String>> {
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    let mut members = vec![String::new()];
    let mut quoted = false;
    for c in inner.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => members.push(String::new()),
            _ => {
                if let Some(member) = members.last_mut() {
                    member.push(c);
                }
            }
        }
    }
    Some(
        members
            .iter()
            .map(|member| member.trim().to_owned())
            .filter(|member| !member.is_empty())
            .collect(),
    )
}
