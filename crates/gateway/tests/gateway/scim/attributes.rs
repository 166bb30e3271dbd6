//! Every attribute of the published schemas, one by one (RFC 7643 §2, §4 and §8.7).

use serde_json::{Map, Value, json};

use crate::common::scim::{ENTERPRISE, ROLES, Scim, USER};
use crate::gate::Gate;

/// An attribute as `/Schemas` publishes it, with the schema that it belongs to.
struct Attribute {
    schema: String,
    about: Value,
}

impl Attribute {
    fn name(&self) -> &str {
        self.about["name"].as_str().unwrap()
    }

    fn is(&self, characteristic: &str, value: &str) -> bool {
        self.about[characteristic] == value
    }

    fn is_list(&self) -> bool {
        self.about["multiValued"] == true
    }

    /// A body that gives this value to it and says nothing else but the name.
    fn body(&self, name: &str, value: &Value) -> Value {
        let mut body = json!({ "schemas": [USER], "userName": name });
        match self.schema.as_str() {
            USER => body[self.name()] = value.clone(),
            extension => body[extension] = json!({ self.name(): value }),
        }
        body
    }

    /// What a resource says of it.
    fn of<'r>(&self, resource: &'r Value) -> &'r Value {
        let place = if self.schema == USER { resource } else { &resource[&self.schema] };
        &place[self.name()]
    }
}

fn published(scim: &Scim) -> Vec<Attribute> {
    let schemas = scim.get("/Schemas").expect(200).json()["Resources"].as_array().unwrap().clone();
    let of_users = schemas.iter().filter(|schema| [USER, ENTERPRISE, ROLES].iter().any(|urn| schema["id"] == **urn));
    let attributes = of_users.flat_map(|schema| {
        let list = schema["attributes"].as_array().unwrap().clone();
        list.into_iter().map(|about| Attribute { schema: schema["id"].as_str().unwrap().to_owned(), about })
    });
    attributes.collect()
}

fn writable(scim: &Scim) -> Vec<Attribute> {
    published(scim).into_iter().filter(|attribute| !attribute.is("mutability", "readOnly")).collect()
}

/// Values that an attribute of this type can't have.
fn wrong_for(kind: &str) -> Vec<Value> {
    match kind {
        "string" | "reference" => vec![json!(7), json!(true), json!(["x"]), json!({ "a": 1 })],
        "boolean" => vec![json!("yes"), json!(""), json!(1), json!(0), json!([true]), json!({})],
        "binary" => vec![json!(7), json!("%%%"), json!({})],
        "complex" => vec![json!(7), json!(true)],
        other => panic!("no attribute has the type {other}"),
    }
}

/// A value of every attribute, or sub-attribute, that clients may write.
fn sample(about: &Value, nth: usize) -> Value {
    let name = about["name"].as_str().unwrap();
    match about["type"].as_str().unwrap() {
        "string" if name == "value" => json!(format!("{nth} \u{2713} \"q\" \\ \u{e9} \u{1f600}")),
        "string" => json!(format!("{name} {nth} \u{2713} \"q\" \\ \u{e9}\n\u{1f600}")),
        "reference" => json!(format!("https://acme.test/{name}/{nth}")),
        "boolean" => json!(nth == 1),
        "binary" => json!("AQIDBA=="),
        "complex" => {
            let subs = about["subAttributes"].as_array().unwrap().iter().filter(|sub| sub["mutability"] != "readOnly");
            Value::Object(subs.map(|sub| (sub["name"].as_str().unwrap().to_owned(), sample(sub, nth))).collect())
        }
        other => panic!("no attribute has the type {other}"),
    }
}

/// A person of whom everything is said that can be said.
fn everything(scim: &Scim, user_name: &str) -> Value {
    let mut body = json!({ "schemas": [USER, ENTERPRISE, ROLES], "userName": user_name, "externalId": "e-1" });
    for attribute in writable(scim).iter().filter(|attribute| !["userName", "password"].contains(&attribute.name())) {
        let value = match attribute.is_list() {
            true => json!([sample(&attribute.about, 1), sample(&attribute.about, 2)]),
            false => sample(&attribute.about, 1),
        };
        match attribute.schema.as_str() {
            USER => body[attribute.name()] = value,
            extension => body[extension][attribute.name()] = value,
        }
    }
    body["active"] = json!(true);
    body
}

on_both_databases! {
    fn whatever_is_said_of_a_person_comes_back_as_it_was_sent(gate: &Gate) {
        let scim = gate.acme.scim();
        let body = everything(&scim, "ann@acme.test");
        let made = scim.create(&body).expect(201);
        for (name, value) in body.as_object().unwrap() {
            assert_eq!(&made.json()[name], value, "{name}");
        }
        let read = scim.get(&format!("/Users/{}", made.id())).expect(200);
        assert_eq!(read.json(), made.json());
        assert_eq!(scim.filter("/Users", "userName eq \"ANN@acme.test\"").json()["Resources"], json!([made.json()]));
    }

    /// Okta sends back what it read, with its changes in it: nothing changed must mean nothing is written.
    fn whatever_was_read_can_be_put_back_and_changes_nothing(gate: &Gate) {
        let scim = gate.acme.scim();
        let id = scim.make(&everything(&scim, "ann@acme.test"));
        scim.make_group("Ops", &[&id]);
        let read = scim.get(&format!("/Users/{id}"));
        let again = scim.put(&id, &read.json()).expect(200);
        assert_eq!((again.json(), again.header("etag")), (read.json(), read.header("etag")));
        assert_eq!(gate.audit("collaborator.updated").len(), 0);
    }

    fn an_attribute_that_is_taken_away_is_gone(gate: &Gate) {
        let scim = gate.acme.scim();
        let body = everything(&scim, "ann@acme.test");
        let id = scim.make(&body);
        for attribute in writable(&scim).iter().filter(|one| !["userName", "active", "password"].contains(&one.name()))
        {
            let path = match attribute.schema.as_str() {
                USER => attribute.name().to_owned(),
                extension => format!("{extension}:{}", attribute.name()),
            };
            let remove = json!([{ "op": "remove", "path": path }]);
            let less = scim.operate(&format!("/Users/{id}"), remove).expect(200).json();
            assert!(attribute.of(&less).is_null(), "{path}: {less}");
        }
        let bare = scim.get(&format!("/Users/{id}")).json();
        assert_eq!(bare["schemas"], json!([USER]));
    }
}

