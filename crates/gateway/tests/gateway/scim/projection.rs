//! Which attributes are sent (RFC 7644 §3.9, RFC 7643 §7 `returned`).

use serde_json::{Map, Value, json};

use crate::common::scim::{ENTERPRISE, PATCH, ROLES, Scim, USER, user, with};

fn ann(scim: &Scim) -> String {
    let body = with(user("ann@acme.test"), ENTERPRISE, json!({ "department": "Tours", "manager": { "value": "7" } }));
    let body = with(body, "password", json!("never shown"));
    scim.make(&with(body, ROLES, json!({ "workato_role": "Member" })))
}

fn keys(body: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

on_both_databases! {
    fn what_is_asked_for_is_sent_with_what_always_is(gate: &Gate) {
        let scim = gate.acme.scim();
        let id = ann(&scim);
        let shown = |query: &str| scim.get(&format!("/Users/{id}?{query}")).expect(200).json();
        for (attributes, wanted) in [
            ("userName", json!({ "userName": "ann@acme.test" })),
            ("USERNAME,nothing,", json!({ "userName": "ann@acme.test" })),
            ("id", json!({})),
            ("password", json!({})),
            ("name.givenName", json!({ "name": { "givenName": "Ann" } })),
            ("emails.type,emails.primary", json!({ "emails": [{ "type": "work", "primary": true }] })),
            ("active,externalId", json!({ "active": true, "externalId": "okta-ann@acme.test" })),
            (&format!("{USER}:name.familyName"), json!({ "name": { "familyName": "Lee" } })),
        ] {
            let mut wanted = wanted.as_object().unwrap().clone();
            wanted.extend(Map::from_iter([("schemas".to_owned(), json!([USER])), ("id".to_owned(), json!(id))]));
            assert_eq!(shown(&format!("attributes={attributes}")), Value::Object(wanted), "{attributes}");
        }
        let extension = shown(&format!("attributes={ENTERPRISE}:manager.value,{ROLES}"));
        assert_eq!(keys(&extension), ["id", "schemas", ENTERPRISE, ROLES]);
        assert_eq!(
            (&extension[ENTERPRISE], &extension["schemas"]),
            (&json!({ "manager": { "value": "7" } }), &json!([USER, ENTERPRISE, ROLES]))
        );
        assert_eq!(
            keys(&shown(&format!("attributes={USER}"))),
            ["active", "emails", "externalId", "id", "meta", "name", "schemas", "userName"]
        );
        assert_eq!(keys(&shown("attributes=meta.created")["meta"]), ["created"]);
        assert_eq!(shown("attributes="), shown(""));
    }

    fn what_is_excluded_is_left_out_unless_it_always_is_sent(gate: &Gate) {
        let scim = gate.acme.scim();
        let id = ann(&scim);
        let shown = |query: &str| scim.get(&format!("/Users/{id}?{query}")).expect(200).json();
        let less = shown(&format!("excludedAttributes=emails,NAME,id,schemas,meta,{ENTERPRISE},{ROLES}:workato_role"));
        assert_eq!(keys(&less), ["active", "externalId", "id", "schemas", "userName"]);
        assert_eq!(less["schemas"], json!([USER]), "of what is not there nothing is said");
        assert_eq!(
            shown("excludedAttributes=emails.type")["emails"],
            json!([{ "value": "ann@acme.test", "primary": true }])
        );
        assert_eq!(shown("excludedAttributes=nothing"), shown(""));
        assert_eq!(keys(&shown("attributes=userName,name&excludedAttributes=name")), ["id", "schemas", "userName"]);
    }

    fn every_kind_of_request_takes_them(gate: &Gate) {
        let scim = gate.acme.scim();
        let wanted = ["id", "schemas", "title"];
        let made = scim
            .send_json("POST", "/Users?attributes=title", &with(user("bob@acme.test"), "title", json!("Chef")))
            .expect(201);
        assert_eq!(keys(&made.json()), wanted);
        let path = format!("/Users/{}", made.id());
        let put = with(user("bob@acme.test"), "title", json!("Boss"));
        assert_eq!(keys(&scim.send_json("PUT", &format!("{path}?attributes=title"), &put).expect(200).json()), wanted);
        let patch =
            json!({ "schemas": [PATCH], "Operations": [{ "op": "replace", "path": "title", "value": "Chef" }] });
        assert_eq!(
            keys(&scim.send_json("PATCH", &format!("{path}?attributes=title"), &patch).expect(200).json()),
            wanted
        );
        let less = scim
            .send_json(
                "PATCH",
                &format!("{path}?excludedAttributes=emails,name,meta,active,externalId,userName"),
                &patch,
            )
            .expect(200);
        assert_eq!(keys(&less.json()), wanted);
        assert_eq!(keys(&scim.get("/Users?attributes=title").json()["Resources"][0]), wanted);
        assert_eq!(keys(&scim.get("?attributes=title").json()["Resources"][0]), wanted);
        // What was asked for changes nothing of what is stored, nor of the version.
        assert_eq!(scim.get(&path).header("etag"), less.header("etag"));
        assert_eq!(scim.get(&path).json()["userName"], "bob@acme.test");
    }

    fn members_of_groups_can_be_left_out_or_asked_for(gate: &Gate) {
        let scim = gate.acme.scim();
        let ann = scim.provision("ann@acme.test");
        let path = format!("/Groups/{}", scim.make_group("Ops", &[&ann]));
        let shown = |query: &str| scim.get(&format!("{path}?{query}")).expect(200).json();
        assert_eq!(shown("excludedAttributes=members").get("members"), None);
        assert_eq!(shown("attributes=displayName").get("members"), None);
        assert_eq!(shown("attributes=members.value")["members"], json!([{ "value": ann }]));
        assert_eq!(shown("")["members"][0].get("display"), None, "it is sent on request alone");
        assert_eq!(shown("attributes=members.display")["members"], json!([{ "display": "ann@acme.test" }]));
        assert_eq!(scim.get("/Groups?excludedAttributes=members").json()["Resources"][0].get("members"), None);
    }
}
