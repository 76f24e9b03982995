//! From a stack frame to its line in the repository.

use serde_json::json;

use crate::support::*;

#[tokio::test]
async fn files_of_the_project_have_an_address() {
    let sentry = sentry();
    let link = async |project: &str, query: &str| {
        sentry
            .json(&format!(
                "/api/0/projects/lighthouse-books/{project}/stacktrace-link/?{query}"
            ))
            .await
    };
    let found = link(
        "checkout",
        "file=payments/settle.py&lineNo=66&platform=python",
    )
    .await;
    assert_eq!(
        found["sourceUrl"],
        "https://git.lighthouse-books.example/lighthouse-books/checkout/blob/main/src/payments/settle.py#L66"
    );
    assert_eq!(found["config"]["repoName"], "lighthouse-books/checkout");
    let pinned = link("checkout", "file=payments/settle.py&commitId=9f3c1e7a").await;
    assert!(
        pinned["sourceUrl"]
            .as_str()
            .unwrap()
            .ends_with("/blob/9f3c1e7a/src/payments/settle.py")
    );
    let library = link("checkout", "file=requests/sessions.py&lineNo=637").await;
    assert_eq!(
        (&library["sourceUrl"], &library["error"]),
        (&json!(null), &json!("stack_root_mismatch"))
    );
    let unmapped = link("parcel-post", "file=src/labels/print.js").await;
    assert_eq!(
        unmapped,
        json!({"config": null, "sourceUrl": null, "integrations": []})
    );
    let path = "/api/0/projects/lighthouse-books/checkout/stacktrace-link/";
    assert_eq!(
        sentry.get(path).await.json(),
        json!({"detail": "Filepath is required"})
    );
}
