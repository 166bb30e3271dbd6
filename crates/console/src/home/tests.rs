//! What needs attention, state by state.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, NaiveDate};
use domain::audit::EventKind;
use domain::id::{TokenId, WorkspaceId};
use domain::policy::{Jit, Policy};
use domain::workspace::{Workspace, WorkspaceHandle};
use store::{ChainStanding, Count, DailyCount, Head, MailStanding, ScimToken};
use uuid::Uuid;

use super::attention::{Weight, attention};
use super::standing::{Provider, Standing};

/// A workspace in which all is well.
fn well() -> Standing {
    let now = DateTime::from_timestamp(1_795_341_600, 0).unwrap();
    let workspace = Workspace {
        id: WorkspaceId::new(Uuid::from_u128(1)),
        handle: WorkspaceHandle::new("acme").unwrap(),
        name: "Acme".to_owned(),
        policy: Policy::new(Jit::Known),
        policy_version: 1,
        scim_enabled: true,
        created_at: now - Duration::days(400),
    };
    let count = |number| Count { number, is_all: true };
    let head = Head { seq: 9, hash: "ab".to_owned(), signature: "cd".to_owned() };
    Standing {
        now,
        workspace,
        providers: vec![provider()],
        own_keys: vec![("signing", 300), ("encryption", 30)],
        tokens: vec![token(&now)],
        statuses: BTreeMap::from([("active".to_owned(), count(7))]),
        health: BTreeMap::from([("linked".to_owned(), count(7))]),
        held: None,
        administrators: 2,
        mail: MailStanding::default(),
        sends_mail: true,
        refusals: 0,
        chain: ChainStanding { head, kept_from: 1, unsealed: 0, waiting_since: None, problem: None },
        days: Vec::new(),
    }
}

fn provider() -> Provider {
    Provider { name: "okta".parse().unwrap(), days_left: Some(30), trouble: None, trial_ends: None }
}

fn token(now: &domain::clock::Timestamp) -> ScimToken {
    ScimToken {
        id: TokenId::new(Uuid::from_u128(2)),
        name: "Okta".to_owned(),
        connection: None,
        created_at: *now - Duration::days(300),
        expires_at: None,
        last_used_at: Some(*now - Duration::days(14)),
    }
}

/// The findings of a workspace in which all is well but for this: how much each matters, what it says, and where it leads.
fn found(change: impl FnOnce(&mut Standing)) -> Vec<(Weight, String, String)> {
    let mut standing = well();
    change(&mut standing);
    attention(&standing).into_iter().map(|found| (found.weight, found.sentence, found.place)).collect()
}

/// The only finding: what it says.
#[track_caller]
fn only(weight: Weight, place: &str, change: impl FnOnce(&mut Standing)) -> String {
    let found = found(change);
    let [(found_weight, sentence, found_place)] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((*found_weight, found_place.as_str()), (weight, place), "{sentence}");
    sentence.clone()
}

#[test]
fn where_all_is_well_there_is_nothing_to_say() {
    assert_eq!(found(|_| ()), []);
}

#[test]
fn nobody_can_sign_in_without_an_identity_provider() {
    let sentence = only(Weight::Trouble, "/connections", |standing| standing.providers.clear());
    assert_eq!(sentence, "No identity provider is connected: nobody but the owner can sign in.");
}

#[test]
fn certificates_are_told_of_before_they_end() {
    let with = |days_left| move |standing: &mut Standing| standing.providers[0].days_left = days_left;
    let warned = |days_left| only(Weight::Warning, "/connections/idp/okta", with(days_left));
    assert_eq!(warned(Some(29)), "The last certificate of okta ends in 29 days.");
    assert_eq!(warned(Some(1)), "The last certificate of okta ends in a day.");
    assert_eq!(warned(Some(0)), "The last certificate of okta ends in less than a day.");
    assert!(warned(Some(-1)).starts_with("Every certificate of okta has ended."));
    let sentence = only(Weight::Trouble, "/connections/idp/okta", with(None));
    assert_eq!(sentence, "The metadata of okta can’t be used: nobody signs in through it.");
    let sentence = only(Weight::Warning, "/connections/keys", |standing| standing.own_keys[1].1 = 29);
    assert_eq!(sentence, "Our certificate for encryption ends in 29 days.");
}

