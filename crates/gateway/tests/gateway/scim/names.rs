//! `userName`, and what a body says that it is (RFC 7643 §3 and §4.1.1, product rules §2.10).

use serde_json::{Value, json};

use crate::common::answer::Answer;
use crate::common::scim::{ENTERPRISE, GROUP, PATCH, ROLES, Scim, USER, user, with};
use crate::gate::Gate;

fn named(scim: &Scim, name: Value) -> Answer {
    scim.create(&json!({ "schemas": [USER], "userName": name }))
}

on_both_databases! {
    fn any_name_that_can_be_seen_is_kept_as_it_was_sent(gate: &Gate) {
        let scim = gate.acme.scim();
        let (long, emoji, ligatures) = ("x".repeat(1_000), "\u{1f600}".repeat(1_000), "\u{fdfa}".repeat(1_000));
        let names = [
            "ann@acme.test",
            "just a name",
            "Zo\u{eb} \u{1f469}\u{200d}\u{1f680}",
            "a+b@acme.test",
            "o'neil\"\\%_",
            "\u{202e}rtl",
            "7",
            "true",
            " spaces ",
            "\u{130}stanbul",
            &long,
            &emoji,
            &ligatures,
        ];
        for name in names {
            let made = named(&scim, json!(name)).expect(201);
            assert_eq!(made.json()["userName"], name);
            let quoted = Value::from(name).to_string();
            if quoted.len() < 4_000 {
                assert_eq!(scim.filter("/Users", &format!("userName eq {quoted}")).ids(), [made.id()], "{name}");
            }
        }
    }

    fn a_name_that_is_none_is_refused(gate: &Gate) {
        let scim = gate.acme.scim();
        for name in
            ["", " ", "\t", "\u{a0}", "\u{3000}", "\u{200b}", "\u{feff}\u{2060}", "a\nb", "a\u{7f}", "a\0b", "\u{1}"]
        {
            named(&scim, json!(name)).bad("invalidValue");
        }
        for name in [
            json!("x".repeat(1_001)),
            json!("\u{1f600}".repeat(1_001)),
            json!(null),
            json!(7),
            json!(true),
            json!(["a"]),
            json!({ "value": "a" }),
        ] {
            named(&scim, name).bad("invalidValue");
        }
        assert!(scim.create(&json!({ "schemas": [USER] })).bad("invalidValue").contains("userName"));
        assert!(scim.get("/Users").ids().is_empty());
    }

    fn one_name_belongs_to_one_person_however_it_is_written(gate: &Gate) {
        let scim = gate.acme.scim();
        for (first, same) in [
            ("Ann@Acme.test", "ANN@acme.TEST"),
            ("\u{ff46}ull@acme.test", "full@acme.test"),
            ("stra\u{df}e@acme.test", "STRASSE@acme.test"),
            ("e\u{301}va@acme.test", "\u{c9}VA@acme.test"),
            ("\u{212a}im@acme.test", "kim@acme.test"),
        ] {
            let id = named(&scim, json!(first)).expect(201).id();
            let taken = named(&scim, json!(same)).refused(409, Some("uniqueness"));
            assert!(taken.contains(&id), "{taken}");
            assert_eq!(scim.filter("/Users", &format!("userName eq \"{same}\"")).ids(), [id]);
        }
        named(&scim, json!("ann@acme.test ")).expect(201);
    }

    /// Okta shows the sentence to its administrator, who needs to know whom the name belongs to.
    fn a_new_name_that_is_taken_is_refused_with_the_id_of_its_owner(gate: &Gate) {
        let scim = gate.acme.scim();
        let (ann, bob) = (scim.provision("ann@acme.test"), scim.provision("bob@acme.test"));
        let by_put = scim.put(&bob, &with(user("bob@acme.test"), "userName", json!("ANN@acme.test")));
        let by_patch = scim.patch(&bob, "userName", json!("Ann@Acme.Test"));
        for answer in [by_put, by_patch] {
            assert!(answer.refused(409, Some("uniqueness")).contains(&ann), "{answer:?}");
        }
        assert_eq!(scim.get(&format!("/Users/{bob}")).json()["userName"], "bob@acme.test");
        scim.patch(&ann, "userName", json!("ANN@acme.test")).expect(200);
    }
}

#[test]
fn a_body_may_name_schemas_that_it_does_not_use_and_use_some_that_it_does_not_name() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let schemas_of = |said: Value, extra: Value| {
        let name = format!("person{}@acme.test", scim.get("/Users").ids().len());
        let mut body = json!({ "schemas": said, "userName": name });
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        scim.create(&body).expect(201).json()["schemas"].clone()
    };
    let nothing = json!({});
    for said in [
        json!([USER]),
        json!([USER.to_lowercase()]),
        json!([USER, USER]),
        json!([USER, ENTERPRISE, "urn:x:y"]),
        json!([ENTERPRISE]),
        json!([]),
        json!(null),
        json!(USER),
    ] {
        assert_eq!(schemas_of(said.clone(), nothing.clone()), json!([USER]), "{said}");
    }
    let department = json!({ ENTERPRISE: { "department": "Tours" }, ROLES: { "workato_role": "Member" } });
    assert_eq!(schemas_of(json!([USER]), department), json!([USER, ENTERPRISE, ROLES]));
    assert_eq!(schemas_of(json!([USER]), json!({ ENTERPRISE: {} })), json!([USER]));
    scim.create(&json!({ "userName": "bare@acme.test" })).expect(201);
}

/// A body that says that it is something else was sent to the wrong place.
#[test]
fn a_body_of_another_kind_is_refused() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let id = scim.provision("ann@acme.test");
    for said in [json!([GROUP]), json!(["urn:x:y"]), json!([PATCH])] {
        let body = json!({ "schemas": said, "userName": "bob@acme.test", "displayName": "bob" });
        scim.create(&body).bad("invalidSyntax");
        scim.put(&id, &body).bad("invalidSyntax");
    }
    scim.send_json("POST", "/Groups", &json!({ "schemas": [USER], "displayName": "Ops" })).bad("invalidSyntax");
    for said in [json!(7), json!({}), json!([7]), json!([[USER]]), json!(true)] {
        scim.create(&json!({ "schemas": said, "userName": "bob@acme.test" })).bad("invalidValue");
    }
    assert_eq!(scim.get(&format!("/Users/{id}")).json()["userName"], "ann@acme.test");
}
