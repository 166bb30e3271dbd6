//! Predicates as SQL, by example.

use chrono::Duration;
use domain::command::Command;
use domain::predicate::{AttributePath, Comparison, Operand, Predicate};
use serde_json::json;
use store::Position;

use crate::acme::Acme;
use crate::users::{same, user};

const ROLE: &str = "urn:ietf:params:scim:schemas:workato:1.0:WorkatoRole:workato_role";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// `path comparison "value"`, without regard to case.
fn text(path: &str, comparison: Comparison, value: &str) -> Predicate {
    Predicate::Compare(AttributePath::new(path), comparison, Operand::Folded(value.to_owned()))
}

fn equal(path: &str, value: &str) -> Predicate {
    text(path, Comparison::Equal, value)
}

fn exactly(path: &str, value: &str) -> Predicate {
    Predicate::Compare(AttributePath::new(path), Comparison::Equal, Operand::Exact(value.to_owned()))
}

fn present(path: &str) -> Predicate {
    Predicate::Present(AttributePath::new(path))
}

fn not(predicate: Predicate) -> Predicate {
    Predicate::Not(Box::new(predicate))
}

/// The `userName`s that a predicate finds, in the order of the list.
fn found(acme: &Acme, predicate: &Predicate) -> Vec<String> {
    let page = acme.store.list_people(acme.workspace.id, Some(predicate), None, &Position::Offset(0), 100).unwrap();
    assert_eq!(page.total, page.people.len() as i64);
    page.people.iter().map(|person| person.user_name.to_string()).collect()
}

/// Ann, Bob and Carol, each a second after the one before.
fn three(acme: &Acme) {
    let users = [
        user("Ann@acme.test")
            .external_id("00uA")
            .role("workato_role", "Admin")
            .display_name("Ann Stra\u{df}e")
            .attribute(ENTERPRISE, json!({ "department": "Finance" }))
            .emails(["ann@home.test", "Ann@acme.test"]),
        user("Bob@acme.test")
            .external_id("00ua")
            .role("workato_role", "admin")
            .display_name("100% B_b\\")
            .active(false),
        user("Carol@globex.test").display_name("").attribute("name", json!({ "familyName": "Lee" })),
    ];
    for user in users {
        acme.post(user).unwrap();
        acme.pass(Duration::seconds(1));
    }
}

