//! The login tracer's memory.

use chrono::Duration;
use domain::audit::EventKind;
use domain::policy::Policy;
use serde_json::json;
use store::{LoginTrace, TraceFilter, TraceStanding};

use crate::acme::Acme;
use crate::users::user;

fn trace(acme: &Acme, reference: &str, standing: TraceStanding) -> LoginTrace {
    LoginTrace {
        workspace: acme.workspace.id,
        at: acme.now(),
        reference: reference.to_owned(),
        standing,
        end: json!({ "outcome": "refused" }),
        failed_check: (standing != TraceStanding::LetIn).then(|| "audience".to_owned()),
        person: None,
        name: Some("Ann@acme.test".to_owned()),
        story: Some(json!({ "issuer": "http://idp.test\u{0}" })),
    }
}

fn append(acme: &Acme, references: &[&str], standing: TraceStanding, keep: i64) {
    for reference in references {
        acme.store.append_login_trace(trace(acme, reference, standing), keep).unwrap();
    }
}

fn references(acme: &Acme, filter: &TraceFilter, limit: i64) -> Vec<String> {
    let traces = acme.store.login_traces(acme.workspace.id, filter, limit).unwrap();
    traces.into_iter().map(|trace| trace.reference).collect()
}

fn all(acme: &Acme) -> Vec<String> {
    references(acme, &TraceFilter::default(), 100)
}

on_both_databases! {
    fn an_attempt_is_read_back_as_it_was_noted(db: &Database) {
        let acme = Acme::on(db);
        append(&acme, &["r1"], TraceStanding::Unproven, 10);
        let noted = trace(&acme, "r1", TraceStanding::Unproven);
        assert_eq!(acme.store.find_login_trace(acme.workspace.id, "r1").unwrap(), Some(noted.clone()));
        assert_eq!(acme.store.login_traces(acme.workspace.id, &TraceFilter::default(), 1).unwrap(), [noted]);
        assert_eq!(acme.store.find_login_trace(acme.workspace.id, "r2").unwrap(), None);
    }

    /// Whoever floods a workspace with what no signature stands behind pushes out nothing but that.
    fn each_standing_of_each_workspace_has_its_own_bound(db: &Database) {
        let acme = Acme::on(db);
        let globex = Acme::called("globex", &acme.store);
        append(&globex, &["elsewhere"], TraceStanding::Unproven, 2);
        append(&acme, &["in"], TraceStanding::LetIn, 2);
        append(&acme, &["proven"], TraceStanding::Proven, 2);
        append(&acme, &["1", "2", "3", "4", "5"], TraceStanding::Unproven, 2);
        assert_eq!(all(&acme), ["in", "proven", "4", "5"]);
        assert_eq!(all(&globex), ["elsewhere"]);
        append(&acme, &["in2", "in3"], TraceStanding::LetIn, 2);
        assert_eq!(all(&acme), ["proven", "4", "5", "in2", "in3"]);
    }

    fn attempts_are_chosen_by_name_by_person_and_by_failure(db: &Database) {
        let acme = Acme::on(db);
        let ann = acme.post(user("ann@acme.test")).unwrap();
        append(&acme, &["by name"], TraceStanding::Proven, 10);
        let by_id = LoginTrace { person: Some(ann.id), name: None, ..trace(&acme, "by id", TraceStanding::LetIn) };
        acme.store.append_login_trace(by_id, 10).unwrap();
        let other = LoginTrace { name: Some("ben".to_owned()), ..trace(&acme, "other", TraceStanding::Proven) };
        acme.store.append_login_trace(other, 10).unwrap();
        let named = TraceFilter { name: Some("ANN@ACME.TEST".to_owned()), ..TraceFilter::default() };
        assert_eq!(references(&acme, &named, 10), ["by name"]);
        let either = TraceFilter { person: Some(ann.id), ..named.clone() };
        assert_eq!(references(&acme, &either, 10), ["by name", "by id"]);
        assert_eq!(references(&acme, &TraceFilter { failed: true, ..either }, 10), ["by name"]);
        assert_eq!(references(&acme, &TraceFilter { failed: true, ..TraceFilter::default() }, 1), ["other"]);
    }

    fn attempts_are_paged_by_number_newest_first(db: &Database) {
        let acme = Acme::on(db);
        let globex = Acme::called("globex", &acme.store);
        append(&acme, &["1", "2"], TraceStanding::Proven, 10);
        append(&globex, &["elsewhere"], TraceStanding::Proven, 10);
        append(&acme, &["3"], TraceStanding::LetIn, 10);
        let page = |filter: &TraceFilter, before| acme.store.login_trace_page(acme.workspace.id, filter, before, 2).unwrap();
        let of = |page: &[(i64, LoginTrace)]| page.iter().map(|(_, trace)| trace.reference.clone()).collect::<Vec<_>>();
        let first = page(&TraceFilter::default(), None);
        assert_eq!(of(&first), ["3", "2"]);
        assert_eq!(of(&page(&TraceFilter::default(), Some(first[1].0))), ["1"]);
        assert_eq!(of(&page(&TraceFilter { failed: true, ..TraceFilter::default() }, Some(first[0].0))), ["2", "1"]);
    }

    fn a_refused_login_is_in_the_audit_log_and_in_the_tracer_or_in_neither(db: &Database) {
        let acme = Acme::on(db);
        let entry = acme.entry(EventKind::LoginFailed, "ann@acme.test");
        acme.store.refuse_login(entry, trace(&acme, "r1", TraceStanding::Proven), 10).unwrap();
        assert_eq!(acme.store.seal().unwrap(), 1);
        assert_eq!(all(&acme), ["r1"]);
    }

    /// After `trace_retention` nothing is left by which somebody could be told.
    fn what_is_personal_goes_and_time_and_check_stay(db: &Database) {
        let acme = Acme::on(db);
        let mut policy: Policy = acme.workspace.policy.clone();
        policy.set("trace_retention", "2d").unwrap();
        acme.store.set_policy(policy, 1, acme.entry(EventKind::PolicyChanged, "acme")).unwrap();
        append(&acme, &["old"], TraceStanding::Proven, 10);
        let noted = trace(&acme, "old", TraceStanding::Proven);
        acme.pass(Duration::days(2));
        append(&acme, &["new"], TraceStanding::Proven, 10);
        assert_eq!(acme.store.forget_login_traces(acme.now()).unwrap(), 0);
        acme.pass(Duration::seconds(1));
        assert_eq!(acme.store.forget_login_traces(acme.now()).unwrap(), 1);
        assert_eq!(acme.store.forget_login_traces(acme.now()).unwrap(), 0);
        let left = acme.store.find_login_trace(acme.workspace.id, "old").unwrap().unwrap();
        assert_eq!(left, LoginTrace { person: None, name: None, story: None, ..noted });
        assert!(acme.store.find_login_trace(acme.workspace.id, "new").unwrap().unwrap().story.is_some());
        let ann = TraceFilter { name: Some("ann@acme.test".to_owned()), ..TraceFilter::default() };
        assert_eq!(references(&acme, &ann, 10), ["new"]);
    }
}
