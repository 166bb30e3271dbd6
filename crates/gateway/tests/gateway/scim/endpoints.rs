//! Which addresses and methods there are (RFC 7644 §3.2), and what others are answered.

use serde_json::json;

use crate::common::answer::send;
use crate::common::scim::{Scim, user};
use crate::gate::Gate;

#[test]
fn head_is_answered_as_get_is_but_without_the_body() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let one = format!("/Users/{}", scim.provision("ann@acme.test"));
    for path in ["/Users", &one, "/Groups", "/Roles", "/Schemas", "/ServiceProviderConfig", "/ResourceTypes/User", ""] {
        let (head, get) = (scim.send("HEAD", path, &[], None).expect(200), scim.get(path).expect(200));
        assert_eq!((head.body.as_str(), head.header("etag")), ("", get.header("etag")), "{path}");
        assert_eq!(
            (head.content_type(), head.header("content-length")),
            (get.content_type(), get.header("content-length"))
        );
    }
    scim.send("HEAD", "/Users/7", &[], None).expect(404);
}

/// An administrator who ends the base URL with a slash makes clients ask for `//Users`.
#[test]
fn slashes_too_many_lead_to_the_same_endpoint() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let id = scim.provision("ann@acme.test");
    for path in ["//Users", "/Users/", "/Users//", "//", "/Users?", "//Users/?count=1"] {
        assert_eq!(scim.get(path).expect(200).ids(), [id.as_str()], "{path}");
    }
    for path in [format!("//Users/{id}"), format!("/Users/{id}/"), format!("/Users//{id}?attributes=userName")] {
        assert_eq!(scim.get(&path).expect(200).id(), id, "{path}");
    }
    assert!(
        scim.send_json("POST", "/Users/", &user("bob@acme.test"))
            .expect(201)
            .location()
            .ends_with(&scim.filter("/Users", "userName eq \"bob@acme.test\"").ids()[0])
    );
    scim.get("/Schemas/").expect(200);
    scim.get("/ServiceProviderConfig/").expect(200);
}

#[test]
fn an_id_that_is_none_of_ours_is_404_whatever_it_looks_like() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let id = scim.provision("ann@acme.test");
    let long = "a".repeat(5_000);
    let hyphens = id.replace('-', "");
    let upper = id.to_uppercase();
    let strange = [
        "00919288221112222",
        "null",
        "undefined",
        "me",
        ".",
        "%2e%2e",
        "..%2f..%2fetc%2fpasswd",
        "..%5c..%5cwindows",
        "%00",
        "%ff",
        "%zz",
        "%0d%0aSet-Cookie:%20a=b",
        "'%20OR%201=1--",
        "%22%20or%20%22",
        "{id}",
        "%F0%9F%98%80",
        "-1",
        "1e9",
        "%20",
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        &long,
        &hyphens,
        &upper,
        "bulkId:a",
    ];
    for endpoint in ["/Users", "/Groups", "/Roles"] {
        for id in strange {
            let answer = scim.get(&format!("{endpoint}/{id}"));
            answer.refused(404, None);
            assert!(answer.set_cookies().is_empty());
        }
    }
    for id in ["00919288221112222", "%ff", &upper] {
        let path = format!("/Users/{id}");
        scim.send_json("PUT", &path, &user("x@acme.test")).refused(404, None);
        scim.operate(&path, json!([{ "op": "replace", "path": "title", "value": "x" }])).refused(404, None);
        scim.send("DELETE", &path, &[], None).refused(404, None);
    }
    scim.get(&format!("/Users/{id}")).expect(200);
}

#[test]
fn an_endpoint_that_does_not_exist_is_404_for_every_method() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let below = format!("/Users/{}/emails", scim.provision("ann@acme.test"));
    for path in [
        "/Nowhere",
        "/users",
        "/User",
        "/Users.json",
        "/Me/groups",
        "/Bulk/1",
        &below,
        "/Users/../Groups",
        "/%2e%2e/Groups",
    ] {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            let answer = scim.send(method, path, &[], None);
            assert!(answer.refused(404, None).contains("endpoint"), "{method} {path}: {answer:?}");
        }
    }
}

#[test]
fn a_method_that_is_not_there_is_405_with_those_that_are() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    for method in ["OPTIONS", "TRACE"] {
        let answer = scim.send(method, "/Users", &[], None);
        answer.refused(405, None);
        assert_eq!(answer.header("allow"), "GET, HEAD, POST", "{method}");
    }
    for (method, path, allow) in [
        ("GET", "/Users/.search", "POST"),
        ("GET", "/.search", "POST"),
        ("GET", "/Bulk", "POST"),
        ("PATCH", "/Groups", "GET, HEAD, POST"),
        ("POST", "/Roles", "GET, HEAD"),
        ("PUT", "/Schemas/urn:x", "GET, HEAD"),
        ("DELETE", "", "GET, HEAD"),
    ] {
        let answer = scim.send(method, path, &[], None);
        answer.refused(405, None);
        assert_eq!(answer.header("allow"), allow, "{method} {path}");
    }
}

/// RFC 7644 §3.13: a version that is not served is `invalidVers`.
#[test]
fn another_version_of_scim_is_refused_by_that_name() {
    let gate = Gate::on_sqlite();
    let scim = |version: &str, path: &str| {
        let bearer = format!("Bearer {}", gate.acme.scim_token);
        send("GET", &format!("{}/scim{version}{path}", gate.base_url), &[("authorization", &bearer)], None)
    };
    for version in ["/v1", "/v3", "/v2.1", "/v20"] {
        let told = scim(version, "/Users").bad("invalidVers");
        assert!(told.contains(&format!("{}/scim/v2", gate.base_url)), "{told}");
    }
    assert!(scim("", "/Users").refused(404, None).contains("/scim/v2"));
    scim("/v2", "/Users").expect(200);
    send("GET", &format!("{}/scim/v1/Users", gate.base_url), &[], None).refused(401, None);
}

/// RFC 7644 §3.11: a token is nobody's own account.
#[test]
fn me_is_not_implemented_and_says_where_to_look() {
    let gate = Gate::on_sqlite();
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        assert!(gate.acme.scim().send(method, "/Me", &[], None).refused(501, None).contains("/Users"), "{method}");
    }
    Scim::new(&gate.base_url, "wrong").get("/Me").refused(401, None);
}

/// Whoever has no token learns neither what is there nor what is not.
#[test]
fn without_a_token_every_request_is_401_whatever_else_is_wrong_with_it() {
    let gate = Gate::on_sqlite();
    let stranger = Scim::new(&gate.base_url, "wrong");
    let id = gate.acme.scim().provision("ann@acme.test");
    let here = format!("/Users/{id}");
    for (method, path) in [
        ("GET", here.as_str()),
        ("GET", "/Users/7"),
        ("DELETE", here.as_str()),
        ("GET", "/Nowhere"),
        ("PATCH", "/Users"),
        ("GET", "/Users?filter=nonsense"),
        ("POST", "/Bulk"),
        ("POST", "/.search"),
        ("OPTIONS", "/Users"),
    ] {
        let answer =
            stranger.send(method, path, &[("content-type", "text/plain"), ("accept", "text/html")], Some(b"{"));
        answer.refused(401, None);
        assert!(answer.header("www-authenticate").starts_with("Bearer"), "{method} {path}: {answer:?}");
    }
    gate.acme.scim().get(&here).expect(200);
}
