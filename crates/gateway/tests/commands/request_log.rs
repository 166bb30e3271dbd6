//! `scim log`: what a client asked and what it was told, up to the moment at which the server ended.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::acme::acme;
use crate::common::program::Machine;
use crate::common::scim::{Scim, user, with};

/// What a server that has ended leaves in the log.
fn logged(machine: &Machine) -> Vec<Value> {
    machine.json_lines(&["scim", "log", "--workspace", "acme", "--json"])
}

/// Method, path, status, and the sentence of a refusal.
fn outline(request: &Value) -> (&str, &str, i64, &str) {
    let text = |name: &str| request[name].as_str().unwrap_or_default();
    (text("method"), text("path"), request["status"].as_i64().unwrap(), text("refusal"))
}

fn send(scim: &Scim, method: &str, path: &str, media_type: &str, body: &[u8]) {
    scim.send(method, path, &[("content-type", media_type)], Some(body));
}

#[test]
fn the_last_request_before_the_end_is_in_the_log() {
    let (machine, workspace) = acme();
    for (nth, signal) in ["TERM", "INT"].into_iter().enumerate() {
        let serving = machine.serve();
        workspace.scim().provision(&format!("{signal}@acme.test"));
        assert_eq!(serving.end_by(signal), Some(0));
        let log = logged(&machine);
        assert_eq!(log.len(), nth + 1, "{signal}: {log:#?}");
        assert_eq!(outline(&log[nth]), ("POST", "/Users", 201, ""));
        assert!(log[nth]["body"].as_str().unwrap().contains(&format!("{signal}@acme.test")));
    }
}

#[test]
fn a_request_in_flight_is_finished_and_logged_whatever_the_signal() {
    for signal in ["TERM", "INT"] {
        let (machine, workspace) = acme();
        let serving = machine.serve();
        let body = user("ann@acme.test").to_string();
        let (first, rest) = body.split_at(body.len() / 2);
        let mut connection = TcpStream::connect(&machine.listen).unwrap();
        let (token, length) = (&workspace.scim_token, body.len());
        let head = format!(
            "POST /scim/v2/Users HTTP/1.1\r\nHost: gate\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\
             Content-Type: application/scim+json\r\nContent-Length: {length}\r\n\r\n{first}"
        );
        connection.write_all(head.as_bytes()).unwrap();
        // The server has the half of it and waits for the rest.
        thread::sleep(Duration::from_millis(300));
        serving.signal(signal);
        thread::sleep(Duration::from_millis(300));
        connection.write_all(rest.as_bytes()).unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 201"), "{signal}: {answer}");
        assert_eq!(serving.ended(), Some(0), "{signal}");
        assert_eq!(outline(&logged(&machine)[0]), ("POST", "/Users", 201, ""), "{signal}");
    }
}

#[test]
fn bad_requests_are_logged_with_what_was_sent_and_why_it_was_refused() {
    let (machine, workspace) = acme();
    let serving = machine.serve();
    let (scim, ann) = (workspace.scim(), user("ann@acme.test").to_string());
    let json = "application/scim+json";
    send(&scim, "POST", "/Users", json, b"{\"userName\":\"a\",\"password\":\"1mz050nq\",}");
    send(&scim, "POST", "/Users", json, b"<User password='1mz050nq'/>");
    send(&scim, "POST", "/Users", "application/x-www-form-urlencoded", b"userName=ann&password=1mz050nq");
    send(&scim, "POST", "/Users", "text/plain", ann.as_bytes());
    send(&scim, "POST", "/Users", json, b"");
    send(&scim, "POST", "/Users", json, "x".repeat((4 << 20) + 1).as_bytes());
    send(&scim, "PATCH", "/Users", json, ann.as_bytes());
    send(&scim, "POST", "/Nowhere", json, ann.as_bytes());
    scim.get("/Users?filter=password%20eq%20%221mz050nq%22").expect(400);
    serving.terminate();
    let log = logged(&machine);
    let expected = [
        ("POST", "/Users", 400, "(39 bytes of application/scim+json that are not JSON, beginning with {)", "column"),
        ("POST", "/Users", 400, "(27 bytes of application/scim+json that are not JSON, beginning with <)", "column"),
        ("POST", "/Users", 415, "(30 bytes of application/x-www-form-urlencoded that are not JSON)", "scim+json"),
        ("POST", "/Users", 415, ann.as_str(), "application/scim+json"),
        ("POST", "/Users", 400, "(no body)", "empty"),
        ("POST", "/Users", 413, "(not read)", "4194304"),
        ("PATCH", "/Users", 405, "", "PATCH is not possible here, but GET, HEAD, POST"),
        ("POST", "/Nowhere", 404, "", "/ResourceTypes"),
        ("GET", "/Users?***", 400, "", "password"),
    ];
    assert_eq!(log.len(), expected.len(), "{log:#?}");
    for (request, (method, path, status, body, reason)) in log.iter().zip(expected) {
        let (is_method, is_path, is_status, refusal) = outline(request);
        assert_eq!((is_method, is_path, is_status), (method, path, status), "{request}");
        assert_eq!(request["body"].as_str().unwrap_or_default(), body);
        assert!(refusal.contains(reason), "{request}");
    }
    assert!(!format!("{log:?}").contains("1mz050nq"));
}

