//! What is looked at closely: a replay, profiles, attachments, reports of users, snapshots.

use serde_json::{Value, json};

use super::{Answer, EVENT, PROFILE, REPLAY, TRACE, get};

fn replay() -> Value {
    json!({ "data": {
        "id": REPLAY, "project_id": "5", "started_at": "2025-11-01T09:58:00Z", "finished_at": "2025-11-01T10:02:00Z",
        "duration": 240, "error_ids": [EVENT], "trace_ids": [TRACE], "environment": "production", "platform": "javascript",
        "releases": ["shop@1.4.0"], "user": { "id": "42", "display_name": "ada@acme.example" },
        "browser": { "name": "Firefox", "version": "140" }, "os": { "name": "Linux", "version": null },
        "urls": ["https://shop.example/"], "count_errors": 1, "count_dead_clicks": 1, "count_rage_clicks": 0,
        "count_segments": 2, "is_archived": false
    } })
}

fn recording() -> Value {
    let crumb = |at: f64, payload: Value| {
        let mut payload = payload;
        payload["timestamp"] = at.into();
        json!({ "type": 5, "timestamp": at * 1000.0, "data": { "tag": "breadcrumb", "payload": payload } })
    };
    // 2025-11-01T09:58:00Z.
    let start = 1_761_991_080.0;
    json!([
        [
            { "type": 4, "timestamp": start * 1000.0, "data": { "href": "https://shop.example/", "width": 1280, "height": 720 } },
            crumb(start + 61.0, json!({ "category": "ui.click", "message": "button#pay", "data": {} })),
        ],
        [
            { "type": 5, "timestamp": (start + 62.0) * 1000.0, "data": { "tag": "performanceSpan", "payload": {
                "op": "resource.fetch", "description": "https://shop.example/api/cart", "startTimestamp": start + 62.0,
                "endTimestamp": start + 62.25, "data": { "method": "POST", "statusCode": 500 } } } },
            crumb(start + 63.5, json!({ "category": "console", "level": "error", "message": "cart is null" })),
            crumb(start + 64.0, json!({ "category": "ui.blur" })),
        ],
    ])
}

fn graph() -> Value {
    json!({
        "platform": "python", "projectID": 0, "transactionName": "/cart",
        "profiles": [{ "samples": [[0, 1, 2], [0, 3]], "weights": [3, 1], "sample_durations_ns": [30, 10],
                       "sample_counts": [3, 1] }],
        "shared": {
            "frames": [
                { "name": "main", "file": "src/main.py", "line": 3, "is_application": true },
                { "name": "total", "file": "src/cart.py", "line": 42, "is_application": true },
                { "name": "execute", "file": "db/cursor.py", "line": 97, "is_application": false },
                { "name": "idle", "file": "lib/loop.py", "is_application": false }
            ],
            "profiles": [{ "project_id": 5, "profile_id": PROFILE }]
        }
    })
}

fn profile() -> Value {
    json!({
        "profile_id": PROFILE, "project_id": 5, "platform": "python", "release": "shop@1.4.0", "environment": "production",
        "timestamp": "2025-11-01T10:00:00Z", "version": "1", "runtime": { "name": "CPython", "version": "3.13" },
        "transaction": { "name": "/cart", "trace_id": TRACE, "active_thread_id": 1 },
        "profile": {
            "frames": [
                { "function": "main", "filename": "src/main.py", "lineno": 3, "in_app": true },
                { "function": "total", "filename": "src/cart.py", "lineno": 42, "in_app": true }
            ],
            "stacks": [[1, 0], [0]],
            "samples": [
                { "stack_id": 0, "thread_id": "1", "elapsed_since_start_ns": "10" },
                { "stack_id": 0, "thread_id": "1", "elapsed_since_start_ns": "20" },
                { "stack_id": 1, "thread_id": "1", "elapsed_since_start_ns": "30" },
                { "stack_id": 1, "thread_id": "2", "elapsed_since_start_ns": "40" }
            ]
        }
    })
}

fn image(name: &str) -> Value {
    json!({ "key": "k1", "display_name": "Pay", "group": "Cart", "image_file_name": name, "width": 120, "height": 40,
            "canvas_theme": "light" })
}

fn vcs() -> Value {
    json!({ "head_sha": "c0ffee", "base_sha": "beef", "head_ref": "wider", "base_ref": "main",
            "head_repo_name": "acme/web", "pr_number": 41 })
}

fn snapshot() -> Value {
    let pair = json!({ "base_image": image("cart/old.png"), "head_image": image("cart/pay.png"),
                       "diff_image_key": "d1", "diff": 0.107 });
    json!({
        "head_artifact_id": "70002", "base_artifact_id": "70001", "project_id": "5", "app_id": "web", "state": "processed",
        "comparison_type": "diff", "comparison_state": "success", "approval_status": "requires_approval",
        "vcs_info": vcs(), "images": [image("cart/pay.png")], "changed": [pair], "added": [image("cart/new.png")],
        "removed": [], "renamed": [pair], "errored": [], "unchanged": [image("a.png")], "skipped": []
    })
}

