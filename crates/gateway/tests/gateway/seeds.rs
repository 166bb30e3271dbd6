//! The two pages that this product was asked for by, sentence by sentence: each test is named after what it proves.

use domain::audit::EventKind;
use domain::command::Command;
use serde_json::{Value, json};

use crate::common::answer::{Answer, send};
use crate::common::provider::{groups, role};
use crate::common::scim::{ROLES, USER, user, with};
use crate::gate::Gate;
use crate::scim_auth::refresh;

const ANN: &str = "ann@acme.test";

fn access(gate: &Gate, name: &str) -> (Value, Vec<Value>) {
    let shown = gate.explain(name);
    let groups = shown["groups"].as_array().unwrap().iter().map(|group| group["name"].clone()).collect();
    (shown["environments"]["dev"]["role"].clone(), groups)
}

fn sign_in(gate: &Gate, role_name: &str, group_names: &[&str]) -> Answer {
    gate.acme.sign_in_with(&mut gate.acme.browser(), ANN, vec![role(role_name), groups(group_names)])
}

fn with_groups(gate: &Gate, names: &[&str]) {
    names.iter().for_each(|name| gate.add_group(name));
}

on_both_databases! {
    fn scim_handles_user_lifecycle_management_create_update_deactivate(gate: &Gate) {
        let scim = gate.acme.scim();
        let id = scim.create(&user(ANN)).expect(201).id();
        scim.put(&id, &with(user(ANN), "displayName", json!("Ann Lee"))).expect(200);
        assert_eq!(gate.person(ANN).display_name(), "Ann Lee");
        scim.patch(&id, "active", json!(false)).expect(200);
        assert_eq!(gate.explain(ANN)["status"], "deactivated");
    }

    fn saml_handles_roles_and_group_assignments(gate: &Gate) {
        with_groups(gate, &["Finance"]);
        gate.acme.scim().provision(ANN);
        sign_in(gate, "Environment manager", &["Finance"]).expect(303);
        assert_eq!(access(gate, ANN), (json!("Environment manager"), vec![json!("Finance")]));
    }

    fn role_assignments_are_always_evaluated_dynamically_at_login(gate: &Gate) {
        with_groups(gate, &["Finance", "Sales"]);
        gate.acme.scim().provision(ANN);
        for (role, group) in [("Environment manager", "Finance"), ("No access", "Sales"), ("Member", "Finance")] {
            sign_in(gate, role, &[group]).expect(303);
            assert_eq!(access(gate, ANN), (json!(role), vec![json!(group)]));
        }
    }

    fn users_provisioned_through_scim_exist_immediately_but_receive_no_roles_or_groups_until_they_log_in_through_saml(gate: &Gate) {
        with_groups(gate, &["Finance"]);
        let scim = gate.acme.scim();
        let id = scim.make(&with(user(ANN), ROLES, json!({ "workato_role": "Environment manager" })));
        assert_eq!(scim.get(&format!("/Users/{id}")).expect(200).json()["active"], true);
        assert_eq!((access(gate, ANN), gate.explain(ANN)["awaiting_first_login"].clone()), ((Value::Null, vec![]), json!(true)));
        gate.acme.sign_in_with(&mut gate.acme.browser(), ANN, vec![groups(&["Finance"])]).expect(303);
        assert_eq!(access(gate, ANN), (json!("Environment manager"), vec![json!("Finance")]));
    }

    fn an_email_invitation_is_verified_by_its_link_and_then_users_sign_in_with_what_saml_assigns(gate: &Gate) {
        gate.set_policy(&[("invitations", "verify_first")]);
        with_groups(gate, &["Finance"]);
        gate.acme.scim().provision(ANN);
        assert_eq!(gate.store.waiting_mails().unwrap(), 1);
        sign_in(gate, "Environment manager", &["Finance"]).expect(403);
        send("POST", &gate.invitation(ANN), &[], Some(b"")).expect(200);
        sign_in(gate, "Environment manager", &["Finance"]).expect(303);
        assert_eq!(access(gate, ANN), (json!("Environment manager"), vec![json!("Finance")]));
    }

    /// Whatever account there is elsewhere with that address: the link leads to the workspace's own page, and on to the
    /// organisation's login.
    fn clicking_on_the_invitation_leads_to_the_organisations_workspace(gate: &Gate) {
        gate.set_policy(&[("invitations", "verify_first")]);
        let other = gate.add_workspace("other");
        other.scim().provision(ANN);
        other.sign_in(&mut other.browser(), ANN).expect(303);
        gate.acme.scim().provision(ANN);
        let page = send("GET", &gate.invitation(ANN), &[], None).expect(200);
        assert!(page.body.contains("You are invited to acme"), "{page:?}");
        let done = send("POST", &gate.invitation(ANN), &[], Some(b"")).expect(200);
        assert!(done.body.contains("/saml/acme/login"), "{done:?}");
        let mut browser = gate.acme.browser();
        gate.acme.sign_in(&mut browser, ANN).expect(303);
        assert_eq!(browser.session().unwrap()["workspace"], "acme");
    }

    fn the_activity_audit_log_confirms_that_a_user_has_accepted_an_invitation(gate: &Gate) {
        gate.set_policy(&[("invitations", "verify_first")]);
        gate.acme.scim().provision(ANN);
        send("POST", &gate.invitation(ANN), &[], Some(b"")).expect(200);
        assert_eq!(gate.audit("invitation.accepted")[0].subject["name"], ANN);
        assert_eq!(gate.audit("collaborator.provisioned")[0].source, "scim_auto_sync");
    }

    /// Okta pushes everybody again when assignments are converted: the echo of what it knows.
    fn converting_user_assignments_to_group_assignments_changes_no_access_but_by_what_the_groups_say(gate: &Gate) {
        with_groups(gate, &["Finance", "Sales"]);
        let scim = gate.acme.scim();
        let id = scim.provision(ANN);
        sign_in(gate, "Environment manager", &["Finance"]).expect(303);
        let before = access(gate, ANN);
        let written = gate.audit("access.changed").len();
        let echo = scim.get(&format!("/Users/{id}")).expect(200).json();
        scim.put(&id, &echo).expect(200);
        assert_eq!((access(gate, ANN), gate.audit("access.changed").len()), (before, written));
        sign_in(gate, "Environment manager", &["Sales"]).expect(303);
        assert_eq!(access(gate, ANN), (json!("Environment manager"), vec![json!("Sales")]));
    }

    fn an_update_of_email_display_name_or_status_is_immediate(gate: &Gate) {
        let scim = gate.acme.scim();
        let id = scim.provision(ANN);
        let emails = json!([{ "value": "ann@new.test", "type": "work", "primary": true }]);
        let body = with(with(user(ANN), "displayName", json!("Ann Lee")), "emails", emails);
        scim.put(&id, &body).expect(200);
        let ann = gate.person(ANN);
        assert_eq!((ann.display_name(), ann.profile.primary_email()), ("Ann Lee".into(), Some("ann@new.test")));
        scim.put(&id, &with(body, "active", json!(false))).expect(200);
        assert_eq!(gate.explain(ANN)["status"], "deactivated");
    }

    fn changes_made_through_scim_are_denoted_scim_auto_sync(gate: &Gate) {
        let scim = gate.acme.scim();
        let id = scim.provision(ANN);
        scim.put(&id, &with(user(ANN), "displayName", json!("Ann Lee"))).expect(200);
        scim.patch(&id, "active", json!(false)).expect(200);
        for kind in ["collaborator.provisioned", "collaborator.updated", "collaborator.deactivated"] {
            assert_eq!(gate.audit(kind)[0].source, "scim_auto_sync", "{kind}");
        }
    }

    /// Suspension and deactivation come as `active: false`; a removed app as that, or as `DELETE`.
    fn who_is_suspended_deactivated_or_loses_the_app_cannot_access_the_workspace(gate: &Gate) {
        let scim = gate.acme.scim();
        for deprovision in ["suspended", "removed"] {
            let name = format!("{deprovision}@acme.test");
            let id = scim.provision(&name);
            let mut browser = gate.acme.signed_in(&name);
            match deprovision {
                "removed" => drop(scim.delete(&id).expect(204)),
                _ => drop(scim.patch(&id, "active", json!(false)).expect(200)),
            }
            assert!(browser.session().is_none(), "{name}");
            gate.acme.sign_in(&mut browser, &name).expect(403);
        }
    }

    fn who_is_re_provisioned_later_retains_the_earlier_privileges(gate: &Gate) {
        with_groups(gate, &["Finance"]);
        let scim = gate.acme.scim();
        let id = scim.provision(ANN);
        sign_in(gate, "Environment manager", &["Finance"]).expect(303);
        let before = access(gate, ANN);
        scim.patch(&id, "active", json!(false)).expect(200);
        assert_eq!(access(gate, ANN), (Value::Null, vec![]));
        scim.patch(&id, "active", json!(true)).expect(200);
        assert_eq!(access(gate, ANN), before);
        scim.delete(&id).expect(204);
        scim.provision(ANN);
        assert_eq!(access(gate, ANN), before);
    }

    fn disabling_scim_breaks_the_connection_and_enabling_it_again_loses_nothing(gate: &Gate) {
        let scim = gate.acme.scim();
        let id = scim.provision(ANN);
        gate.store.set_scim_enabled(false, gate.entry(EventKind::ScimDisabled)).unwrap();
        scim.patch(&id, "active", json!(false)).expect(403);
        assert_eq!(gate.explain(ANN)["status"], "invited");
        gate.store.set_scim_enabled(true, gate.entry(EventKind::ScimEnabled)).unwrap();
        assert_eq!(scim.get(&format!("/Users/{id}")).expect(200).json()["userName"], ANN);
    }

    fn refreshing_the_token_invalidates_the_existing_one_and_causes_subsequent_calls_to_fail(gate: &Gate) {
        let old = gate.acme.scim();
        let id = old.provision(ANN);
        let new = refresh(gate, None);
        old.patch(&id, "active", json!(false)).expect(401);
        new.get(&format!("/Users/{id}")).expect(200);
    }

    fn updates_to_custom_user_attributes_such_as_workato_role_come_directly_from_the_identity_provider(gate: &Gate) {
        let scim = gate.acme.scim();
        let id = scim.provision(ANN);
        gate.acme.signed_in(ANN);
        scim.put(&id, &with(user(ANN), ROLES, json!({ "workato_role": "Environment manager" }))).expect(200);
        assert_eq!(gate.explain(ANN)["environments"]["dev"]["role"], "Environment manager");
        assert_eq!(gate.explain(ANN)["environments"]["dev"]["source"], "scim_auto_sync");
    }

    fn role_changes_made_manually_may_be_overwritten_by_saml_auto_sync_and_by_scim_auto_sync(gate: &Gate) {
        let scim = gate.acme.scim();
        let id = scim.provision(ANN);
        sign_in(gate, "Member", &[]).expect(303);
        let by_hand = || {
            let (environment, role) = ("dev".to_owned(), "No access".to_owned());
            gate.administer(ANN, &Command::SetRole { environment, role, pin: None });
            assert_eq!(gate.explain(ANN)["environments"]["dev"]["source"], "manual");
        };
        by_hand();
        sign_in(gate, "Member", &[]).expect(303);
        let dev = gate.explain(ANN)["environments"]["dev"].clone();
        assert_eq!((&dev["role"], &dev["source"]), (&json!("Member"), &json!("saml_auto_sync")));
        by_hand();
        scim.put(&id, &with(user(ANN), ROLES, json!({ "workato_role": "Environment manager" }))).expect(200);
        let dev = gate.explain(ANN)["environments"]["dev"].clone();
        assert_eq!((&dev["role"], &dev["source"]), (&json!("Environment manager"), &json!("scim_auto_sync")));
    }

    fn who_is_removed_manually_is_re_provisioned_at_the_next_login_unless_the_provider_has_deprovisioned_them(gate: &Gate) {
        let scim = gate.acme.scim();
        let id = scim.provision(ANN);
        sign_in(gate, "Member", &[]).expect(303);
        gate.administer(ANN, &Command::Remove);
        assert_eq!(gate.explain(ANN)["status"], "removed");
        sign_in(gate, "Member", &[]).expect(303);
        assert_eq!(gate.explain(ANN)["status"], "active");
        gate.administer(ANN, &Command::Remove);
        scim.patch(&id, "active", json!(false)).expect(200);
        sign_in(gate, "Member", &[]).expect(403);
    }

    /// The unique identifier field is `userName`, which Okta sets to the address: it is how people are found on both sides.
    fn existing_users_are_synced_and_never_duplicated(gate: &Gate) {
        gate.set_policy(&[("jit", "everyone")]);
        gate.acme.sign_in(&mut gate.acme.browser(), ANN).expect(303);
        let scim = gate.acme.scim();
        let found = scim.filter("/Users", &format!("userName eq \"{ANN}\"")).expect(200).ids();
        assert_eq!(found.len(), 1);
        scim.put(&found[0], &user(ANN)).expect(200);
        assert_eq!(scim.get("/Users").expect(200).json()["totalResults"], 1);
        assert!(gate.person(ANN).lifecycle.is_managed());
    }

    /// `user.email` to `userName`, `user.status == "ACTIVE"` to `active`, `user.email` to the primary address.
    fn the_minimal_attribute_mapping_suffices(gate: &Gate) {
        let body = json!({
            "schemas": [USER], "userName": ANN, "active": true, "emails": [{ "primary": true, "value": ANN, "type": "work" }],
        });
        let scim = gate.acme.scim();
        let id = scim.create(&body).expect(201).id();
        let patched = scim.patch(&id, "emails[primary eq true].value", json!("ann@new.test")).expect(200).json();
        assert_eq!(patched["emails"][0]["value"], "ann@new.test");
        gate.acme.sign_in(&mut gate.acme.browser(), ANN).expect(303);
    }

    fn the_prerequisites_are_the_capability_and_saml_sso_and_each_that_lacks_is_named(gate: &Gate) {
        let scim = gate.acme.scim();
        gate.set_policy(&[("capability.advanced_security", "off")]);
        let refused = scim.get("/Users").refused(403, None);
        assert!(refused.contains("advanced_security"), "{refused}");
        gate.set_policy(&[("capability.advanced_security", "on")]);
        scim.get("/Users").expect(200);
    }
}
