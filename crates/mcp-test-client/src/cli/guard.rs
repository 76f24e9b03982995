//! Stops a typo, or an empty question, before a server is asked or a browser opens.

use clap::CommandFactory as _;

use super::options::Options;
use crate::client::Error;

/// Refuses words that are probably a misspelt command. Words after `--` are always a question (`is_escaped`).
pub(super) fn check(options: &Options, is_escaped: bool) -> Result<(), Error> {
    if options.words.is_empty() {
        return Ok(());
    }
    let all = options.words.join(" ");
    if all.trim().is_empty() {
        return Err(Error::Usage(
            "nothing is asked: the words are empty".to_owned(),
        ));
    }
    let first = options
        .words
        .first()
        .map(String::as_str)
        .unwrap_or_default();
    if is_escaped || first.contains(char::is_whitespace) {
        return Ok(());
    }
    let command = Options::command();
    let names = command.get_subcommands().map(clap::Command::get_name);
    let meant = nearest(first, names.filter(|name| name.len() > 3));
    if meant.is_none() && options.words.len() > 1 {
        return Ok(());
    }
    Err(Error::Usage(format!(
        "there is no command {first}{}. To ask it in words: mcp-test-client -- \"{all}\"",
        did_you_mean(meant)
    )))
}

/// The name that is closest to what was typed, if one is close enough to be meant.
pub(super) fn nearest<'a>(typed: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let typed = typed.to_lowercase();
    let most = (typed.chars().count() / 3).clamp(1, 3);
    names
        .map(|name| (strsim::osa_distance(&typed, &name.to_lowercase()), name))
        .filter(|(distance, _)| *distance <= most)
        .min()
        .map(|(_, name)| name)
}

/// The end of a sentence about an unknown name.
pub(super) fn did_you_mean(name: Option<&str>) -> String {
    name.map(|name| format!(" (did you mean {name}?)"))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    fn refusal(words: &[&str], is_escaped: bool) -> Option<String> {
        let words = std::iter::once("mcp-test-client").chain(words.iter().copied());
        let options = Options::try_parse_from(words).unwrap();
        check(&options, is_escaped).err().map(|e| e.to_string())
    }

    // rule: test-client/no-typo-signs-in: a typo or an empty question starts nothing
    #[test]
    fn a_misspelt_command_is_no_question() {
        for (typed, meant) in [
            (&["docter", "https://mcp.example.com/mcp"][..], "doctor"),
            (&["logut"], "logout"),
            (&["metdata", "check", "x.json"], "metadata"),
            (&["completion"], "completions"),
        ] {
            let said = refusal(typed, false).unwrap_or_default();
            assert!(said.contains(&format!("did you mean {meant}?")), "{said}");
            assert_eq!(refusal(typed, true), None);
        }
        let said = refusal(&["login"], false).unwrap_or_default();
        assert!(said.contains("no command login"), "{said}");
        assert!(refusal(&[" "], false).unwrap().contains("nothing is asked"));
        assert!(
            refusal(&["", ""], true)
                .unwrap()
                .contains("nothing is asked")
        );
    }

    // rule: test-client/no-typo-signs-in
    #[test]
    fn a_question_is_a_question() {
        for words in [
            &["who am I"][..],
            &["find", "my", "latest", "issue"],
            &["can", "you", "look"],
            &["log", "me", "in"],
        ] {
            assert_eq!(refusal(words, false), None, "{words:?}");
        }
    }

    #[test]
    fn only_what_is_close_is_meant() {
        let names = ["whoami", "find_issues", "find_projects"];
        for (typed, meant) in [
            ("whoam", Some("whoami")),
            ("WhoAmI", Some("whoami")),
            ("find_isues", Some("find_issues")),
            ("delete", None),
            ("", None),
        ] {
            assert_eq!(nearest(typed, names.into_iter()), meant, "{typed}");
        }
    }
}
