//! SCIM as HTTP: versions, limits, media types, and answers to what is no SCIM at all.

use serde_json::json;

use crate::common::answer::{Answer, send};
use crate::common::scim::{Scim, user, with};
use crate::gate::Gate;

fn post(scim: &Scim, body: &[u8]) -> Answer {
    scim.send("POST", "/Users", &[("content-type", "application/scim+json")], Some(body))
}

on_both_databases! {
    fn an_old_version_changes_nothing(gate: &Gate) {
        let scim = gate.acme.scim();
        let id = scim.provision("ann@acme.test");
        let path = format!("/Users/{id}");
        let first = scim.get(&path).expect(200).header("etag").to_owned();
        scim.patch(&id, "displayName", json!("Ann I")).expect(200);
        let body = with(user("ann@acme.test"), "displayName", json!("Ann II")).to_string();
        let json_type = ("content-type", "application/scim+json");
        let late = scim.send("PUT", &path, &[json_type, ("if-match", &first)], Some(body.as_bytes()));
        late.refused(412, None);
        scim.send("DELETE", &path, &[("if-match", &first)], None).refused(412, None);
        let current = scim.get(&path).expect(200);
        assert_eq!(current.json()["displayName"], "Ann I");
        scim.send("PUT", &path, &[json_type, ("if-match", current.header("etag"))], Some(body.as_bytes())).expect(200);
        scim.send("DELETE", &path, &[("if-match", "*")], None).expect(204);
    }

    fn a_known_version_is_not_sent_again(gate: &Gate) {
        let scim = gate.acme.scim();
        let path = format!("/Users/{}", scim.provision("ann@acme.test"));
        let etag = scim.get(&path).expect(200).header("etag").to_owned();
        let unchanged = scim.send("GET", &path, &[("if-none-match", &etag)], None).expect(304);
        assert_eq!((unchanged.body.as_str(), unchanged.header("etag")), ("", etag.as_str()));
        scim.send("GET", &path, &[("if-none-match", "W/\"0\"")], None).expect(200);
    }

    /// PostgreSQL has no text with NUL in it, so one that gets through is a fault of the server there.
    fn a_nul_is_the_clients_fault_wherever_it_stands(gate: &Gate) {
        let scim = gate.acme.scim();
        let id = scim.provision("ann@acme.test");
        for (name, value) in [
            ("userName", json!("a\0b")),
            ("externalId", json!("a\0b")),
            ("displayName", json!("a\0b")),
            ("name", json!({ "familyName": "\0" })),
            ("emails", json!([{ "value": "a\0b@acme.test" }])),
            (crate::common::scim::ROLES, json!({ "workato_role": "\0" })),
        ] {
            let answer = scim.put(&id, &with(user("ann@acme.test"), name, value));
            assert!(matches!(answer.status, 200 | 400), "{name}: {answer:?}");
            scim.get(&format!("/Users/{id}")).expect(200);
        }
        for filter in ["userName eq \"a\\u0000b\"", "displayName co \"\\u0000\"", "externalId sw \"\\u0000\""] {
            let query = url::form_urlencoded::byte_serialize(filter.as_bytes()).collect::<String>();
            let answer = scim.get(&format!("/Users?filter={query}"));
            assert!(matches!(answer.status, 200 | 400), "{filter}: {answer:?}");
        }
        scim.get("/Users/%00").refused(404, None);
        post(&scim, b"{\"userName\":\"\0\"}").bad("invalidSyntax");
    }
}

#[test]
fn what_is_not_json_is_refused_with_the_place_of_the_fault() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    for body in
        ["", "{", "null", "[]", "{\"userName\":\"a\",}", "\u{feff}{}", "{\"userName\":\"a\",\"userName\":\"b\"}"]
    {
        post(&scim, body.as_bytes()).bad("invalidSyntax");
    }
    post(&scim, b"{\"userName\":\"\xff\"}").bad("invalidSyntax");
}

/// A body that is nested deep enough exhausts the stack of a reader that follows it down.
#[test]
fn a_deep_body_is_refused() {
    let gate = Gate::on_sqlite();
    let deep = format!("{}1{}", "{\"a\":[".repeat(60_000), "]}".repeat(60_000));
    post(&gate.acme.scim(), deep.as_bytes()).bad("invalidSyntax");
    gate.acme.scim().get("/Users").expect(200);
}

/// The same by a filter.
#[test]
fn a_deep_filter_is_refused() {
    let gate = Gate::on_sqlite();
    let deep = format!("{}userName%20pr{}", "(".repeat(2_000), ")".repeat(2_000));
    gate.acme.scim().get(&format!("/Users?filter={deep}")).bad("invalidFilter");
}

