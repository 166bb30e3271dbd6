//! Lists: in the order people came, page by page, with how many there are in all.

use domain::collaborator::Person;
use domain::command::Command;
use domain::predicate::{AttributePath, Comparison, Form, Operand, Predicate};
use store::{Position, Sort};

use crate::acme::Acme;
use crate::users::{same, user};

fn people(acme: &Acme, count: usize) -> Vec<Person> {
    (0..count).map(|number| acme.post(user(&format!("person{number}@acme.test"))).unwrap()).collect()
}

/// The whole list, read in pages.
fn paged(acme: &Acme, predicate: Option<&Predicate>, size: i64) -> Vec<Person> {
    let mut all = Vec::new();
    loop {
        let page = acme
            .store
            .list_people(acme.workspace.id, predicate, None, &Position::Offset(all.len() as i64), size)
            .unwrap();
        if page.people.is_empty() {
            assert_eq!(page.total, all.len() as i64);
            return all;
        }
        all.extend(page.people);
    }
}

fn total(acme: &Acme) -> i64 {
    acme.store.list_people(acme.workspace.id, None, None, &Position::Offset(0), 0).unwrap().total
}

on_both_databases! {
    fn an_empty_workspace_has_an_empty_page(db: &Database) {
        let acme = Acme::on(db);
        let page = acme.store.list_people(acme.workspace.id, None, None, &Position::Offset(0), 100).unwrap();
        assert_eq!((page.total, page.people), (0, Vec::new()));
    }

    fn pages_of_any_size_make_up_the_list_in_the_order_people_came(db: &Database) {
        let acme = Acme::on(db);
        let everybody = people(&acme, 11);
        let company = AttributePath::new("userName");
        let predicate = Predicate::Compare(company, Comparison::EndsWith, Operand::Folded("@acme.test".to_owned()));
        for size in [1, 3, 10, 11, 100] {
            assert_eq!(paged(&acme, None, size), everybody);
            assert_eq!(paged(&acme, Some(&predicate), size), everybody);
        }
    }

    fn a_page_beyond_the_end_is_empty_and_still_knows_the_total(db: &Database) {
        let acme = Acme::on(db);
        people(&acme, 3);
        let page = acme.store.list_people(acme.workspace.id, None, None, &Position::Offset(3), 10).unwrap();
        assert_eq!((page.total, page.people.len()), (3, 0));
        let page = acme.store.list_people(acme.workspace.id, None, None, &Position::Offset(i64::MAX), 10).unwrap();
        assert_eq!((page.total, page.people.len()), (3, 0));
    }

    fn an_update_moves_nobody(db: &Database) {
        let acme = Acme::on(db);
        let everybody = people(&acme, 5);
        acme.put(everybody[1].id, same(&everybody[1]).named("zoe@acme.test").active(false)).unwrap();
        let after: Vec<_> = paged(&acme, None, 2).iter().map(|person| person.id).collect();
        assert_eq!(after, everybody.iter().map(|person| person.id).collect::<Vec<_>>());
    }

    fn the_total_follows_deletes_and_returns(db: &Database) {
        let acme = Acme::on(db);
        let ann = acme.post(user("ann").external_id("00u1")).unwrap();
        people(&acme, 3);
        assert_eq!(total(&acme), 4);
        for _ in 0..2 {
            acme.command(ann.id, &Command::Delete).unwrap();
            assert_eq!((total(&acme), paged(&acme, None, 2).len()), (3, 3));
            let back = acme.post(user("ann").external_id("00u1")).unwrap();
            assert_eq!(back.id, ann.id);
            assert_eq!((total(&acme), paged(&acme, None, 2).last()), (4, Some(&back)));
        }
        acme.command(ann.id, &Command::Remove).unwrap();
        assert_eq!(total(&acme), 4, "who is removed by hand stays readable");
    }

    fn a_failed_write_does_not_count(db: &Database) {
        let acme = Acme::on(db);
        let ann = acme.post(user("ann")).unwrap();
        acme.post(user("ann")).unwrap_err();
        let stale = acme.change(ann.id, Command::Delete).unwrap();
        acme.command(ann.id, &Command::Delete).unwrap();
        acme.store.commit(stale).unwrap_err();
        assert_eq!(total(&acme), 0);
    }

    fn each_workspace_counts_its_own(db: &Database) {
        let acme = Acme::on(db);
        let globex = Acme::called("globex", &acme.store);
        people(&acme, 2);
        people(&globex, 3);
        assert_eq!((total(&acme), total(&globex)), (2, 3));
    }

    fn a_place_in_the_list_stays_exact_whatever_comes_and_goes(db: &Database) {
        let acme = Acme::on(db);
        let everybody = people(&acme, 6);
        let page = |position| acme.store.list_people(acme.workspace.id, None, None, &position, 2).unwrap();
        let first = page(Position::Offset(0));
        acme.command(everybody[0].id, &Command::Delete).unwrap();
        acme.command(everybody[1].id, &Command::Delete).unwrap();
        acme.command(everybody[3].id, &Command::Delete).unwrap();
        let late = acme.post(user("late@acme.test")).unwrap();
        let second = page(Position::After(first.places[1].clone()));
        assert_eq!(second.people, [everybody[2].clone(), everybody[4].clone()]);
        let third = page(Position::After(second.places[1].clone()));
        assert_eq!(third.people, [everybody[5].clone(), late]);
    }

    fn a_sort_goes_by_the_primary_value_and_puts_those_without_one_last_or_first(db: &Database) {
        let acme = Acme::on(db);
        let emails = |values| serde_json::json!(values);
        let main = |value: &str, primary: bool| serde_json::json!({ "value": value, "primary": primary });
        acme.post(user("none")).unwrap();
        acme.post(user("c").attribute("emails", emails([main("a", false), main("C", true)]))).unwrap();
        acme.post(user("b").attribute("emails", emails([main("b", false), main("z", false)]))).unwrap();
        let sorted = |path: &str, form, descending| {
            let sort = Sort { path: AttributePath::new(path), form, descending };
            let page = acme.store.list_people(acme.workspace.id, None, Some(&sort), &Position::Offset(0), 10).unwrap();
            page.people.iter().map(|person| person.user_name.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(sorted("emails.value", Form::Folded, false), ["b", "c", "none"]);
        assert_eq!(sorted("emails.value", Form::Folded, true), ["none", "c", "b"]);
        assert_eq!(sorted("emails.value", Form::Exact, false), ["c", "b", "none"]);
        assert_eq!(sorted("userName", Form::Folded, true), ["none", "c", "b"]);
    }
}
