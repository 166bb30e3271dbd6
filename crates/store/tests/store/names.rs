//! One living person a name, decided by the database.

use std::sync::Barrier;
use std::thread;

use domain::collaborator::UserName;
use domain::command::Command;
use store::{Position, StoreError, Unique};

use crate::acme::{Acme, Failure};
use crate::users::{same, user};

fn is_taken(failure: &Failure) -> bool {
    matches!(failure, Failure::Store(StoreError::Taken(Unique::UserName)))
}

/// Characters that neither compress nor repeat.
fn long_name(length: usize) -> String {
    let mut state: u32 = 7;
    let letters = (0..length).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from_u32(0x2_0000 + (state >> 12) % 0xa000).unwrap()
    });
    letters.collect()
}

on_both_databases! {
    fn a_name_is_taken_whatever_its_case_width_or_composition(db: &Database) {
        let acme = Acme::on(db);
        acme.post(user("Ren\u{e9}.Stra\u{df}e@Acme.test")).unwrap();
        for alike in ["rene\u{301}.strasse@acme.TEST", "\u{ff32}EN\u{c9}.STRASSE@ACME.TEST"] {
            assert!(is_taken(&acme.post(user(alike)).unwrap_err()), "{alike}");
        }
        acme.post(user("rene.strasse@acme.test")).unwrap();
    }

    fn of_fifty_that_make_one_name_at_once_one_succeeds(db: &Database) {
        let acme = Acme::on(db);
        let start = Barrier::new(50);
        let outcomes: Vec<_> = thread::scope(|scope| {
            let posts: Vec<_> = (0..50)
                .map(|number| {
                    let name = if number % 2 == 0 { "ann@acme.test" } else { "ANN@acme.test" };
                    let (acme, start) = (&acme, &start);
                    scope.spawn(move || {
                        let change = acme.post_change(user(name)).unwrap();
                        start.wait();
                        acme.store.commit(change).map(drop).map_err(Failure::from)
                    })
                })
                .collect();
            posts.into_iter().map(|post| post.join().unwrap()).collect()
        });
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        assert_eq!(outcomes.iter().filter(|outcome| outcome.as_ref().is_err_and(is_taken)).count(), 49);
        assert_eq!(acme.store.list_people(acme.workspace.id, None, None, &Position::Offset(0), 10).unwrap().total, 1);
    }

    fn a_renaming_onto_a_taken_name_is_refused(db: &Database) {
        let acme = Acme::on(db);
        acme.post(user("ann@acme.test")).unwrap();
        let bob = acme.post(user("bob@acme.test")).unwrap();
        assert!(is_taken(&acme.put(bob.id, same(&bob).named("ANN@acme.test")).unwrap_err()));
        acme.put(bob.id, same(&bob).named("BOB@acme.test")).unwrap();
    }

    fn a_deleted_name_may_be_used_again_and_again(db: &Database) {
        let acme = Acme::on(db);
        for _ in 0..3 {
            let ann = acme.post(user("ann@acme.test")).unwrap();
            acme.command(ann.id, &Command::Delete).unwrap();
        }
        let living = acme.post(user("Ann@acme.test")).unwrap();
        assert!(is_taken(&acme.post(user("ann@acme.test")).unwrap_err()));
        let name = UserName::new("ANN@ACME.TEST").unwrap();
        assert_eq!(acme.store.find_by_name(acme.workspace.id, &name).unwrap(), Some(living));
        assert_eq!(acme.store.namesakes(acme.workspace.id, &name).unwrap().len(), 3);
    }

    fn among_the_deleted_the_latest_comes_first(db: &Database) {
        let acme = Acme::on(db);
        let [ann, second] = [1, 2].map(|_| {
            let person = acme.post(user("ann@acme.test")).unwrap();
            acme.pass(chrono::Duration::seconds(1));
            acme.command(person.id, &Command::Delete).unwrap();
            person.id
        });
        let namesakes = acme.store.namesakes(acme.workspace.id, &UserName::new("ann@acme.test").unwrap()).unwrap();
        assert_eq!(namesakes.iter().map(|person| person.id).collect::<Vec<_>>(), [second, ann]);
        let found = acme.store.find_by_name(acme.workspace.id, &namesakes[0].user_name).unwrap().unwrap();
        assert_eq!(found.id, second);
    }

    fn the_same_external_id_brings_the_same_person_back_under_a_new_scim_id(db: &Database) {
        let acme = Acme::on(db);
        let ann = acme.post(user("ann@acme.test").external_id("00u1")).unwrap();
        acme.command(ann.id, &Command::Delete).unwrap();
        let back = acme.post(user("ann@acme.test").external_id("00u1")).unwrap();
        assert_eq!(back.id, ann.id);
        assert_eq!(acme.store.find_by_scim_id(acme.workspace.id, ann.scim_id).unwrap(), None);
        assert_eq!(acme.store.find_by_scim_id(acme.workspace.id, back.scim_id).unwrap(), Some(back));
    }

    fn two_workspaces_may_have_one_name_and_see_nothing_of_each_other(db: &Database) {
        let acme = Acme::on(db);
        let globex = Acme::called("globex", &acme.store);
        let ann = acme.post(user("ann@acme.test")).unwrap();
        let other = globex.post(user("ann@acme.test")).unwrap();
        let (store, there) = (&acme.store, globex.workspace.id);
        assert_eq!(store.find_person(there, ann.id).unwrap(), None);
        assert_eq!(store.find_by_scim_id(there, ann.scim_id).unwrap(), None);
        assert_eq!(store.find_by_name(there, &ann.user_name).unwrap(), Some(other.clone()));
        assert_eq!(store.list_people(there, None, None, &Position::Offset(0), 10).unwrap().people, [other]);
    }

    fn a_name_of_a_thousand_characters_is_unique_as_well(db: &Database) {
        let acme = Acme::on(db);
        let name = long_name(1_000);
        let person = acme.post(user(&name)).unwrap();
        assert!(is_taken(&acme.post(user(&name)).unwrap_err()));
        assert_eq!(acme.store.find_by_name(acme.workspace.id, &person.user_name).unwrap(), Some(person));
        acme.post(user(&long_name(999))).unwrap();
    }

    /// One character of the name may become eighteen by the fold.
    fn a_name_that_grows_by_its_fold_is_unique_as_well(db: &Database) {
        let acme = Acme::on(db);
        let name: String = long_name(500).chars().flat_map(|letter| [letter, '\u{fdfa}']).collect();
        acme.post(user(&name)).unwrap();
        assert!(is_taken(&acme.post(user(&name)).unwrap_err()));
    }
}