#[test]
fn metadata_that_can_not_be_refreshed_and_changes_on_trial_are_told() {
    let trouble = |standing: &mut Standing| standing.providers[0].trouble = Some("it answers 404".to_owned());
    let sentence = only(Weight::Warning, "/connections/idp/okta", trouble);
    assert_eq!(sentence, "The metadata of okta can’t be refreshed: it answers 404. The last good ones are in force.");
    let trial = |standing: &mut Standing| standing.providers[0].trial_ends = Some(standing.now);
    let sentence = only(Weight::Warning, "/connections/idp/okta", trial);
    assert!(sentence.starts_with("A change of okta is on trial: at 2026-11-22 10:00 UTC it is put back"), "{sentence}");
}

#[test]
fn scim_without_what_it_takes_is_told() {
    let off = only(Weight::Note, "/scim", |standing| standing.workspace.scim_enabled = false);
    assert!(off.starts_with("SCIM is off"), "{off}");
    let lacking =
        |standing: &mut Standing| standing.workspace.policy.set("capability.advanced_security", "off").unwrap();
    assert!(only(Weight::Trouble, "/access/policy", lacking).contains("advanced_security"));
    let sentence = "SCIM is on, but no token is in force: the provider can’t reach us.";
    assert_eq!(only(Weight::Trouble, "/scim", |standing| standing.tokens.clear()), sentence);
    let over = |standing: &mut Standing| standing.tokens[0].expires_at = Some(standing.now);
    assert_eq!(only(Weight::Trouble, "/scim", over), sentence);
}

#[test]
fn the_last_token_is_told_of_before_it_ends() {
    let ends_in = |days| {
        move |standing: &mut Standing| {
            standing.tokens[0].expires_at = Some(standing.now + Duration::days(days));
        }
    };
    assert_eq!(only(Weight::Warning, "/scim", ends_in(29)), "The last SCIM token of a provider ends in 29 days.");
    assert_eq!(found(ends_in(30)), []);
}

#[test]
fn a_provider_that_calls_no_more_is_told() {
    let used = |ago| move |standing: &mut Standing| standing.tokens[0].last_used_at = Some(standing.now - ago);
    let quiet = only(Weight::Warning, "/scim/requests", used(Duration::days(15)));
    assert_eq!(quiet, "SCIM has been quiet for 15 days: is provisioning still on at the provider?");
    let never = |standing: &mut Standing| standing.tokens[0].last_used_at = None;
    assert!(only(Weight::Warning, "/scim/requests", never).contains("has never called"));
    let new = |standing: &mut Standing| {
        standing.tokens[0].last_used_at = None;
        standing.tokens[0].created_at = standing.now - Duration::days(1);
    };
    assert_eq!(found(new), []);
}

#[test]
fn mail_that_waits_or_fails_is_told() {
    let waiting = |number, since, trouble: Option<&str>| MailStanding {
        waiting: number,
        oldest: Some(since),
        trouble: trouble.map(str::to_owned),
    };
    let (now, place) = (well().now, "/people?status=invited");
    let unset = only(Weight::Warning, place, |standing| {
        standing.sends_mail = false;
        standing.mail = waiting(1, now, None);
    });
    assert_eq!(unset, "An invitation waits to be sent: the operator has to set mail.url.");
    let refused = only(Weight::Warning, place, |standing| standing.mail = waiting(1_200, now, Some("refused.")));
    assert_eq!(refused, "1,200 invitations wait to be sent: refused.");
    let late = |ago| move |standing: &mut Standing| standing.mail = waiting(2, now - ago, None);
    assert!(only(Weight::Warning, place, late(Duration::minutes(16))).ends_with("for longer than usual."));
    assert_eq!(found(late(Duration::minutes(15))), []);

    let failed = |day| {
        move |standing: &mut Standing| {
            let day = NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
            standing.days = vec![DailyCount { day, kind: EventKind::InvitationFailed, count: 2 }];
        }
    };
    let lost = only(Weight::Warning, "/audit?kind=invitation.failed", failed(16));
    assert_eq!(lost, "2 invitations could not be delivered in the last 7 days.");
    assert_eq!(found(failed(15)), []);
}

