//! What all searches say.

use url::form_urlencoded;

use crate::text::markdown::push;
use crate::vocabulary::place::Place;
use crate::vocabulary::tool::Context;

/// For whoever asks how the query was understood.
pub(crate) const AS_IT_IS: &str = "The query was sent to Sentry's search as it is.";

pub(crate) const MORE: &str = "There are more: raise limit (at most 100) or narrow the query.";

/// The link to the same view in Sentry's web interface: a page below the organization, with these parameters.
pub(crate) fn link(
    context: &Context<'_>,
    place: &Place,
    page: &[&str],
    parameters: &[(&str, &str)],
) -> String {
    let mut path = page.concat();
    path.push('?');
    let begin = path.len();
    let mut query = form_urlencoded::Serializer::for_suffix(path, begin);
    for (name, value) in parameters {
        query.append_pair(name, value);
    }
    place.link(context, &query.finish())
}

/// The heading: `# First 10 issues`.
pub(crate) fn counted(count: usize, has_more: bool, what: &str) -> String {
    let mut text = "# ".to_owned();
    let first = if has_more { "First " } else { "" };
    let number = count.to_string();
    match count {
        0 => push(&mut text, &["No ", what, "s"]),
        1 => push(&mut text, &[if has_more { "First " } else { "1 " }, what]),
        _ => push(&mut text, &[first, &number, " ", what, "s"]),
    }
    text
}
