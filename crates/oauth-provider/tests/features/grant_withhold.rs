//! What the person who allowed a grant takes back while it lives: a choice, or everything.
// file rule: apps/skill-taken-away: a skill that is taken away is gone at once and for good, with
//    the scope that it alone needed; the token response says so [RFC 6749 §3.3]

use oauth_provider::grant::{
    Audit, Choice, Command, Introspect, Lifecycle, News, Recall, Refusal, Reply, Strength, Withhold,
};
use serde_json::json;

use crate::support::grant::{CLIENT, Grant, active, active_with, scope};

const CHOSEN: [(&str, &str); 3] = [
    ("read", "org:read"),
    ("mend", "org:read event:write"),
    ("build", "org:read project:write team:write"),
];

/// What is left, in words.
fn withhold(grant: &mut Grant, subject: &str, choice: &str) -> Result<String, Refusal> {
    let choices = CHOSEN.map(|(name, needs)| Choice {
        name: name.to_owned(),
        scope: scope(needs),
    });
    let command = Command::Withhold(Withhold {
        subject: subject.to_owned(),
        choice: choice.to_owned(),
        choices: choices.into(),
    });
    match grant.send(command) {
        Reply::Left(left) => Ok(left.to_string()),
        Reply::Refused(refusal) => Err(refusal),
        other => panic!("{other:?}"),
    }
}

fn introspected(grant: &mut Grant, issued: &oauth_provider::grant::Issued) -> [String; 2] {
    let (secret, tag) = issued.refresh.clone().unwrap();
    [(issued.access.clone(), None), (secret, Some(tag))].map(|(secret, tag)| {
        let command = Command::Introspect(Introspect {
            secret,
            tag,
            client_id: CLIENT.to_owned(),
            strength: Strength::None,
        });
        match grant.send(command) {
            Reply::Introspected(found) => found.scope.to_string(),
            other => panic!("{other:?}"),
        }
    })
}

#[test]
fn what_the_other_choices_do_not_need_is_gone_at_once_and_for_good() {
    let (mut grant, issued) = active();
    let left = "event:write org:read";
    assert_eq!(
        withhold(&mut grant, "7", "build").as_deref(),
        Ok(left),
        "the answer"
    );
    let info = grant.inspect(&issued.access).unwrap();
    assert_eq!(info.scope.to_string(), left, "of a token that was out");
    assert_eq!(info.withheld, ["build"]);
    assert_eq!(introspected(&mut grant, &issued), [left, left]);
    let next = grant.refresh(&issued.refresh.unwrap(), |_| ()).unwrap();
    assert_eq!(next.scope.to_string(), left, "the token response says so");
    let info = grant.inspect(&next.access).unwrap();
    assert_eq!(
        (info.scope.to_string().as_str(), info.withheld.len()),
        (left, 1)
    );
}

#[test]
fn a_choice_may_go_alone_where_others_need_the_same() {
    let (mut grant, issued) = active_with(|open| open.scope = scope("org:read"));
    assert_eq!(
        withhold(&mut grant, "7", "mend").as_deref(),
        Ok("org:read"),
        "never more than was granted"
    );
    assert_eq!(grant.inspect(&issued.access).unwrap().withheld, ["mend"]);
}

// rule: apps/list-of-one-person
#[test]
fn only_the_person_who_allowed_it() {
    let (mut grant, issued) = active();
    for subject in ["8", "", "77"] {
        let refused = Err(Refusal::Unknown);
        assert_eq!(withhold(&mut grant, subject, "mend"), refused);
        let command = Command::Recall(Recall {
            subject: subject.to_owned(),
        });
        assert!(matches!(
            grant.send(command),
            Reply::Refused(Refusal::Unknown)
        ));
    }
    let info = grant.inspect(&issued.access).unwrap();
    assert!(info.withheld.is_empty() && info.scope.contains("event:write"));
    assert!(grant.audit.is_empty());
}

// rule: apps/last-skill-ends-grant: taking the last skill away ends the grant
#[test]
fn the_last_choice_ends_the_grant() {
    let (mut grant, issued) = active();
    for (choice, _) in CHOSEN {
        withhold(&mut grant, "7", choice).unwrap();
    }
    assert_eq!(grant.stands().as_deref(), Some("closed"));
    assert!(grant.inspect(&issued.access).is_none());
    assert_eq!(
        grant.rotate(&issued.refresh.unwrap()).err(),
        Some(Refusal::Unknown)
    );
    assert_eq!(
        grant.audit,
        [
            Audit::Withheld(1),
            Audit::Withheld(2),
            Audit::Closed("its person took the last of it back")
        ]
    );
    assert_eq!(withhold(&mut grant, "7", "read"), Err(Refusal::Unknown));
}

// rule: apps/last-skill-ends-grant
#[test]
fn the_last_of_the_scope_ends_the_grant() {
    let (mut grant, issued) = active_with(|open| open.scope = scope("event:write"));
    assert_eq!(withhold(&mut grant, "7", "mend").as_deref(), Ok(""));
    assert!(grant.inspect(&issued.access).is_none());
}