#[test]
fn a_body_beyond_the_limit_is_refused() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let body = with(user("ann@acme.test"), "displayName", json!("x".repeat(4 << 20))).to_string();
    post(&scim, body.as_bytes()).refused(413, None);
    scim.provision("ann@acme.test");
}

#[test]
fn bodies_are_json_by_their_media_type_too() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    for other in ["text/plain", "application/xml", "application/x-www-form-urlencoded", "application/jsonp"] {
        let body = user("ann@acme.test").to_string();
        scim.send("POST", "/Users", &[("content-type", other)], Some(body.as_bytes())).refused(415, None);
    }
    for (nth, fine) in ["application/json", "APPLICATION/SCIM+JSON; charset=utf-8"].iter().enumerate() {
        let body = user(&format!("person{nth}@acme.test")).to_string();
        scim.send("POST", "/Users", &[("content-type", fine)], Some(body.as_bytes())).expect(201);
    }
}

#[test]
fn a_method_that_an_endpoint_does_not_have_is_405_and_the_answer_says_which_it_has() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let id = scim.provision("ann@acme.test");
    let user = format!("/Users/{id}");
    for (method, path, allowed) in [
        ("PUT", "/Users", "GET, HEAD, POST"),
        ("DELETE", "/Users", "GET, HEAD, POST"),
        ("POST", user.as_str(), "GET, HEAD, PUT, PATCH, DELETE"),
        ("POST", "/ServiceProviderConfig", "GET, HEAD"),
        ("DELETE", "/Schemas", "GET, HEAD"),
        ("PUT", "/ResourceTypes/User", "GET, HEAD"),
    ] {
        let answer = scim.send(method, path, &[], None);
        answer.refused(405, None);
        // RFC 9110 §15.5.6: a 405 names the methods that are possible.
        assert_eq!(answer.header("allow"), allowed, "{method} {path}");
    }
}

#[test]
fn what_is_not_there_is_404() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    for path in [
        "/Users/7",
        "/Users/00000000-0000-0000-0000-000000000000",
        "/Nowhere",
        "/Schemas/urn:nothing",
        "/ResourceTypes/X",
    ] {
        scim.get(path).refused(404, None);
    }
    scim.put("00000000-0000-0000-0000-000000000000", &user("ann@acme.test")).refused(404, None);
}

#[test]
fn a_filter_that_cannot_be_answered_is_refused_and_never_ignored() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    scim.provision("ann@acme.test");
    for filter in
        ["favouriteColour eq \"red\"", "userName eq", "userName is \"a\"", "(userName pr", "", "password eq \"a\"", "'"]
    {
        let query = url::form_urlencoded::byte_serialize(filter.as_bytes()).collect::<String>();
        scim.get(&format!("/Users?filter={query}")).bad("invalidFilter");
    }
    scim.get("/Users?count=many").bad("invalidValue");
    scim.get("/Schemas?filter=id%20pr").refused(403, None);
}

#[test]
fn every_answer_is_scim_json_and_never_cached() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let created = scim.create(&with(user("ann@acme.test"), "password", json!("1mz050nq"))).expect(201);
    let id = created.json()["id"].as_str().unwrap().to_owned();
    let location = format!("{}/scim/v2/Users/{id}", gate.base_url);
    assert_eq!(
        (created.location(), created.json()["meta"]["location"].as_str()),
        (location.as_str(), Some(location.as_str()))
    );
    let mut answers = vec![created, scim.put(&id, &user("ann@acme.test")), scim.patch(&id, "displayName", json!("A"))];
    for path in ["/Users", &format!("/Users/{id}"), "/ServiceProviderConfig", "/ResourceTypes", "/Schemas"] {
        answers.push(scim.get(path).expect(200));
    }
    for answer in answers {
        assert_eq!(answer.content_type(), "application/scim+json");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(!answer.body.contains("1mz050nq"), "{}", answer.body);
    }
    let gone = scim.delete(&id).expect(204);
    assert_eq!((gone.body.as_str(), gone.content_type()), ("", ""));
}

/// RFC 7644 §4: discovery needs no token.
#[test]
fn discovery_is_open_to_anybody() {
    let gate = Gate::on_sqlite();
    for path in ["ServiceProviderConfig", "ResourceTypes", "Schemas"] {
        send("GET", &format!("{}/scim/v2/{path}", gate.base_url), &[], None).expect(200);
    }
}
