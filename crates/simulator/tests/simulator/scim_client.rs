//! The requests of Okta's SCIM client, exactly.

use serde_json::{Value, json};
use simulator::{Assignment, Directory, Person, ScimClient, ScimError};

use crate::gateway::{Gateway, clock};

const CONNECTOR_TEST: &str = "GET /scim/v2/Users?startIndex=1&count=2";
const LOOKUP: &str = "GET /scim/v2/Users?filter=userName%20eq%20%22ann%40acme.test%22&startIndex=1&count=100";

fn client(gateway: &Gateway) -> ScimClient {
    ScimClient::new(&gateway.scim_base_url, "secret-token".into(), clock())
}

fn ann() -> Person {
    Directory::sample().find_person("ann").unwrap()
}

#[test]
fn the_connector_test_reads_two_people_with_oktas_headers() {
    let gateway = Gateway::start();
    client(&gateway).test_connector().unwrap();
    let received = gateway.take_received();
    assert_eq!(received[0].line, CONNECTOR_TEST);
    for expected in [
        ("user-agent", "Okta SCIM Client 1.0.0"),
        ("authorization", "Bearer secret-token"),
        ("accept", "application/scim+json"),
        ("accept-charset", "utf-8"),
        ("accept-encoding", "gzip"),
        ("content-type", "application/scim+json; charset=utf-8"),
    ] {
        let sent = received[0].headers.iter().any(|(name, value)| (name.as_str(), value.as_str()) == expected);
        assert!(sent, "{expected:?} is not in {:?}", received[0].headers);
    }
}

#[test]
fn assigning_somebody_new_looks_up_then_creates() {
    let gateway = Gateway::start();
    let assignment = client(&gateway).assign(&ann()).unwrap();
    assert_eq!(assignment, Assignment::Created { id: "id-1".to_owned() });
    let received = gateway.take_received();
    assert_eq!(
        received.iter().map(|request| request.line.as_str()).collect::<Vec<_>>(),
        [LOOKUP, "POST /scim/v2/Users"]
    );
    let body = &received[1].body;
    assert_eq!(body["userName"], "ann@acme.test");
    assert_eq!(body["externalId"], ann().external_id);
    assert_eq!(body["active"], true);
    assert_eq!(body["groups"], json!([]));
    assert_eq!(body["password"].as_str().unwrap().len(), 8);
}

#[test]
fn assigning_somebody_who_is_there_links_and_puts_the_profile() {
    let gateway = Gateway::start();
    client(&gateway).assign(&ann()).unwrap();
    gateway.memory.lock().unwrap().users[0]["displayName"] = json!("Somebody else");
    gateway.take_lines();
    assert_eq!(client(&gateway).assign(&ann()).unwrap(), Assignment::Linked { id: "id-1".to_owned() });
    assert_eq!(gateway.take_lines(), [LOOKUP, "PUT /scim/v2/Users/id-1"]);
    assert_eq!(gateway.memory.lock().unwrap().users[0]["displayName"], "Ann Lee");
}

#[test]
fn an_update_reads_then_puts_what_it_read_with_the_changes() {
    let gateway = Gateway::start();
    client(&gateway).assign(&ann()).unwrap();
    gateway.take_lines();
    let person = Person { family_name: "O’Leary".to_owned(), ..ann() };
    client(&gateway).update("id-1", &person).unwrap();
    let received = gateway.take_received();
    assert_eq!(received[0].line, "GET /scim/v2/Users/id-1");
    assert_eq!(received[1].line, "PUT /scim/v2/Users/id-1");
    assert_eq!(received[1].body["meta"], json!({ "resourceType": "User" }), "what was read is echoed");
    assert_eq!(received[1].body["name"]["familyName"], "O’Leary");
}

#[test]
fn deactivation_and_reactivation_are_puts_of_the_whole_user() {
    let gateway = Gateway::start();
    client(&gateway).assign(&ann()).unwrap();
    gateway.take_lines();
    client(&gateway).deactivate("id-1").unwrap();
    assert_eq!(gateway.memory.lock().unwrap().users[0]["active"], false);
    client(&gateway).reactivate("id-1").unwrap();
    assert_eq!(gateway.memory.lock().unwrap().users[0]["active"], true);
    let received = gateway.take_received();
    let lines: Vec<_> = received.iter().map(|request| request.line.as_str()).collect();
    let (get, put) = ("GET /scim/v2/Users/id-1", "PUT /scim/v2/Users/id-1");
    assert_eq!(lines, [get, put, get, put]);
    assert_eq!(received[1].body["userName"], "ann@acme.test");
}

#[test]
fn a_refusal_carries_the_servers_words() {
    let gateway = Gateway::start();
    gateway.answer(403, &json!({ "status": "403", "detail": "held by an administrator since Monday" }));
    let error = client(&gateway).deactivate("id-1").unwrap_err();
    assert_eq!(error.status(), Some(403));
    assert_eq!(error.to_string(), "GET /Users/id-1: 403: held by an administrator since Monday");
}

#[test]
fn a_creation_without_a_user_is_an_error() {
    let gateway = Gateway::start();
    gateway.answer(200, &Value::Null);
    let error = client(&gateway).test_connector().unwrap_err();
    assert!(matches!(error, ScimError::Unreadable { .. }), "{error}");
    gateway.answer(404, &json!({ "detail": "nobody" }));
    assert_eq!(client(&gateway).find_user("ann@acme.test").unwrap(), None, "Okta takes a 404 for nobody");
}

#[test]
fn a_user_who_stays_inactive_is_an_error() {
    let gateway = Gateway::start();
    gateway.answer(200, &json!({ "id": "id-1", "active": false }));
    let error = client(&gateway).reactivate("id-1").unwrap_err();
    assert!(matches!(error, ScimError::StillInactive), "{error}");
}

#[test]
fn nobody_listening_is_an_error_that_names_the_request() {
    let client = ScimClient::new("http://127.0.0.1:1/scim/v2", "t".into(), clock());
    let error = client.test_connector().unwrap_err();
    assert!(error.to_string().starts_with("GET /Users?startIndex=1&count=2: no answer"), "{error}");
}

#[test]
fn the_journal_keeps_bodies_but_no_secret() {
    let gateway = Gateway::start();
    let client = client(&gateway);
    client.assign(&ann()).unwrap();
    let exchanges = client.journal().exchanges();
    assert_eq!((exchanges[0].method, exchanges[0].path.as_str(), exchanges[0].status), ("POST", "/Users", Some(201)));
    assert_eq!(exchanges[1].method, "GET");
    let text = format!("{exchanges:?}");
    assert!(
        !text.contains("secret-token") && exchanges[0].request_body.as_ref().unwrap().contains("\"password\": \"***\"")
    );
}
