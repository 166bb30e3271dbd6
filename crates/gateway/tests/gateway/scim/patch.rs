//! PATCH of people: the forms of RFC 7644 §3.5.2 and what each leaves behind.

use serde_json::{Value, json};

use crate::common::scim::{ENTERPRISE, ROLES, Scim, USER, user, with};
use crate::gate::Gate;

const WORK: &str = "emails[type eq \"work\"]";
const HOME: &str = "emails[type eq \"home\"]";
const OFFICE: &str = "addresses[type eq \"work\"]";

fn add(path: &str, value: Value) -> Value {
    json!({ "op": "add", "path": path, "value": value })
}

fn replace(path: &str, value: Value) -> Value {
    json!({ "op": "replace", "path": path, "value": value })
}

fn remove(path: &str) -> Value {
    json!({ "op": "remove", "path": path })
}

fn work() -> Value {
    json!({ "value": "ann@acme.test", "type": "work", "primary": true })
}

fn home() -> Value {
    json!({ "value": "ann@home.test", "type": "home", "display": "Home" })
}

fn office() -> Value {
    json!({ "type": "work", "streetAddress": "1 Main St", "locality": "Rome", "formatted": "1 Main St\nRome" })
}

fn named(given: &str) -> Value {
    json!({ "givenName": given, "familyName": "Lee" })
}

/// Somebody with several values of everything.
fn ann(scim: &Scim) -> String {
    let body = with(user("ann@acme.test"), "title", json!("Chef"));
    let body = with(with(body, "emails", json!([work(), home()])), "addresses", json!([office()]));
    let body = with(body, ENTERPRISE, json!({ "department": "Tours", "manager": { "value": "7" } }));
    scim.make(&with(body, ROLES, json!({ "workato_role": "Member", "workato_role_prod": "No access" })))
}

/// One operation on somebody new; gives what the attribute is then.
fn after(gate: &Gate, operation: Value, attribute: &str) -> Value {
    let scim = gate.acme.scim();
    let id = ann(&scim);
    let shown = operation.to_string();
    let answer = scim.operate(&format!("/Users/{id}"), json!([operation]));
    assert_eq!(answer.status, 200, "{shown}: {answer:?}");
    let read = scim.get(&format!("/Users/{id}")).json();
    assert_eq!(read, answer.json(), "{shown}: the answer is what was stored");
    scim.delete(&id).expect(204);
    read.get(attribute).cloned().unwrap_or_default()
}

/// Each operation leaves this of that attribute.
fn check<const N: usize>(gate: &Gate, cases: [(Value, &str, Value); N]) {
    for (operation, attribute, wanted) in cases {
        assert_eq!(after(gate, operation.clone(), attribute), wanted, "{operation}");
    }
}

/// The same for the e-mail addresses.
fn check_emails<const N: usize>(gate: &Gate, cases: [(Value, Value); N]) {
    check(gate, cases.map(|(operation, wanted)| (operation, "emails", wanted)));
}

