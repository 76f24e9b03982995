use std::sync::LazyLock;

use super::issues::IssueSubject;
use super::*;
use crate::data::Data;

fn now() -> Timestamp {
    "2026-03-10T12:00:00Z".parse().unwrap()
}

/// The projects whose issues are few enough to be named.
const PROJECTS: [&str; 3] = ["checkout", "parcel-post", "shop-window"];

/// Read once: to read it takes longer than to search it.
static DATA: LazyLock<Data> = LazyLock::new(|| Data::load(now(), 1).unwrap());

/// Short ids of their issues that fit, in the order of the data, asked by Ada.
fn found(query: &str) -> Vec<String> {
    let data = &*DATA;
    let caller = data.user("1001").unwrap();
    let query = Query::parse(query, now()).unwrap();
    data.issues
        .iter()
        .filter(|issue| PROJECTS.contains(&issue.project.as_str()))
        .filter(|issue| {
            query.matches(&IssueSubject {
                issue,
                data,
                caller,
            })
        })
        .map(|issue| issue.short_id.clone())
        .collect()
}

fn error(query: &str) -> QueryError {
    Query::parse(query, now()).unwrap_err()
}

#[test]
fn states() {
    assert_eq!(found("").len(), 13);
    assert_eq!(found("is:unresolved").len(), 10);
    assert_eq!(found("is:resolved"), ["CHECKOUT-6"]);
    assert_eq!(found("is:ignored"), ["CHECKOUT-5", "SHOP-WINDOW-4"]);
    assert_eq!(found("is:archived"), found("is:ignored"));
    assert_eq!(
        found("!is:unresolved"),
        ["CHECKOUT-5", "CHECKOUT-6", "SHOP-WINDOW-4"]
    );
    assert_eq!(found("is:regressed"), ["CHECKOUT-4"]);
    assert_eq!(found("is:new"), ["CHECKOUT-7"]);
    assert_eq!(found("is:escalating"), ["SHOP-WINDOW-1"]);
    assert_eq!(error("is:fine"), QueryError::UnknownIs);
}

#[test]
fn assignees() {
    assert_eq!(
        found("assigned:me"),
        ["CHECKOUT-1", "CHECKOUT-6", "PARCEL-POST-1"]
    );
    for spelling in ["ada", "ada@lighthouse-books.example", "1001", "user:1001"] {
        assert_eq!(
            found(&format!("assigned:{spelling}")),
            found("assigned:me"),
            "{spelling}"
        );
    }
    assert_eq!(found("assigned:#payments"), ["CHECKOUT-4", "PARCEL-POST-2"]);
    assert_eq!(found("assigned:team:7102"), ["SHOP-WINDOW-3"]);
    assert_eq!(found("assigned:none"), found("is:unassigned"));
    assert_eq!(found("assigned:[me, none]").len(), 10);
    assert_eq!(found("has:assigned"), found("is:assigned"));
}

#[test]
fn members() {
    assert_eq!(found("level:fatal"), ["CHECKOUT-7"]);
    assert_eq!(
        found("level:[fatal, warning]"),
        ["CHECKOUT-2", "CHECKOUT-7"]
    );
    assert_eq!(
        found("project:parcel-post"),
        ["PARCEL-POST-1", "PARCEL-POST-2"]
    );
    assert_eq!(found("issue:checkout-3"), ["CHECKOUT-3"]);
    assert_eq!(found("issue.category:feedback"), ["SHOP-WINDOW-3"]);
    assert_eq!(
        found("issue.type:performance_n_plus_one_db_queries"),
        ["CHECKOUT-3"]
    );
    assert_eq!(found("error.type:KeyError"), ["CHECKOUT-4"]);
    assert_eq!(
        found("issue.priority:high is:unresolved level:error project:checkout").len(),
        2
    );
}

#[test]
fn tags() {
    assert_eq!(
        found("environment:staging"),
        ["CHECKOUT-1", "CHECKOUT-6", "SHOP-WINDOW-1"]
    );
    assert_eq!(found("gateway:cardwise-eu"), ["CHECKOUT-1"]);
    assert_eq!(found("tags[gateway]:cardwise-eu"), ["CHECKOUT-1"]);
    assert_eq!(found("browser:\"Safari 18.5\""), ["SHOP-WINDOW-1"]);
    assert_eq!(found("browser:Safari*"), ["SHOP-WINDOW-1"]);
    assert_eq!(found("release:shop-window@9.13.2"), ["SHOP-WINDOW-4"]);
    assert!(!found("release:latest").contains(&String::from("CHECKOUT-6")));
    assert_eq!(found("has:printer"), ["PARCEL-POST-1"]);
    assert_eq!(found("!has:level"), [""; 0]);
    assert_eq!(found("printer:\"\"").len(), 12);
    assert_eq!(found("nothing:*"), [""; 0]);
    assert!(found("user.email:iris@reader.example").contains(&String::from("SHOP-WINDOW-3")));
}

#[test]
fn numbers_and_times() {
    assert_eq!(found("timesSeen:>5000"), ["CHECKOUT-5", "SHOP-WINDOW-1"]);
    assert_eq!(found("times_seen:<=3"), ["PARCEL-POST-2", "SHOP-WINDOW-3"]);
    assert_eq!(found("firstSeen:-24h"), ["CHECKOUT-7"]);
    assert_eq!(found("age:+30d"), ["CHECKOUT-4", "CHECKOUT-6"]);
    assert_eq!(found("lastSeen:<2026-03-01"), ["CHECKOUT-6"]);
    assert!(matches!(
        error("lastSeen:yesterday"),
        QueryError::InvalidValue { .. }
    ));
}

#[test]
fn free_text() {
    assert_eq!(found("gateway"), ["CHECKOUT-1"]);
    assert_eq!(found("\"card gateway did not\""), ["CHECKOUT-1"]);
    assert_eq!(found("GIFT"), ["CHECKOUT-2", "SHOP-WINDOW-3"]);
    assert_eq!(found("GIFT note"), ["SHOP-WINDOW-3"]);
    assert_eq!(found("!gift level:warning"), [""; 0]);
    assert_eq!(found("message:undefined"), ["SHOP-WINDOW-1"]);
    assert_eq!(found("!"), [""; 0]);
}

#[test]
fn what_cannot_be_read() {
    assert_eq!(error("message:\"open"), QueryError::UnclosedQuote);
    assert_eq!(error("level:[error, fatal"), QueryError::UnclosedList);
    assert_eq!(error("level:"), QueryError::NoValue("level".into()));
    for query in ["level:error OR level:fatal", "a AND b", "(is:resolved)"] {
        assert_eq!(error(query), QueryError::Boolean, "{query}");
    }
}

#[test]
fn event_ids() {
    let id = |query: &str| Query::parse(query, now()).unwrap().event_id();
    assert_eq!(
        id("8CBD1319-8f1c6e17e06e4f70a383ec83").unwrap(),
        "8cbd13198f1c6e17e06e4f70a383ec83"
    );
    assert_eq!(id("8cbd13198f1c6e17e06e4f70a383ec83 is:unresolved"), None);
    assert_eq!(id("!8cbd13198f1c6e17e06e4f70a383ec83"), None);
    assert_eq!(id("hello"), None);
}
