//! The SCIM request log.

use std::sync::Arc;

use store::ScimRequest;

use crate::acme::Acme;

fn request(acme: &Acme, path: &str) -> ScimRequest {
    ScimRequest {
        workspace: acme.workspace.id,
        at: acme.now(),
        request_id: Some("r1".to_owned()),
        client: "okta".to_owned(),
        method: "POST".to_owned(),
        path: path.to_owned(),
        status: 409,
        micros: 1_500,
        body: Some("{\"userName\":\"ann\"}".to_owned()),
        refusal: Some("There is somebody of that name.".to_owned()),
    }
}

fn append(acme: &Acme, paths: &[&str], keep: i64) {
    let requests: Arc<[ScimRequest]> = paths.iter().map(|path| request(acme, path)).collect();
    acme.store.append_scim_requests(requests, keep).unwrap();
}

fn latest(acme: &Acme, limit: i64) -> Vec<String> {
    let requests = acme.store.scim_requests(acme.workspace.id, limit).unwrap();
    requests.into_iter().map(|request| request.path).collect()
}

on_both_databases! {
    fn a_request_is_read_back_as_it_was_noted(db: &Database) {
        let acme = Acme::on(db);
        append(&acme, &["/Users"], 10);
        assert_eq!(acme.store.scim_requests(acme.workspace.id, 10).unwrap(), [request(&acme, "/Users")]);
    }

    fn the_latest_of_each_workspace_are_kept_in_their_order(db: &Database) {
        let acme = Acme::on(db);
        let globex = Acme::called("globex", &acme.store);
        append(&globex, &["/other"], 3);
        append(&acme, &["/1", "/2"], 3);
        append(&acme, &["/3", "/4", "/5"], 3);
        assert_eq!(latest(&acme, 10), ["/3", "/4", "/5"]);
        assert_eq!(latest(&acme, 2), ["/4", "/5"]);
        assert_eq!(latest(&globex, 10), ["/other"]);
    }
}
