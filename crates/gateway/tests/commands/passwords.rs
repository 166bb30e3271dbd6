//! Passwords that clients send are found nowhere: not in the database, nor beside it, nor in a log (RFC 7643 §4.1.1).

use std::fs;

use serde_json::json;

use crate::acme;
use crate::common::program::Machine;
use crate::common::scim::{user, with};

const SECRET: &str = "c0rrect-h0rse-battery";

#[test]
fn a_password_is_in_no_file_and_in_no_log() {
    let (machine, acme) = acme::acme_on(Machine::new().with("GATEHOUSE_LOG__LEVEL", "debug"));
    let (running, log) = machine.serve_logged();
    let scim = acme.scim();
    let body = with(user("ann@acme.test"), "password", json!(SECRET));
    let id = scim.make(&body);
    scim.put(&id, &body).expect(200);
    scim.patch(&id, "password", json!(SECRET)).expect(200);
    scim.operate(&format!("/Users/{id}"), json!([{ "op": "replace", "value": { "PASSWORD": SECRET } }])).expect(200);
    scim.create(&body).expect(409);
    scim.create(&with(body, "password", json!([SECRET]))).expect(400);
    let bob = with(user("bob@acme.test"), "Password", json!(SECRET));
    let bulk = json!({ "Operations": [{ "method": "POST", "path": "/Users", "bulkId": "b", "data": bob }] });
    scim.send_json("POST", "/Bulk", &bulk).expect(200);

    let audit = machine.ok(&["audit", "list", "--workspace", "acme", "--json"]);
    let requests = machine.ok(&["scim", "log", "--workspace", "acme", "--json"]);
    assert!(audit.contains("ann@acme.test") && !audit.contains(SECRET), "{audit}");
    assert!(!requests.contains(SECRET), "{requests}");
    assert_eq!(running.terminate(), Some(0));
    let log = log.join().unwrap();
    assert!(log.contains("answered") && !log.contains(SECRET), "{log}");
    let files: Vec<_> = fs::read_dir(machine.path("")).unwrap().map(|file| file.unwrap().path()).collect();
    assert!(files.iter().any(|file| file.extension().is_some_and(|end| end == "db")), "{files:?}");
    for bytes in files.iter().filter(|file| file.is_file()).map(|file| fs::read(file).unwrap()) {
        assert!(!bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes()));
    }
}
