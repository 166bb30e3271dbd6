//! Who gets in, and for how long.

use chrono::Duration;
use domain::command::Command;

use super::visit::{PASSWORD, Visit, code, hidden, set_password};
use crate::common::provider::role;

on_both_databases! {
    fn the_owner_signs_in_by_password_and_a_code_that_counts_once(gate: &Gate) {
        set_password(gate, "acme");
        let mut owner = Visit::stranger(gate);
        owner.sign_in("owner@acme.test", "wrong", "").expect(403);
        owner.sign_in("else@acme.test", PASSWORD, "").expect(403);
        owner.sign_in("Owner@acme.test", PASSWORD, "").expect(303);
        let page = owner.get("/account").expect(200);
        let key = hidden(&page, "secret");
        owner.post("/account/second-factor", &[("secret", &key), ("code", "000000")]).expect(422);
        let set_up = code(gate, &key);
        owner.post("/account/second-factor", &[("secret", &key), ("code", &set_up)]).expect(303);
        owner.get("").expect(200);

        let mut again = Visit::stranger(gate);
        again.sign_in("owner@acme.test", PASSWORD, "").expect(403);
        again.sign_in("owner@acme.test", PASSWORD, &set_up).expect(403);
        gate.advance(Duration::seconds(30));
        let next = code(gate, &key);
        again.sign_in("owner@acme.test", PASSWORD, &next).expect(303);
        Visit::stranger(gate).sign_in("owner@acme.test", PASSWORD, &next).expect(403);
        let checks: Vec<_> = gate.audit("console.sign_in_refused").iter().map(|entry| entry.after.clone().unwrap()["check"].clone()).collect();
        assert_eq!(checks, ["owner_password", "owner_email", "owner_code", "owner_code", "owner_code"]);
    }

    fn an_owner_without_a_second_factor_can_do_nothing_else(gate: &Gate) {
        set_password(gate, "acme");
        let mut owner = Visit::stranger(gate);
        owner.sign_in("owner@acme.test", PASSWORD, "").expect(303);
        assert_eq!(owner.get("").expect(303).location(), "/console/acme/account");
        let token = hidden(&owner.get("/account").expect(200), "csrf");
        let refused = owner.post_with("/sessions/end", &[("session", "any"), ("csrf", &token)]);
        assert_eq!(refused.expect(303).location(), "/console/acme/account");
    }

    fn a_login_opens_one_session_of_the_console_and_while_it_is_fresh(gate: &Gate) {
        let mut ann = Visit::administrator(gate, "ann@acme.test");
        let mut thief = Visit::stranger(gate);
        thief.browser = ann.browser.clone();
        let begun = thief.browser.get("/console/acme/enter").expect(303);
        assert!(begun.location().contains("/saml/acme/login?return_to="), "{begun:?}");

        gate.acme.sign_in_with(&mut ann.browser, "ann@acme.test", vec![role("Environment admin")]).expect(303);
        gate.advance(Duration::minutes(5));
        let late = ann.browser.get("/console/acme/enter").expect(303);
        assert!(late.location().contains("/saml/acme/login"), "{late:?}");
    }

    fn who_does_not_administer_is_refused_and_the_log_says_so(gate: &Gate) {
        let mut ben = Visit::collaborator(gate, "ben@acme.test", "Member");
        let page = ben.browser.get("/console/acme/enter").expect(403);
        assert!(page.body.contains("You do not administer this workspace"), "{page:?}");
        assert!(page.set_cookies().is_empty());
        assert_eq!(gate.audit("console.sign_in_refused")[0].after.as_ref().unwrap()["check"], "administers");
    }

    fn a_session_ends_by_idleness_and_by_age(gate: &Gate) {
        let mut idle = Visit::administrator(gate, "ann@acme.test");
        gate.advance(Duration::minutes(30));
        assert!(idle.get("").expect(303).location().starts_with("/console/acme/sign-in?return_to=%2Fconsole%2Facme"));

        let mut busy = Visit::administrator(gate, "ann@acme.test");
        for _ in 0..48 {
            busy.get("").expect(200);
            gate.advance(Duration::minutes(15));
        }
        busy.get("").expect(303);
    }

    fn a_session_ends_with_what_it_rests_on(gate: &Gate) {
        for end in [Command::Hold, Command::EndSessions, Command::Remove] {
            let mut ann = Visit::administrator(gate, "ann@acme.test");
            gate.administer("ann@acme.test", &end);
            ann.get("").expect(303);
            gate.administer("ann@acme.test", &Command::Activate);
        }
        let mut ann = Visit::administrator(gate, "ann@acme.test");
        let member = Command::SetRole { environment: "dev".to_owned(), role: "Member".to_owned(), pin: None };
        gate.administer("ann@acme.test", &member);
        ann.get("").expect(303);
    }

    fn a_session_is_ended_from_another_one(gate: &Gate) {
        let mut owner = Visit::owner(gate);
        let mut ann = Visit::administrator(gate, "ann@acme.test");
        let page = owner.get("/sessions").expect(200);
        let keys: Vec<String> = page.form_fields().into_iter().filter(|(name, _)| *name == "session").map(|(_, key)| key).collect();
        assert_eq!(keys.len(), 2, "{page:?}");
        let told = owner.post("/sessions/end", &[("session", &keys[0])]);
        let told = owner.follow(&told).expect(200);
        assert!(told.body.contains("The session is ended."), "{told:?}");
        ann.get("").expect(303);
        assert_eq!(gate.audit("console.session_ended").len(), 1);
        let again = owner.get("/sessions").expect(200);
        assert!(!again.body.contains("The session is ended."), "it is told once");
    }

    fn guesses_at_an_owners_password_become_slow(gate: &Gate) {
        set_password(gate, "acme");
        let mut stranger = Visit::stranger(gate);
        for _ in 0..10 {
            stranger.sign_in("owner@acme.test", "wrong", "").expect(403);
        }
        let slow = stranger.sign_in("owner@acme.test", PASSWORD, "").expect(429);
        assert!(slow.header("retry-after").parse::<u32>().unwrap() > 0, "{slow:?}");
        gate.advance(Duration::seconds(30));
        stranger.sign_in("owner@acme.test", PASSWORD, "").expect(303);
    }

    fn a_new_password_ends_the_owners_other_sessions(gate: &Gate) {
        let mut owner = Visit::owner(gate);
        let mut elsewhere = owner.clone();
        owner.post("/account/password", &[("present", "wrong wrong wrong"), ("new", "another long password")]).expect(422);
        owner.post("/account/password", &[("present", PASSWORD), ("new", "short")]).expect(422);
        owner.post("/account/password", &[("present", PASSWORD), ("new", "another long password")]).expect(303);
        owner.get("").expect(200);
        elsewhere.get("").expect(303);
    }
}
