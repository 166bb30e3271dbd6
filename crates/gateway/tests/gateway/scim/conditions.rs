//! Versions: entity tags and the conditions on them (RFC 7644 §3.14, RFC 9110 §13).

use serde_json::{Value, json};

use crate::common::answer::Answer;
use crate::common::scim::{PATCH, Scim, user, with};
use crate::gate::Gate;

fn send(scim: &Scim, method: &str, path: &str, condition: (&str, &str), body: &Value) -> Answer {
    let body = body.to_string();
    scim.send(method, path, &[("content-type", "application/json"), condition], Some(body.as_bytes()))
}

/// A PATCH that sets the title to something new.
fn retitle(title: &str) -> Value {
    json!({ "schemas": [PATCH], "Operations": [{ "op": "replace", "path": "title", "value": title }] })
}

on_both_databases! {
    fn every_resource_has_a_weak_tag_that_changes_with_what_is_shown(gate: &Gate) {
        let scim = gate.acme.scim();
        let made = scim.create(&user("ann@acme.test")).expect(201);
        let path = format!("/Users/{}", made.id());
        let first = made.header("etag").to_owned();
        assert!(first.starts_with("W/\"") && made.json()["meta"]["version"] == first.as_str());
        let changed = scim.patch(&made.id(), "title", json!("Chef")).expect(200);
        assert_ne!(changed.header("etag"), first);
        assert_eq!(scim.get(&path).header("etag"), changed.header("etag"));
        assert!(changed.json()["meta"]["lastModified"].as_str() > made.json()["meta"]["lastModified"].as_str());
        assert_eq!(changed.json()["meta"]["created"], made.json()["meta"]["created"]);
        let same = scim.patch(&made.id(), "title", json!("Chef")).expect(200);
        assert_eq!((same.header("etag"), same.json()), (changed.header("etag"), changed.json()));
    }

    fn a_write_under_an_old_version_is_412_and_changes_nothing(gate: &Gate) {
        let scim = gate.acme.scim();
        let person = format!("/Users/{}", scim.provision("ann@acme.test"));
        let group = format!("/Groups/{}", scim.make_group("Ops", &[]));
        for (path, put) in [(&person, user("ann@acme.test")), (&group, json!({ "displayName": "Ops" }))] {
            let (put, patch) = (
                with(put, "externalId", json!("new")),
                json!({ "schemas": [PATCH], "Operations": [{ "op": "add", "path": "externalId", "value": "new" }] }),
            );
            let before = scim.get(path).json();
            for stale in ["W/\"99\"", "\"0\"", "nonsense", "W/\"1\"x", "W/\"98\", W/\"99\""] {
                send(&scim, "PUT", path, ("if-match", stale), &put).refused(412, None);
                send(&scim, "PATCH", path, ("if-match", stale), &patch).refused(412, None);
                scim.send("DELETE", path, &[("if-match", stale)], None).refused(412, None);
            }
            assert_eq!(scim.get(path).json(), before, "{path}");
            send(&scim, "PATCH", path, ("if-match", "W/\"99\", W/\"1\""), &patch).expect(200);
            send(&scim, "PUT", path, ("if-match", "*"), &put).expect(200);
            let tag = scim.get(path).header("etag").trim_start_matches("W/").to_owned();
            scim.send("DELETE", path, &[("if-match", &tag)], None).expect(204);
            scim.send("DELETE", path, &[("if-match", "*")], None).refused(404, None);
        }
    }

    fn a_version_that_the_client_has_is_304_and_one_that_it_rules_out_is_not_written(gate: &Gate) {
        let scim = gate.acme.scim();
        let person = format!("/Users/{}", scim.provision("ann@acme.test"));
        let group = format!("/Groups/{}", scim.make_group("Ops", &[]));
        for path in [&person, &group] {
            for known in ["W/\"1\"", "\"1\"", "*", "W/\"7\", W/\"1\""] {
                let unchanged = scim.send("GET", path, &[("if-none-match", known)], None).expect(304);
                assert_eq!(
                    (unchanged.body.as_str(), unchanged.header("etag"), unchanged.header("cache-control")),
                    ("", "W/\"1\"", "no-store")
                );
                scim.send("HEAD", path, &[("if-none-match", known)], None).expect(304);
                send(&scim, "PATCH", path, ("if-none-match", known), &retitle("x")).expect(if *path == person {
                    412
                } else {
                    400
                });
                scim.send("DELETE", path, &[("if-none-match", known)], None).refused(412, None);
            }
            scim.send("GET", path, &[("if-none-match", "W/\"2\"")], None).expect(200);
            scim.send("GET", path, &[("if-match", "W/\"2\"")], None).refused(412, None);
        }
        send(&scim, "PUT", &person, ("if-none-match", "*"), &user("ann@acme.test")).refused(412, None);
        send(&scim, "PATCH", &person, ("if-none-match", "W/\"7\""), &retitle("x")).expect(200);
    }
}

/// Two administrators change one person at a time: whoever is second learns of it instead of undoing the first.
#[test]
fn of_two_writes_under_one_version_the_second_is_refused() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let path = format!("/Users/{}", scim.provision("ann@acme.test"));
    let version = scim.get(&path).header("etag").to_owned();
    send(&scim, "PATCH", &path, ("if-match", &version), &retitle("first")).expect(200);
    send(&scim, "PATCH", &path, ("if-match", &version), &retitle("second")).refused(412, None);
    assert_eq!(scim.get(&path).json()["title"], "first");
}

/// A login changes what the person may do, which SCIM does not show.
#[test]
fn a_login_changes_no_version() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let path = format!("/Users/{}", scim.provision("ann@acme.test"));
    let before = scim.get(&path);
    gate.acme.signed_in("ann@acme.test");
    assert_eq!(scim.get(&path).header("etag"), before.header("etag"));
}
