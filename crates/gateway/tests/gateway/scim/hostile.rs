//! What an attacker sends: each gets a clear refusal, nothing is lost, and the server goes on.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use crate::common::answer::Answer;
use crate::common::scim::{PATCH, Scim, user, with};
use crate::gate::Gate;

fn post(scim: &Scim, body: impl AsRef<[u8]>) -> Answer {
    scim.send("POST", "/Users", &[("content-type", "application/scim+json")], Some(body.as_ref()))
}

/// A request written by hand; gives the beginning of the answer.
fn by_hand(gate: &Gate, head: &str, body: &[u8]) -> String {
    let mut stream = TcpStream::connect(gate.base_url.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let token = &gate.acme.scim_token;
    let head =
        format!("{head}\r\nHost: gate.test\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    // A server that has said no may close before everything was sent.
    let _ = stream.write_all(body);
    let mut answer = [0; 4_096];
    let read = stream.read(&mut answer).unwrap();
    String::from_utf8_lossy(&answer[..read]).into_owned()
}

fn ten_megabytes() -> Vec<u8> {
    with(user("ann@acme.test"), "displayName", json!("x".repeat(10 << 20))).to_string().into_bytes()
}

#[test]
fn ten_megabytes_are_refused_at_every_endpoint_that_takes_a_body() {
    let gate = Gate::on_sqlite();
    let (scim, big) = (gate.acme.scim(), ten_megabytes());
    let one = format!("/Users/{}", scim.provision("ann@acme.test"));
    for (method, path) in [
        ("POST", "/Users"),
        ("PUT", one.as_str()),
        ("PATCH", &one),
        ("POST", "/Groups"),
        ("POST", "/Bulk"),
        ("POST", "/Users/.search"),
        ("POST", "/.search"),
    ] {
        let answer = scim.send(method, path, &[("content-type", "application/json")], Some(&big));
        assert!(answer.refused(413, None).contains("4194304"), "{method} {path}");
    }
    assert_eq!(scim.get("/Users").ids().len(), 1);
}

#[test]
fn ten_megabytes_are_refused_without_a_length_too_and_before_they_are_sent() {
    let gate = Gate::on_sqlite();
    let big = ten_megabytes();
    let chunks: Vec<u8> = big
        .chunks(60_000)
        .flat_map(|chunk| [format!("{:x}\r\n", chunk.len()).as_bytes(), chunk, b"\r\n"].concat())
        .collect();
    let body = [b"\r\n", chunks.as_slice(), b"0\r\n\r\n"].concat();
    let chunked = by_hand(&gate, "POST /scim/v2/Users HTTP/1.1\r\nTransfer-Encoding: chunked", &body);
    assert!(chunked.starts_with("HTTP/1.1 413 "), "{chunked}");
    let head = format!("POST /scim/v2/Users HTTP/1.1\r\nContent-Length: {}", big.len());
    let announced = by_hand(&gate, &head, b"\r\n{\"userName\":");
    assert!(announced.starts_with("HTTP/1.1 413 "), "{announced}");
    gate.acme.scim().get("/Users").expect(200);
}

/// Whoever has no token must not make the server read a large body either.
#[test]
fn ten_megabytes_from_a_stranger_are_401() {
    let gate = Gate::on_sqlite();
    post(&Scim::new(&gate.base_url, "wrong"), ten_megabytes()).refused(401, None);
}

#[test]
fn depth_is_refused_wherever_it_stands() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let path = format!("/Users/{}", scim.provision("ann@acme.test"));
    let nested = |open: &str, close: &str| format!("{}1{}", open.repeat(10_000), close.repeat(10_000));
    let (lists, objects) = (nested("[", "]"), nested("{\"a\":", "}"));
    for deep in [&lists, &objects] {
        for body in [
            deep.clone(),
            format!("{{\"userName\":\"deep\",\"name\":{deep}}}"),
            format!("{{\"userName\":\"deep\",\"unknown\":{deep}}}"),
        ] {
            post(&scim, &body).bad("invalidSyntax");
        }
        let patch = format!(
            "{{\"schemas\":[\"{PATCH}\"],\"Operations\":[{{\"op\":\"add\",\"path\":\"name\",\"value\":{deep}}}]}}"
        );
        scim.send("PATCH", &path, &[], Some(patch.as_bytes())).bad("invalidSyntax");
        scim.send("POST", "/Bulk", &[], Some(deep.as_bytes())).bad("invalidSyntax");
    }
    let brackets = format!("emails[{}type pr{}]", "(".repeat(100), ")".repeat(100));
    scim.operate(&path, json!([{ "op": "remove", "path": brackets }])).bad("invalidFilter");
    assert_eq!(scim.get("/Users").ids().len(), 1);
}

#[test]
fn what_is_no_json_or_no_utf_8_is_refused() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let bodies: [&[u8]; 22] = [
        b"",
        b"   ",
        b"{",
        b"nope",
        b"{'userName':\"a\"}",
        b"{\"userName\":\"a\"} x",
        b"{\"userName\":\"a\"}{}",
        b"{\"userName\":\"a\",}",
        b"{\"userName\":\"a\"/**/}",
        b"{\"userName\":NaN}",
        b"{\"userName\":\"a\",\"x\":Infinity}",
        b"{\"userName\":\"a\",\"x\":01}",
        b"{\"userName\":\"a\",\"x\":1e999}",
        b"{\"userName\":\"a\tb\"}",
        b"{\"userName\":\"\\x41\"}",
        b"{\"userName\":\"\\ud800\"}",
        b"{\"userName\":\"\\ude00\\ud83d\"}",
        b"{\"userName\":\"\xff\"}",
        b"{\"userName\":\"\xc0\xaf\"}",
        b"{\"userName\":\"\xed\xa0\x80\"}",
        b"\xef\xbb\xbf{\"userName\":\"a\"}",
        b"{\0\"\0}\0",
    ];
    for body in bodies {
        post(&scim, body).bad("invalidSyntax");
    }
    for (body, what) in [
        ("[]", "object"),
        ("null", "object"),
        ("7", "object"),
        ("\"a\"", "object"),
        ("[{\"userName\":\"a\"}]", "object"),
    ] {
        assert!(post(&scim, body).bad("invalidSyntax").contains(what), "{body}");
    }
    let digits = format!("{{\"userName\":\"a\",\"x\":{}}}", "9".repeat(5_000));
    post(&scim, digits).bad("invalidSyntax");
    assert!(scim.get("/Users").ids().is_empty());
    assert_eq!(
        post(&scim, b"{\"userName\":\"\\ud83d\\ude00@acme.test\"}").expect(201).json()["userName"],
        "\u{1f600}@acme.test"
    );
}