on_both_databases! {
    fn user_name_is_found_by_its_fold(db: &Database) {
        let acme = Acme::on(db);
        three(&acme);
        assert_eq!(found(&acme, &equal("userName", "ANN@ACME.TEST")), ["Ann@acme.test"]);
        assert_eq!(found(&acme, &exactly("userName", "aNN@acme.test")), ["Ann@acme.test"]);
        assert_eq!(found(&acme, &equal("userName", "ann")), [""; 0]);
    }

    fn external_id_is_found_with_regard_to_case(db: &Database) {
        let acme = Acme::on(db);
        three(&acme);
        assert_eq!(found(&acme, &exactly("externalId", "00uA")), ["Ann@acme.test"]);
        assert_eq!(found(&acme, &exactly("externalId", "00ua")), ["Bob@acme.test"]);
        assert_eq!(found(&acme, &exactly("externalId", "00UA")), [""; 0]);
        assert_eq!(found(&acme, &present("externalId")), ["Ann@acme.test", "Bob@acme.test"]);
        assert_eq!(found(&acme, &not(present("externalId"))), ["Carol@globex.test"]);
        assert_eq!(found(&acme, &not(exactly("externalId", "00uA"))), ["Bob@acme.test", "Carol@globex.test"]);
    }

    fn a_changed_external_id_is_found_and_the_earlier_one_is_not(db: &Database) {
        let acme = Acme::on(db);
        let ann = acme.post(user("ann").external_id("one")).unwrap();
        acme.put(ann.id, same(&ann).external_id("two")).unwrap();
        assert_eq!(found(&acme, &exactly("externalId", "two")), ["ann"]);
        assert_eq!(found(&acme, &exactly("externalId", "one")), [""; 0]);
    }

    fn any_of_several_emails_is_found(db: &Database) {
        let acme = Acme::on(db);
        three(&acme);
        assert_eq!(found(&acme, &equal("emails.value", "ann@HOME.test")), ["Ann@acme.test"]);
        assert_eq!(found(&acme, &text("emails.value", Comparison::StartsWith, "ANN@a")), ["Ann@acme.test"]);
        assert_eq!(found(&acme, &exactly("emails.value", "ann@acme.test")), [""; 0]);
        assert_eq!(found(&acme, &equal("emails.type", "work")), ["Ann@acme.test"]);
    }

    fn the_id_is_found_exactly(db: &Database) {
        let acme = Acme::on(db);
        let ann = acme.post(user("ann")).unwrap();
        acme.post(user("bob")).unwrap();
        assert_eq!(found(&acme, &exactly("id", &ann.scim_id.to_string())), ["ann"]);
        assert_eq!(found(&acme, &exactly("id", &ann.scim_id.to_string().replace('-', ""))), [""; 0]);
        assert_eq!(found(&acme, &present("id")), ["ann", "bob"]);
    }

    fn active_is_what_scim_shows(db: &Database) {
        let acme = Acme::on(db);
        three(&acme);
        let active = |wanted| Predicate::Compare(AttributePath::new("active"), Comparison::Equal, Operand::Boolean(wanted));
        assert_eq!(found(&acme, &active(true)), ["Ann@acme.test", "Carol@globex.test"]);
        assert_eq!(found(&acme, &active(false)), ["Bob@acme.test"]);
        assert_eq!(found(&acme, &not(active(true))), ["Bob@acme.test"]);
    }

    fn role_attributes_are_found_by_their_urn(db: &Database) {
        let acme = Acme::on(db);
        three(&acme);
        assert_eq!(found(&acme, &exactly(ROLE, "Admin")), ["Ann@acme.test"]);
        assert_eq!(found(&acme, &equal(&ROLE.to_uppercase(), "ADMIN")), ["Ann@acme.test", "Bob@acme.test"]);
        assert_eq!(found(&acme, &present(ROLE)), ["Ann@acme.test", "Bob@acme.test"]);
        let ann = acme.store.list_people(acme.workspace.id, None, None, &Position::Offset(0), 1).unwrap().people.remove(0);
        acme.put(ann.id, same(&ann).role("workato_role", "Analyst")).unwrap();
        assert_eq!(found(&acme, &exactly(ROLE, "Analyst")), ["Ann@acme.test"]);
        assert_eq!(found(&acme, &exactly(ROLE, "Admin")), [""; 0]);
    }

    fn other_extensions_are_found_by_their_urn(db: &Database) {
        let acme = Acme::on(db);
        three(&acme);
        assert_eq!(found(&acme, &equal(&format!("{ENTERPRISE}:department"), "finance")), ["Ann@acme.test"]);
        assert_eq!(found(&acme, &equal("department", "finance")), [""; 0]);
    }

    fn present_asks_for_a_value_that_is_not_empty(db: &Database) {
        let acme = Acme::on(db);
        three(&acme);
        assert_eq!(found(&acme, &present("displayName")), ["Ann@acme.test", "Bob@acme.test"]);
        assert_eq!(found(&acme, &present("name")), ["Carol@globex.test"]);
        assert_eq!(found(&acme, &present("name.familyName")), ["Carol@globex.test"]);
        assert_eq!(found(&acme, &present("emails")), ["Ann@acme.test"]);
        assert_eq!(found(&acme, &present("nam")), [""; 0]);
        assert_eq!(found(&acme, &present("userName")).len(), 3);
    }

    fn beginning_middle_and_end_are_found(db: &Database) {
        let acme = Acme::on(db);
        three(&acme);
        assert_eq!(found(&acme, &text("userName", Comparison::StartsWith, "ANN@")), ["Ann@acme.test"]);
        assert_eq!(found(&acme, &text("userName", Comparison::Contains, "@ACME")), ["Ann@acme.test", "Bob@acme.test"]);
        assert_eq!(found(&acme, &text("userName", Comparison::EndsWith, "globex.TEST")), ["Carol@globex.test"]);
        assert_eq!(found(&acme, &text("userName", Comparison::EndsWith, "xxx-Carol@globex.test")), [""; 0]);
        assert_eq!(found(&acme, &text("displayName", Comparison::EndsWith, "STRASSE")), ["Ann@acme.test"]);
        assert_eq!(found(&acme, &text("displayName", Comparison::StartsWith, "\u{ff21}nn")), ["Ann@acme.test"]);
    }

    fn and_or_and_not_mean_what_they_say(db: &Database) {
        let acme = Acme::on(db);
        three(&acme);
        let (ann, bob) = (equal("userName", "ann@acme.test"), equal("userName", "bob@acme.test"));
        let either = Predicate::Or(vec![ann.clone(), bob.clone()]);
        assert_eq!(found(&acme, &either), ["Ann@acme.test", "Bob@acme.test"]);
        assert_eq!(found(&acme, &not(either.clone())), ["Carol@globex.test"]);
        assert_eq!(found(&acme, &Predicate::And(vec![either, not(bob.clone())])), ["Ann@acme.test"]);
        assert_eq!(found(&acme, &Predicate::And(vec![ann, bob])), [""; 0]);
        assert_eq!(found(&acme, &Predicate::And(Vec::new())).len(), 3);
        assert_eq!(found(&acme, &Predicate::Or(Vec::new())), [""; 0]);
    }

    /// RFC 7644 §3.4.2.2: somebody without the attribute is not equal to any value.
    fn not_equal_holds_for_people_without_the_attribute(db: &Database) {
        let acme = Acme::on(db);
        three(&acme);
        assert_eq!(
            found(&acme, &not(equal("name.familyName", "Moss"))),
            ["Ann@acme.test", "Bob@acme.test", "Carol@globex.test"],
        );
    }

    fn times_are_compared_to_the_microsecond(db: &Database) {
        let acme = Acme::on(db);
        let began = acme.now();
        three(&acme);
        let created = |comparison, at| {
            found(&acme, &Predicate::Compare(AttributePath::new("meta.created"), comparison, Operand::Moment(at)))
        };
        let bob = began + Duration::seconds(1);
        assert_eq!(created(Comparison::Equal, bob), ["Bob@acme.test"]);
        assert_eq!(created(Comparison::Greater, bob), ["Carol@globex.test"]);
        assert_eq!(created(Comparison::GreaterOrEqual, bob), ["Bob@acme.test", "Carol@globex.test"]);
        assert_eq!(created(Comparison::Less, bob), ["Ann@acme.test"]);
        assert_eq!(created(Comparison::Less, bob + Duration::microseconds(1)), ["Ann@acme.test", "Bob@acme.test"]);
    }

    fn last_modified_moves_with_what_scim_shows(db: &Database) {
        let acme = Acme::on(db);
        three(&acme);
        let ann = acme.store.list_people(acme.workspace.id, None, None, &Position::Offset(0), 1).unwrap().people.remove(0);
        let since = acme.now();
        acme.put(ann.id, same(&ann).display_name("Ann")).unwrap();
        let path = AttributePath::new("meta.lastModified");
        let changed = Predicate::Compare(path, Comparison::GreaterOrEqual, Operand::Moment(since));
        assert_eq!(found(&acme, &changed), ["Ann@acme.test"]);
    }

    /// `%`, `_` and `\` are magic to LIKE, quotes to SQL: here each is a character.
    fn no_character_is_magic(db: &Database) {
        let acme = Acme::on(db);
        three(&acme);
        acme.post(user("o'hara").display_name("'; DROP TABLE collaborators; --")).unwrap();
        for (comparison, value) in [
            (Comparison::Contains, "%"),
            (Comparison::Contains, "_"),
            (Comparison::Contains, "\\"),
            (Comparison::StartsWith, "100%"),
            (Comparison::EndsWith, "B_B\\"),
        ] {
            assert_eq!(found(&acme, &text("displayName", comparison, value)), ["Bob@acme.test"], "{value}");
        }
        for value in ["A%", "A__", "1%b\\", "[A-Z]*", "Ann*"] {
            assert_eq!(found(&acme, &text("displayName", Comparison::Contains, value)), [""; 0], "{value}");
        }
        assert_eq!(found(&acme, &equal("userName", "o'hara")), ["o'hara"]);
        assert_eq!(found(&acme, &equal("displayName", "'; drop table collaborators; --")), ["o'hara"]);
    }

    /// The order is that of code points, whatever the database's own order of letters is.
    fn greater_and_less_go_by_code_points(db: &Database) {
        let acme = Acme::on(db);
        for name in ["a-b", "ab", "a b", "\u{e9}", "z", "\u{1f600}"] {
            acme.post(user(name).display_name(name)).unwrap();
        }
        for path in ["userName", "displayName"] {
            assert_eq!(found(&acme, &text(path, Comparison::Less, "a.")), ["a-b", "a b"]);
            assert_eq!(found(&acme, &text(path, Comparison::Greater, "z")), ["\u{e9}", "\u{1f600}"]);
        }
        let ids = Predicate::Compare(AttributePath::new("id"), Comparison::Greater, Operand::Exact("00000000+".to_owned()));
        assert_eq!(found(&acme, &ids).len(), 6, "a hyphen comes after a plus sign");
    }

    fn values_of_eight_kibibytes_are_kept_and_found(db: &Database) {
        let acme = Acme::on(db);
        let mut state: u64 = 1;
        let mut draw = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            format!("{state:016X}")
        };
        let long: String = (0..512).map(|_| draw()).collect();
        let twin = format!("{}x", &long[..8_191]);
        acme.post(user("ann").external_id(&long).display_name(&long).role("workato_role", &long)).unwrap();
        acme.post(user("bob").external_id(&twin).display_name(&twin)).unwrap();
        assert_eq!(long.len(), 8_192);
        let lower = long.to_lowercase();
        for path in ["displayName", ROLE] {
            assert_eq!(found(&acme, &equal(path, &lower)), ["ann"]);
            assert_eq!(found(&acme, &exactly(path, &long)), ["ann"]);
        }
        assert_eq!(found(&acme, &exactly("externalId", &long)), ["ann"]);
        assert_eq!(found(&acme, &exactly("externalId", &twin)), ["bob"]);
        assert_eq!(found(&acme, &text("displayName", Comparison::StartsWith, &lower[..8_191])), ["ann", "bob"]);
        assert_eq!(found(&acme, &text("displayName", Comparison::EndsWith, &lower[100..])), ["ann"]);
        assert_eq!(found(&acme, &text("displayName", Comparison::Contains, &lower[4_000..8_000])), ["ann", "bob"]);
    }

    fn a_value_with_a_zero_byte_finds_nobody(db: &Database) {
        let acme = Acme::on(db);
        three(&acme);
        for path in ["userName", "displayName", "id"] {
            assert_eq!(found(&acme, &equal(path, "ann\0")), [""; 0]);
            assert_eq!(found(&acme, &text(path, Comparison::Contains, "\0")), [""; 0]);
        }
    }

    fn a_hundred_conditions_are_one_query(db: &Database) {
        let acme = Acme::on(db);
        three(&acme);
        let any = (0..100).map(|n| equal("displayName", &format!("nobody {n}"))).chain([equal("userName", "ann@acme.test")]);
        assert_eq!(found(&acme, &Predicate::Or(any.collect())), ["Ann@acme.test"]);
    }

    fn the_deleted_are_never_found(db: &Database) {
        let acme = Acme::on(db);
        let ann = acme.post(user("ann").display_name("Ann")).unwrap();
        acme.command(ann.id, &Command::Delete).unwrap();
        assert_eq!(found(&acme, &equal("displayName", "Ann")), [""; 0]);
        assert_eq!(found(&acme, &not(equal("displayName", "Bob"))), [""; 0]);
    }

    fn nobody_of_another_workspace_is_found(db: &Database) {
        let acme = Acme::on(db);
        let globex = Acme::called("globex", &acme.store);
        globex.post(user("ann").display_name("Ann")).unwrap();
        assert_eq!(found(&acme, &equal("displayName", "Ann")), [""; 0]);
        assert_eq!(found(&acme, &not(equal("displayName", "Bob"))), [""; 0]);
    }
}
