//! Commands and replies as they travel between two processes, letter by letter (ADR 17): a version that is rolled out
//! talks to objects of the one before.

use std::collections::BTreeSet;

use oauth_provider::Scope;
use oauth_provider::bearer::{BearerError, verify};
use oauth_provider::discovery::AskedResource;
use oauth_provider::grant::{
    Close, Command, GrantCommand, GrantId, Inspect, Introspect, Looked, Open, Recall, Redeem,
    Refresh, Renew, Renewed, Repeat, Reply, Reseal, Revoke, Withhold,
};
use oauth_provider::store::{GrantStore, Stored};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::support::server::{Server, form_body, now, outcome, post};

const COMMANDS: &[&str] = &[
    r#"{"open":{"client":{"id":"the-client","strength":"none","refresh":true},"subject":"7","redirect_uri":"http://127.0.0.1:5000/cb","challenge":"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM","resource":"/mcp/acme","scope":["event:write","org:read"],"props":"cHJvcHM","props_expire_at":1800000000,"approval_ends_at":1800000600}}"#,
    r#"{"open":{"client":{"id":"the-client","strength":"none","refresh":true},"subject":"7","redirect_uri":"http://127.0.0.1:5000/cb","challenge":"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM","resource":"/mcp/acme","scope":["org:read"],"asked":["event:write","org:read"],"props":"cHJvcHM","props_expire_at":1800000000,"approval_ends_at":1800000600}}"#,
    r#"{"open":{"client":{"id":"the-client","strength":"none","refresh":true},"subject":"7","redirect_uri":"http://127.0.0.1:5000/cb","challenge":"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM","resource":"/mcp/acme","scope":["org:read"],"props":"cHJvcHM","props_expire_at":1800000000,"approval_ends_at":1800000600,"code":"AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM","line":"a line"}}"#,
    r#"{"repeat":{"code":"AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM"}}"#,
    r#"{"redeem":{"secret":"AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM","client_id":"the-client","strength":"secret","redirect_uri":"http://127.0.0.1:5000/cb","verifier":"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk","resource":null}}"#,
    r#"{"refresh":{"secret":"AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM","tag":"BAQEBAQEBAQEBAQEBAQEBA","client_id":"the-client","strength":"private_key_jwt","scope":["org:read"],"resource":"/mcp"}}"#,
    r#"{"refresh":{"secret":"AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM","tag":"BAQEBAQEBAQEBAQEBAQEBA","client_id":"the-client","strength":"private_key_jwt","key":{"by":"cHJvcHM","published":["cHJvcHM"]},"scope":["org:read"],"resource":"/mcp"}}"#,
    r#"{"inspect":{"secret":"AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM"}}"#,
    r#"{"introspect":{"secret":"AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM","tag":null,"client_id":"the-client","strength":"none"}}"#,
    r#"{"reseal":{"secret":"AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM","props":"cHJvcHM","props_expire_at":null}}"#,
    r#"{"looked":"good"}"#,
    r#"{"looked":{"gone":"the status is 200: found 404"}}"#,
    r#"{"looked":"unclear"}"#,
    r#"{"revoke":{"secret":"AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM","tag":"BAQEBAQEBAQEBAQEBAQEBA","client_id":"the-client","strength":"none"}}"#,
    r#""close""#,
    r#"{"withhold":{"subject":"7","choice":"triage","choices":[{"name":"inspect","scope":["org:read"]},{"name":"triage","scope":["event:write","org:read"]}]}}"#,
    r#"{"recall":{"subject":"7"}}"#,
];