on_both_databases! {
    /// RFC 7644 §3.5.2.1
    fn add_sets_appends_and_completes(gate: &Gate) {
        let (new, middle) =
            (json!({ "value": "babs@jensen.org", "type": "other" }), with(named("Ann"), "middleName", json!("J")));
        let division = format!("{ENTERPRISE}:division");
        let tours = json!({ "department": "Tours", "manager": { "value": "7" }, "division": "D" });
        check(
            gate,
            [
                (add("nickName", json!("Babs")), "nickName", json!("Babs")),
                (add("title", json!("Boss")), "title", json!("Boss")),
                (add("title", json!(null)), "title", json!("Chef")),
                (add("name", json!({ "middleName": "J" })), "name", middle.clone()),
                (add("name.middleName", json!("J")), "name", middle),
                (add(&division, json!("D")), ENTERPRISE, tours),
            ],
        );
        let three = json!([work(), home(), new]);
        check_emails(
            gate,
            [
                (json!({ "op": "add", "value": { "emails": [new], "nickname": "Babs" } }), three.clone()),
                (add("emails", json!([new])), three.clone()),
                (add("emails", new), three),
                (
                    add(&format!("{WORK}.display"), json!("Work")),
                    json!([with(work(), "display", json!("Work")), home()]),
                ),
                (
                    add("emails[type eq \"other\"].value", json!("o@x")),
                    json!([work(), home(), { "type": "other", "value": "o@x" }]),
                ),
            ],
        );
    }

    /// RFC 7644 §3.5.2.1: "If the target location already contains the value specified, no changes SHOULD be made".
    fn add_makes_no_value_twice(gate: &Gate) {
        let (second_work, primary_home) = (with(work(), "primary", json!(false)), with(home(), "primary", json!(true)));
        let (same, at_work) =
            (json!({ "value": "ann@home.test", "type": "home" }), json!({ "value": "ann@home.test", "type": "work" }));
        check_emails(
            gate,
            [
                (add("emails", json!([home()])), json!([work(), home()])),
                (add("emails", json!([same])), json!([work(), home()])),
                (add("emails", json!([{ "value": "ann@home.test" }])), json!([work(), home()])),
                (
                    add("emails", json!([{ "value": "n@x" }, { "value": "n@x" }])),
                    json!([work(), home(), { "value": "n@x" }]),
                ),
                (add("emails", json!([at_work])), json!([work(), home(), at_work])),
                (add("emails", json!([with(same, "primary", json!(true))])), json!([second_work, primary_home])),
            ],
        );
    }

    /// RFC 7644 §3.5.2: a new primary value takes the mark from the others.
    fn one_value_is_primary_at_most(gate: &Gate) {
        let (second_work, primary_home) = (with(work(), "primary", json!(false)), with(home(), "primary", json!(true)));
        let new = json!({ "value": "n@x", "primary": true });
        check_emails(
            gate,
            [
                (add("emails", json!([new])), json!([second_work, home(), new])),
                (replace(&format!("{HOME}.primary"), json!(true)), json!([second_work, primary_home])),
                (replace(HOME, json!({ "primary": true })), json!([second_work, primary_home])),
                (replace("emails[primary eq true].primary", json!(false)), json!([second_work, home()])),
            ],
        );
    }

    /// RFC 7644 §3.5.2.2
    fn remove_takes_away_what_is_named(gate: &Gate) {
        check(
            gate,
            [
                (remove("title"), "title", json!(null)),
                (remove("locale"), "locale", json!(null)),
                (remove("name"), "name", json!(null)),
                (remove("name.givenName"), "name", json!({ "familyName": "Lee" })),
                (remove(ENTERPRISE), ENTERPRISE, json!(null)),
                (remove(ENTERPRISE), "schemas", json!([USER, ROLES])),
                (remove(&format!("{ENTERPRISE}:manager")), ENTERPRISE, json!({ "department": "Tours" })),
                (remove(ROLES), ROLES, json!(null)),
                (remove(&format!("{ROLES}:workato_role_dev")), ROLES, json!({ "workato_role_prod": "No access" })),
            ],
        );
        check_emails(
            gate,
            [
                (remove("emails"), json!(null)),
                (remove("emails[type eq \"work\" and value ew \"acme.test\"]"), json!([home()])),
                (remove("emails[not (type eq \"home\") or primary eq true]"), json!([home()])),
                (remove(&format!("{HOME}.display")), json!([work(), { "value": "ann@home.test", "type": "home" }])),
            ],
        );
    }

    /// RFC 7644 §3.5.2.3
    fn replace_replaces_what_is_named(gate: &Gate) {
        let plaza = json!({ "type": "work", "streetAddress": "911 Plaza", "locality": "Hollywood", "formatted": "911" });
        let test = json!({ "workato_role": "Member", "workato_role_prod": "No access", "workato_role_test": "Member" });
        check(
            gate,
            [
                (replace("title", json!("Boss")), "title", json!("Boss")),
                (replace("locale", json!("en")), "locale", json!("en")),
                (replace("title", json!(null)), "title", json!(null)),
                (replace("name", json!({ "givenName": "Anna" })), "name", named("Anna")),
                (replace("name.givenName", json!("Anna")), "name", named("Anna")),
                (replace(OFFICE, plaza.clone()), "addresses", json!([plaza])),
                (
                    replace(OFFICE, json!({ "locality": "Oslo" })),
                    "addresses",
                    json!([with(office(), "locality", json!("Oslo"))]),
                ),
                (
                    replace(&format!("{OFFICE}.locality"), json!("Oslo")),
                    "addresses",
                    json!([with(office(), "locality", json!("Oslo"))]),
                ),
                (
                    replace(ENTERPRISE, json!({ "department": "D" })),
                    ENTERPRISE,
                    json!({ "department": "D", "manager": { "value": "7" } }),
                ),
                (json!({ "op": "replace", "value": { ROLES: { "workato_role_test": "Member" } } }), ROLES, test),
                (json!({ "op": "replace", "value": { ENTERPRISE: null } }), ENTERPRISE, json!(null)),
            ],
        );
        let two = json!([{ "value": "bj@example.com", "type": "work", "primary": true }, { "value": "babs@jensen.org" }]);
        let (shown, new_home) =
            (|value| with(value, "display", json!("d")), with(home(), "value", json!("new@home.test")));
        check_emails(
            gate,
            [
                (replace("emails", two.clone()), two.clone()),
                (replace("emails", json!([])), json!(null)),
                (json!({ "op": "replace", "value": { "emails": two, "nickname": "Babs" } }), two),
                (replace("emails[type eq \"HOME\"]", json!({ "value": "new@home.test" })), json!([work(), new_home])),
                (replace("emails[value pr].display", json!("d")), json!([shown(work()), shown(home())])),
            ],
        );
    }
}

