//! Openings that are answered again, and what a grant tells its person's account, whatever is lost on the way.

use std::time::Duration;

use oauth_provider::UnixTime;
use oauth_provider::crypto::Secret;
use oauth_provider::grant::{
    Command, Effect, Lifecycle, News, Recall, Refusal, Repeat, Reply, acknowledge,
};
use serde_json::json;

use crate::support::grant::{Grant, LINE, refreshing, scope};
use crate::support::{NOW, after};

const DAY: u64 = 86_400;

/// A grant that is about to open with this code and a line.
fn opened(code: u8) -> Result<(Grant, Secret), Refusal> {
    let mut grant = Grant::new();
    grant.answers = false;
    again(&mut grant, code).map(|code| (grant, code))
}

fn again(grant: &mut Grant, code: u8) -> Result<Secret, Refusal> {
    grant.open(|open| {
        open.code = Some(Secret::from_bytes([code; 32]));
        open.line = Some(LINE.to_owned());
    })
}

fn kinds(grant: &Grant) -> Vec<News> {
    grant.untold().into_iter().map(|told| told.news).collect()
}

fn ended(why: &str) -> News {
    News::Ended(why.to_owned())
}

// rule: tokens/open-again: an opening whose answer was lost is answered again, with the same code,
//    until that is redeemed or over; nobody else opens it
#[test]
fn the_same_opening_is_answered_again_until_its_code_is_redeemed() {
    let (mut grant, code) = opened(1).unwrap();
    let stored = grant.stored();
    grant.wait(59);
    assert_eq!(again(&mut grant, 1).unwrap().expose(), code.expose());
    assert!(
        grant.effects.is_empty() && grant.stored() == stored,
        "nothing changes"
    );
    assert_eq!(again(&mut grant, 2).err(), Some(Refusal::AlreadyOpened));
    assert_eq!(grant.open(|_| ()).err(), Some(Refusal::AlreadyOpened));
    grant.redeem(&code, |_| ()).unwrap();
    assert_eq!(again(&mut grant, 1).err(), Some(Refusal::AlreadyOpened));

    let (mut grant, _) = opened(1).unwrap();
    grant.wait(60);
    assert_eq!(again(&mut grant, 1).err(), Some(Refusal::AlreadyOpened));
}

// rule: tokens/open-again
#[test]
fn whoever_knows_the_code_may_ask_for_the_answer_again() {
    let ask = |grant: &mut Grant, code: u8| {
        let code = Secret::from_bytes([code; 32]);
        match grant.send(Command::Repeat(Repeat { code })) {
            Reply::Opened { code, tells } => Ok((*code.expose(), tells)),
            Reply::Refused(refusal) => Err(refusal),
            other => panic!("{other:?}"),
        }
    };
    let mut nothing = Grant::new();
    assert_eq!(ask(&mut nothing, 1), Err(Refusal::Unknown));
    let (mut grant, code) = opened(1).unwrap();
    assert_eq!(ask(&mut grant, 1), Ok(([1; 32], true)));
    assert_eq!(ask(&mut grant, 2), Err(Refusal::AlreadyOpened));
    grant.redeem(&code, |_| ()).unwrap();
    assert_eq!(ask(&mut grant, 1), Err(Refusal::AlreadyOpened));
}

// rule: tokens/news-until-acknowledged: what a grant must tell its person's account is written with
//    the state, and told again, more and more rarely, until it is acknowledged
#[test]
fn news_are_stored_with_the_state_and_told_again_until_they_are_acknowledged() {
    let (mut grant, _) = opened(1).unwrap();
    let told = News::Opened(LINE.to_owned());
    assert_eq!(
        (&grant.told, kinds(&grant)),
        (&vec![told.clone()], vec![told])
    );
    assert!(grant.stored()["outbox"].is_array(), "in the same row");
    // Its code is never redeemed, and its account does not answer.
    let mut pauses = Vec::new();
    for _ in 0..9 {
        let rings = grant.state.as_ref().unwrap().rings_at();
        pauses.push(rings.since(grant.now).as_secs());
        grant.now = rings;
        grant.ring();
    }
    assert_eq!(pauses, [60, 60, 120, 240, 480, 960, 1920, 3840, 3840]);
    let both = [News::Opened(LINE.to_owned()), ended("its time was over")];
    assert_eq!(kinds(&grant), both);
    assert_eq!(
        grant.stands().as_deref(),
        Some("closed"),
        "it does not go before that"
    );
    grant.acknowledge();
    assert_eq!(grant.stands(), None);
}

// rule: tokens/news-until-acknowledged
#[test]
fn an_end_that_nobody_hears_of_is_given_up_after_a_month() {
    let (mut grant, _) = opened(1).unwrap();
    let mut rings = 0;
    while grant.state.is_some() {
        grant.now = grant.state.as_ref().unwrap().rings_at();
        grant.ring();
        rings += 1;
    }
    let days = grant.now.since(NOW).as_secs() / DAY;
    assert!((28..35).contains(&days), "{days} days, {rings} times");
    assert_eq!(grant.audit.len(), 1);
}