const REPLIES: &[&str] = &[
    r#"{"opened":{"code":"AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM"}}"#,
    r#"{"opened":{"code":"AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM","tells":true}}"#,
    r#"{"issued":{"access":"AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM","expires_in":3600,"refresh":["AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM","BAQEBAQEBAQEBAQEBAQEBA"],"scope":["org:read"],"chores":{"daily":true,"look":false}}}"#,
    r#"{"issued":{"access":"AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM","expires_in":3600,"refresh":null,"scope":[],"chores":{"daily":false,"look":true}}}"#,
    r#"{"valid":{"grant":"AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM","client_id":"the-client","subject":"7","resource":"/mcp/acme","scope":["org:read"],"expires_at":1800003600,"props":"cHJvcHM"}}"#,
    r#"{"valid":{"grant":"AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM","client_id":"the-client","subject":"7","resource":"/mcp/acme","scope":["org:read"],"expires_at":1800003600,"props":"cHJvcHM","withheld":["triage"]}}"#,
    r#"{"introspected":{"subject":"7","resource":"/mcp/acme","scope":["org:read"],"opened_at":1800000000,"expires_at":1800003600}}"#,
    r#""done""#,
    r#"{"left":["org:read"]}"#,
    r#"{"refused":"unknown"}"#,
    r#"{"refused":"already_opened"}"#,
    r#"{"refused":"redirect_uri"}"#,
    r#"{"refused":"verifier"}"#,
    r#"{"refused":"strength"}"#,
    r#"{"refused":"key"}"#,
    r#"{"refused":"target"}"#,
    r#"{"refused":"scope"}"#,
    r#"{"refused":{"client_gone":"the status is 200: found 404"}}"#,
    r#"{"refused":"unavailable"}"#,
];

fn unchanged<T: Serialize + DeserializeOwned>(texts: &[&str]) {
    for text in texts {
        let read: T = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), *text);
    }
}

/// The names of the variants that are written out above.
fn names(texts: &[&str]) -> BTreeSet<String> {
    let name = |text: &&str| match serde_json::from_str(text).unwrap() {
        Value::String(name) => name,
        Value::Object(members) => members.keys().next().unwrap().clone(),
        other => panic!("{other}"),
    };
    texts.iter().map(name).collect()
}

