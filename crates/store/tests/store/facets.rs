//! What administrators filter people by: written with every write, and out of SCIM's reach.

use std::collections::BTreeMap;

use chrono::Duration;
use domain::audit::EventKind;
use domain::command::Command;
use domain::environment::{EnvironmentName, RoleName};
use domain::facet::{BY_SAML, BY_SCIM, DELETED, Facet, HELD, NEVER, SEEN};
use domain::facts::Pin;
use domain::id::PersonId;
use domain::people_search::{PeopleSearch, Standing};
use domain::role::Role;
use serde_json::json;
use store::{Count, PeopleOrder, Turn};

use crate::acme::Acme;
use crate::database::Database;
use crate::users::{same, user};

const ANN: &str = "ann@acme.test";
const ROWS: &str = "SELECT count(*) AS n FROM search_attributes WHERE substr(path, 1, 1) = '#'";

fn counts(acme: &Acme, facet: &Facet) -> BTreeMap<String, i64> {
    let counted = acme.store.count_by_facet(acme.workspace.id, facet).unwrap();
    assert!(counted.values().all(|count| count.is_all));
    counted.into_iter().map(|(value, count)| (value, count.number)).collect()
}

fn only(value: &str) -> BTreeMap<String, i64> {
    BTreeMap::from([(value.to_owned(), 1)])
}

fn none() -> BTreeMap<String, i64> {
    BTreeMap::new()
}

fn dev() -> EnvironmentName {
    EnvironmentName::new("dev").unwrap()
}

fn hold(acme: &Acme, person: PersonId) {
    acme.command(person, &Command::Hold).unwrap();
}

/// A database as the version before had it, with whoever is in it.
fn as_it_was_before(db: &Database) {
    let folder = if db.url().starts_with("sqlite") { "sqlite" } else { "postgres" };
    let path = format!("{}/../../migrations/{folder}/0017_people_facets/down.sql", env!("CARGO_MANIFEST_DIR"));
    let mut raw = db.raw();
    raw.run(&std::fs::read_to_string(path).unwrap());
    raw.run("DELETE FROM __diesel_schema_migrations WHERE version = '0017'");
    assert_eq!(raw.count(ROWS), 0);
}

