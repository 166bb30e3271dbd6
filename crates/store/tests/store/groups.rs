//! Groups with their members: made, renamed and removed, each origin for itself.

use std::collections::BTreeMap;

use chrono::Duration;
use domain::access::Origin;
use domain::audit::EventKind;
use domain::command::Command;
use domain::environment::GroupName;
use domain::group::{Group, GroupCommand};
use domain::id::{PersonId, ScimGroupId, WorkspaceId};
use domain::predicate::{AttributePath, Comparison, Operand, Predicate};
use store::{Position, StoreError, Unique};

use crate::acme::{Acme, Failure, draw};
use crate::database::Database;
use crate::users::user;

const ANN: &str = "ann@acme.test";

fn three(acme: &Acme) -> [PersonId; 3] {
    [ANN, "bob@acme.test", "carol@acme.test"].map(|name| acme.post(user(name)).unwrap().id)
}

fn members(acme: &Acme, group: &Group) -> Vec<String> {
    acme.store.group_members(group.id).unwrap().into_iter().map(|member| member.user_name).collect()
}

/// The groups that are in force for somebody, with who says so.
fn access(acme: &Acme, person: PersonId) -> Vec<(String, Vec<Origin>)> {
    let groups = acme.person(person).access.groups;
    groups.iter().map(|group| (group.name.to_string(), group.origins.keys().copied().collect())).collect()
}

fn listed(acme: &Acme) -> (i64, Vec<String>) {
    let page = acme.store.list_groups(acme.workspace.id, None, None, &Position::Offset(0), 100).unwrap();
    (page.total, page.groups.iter().map(|group| group.name.to_string()).collect())
}

fn rename(name: &str) -> GroupCommand {
    let name = Some(GroupName::new(name).unwrap());
    GroupCommand::Update { name, external_id: None, add: Vec::new(), remove: Vec::new() }
}

fn delete(acme: &Acme, group: &Group, members: &[PersonId]) -> Group {
    let next_id = ScimGroupId::new(draw());
    let members = || members.iter().map(|id| acme.person(*id)).collect();
    acme.change_group(group, || GroupCommand::Delete { members: members(), next_id }).unwrap()
}

fn memberships(db: &Database) -> i64 {
    db.raw().count("SELECT count(*) AS n FROM memberships")
}