#[test]
fn a_value_of_the_wrong_type_is_invalid_value_for_every_attribute() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    for attribute in writable(&scim) {
        for wrong in wrong_for(attribute.about["type"].as_str().unwrap()) {
            let told = scim.create(&attribute.body("ann@acme.test", &wrong)).bad("invalidValue");
            assert!(told.contains(attribute.name()), "{told}");
        }
        for sub in attribute.about["subAttributes"].as_array().into_iter().flatten() {
            let wrong = wrong_for(sub["type"].as_str().unwrap());
            for wrong in wrong.iter().filter(|_| sub["mutability"] != "readOnly") {
                let value = json!({ sub["name"].as_str().unwrap(): wrong });
                let value = if attribute.is_list() { json!([value]) } else { value };
                let told = scim.create(&attribute.body("ann@acme.test", &value)).bad("invalidValue");
                assert!(told.contains(sub["name"].as_str().unwrap()), "{told}");
            }
        }
    }
    for extension in [ENTERPRISE, ROLES] {
        for wrong in [json!("x"), json!(7), json!([{}]), json!(true)] {
            scim.create(&json!({ "userName": "ann@acme.test", extension: wrong })).bad("invalidValue");
        }
    }
    assert!(scim.get("/Users").ids().is_empty(), "what is refused is not done");
}

/// RFC 7643 §2.5: "Unassigned, the null value, or empty array … are equivalent".
#[test]
fn null_and_the_empty_list_are_no_value() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    for (nth, attribute) in
        writable(&scim).iter().filter(|one| !["userName", "active"].contains(&one.name())).enumerate()
    {
        let none = if attribute.is_list() {
            vec![json!(null), json!([]), json!([null]), json!([{}])]
        } else {
            vec![json!(null)]
        };
        for (form, value) in none.iter().enumerate() {
            let made = scim.create(&attribute.body(&format!("{nth}-{form}@acme.test"), value)).expect(201).json();
            assert!(attribute.of(&made).is_null(), "{}: {made}", attribute.name());
        }
    }
    let made = scim
        .create(&json!({ "userName": "bare@acme.test", "active": null, "name": {}, ENTERPRISE: null }))
        .expect(201)
        .json();
    assert_eq!((&made["active"], made.get("name"), &made["schemas"]), (&json!(true), None, &json!([USER])));
}

/// RFC 7643 §2.1: names are case-insensitive, and answers have the spelling of the schema.
#[test]
fn names_are_taken_in_any_case_and_sent_in_the_schemas() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let body = everything(&scim, "ann@acme.test");
    fn shout(value: &Value) -> Value {
        match value {
            Value::Object(members) => Value::Object(
                members.iter().map(|(name, value)| (name.to_uppercase(), shout(value))).collect::<Map<_, _>>(),
            ),
            Value::Array(values) => values.iter().map(shout).collect(),
            other => other.clone(),
        }
    }
    let made = scim.create(&shout(&body)).expect(201).json();
    assert_eq!(
        (&made["name"], &made["emails"], &made[ENTERPRISE]),
        (&body["name"], &body["emails"], &body[ENTERPRISE])
    );
}

/// RFC 7644 §3.3 and §3.5.1: what only the server writes "SHALL be ignored" in a body.
#[test]
fn what_only_the_server_writes_is_ignored_in_bodies_whatever_it_is() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    for (nth, strange) in [json!("x"), json!(7), json!([{ "value": "x" }]), json!({ "created": 1 })].iter().enumerate()
    {
        let body = json!({ "userName": format!("{nth}@acme.test"), "id": strange, "meta": strange, "groups": strange });
        let made = scim.create(&body).expect(201).json();
        assert!(
            made["id"].is_string() && made["meta"]["resourceType"] == "User" && made.get("groups").is_none(),
            "{made}"
        );
        let id = made["id"].as_str().unwrap();
        assert_eq!(scim.put(id, &body).expect(200).json()["meta"], made["meta"]);
    }
}

/// RFC 7643 §2.4: one combination of type and value is not returned more than once, and one value is primary at most.
#[test]
fn values_of_a_list_are_distinct_and_one_is_primary_at_most() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let (work, same) = (json!({ "value": "a@x", "type": "work" }), json!({ "type": "work", "value": "a@x" }));
    let emails = json!([work, same, { "value": "a@x", "type": "home" }]);
    let made = scim.create(&json!({ "userName": "ann@acme.test", "emails": emails })).expect(201).json();
    assert_eq!(made["emails"], json!([{ "value": "a@x", "type": "work" }, { "value": "a@x", "type": "home" }]));
    for second in [json!(true), json!("True")] {
        let two = json!([{ "value": "a@x", "primary": true }, { "value": "b@x", "primary": second }]);
        scim.create(&json!({ "userName": "bob@acme.test", "emails": two })).bad("invalidValue");
    }
}
