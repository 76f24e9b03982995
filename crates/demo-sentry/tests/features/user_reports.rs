//! What people wrote who met an issue.

use crate::support::*;

const REPORTS: &str = "/api/0/organizations/lighthouse-books/issues/SHOP-WINDOW-1/user-reports/";

#[tokio::test]
async fn newest_first_with_their_event_in_pages() {
    let sentry = sentry();
    let reports = sentry.json(REPORTS).await;
    assert_eq!(
        reports[0]["event"]["eventID"],
        "8ce832f4ad83c8ea6e6ce925339c8130"
    );
    assert_eq!(reports[0]["dateCreated"], "2026-03-10T11:57:30Z");
    assert_eq!(reports[0]["user"]["email"], "iris@reader.example");
    assert!(reports[2]["user"].is_null());
    let first = sentry.get(&format!("{REPORTS}?per_page=2")).await;
    assert_eq!(first.each("id"), ["880031", "880030"]);
    assert!(
        first
            .header("link")
            .contains("rel=\"next\"; results=\"true\"")
    );
    let last = sentry
        .get(&format!("{REPORTS}?per_page=2&cursor=0:2:0"))
        .await;
    assert_eq!(last.each("id"), ["880029"]);
    let none = REPORTS.replace("SHOP-WINDOW-1", "SHOP-WINDOW-2");
    assert_eq!(sentry.get(&none).await.text, "[]");
    let unknown = REPORTS.replace("SHOP-WINDOW-1", "SHOP-WINDOW-99");
    assert_eq!(sentry.get(&unknown).await.status, 404);
}