/// RFC 7644 §3.10: names may stand with their URN, and RFC 7643 §2.1: in any case.
#[test]
fn a_path_may_be_qualified_and_in_any_case() {
    let gate = Gate::on_sqlite();
    let department = format!("{}:DEPARTMENT", ENTERPRISE.to_uppercase());
    let emails = json!([with(work(), "value", json!("n@x")), home()]);
    check(
        &gate,
        [
            (json!({ "op": "REPLACE", "path": "TITLE", "value": "Boss" }), "title", json!("Boss")),
            (replace(&format!("{USER}:title"), json!("Boss")), "title", json!("Boss")),
            (replace(USER, json!({ "title": "Boss" })), "title", json!("Boss")),
            (replace(&format!("{USER}:{WORK}.value"), json!("n@x")), "emails", emails.clone()),
            (replace("EMAILS[TYPE EQ \"work\" AND primary eq True].VALUE", json!("n@x")), "emails", emails),
            (replace(&department, json!("D")), ENTERPRISE, json!({ "department": "D", "manager": { "value": "7" } })),
        ],
    );
}

/// RFC 7644 §3.5.2: "a PATCH request, regardless of the number of operations, SHALL be treated as atomic".
#[test]
fn operations_are_done_in_their_order_and_all_or_none() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let path = format!("/Users/{}", ann(&scim));
    let three = json!([replace("title", json!("one")), remove("title"), add("title", json!("three"))]);
    assert_eq!(scim.operate(&path, three).expect(200).json()["title"], "three");
    let before = scim.get(&path).json();
    for last in [
        replace("nothing", json!("x")),
        replace("title", json!(7)),
        remove("userName"),
        remove("emails[type eq \"none\"]"),
        replace("id", json!("x")),
    ] {
        let first = json!({ "op": "replace", "value": { "active": false, "title": "x" } });
        let told = scim.operate(&path, json!([first, last])).expect(400);
        assert!(told.json()["detail"].as_str().unwrap().starts_with("Operation 2: "), "{told:?}");
        assert_eq!(scim.get(&path).json(), before, "{last}");
    }
}

/// What was removed and put back within one request was not removed.
#[test]
fn a_request_is_judged_by_what_it_leaves_behind() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let path = format!("/Users/{}", ann(&scim));
    let before = scim.get(&path);
    let nothing = json!({ "op": "replace", "value": {} });
    let after = scim.operate(&path, json!([remove("title"), add("title", json!("Chef")), nothing])).expect(200);
    assert_eq!((after.header("etag"), after.json()), (before.header("etag"), before.json()));
}
