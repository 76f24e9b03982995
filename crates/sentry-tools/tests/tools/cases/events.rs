//! What is asked of each event, by the kind that it stands for.

use super::{B, D, Row, S, event_case, hold, row, told};

/// What any page of an event without frames would send a reader astray with.
const NO_FRAMES: &[&str] = &[
    "for all frames",
    "what the message and tags below point at",
    "unknown file",
];

const ROWS: &[Row] = &[
    row(
        "breadcrumbs-many",
        B,
        &[
            "step 52 of 52",
            "ORDER BY departure {",
            "older breadcrumbs left out",
        ],
        &["step 1 of 52"],
    ),
    row(
        "hang-thread-holds-stack",
        D,
        &[
            "StockGrid.xaml.cs:118",
            "Thread window",
            "book.Price = prices.Fetch(book.Isbn).Result;",
        ],
        &["CoverCache.cs", "no stack trace"],
    ),
    row(
        "hang-thread-holds-stack",
        S,
        &["StockGrid.xaml.cs:118", "Thread window"],
        &["no stack trace"],
    ),
    row(
        "native-addresses",
        D,
        &[
            "libpageturn.so +0x173e8",
            "libpageturn.so +0x190c4",
            "reader +0x453c",
        ],
        &["open `", "open the file"],
    ),
    row(
        "native-addresses",
        S,
        &[
            "libpageturn.so +0x173e8",
            "libpageturn.so +0x190c4",
            "reader +0x453c",
        ],
        &[],
    ),
    row(
        "async-group",
        D,
        &[
            "Member 1 of 3: SupplierUnreachable",
            "Member 2 of 3: SupplierGone",
            "Member 3 of 3: ExceptionGroup",
            "Member 1 of 2: PriceListEmpty",
            "Member 2 of 2: UnicodeDecodeError",
            "Caused by ConnectionResetError",
        ],
        &["Caused by S", "Caused by E", "Caused by P", "Caused by U"],
    ),
    row(
        "async-group",
        S,
        &[
            "Member 1 of 3: SupplierUnreachable",
            "Member 2 of 3: SupplierGone",
            "Member 3 of 3: ExceptionGroup",
            "Member 1 of 2: PriceListEmpty",
            "Member 2 of 2: UnicodeDecodeError",
            "Caused by ConnectionResetError",
        ],
        &["Caused by S", "Caused by E", "Caused by P", "Caused by U"],
    ),
    row(
        "long-paths",
        D,
        &[
            "format-season.ts:57",
            "match-season-route.js:310",
            "season-request-handler.mjs:1904",
        ],
        &[],
    ),
    row(
        "long-paths",
        S,
        &[
            "format-season.ts:57",
            "match-season-route.js:310",
            "season-request-handler.mjs:1904",
        ],
        &[],
    ),
    row(
        "long-functions",
        D,
        &["evictOldestChapter", "from_iter", "turn_back_one_page"],
        &[],
    ),
    row(
        "long-functions",
        S,
        &["evictOldestChapter", "from_iter", "turn_back_one_page"],
        &[],
    ),
    row(
        "local-variables",
        D,
        &[
            "copies = -3",
            "stock/count.py:14",
            "called by `recount_shelf (stock/recount.py:29)`",
            "delta = -8",
            "api_key = [Filtered]",
            "> 14 |         raise ValueError",
            "open the file of frame 1",
            "release, user, request, breadcrumbs",
        ],
        &[],
    ),
    row(
        "local-variables",
        S,
        &[
            "copies = -3",
            "delta = -8",
            "[Filtered]",
            "job = <Job 'recount'>",
        ],
        &[],
    ),
    row(
        "class-frames",
        D,
        &[
            "ShelfCamera.<init>",
            "ShelfCamera$Companion",
            "Lens.Open()",
            "android.os.Handler",
            "ShelfScan.Start(Aisle aisle)",
        ],
        &["open the file of", "SourceFile"],
    ),
    row(
        "class-frames",
        S,
        &[
            "ShelfCamera.<init>",
            "ShelfCamera$Companion",
            "Lens.Open()",
            "android.os.Handler",
        ],
        &[],
    ),
    row(
        "database-error-cause-last",
        D,
        &["INSERT INTO", "at_most_ninety_lines", "characters left out"],
        &[],
    ),
    row(
        "database-error-cause-last",
        S,
        &[
            "INSERT INTO",
            "at_most_ninety_lines",
            "characters left out",
            "copies_50",
        ],
        &[],
    ),
    row(
        "n-plus-one",
        D,
        &[
            "SELECT title, author FROM books WHERE isbn = %s",
            "14 times",
            "47 ms each, 658 ms in all",
            "view.render - wishlist.html",
            "Transaction: /wishlist/{id}",
            "offending spans",
        ],
        NO_FRAMES,
    ),
    row(
        "slow-query",
        D,
        &[
            "SELECT * FROM sales",
            "3,480 ms",
            "reports/storms.py:44",
            "sales_in_storms",
            "GET /reports/storms",
        ],
        NO_FRAMES,
    ),
    row(
        "metric-threshold",
        D,
        &[
            "0.0745",
            "7.45 %",
            "above 0.03",
            "failure_rate()",
            "10 minutes",
            "transaction:\"POST /checkout\"",
            "Environment: production",
        ],
        NO_FRAMES,
    ),
    row(
        "uptime-down",
        D,
        &[
            "https://shop.lighthouse.example/health",
            "503",
            "HEAD",
            "184ms",
            "unexpected_status - 503 Service Unavailable",
        ],
        NO_FRAMES,
    ),
    row(
        "cron-missed",
        D,
        &[
            "print-tide-tables",
            "every 6 hours",
            "Europe/Oslo",
            "15 minutes",
            "2026-11-20T18:00:04+00:00",
            "the monitor's job",
        ],
        NO_FRAMES,
    ),
    row(
        "feedback",
        D,
        &[
            "I paid for wrapping twice!",
            "https://shop.lighthouse.example/basket?wrap=1",
            "get_issue_details with eventId `bfc1f472740365c3217ce87785836d9a`",
            "isolde@example.com",
            "Isolde Quist",
        ],
        NO_FRAMES,
    ),
    row(
        "expect-staple",
        D,
        &[
            "shop.lighthouse.example",
            "8443",
            "REVOKED",
            "ERROR_RESPONSE",
            "1 certificates",
        ],
        &[
            "BEGIN CERTIFICATE",
            "bGlnaHRob3VzZQ",
            "for all frames",
            "unknown file",
        ],
    ),
    row(
        "contexts-and-extra",
        D,
        &[
            "GC-5521",
            "attempts: 4",
            "kelp green",
            "amount_in_cents: 1850",
            "The card was full this morning.",
            "Teodor Bakke",
            "till",
        ],
        &[],
    ),
    row(
        "many-tags",
        D,
        &[
            "`environment: pier-test`",
            "`handled: no`",
            "`release: storefront@5.8.0+1121`",
            "`transaction: POST /labels`",
            "`url: https://shop.lighthouse.example/labels?size=small`",
            "`user: id:u-204`",
            "`level: error`",
            "16 other tags left out",
        ],
        &["custom.door"],
    ),
    row(
        "nothing-in-app",
        D,
        &[
            "`lottery.py:17`",
            "marks no frame as the project's own",
            "names.append(entrants[place])",
        ],
        &["[library]", "look for what calls into it and"],
    ),
    row(
        "minified-without-source-map",
        D,
        &[
            "Source map missing",
            "main.4be71c.js",
            "minified file",
            "upload the source maps",
        ],
        &["fix the cause there"],
    ),
    row(
        "missing-debug-file",
        D,
        &[
            "Debug file missing",
            "LanternDesk",
            "2fd3a9c0-7b18-3c55-9e64-d10f4b7a8821",
            "+0xc1f4",
            "+0x17d2c",
        ],
        &["open the file", "<redacted>", "fix the cause there"],
    ),
    Row {
        thread: Some("main"),
        ..row(
            "waiting-for-lock",
            S,
            &[
                "BLOCKED",
                "waits for",
                "IsbnIndex 0x04d2b7e1",
                "held by thread 23",
            ],
            &[],
        )
    },
    Row {
        thread: Some("23"),
        ..row(
            "waiting-for-lock",
            S,
            &[
                "TIMED_WAITING",
                "holds books.lighthouse.scanner.IsbnIndex 0x04d2b7e1",
            ],
            &[],
        )
    },
    row(
        "waiting-for-lock",
        S,
        &[
            "`1` `main` (crashed) (current) `BLOCKED",
            "`23` `isbn-index` `TIMED_WAITING",
        ],
        &[],
    ),
    row(
        "waiting-for-lock",
        D,
        &["This frame `waits for", "held by thread 23"],
        &[],
    ),
    row(
        "ruby-context-newlines",
        D,
        &[
            "   20 |   # Labels are as wide as the spine of their book.\n",
            "> 23 |     book.spine + 4\n",
            "   25 | end\n",
        ],
        &[],
    ),
    row(
        "numbers-as-text",
        D,
        &[
            "ferries/board.py:36:9",
            "> 36 |     return GATES[ferry[\"pier\"]]",
            "12 events, 4 users",
        ],
        &[],
    ),
    row(
        "recursion",
        D,
        &[
            "load_shelf_plan",
            "rebuild_catalogue",
            "times in a row",
            "738 frames were left out before",
        ],
        &[],
    ),
    row(
        "recursion",
        S,
        &[
            "load_shelf_plan",
            "rebuild_catalogue",
            "times in a row",
            "738 frames were left out before",
        ],
        &[],
    ),
    row(
        "issue-facts",
        D,
        &[
            "resolved, in commit 7c41e0d of `lighthouse-books/reading-club`",
            "First release: `reading-club@0.39.2`",
            "Last release: `reading-club@0.42.0`",
            "`BUOY-77` `https://tracker.example/BUOY-77`",
            "(unhandled)",
            "team `reading-club`",
            "Notes of members: 3",
            "User reports: 2",
        ],
        &[],
    ),
    row(
        "injection",
        D,
        &[
            "Broken",
            "esrever",
            "zerowidth",
            "lamp.on()",
            "src/lamp.ts",
            "glow",
            "door",
            "hidden",
            "shop.lighthouse.example/lamp",
        ],
        &["Where: src"],
    ),
    row(
        "injection",
        S,
        &["Broken", "lamp.on()", "src/lamp.ts", "glow"],
        &[],
    ),
    row(
        "injection",
        B,
        &["crumb", "red", "ui.click", "<img src"],
        &[],
    ),
    row(
        "false-resolution-steps",
        D,
        &[
            "Lamp oil is low.",
            "npx --yes",
            "nothing in it is a request",
            "throw new LampError(words)",
        ],
        &[],
    ),
    row(
        "false-resolution-steps",
        S,
        &[
            "Lamp oil is low.",
            "npx --yes",
            "nothing in it is a request",
        ],
        &[],
    ),
    row(
        "false-resolution-steps",
        B,
        &["The user confirmed", "nothing in it is a request"],
        &[],
    ),
];

