//! Workspaces with their policy, catalogue and connection.

use std::collections::BTreeSet;

use domain::audit::EventKind;
use domain::connection::WeakAlgorithms;
use domain::environment::{GroupName, RoleName};
use domain::id::ConnectionId;
use domain::role::Role;
use domain::workspace::WorkspaceHandle;
use store::{Connection, Position, StoreError, Unique};

use crate::acme::{Acme, draw, new_workspace};
use crate::users::user;

fn group(name: &str) -> GroupName {
    GroupName::new(name).unwrap()
}

fn names(texts: &[&str]) -> BTreeSet<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn only(acme: &Acme) -> Connection {
    acme.store.connections(acme.workspace.id).unwrap().remove(0)
}

on_both_databases! {
    fn a_workspace_is_read_back_as_written(db: &Database) {
        let acme = Acme::on(db);
        let found = acme.store.find_workspace(&acme.workspace.handle).unwrap().unwrap();
        assert_eq!(format!("{found:?}"), format!("{:?}", acme.workspace));
        let globex = Acme::called("globex", &acme.store);
        let all = acme.store.workspaces().unwrap();
        assert_eq!(all.len(), 2);
        assert!(all.iter().any(|workspace| workspace.id == globex.workspace.id));
        assert!(acme.store.find_workspace(&WorkspaceHandle::new("initech").unwrap()).unwrap().is_none());
    }

    fn a_taken_handle_makes_nothing(db: &Database) {
        let acme = Acme::on(db);
        let second = acme.store.create_workspace(new_workspace("acme", acme.now()));
        assert!(matches!(second, Err(StoreError::Taken(Unique::WorkspaceHandle))));
        for table in ["workspaces", "owners", "connections", "workspace_counters"] {
            assert_eq!(db.raw().count(&format!("SELECT count(*) AS n FROM {table}")), 1, "{table}");
        }
    }

    fn a_policy_change_counts_and_a_stale_one_is_a_conflict(db: &Database) {
        let acme = Acme::on(db);
        let mut policy = acme.workspace.policy.clone();
        policy.set("jit", "nobody").unwrap();
        let set = |version| acme.store.set_policy(policy.clone(), version, acme.entry(EventKind::PolicyChanged, "jit"));
        set(1).unwrap();
        assert!(matches!(set(1), Err(StoreError::Conflict)));
        let now = acme.store.find_workspace(&acme.workspace.handle).unwrap().unwrap();
        assert_eq!((now.policy_version, now.policy == policy), (2, true));
        assert_eq!(acme.store.seal().unwrap(), 1);
    }

    fn scim_is_switched_off_and_on(db: &Database) {
        let acme = Acme::on(db);
        acme.post(user("ann")).unwrap();
        for (enabled, kind) in [(false, EventKind::ScimDisabled), (true, EventKind::ScimEnabled)] {
            acme.store.set_scim_enabled(enabled, acme.entry(kind, "scim")).unwrap();
            assert_eq!(acme.store.find_workspace(&acme.workspace.handle).unwrap().unwrap().scim_enabled, enabled);
        }
        assert_eq!(acme.store.list_people(acme.workspace.id, None, None, &Position::Offset(0), 10).unwrap().total, 1);
    }

    fn roles_and_groups_have_unique_names(db: &Database) {
        let acme = Acme::on(db);
        let role = || acme.store.add_role(Role::named(RoleName::new("Auditor").unwrap()), acme.entry(EventKind::RoleAdded, "Auditor"));
        let finance = || acme.store.add_group(acme.new_group("Finance"), acme.entry(EventKind::GroupAdded, "Finance"));
        role().unwrap();
        finance().unwrap();
        assert!(matches!(role(), Err(StoreError::Taken(Unique::RoleName))));
        assert!(matches!(finance(), Err(StoreError::Taken(Unique::GroupName))));
        assert_eq!(acme.store.seal().unwrap(), 2);
    }

    fn a_catalogue_holds_every_role_and_those_groups_that_are_asked_for(db: &Database) {
        let acme = Acme::on(db);
        for name in ["Finance", "Sales"] {
            acme.store.add_group(acme.new_group(name), acme.entry(EventKind::GroupAdded, name)).unwrap();
        }
        let entry = acme.entry(EventKind::GroupMapped, "okta-fin");
        acme.store.map_group("okta-fin".to_owned(), group("Finance"), entry.clone()).unwrap();
        acme.store.map_group("okta-fin".to_owned(), group("Sales"), entry.clone()).unwrap();
        assert!(acme.store.map_group("okta-hr".to_owned(), group("Nobody"), entry).is_err());
        let catalogue = acme.store.catalogue(acme.workspace.id, &names(&["Finance", "finance", "okta-fin", "HR"])).unwrap();
        assert_eq!(catalogue.groups, [group("Finance")]);
        assert_eq!(catalogue.mappings.into_iter().collect::<Vec<_>>(), [("okta-fin".to_owned(), group("Sales"))]);
        let environments: Vec<_> = catalogue.environments.iter().map(|e| e.name.as_str()).collect();
        assert_eq!((environments, catalogue.roles.len()), (vec!["dev", "test", "prod"], 6));
    }

    fn a_catalogue_answers_for_thousands_of_candidates(db: &Database) {
        let acme = Acme::on(db);
        acme.store.add_group(acme.new_group("group 1999"), acme.entry(EventKind::GroupAdded, "group")).unwrap();
        let candidates = (0..2_000).map(|number| format!("group {number}")).collect();
        assert_eq!(acme.store.catalogue(acme.workspace.id, &candidates).unwrap().groups, [group("group 1999")]);
    }

    fn new_metadata_keep_the_connection_and_its_links(db: &Database) {
        let acme = Acme::on(db);
        acme.sign_in(&acme.begin_login("ann@acme.test")).unwrap();
        let mut renewed = only(&acme);
        renewed.entity_id = "https://okta.test/renewed".to_owned();
        renewed.metadata = "<EntityDescriptor renewed=''/>".to_owned();
        renewed.weak_algorithms = WeakAlgorithms::Sha1Permitted;
        acme.store.put_connection(renewed.clone(), acme.entry(EventKind::ConnectionUpdated, "okta")).unwrap();
        assert_eq!(only(&acme), renewed);
        assert_eq!(db.raw().count("SELECT count(*) AS n FROM saml_links"), 1);
    }

    fn sha_1_is_refused_unless_the_latest_setting_permits_it(db: &Database) {
        let acme = Acme::on(db);
        let found = || only(&acme);
        assert_eq!(found().weak_algorithms, WeakAlgorithms::Refused);
        for weak_algorithms in [WeakAlgorithms::Sha1Permitted, WeakAlgorithms::Refused] {
            let connection = Connection { weak_algorithms, ..found() };
            acme.store.put_connection(connection, acme.entry(EventKind::ConnectionUpdated, "okta")).unwrap();
            assert_eq!(found().weak_algorithms, weak_algorithms);
        }
    }

    fn no_two_connections_of_a_workspace_are_one_provider_or_have_one_name(db: &Database) {
        let acme = Acme::on(db);
        let entra = acme.add_connection("entra");
        let connection = |name: &str, entity_id: &str| Connection {
            id: ConnectionId::new(draw()),
            name: name.parse().unwrap(),
            entity_id: entity_id.to_owned(),
            ..only(&acme)
        };
        let put = |connection| acme.store.put_connection(connection, acme.entry(EventKind::ConnectionUpdated, "x"));
        let same_name = put(connection("entra", "https://third.test"));
        assert!(matches!(same_name, Err(StoreError::Taken(Unique::ConnectionName))), "{same_name:?}");
        let same_provider = put(connection("third", "https://entra.test/"));
        assert!(matches!(same_provider, Err(StoreError::Taken(Unique::EntityId))), "{same_provider:?}");
        let globex = Acme::called("globex", &acme.store);
        globex.add_connection("entra");
        acme.store.remove_connection(entra, acme.entry(EventKind::ConnectionRemoved, "entra")).unwrap();
        assert_eq!(acme.store.connections(acme.workspace.id).unwrap().len(), 1);
        assert_eq!(acme.store.connections(globex.workspace.id).unwrap().len(), 2);
    }

    fn a_connection_is_removed_with_its_links_and_sessions(db: &Database) {
        let acme = Acme::on(db);
        acme.sign_in(&acme.begin_login("ann@acme.test")).unwrap();
        acme.store.remove_connection(acme.connection, acme.entry(EventKind::ConnectionRemoved, "okta")).unwrap();
        for table in ["connections", "saml_links", "sessions", "consumed_assertions", "login_requests"] {
            assert_eq!(db.raw().count(&format!("SELECT count(*) AS n FROM {table}")), 0, "{table}");
        }
        let ended = "SELECT count(*) AS n FROM audit_entries WHERE kind = 'session.ended' AND after LIKE '%provider removed%'";
        assert_eq!(db.raw().count(ended), 1);
    }

    fn a_new_password_raises_the_owners_epoch(db: &Database) {
        let acme = Acme::on(db);
        let entry = acme.entry(EventKind::OwnerPasswordReset, "owner");
        let email = acme.store.set_owner_password(acme.workspace.id, "$new".to_owned(), entry).unwrap();
        assert_eq!(email, "owner@acme.test");
        assert_eq!(db.raw().count("SELECT epoch AS n FROM owners WHERE password_hash = '$new'"), 2);
    }
}