#[test]
fn the_order_of_two_at_once_does_not_matter() {
    let orders = [["mend", "build"], ["build", "mend"]].map(|order| {
        let (mut grant, issued) = active();
        for choice in order {
            withhold(&mut grant, "7", choice).unwrap();
        }
        let info = grant.inspect(&issued.access).unwrap();
        (info.scope.to_string(), info.withheld.len())
    });
    assert_eq!(
        orders,
        [("org:read".to_owned(), 2), ("org:read".to_owned(), 2)]
    );
}

#[test]
fn again_changes_nothing() {
    let (mut grant, _) = active();
    withhold(&mut grant, "7", "mend").unwrap();
    let before = grant.stored();
    assert_eq!(
        withhold(&mut grant, "7", "mend").as_deref(),
        Ok("org:read project:write team:write")
    );
    assert_eq!(grant.stored(), before);
    assert_eq!(grant.audit, [Audit::Withheld(1)], "one line");
}

#[test]
fn a_code_that_waits_is_narrowed_too() {
    let mut grant = Grant::new();
    let code = grant.open(|_| ()).unwrap();
    withhold(&mut grant, "7", "build").unwrap();
    let issued = grant.redeem(&code, |_| ()).unwrap();
    assert_eq!(issued.scope.to_string(), "event:write org:read");
    assert_eq!(grant.inspect(&issued.access).unwrap().withheld, ["build"]);
}

#[test]
fn a_token_of_which_nothing_is_left_goes_and_the_others_stay() {
    let (mut grant, issued) = active();
    let narrow = |text: &'static str| {
        move |r: &mut oauth_provider::grant::Refresh| r.scope = Some(scope(text))
    };
    let one = grant
        .refresh(&issued.refresh.unwrap(), narrow("event:write"))
        .unwrap();
    let two = grant
        .refresh(&one.refresh.unwrap(), narrow("event:write org:read"))
        .unwrap();
    withhold(&mut grant, "7", "mend").unwrap();
    assert!(grant.inspect(&one.access).is_none());
    let info = grant.inspect(&two.access).unwrap();
    assert_eq!(info.scope.to_string(), "org:read");
}

#[test]
fn a_client_that_goes_on_asking_for_what_it_had_is_told_what_there_is() {
    let (mut grant, issued) = active_with(|open| {
        open.scope = scope("org:read event:write");
        open.asked = Some(open.scope.clone());
    });
    withhold(&mut grant, "7", "mend").unwrap();
    let token = issued.refresh.unwrap();
    let next = grant
        .refresh(&token, |r| r.scope = Some(scope("org:read event:write")))
        .unwrap();
    assert_eq!(next.scope.to_string(), "org:read");
    let token = next.refresh.unwrap();
    for beyond in ["event:write", "org:read team:write"] {
        assert_eq!(
            grant
                .refresh(&token, |r| r.scope = Some(scope(beyond)))
                .err(),
            Some(Refusal::Scope),
            "{beyond}"
        );
    }
    assert!(grant.rotate(&token).is_ok(), "nothing was used up");
}

// rule: apps/revoking: revoking one grant or all holds at the next request
#[test]
fn recalled_it_ends_like_any_other() {
    let (mut grant, issued) = active();
    let recall = || {
        Command::Recall(Recall {
            subject: "7".to_owned(),
        })
    };
    assert!(matches!(grant.send(recall()), Reply::Done));
    assert!(grant.inspect(&issued.access).is_none());
    assert!(grant.rotate(&issued.refresh.unwrap()).is_err());
    assert_eq!(grant.audit, [Audit::Closed("its person ended it")]);
    assert!(matches!(
        grant.send(recall()),
        Reply::Refused(Refusal::Unknown)
    ));
}

// rule: apps/rows-of-version-before
#[test]
fn rows_of_the_version_before_are_read() {
    let (mut grant, issued) = active();
    let mut row = json!(grant.state);
    let terms = row["active"]["terms"].as_object_mut().unwrap();
    assert!(
        !terms.contains_key("withheld"),
        "nothing is written before it is needed"
    );
    grant.state = Some(serde_json::from_value::<Lifecycle>(row).unwrap());
    withhold(&mut grant, "7", "mend").unwrap();
    assert!(json!(grant.state)["active"]["terms"]["withheld"]["choices"].is_array());
    assert_eq!(grant.inspect(&issued.access).unwrap().withheld, ["mend"]);
}

// rule: apps/marks-reach-list
#[test]
fn late_retries_are_counted_over_the_life_of_the_grant() {
    let (mut grant, issued) = active();
    let mut token = issued.refresh.unwrap();
    for _ in 0..2 {
        let lost = token.clone();
        grant.rotate(&lost).unwrap();
        grant.wait(61);
        token = grant.rotate(&lost).unwrap();
    }
    assert_eq!(
        grant.told,
        [News::LateRetries(1), News::LateRetries(2)],
        "its account is told of all of them"
    );
}
