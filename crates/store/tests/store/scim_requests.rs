//! The SCIM request log.

use std::sync::Arc;

use store::{RequestFilter, ScimRequest};

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

    fn requests_are_paged_by_number_newest_first(db: &Database) {
        let acme = Acme::on(db);
        let globex = Acme::called("globex", &acme.store);
        append(&acme, &["/1", "/2"], 10);
        append(&globex, &["/other"], 10);
        append(&acme, &["/3"], 10);
        let page = |before| acme.store.scim_request_page(acme.workspace.id, &RequestFilter::default(), before, 2).unwrap();
        let first = page(None);
        assert_eq!(first.iter().map(|(_, request)| request.path.as_str()).collect::<Vec<_>>(), ["/3", "/2"]);
        let (number, _) = first[1];
        assert_eq!(page(Some(number)).iter().map(|(_, request)| request.path.as_str()).collect::<Vec<_>>(), ["/1"]);
        assert_eq!(acme.store.find_scim_request(acme.workspace.id, number).unwrap().unwrap().path, "/2");
        assert_eq!(acme.store.find_scim_request(globex.workspace.id, number).unwrap(), None, "another workspace's");
    }

    fn requests_are_chosen_by_refusal_method_client_and_text(db: &Database) {
        let acme = Acme::on(db);
        let of = |path: &str, method: &str, client: &str| {
            ScimRequest { method: method.to_owned(), client: client.to_owned(), ..request(&acme, path) }
        };
        let quiet = ScimRequest { refusal: None, body: None, status: 200, ..of("/Users/7", "GET", "entra") };
        let requests = [of("/Users", "POST", "okta"), quiet, of("/Groups?filter=100%25", "GET", "okta")];
        acme.store.append_scim_requests(Arc::from(requests), 10).unwrap();
        let found = |filter: RequestFilter| -> Vec<String> {
            let page = acme.store.scim_request_page(acme.workspace.id, &filter, None, 10).unwrap();
            page.into_iter().map(|(_, request)| request.path).collect()
        };
        let any = RequestFilter::default;
        assert_eq!(found(RequestFilter { refused: true, ..any() }), ["/Groups?filter=100%25", "/Users"]);
        assert_eq!(found(RequestFilter { method: Some("GET".to_owned()), ..any() }), ["/Groups?filter=100%25", "/Users/7"]);
        assert_eq!(found(RequestFilter { client: Some("entra".to_owned()), ..any() }), ["/Users/7"]);
        let texts = |texts: &[&str]| RequestFilter { texts: texts.iter().map(|text| (*text).to_owned()).collect(), ..any() };
        assert_eq!(found(texts(&["/Users/7"])), ["/Users/7"]);
        assert_eq!(found(texts(&["\"ann\"", "/Users/7"])), ["/Groups?filter=100%25", "/Users/7", "/Users"], "any of them");
        assert_eq!(found(texts(&["somebody"])), ["/Groups?filter=100%25", "/Users"], "in what was answered");
        assert_eq!(found(texts(&["100%"])), ["/Groups?filter=100%25"], "a sign of LIKE is a sign");
        assert_eq!(found(RequestFilter { refused: true, ..texts(&["/Users/7"]) }), [""; 0]);
    }
}
