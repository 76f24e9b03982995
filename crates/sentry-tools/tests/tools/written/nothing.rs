//! Nothing, in every spelling.
// file rule: mcp/arguments-as-written

use super::*;

#[tokio::test]
async fn nothing_in_every_spelling() {
    for nothing in [Value::Null, json!(""), json!("  "), json!("\n")] {
        for name in [
            "projectSlugOrId",
            "regionUrl",
            "sort",
            "period",
            "limit",
            "includeExplanation",
        ] {
            taken(
                "search_issues",
                of_acme(&json!({ name: nothing })),
                of_acme(&json!({})),
                "",
            )
            .await;
        }
        for name in ["issueUrl", "eventId", "regionUrl"] {
            let plain = of_acme(&json!({ "issueId": "WEB-1A" }));
            taken(
                "get_issue_details",
                of_acme(&json!({ "issueId": "WEB-1A", name: nothing })),
                plain,
                "",
            )
            .await;
        }
        let plain = of_acme(&json!({ "issueId": "WEB-1A" }));
        taken(
            "get_event_stacktrace",
            of_acme(&json!({ "issueId": "WEB-1A", "thread": nothing })),
            plain,
            "",
        )
        .await;
        taken(
            "search_events",
            of_acme(&json!({ "environment": nothing })),
            of_acme(&json!({})),
            "",
        )
        .await;
        taken(
            "search_events",
            of_acme(&json!({ "environment": [nothing] })),
            of_acme(&json!({})),
            "",
        )
        .await;
        let resolved = of_acme(&json!({ "issueId": "WEB-1A", "status": "resolved" }));
        for more in [
            json!({ "reason": nothing }),
            json!({ "assignedTo": nothing, "ignoreCount": nothing, "ignoreMode": nothing }),
        ] {
            let mut written = resolved.clone();
            written
                .as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            taken("update_issue", written, resolved.clone(), "").await;
        }
        // Unknown, but nothing was said with it.
        taken(
            "update_issue",
            of_acme(&json!({ "issueId": "WEB-1A", "status": "resolved", "verbose": nothing })),
            resolved.clone(),
            "",
        )
        .await;
    }
    let every = both("search_issues", of_acme(&json!({ "query": "" }))).await;
    assert!(every.sent[0].contains("query=&"), "{:?}", every.sent);
    taken(
        "search_issues",
        of_acme(&json!({ "query": null })),
        of_acme(&json!({})),
        "",
    )
    .await;
    for word in ["null", "None", "undefined"] {
        let note = format!("`projectSlugOrId` `{word}` was taken as not sent");
        taken(
            "search_issues",
            of_acme(&json!({ "projectSlugOrId": word })),
            of_acme(&json!({})),
            &note,
        )
        .await;
        let note = format!("`environment` `{word}` was taken as not sent");
        taken(
            "search_events",
            of_acme(&json!({ "environment": word })),
            of_acme(&json!({})),
            &note,
        )
        .await;
        let note = format!("`regionUrl` `{word}` was taken as not sent");
        taken(
            "search_issues",
            of_acme(&json!({ "regionUrl": word })),
            of_acme(&json!({})),
            &note,
        )
        .await;
        let note = format!("`eventId` `{word}` was taken as not sent");
        let plain = of_acme(&json!({ "issueId": "WEB-1A" }));
        taken(
            "get_issue_details",
            of_acme(&json!({ "issueId": "WEB-1A", "eventId": word })),
            plain,
            &note,
        )
        .await;
        // Then it is left out, and the only one is meant.
        let only = "`organizationSlug` was taken to be `acme`, the only one.";
        taken(
            "search_issues",
            json!({ "organizationSlug": word }),
            json!({}),
            only,
        )
        .await;
        // In a free text such a word may be meant.
        taken(
            "search_issues",
            of_acme(&json!({ "query": word })),
            of_acme(&json!({ "query": word })),
            "",
        )
        .await;
    }
}

/// `null` and the empty text unassign where that is all that is to be changed.
#[tokio::test]
async fn nobody() {
    let puts = |came: &Came| {
        came.sent
            .iter()
            .filter(|line| line.starts_with("PUT"))
            .cloned()
            .collect::<Vec<_>>()
    };
    for nobody in [
        Value::Null,
        json!(""),
        json!(" "),
        json!("null"),
        json!("None"),
        json!("nobody"),
    ] {
        let came = both(
            "update_issue",
            of_acme(&json!({ "issueId": "WEB-1A", "assignedTo": nobody })),
        )
        .await;
        assert!(!came.is_error, "{nobody}: {}", came.words);
        assert!(
            puts(&came)[0].contains("{\"assignedTo\":\"\"}"),
            "{nobody}: {:?}",
            came.sent
        );
    }
    let arguments =
        of_acme(&json!({ "issueId": "WEB-1A", "assignedTo": "nobody", "status": "resolved" }));
    let came = both("update_issue", arguments).await;
    assert!(
        puts(&came)[0].contains("\"assignedTo\":\"\""),
        "{:?}",
        came.sent
    );
    let came = both(
        "update_issue",
        of_acme(&json!({ "issueId": "WEB-1A", "assignedTo": null, "status": "resolved" })),
    )
    .await;
    assert!(!puts(&came)[0].contains("assignedTo"), "{:?}", came.sent);
    named(
        "update_issue",
        of_acme(&json!({ "issueId": "WEB-1A" })),
        &["`status`", "`assignedTo`"],
    )
    .await;
}
