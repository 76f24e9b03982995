//! What the command line says to people and to programs.

use serde_json::{Value, json};
use tokio::process::Command;

use crate::started::{Folder, program, said};

async fn run(arguments: &[&str]) -> (i32, String, String) {
    let folder = Folder::new();
    let mut command: Command = program("http://localhost:1", &folder);
    said(command.args(arguments)).await
}

// rule: stdio/errors-as-json: with --json every command and error is JSON on standard output
#[tokio::test]
async fn errors_are_json_where_json_is_asked_for() {
    for (arguments, kind, status, words) in [
        (&["auht", "--json"][..], "usage", 2, "'auth'"),
        (
            &["--list-tools", "--json", "--tools", "whoam"],
            "usage",
            2,
            "did you mean whoami?",
        ),
        (&["auth", "login", "--json"], "usage", 2, "--client-id"),
    ] {
        let (ended, out, err) = run(arguments).await;
        let told: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(ended, status, "{out}");
        assert_eq!(told["error"]["kind"], kind);
        assert_eq!(told["error"]["status"], status);
        let message = told["error"]["message"].as_str().unwrap();
        assert!(message.contains(words), "{message}");
        assert_eq!(err, "");
    }
    let (ended, out, _) = run(&["auth", "logout", "--json"]).await;
    let told: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((ended, &told["signed_out"]), (0, &json!(false)));
}

// rule: stdio/errors-as-json
#[tokio::test]
async fn a_server_prints_no_json_of_its_own() {
    let (ended, out, err) = run(&["--json"]).await;
    assert_eq!((ended, out.as_str()), (2, ""));
    assert!(err.contains("--list-tools"), "{err}");
    let (ended, out, err) = run(&["auth", "status", "--json"]).await;
    let told: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((ended, &told["state"]), (3, &json!("not signed in")));
    assert!(err.contains("auth login"), "{err}");
}