/// Of two readers of `{"active":true,"active":false}` each may see another person.
#[test]
fn what_is_said_twice_is_refused_in_any_case_of_the_name() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let path = format!("/Users/{}", scim.provision("ann@acme.test"));
    for body in [
        r#"{"userName":"a","userName":"b"}"#,
        r#"{"userName":"a","username":"b"}"#,
        r#"{"userName":"a","name":{"givenName":"x","GIVENNAME":"y"}}"#,
        r#"{"userName":"a","unknown":{"x":1,"x":2}}"#,
        r#"{"userName":"a","emails":[{"value":"a","Value":"b"}]}"#,
        r#"{"userName":"a","name.givenName":"x","name":{},"NAME":{}}"#,
        r#"{"userName":"a","schemas":[],"Schemas":[]}"#,
    ] {
        post(&scim, body).bad("invalidSyntax");
    }
    for message in [
        json!({ "Operations": [{ "op": "remove", "path": "title" }], "operations": [] }),
        json!({ "Operations": [{ "op": "add", "Op": "remove", "path": "title", "value": "x" }] }),
        json!({ "Operations": [{ "op": "add", "path": "title", "PATH": "userName", "value": "x" }] }),
    ] {
        scim.send_json("PATCH", &path, &message).bad("invalidSyntax");
        scim.send_json("POST", "/Bulk", &message).bad("invalidSyntax");
    }
    scim.get("/Users?count=1&COUNT=2").bad("invalidValue");
}

/// What is written into a header or a mail must not begin another one.
#[test]
fn a_line_break_in_a_value_begins_no_header() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let evil = "ann\r\nSet-Cookie: evil=1\r\n";
    let body = user("ann@acme.test");
    for refused in [
        with(body.clone(), "userName", json!(evil)),
        with(body.clone(), "externalId", json!(evil)),
        with(body.clone(), "emails", json!([{ "value": evil }])),
    ] {
        scim.create(&refused).bad("invalidValue");
    }
    scim.send_json("POST", "/Groups", &json!({ "displayName": evil })).bad("invalidValue");
    let made = scim.create(&with(body, "displayName", json!(evil))).expect(201);
    assert_eq!((made.json()["displayName"].as_str(), made.set_cookies().len()), (Some(evil), 0));
    for query in [
        "attributes=userName%0d%0aSet-Cookie:%20evil=1",
        "filter=userName%20eq%20%22%0d%0aSet-Cookie:%20evil=1%22",
        "x=%0d%0aSet-Cookie:%20evil=1",
    ] {
        assert!(scim.get(&format!("/Users?{query}")).set_cookies().is_empty(), "{query}");
    }
}

#[test]
fn many_attributes_and_long_values_are_taken_or_refused_in_plain_words() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let body = |name: &str, value: Value| with(user("ann@acme.test"), name, value);
    assert!(scim.create(&body("displayName", json!("x".repeat(8_193)))).bad("invalidValue").contains("8192"));
    let many: Vec<Value> = (0..1_001).map(|nth| json!({ "value": format!("{nth}@acme.test") })).collect();
    assert!(scim.create(&body("emails", json!(many))).bad("invalidValue").contains("1000"));
    let mut unknown = user("ann@acme.test");
    (0..20_000).for_each(|nth| unknown[format!("x{nth}")] = json!(nth));
    let made = scim.create(&unknown).expect(201).json();
    assert!(made.get("x1").is_none());
    let value = scim
        .operate("/Users/7", json!([{ "op": "remove", "path": format!("emails[type eq \"{}\"]", "x".repeat(5_000)) }]));
    value.bad("invalidPath");
}
