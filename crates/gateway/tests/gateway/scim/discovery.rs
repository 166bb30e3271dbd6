//! The discovery documents (RFC 7644 §4, RFC 7643 §5 to §7).

use serde_json::{Value, json};

use crate::common::answer::{Answer, send};
use crate::common::scim::{ENTERPRISE, GROUP, ROLES, Scim, USER, user};
use crate::gate::Gate;

fn by_anybody(gate: &Gate, path: &str) -> Answer {
    send("GET", &format!("{}/scim/v2{path}", gate.base_url), &[], None)
}

#[test]
fn the_configuration_says_what_the_server_does_and_the_server_does_it() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let config = by_anybody(&gate, "/ServiceProviderConfig").expect(200).json();
    assert_eq!(config["schemas"], json!(["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"]));
    for (feature, supported) in
        [("patch", true), ("bulk", true), ("filter", true), ("sort", true), ("etag", true), ("changePassword", false)]
    {
        assert_eq!(config[feature]["supported"], supported, "{feature}");
    }
    assert_eq!(config["authenticationSchemes"][0]["type"], "oauthbearertoken");
    assert_eq!((&config["pagination"]["cursor"], &config["pagination"]["index"]), (&json!(true), &json!(true)));
    let most = config["filter"]["maxResults"].as_u64().unwrap();
    (0..3).for_each(|nth| drop(scim.provision(&format!("person{nth}@acme.test"))));
    assert!(scim.get(&format!("/Users?count={}", most + 1)).expect(200).ids().len() <= usize::try_from(most).unwrap());
    assert_eq!(
        config["meta"],
        json!({
            "resourceType": "ServiceProviderConfig",
            "location": format!("{}/scim/v2/ServiceProviderConfig", gate.base_url),
        })
    );
}

#[test]
fn every_resource_type_leads_to_its_endpoint_and_its_schemas() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let list = by_anybody(&gate, "/ResourceTypes").expect(200).json();
    let types = list["Resources"].as_array().unwrap();
    assert_eq!(
        (types.len(), &list["totalResults"], &list["itemsPerPage"], &list["startIndex"]),
        (3, &json!(3), &json!(3), &json!(1))
    );
    for one in types {
        scim.get(one["endpoint"].as_str().unwrap()).expect(200);
        assert_eq!(
            by_anybody(&gate, &format!("/ResourceTypes/{}", one["id"].as_str().unwrap())).expect(200).json(),
            *one
        );
        let extensions = one["schemaExtensions"].as_array().unwrap().iter().map(|extension| &extension["schema"]);
        for schema in extensions.chain([&one["schema"]]) {
            let path = format!("/Schemas/{}", schema.as_str().unwrap());
            let found = by_anybody(&gate, &path).expect(200).json();
            assert_eq!(
                (&found["id"], &found["meta"]["location"]),
                (schema, &json!(format!("{}/scim/v2{path}", gate.base_url)))
            );
            assert_eq!(found["schemas"], json!(["urn:ietf:params:scim:schemas:core:2.0:Schema"]));
        }
    }
    by_anybody(&gate, "/ResourceTypes/Nothing").refused(404, None);
    by_anybody(&gate, "/Schemas/urn:x").refused(404, None);
    assert_eq!(by_anybody(&gate, &format!("/Schemas/{}", USER.to_uppercase())).expect(200).json()["id"], USER);
}

/// RFC 7643 §7: what each attribute has to say of itself.
#[test]
fn every_attribute_is_published_with_all_its_characteristics() {
    fn check(of: &str, attribute: &Value) {
        let one_of = |name: &str, values: &[&str]| {
            let value = attribute[name].as_str().unwrap_or_default();
            assert!(values.contains(&value), "{of}: {name} of {attribute}");
        };
        one_of("type", &["string", "boolean", "decimal", "integer", "dateTime", "reference", "binary", "complex"]);
        one_of("mutability", &["readOnly", "readWrite", "immutable", "writeOnly"]);
        one_of("returned", &["always", "never", "default", "request"]);
        one_of("uniqueness", &["none", "server", "global"]);
        assert!(
            attribute["multiValued"].is_boolean()
                && attribute["required"].is_boolean()
                && !attribute["description"].as_str().unwrap().is_empty(),
            "{of}: {attribute}"
        );
        assert_eq!(
            attribute["caseExact"].is_boolean(),
            ["string", "reference", "binary"].iter().any(|kind| attribute["type"] == *kind),
            "{of}: {attribute}"
        );
        assert_eq!(attribute["subAttributes"].is_array(), attribute["type"] == "complex", "{of}: {attribute}");
        assert_eq!(attribute["referenceTypes"].is_array(), attribute["type"] == "reference", "{of}: {attribute}");
        attribute["subAttributes"].as_array().into_iter().flatten().for_each(|sub| check(of, sub));
    }
    let gate = Gate::on_sqlite();
    let list = by_anybody(&gate, "/Schemas").expect(200).json();
    let ids: Vec<&str> =
        list["Resources"].as_array().unwrap().iter().map(|schema| schema["id"].as_str().unwrap()).collect();
    assert!([USER, GROUP, ENTERPRISE, ROLES].iter().all(|urn| ids.contains(urn)), "{ids:?}");
    for schema in list["Resources"].as_array().unwrap() {
        schema["attributes"]
            .as_array()
            .unwrap()
            .iter()
            .for_each(|attribute| check(schema["id"].as_str().unwrap(), attribute));
    }
}