/// What a type itself says that it reads, so that no new variant is left out here.
fn all<T: DeserializeOwned>() -> usize {
    let error = serde_json::from_str::<T>(r#""nonsense""#).err().unwrap();
    error.to_string().matches('`').count() / 2 - 1
}

#[test]
fn commands_keep_their_letters() {
    unchanged::<Command>(COMMANDS);
    assert_eq!(names(COMMANDS).len(), all::<Command>());
}

#[test]
fn replies_keep_their_letters() {
    unchanged::<Reply>(REPLIES);
    assert_eq!(names(REPLIES).len(), all::<Reply>());
}

#[test]
fn so_do_renewals() {
    let secret = r#""AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM""#;
    let renew = format!(r#"{{"access":{secret},"refused":"0123"}}"#);
    unchanged::<Renew>(&[&renew]);
    let replies = [r#"{"props":"cHJvcHM"}"#, r#""ended""#, r#""unavailable""#];
    unchanged::<Renewed>(&replies);
    assert_eq!(replies.len(), all::<Renewed>());
}

/// The same with a member in every struct that nobody here knows. An enum is an object too, and has none.
fn of_a_later_release(text: &str) -> String {
    fn grown(value: &mut Value) {
        match value {
            Value::Object(members) => {
                members.values_mut().for_each(grown);
                members.insert("later".to_owned(), serde_json::json!({"a": [1, null]}));
            }
            Value::Array(elements) => elements.iter_mut().for_each(grown),
            _ => {}
        }
    }
    let mut value: Value = serde_json::from_str(text).unwrap();
    for (name, content) in value.as_object_mut().into_iter().flatten() {
        if !["refused", "looked"].contains(&name.as_str()) {
            grown(content);
        }
    }
    value.to_string()
}

fn read_without_the_new<T: Serialize + DeserializeOwned>(texts: &[&str]) {
    for text in texts {
        let read: T = serde_json::from_str(&of_a_later_release(text)).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), *text);
    }
}

// rule: tokens/messages-side-by-side: what a server and its grants say to each other is read with members that are unknown,
//    and without those that have a safe default
#[test]
fn members_of_a_later_release_are_passed_over() {
    read_without_the_new::<Command>(COMMANDS);
    read_without_the_new::<Reply>(REPLIES);
}

// rule: tokens/messages-side-by-side
#[test]
fn members_with_a_safe_default_may_be_missing() {
    let secret = "AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM";
    let text = format!(r#"{{"issued":{{"access":"{secret}","expires_in":60,"scope":[]}}}}"#);
    let Ok(Reply::Issued(issued)) = serde_json::from_str(&text) else {
        panic!("{text}");
    };
    assert!(issued.refresh.is_none() && !issued.chores.daily && !issued.chores.look);
    let text = r#"{"issued":{"expires_in":60,"scope":[]}}"#;
    assert!(
        serde_json::from_str::<Reply>(text).is_err(),
        "tokens without a token are none"
    );
}

/// Whether a command takes a reply for a good one.
type Reader = fn(Reply) -> Option<bool>;

// rule: tokens/storage-trouble
/// Each command reads its own reply, and takes that to another one for trouble: never for a refusal, which would make a
/// client throw its tokens away.
#[test]
fn no_command_reads_the_reply_to_another() {
    let read = |text: &str| -> Reply { serde_json::from_str(text).unwrap() };
    let readers: [(&str, Reader); 12] = [
        ("opened", |reply| Open::read(reply).map(|read| read.is_ok())),
        ("opened", |reply| {
            Repeat::read(reply).map(|read| read.is_ok())
        }),
        ("issued", |reply| {
            Redeem::read(reply).map(|read| read.is_ok())
        }),
        ("issued", |reply| {
            Refresh::read(reply).map(|read| read.is_ok())
        }),
        ("valid", |reply| {
            Inspect::read(reply).map(|read| read.is_ok())
        }),
        ("introspected", |reply| {
            Introspect::read(reply).map(|read| read.is_ok())
        }),
        ("done", |reply| Reseal::read(reply).map(|read| read.is_ok())),
        ("left", |reply| {
            Withhold::read(reply).map(|read| read.is_ok())
        }),
        ("done", |reply| Recall::read(reply).map(|read| read.is_ok())),
        ("done, refused", |reply| {
            Looked::read(reply).map(|read| read.is_ok())
        }),
        ("done, refused but one", |reply| {
            Revoke::read(reply).map(|read| read.is_ok())
        }),
        ("done, refused", |reply| {
            Close::read(reply).map(|read| read.is_ok())
        }),
    ];
    for (takes, reader) in readers {
        for text in REPLIES {
            let name = names(&[text]).into_iter().next().unwrap();
            // Of a revocation one refusal counts: the client did not authenticate.
            let good =
                takes.contains(&name) && !(takes.ends_with("but one") && text.contains("strength"));
            let expected = (good || name == "refused").then_some(good);
            assert_eq!(reader(read(text)), expected, "{takes}: {text}");
        }
    }
}

/// A store whose grants give the reply to another command, whatever they are asked.
struct Confused;

impl GrantStore for Confused {
    async fn send(&self, _: &GrantId, _: Command) -> Stored<Reply> {
        Ok(Reply::Left(Scope::default()))
    }
}

// rule: tokens/storage-trouble
#[test]
fn the_reply_to_another_command_is_our_own_trouble() {
    let server = Server::new();
    let client = server.public();
    let (access, refresh) = server.tokens(&client);
    let asked = AskedResource::read("/mcp", None, &server.settings).unwrap();
    let header = format!("Bearer {access}");
    let error = now(verify(Some(&header), &asked, &Confused)).unwrap_err();
    assert!(
        matches!(error, BearerError::Storage(_)),
        "the token may be good"
    );
    let form = form_body(&[
        ("grant_type", "refresh_token"),
        ("client_id", &client),
        ("refresh_token", &refresh),
    ]);
    let answer = server.token_at(&post(form.as_bytes()), &server.store, &Confused);
    assert_eq!(outcome(&answer), "503 temporarily_unavailable");
    let form = form_body(&[("client_id", &client), ("token", &access)]);
    let answer = server.revoke_at(&post(form.as_bytes()), &server.store, &Confused);
    assert_eq!(
        outcome(&answer),
        "503 temporarily_unavailable",
        "it was not revoked"
    );
}