#[test]
fn too_few_administrators_and_refused_logins_are_told() {
    assert!(only(Weight::Note, "/access", |standing| standing.administrators = 1).starts_with("Only one person"));
    assert!(only(Weight::Note, "/access", |standing| standing.administrators = 0).starts_with("Nobody but the owner"));
    let place = "/audit?kind=login.failed&from=2026-11-21T10:00:00Z";
    let refused = |refusals| only(Weight::Note, place, |standing| standing.refusals = refusals);
    assert_eq!(refused(1), "A login was refused in the last 24 hours.");
    assert_eq!(refused(1_000), "1,000 logins were refused in the last 24 hours.");
    assert_eq!(refused(1_001), "More than 1,000 logins were refused in the last 24 hours.");
}

#[test]
fn people_whose_sides_do_not_fit_together_are_told() {
    let health = |word: &str, number, is_all| {
        let word = word.to_owned();
        move |standing: &mut Standing| {
            standing.health.insert(word, Count { number, is_all });
        }
    };
    let sentence = only(Weight::Warning, "/people?health=mismatched", health("mismatched", 1, true));
    assert_eq!(sentence, "One person is known differently to SCIM and to SAML.");
    let sentence = only(Weight::Note, "/people?health=scim_only", health("scim_only", 10_000, false));
    assert_eq!(sentence, "More than 10,000 people whom SCIM made have never signed in.");
    let sentence = only(Weight::Note, "/people?health=saml_only", health("saml_only", 2, true));
    assert_eq!(sentence, "2 people sign in whom SCIM does not know.");
    let held = |standing: &mut Standing| standing.held = Some(Count { number: 3, is_all: true });
    assert_eq!(only(Weight::Note, "/people?hold=held", held), "3 people are held by an administrator.");
}

#[test]
fn a_log_that_is_not_whole_comes_before_everything_else() {
    let all = found(|standing| {
        standing.administrators = 1;
        standing.providers[0].days_left = Some(3);
        standing.chain.problem = Some("entry 7 is missing".to_owned());
    });
    let weights: Vec<Weight> = all.iter().map(|(weight, ..)| *weight).collect();
    assert_eq!(weights, [Weight::Trouble, Weight::Warning, Weight::Note]);
    assert_eq!(all[0].1, "The activity log is not whole: entry 7 is missing.");
    let waiting = |ago| {
        move |standing: &mut Standing| {
            standing.chain.unsealed = 4;
            standing.chain.waiting_since = Some(standing.now - ago);
        }
    };
    let sentence = only(Weight::Trouble, "/audit", waiting(Duration::seconds(61)));
    assert_eq!(sentence, "4 entries of the activity log are not sealed.");
    assert_eq!(found(waiting(Duration::seconds(60))), []);
}

#[test]
fn counts_stand_at_their_days() {
    let mut standing = well();
    let count = |day: &str, count| DailyCount { day: day.parse().unwrap(), kind: EventKind::LoginFailed, count };
    standing.days = vec![count("2026-10-24", 5), count("2026-11-22", 2), count("2026-10-23", 9)];
    let counts = standing.counts(EventKind::LoginFailed);
    assert_eq!((counts.len(), counts[0], counts[29], counts.iter().sum::<i64>()), (30, 5, 2, 7));
    assert_eq!(standing.counts(EventKind::LoginSucceeded), [0; 30]);
}
