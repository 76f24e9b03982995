//! Signing in with a device code, end to end, and how a server process uses the sign-in.

use std::process::Stdio;

use demo_sentry::Running;
use fetch::native::Native;
use fetch::{Fetch as _, Method, Request};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};

use crate::started::{Folder, Server, control, program, requests, said, sentry, text, user};

/// Logs in, with a person who does `action` on the page. Returns the exit status and the output of both streams.
async fn login(sentry: &Running, folder: &Folder, action: &str) -> (Option<i32>, String, String) {
    let mut command = program(sentry.origin(), folder);
    let mut child = command
        .args(["auth", "login", "--client-id", "demo-client"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut out = String::new();
    let mut code = None;
    while let Some(line) = lines.next_line().await.unwrap() {
        out.push_str(&line);
        out.push('\n');
        let typed = line.trim();
        if code.is_none() && typed.len() == 9 && typed.as_bytes()[4] == b'-' {
            code = Some(typed.to_owned());
            let form = format!("user_code={typed}&user=1001&action={action}");
            let url = format!("{}/oauth/device/", sentry.origin())
                .parse()
                .unwrap();
            let post =
                Request::new(Method::Post, url).body("application/x-www-form-urlencoded", form);
            assert!(
                Native::new()
                    .unwrap()
                    .fetch(post)
                    .await
                    .unwrap()
                    .is_success()
            );
        }
    }
    assert!(out.contains("/oauth/device/?user_code="), "{out}");
    let ended = child.wait_with_output().await.unwrap();
    (
        ended.status.code(),
        out,
        String::from_utf8(ended.stderr).unwrap(),
    )
}

async fn run(sentry: &Running, folder: &Folder, arguments: &[&str]) -> (i32, String, String) {
    said(program(sentry.origin(), folder).args(arguments)).await
}

// rule: stdio/device-code-sign-in: signing in by device code, end to end; renewed once for all
//    processes; kept in a file of 0600
#[tokio::test]
async fn signs_in_serves_renews_and_signs_out() {
    let (sentry, folder) = (sentry().await, Folder::new());
    let (code, out, _) = login(&sentry, &folder, "approve").await;
    assert_eq!(code, Some(0));
    assert!(
        out.contains("Signed in") && out.contains("ada@lighthouse-books.example"),
        "{out}"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(folder.0.clone()), 0o700);
        assert_eq!(mode(folder.0.join("sign-ins.json")), 0o600);
    }
    let kept = folder.sign_ins()[sentry.origin()]["grant"].clone();
    assert!(!out.contains(kept["access_token"].as_str().unwrap()));

    let (code, out, _) = run(&sentry, &folder, &["auth", "status"]).await;
    assert_eq!(code, 0);
    assert!(out.contains("ada@lighthouse-books.example"), "{out}");
    let mut server = Server::start(&mut program(sentry.origin(), &folder));
    assert_eq!(user(&server.whoami().await), "1001");

    // Sentry refuses both processes at once; one refreshes the token, and the other uses the result.
    control(&sentry, "tokens/expire", json!({})).await;
    let mut other = Server::start(&mut program(sentry.origin(), &folder));
    let (one, two) = tokio::join!(server.whoami(), other.whoami());
    for answer in [one, two] {
        assert_eq!(user(&answer), "1001", "{answer}");
    }
    let renewals = requests(&sentry, "/oauth/token/").await;
    assert_eq!(
        renewals
            .iter()
            .filter(|request| request["grant"] == "refresh_token")
            .count(),
        1
    );
    assert_ne!(folder.sign_ins()[sentry.origin()]["grant"], kept);

    // The sign-in has ended at Sentry: the program says so, and nothing hangs.
    control(&sentry, "tokens/revoke", json!({})).await;
    let refused = server.whoami().await;
    assert_eq!(refused["error"]["code"], -32603, "{refused}");
    let words = refused["error"]["message"].as_str().unwrap();
    assert!(words.contains("auth login"), "{refused}");
    let (code, out, error) = run(&sentry, &folder, &["auth", "status", "--json"]).await;
    assert_eq!(
        (
            code,
            serde_json::from_str::<Value>(&out).unwrap()["state"].as_str()
        ),
        (3, Some("refused"))
    );
    assert!(error.contains("auth login"));

    let (code, out, _) = run(&sentry, &folder, &["auth", "logout"]).await;
    assert!(code == 0 && out.contains("Signed out"), "{out}");
    assert_eq!(folder.sign_ins(), json!({}));
    let (code, out, _) = run(&sentry, &folder, &["auth", "logout"]).await;
    assert!(code == 0 && out.contains("Nobody"), "{out}");
    assert_eq!(run(&sentry, &folder, &["auth", "status"]).await.0, 3);
}

// rule: stdio/nobody-signed-in: nobody signed in, or a refused token, is a protocol error; neither
//    hangs
#[tokio::test]
async fn a_sign_in_that_is_made_later_is_found() {
    let (sentry, folder) = (sentry().await, Folder::new());
    let mut server = Server::start(&mut program(sentry.origin(), &folder));
    let nobody = server.whoami().await;
    assert_eq!(nobody["error"]["code"], -32603);
    assert!(
        nobody["error"]["message"]
            .as_str()
            .unwrap()
            .contains("auth login")
    );
    server.ask(1, "tools/list", json!({})).await;
    assert!(
        server.answer().await["result"]["tools"]
            .as_array()
            .unwrap()
            .len()
            > 5
    );
    login(&sentry, &folder, "approve").await;
    assert_eq!(user(&server.whoami().await), "1001");
    server.close_input();
    assert_eq!(server.next().await, None);
    let (code, error) = server.end().await;
    assert_eq!(code, Some(0));
    assert!(error.contains("Nobody is signed in"), "{error}");
}

// rule: stdio/device-code-sign-in
#[tokio::test]
async fn a_token_about_to_end_is_renewed_before_it_is_used() {
    let (sentry, folder) = (sentry().await, Folder::new());
    login(&sentry, &folder, "approve").await;
    let mut kept = folder.sign_ins();
    kept[sentry.origin()]["grant"]["expires_at"] = json!(1);
    std::fs::write(folder.0.join("sign-ins.json"), kept.to_string()).unwrap();
    let mut server = Server::start(&mut program(sentry.origin(), &folder));
    assert_eq!(user(&server.whoami().await), "1001");
    let asked = requests(&sentry, "/api/0/auth/").await;
    assert!(
        asked.iter().all(|request| request["status"] == 200),
        "{asked:?}"
    );
}

// rule: stdio/device-code-sign-in
#[tokio::test]
async fn a_no_and_a_wrong_client_are_told() {
    let (sentry, folder) = (sentry().await, Folder::new());
    let (code, _, error) = login(&sentry, &folder, "deny").await;
    assert_eq!(code, Some(3));
    assert!(error.contains("denied"), "{error}");
    let (code, _, error) = run(&sentry, &folder, &["auth", "login", "--client-id", "other"]).await;
    assert!(code == 3 && error.contains("--client-id"), "{error}");
    let (code, _, error) = run(&sentry, &folder, &["auth", "login"]).await;
    assert!(code == 2 && error.contains("SENTRY_CLIENT_ID"), "{error}");
    assert!(!folder.0.join("sign-ins.json").exists());
}

// rule: stdio/device-code-sign-in
#[tokio::test]
async fn a_code_that_is_not_entered_in_time_is_told() {
    let (sentry, folder) = (sentry().await, Folder::new());
    control(&sentry, "faults", json!({ "path": "/oauth/token/", "kind": "status", "status": 400, "body": "{\"error\":\"expired_token\"}", "times": 1 })).await;
    let (code, _, error) = run(
        &sentry,
        &folder,
        &["auth", "login", "--client-id", "demo-client"],
    )
    .await;
    assert!(code == 3 && error.contains("in time"), "{error}");
}

// rule: stdio/nobody-signed-in
#[tokio::test]
async fn a_sentry_that_is_away_is_told() {
    let folder = Folder::new();
    let away = "http://127.0.0.1:9";
    for arguments in [
        &["auth", "login", "--client-id", "c"][..],
        &["auth", "status"],
    ] {
        let mut command = program(away, &folder);
        let (code, _, error) =
            said(command.env("SENTRY_ACCESS_TOKEN", "token").args(arguments)).await;
        assert!(code == 4 && error.contains(away), "{error}");
    }
    let mut command = program(away, &folder);
    let mut server = Server::start(command.env("SENTRY_ACCESS_TOKEN", "token"));
    let answer = server.whoami().await;
    assert!(text(&answer).contains("could not be reached"), "{answer}");
}

// rule: stdio/nobody-signed-in
#[tokio::test]
async fn a_wrong_token_is_a_protocol_error_once_on_standard_error_and_no_hang() {
    let (sentry, folder) = (sentry().await, Folder::new());
    for token in ["no-token-of-ours", "demo-token-ada-expired"] {
        let mut command = program(sentry.origin(), &folder);
        let mut server = Server::start(command.env("SENTRY_ACCESS_TOKEN", token));
        for _ in 0..2 {
            let answer = server.whoami().await;
            assert_eq!(answer["error"]["code"], -32603, "{answer}");
            let words = answer["error"]["message"].as_str().unwrap();
            assert!(words.contains("SENTRY_ACCESS_TOKEN"), "{answer}");
        }
        server.close_input();
        assert_eq!(server.next().await, None);
        let (_, error) = server.end().await;
        assert_eq!(
            error.matches("does not accept this access token").count(),
            1,
            "{error}"
        );
        assert!(!error.contains(token));
    }
    let (code, _, error) =
        said(program(sentry.origin(), &folder).env("SENTRY_ACCESS_TOKEN", "a b")).await;
    assert!(
        code == 2 && error.contains("SENTRY_ACCESS_TOKEN") && !error.contains("a b"),
        "{error}"
    );
}

#[tokio::test]
async fn a_file_that_is_not_ours_is_left_alone() {
    let (sentry, folder) = (sentry().await, Folder::new());
    std::fs::create_dir_all(&folder.0).unwrap();
    std::fs::write(folder.0.join("sign-ins.json"), "{\"access_token\": hush").unwrap();
    let mut server = Server::start(&mut program(sentry.origin(), &folder));
    let answer = server.whoami().await;
    let words = answer["error"]["message"].as_str().unwrap();
    assert!(
        words.contains("sign-ins.json") && !words.contains("hush"),
        "{words}"
    );
    assert_eq!(run(&sentry, &folder, &["auth", "logout"]).await.0, 1);
}

#[tokio::test]
async fn the_tools_are_listed_as_json_too() {
    let folder = Folder::new();
    let mut command = program("https://sentry.invalid", &folder);
    let (code, out, _) = said(command.args(["--list-tools", "--json"])).await;
    let listed: serde_json::Value = serde_json::from_str(&out).unwrap();
    let names = |group: &str| {
        let tools = listed[group].as_array().unwrap().iter();
        let names = tools.map(|tool| tool["name"].as_str().unwrap().to_owned());
        names.collect::<Vec<_>>()
    };
    assert_eq!(code, 0);
    assert!(
        names("tools").contains(&"search_issues".to_owned()),
        "{out}"
    );
    let found = names("found_by_search_sentry_tools");
    assert!(found.contains(&"whoami".to_owned()), "{out}");
    assert!(!found.contains(&"search_issues".to_owned()), "{out}");
}

#[tokio::test]
async fn shells_and_man_learn_every_option() {
    let folder = Folder::new();
    for args in [
        &["completions", "bash"][..],
        &["completions", "zsh"],
        &["man"],
    ] {
        let mut command = program("https://sentry.invalid", &folder);
        let (code, out, error) = said(command.args(args)).await;
        assert_eq!((code, error.as_str()), (0, ""), "{args:?}");
        // A manual page escapes its hyphens.
        let out = out.replace('\\', "");
        for option in ["--list-tools", "--organization-slug", "--agent"] {
            assert!(out.contains(option), "{args:?} without {option}");
        }
    }
}

#[tokio::test]
async fn the_tools_are_listed_without_asking_anybody() {
    let folder = Folder::new();
    let (code, out, error) =
        said(program("https://sentry.invalid", &folder).arg("--list-tools")).await;
    assert_eq!((code, error.as_str()), (0, ""));
    for name in ["search_issues\n", "whoami\n", "create_dsn\n"] {
        assert!(out.contains(name), "{out}");
    }
    let mut command = program("https://sentry.invalid", &folder);
    let (_, out, _) = said(command.args([
        "--list-tools",
        "--skills",
        "docs",
        "--organization-slug",
        "acme",
    ]))
    .await;
    assert!(
        !out.contains("search_issues\n") && !out.contains("find_organizations\n"),
        "{out}"
    );
    let mut command = program("https://sentry.invalid", &folder);
    let (_, out, _) = said(
        command
            .args(["--list-tools", "--agent"])
            .env("LLM_API_KEY", "k"),
    )
    .await;
    assert!(
        out.starts_with("use_sentry\n") && !out.contains("search_issues\n"),
        "{out}"
    );
}