on_both_databases! {
    fn they_follow_a_person_through_life(db: &Database) {
        let acme = Acme::on(db);
        let ann = acme.post(user(ANN)).unwrap();
        assert_eq!(counts(&acme, &Facet::Status), only("invited"));
        assert_eq!(counts(&acme, &Facet::Login), only(NEVER));
        assert_eq!(counts(&acme, &Facet::Role(dev())), none());
        acme.sign_in(&acme.begin_login(ANN).role("Admin")).unwrap();
        assert_eq!(counts(&acme, &Facet::Status), only("active"));
        assert_eq!(counts(&acme, &Facet::Login), only(SEEN));
        assert_eq!(counts(&acme, &Facet::Source), only(BY_SCIM));
        assert_eq!(counts(&acme, &Facet::Health), only("linked"));
        assert_eq!(counts(&acme, &Facet::Role(dev())), only("Admin"));
        hold(&acme, ann.id);
        assert_eq!(counts(&acme, &Facet::Role(dev())), none());
        assert_eq!((counts(&acme, &Facet::KeptRole(dev())), counts(&acme, &Facet::Hold)), (only("Admin"), only(HELD)));
        assert_eq!(counts(&acme, &Facet::Health), none());
        acme.command(ann.id, &Command::Delete).unwrap();
        assert_eq!(counts(&acme, &Facet::Status), only(DELETED));
        assert_eq!(db.raw().count(ROWS), 1, "of the deleted nothing else is kept");
    }

    fn who_comes_by_a_login_is_of_saml(db: &Database) {
        let acme = Acme::on(db);
        acme.sign_in(&acme.begin_login(ANN)).unwrap();
        assert_eq!((counts(&acme, &Facet::Source), counts(&acme, &Facet::Health)), (only(BY_SAML), only("saml_only")));
    }

    /// A login leaves the SCIM resource as it is, so that what SCIM searches is not written; what the console filters by is.
    fn a_login_that_changes_a_role_moves_nobody_and_changes_no_other_row(db: &Database) {
        let acme = Acme::on(db);
        acme.post(user(ANN).role("workato_role", "Admin").display_name("Ann")).unwrap();
        acme.sign_in(&acme.begin_login(ANN).role("Admin")).unwrap();
        let others = "SELECT count(*) AS n FROM search_attributes WHERE substr(path, 1, 1) <> '#'";
        let before = db.raw().count(others);
        acme.sign_in(&acme.begin_login(ANN).role("Analyst")).unwrap();
        assert_eq!(counts(&acme, &Facet::Role(dev())), only("Analyst"));
        assert_eq!(counts(&acme, &Facet::Health), only("mismatched"));
        assert_eq!(db.raw().count(others), before);
    }

    fn somebody_who_is_brought_back_has_a_new_place_there_too(db: &Database) {
        let acme = Acme::on(db);
        let ann = acme.post(user(ANN).external_id("00u1")).unwrap();
        acme.post(user("bob@acme.test")).unwrap();
        acme.command(ann.id, &Command::Delete).unwrap();
        acme.post(user(ANN).external_id("00u1")).unwrap();
        let ordinals = "SELECT count(DISTINCT ordinal) AS n FROM search_attributes WHERE person_id = '";
        assert_eq!(db.raw().count(&format!("{ordinals}{}'", ann.id)), 1);
        let search = PeopleSearch { status: Some(Standing::find("invited").unwrap()), ..PeopleSearch::default() };
        let page = acme.store.find_people(acme.workspace.id, &search, PeopleOrder::Newest, &Turn::Begin, 9).unwrap();
        let names: Vec<&str> = page.people.iter().map(|person| person.user_name.as_str()).collect();
        assert_eq!(names, [ANN, "bob@acme.test"], "the newest first");
    }

    fn a_pin_that_is_over_changes_what_is_kept_of_the_role(db: &Database) {
        let acme = Acme::on(db);
        let ann = acme.post(user(ANN)).unwrap();
        acme.sign_in(&acme.begin_login(ANN).role("Analyst")).unwrap();
        let pin = Some(Pin { until: acme.now() + Duration::hours(1), reason: "on call".to_owned() });
        acme.command(ann.id, &Command::SetRole { environment: "dev".to_owned(), role: "Admin".to_owned(), pin }).unwrap();
        acme.sign_in(&acme.begin_login(ANN).role("Analyst")).unwrap();
        assert_eq!(counts(&acme, &Facet::Role(dev())), only("Admin"));
        acme.pass(Duration::hours(2));
        acme.store.reconsider_due(acme.now(), 10).unwrap();
        assert_eq!(counts(&acme, &Facet::Role(dev())), only("Analyst"));
    }

    /// Names of over 128 characters don't stand in the index.
    fn the_longest_role_names_are_told_apart(db: &Database) {
        let acme = Acme::on(db);
        let names = ["x", "y"].map(|end| format!("{}{end}", "a".repeat(255)));
        for (number, name) in names.iter().enumerate() {
            let role = Role::named(RoleName::new(name).unwrap());
            acme.store.add_role(role, acme.entry(EventKind::RoleAdded, "role")).unwrap();
            acme.sign_in(&acme.begin_login(&format!("p{number}@acme.test")).role(name)).unwrap();
        }
        assert_eq!(counts(&acme, &Facet::Role(dev())), names.clone().map(|name| (name, 1)).into());
        let roles = vec![(dev(), RoleName::new(&names[1]).unwrap())];
        let search = PeopleSearch { roles, ..PeopleSearch::default() };
        let page = acme.store.find_people(acme.workspace.id, &search, PeopleOrder::Newest, &Turn::Begin, 9).unwrap();
        assert_eq!(page.people.iter().map(|p| p.user_name.as_str()).collect::<Vec<_>>(), ["p1@acme.test"]);
    }

    fn roles_are_counted_by_environment_and_each_workspace_by_itself(db: &Database) {
        let acme = Acme::on(db);
        let globex = Acme::called("globex", &acme.store);
        globex.sign_in(&globex.begin_login(ANN).role("Analyst")).unwrap();
        for (name, role) in [("a@acme.test", "Admin"), ("b@acme.test", "Admin"), ("c@acme.test", "Member")] {
            acme.sign_in(&acme.begin_login(name).role(role)).unwrap();
        }
        let counted = acme.store.count_by_role(acme.workspace.id).unwrap();
        let number = |number| Count { number, is_all: true };
        let shown: Vec<_> = counted.iter().map(|(name, roles)| (name.as_str(), roles.clone())).collect();
        let member = || BTreeMap::from([("Member".to_owned(), number(3))]);
        let dev = BTreeMap::from([("Admin".to_owned(), number(2)), ("Member".to_owned(), number(1))]);
        assert_eq!(shown, [("dev", dev), ("test", member()), ("prod", member())]);
    }

    fn a_database_from_before_gets_them_for_everybody(db: &Database) {
        let acme = Acme::on(db);
        let ann = acme.post(user(ANN)).unwrap();
        acme.sign_in(&acme.begin_login(ANN).role("Admin")).unwrap();
        let bob = acme.post(user("bob@acme.test")).unwrap();
        acme.command(bob.id, &Command::Delete).unwrap();
        let pin = Some(Pin { until: acme.now() + Duration::hours(1), reason: "on call".to_owned() });
        acme.command(ann.id, &Command::SetRole { environment: "dev".to_owned(), role: "Analyst".to_owned(), pin }).unwrap();
        acme.sign_in(&acme.begin_login(ANN).role("Admin")).unwrap();
        let rows = db.raw().count(ROWS);
        let before = acme.person(ann.id);
        as_it_was_before(db);

        assert_eq!(db.open().migrate().unwrap().len(), 1);
        assert_eq!(counts(&acme, &Facet::Status), only(DELETED));
        assert_eq!(acme.store.count_due(acme.workspace.id, acme.now()).unwrap(), 1);
        while acme.store.reconsider_due(acme.now(), 10).unwrap() > 0 {}
        assert_eq!(db.raw().count(ROWS), rows);
        let status = BTreeMap::from([("active".to_owned(), 1), (DELETED.to_owned(), 1)]);
        assert_eq!((counts(&acme, &Facet::Status), counts(&acme, &Facet::Role(dev()))), (status, only("Analyst")));
        assert_eq!(acme.person(ann.id), before, "nothing else is written");
        acme.pass(Duration::hours(2));
        acme.store.reconsider_due(acme.now(), 10).unwrap();
        assert_eq!(counts(&acme, &Facet::Role(dev())), only("Admin"), "the pin's end is still waited for");
    }

    /// A provider sends what it likes. Neither the names of attributes nor their values become facets.
    fn nobody_can_give_themselves_one(db: &Database) {
        let acme = Acme::on(db);
        let forged = user(ANN).attribute("#status", json!("active")).attribute("#health", json!("linked"));
        let ann = acme.post(forged).unwrap();
        acme.put(ann.id, same(&ann).attribute("#hold", json!(["held"]))).unwrap();
        assert_eq!(counts(&acme, &Facet::Status), only("invited"));
        assert_eq!((counts(&acme, &Facet::Health), counts(&acme, &Facet::Hold)), (only("scim_only"), none()));
    }

    fn the_entry_of_a_deactivation_says_how_many_sessions_it_ended(db: &Database) {
        let acme = Acme::on(db);
        let ended = |acme: &Acme| {
            acme.store.seal().unwrap();
            let all = acme.store.audit_page(acme.workspace.id, &store::AuditFilter::default(), 0).unwrap();
            all.last().map(|entry| (entry.kind.clone(), entry.after.clone().unwrap())).unwrap()
        };
        let ann = acme.post(user(ANN)).unwrap();
        let over = acme.sign_in(&acme.begin_login(ANN)).unwrap();
        acme.pass(acme.workspace.policy.session_lifetime.duration());
        assert!(!acme.is_live(&over));
        for _ in 0..3 {
            acme.sign_in(&acme.begin_login(ANN)).unwrap();
        }
        acme.command(ann.id, &Command::EndSessions).unwrap();
        assert_eq!(ended(&acme), ("session.ended".to_owned(), json!({ "sessions_ended": 3 })));
        acme.sign_in(&acme.begin_login(ANN)).unwrap();
        hold(&acme, ann.id);
        let told = json!({ "status": "deactivated", "sessions_ended": 1 });
        assert_eq!(ended(&acme), ("collaborator.deactivated".to_owned(), told));
        acme.command(ann.id, &Command::Remove).unwrap();
        let told = json!({ "status": "removed", "sessions_ended": 0 });
        assert_eq!(ended(&acme), ("collaborator.removed".to_owned(), told));
    }
}
