//! The past: whoever asks for a moment gets what held then.

use chrono::Duration;
use domain::clock::Timestamp;
use domain::collaborator::Person;
use domain::command::Command;
use domain::environment::GroupName;
use domain::group::GroupCommand;
use domain::id::PersonId;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::acme::{Acme, draw};
use crate::users::{same, user};

const NAME: &str = "ann@acme.test";

/// Something that happens to Ann.
#[derive(Debug, Clone)]
enum Act {
    Write { active: bool, role: &'static str },
    Login { role: &'static str, groups: Vec<&'static str> },
    SetRole(&'static str),
    Do(Box<Command>),
    Wait,
}

fn some_act() -> impl Strategy<Value = Act> {
    let role = || prop::sample::select(vec!["Environment admin", "Member", "No access", "nothing of ours"]);
    let groups = prop::collection::vec(prop::sample::select(vec!["Sales", "Trade"]), 0..3);
    prop_oneof![
        (any::<bool>(), role()).prop_map(|(active, role)| Act::Write { active, role }),
        (role(), groups).prop_map(|(role, groups)| Act::Login { role, groups }),
        prop::sample::select(vec!["Environment admin", "Member"]).prop_map(Act::SetRole),
        prop::sample::select(vec![Command::Hold, Command::Activate, Command::Remove, Command::Delete])
            .prop_map(|command| Act::Do(Box::new(command))),
        Just(Act::Wait),
    ]
}

fn perform(acme: &Acme, ann: PersonId, act: Act) {
    // Some of it is refused, as in life: then nothing has changed.
    let _ = match act {
        Act::Write { active, role } => {
            acme.put(ann, same(&acme.person(ann)).active(active).role("workato_role", role)).map(drop)
        }
        Act::Login { role, groups } => {
            let login = acme.begin_login(NAME).role(role);
            acme.sign_in(&if groups.is_empty() { login } else { login.groups(groups) }).map(drop)
        }
        Act::SetRole(role) => {
            let (environment, role) = ("dev".to_owned(), role.to_owned());
            acme.command(ann, &Command::SetRole { environment, role, pin: None }).map(drop)
        }
        Act::Do(command) => acme.command(ann, &command).map(drop),
        Act::Wait => Ok(()),
    };
}

/// What is kept of somebody's past.
fn kept(person: &Person) -> impl PartialEq + std::fmt::Debug + use<> {
    (person.user_name.clone(), person.lifecycle.clone(), person.facts.clone(), person.access.clone())
}

on_both_databases! {
    fn at_any_moment_it_is_as_it_was_then(db: &Database) {
        db.store().migrate().unwrap();
        let mut runner = TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
        let outcome = runner.run(&prop::collection::vec(some_act(), 1..14), |acts| {
            let acme = Acme::called(&format!("acme-{}", draw().as_u128()), db.store());
            acme.post_group("Sales", &[]).unwrap();
            acme.post_group("Trade", &[]).unwrap();
            acme.pass(Duration::minutes(1));
            let before = acme.now();
            acme.pass(Duration::minutes(1));
            let ann = acme.post(user(NAME)).unwrap().id;
            let mut moments: Vec<(Timestamp, Person)> = vec![(acme.now(), acme.person(ann))];
            for act in acts {
                acme.pass(Duration::minutes(1));
                perform(&acme, ann, act);
                moments.push((acme.now() + Duration::seconds(30), acme.person(ann)));
            }
            let then = |at| acme.store.person_at(acme.workspace.id, ann, at).unwrap();
            prop_assert_eq!(then(before), None);
            for (at, person) in &moments {
                prop_assert_eq!(kept(&then(*at).unwrap()), kept(person));
            }
            Ok(())
        });
        outcome.unwrap();
    }

    fn a_group_is_called_as_it_was_called_then(db: &Database) {
        let acme = Acme::on(db);
        let ann = acme.post(user(NAME)).unwrap().id;
        let mut moments = Vec::new();
        let sales = acme.post_group("Sales", &[ann]).unwrap();
        moments.push(("Sales", acme.now() + Duration::seconds(1)));
        for name in ["Trade", "Sales", "Deals"] {
            acme.pass(Duration::minutes(1));
            let name_of = |name| Some(GroupName::new(name).unwrap());
            let command = || GroupCommand::Update { name: name_of(name), external_id: None, add: vec![], remove: vec![] };
            let group = acme.store.find_group(acme.workspace.id, sales.scim_id).unwrap().unwrap();
            acme.change_group(&group, command).unwrap();
            moments.push((name, acme.now() + Duration::seconds(1)));
        }
        for (name, at) in moments {
            let then = acme.store.person_at(acme.workspace.id, ann, at).unwrap().unwrap();
            assert_eq!(then.access.groups[0].name.as_str(), name, "at {at}");
        }
    }

    fn a_write_that_changes_neither_standing_nor_access_is_not_remembered(db: &Database) {
        let acme = Acme::on(db);
        let ann = acme.post(user(NAME)).unwrap();
        acme.put(ann.id, same(&ann).display_name("Ann Lee")).unwrap();
        assert_eq!(db.raw().count("SELECT count(*) AS n FROM access_history"), 1);
        acme.put(ann.id, same(&ann).display_name("Ann Lee").active(false)).unwrap();
        assert_eq!(db.raw().count("SELECT count(*) AS n FROM access_history"), 2);
    }

    /// Each of the two would be the last one. Both syncs see the other administrator; the commit sees to it that one stays.
    fn two_syncs_that_demote_the_last_two_administrators_at_once_leave_one(db: &Database) {
        let acme = Acme::on(db);
        let [ann, bob] = ["ann@acme.test", "bob@acme.test"].map(|name| {
            let person = acme.post(user(name)).unwrap();
            acme.sign_in(&acme.begin_login(name).role("Environment admin")).unwrap();
            person.id
        });
        let demotion = |id| {
            let person = acme.person(id);
            acme.change(id, Command::Replace(same(&person).role("workato_role", "Member").into())).unwrap()
        };
        let (first, second) = (demotion(ann), demotion(bob));
        acme.store.commit(first).unwrap();
        assert!(matches!(acme.store.commit(second), Err(store::StoreError::Conflict)));
        acme.put(bob, same(&acme.person(bob)).role("workato_role", "Member")).unwrap();
        assert!(!acme.person(ann).administers() && acme.person(bob).administers());
    }

    fn many_syncs_that_demote_all_administrators_at_once_leave_one(db: &Database) {
        let acme = Acme::on(db);
        let people: Vec<PersonId> = (0..8).map(|number| {
            let name = format!("p{number}@acme.test");
            let id = acme.post(user(&name)).unwrap().id;
            acme.sign_in(&acme.begin_login(&name).role("Environment admin")).unwrap();
            id
        }).collect();
        std::thread::scope(|scope| {
            for id in &people {
                scope.spawn(|| acme.put(*id, same(&acme.person(*id)).role("workato_role", "Member")).unwrap());
            }
        });
        assert_eq!(people.iter().filter(|id| acme.person(**id).administers()).count(), 1);
    }
}
