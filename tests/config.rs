//! `wrangler.toml` and `src/config.rs` say the same, and every environment is safe to deploy.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use std::collections::BTreeSet;

use hosted_sentry_mcp::{bindings, config};
use toml::{Table, Value};

const ENVIRONMENTS: [Option<&str>; 3] = [None, Some("canary"), Some("production")];

fn section(environment: Option<&str>) -> Table {
    let root: Table = include_str!("../wrangler.toml").parse().unwrap();
    match environment {
        None => root,
        Some(name) => root["env"][name].as_table().unwrap().clone(),
    }
}

/// The strings under `key` of every table in the list at `list`.
fn names(table: &Table, list: &str, key: &str) -> Vec<String> {
    let list = table
        .get(list)
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    list.iter()
        .map(|entry| entry[key].as_str().unwrap().to_owned())
        .collect()
}

fn strings(value: &Value) -> Vec<&str> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item.as_str().unwrap())
        .collect()
}

#[test]
fn required_bindings_are_in_every_environment() {
    for environment in ENVIRONMENTS {
        let section = section(environment);
        assert_eq!(
            names(&section, "kv_namespaces", "binding"),
            [bindings::OAUTH_KV],
            "{environment:?}"
        );
        let objects: Vec<String> = [bindings::GRANTS, bindings::ACCOUNTS, bindings::ONCE]
            .map(str::to_owned)
            .into();
        let bindings = section["durable_objects"].as_table().unwrap();
        assert_eq!(
            names(bindings, "bindings", "name"),
            objects,
            "{environment:?}"
        );
        assert_eq!(
            section["assets"]["binding"].as_str(),
            Some(bindings::ASSETS),
            "{environment:?}"
        );
    }
}

#[test]
fn what_is_deployed_has_every_limiter() {
    let ours: BTreeSet<_> = bindings::RATE_LIMITERS
        .map(|(name, limit)| (name.to_owned(), limit))
        .into();
    for environment in ["canary", "production"] {
        let section = section(Some(environment));
        let limiters = section["ratelimits"].as_array().unwrap();
        let configured: BTreeSet<_> = limiters
            .iter()
            .map(|entry| {
                assert_eq!(entry["simple"]["period"].as_integer(), Some(60));
                (
                    entry["name"].as_str().unwrap().to_owned(),
                    entry["simple"]["limit"].as_integer().unwrap(),
                )
            })
            .collect();
        assert_eq!(configured, ours, "{environment}");
        assert_eq!(
            section["version_metadata"]["binding"].as_str(),
            Some(bindings::CF_VERSION_METADATA)
        );
    }
}

#[test]
fn what_is_deployed_is_placed_and_bounded() {
    for environment in ["canary", "production"] {
        let section = section(Some(environment));
        assert_eq!(section["placement"]["mode"].as_str(), Some("smart"));
        let cpu = section["limits"]["cpu_ms"].as_integer().unwrap();
        assert!((1_000..=30_000).contains(&cpu), "{environment}: {cpu}");
    }
}

#[test]
fn fetches_are_strictly_public_everywhere() {
    for environment in ENVIRONMENTS {
        let flags = &section(environment)["compatibility_flags"];
        assert!(
            strings(flags).contains(&"global_fetch_strictly_public"),
            "{environment:?}"
        );
    }
    // From this date on, deleting an object's storage drops its alarm too.
    assert!(section(None)["compatibility_date"].as_str().unwrap() >= "2026-02-24");
}

// rule: clients/platform-logs-without-query: the platform's logs have no query, in any environment
/// Codes and states are in the URLs of callbacks.
#[test]
fn what_the_platform_logs_has_no_query() {
    for environment in ENVIRONMENTS {
        let observability = &section(environment)["observability"];
        assert_eq!(
            observability["redact_query_string"].as_bool(),
            Some(true),
            "{environment:?}"
        );
        // Of logs that are switched off this would say nothing.
        assert_eq!(
            observability["enabled"].as_bool(),
            Some(true),
            "{environment:?}"
        );
    }
}

/// A line of ours is never left out by a draw of the platform's: `LOG` decides. Traces are drawn where many come.
#[test]
fn every_environment_has_logs_and_traces() {
    for environment in ENVIRONMENTS {
        let observability = &section(environment)["observability"];
        for kind in ["logs", "traces"] {
            let enabled = observability[kind]["enabled"].as_bool();
            assert_eq!(enabled, Some(true), "{environment:?} {kind}");
        }
        let rate = |kind: &str| {
            let rate = &observability[kind]["head_sampling_rate"];
            rate.as_float()
                .or(rate.as_integer().map(|rate| rate as f64))
                .unwrap()
        };
        assert!((rate("logs") - 1.0).abs() < f64::EPSILON, "{environment:?}");
        assert!(
            rate("traces") > 0.0 && rate("traces") <= 1.0,
            "{environment:?}"
        );
    }
}

#[test]
fn secrets_are_declared_and_have_no_value() {
    for environment in ENVIRONMENTS {
        let section = section(environment);
        assert_eq!(
            strings(&section["secrets"]["required"]),
            config::SECRETS,
            "{environment:?}"
        );
        let variables = section["vars"].as_table().unwrap();
        let secret = |name: &str| config::SECRETS.contains(&name) || name == "LLM_API_KEY";
        assert_eq!(
            variables.keys().find(|name| secret(name)),
            None,
            "{environment:?}"
        );
    }
}

#[test]
fn objects_are_sqlite_and_the_worker_decides_every_path() {
    for environment in ENVIRONMENTS {
        let section = section(environment);
        let classes = ["GrantObject", "AccountObject", "OnceObject"];
        let migrations = section["migrations"].as_array().unwrap();
        let sqlite: Vec<&str> = migrations
            .iter()
            .flat_map(|m| strings(&m["new_sqlite_classes"]))
            .collect();
        assert_eq!(sqlite, classes, "{environment:?}");
        let bindings = section["durable_objects"].as_table().unwrap();
        assert_eq!(
            names(bindings, "bindings", "class_name"),
            classes,
            "{environment:?}"
        );
        assert_eq!(
            section["assets"]["run_worker_first"].as_bool(),
            Some(true),
            "{environment:?}"
        );
    }
}
