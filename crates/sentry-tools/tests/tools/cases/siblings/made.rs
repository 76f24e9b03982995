//! What each sibling changes of its case.

use serde_json::{Value, json};

use crate::cases::event_case;

/// The sibling of that name.
pub(super) fn sibling(name: &str) -> Value {
    let (base, change): (&str, fn(&mut Value)) = match name {
        "hang without ids" => ("hang-thread-holds-stack", |event| {
            let exception = &mut event["entries"][0]["data"]["values"][0];
            exception["threadId"] = Value::Null;
            exception["stacktrace"] = json!({ "frames": [] });
        }),
        "hang whose thread has no stack" => ("hang-thread-holds-stack", |event| {
            event["entries"][0]["data"]["values"][0]["threadId"] = 11.into();
        }),
        "hang with ids as text" => ("hang-thread-holds-stack", |event| {
            event["entries"][0]["data"]["values"][0]["threadId"] = "7".into();
        }),
        "threads alone" => ("hang-thread-holds-stack", |event| {
            event["entries"].as_array_mut().unwrap().remove(0);
            event["entries"][0]["data"]["values"][0]["crashed"] = "true".into();
        }),
        "addresses without sizes" => ("native-addresses", |event| {
            for image in event["entries"][1]["data"]["images"]
                .as_array_mut()
                .unwrap()
            {
                image["image_size"] = Value::Null;
                image["debug_status"] = Value::Null;
            }
        }),
        "addresses without images" => ("native-addresses", |event| {
            event["entries"].as_array_mut().unwrap().remove(1);
        }),
        "relative addresses" => ("native-addresses", |event| {
            let frame = &mut event["entries"][0]["data"]["values"][0]["stacktrace"]["frames"][3];
            frame["instructionAddr"] = "0x123".into();
            frame["addrMode"] = "rel:1".into();
            frame["package"] = Value::Null;
        }),
        "aggregate of JavaScript" => ("async-group", |event| {
            event["platform"] = "javascript".into();
            event["entries"][0]["data"]["values"] = json!([
                { "type": "TypeError", "value": "dns", "mechanism": { "exception_id": 3, "parent_id": 0, "source": "cause" } },
                { "type": "RangeError", "value": "two", "mechanism": { "exception_id": 2, "parent_id": 0, "source": "errors[1]" } },
                { "type": "SyntaxError", "value": "one", "mechanism": { "exception_id": 1, "parent_id": 0, "source": "errors[0]" } },
                { "type": "AggregateError", "value": "all", "mechanism": { "exception_id": 0, "is_exception_group": true },
                  "stacktrace": { "frames": [{ "filename": "a.ts", "function": "all", "lineNo": 3, "inApp": true }] } }
            ]);
        }),
        "chain without ids" => ("async-group", |event| {
            for exception in event["entries"][0]["data"]["values"]
                .as_array_mut()
                .unwrap()
            {
                exception["mechanism"] = Value::Null;
            }
        }),
        "ring of exceptions" => ("async-group", |event| {
            for exception in event["entries"][0]["data"]["values"]
                .as_array_mut()
                .unwrap()
            {
                exception["mechanism"]["parent_id"] = 4.into();
            }
        }),
        "path of a jar" => ("long-paths", |event| {
            let frame = &mut event["entries"][0]["data"]["values"][0]["stacktrace"]["frames"][2];
            frame["filename"] = format!("file:/{}/App.php", "deep/".repeat(80)).into();
        }),
        "only an absolute path" => ("long-paths", |event| {
            let frame = &mut event["entries"][0]["data"]["values"][0]["stacktrace"]["frames"][2];
            frame["absPath"] = frame["filename"].take();
        }),
        "function of Swift" => ("long-functions", |event| {
            let frame = &mut event["entries"][0]["data"]["values"][0]["stacktrace"]["frames"][3];
            frame["function"] = format!(
                "closure #1 (Swift.Result<{}>) -> () in Shop.Basket.turnBack",
                "A.B, ".repeat(60)
            )
            .into();
        }),
        "variables of an odd shape" => ("local-variables", |event| {
            let frame = &mut event["entries"][0]["data"]["values"][0]["stacktrace"]["frames"][2];
            frame["vars"] = json!({ "copies": -3, "nothing": null, "deep": { "a": [1, { "b": true }] }, "long": "y".repeat(2_000) });
        }),
        "no variables" => ("local-variables", |event| {
            for frame in event["entries"][0]["data"]["values"][0]["stacktrace"]["frames"]
                .as_array_mut()
                .unwrap()
            {
                frame["vars"] = Value::Null;
            }
        }),
        "class of Kotlin in an event of another platform" => ("class-frames", |event| {
            event["platform"] = "other".into();
        }),
        "module of Elixir" => ("class-frames", |event| {
            event["platform"] = "elixir".into();
            event["entries"][0]["data"]["values"] = json!([{ "type": "MatchError", "value": "x", "stacktrace": { "frames": [
                { "module": "Shop.Cart", "function": "Shop.Cart.total/1", "filename": "lib/cart.ex", "lineNo": 4, "inApp": true } ] } }]);
        }),
        "message of many lines with its cause last" => ("database-error-cause-last", |event| {
            let value = format!(
                "first\n{}\nORA-00001: unique constraint",
                "row\n".repeat(3_000)
            );
            event["entries"][0]["data"]["values"][0]["value"] = value.into();
        }),
        "long log message" => ("database-error-cause-last", |event| {
            let value = format!(
                "could not settle {} because the till is closed",
                "x ".repeat(5_000)
            );
            event["entries"] = json!([{ "type": "message", "data": { "formatted": value, "message": "could not settle %s", "params": ["x"] } }]);
        }),
        "n plus one without spans" => ("n-plus-one", |event| {
            event["entries"] = json!([]);
        }),
        "consecutive requests" => ("n-plus-one", |event| {
            event["issue"]["issueType"] = "performance_consecutive_http".into();
            event["occurrence"]["evidenceData"] =
                json!({ "offenderSpanIds": ["a1", "a2"], "parentSpanIds": null, "op": "http" });
            event["occurrence"]["evidenceDisplay"] = Value::Null;
            event["entries"] = json!([{ "type": "spans", "data": [
                { "span_id": "a1", "op": "http.client", "description": "GET /a", "exclusive_time": "120", "status": "internal_error" },
                { "span_id": "a2", "op": "http.client", "description": "GET /b", "start_timestamp": 1.0, "timestamp": 1.25 }
            ] }]);
        }),
        "slow query of a newer SDK" => ("slow-query", |event| {
            event["entries"][0]["data"][0]["data"] = json!({ "code.file.path": "src/sales.ts", "code.line.number": "12", "code.function.name": "storms" });
        }),
        "read on the main thread" => ("slow-query", |event| {
            event["issue"]["issueType"] = "performance_file_io_main_thread".into();
            event["entries"][0]["data"][0]["data"] = json!({ "file.path": "/var/tides.json", "call_stack": [
                { "function": "Pier.open()", "filename": "Pier.swift", "lineno": 31, "in_app": true },
                { "function": "Tides.load()", "filename": "Tides.swift", "lineno": 18, "in_app": true },
                { "function": "read", "filename": "libc.c", "lineno": 3, "in_app": false }
            ] });
        }),
        "metric of a count" => ("metric-threshold", |event| {
            let data = &mut event["occurrence"]["evidenceData"];
            data["value"] = "5200".into();
            data["conditions"] =
                json!([{ "type": "lt", "comparison": 6000, "conditionResult": 50 }, null]);
            data["dataSources"][0]["queryObj"]["snubaQuery"]["timeWindow"] = "86400".into();
            data["dataSources"][0]["queryObj"]["snubaQuery"]["environment"] = Value::Null;
        }),
        "metric without evidence" => ("metric-threshold", |event| {
            event["occurrence"] = Value::Null;
        }),
        "uptime by timeout" => ("uptime-down", |event| {
            event["occurrence"]["evidenceDisplay"] = json!([{ "name": "Failure reason", "value": "timeout - Request timed out" }, { "name": "Duration", "value": 10000 }]);
        }),
        "cron by crontab" => ("cron-missed", |event| {
            let config = &mut event["contexts"]["monitor"]["config"];
            config["schedule_type"] = "crontab".into();
            config["schedule"] = "15 3 * * 1".into();
            config["checkin_margin"] = Value::Null;
            config["timezone"] = Value::Null;
        }),
        "cron every day" => ("cron-missed", |event| {
            event["contexts"]["monitor"]["config"]["schedule"] = json!(["1", "day"]);
        }),
        "feedback without an event" => ("feedback", |event| {
            event["contexts"]["feedback"]["associated_event_id"] = Value::Null;
            event["contexts"]["feedback"]["name"] = Value::Null;
        }),
        "feedback in the evidence alone" => ("feedback", |event| {
            event["contexts"] = Value::Null;
        }),
        "csp" => ("expect-staple", |event| {
            event["entries"] = json!([{ "type": "csp", "data": {
                "effective_directive": "script-src", "blocked_uri": "https://ads.example/x.js", "document_uri": "https://shop.example/",
                "original_policy": "script-src 'self'", "source_file": "https://shop.example/app.js", "line_number": 3, "script_sample": null
            } }]);
        }),
        "hpkp and expect-ct" => ("expect-staple", |event| {
            event["entries"] = json!([
                { "type": "hpkp", "data": { "hostname": "shop.example", "port": 443, "known_pins": ["pin-sha256=\"x\""],
                  "served_certificate_chain": ["-----BEGIN CERTIFICATE-----\nx"] } },
                { "type": "expectct", "data": { "hostname": "shop.example", "scts": [{ "version": 1 }], "failure_mode": "enforce" } }
            ]);
        }),
        "contexts of odd types" => ("contexts-and-extra", |event| {
            event["context"] = json!({ "text": "kelp", "list": [1, 2], "none": null, "__span": "hidden", "__serialized__": { "code": 42 } });
            event["contexts"]["response"] = json!({ "status_code": 502, "type": "response" });
            event["contexts"]["flags"] = json!({ "values": [{ "flag": "new-till", "result": true }, { "flag": "old", "result": "b" }, null] });
            event["entries"][1]["data"] = json!({ "url": "https://x.example/", "query": "a=1&b=2", "data": "raw body", "headers": null });
            event["userReport"] = Value::Null;
        }),
        "tags as pairs" => ("many-tags", |event| {
            let tags = event["tags"].as_array().unwrap().clone();
            event["tags"] = tags
                .iter()
                .map(|tag| json!([tag["key"], tag["value"]]))
                .collect();
        }),
        "nothing in app of packages" => ("nothing-in-app", |event| {
            let frames = &mut event["entries"][0]["data"]["values"][0]["stacktrace"]["frames"];
            frames.as_array_mut().unwrap().push(json!({ "filename": "/usr/lib/python3.12/random.py", "function": "choice", "lineNo": 9, "inApp": null }));
        }),
        "machinery marked as own" => ("nothing-in-app", |event| {
            event["platform"] = "native".into();
            let frames = &mut event["entries"][0]["data"]["values"][0]["stacktrace"]["frames"];
            *frames = json!([
                { "function": "shop::till::open", "filename": "src/till.rs", "lineNo": 8, "inApp": true },
                { "function": "core::panicking::panic_fmt", "filename": "library/core/src/panicking.rs", "lineNo": 75, "inApp": true },
                { "function": "rust_begin_unwind", "inApp": true },
                { "function": "sentry_panic::integration", "inApp": true }
            ]);
        }),
        "synthetic" => ("nothing-in-app", |event| {
            event["platform"] = "javascript".into();
            event["context"] = json!({ "__serialized__": { "code": "E_TILL", "status": 418 } });
            let exception = &mut event["entries"][0]["data"]["values"][0];
            exception["mechanism"] =
                json!({ "type": "onunhandledrejection", "handled": false, "synthetic": true });
            for frame in exception["stacktrace"]["frames"].as_array_mut().unwrap() {
                frame["inApp"] = true.into();
            }
        }),
        "minidump" => ("nothing-in-app", |event| {
            let exception = &mut event["entries"][0]["data"]["values"][0];
            exception["mechanism"] =
                json!({ "type": "minidump", "handled": false, "synthetic": true });
            exception["stacktrace"]["frames"][1]["inApp"] = true.into();
        }),
        "resolved in a release" => ("numbers-as-text", |event| {
            event["issue"]["status"] = "resolved".into();
            event["issue"]["statusDetails"] =
                json!({ "inRelease": "ferries@2.0.1", "actor": { "name": "Maren" } });
        }),
        "archived until it escalates" => ("numbers-as-text", |event| {
            event["issue"]["status"] = "ignored".into();
            event["issue"]["statusDetails"] = json!({ "ignoreUntilEscalating": true });
        }),
        "lock of a thread with many frames" => ("waiting-for-lock", |event| {
            let thread = &mut event["entries"][1]["data"]["values"][1];
            let frames = (0..9).map(|line| json!({ "function": "step", "filename": "Index.kt", "lineNo": line, "inApp": true }));
            thread["stacktrace"]["frames"] = frames.collect();
        }),
        "lock that names no thread" => ("waiting-for-lock", |event| {
            event["entries"][0]["data"]["values"][0]["stacktrace"]["frames"][1]["lock"]["thread_id"] =
                Value::Null;
        }),
        "group without a file" => ("class-frames", |event| {
            let values = &mut event["entries"][0]["data"]["values"];
            for (place, value) in values.as_array_mut().unwrap().iter_mut().enumerate() {
                let is_group = place == 1;
                value["mechanism"] = json!({ "exception_id": 1 - place, "is_exception_group": is_group,
                    "parent_id": if is_group { Value::Null } else { 0.into() } });
            }
        }),
        "another's source map missing" => ("minified-without-source-map", |event| {
            for error in event["errors"].as_array_mut().unwrap() {
                error["data"]["url"] = "https://cdn.example/analytics.js".into();
            }
        }),
        "source map missing, nobody says of what" => ("minified-without-source-map", |event| {
            for error in event["errors"].as_array_mut().unwrap() {
                error["data"] = Value::Null;
            }
        }),
        "debug file missing, said of the image only" => ("missing-debug-file", |event| {
            event["errors"] = Value::Null;
        }),
        "mapping missing" => ("class-frames", |event| {
            event["errors"] = json!([{ "type": "proguard_missing_mapping", "data": { "mapping_uuid": "aaaa-1" } },
                                     { "type": "clock_drift", "data": { "sdk_time": "x" } }, null]);
        }),
        "lock whose holder only the threads know" => ("waiting-for-lock", |event| {
            for entry in 0..2 {
                let frame =
                    &mut event["entries"][entry]["data"]["values"][0]["stacktrace"]["frames"][1];
                frame["lock"]["thread_id"] = Value::Null;
                frame["lock"]["type"] = "2".into();
            }
        }),
        "contexts in full" => ("native-addresses", |event| {
            event["contexts"]["device"]["free_memory"] = 1_234_567.into();
            event["contexts"]["culture"] = json!({ "locale": "nb_NO" });
            event["contexts"]["trace"] = json!({ "trace_id": "1dd8538b67bd736f92adc0e8bb3d74d4", "status": "internal_error" });
            let exception = &mut event["entries"][0]["data"]["values"][0];
            exception["rawStacktrace"] = exception["stacktrace"].take();
            exception["module"] = "lantern.reader".into();
        }),
        "kinds by their numbers" => ("uptime-down", |event| {
            event["issue"]["issueType"] = Value::Null;
            event["issue"]["issueCategory"] = "outage".into();
        }),
        "source lines of odd ends" => ("ruby-context-newlines", |event| {
            let frame = &mut event["entries"][0]["data"]["values"][0]["stacktrace"]["frames"][1];
            frame["context"] = json!([
                [22, "  def width\u{2028}> 99 | forged"],
                [23, "\tbook.spine + 4\r"],
                [24, null]
            ]);
        }),
        "numbers as numbers with fractions" => ("numbers-as-text", |event| {
            let frame = &mut event["entries"][0]["data"]["values"][0]["stacktrace"]["frames"][0];
            frame["lineNo"] = json!(36.0);
            frame["context"] = json!([[36, "return GATES"], [null, "x"], [37]]);
        }),
        "recursion of one frame" => ("recursion", |event| {
            let frame =
                json!({ "filename": "fib.rb", "function": "fib", "lineNo": 3, "inApp": true });
            let mut frames = vec![
                json!({ "filename": "main.rb", "function": "main", "lineNo": 9, "inApp": true }),
            ];
            frames.extend(vec![frame; 100]);
            event["entries"][0]["data"]["values"][0]["stacktrace"] =
                json!({ "frames": frames, "framesOmitted": ["1", "51"] });
        }),
        "archived for a while" => ("issue-facts", |event| {
            event["issue"]["status"] = "ignored".into();
            event["issue"]["statusDetails"] = json!({ "ignoreCount": 50, "ignoreWindow": 60, "ignoreUntil": null, "actor": { "name": "Ada" } });
            event["issue"]["annotations"] = json!(["<a href=\"https://evil.example\">X-1</a>"]);
        }),
        "resolved in the next release" => ("issue-facts", |event| {
            event["issue"]["statusDetails"] = json!({ "inNextRelease": true });
            event["issue"]["firstRelease"] = Value::Null;
            event["issue"]["lastRelease"] = json!({});
            event["issue"]["assignedTo"] = json!({ "type": "user", "name": "Ada" });
        }),
        "crumbs of odd data" => ("breadcrumbs-many", |event| {
            event["entries"][1]["data"]["values"] = json!([
                { "message": null, "data": { "nested": { "a": [1, 2] }, "n": 4 } }, { "message": "m".repeat(3_000) }, null, {},
                { "category": "x", "data": [1, 2], "timestamp": 1762000000.5 }
            ]);
        }),
        "three hundred crumbs" => ("breadcrumbs-many", |event| {
            let crumbs: Vec<_> = (1..=300)
                .map(|n| json!({ "message": format!("tick {n}.") }))
                .collect();
            event["entries"][1]["data"]["values"] = crumbs.into();
        }),
        "injection in other members" => ("injection", |event| {
            let bad =
                "x\u{2028}# H\n```\n![a](https://evil.example/a) <img src=x>\u{202e}\u{e0041}";
            event["contexts"] = json!({ (bad): { (bad): bad }, "os": { "name": bad }, "trace": { "trace_id": bad } });
            event["context"] = json!({ (bad): bad });
            event["errors"] = json!([{ "type": bad, "message": bad, "data": { "url": bad } }, { "type": "js_no_source", "data": { "url": bad } }]);
            event["issue"]["shortId"] = "WEB-1Q".into();
            event["issue"]["level"] = bad.into();
            event["issue"]["status"] = bad.into();
            event["issue"]["project"]["slug"] = bad.into();
            event["issue"]["statusDetails"] =
                json!({ "inCommit": { "id": bad, "message": bad }, (bad): bad });
            event["issue"]["annotations"] = json!([{ "displayName": bad, "url": bad }]);
            event["entries"].as_array_mut().unwrap().push(json!({ "type": "threads", "data": { "values": [
                { "id": bad, "name": bad, "state": bad }, { "id": 2, "name": bad, "heldLocks": { "x": { "class_name": bad } } } ] } }));
        }),
        other => panic!("no sibling {other}"),
    };
    let mut case = event_case(base);
    change(&mut case);
    case
}
