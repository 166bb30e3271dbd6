//! Media types, codings, and what a client wishes of the answer (RFC 7644 §3.1 and §3.8, RFC 7240).

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use crate::common::answer::{Answer, send};
use crate::common::scim::{PATCH, Scim, user};
use crate::gate::Gate;

fn gzipped(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn post_as(scim: &Scim, headers: &[(&str, &str)], name: &str) -> Answer {
    scim.send("POST", "/Users", headers, Some(user(name).to_string().as_bytes()))
}

#[test]
fn an_answer_that_the_client_cannot_take_is_406() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let id = scim.provision("ann@acme.test");
    let one = format!("/Users/{id}");
    for accept in
        ["text/html", "application/xml", "text/*", "application/scim+json;q=0", "nonsense", "image/png, text/plain"]
    {
        for path in ["/Users", &one, "/Schemas", "/ServiceProviderConfig", "/ResourceTypes/User"] {
            scim.send("GET", path, &[("accept", accept)], None).refused(406, None);
        }
        post_as(&scim, &[("accept", accept)], "bob@acme.test").refused(406, None);
    }
    assert_eq!(scim.get("/Users").ids().len(), 1, "what is refused is not done");
    let fine = [
        "*/*",
        "application/*",
        "application/json",
        "APPLICATION/SCIM+JSON; charset=utf-8",
        "text/html, */*;q=0.1",
        "",
        " ",
    ];
    for accept in fine {
        let answer = scim.send("GET", &one, &[("accept", accept)], None).expect(200);
        assert_eq!(answer.content_type(), "application/scim+json", "{accept}");
    }
}

#[test]
fn discovery_asks_for_the_same_accept_without_a_token() {
    let gate = Gate::on_sqlite();
    for path in ["ServiceProviderConfig", "ResourceTypes", "Schemas"] {
        let address = format!("{}/scim/v2/{path}", gate.base_url);
        send("GET", &address, &[("accept", "text/html")], None).refused(406, None);
        send("GET", &address, &[("accept", "application/json")], None).expect(200);
    }
}

#[test]
fn a_body_of_another_media_type_is_415_and_the_answer_says_which_are_taken() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    for other in [
        "text/plain",
        "application/xml",
        "application/scim",
        "application/json-patch+json",
        "multipart/form-data",
        "json",
        "*/*",
    ] {
        let answer = post_as(&scim, &[("content-type", other)], "ann@acme.test");
        answer.refused(415, None);
        assert_eq!(answer.header("accept"), "application/scim+json, application/json", "{other}");
    }
    for (nth, fine) in [
        "application/scim+json",
        "application/json",
        "application/json; charset=utf-8",
        "application/scim+json;charset=UTF-8",
        "Application/Json",
    ]
    .iter()
    .enumerate()
    {
        post_as(&scim, &[("content-type", fine)], &format!("person{nth}@acme.test")).expect(201);
    }
    // A client that names none is taken at its word.
    scim.send("POST", "/Users", &[], Some(user("bare@acme.test").to_string().as_bytes())).expect(201);
}

#[test]
fn a_body_may_be_compressed_by_gzip_and_by_nothing_that_is_unknown() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let coded = |coding: &str, body: &[u8]| {
        scim.send(
            "POST",
            "/Users",
            &[("content-type", "application/scim+json"), ("content-encoding", coding)],
            Some(body),
        )
    };
    coded("gzip", &gzipped(&user("zip@acme.test").to_string())).expect(201);
    coded("identity", user("plain@acme.test").to_string().as_bytes()).expect(201);
    coded("gzip", b"no gzip at all").bad("invalidSyntax");
    for unknown in ["br", "zstd", "compress", "foo", "gzip, br"] {
        let answer = coded(unknown, user("other@acme.test").to_string().as_bytes());
        answer.refused(415, None);
        assert_eq!(answer.header("accept-encoding"), "gzip, deflate", "{unknown}");
    }
}

/// A few kilobytes that unpack to a body without end.
#[test]
fn a_compressed_body_is_measured_unpacked() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let bomb = gzipped(&json!({ "userName": "bomb@acme.test", "displayName": "x".repeat(30 << 20) }).to_string());
    assert!(bomb.len() < 1 << 18);
    let headers = [("content-type", "application/scim+json"), ("content-encoding", "gzip")];
    scim.send("POST", "/Users", &headers, Some(&bomb)).refused(413, None);
    scim.get("/Users").expect(200);
}

/// RFC 7644 §3.5.2 allows 204; RFC 7240 is how a client asks for it.
#[test]
fn a_patch_is_answered_without_a_body_where_that_is_preferred() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let path = format!("/Users/{}", scim.provision("ann@acme.test"));
    let body = json!({ "schemas": [PATCH], "Operations": [{ "op": "replace", "path": "title", "value": "Chef" }] })
        .to_string();
    let patch = |prefer: &str| {
        scim.send("PATCH", &path, &[("content-type", "application/json"), ("prefer", prefer)], Some(body.as_bytes()))
    };
    let minimal = patch("return=minimal").expect(204);
    assert_eq!((minimal.body.as_str(), minimal.header("preference-applied")), ("", "return=minimal"));
    assert_eq!(minimal.header("etag"), scim.get(&path).header("etag"));
    assert_eq!(patch("return=representation").expect(200).json()["title"], "Chef");
    assert_eq!(patch("respond-async").expect(200).json()["title"], "Chef");
}
