//! Each prompt in each kind of session: what it says, and which tools it names.

use super::*;

/// What is filled in, of all prompts.
fn filled_in() -> Value {
    json!({
        "issue": "WEB-1", "organization": "acme", "project": "web", "release": "shop@5.0.0", "transaction": "/cart",
        "monitor": "nightly", "replay": "0".repeat(32), "name": "Cart", "team": "core", "platform": "python",
    })
}

/// The names of tools that a text has outside of its code spans.
fn named(text: &str) -> Vec<&str> {
    let outside = text.split('`').step_by(2);
    let words = outside.flat_map(|part| part.split(|c: char| !c.is_ascii_lowercase() && c != '_'));
    words.filter(|word| word.contains('_')).collect()
}

// rule: mcp/prompts-name-what-there-is: a prompt names only tools that the session has, and is offered where one of those
//    is that it cannot do without
#[tokio::test]
async fn a_prompt_names_only_tools_that_the_session_has() {
    let project = Constraint::Project {
        organization: slug("acme"),
        project: slug("web"),
    };
    let constraints = [
        Constraint::None,
        Constraint::Organization(slug("acme")),
        project,
    ];
    let mut skills: Vec<_> = Skill::ALL.iter().map(|skill| vec![*skill]).collect();
    skills.extend([Vec::new(), Skill::ALL.to_vec()]);
    let mut said = 0;
    for constraint in constraints {
        for skills in &skills {
            let session = Session {
                constraint: constraint.clone(),
                skills: Skills::of(skills),
                ..session()
            };
            let has: Vec<_> = sentry_tools::offered(&session)
                .map(|(name, _)| name)
                .collect();
            let world = world_of(BASE, session, Scripted::new());
            for name in names(&world, List::Prompts) {
                let answer = prompt(&world, &name, filled_in()).await;
                for tool in named(words(&answer)) {
                    assert!(has.contains(&tool), "{name} names {tool} for {skills:?}");
                }
                said += 1;
            }
        }
    }
    assert!(said > 40, "{said}");
}

#[tokio::test]
async fn steps_are_numbered_and_filled_in() {
    let world = world(Scripted::new());
    let answer = prompt(&world, "release_health", filled_in()).await;
    let text = words(&answer);
    assert!(
        text.starts_with("How healthy is the release `shop@5.0.0`?\n\n1. "),
        "{text}"
    );
    assert!(
        text.contains("find_releases with organizationSlug `acme` and projectSlug `web` for"),
        "{text}"
    );
    assert!(
        text.contains(
            "search_issues with organizationSlug `acme`, projectSlug `web`, query `first"
        ),
        "{text}"
    );
    for (name, part) in [
        ("release_health", "the release that came last?\n"),
        ("release_health", "Call find_releases for the exact"),
        ("why_slow", "Why is the application slow?"),
        ("triage_week", "Call search_issues with query"),
        ("clean_up_noise", "Call search_issues with query"),
    ] {
        let answer = prompt(&world, name, json!({})).await;
        assert!(words(&answer).contains(part), "{name}: {answer}");
    }
    for name in names(&world, List::Prompts) {
        for arguments in [
            filled_in(),
            json!({ "issue": "WEB-1", "organization": "a", "name": "x" }),
        ] {
            let answer = prompt(&world, &name, arguments).await;
            let text = words(&answer);
            let steps = text
                .lines()
                .filter(|line| line.starts_with(|c: char| c.is_ascii_digit()));
            for (place, step) in steps.enumerate() {
                assert!(step.starts_with(&format!("{}. ", place + 1)), "{text}");
            }
            assert!(
                !text.contains(['{', '}', '|']) && !text.contains("  "),
                "{text}"
            );
        }
    }
}

/// Of two ways to the same the first that there is.
#[tokio::test]
async fn a_step_has_another_where_its_tool_is_missing() {
    let world = world(Scripted::new());
    let answer = prompt(&world, "why_slow", json!({})).await;
    let has = |name: &str| sentry_tools::offered(&session()).any(|(own, _)| own == name);
    let text = words(&answer);
    assert_eq!(
        text.contains("search_traces"),
        has("search_traces"),
        "{text}"
    );
    assert_eq!(
        text.contains("search_events"),
        !has("search_traces"),
        "{text}"
    );
}

#[tokio::test]
async fn releases_are_completed() {
    let releases =
        json!([{ "version": "shop@5.0.0" }, { "version": "5.1" }, { "version": null }, 7]);
    let script = Scripted::new().get("/organizations/acme/releases/", &releases);
    let world = world(script);
    let reference = json!({ "type": "ref/prompt", "name": "what_changed" });
    let known = json!({ "organization": "acme" });
    let answer = complete(&world, reference.clone(), "release", "5", known).await;
    assert_eq!(
        answer["result"]["completion"],
        json!({ "values": ["5.1", "shop@5.0.0"], "hasMore": false })
    );
    assert_eq!(
        world.asked(),
        ["/organizations/acme/releases/?per_page=26&query=5"]
    );
    let answer = complete(&world, reference, "release", "5", json!({})).await;
    assert_eq!(answer["result"]["completion"]["values"], json!([]));
    assert_eq!(world.asked().len(), 1);
}
