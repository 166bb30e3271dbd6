use super::*;

fn request(path: &str) -> ScimRequest {
    ScimRequest {
        workspace: WorkspaceId::new(uuid::Uuid::nil()),
        at: chrono::DateTime::UNIX_EPOCH,
        request_id: None,
        client: "generic".to_owned(),
        method: "GET".to_owned(),
        path: path.to_owned(),
        status: 200,
        micros: 1,
        body: None,
        refusal: None,
    }
}

fn paths(log: &RequestLog) -> Vec<String> {
    log.waiting().iter().map(|request| request.path.clone()).collect()
}

#[test]
fn what_could_not_be_stored_waits_before_what_came_later() {
    let log = RequestLog::default();
    log.push(request("/3"));
    log.put_back(&[request("/1"), request("/2")]);
    assert_eq!(paths(&log), ["/1", "/2", "/3"]);
}

#[test]
fn under_a_flood_the_oldest_are_lost() {
    let log = RequestLog::default();
    (0..=WAITING).for_each(|nth| log.push(request(&format!("/{nth}"))));
    assert_eq!((paths(&log).len(), paths(&log)[0].as_str()), (WAITING, "/1"));
    log.waiting().pop_back();
    log.put_back(&[request("/lost"), request("/0")]);
    assert_eq!((paths(&log).len(), paths(&log)[0].as_str()), (WAITING, "/0"));
}

#[test]
fn what_is_cut_shows_that_it_is() {
    assert_eq!(cut(&"é".repeat(LONGEST)), "é".repeat(LONGEST));
    assert_eq!(cut(&"é".repeat(LONGEST + 1)), format!("{}…", "é".repeat(LONGEST)));
}