// rule: tokens/news-until-acknowledged
#[test]
fn of_each_kind_the_last_news_are_kept_and_a_use_alone_moves_no_alarm() {
    let (mut grant, first) = refreshing();
    grant.answers = false;
    let mut token = first.clone();
    for _ in 0..40 {
        grant.wait(DAY);
        token = grant.rotate(&token).unwrap();
        assert!(matches!(grant.effects[0], Effect::Store { alarm: None }));
    }
    let used = News::Used(Some(UnixTime(grant.now.0 - DAY)));
    assert_eq!(kinds(&grant), std::slice::from_ref(&used));
    assert_eq!(grant.untold()[0].at, grant.now);
    for _ in 0..2 {
        assert!(grant.rotate(&first).is_err());
    }
    assert_eq!(kinds(&grant), [used.clone(), News::Reused(2)]);
    let alarm = Some(grant.now + Duration::from_secs(60));
    grant.wait(10);
    grant.send(Command::Close);
    let all = [used, News::Reused(2), ended("asked for")];
    assert_eq!(kinds(&grant), all);
    let rings = grant.state.as_ref().unwrap().rings_at();
    assert_eq!(Some(rings), alarm, "the first of them is waited for");
}

// rule: tokens/news-until-acknowledged
#[test]
fn what_happens_while_the_account_is_told_is_told_as_well() {
    let (mut grant, token) = refreshing();
    grant.answers = false;
    grant.wait(DAY);
    let first = grant.rotate(&token).unwrap();
    let told = grant.untold();
    grant.wait(DAY);
    grant.rotate(&first).unwrap();
    let step = acknowledge(grant.state.take(), &told, &grant.moment());
    assert_eq!(step.effects, [Effect::Keep], "no write for its own sake");
    grant.state = step.state;
    assert_eq!(grant.untold()[0].at, grant.now, "it was used since");
}

// rule: tokens/news-until-acknowledged
/// The row is read again by an object that has forgotten what was acknowledged: from the second time on it is written.
#[test]
fn an_acknowledgement_that_is_lost_costs_one_more_telling() {
    let (mut grant, code) = opened(1).unwrap();
    grant.redeem(&code, |_| ()).unwrap();
    grant.wait(60);
    grant.ring();
    let told = grant.untold();
    assert_eq!(told.len(), 1);
    let step = acknowledge(grant.state.take(), &told, &grant.moment());
    let alarm = Some(after(30 * DAY));
    assert_eq!(step.effects, [Effect::Store { alarm }]);
}

#[test]
fn a_person_who_ends_it_is_told_by_the_alarm() {
    let (mut grant, _) = refreshing();
    grant.answers = false;
    let subject = "7".to_owned();
    grant.send(Command::Recall(Recall { subject }));
    assert!(
        grant.told.is_empty(),
        "they have taken it out of their list"
    );
    grant.now = grant.state.as_ref().unwrap().rings_at();
    grant.ring();
    assert_eq!(grant.told, [ended("its person ended it")]);
}

#[test]
fn rows_of_a_version_that_kept_no_news_are_read() {
    let mut grant = Grant::new();
    let row = json!({"closed": {"subject": "7", "until": after(600)}});
    grant.state = serde_json::from_value(row).unwrap();
    assert!(matches!(grant.state, Some(Lifecycle::Closed(_))));
    grant.wait(600);
    grant.ring();
    assert_eq!(grant.told, [ended("")], "perhaps nobody has said so");
    assert_eq!(grant.stands(), None);
    let (grant, _) = refreshing();
    assert_eq!(
        grant.stored()["outbox"],
        json!(null),
        "nothing waits, nothing is stored"
    );
}

// rule: apps/history
#[test]
fn the_first_refresh_of_a_day_is_told_and_the_last_one_of_the_day_before() {
    let (mut grant, token) = refreshing();
    grant.answers = false;
    // From the beginning of a day of UTC on.
    grant.wait(DAY - grant.now.0 % DAY);
    let token = grant.rotate(&token).unwrap();
    assert_eq!(kinds(&grant), [News::Used(None)]);
    let first = grant.now;
    grant.wait(DAY / 2);
    let token = grant.rotate(&token).unwrap();
    let last = grant.now;
    assert_eq!(grant.untold()[0].at, first, "the second is not told");
    grant.wait(DAY / 2);
    grant.rotate(&token).unwrap();
    assert_eq!(kinds(&grant), [News::Used(Some(last))]);
    assert_eq!(grant.untold()[0].at, first + Duration::from_secs(DAY));
}

#[test]
fn the_letters_of_news() {
    let news = [
        (News::Opened("x".to_owned()), r#"{"opened":"x"}"#),
        (News::Used(None), r#"{"used":null}"#),
        (News::Used(Some(UnixTime(5))), r#"{"used":5}"#),
        (News::Reused(2), r#"{"reused":2}"#),
        (News::LateRetries(3), r#"{"late_retries":3}"#),
        (
            News::Narrowed(vec!["triage".to_owned()], scope("org:read")),
            r#"{"narrowed":[["triage"],["org:read"]]}"#,
        ),
        (ended("why"), r#"{"ended":"why"}"#),
    ];
    for (news, letters) in news {
        assert_eq!(serde_json::to_string(&news).unwrap(), letters);
        assert_eq!(serde_json::from_str::<News>(letters).unwrap(), news);
    }
}