/// What the RFC says of the attributes that clients rely on (RFC 7643 §8.7.1).
#[test]
fn the_core_schema_says_of_names_and_passwords_what_the_rfc_says() {
    let gate = Gate::on_sqlite();
    let user = by_anybody(&gate, &format!("/Schemas/{USER}")).json();
    let named =
        |name: &str| user["attributes"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap().clone();
    for (name, characteristic, value) in [
        ("userName", "required", json!(true)),
        ("userName", "uniqueness", json!("server")),
        ("userName", "caseExact", json!(false)),
        ("password", "mutability", json!("writeOnly")),
        ("password", "returned", json!("never")),
        ("groups", "mutability", json!("readOnly")),
        ("emails", "multiValued", json!(true)),
        ("active", "type", json!("boolean")),
        ("profileUrl", "type", json!("reference")),
        ("name", "type", json!("complex")),
    ] {
        assert_eq!(named(name)[characteristic], value, "{name} {characteristic}");
    }
}

/// RFC 7644 §4: "SHALL be ignored", but for a filter, which would be misunderstood.
#[test]
fn discovery_passes_over_pages_and_refuses_filters() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    for path in ["/Schemas", "/ResourceTypes"] {
        assert_eq!(
            scim.get(&format!("{path}?startIndex=2&count=1&sortBy=id")).expect(200).json(),
            scim.get(path).json()
        );
        scim.get(&format!("{path}?filter=id%20pr")).refused(403, None);
        assert_eq!(scim.get(path).content_type(), "application/scim+json");
    }
}

/// A client that tries its token here must not take a wrong one for valid.
#[test]
fn a_token_that_is_sent_to_discovery_has_to_be_good() {
    let gate = Gate::on_sqlite();
    for path in
        ["/ServiceProviderConfig", "/ResourceTypes", "/ResourceTypes/User", "/Schemas", &format!("/Schemas/{USER}")]
    {
        by_anybody(&gate, path).expect(200);
        gate.acme.scim().get(path).expect(200);
        let answer = Scim::new(&gate.base_url, "wrong").get(path);
        answer.refused(401, None);
        assert!(answer.header("www-authenticate").starts_with("Bearer"));
    }
}

/// Behind a proxy the world knows the gateway by another address, and every address in an answer is that one.
#[test]
fn addresses_in_answers_are_those_that_the_world_knows() {
    let gate = Gate::with_settings("server.base_url = 'https://gate.example.com'");
    let scim = Scim::new(&gate.base_url, &gate.acme.scim_token);
    let made = scim.create(&user("ann@acme.test")).expect(201);
    let location = format!("https://gate.example.com/scim/v2/Users/{}", made.id());
    assert_eq!((made.location(), &made.json()["meta"]["location"]), (location.as_str(), &json!(location)));
    let group = format!("https://gate.example.com/scim/v2/Groups/{}", scim.make_group("Ops", &[&made.id()]));
    let read = scim.get(&format!("/Users/{}", made.id()));
    assert_eq!((read.location(), &read.json()["groups"][0]["$ref"]), (location.as_str(), &json!(group)));
    assert_eq!(scim.get("/Groups").json()["Resources"][0]["members"][0]["$ref"], location);
    let bulk = json!({ "Operations": [{ "method": "DELETE", "path": format!("/Users/{}", made.id()) }] });
    assert_eq!(scim.send_json("POST", "/Bulk", &bulk).json()["Operations"][0]["location"], location);
    assert_eq!(
        scim.get("/ResourceTypes/User").json()["meta"]["location"],
        "https://gate.example.com/scim/v2/ResourceTypes/User"
    );
}