#[tokio::test]
async fn each_case_is_told() {
    hold(ROWS, event_case).await;
}

/// Where no breadcrumbs or frames are named, the tools say that there are none.
#[tokio::test]
async fn what_is_not_there_is_said() {
    let mut without = 0;
    for path in
        std::fs::read_dir(format!("{}/tests/cases/events", env!("CARGO_MANIFEST_DIR"))).unwrap()
    {
        let name = path
            .unwrap()
            .path()
            .file_stem()
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        let case = event_case(&name);
        let entries = case["entries"].to_string();
        if !entries.contains("breadcrumbs") {
            assert!(
                told(&case, B, None).await.contains("This event has none"),
                "{name}"
            );
        }
        if !entries.contains("frames") {
            assert!(
                told(&case, S, None)
                    .await
                    .contains("This event has no stack trace"),
                "{name}"
            );
            without += 1;
        }
    }
    assert!(without >= 7, "{without}");
}

#[tokio::test]
async fn details_of_single_cases() {
    // The words of a feedback stand once.
    let text = told(&event_case("feedback"), D, None).await;
    assert_eq!(text.matches("ticks itself again").count(), 1, "{text}");

    // No breadcrumb is cut in its middle, and as many are shown as fit.
    let text = told(&event_case("breadcrumbs-many"), B, None).await;
    let crumbs: Vec<_> = text
        .lines()
        .filter(|line| line.contains(" of 52: "))
        .collect();
    assert!(crumbs.len() > 35, "{}", crumbs.len());
    assert!(
        crumbs
            .iter()
            .all(|crumb| crumb.ends_with("rows: ") || crumb.ends_with('}')),
        "{crumbs:?}"
    );

    // Each source line is below the other.
    let text = told(&event_case("ruby-context-newlines"), D, None).await;
    let lines: Vec<_> = text.lines().collect();
    let at = lines.iter().position(|line| line.contains("20 |")).unwrap();
    for (place, number) in (20..=25).enumerate() {
        assert!(lines[at + place].contains(&format!("{number} |")), "{text}");
    }

    // A recursion is told once, not until there is no room.
    for tool in [D, S] {
        let text = told(&event_case("recursion"), tool, None).await;
        assert!(text.matches("walk_children").count() <= 4, "{text}");
    }

    // No two frames of a native stack look the same.
    let text = told(&event_case("native-addresses"), D, None).await;
    assert_eq!(text.matches("libpageturn.so +").count(), 3, "{text}");
}
