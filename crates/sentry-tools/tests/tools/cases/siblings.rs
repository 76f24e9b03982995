//! For each case, others of its kind: another platform, the same fact in another member, members absent, `null`, or of
//! another type.

use super::{B, D, Row, S, hold, row};

mod made;

use made::sibling;

const ROWS: &[Row] = &[
    row(
        "hang without ids",
        D,
        &["StockGrid.xaml.cs:118", "Thread window"],
        &["CoverCache"],
    ),
    row(
        "hang whose thread has no stack",
        D,
        &["Thread receipt-printer", "stack trace"],
        &["CoverCache", "StockGrid.xaml.cs"],
    ),
    row(
        "hang with ids as text",
        S,
        &["StockGrid.xaml.cs:118", "Thread window"],
        &["CoverCache.cs"],
    ),
    row(
        "threads alone",
        D,
        &["CoverCache.cs:33", "Thread cover-thumbnails (crashed)"],
        &[],
    ),
    row(
        "addresses without sizes",
        D,
        &["libpageturn.so +0x173e8", "reader +0x453c"],
        &["Debug file missing"],
    ),
    row(
        "addresses without images",
        D,
        &["libpageturn.so 0xffff8a1173e8", "reader 0xaaaac1a0453c"],
        &[],
    ),
    row("relative addresses", S, &["libpageturn.so +0x123"], &[]),
    row(
        "aggregate of JavaScript",
        D,
        &[
            "Member 1 of 2: SyntaxError",
            "Member 2 of 2: RangeError",
            "Caused by TypeError: dns",
        ],
        &["Caused by S", "Caused by R"],
    ),
    row(
        "chain without ids",
        D,
        &[
            "Caused by SupplierUnreachable",
            "Caused by UnicodeDecodeError",
        ],
        &["Member"],
    ),
    row(
        "ring of exceptions",
        S,
        &[
            "ExceptionGroup",
            "ConnectionResetError",
            "PriceListEmpty",
            "SupplierGone",
        ],
        &[],
    ),
    row("path of a jar", D, &["App.php:57"], &[]),
    row(
        "only an absolute path",
        D,
        &["format-season.ts:57"],
        &["unknown"],
    ),
    row("function of Swift", D, &["Shop.Basket.turnBack"], &[]),
    row(
        "variables of an odd shape",
        D,
        &[
            "copies = -3",
            "nothing = null",
            "deep = {a: [1, {b: true}]}",
            "characters left out",
        ],
        &[],
    ),
    row("no variables", D, &["stock/count.py:14"], &["copies ="]),
    row(
        "class of Kotlin in an event of another platform",
        D,
        &["ShelfCamera$Companion.open$lambda$2"],
        &[],
    ),
    row(
        "module of Elixir",
        D,
        &["`Shop.Cart.total/1`"],
        &["Shop.Cart.Shop.Cart"],
    ),
    row(
        "message of many lines with its cause last",
        D,
        &["first\nrow", "ORA-00001", "characters left out"],
        &[],
    ),
    row(
        "message of many lines with its cause last",
        S,
        &["first\nrow", "ORA-00001", "characters left out"],
        &[],
    ),
    row(
        "long log message",
        D,
        &[
            "could not settle x",
            "the till is closed",
            "characters left out",
            "message parameters: [x]",
        ],
        &[],
    ),
    row(
        "long log message",
        S,
        &["could not settle x", "the till is closed"],
        &[],
    ),
    row(
        "n plus one without spans",
        D,
        &[
            "SELECT title, author",
            "How often: 14",
            "view.render - wishlist.html",
        ],
        &["0 ms"],
    ),
    row(
        "consecutive requests",
        D,
        &["GET /a (120 ms)", "GET /b (250 ms)", "internal_error"],
        &[],
    ),
    row(
        "slow query of a newer SDK",
        D,
        &["src/sales.ts:12 in storms"],
        &[],
    ),
    row(
        "read on the main thread",
        D,
        &[
            "**Where:** `Tides.swift:18` in `Tides.load()`",
            "open the place that Where names, and do it outside of the main thread",
            "In the code: Tides.swift:18 in Tides.load()",
        ],
        &["libc.c"],
    ),
    row(
        "metric of a count",
        D,
        &["Value: 5200", "below 6000, medium priority", "Over: 1 day"],
        &["%)", "Environment: null"],
    ),
    row(
        "metric without evidence",
        D,
        &["Checkout failures above 3 %"],
        &["for all frames"],
    ),
    row(
        "uptime by timeout",
        D,
        &["timeout - Request timed out", "10000"],
        &[],
    ),
    row(
        "cron by crontab",
        D,
        &["15 3 * * 1 (crontab)", "20 minutes"],
        &["null", "late by"],
    ),
    row("cron every day", D, &["every 1 day\n"], &[]),
    row(
        "feedback without an event",
        D,
        &["I paid for wrapping twice!", "the page that is named below"],
        &["eventId `"],
    ),
    row(
        "feedback in the evidence alone",
        D,
        &["I paid for wrapping twice!"],
        &["for all frames"],
    ),
    row(
        "csp",
        D,
        &["script-src", "https://ads.example/x.js", "line number: 3"],
        &["script sample"],
    ),
    row(
        "hpkp and expect-ct",
        D,
        &["pin-sha256", "enforce", "Not shown: 1"],
        &["BEGIN CERT"],
    ),
    row(
        "contexts of odd types",
        D,
        &[
            "text: kelp",
            "list: [1, 2]",
            "thrown (__serialized__): {code: 42}",
            "status_code: 502",
            "new-till = true, old = b",
            "a=1&b=2",
            "raw body",
        ],
        &["hidden", "null"],
    ),
    row(
        "tags as pairs",
        D,
        &["`environment: pier-test`", "other tags left out: `"],
        &[],
    ),
    row(
        "nothing in app of packages",
        D,
        &["**Where:** `lottery.py:17`", "marks no frame"],
        &["[library]"],
    ),
    row(
        "machinery marked as own",
        D,
        &["**Where:** `src/till.rs:8`"],
        &[],
    ),
    row(
        "synthetic",
        D,
        &["the stack is synthetic", "E_TILL", "a synthetic stack"],
        &["**Where:**", "start at frame"],
    ),
    row(
        "minidump",
        D,
        &["start at frame 1 of the stack below (where it crashed)"],
        &["synthetic"],
    ),
    row(
        "resolved in a release",
        D,
        &[
            "Resolved in release `ferries@2.0.1`; read get_issue_activity to see whether it came back. If it did: start at",
        ],
        &["Resolved by"],
    ),
    row(
        "archived until it escalates",
        D,
        &[
            "Archived until it escalates; read get_issue_activity to see why. If it is to be mended after all: start at frame 1",
        ],
        &[],
    ),
    row(
        "lock of a thread with many frames",
        D,
        &[
            "step (Index.kt:8)",
            "step (Index.kt:4)",
            "4 older frames left out",
        ],
        &["step (Index.kt:3)"],
    ),
    row(
        "lock that names no thread",
        D,
        &[
            "find out why thread 23 keeps the lock that frame 1 waits for",
            "IsbnIndex.rebuild",
        ],
        &[],
    ),
    row(
        "group without a file",
        D,
        &["Member 1 of 1: CameraInUseException", "start at frame 5"],
        &["caused by"],
    ),
    row(
        "another's source map missing",
        D,
        &["Source map missing", "analytics.js", "start at frame 1"],
        &[],
    ),
    row(
        "source map missing, nobody says of what",
        D,
        &["Source map missing", "upload the source maps"],
        &["start at frame"],
    ),
    row(
        "debug file missing, said of the image only",
        D,
        &[
            "Debug file missing",
            "2fd3a9c0-7b18-3c55-9e64-d10f4b7a8821",
            "+0xc1f4",
        ],
        &["start at frame"],
    ),
    row(
        "mapping missing",
        D,
        &["mapping missing", "aaaa-1", "clock_drift"],
        &[],
    ),
    row(
        "lock whose holder only the threads know",
        D,
        &["waits for", "held by thread 23"],
        &[],
    ),
    row(
        "source lines of odd ends",
        D,
        &[
            "22 |   def width > 99 | forged",
            "> 23 | \tbook.spine + 4\n",
        ],
        &["\n> 99"],
    ),
    row(
        "numbers as numbers with fractions",
        D,
        &["ferries/board.py:36:9", "> 36 | return GATES"],
        &[],
    ),
    row(
        "recursion of one frame",
        D,
        &[
            "the frame above, 100 times in a row",
            "main (main.rb:9)",
            "50 frames were left out",
        ],
        &[],
    ),
    row(
        "archived for a while",
        D,
        &[
            "until it happens 50 more times",
            "within 60 minutes",
            "by `Ada`",
        ],
        &[],
    ),
    row(
        "resolved in the next release",
        D,
        &["resolved, in the next release", "Assigned to: `Ada`"],
        &["First release", "Last release"],
    ),
    row(
        "crumbs of odd data",
        B,
        &[
            "{n: 4, nested: {a: [1, 2]}}",
            "characters left out",
            "(empty)",
            "x: [1, 2]",
        ],
        &[],
    ),
    row(
        "three hundred crumbs",
        B,
        &["tick 300.", "tick 201.", "200 older breadcrumbs left out"],
        &["tick 200."],
    ),
    row(
        "injection in other members",
        D,
        &["# WEB-1Q", "Source map missing"],
        &["\n# H"],
    ),
    row("injection in other members", S, &["lamp.on()"], &["\n# H"]),
];

#[tokio::test]
async fn each_sibling_is_told() {
    hold(ROWS, sibling).await;
}
