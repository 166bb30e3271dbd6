//! A group of ten thousand: Okta reads it and puts it back whole.

use domain::clock::Clock;
use domain::collaborator::{Lifecycle, Person, UserName};
use domain::decide::{Change, Write};
use domain::id::PersonId;
use serde_json::{Value, json};

use crate::common::scim::GROUP;
use crate::gate::Gate;

const MEMBERS: usize = 10_000;

/// People past the door: how they are made is told elsewhere, and slower.
fn people(gate: &Gate, count: usize) -> Vec<String> {
    let workspace = gate.stored(&gate.acme).id;
    let make = |nth: usize| {
        let id = PersonId::new(::web::random::new_id(gate.clock.now()).unwrap());
        let now = gate.clock.now();
        let name = UserName::new(&format!("person{nth}@acme.test")).unwrap();
        let person = Person::new(id, workspace, name, Lifecycle::provisioned(true, now), now);
        let scim_id = person.scim_id.to_string();
        let nothing = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (links, groups, memberships, audit, events) = nothing;
        let change = Change {
            workspace,
            person,
            write: Write::Insert,
            links,
            groups,
            memberships,
            login: None,
            invitation: None,
            is_remembered: true,
            takes_administration: false,
            audit,
            events,
        };
        gate.store.commit(change).unwrap();
        scim_id
    };
    std::thread::scope(|scope| {
        let make = &make;
        let parts: Vec<_> =
            (0..16).map(|part| scope.spawn(move || (part..count).step_by(16).map(make).collect::<Vec<_>>())).collect();
        parts.into_iter().flat_map(|part| part.join().unwrap()).collect()
    })
}

on_both_databases! {
    fn ten_thousand_members_come_in_one_request_and_can_be_put_back(gate: &Gate) {
        let scim = gate.acme.scim();
        let ids = people(gate, MEMBERS);
        let members: Vec<Value> =
            ids.iter().map(|id| json!({ "value": id, "display": "somebody@acme.test" })).collect();
        let body = json!({ "schemas": [GROUP], "displayName": "Everybody", "members": members });
        let made = scim.send_json("POST", "/Groups", &body).expect(201);
        let path = format!("/Groups/{}", made.id());
        let read = scim.get(&path).expect(200);
        assert_eq!(read.json()["members"].as_array().unwrap().len(), MEMBERS);
        assert!(read.body.len() > 1 << 20, "longer than a megabyte, which a limit must not forget");
        let put = scim.send_json("PUT", &path, &read.json()).expect(200);
        assert_eq!(put.header("etag"), read.header("etag"), "an echo changes nothing");

        let lean = format!("{path}?excludedAttributes=members");
        let one = scim.provision("one.more@acme.test");
        let joined =
            scim.operate(&lean, json!([{ "op": "add", "path": "members", "value": [{ "value": one }] }])).expect(200);
        assert_eq!(joined.json().get("members"), None);
        assert_eq!(
            scim.filter("/Groups", &format!("members.value eq \"{one}\"")).expect(200).json()["totalResults"],
            1
        );
        let half: Vec<Value> = ids[..MEMBERS / 2].iter().map(|id| json!({ "value": id })).collect();
        scim.operate(&lean, json!([{ "op": "replace", "path": "members", "value": half }])).expect(200);
        assert_eq!(scim.get(&path).json()["members"].as_array().unwrap().len(), MEMBERS / 2);
        scim.send("DELETE", &path, &[], None).expect(204);
        assert_eq!(scim.get(&format!("/Users/{}", ids[0])).json().get("groups"), None);
    }
}