#[test]
fn bodies_are_logged_without_passwords() {
    let (machine, workspace) = acme();
    let serving = machine.serve();
    let scim = workspace.scim();
    let id = scim.create(&with(user("ann@acme.test"), "password", json!("1mz050nq"))).expect(201).json()["id"].clone();
    scim.patch(id.as_str().unwrap(), "password", json!("2mz050nq")).expect(200);
    scim.patch(id.as_str().unwrap(), "displayName", json!("Ann")).expect(200);
    serving.terminate();
    let log = logged(&machine);
    let bodies: Vec<Value> =
        log.iter().map(|request| serde_json::from_str(request["body"].as_str().unwrap()).unwrap()).collect();
    assert_eq!(bodies[0], with(user("ann@acme.test"), "password", json!("***")));
    assert_eq!(bodies[1]["Operations"][0], json!({ "op": "replace", "path": "password", "value": "***" }));
    assert_eq!(bodies[2]["Operations"][0]["value"], "Ann");
    let printed = machine.ok(&["scim", "log", "--workspace", "acme"]);
    assert_eq!(printed.lines().count(), 3, "{printed}");
    assert!(printed.lines().all(|line| line.contains("generic")), "{printed}");
}

/// The answer to a bulk request is 200, so the log says which of its operations were refused.
#[test]
fn a_bulk_request_is_logged_with_the_operations_that_were_refused() {
    let (machine, workspace) = acme();
    let serving = machine.serve();
    let scim = workspace.scim();
    scim.provision("ann@acme.test");
    let bulk = |operations: Value| {
        let schemas = ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"];
        scim.send_json("POST", "/Bulk", &json!({ "schemas": schemas, "Operations": operations })).expect(200);
    };
    let post = |name: &str| json!({ "method": "POST", "path": "/Users", "bulkId": name, "data": user(name) });
    bulk(json!([post("bob@acme.test")]));
    bulk(json!([post("cid@acme.test"), post("ann@acme.test"), { "method": "DELETE", "path": "/Users/7" }]));
    serving.terminate();
    let log = logged(&machine);
    assert_eq!(outline(&log[1]), ("POST", "/Bulk", 200, ""));
    let (.., refusal) = outline(&log[2]);
    assert!(
        refusal.starts_with("2 of 3 operations refused: operation 2 (POST, bulkId \"ann@acme.test\"): "),
        "{refusal}"
    );
    assert!(
        refusal.contains("exists already") && refusal.contains(" operation 3 (DELETE): There is no User"),
        "{refusal}"
    );
    assert!(log[2]["body"].as_str().unwrap().contains("cid@acme.test"));
}

#[test]
fn the_client_is_known_by_its_user_agent_unless_the_policy_says_who_it_is() {
    let (machine, workspace) = acme();
    let serving = machine.serve();
    let scim = workspace.scim();
    let group = scim.send_json("POST", "/Groups", &json!({ "displayName": "Finance" })).expect(201).json();
    let path = format!("/Groups/{}", group["id"].as_str().unwrap());
    let patch = |user_agent: &str| {
        let body =
            json!({ "Operations": [{ "op": "replace", "path": "externalId", "value": user_agent }] }).to_string();
        let headers = [("content-type", "application/scim+json"), ("user-agent", user_agent)];
        scim.send("PATCH", &path, &headers, Some(body.as_bytes())).status
    };
    let (okta, entra) = ("Okta SCIM Client 1.0.0", "Microsoft-Entra-Provisioning/1.0");
    let set = |value: &str| machine.ok(&["workspace", "set", "--workspace", "acme", &format!("scim_client={value}")]);
    let mut statuses = vec![patch(okta), patch(entra)];
    for policy in ["entra", "okta", "learned"] {
        set(policy);
        statuses.extend([patch(okta), patch(entra)]);
    }
    // RFC 7644 §3.5.2 allows both answers; Entra wants the one without a body.
    assert_eq!(statuses, [200, 204, 204, 204, 200, 200, 200, 204]);
    serving.terminate();
    let clients: Vec<Value> = logged(&machine).iter().map(|request| request["client"].clone()).collect();
    assert_eq!(clients, ["generic", "okta", "entra", "entra", "entra", "okta", "okta", "okta", "entra"]);
    let refused = machine.fails(&["workspace", "set", "--workspace", "acme", "scim_client=azure"]);
    assert!(refused.contains("learned, okta, entra, onelogin, generic"), "{refused}");
}