on_both_databases! {
    fn a_group_is_read_back_as_written_with_its_members_in_the_order_they_came(db: &Database) {
        let acme = Acme::on(db);
        let [ann, bob, carol] = three(&acme);
        let sales = acme.post_group("Sales", &[carol, ann]).unwrap();
        assert_eq!(acme.store.find_group(acme.workspace.id, sales.scim_id).unwrap(), Some(sales.clone()));
        assert_eq!(acme.store.find_group_by_name(acme.workspace.id, &sales.name).unwrap(), Some(sales.clone()));
        assert_eq!(members(&acme, &sales), [ANN, "carol@acme.test"]);
        assert_eq!(access(&acme, ann), [("Sales".to_owned(), vec![Origin::Scim])]);
        assert_eq!(access(&acme, bob), []);
        let shown = acme.store.scim_memberships(&[ann, bob]).unwrap();
        assert_eq!((shown[&ann][0].group, shown[&ann][0].name.as_str()), (sales.scim_id, "Sales"));
        assert!(!shown.contains_key(&bob));
    }

    fn members_are_counted_by_whoever_says_so_and_no_further_than_asked_for(db: &Database) {
        let acme = Acme::on(db);
        let [ann, bob, carol] = three(&acme);
        let sales = acme.post_group("Sales", &[ann, bob, carol]).unwrap();
        acme.sign_in(&acme.begin_login(ANN).groups(["Sales"])).unwrap();
        let counted = |most| acme.store.count_members(sales.id, most).unwrap();
        let all = counted(3);
        assert_eq!((all.people, all.is_all), (3, true));
        assert_eq!(all.by_origin, BTreeMap::from([(Origin::Saml, 1), (Origin::Scim, 3)]));
        assert_eq!((counted(2).people, counted(2).is_all), (2, false));
        acme.command(bob, &Command::Delete).unwrap();
        assert_eq!(counted(3).by_origin[&Origin::Scim], 2, "whoever is deleted is in no group");
        assert_eq!(acme.store.find_group_by_id(acme.workspace.id, sales.id).unwrap(), Some(sales.clone()));
        assert_eq!(acme.store.find_group_by_id(WorkspaceId::new(draw()), sales.id).unwrap(), None);
    }

    fn names_of_the_provider_are_listed_in_order_page_by_page_and_forgotten_one_by_one(db: &Database) {
        let acme = Acme::on(db);
        let sales = acme.post_group("Sales", &[]).unwrap();
        let entry = || acme.entry(EventKind::GroupMapped, "Sales");
        for name in ["b", "a", "B", "\u{e4}"] {
            acme.store.map_group(name.to_owned(), sales.name.clone(), entry()).unwrap();
        }
        let page = |after, limit| {
            let found = acme.store.group_mappings(acme.workspace.id, after, limit).unwrap();
            found.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
        };
        assert_eq!(page(None, 10), ["B", "a", "b", "\u{e4}"], "both databases order alike");
        assert_eq!(page(Some("a"), 1), ["b"]);
        acme.store.unmap_group("a".to_owned(), entry()).unwrap();
        assert_eq!(acme.store.find_group_mapping(acme.workspace.id, "a").unwrap(), None);
        assert_eq!(acme.store.find_group_mapping(acme.workspace.id, "b").unwrap(), Some(sales.name));
        assert_eq!(page(None, 10).len(), 3);
    }

    fn a_rename_keeps_the_memberships_and_is_one_for_everybody(db: &Database) {
        let acme = Acme::on(db);
        let [ann, bob, _] = three(&acme);
        let sales = acme.post_group("Sales", &[ann, bob]).unwrap();
        acme.sign_in(&acme.begin_login(ANN).groups(["Sales"])).unwrap();
        let renamed = acme.change_group(&sales, || rename("Trade")).unwrap();
        assert_eq!((renamed.id, renamed.scim_id, renamed.revision), (sales.id, sales.scim_id, 2));
        assert_eq!(access(&acme, ann), [("Trade".to_owned(), vec![Origin::Saml, Origin::Scim])]);
        assert_eq!(access(&acme, bob), [("Trade".to_owned(), vec![Origin::Scim])]);
        assert_eq!(members(&acme, &renamed), [ANN, "bob@acme.test"]);
        assert_eq!(memberships(db), 3);
    }

    fn a_taken_name_makes_and_renames_nothing(db: &Database) {
        let acme = Acme::on(db);
        let [ann, ..] = three(&acme);
        acme.post_group("Sales", &[]).unwrap();
        let taken = |failure| matches!(failure, Failure::Store(StoreError::Taken(Unique::GroupName)));
        let before = db.rows();
        assert!(taken(acme.post_group("Sales", &[ann]).unwrap_err()));
        assert_eq!((db.rows(), listed(&acme).0), (before, 1));
        let trade = acme.post_group("Trade", &[]).unwrap();
        assert!(taken(acme.change_group(&trade, || rename("Sales")).unwrap_err()));
        assert_eq!(listed(&acme), (2, vec!["Sales".to_owned(), "Trade".to_owned()]));
    }

    fn a_stale_revision_is_decided_anew(db: &Database) {
        let acme = Acme::on(db);
        let [ann, ..] = three(&acme);
        let sales = acme.post_group("Sales", &[]).unwrap();
        let mut stale = Some(sales.clone());
        let id = sales.scim_id;
        acme.change_group(&sales, || rename("Trade")).unwrap();
        let mut decided = 0;
        let done = acme.store.decide_and_commit_group(|store| {
            decided += 1;
            let group = stale.take().or(store.find_group(acme.workspace.id, id)?);
            let add = vec![acme.person(ann)];
            acme.group_change(group, GroupCommand::Update { name: None, external_id: None, add, remove: Vec::new() })
        });
        assert_eq!((decided, done.unwrap().name.as_str()), (2, "Trade"));
        assert_eq!(access(&acme, ann), [("Trade".to_owned(), vec![Origin::Scim])]);
    }

    fn a_delete_takes_the_group_with_its_scim_members(db: &Database) {
        let acme = Acme::on(db);
        let [ann, bob, _] = three(&acme);
        let sales = acme.post_group("Sales", &[ann, bob]).unwrap();
        delete(&acme, &sales, &[ann, bob]);
        assert_eq!((access(&acme, ann), access(&acme, bob)), (Vec::new(), Vec::new()));
        assert_eq!((listed(&acme), memberships(db)), ((0, Vec::new()), 0));
        assert!(acme.store.find_group(acme.workspace.id, sales.scim_id).unwrap().is_none());
    }

    fn a_group_with_members_from_assertions_outlives_its_delete_under_another_scim_id(db: &Database) {
        let acme = Acme::on(db);
        let [ann, bob, _] = three(&acme);
        let sales = acme.post_group("Sales", &[ann, bob]).unwrap();
        acme.sign_in(&acme.begin_login(ANN).groups(["Sales"])).unwrap();
        let left = delete(&acme, &sales, &[ann, bob]);
        assert_eq!(access(&acme, ann), [("Sales".to_owned(), vec![Origin::Saml])]);
        assert_eq!(access(&acme, bob), []);
        assert!(acme.store.find_group(acme.workspace.id, sales.scim_id).unwrap().is_none());
        let found = acme.store.find_group(acme.workspace.id, left.scim_id).unwrap().unwrap();
        assert_eq!((found.id, found.name), (sales.id, sales.name.clone()));
        assert_ne!(left.scim_id, sales.scim_id);
        assert_eq!((listed(&acme).0, members(&acme, &sales).len()), (1, 0));
    }

    fn a_group_that_an_administrator_made_outlives_its_delete(db: &Database) {
        let acme = Acme::on(db);
        let entry = acme.entry(domain::audit::EventKind::GroupAdded, "Finance");
        let finance = acme.new_group("Finance");
        acme.store.add_group(finance.clone(), entry).unwrap();
        delete(&acme, &finance, &[]);
        assert_eq!(listed(&acme), (1, vec!["Finance".to_owned()]));
    }

    fn who_is_deleted_is_no_longer_listed(db: &Database) {
        let acme = Acme::on(db);
        let [ann, bob, _] = three(&acme);
        let sales = acme.post_group("Sales", &[ann, bob]).unwrap();
        acme.command(ann, &Command::Delete).unwrap();
        assert_eq!(members(&acme, &sales), ["bob@acme.test"]);
    }

    fn each_workspace_has_its_own_groups(db: &Database) {
        let acme = Acme::on(db);
        let globex = Acme::called("globex", &acme.store);
        let sales = acme.post_group("Sales", &[]).unwrap();
        assert_eq!(globex.store.find_group(globex.workspace.id, sales.scim_id).unwrap(), None);
        globex.post_group("Sales", &[]).unwrap();
        assert_eq!((listed(&acme).0, listed(&globex).0), (1, 1));
    }

    fn a_place_in_the_list_stays_exact_whatever_comes_and_goes(db: &Database) {
        let acme = Acme::on(db);
        let made: Vec<Group> = ["A", "B", "C", "D"].iter().map(|name| acme.post_group(name, &[]).unwrap()).collect();
        let page = |position| acme.store.list_groups(acme.workspace.id, None, None, &position, 2).unwrap();
        let first = page(Position::Offset(0));
        delete(&acme, &made[0], &[]);
        delete(&acme, &made[1], &[]);
        acme.pass(Duration::seconds(1));
        acme.post_group("E", &[]).unwrap();
        let second = page(Position::After(first.places[1].clone()));
        assert_eq!(second.groups.iter().map(|group| group.name.as_str()).collect::<Vec<_>>(), ["C", "D"]);
        let third = page(Position::After(second.places[1].clone()));
        assert_eq!(third.groups.iter().map(|group| group.name.as_str()).collect::<Vec<_>>(), ["E"]);
    }

    fn people_are_found_by_their_groups_and_groups_by_their_members(db: &Database) {
        let acme = Acme::on(db);
        let [ann, bob, _] = three(&acme);
        acme.post_group("Sales", &[ann]).unwrap();
        acme.post_group("Trade", &[ann, bob]).unwrap();
        acme.post_group("Empty", &[]).unwrap();
        let path = AttributePath::new;
        let display = |name: &str| Predicate::Compare(path("display"), Comparison::Equal, Operand::Folded(name.to_owned()));
        let one = |attribute, inner| Predicate::Element(path(attribute), Box::new(inner));
        let people = |predicate| {
            acme.store.list_people(acme.workspace.id, Some(&predicate), None, &Position::Offset(0), 9).unwrap().total
        };
        let groups = |predicate| {
            acme.store.list_groups(acme.workspace.id, Some(&predicate), None, &Position::Offset(0), 9).unwrap().total
        };
        assert_eq!(people(one("groups", display("sales"))), 1);
        assert_eq!(people(one("groups", Predicate::Or(vec![display("sales"), display("trade")]))), 2);
        assert_eq!(people(Predicate::Present(path("groups"))), 2);
        assert_eq!(groups(one("members", display("ANN@acme.test"))), 2);
        assert_eq!(groups(Predicate::Present(path("members"))), 2);
    }
}