fn snapshot_image() -> Value {
    let mut head = image("cart/pay.png");
    head["image_url"] = "/api/0/projects/acme/web/files/images/k1/".into();
    json!({ "image_file_name": "cart/pay.png", "comparison_status": "changed", "head_image": head, "base_image": head,
            "diff_image_url": "https://sentry.example/api/0/projects/acme/web/files/images/k1/", "diff_percentage": 0.107 })
}

pub(super) fn answers() -> Vec<Answer> {
    vec![
        get(
            "/organizations/acme/replays/fedcba9876543210fedcba9876543210/",
            replay(),
        ),
        get(
            "/projects/acme/5/replays/fedcba9876543210fedcba9876543210/recording-segments/",
            recording(),
        ),
        // Sentry knows a project by both.
        get(
            "/projects/acme/web/replays/fedcba9876543210fedcba9876543210/recording-segments/",
            recording(),
        ),
        get("/organizations/acme/profiling/flamegraph/", graph()),
        get(
            "/projects/acme/web/profiling/profiles/00112233445566778899aabbccddeeff/",
            profile(),
        ),
        get(
            "/organizations/acme/profiling/chunks/",
            json!({ "chunk": profile() }),
        ),
        get(
            "/projects/acme/web/events/0123456789abcdef0123456789abcdef/attachments/",
            json!([{ "id": "9", "event_id": EVENT, "type": "event.attachment", "name": "state.json",
                     "mimetype": "application/json", "size": 21, "dateCreated": "2025-11-01T10:00:00Z" }]),
        ),
        get(
            "/projects/acme/web/events/0123456789abcdef0123456789abcdef/attachments/9/",
            json!({ "cart": "empty" }),
        ),
        get(
            "/organizations/acme/issues/WEB-1A/user-reports/",
            json!([{ "id": "61", "eventID": EVENT, "name": "Grace", "email": "grace@acme.example",
                     "comments": "The cart went white.", "dateCreated": "2025-11-01T10:03:00Z", "user": null,
                     "event": { "id": "1", "eventID": EVENT } }]),
        ),
        get(
            "/organizations/acme/preprodartifacts/snapshots/70002/",
            snapshot(),
        ),
        get(
            "/organizations/acme/preprodartifacts/snapshots/70002/images/cart%2Fpay.png/",
            snapshot_image(),
        ),
        get(
            "/organizations/acme/preprodartifacts/snapshots/latest-base/",
            json!({ "head_artifact_id": "70001", "project_id": "5", "project_slug": "web", "app_id": "web", "image_count": 1,
                    "images": [image("cart/pay.png")], "date_added": "2025-10-30T08:00:00Z", "vcs_info": vcs() }),
        ),
    ]
}

pub(super) fn calls() -> Vec<(&'static str, Value, &'static str)> {
    let acme = |mut arguments: Value| {
        arguments["organizationSlug"] = "acme".into();
        arguments
    };
    vec![
        (
            "get_replay_details",
            acme(json!({ "replayId": REPLAY })),
            "/organizations/acme/replays/fedcba9876543210fedcba9876543210/",
        ),
        (
            "get_profile",
            acme(json!({ "projectSlugOrId": "web", "transactionName": "/cart" })),
            "/organizations/acme/profiling/flamegraph/",
        ),
        (
            "get_profile_details",
            acme(json!({ "projectSlugOrId": "web", "profileId": PROFILE })),
            "/projects/acme/web/profiling/profiles/00112233445566778899aabbccddeeff/",
        ),
        (
            "get_event_attachment",
            acme(json!({ "projectSlug": "web", "eventId": EVENT, "attachmentId": "9" })),
            "/projects/acme/web/events/0123456789abcdef0123456789abcdef/attachments/",
        ),
        (
            "get_issue_user_reports",
            acme(json!({ "issueId": "WEB-1A" })),
            "/organizations/acme/issues/WEB-1A/user-reports/",
        ),
        (
            "get_snapshot",
            acme(json!({ "snapshotId": "70002" })),
            "/organizations/acme/preprodartifacts/snapshots/70002/",
        ),
        (
            "get_snapshot_image",
            acme(json!({ "snapshotId": "70002", "imageIdentifier": "cart/pay.png" })),
            "/organizations/acme/preprodartifacts/snapshots/70002/images/cart%2Fpay.png/",
        ),
        (
            "get_latest_base_snapshot",
            acme(json!({ "appId": "web", "branch": "main" })),
            "/organizations/acme/preprodartifacts/snapshots/latest-base/",
        ),
    ]
}
