//! Passwords are taken and thrown away (RFC 7643 §4.1.1 and §7.8.1): they are found nowhere afterwards.

use serde_json::json;

use crate::common::scim::{PATCH, user, with};
use crate::gate::Gate;

const SECRET: &str = "c0rrect-h0rse-battery";

#[test]
fn a_password_is_in_no_answer() {
    let gate = Gate::on_sqlite();
    let scim = gate.acme.scim();
    let body = with(user("ann@acme.test"), "password", json!(SECRET));
    let made = scim.create(&body).expect(201);
    let path = format!("/Users/{}", made.id());
    let by_path = json!({ "op": "replace", "path": "password", "value": SECRET });
    let by_name = json!({ "op": "replace", "value": { "password": SECRET } });
    let sync = json!({ "schemas": [PATCH], "Operations": [by_path, by_name] });
    let wrong = with(body.clone(), "password", json!({ "value": SECRET }));
    let answers = [
        scim.send_json("PUT", &format!("{path}?attributes=password"), &body).expect(200),
        scim.send_json("PATCH", &path, &sync).expect(200),
        scim.create(&body).expect(409),
        scim.create(&wrong).expect(400),
        scim.get(&format!("{path}?attributes=password,userName")).expect(200),
        scim.get("/Users?attributes=password").expect(200),
        scim.filter("/Users", &format!("password eq \"{SECRET}\"")).expect(400),
        scim.get("/Users?sortBy=password").expect(400),
        made,
    ];
    for answer in answers {
        assert!(
            !answer.body.contains(SECRET) || answer.status == 400 && answer.body.contains("invalidFilter"),
            "{answer:?}"
        );
        assert!(!answer.body.contains("\"password\""), "{answer:?}");
    }
    assert_eq!(scim.get(&path).header("etag"), "W/\"1\"", "nothing has changed");
}
