//! The network fails at each step.

use fetch::{FetchError, Method};
use mcp_test_client::client::Error;

use crate::world::*;

fn lost() -> Result<fetch::Response, FetchError> {
    Err(FetchError::Unreachable("connection reset".to_owned()))
}

// rule: test-client/network-lost: the network is lost in any step
#[tokio::test]
async fn each_step_says_what_it_was_and_where() {
    let at = |method, url| {
        let good = [
            (Method::Get, RESOURCE_METADATA, resource_metadata(), 200),
            (Method::Get, SERVER_METADATA, server_metadata(ISSUER), 200),
            (
                Method::Post,
                REGISTER,
                serde_json::json!({ "client_id": "client-1" }),
                201,
            ),
            (Method::Post, TOKEN, tokens(1), 200),
        ];
        let mut script = script().0;
        for (one, place, body, status) in good {
            script = match (one, place) == (method, url) {
                true => script.on(one, place, lost()),
                false => script.on(one, place, Ok(answer(status, &body.to_string()))),
            };
        }
        World::new(Script(script))
    };
    for (method, url, doing, visits) in [
        (
            Method::Get,
            RESOURCE_METADATA,
            "reading the protected-resource metadata",
            0,
        ),
        (
            Method::Get,
            SERVER_METADATA,
            "reading the authorization server's metadata",
            0,
        ),
        (Method::Post, REGISTER, "registering", 0),
        (Method::Post, TOKEN, "redeeming the code", 1),
    ] {
        let world = at(method, url);
        let error = world.authorizer().unauthorized(None).await.unwrap_err();
        assert!(matches!(error, Error::Unreachable { .. }), "{error}");
        assert_eq!(error.exit_status(), 3);
        let text = error.to_string();
        assert!(
            text.contains(doing) && text.contains(url) && text.contains("connection reset"),
            "{text}"
        );
        assert_eq!(world.visits(), visits);
        // What was stored is still good: the next attempt continues from there.
        let next = world.then(whole());
        next.authorizer().unauthorized(None).await.unwrap();
        let registers = url != TOKEN;
        assert_eq!(next.asked().contains(&REGISTER.to_owned()), registers);
    }
}

// rule: test-client/network-lost
#[tokio::test]
async fn while_refreshing_nothing_is_thrown_away() {
    let before = World::new(whole());
    before.authorizer().unauthorized(None).await.unwrap();
    pass(4000);
    for url in [RESOURCE_METADATA, SERVER_METADATA, TOKEN] {
        let mut script = Script(script().0.on(
            if url == TOKEN {
                Method::Post
            } else {
                Method::Get
            },
            url,
            lost(),
        ));
        if url != RESOURCE_METADATA {
            script = script.get(RESOURCE_METADATA, resource_metadata());
        }
        if url == TOKEN {
            script = script.get(SERVER_METADATA, server_metadata(ISSUER));
        }
        let error = before.then(script).authorizer().token().await.unwrap_err();
        assert_eq!(error.exit_status(), 3, "{error}");
    }
    let after = before.then(script().discovery().post(TOKEN, 200, tokens(2)));
    assert_eq!(
        shown(after.authorizer().token().await.unwrap()).as_deref(),
        Some("access-2")
    );
    assert_eq!(after.visits(), 1);
}
