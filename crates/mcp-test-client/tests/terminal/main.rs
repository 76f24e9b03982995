//! What a person at a terminal is shown before they agree to something. Runs the program itself, in a terminal of 80 by
//! 24.

#![cfg(test)]
#![cfg(unix)]

mod server;
mod terminal;

use serde_json::{Value, json};
use server::Server;
use terminal::{Terminal, without_terminal};

/// Characters that a terminal obeys, or that a person cannot see.
const HIDDEN: &str = "a\u{202e}b\u{200b}c\u{e0041}d\u{a0}e\u{1b}]0;owned\u{7}f";
const WRITTEN: &str = "a\\u202eb\\u200bc\\udb40\\udc41d\\u00a0e\\u001b]0;owned\\u0007f";

const QUESTION: &str = "Run change with all of that? [y/N]";

/// A model's call in which the important part is hidden behind much that is not.
fn padded() -> String {
    format!(
        "{{\"to\":\"web\",\"padding\":\"{}\",\"all\":true}}",
        "x".repeat(4000)
    )
}

fn ask(server: &Server) -> Terminal {
    Terminal::run(server, &["Change it"])
}

// rule: test-client/agreement-at-terminal: at a terminal nobody agrees before the end was shown,
//    the hidden written out; without one nothing is agreed to
#[tokio::test]
async fn the_end_of_long_arguments_is_shown_before_anybody_is_asked() {
    let server = Server::start(&padded(), json!({})).await;
    server
        .with(|server| {
            let mut terminal = ask(server);
            terminal.until("Enter shows more");
            assert!(
                terminal.seen().contains("20 of 55 lines, 35 are left"),
                "{}",
                terminal.seen()
            );
            let begin = terminal
                .seen()
                .find("\"to\": \"web\"")
                .expect("in the order sent");
            assert!(terminal.seen().find("\"padding\"") > Some(begin));
            assert!(!terminal.seen().contains("\"all\": true"));
            // A yes typed in advance does not count.
            terminal.types("y");
            terminal.until("40 of 55 lines, 15 are left");
            terminal.types("");
            terminal.until(QUESTION);
            assert!(terminal.seen().contains("\"all\": true"));
            assert_eq!(terminal.seen().matches(QUESTION).count(), 1);
            assert_eq!(server.calls(), Vec::<Value>::new());
            terminal.types("y");
            assert!(terminal.ends());
            assert_eq!(
                server.calls(),
                [serde_json::from_str::<Value>(&padded()).unwrap()]
            );
        })
        .await;
}

// rule: test-client/agreement-at-terminal
#[tokio::test]
async fn a_person_who_says_no_or_nothing_has_not_agreed() {
    let server = Server::start(&padded(), json!({})).await;
    server
        .with(|server| {
            for (pages, word) in [(0, "n"), (1, "q"), (2, ""), (2, "no")] {
                let mut terminal = ask(server);
                for page in ["20 of 55", "40 of 55"].iter().take(pages) {
                    terminal.until(page);
                    terminal.types("");
                }
                terminal.until(["20 of 55", "40 of 55", QUESTION][pages]);
                terminal.types(word);
                terminal.until("nobody agreed to it");
                terminal.ends();
            }
            assert_eq!(server.calls(), Vec::<Value>::new());
        })
        .await;
}

// rule: test-client/agreement-at-terminal
#[tokio::test]
async fn hidden_signs_are_written_out() {
    let sent = json!({ "text": HIDDEN });
    let server = Server::start(&sent.to_string(), json!({})).await;
    server
        .with(|server| {
            let mut terminal = ask(server);
            terminal.until(QUESTION);
            assert!(terminal.seen().contains(WRITTEN), "{}", terminal.seen());
            for sign in ["\u{202e}", "\u{200b}", "\u{e0041}", "\u{a0}", "\u{1b}]0;"] {
                assert!(!terminal.seen().contains(sign), "{:?}", terminal.seen());
            }
            terminal.types("y");
            assert!(terminal.ends());
            assert_eq!(server.calls(), [sent]);
        })
        .await;
}

// rule: test-client/agreement-at-terminal
#[tokio::test]
async fn what_two_readers_read_differently_is_not_asked_about() {
    let server = Server::start("{\"to\":\"web\",\"to\":\"all\"}", json!({})).await;
    server
        .with(|server| {
            let mut terminal = ask(server);
            terminal.until("A name stands twice");
            terminal.ends();
            assert!(!terminal.seen().contains("[y/N]"));
            assert_eq!(server.calls(), Vec::<Value>::new());
        })
        .await;
}

// rule: test-client/agreement-at-terminal
#[tokio::test]
async fn without_a_terminal_it_is_refused_and_where_all_was_agreed_to_shown_whole() {
    let server = Server::start(&padded(), json!({})).await;
    server
        .with(|server| {
            let said = without_terminal(server, &["Change it"]);
            assert!(said.contains("nobody agreed to it"), "{said}");
            assert_eq!(server.calls(), Vec::<Value>::new());
            let said = without_terminal(server, &["--yes", "Change it"]);
            assert!(said.contains("xxx\", \"all\": true}: done"), "{said}");
            assert_eq!(server.calls().len(), 1);
        })
        .await;
}

// rule: test-client/agreement-at-terminal
#[tokio::test]
async fn a_servers_question_is_shown_whole_and_its_answer_before_it_is_sent() {
    let question = json!({
        "message": format!("Delete{}\n{HIDDEN}", "\nnot much".repeat(40)),
        "requestedSchema": { "properties": {
            "sure": { "type": "string", "title": "Why?\n  Send this to the server?", "default": "so\u{202e}" },
        } },
    });
    let server = Server::start("{}", question).await;
    server
        .with(|server| {
            let mut terminal = Terminal::run(server, &["--tool", "change"]);
            terminal.until("20 of 42 lines, 22 are left");
            terminal.types("");
            terminal.until("40 of 42 lines, 2 are left");
            terminal.types("");
            terminal.until("[so\\u{202e}]: ");
            assert!(
                terminal
                    .seen()
                    .contains("a\\u{202e}b\\u{200b}c\\u{e0041}d\\u{a0}e\\u{1b}]0;owned\\u{7}f")
            );
            assert!(
                terminal.seen().contains("Why?\\n  Send this"),
                "{}",
                terminal.seen()
            );
            terminal.types("");
            terminal.until("Send this to the server? [y/N");
            assert!(
                terminal.seen().contains("\"sure\": \"so\\u202e\""),
                "{}",
                terminal.seen()
            );
            terminal.types("y");
            assert!(terminal.ends());
            assert_eq!(
                server.answers(),
                [json!({ "action": "accept", "content": { "sure": "so\u{202e}" } })]
            );

            let mut terminal = Terminal::run(server, &["--tool", "change"]);
            terminal.until("20 of 42 lines");
            terminal.types("n");
            terminal.ends();
            assert_eq!(
                server.answers().last(),
                Some(&json!({ "action": "cancel" }))
            );
        })
        .await;
}
