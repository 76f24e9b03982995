//! Clients name what was not granted, or what OpenID defines. They are told what holds, and lose nothing.

use oauth_provider::authorize::Approval;
use oauth_provider::grant::{GrantId, Lifecycle, Refusal};
use serde_json::json;

use crate::support::grant::{Grant, active_with, scope};
use crate::support::server::{Server, body, json_post, outcome, post, query};
use crate::support::{NOW, OLD, keys, rng};

const ALL: &str = "org:read project:write team:write event:write";
const GRANTED: &str = "event:write org:read";

/// A client that asked for `asked` and was granted less; its refresh token.
fn signed_in(server: &Server, client: &str, asked: &str, granted: &str) -> String {
    let request = server
        .authorize(&query(client, &[("scope", asked)]))
        .unwrap();
    let code = server.grant(request, scope(granted));
    text(&server.redeem(client, &code), "refresh_token")
}

fn text(answer: &oauth_provider::http::Response, member: &str) -> String {
    body(answer)[member].as_str().unwrap_or_default().to_owned()
}

// rule: tokens/asked-scope-narrowed: a refresh may name all that was ever asked for, and gets what
//    was granted; what was never asked is `invalid_scope`, and costs nothing [RFC 6749 §3.3, §6]
#[test]
fn a_refresh_gets_what_was_granted_of_what_was_asked() {
    let server = Server::new();
    let client = server.public();
    let refused = "400 invalid_scope";
    for (asked, named, expected) in [
        (ALL, "", GRANTED),
        (ALL, GRANTED, GRANTED),
        (ALL, "org:read  event:write org:read", GRANTED),
        (ALL, ALL, GRANTED),
        ("", ALL, GRANTED),
        (ALL, "team:write org:read", "org:read"),
        (
            ALL,
            "openid profile email address phone offline_access",
            GRANTED,
        ),
        (ALL, "openid org:read", "org:read"),
        (ALL, "team:write", refused),
        (ALL, "event:write org:read org:admin", refused),
        (GRANTED, ALL, refused),
        ("event:write org:read team:write", ALL, refused),
        (
            "event:write org:read team:write",
            "org:read team:write",
            "org:read",
        ),
    ] {
        let token = signed_in(&server, &client, asked, GRANTED);
        let answer = server.token(&[
            ("grant_type", "refresh_token"),
            ("client_id", &client),
            ("refresh_token", &token),
            ("scope", named),
        ]);
        let row = format!("{asked:?} {named:?}");
        if expected == refused {
            assert_eq!(outcome(&answer), refused, "{row}");
        } else {
            assert_eq!(text(&answer, "scope"), expected, "{row}");
        }
        let after = server.refresh(&client, &token);
        assert_eq!(text(&after, "scope"), GRANTED, "afterwards: {row}");
    }
}

// rule: tokens/asked-scope-narrowed
#[test]
fn a_row_of_the_version_before_is_served_whatever_was_asked() {
    let (mut grant, issued) = active_with(|open| open.scope = scope(GRANTED));
    let mut row = json!(grant.state);
    let terms = row["active"]["terms"].as_object_mut().unwrap();
    assert!(terms.remove("asked").is_some());
    assert!(
        !row.to_string().contains("team:write"),
        "nothing else says it"
    );
    grant.state = Some(serde_json::from_value::<Lifecycle>(row).unwrap());
    let token = issued.refresh.unwrap();
    let next = grant
        .refresh(&token, |r| r.scope = Some(scope(ALL)))
        .unwrap();
    assert_eq!(next.scope, scope(GRANTED), "narrowed, and never widened");
    let beyond = grant.refresh(&token, |r| r.scope = Some(scope("team:write")));
    assert_eq!(beyond.err(), Some(Refusal::Scope));
}

// rule: tokens/asked-scope-narrowed
#[test]
fn an_approval_that_the_version_before_signed_opens_its_grant() {
    let server = Server::new();
    let request = server.authorize(&query(&server.public(), &[])).unwrap();
    let grant = GrantId::draw(&mut rng());
    let approval = Approval::new(request, grant, scope(GRANTED), Vec::new(), NOW);
    let mut members = json!(approval);
    assert!(members.as_object_mut().unwrap().remove("a").is_some());
    let before: Approval = serde_json::from_value(members).unwrap();
    let asked_of = |approval: &Approval| {
        let sent = approval.sign(&keys(OLD));
        let cookie = |_: &str| Some(sent.cookie_value.clone());
        let back = Approval::resume(&sent.state, cookie, &keys(OLD), NOW).unwrap();
        let uri = back.redirect_uri().unwrap();
        back.open(&uri, "7".to_owned(), Vec::new(), None).asked
    };
    assert_eq!(asked_of(&before), None);
    assert_eq!(asked_of(&approval), Some(scope(ALL)));
}

// rule: tokens/asked-scope-narrowed
#[test]
fn a_row_of_the_version_after_is_read() {
    let mut grant = Grant::new();
    let code = grant.open(|_| ()).unwrap();
    let mut row = json!(grant.state);
    row["pending"]["terms"]["of_a_later_version"] = json!(["anything"]);
    grant.state = Some(serde_json::from_value(row).unwrap());
    assert!(grant.redeem(&code, |_| ()).is_ok());
}

// rule: clients/registered-scope-counts: a registration's answer states the scope that counts, and
//    the authorization endpoint takes what it states [RFC 7591 §3.2.1]
#[test]
fn what_a_registration_states_is_taken_later() {
    let server = Server::new();
    for asked in [
        "openid org:read",
        "openid profile email",
        "org:read org:admin",
        "offline_access org:read",
        "org:admin",
        "event:write org:read event:write",
        "  ",
        "",
    ] {
        let answer = server.register(&json!({
            "redirect_uris": ["https://app.example/cb"],
            "token_endpoint_auth_method": "none",
            "scope": asked,
        }));
        let (client, stated) = (text(&answer, "client_id"), text(&answer, "scope"));
        assert_ne!(body(&answer)["scope"], json!(""), "{asked}");
        let request = server.authorize(&query(&client, &[("scope", &stated)]));
        let granted = request.unwrap().scope;
        let expected = match asked.contains("org:read") {
            true if asked.contains("event:write") => scope("event:write org:read"),
            true => scope("org:read"),
            false => scope(ALL),
        };
        assert_eq!(granted, expected, "{asked}");
    }
}

// rule: clients/registered-scope-counts
#[test]
fn a_member_that_would_say_nothing_is_left_out() {
    let server = Server::new();
    let text = json!({"redirect_uris": ["https://app.example/cb"], "scope": null}).to_string();
    let answer = server.register_at(&json_post(text.as_bytes()), &server.store);
    assert_eq!(
        body(&answer).get("scope"),
        None,
        "no member that says nothing"
    );
}

// rule: authorization/pushed-requests
// rule: authorization/scopes
#[test]
fn a_pushed_request_may_name_what_openid_defines() {
    let server = Server::new();
    let client = server.public();
    for (named, expected) in [
        ("openid profile email", "201 ok"),
        ("openid org:read", "201 ok"),
        ("openid org:admin", "400 invalid_scope"),
    ] {
        let form = query(&client, &[("scope", named)]);
        let answer = server.push_at(&post(form.as_bytes()), &server.store);
        assert_eq!(outcome(&answer), expected, "{named}");
    }
}
