//! Nothing of one workspace is ever visible from another.

use serde_json::{Value, json};

use crate::common::scim::{ENTERPRISE, GROUP, user, with};
use crate::gate::Gate;

on_both_databases! {
    fn ids_of_another_workspace_are_404_for_every_method(gate: &Gate) {
        let (acme, other) = (gate.acme.scim(), gate.add_workspace("other").scim());
        let ann = acme.provision("ann@acme.test");
        let ops = acme.make_group("Ops", &[&ann]);
        let before = (acme.get(&format!("/Users/{ann}")).json(), acme.get(&format!("/Groups/{ops}")).json());
        let retitle = json!([{ "op": "replace", "path": "externalId", "value": "taken" }]);
        for (path, body) in [
            (format!("/Users/{ann}"), user("ann@acme.test")),
            (format!("/Groups/{ops}"), json!({ "displayName": "Ops" })),
        ] {
            other.get(&path).refused(404, None);
            other.send("HEAD", &path, &[], None).expect(404);
            other.send_json("PUT", &path, &body).refused(404, None);
            other.operate(&path, retitle.clone()).refused(404, None);
            other.send("DELETE", &path, &[], None).refused(404, None);
            other.send("DELETE", &path, &[("if-match", "*")], None).refused(404, None);
            let put = json!({ "method": "PUT", "path": path, "data": body });
            let bulk = json!({ "Operations": [{ "method": "DELETE", "path": path }, put] });
            let done = other.send_json("POST", "/Bulk", &bulk).expect(200).json();
            assert!(done["Operations"].as_array().unwrap().iter().all(|one| one["status"] == "404"), "{done}");
        }
        assert_eq!((acme.get(&format!("/Users/{ann}")).json(), acme.get(&format!("/Groups/{ops}")).json()), before);
    }

    fn nothing_of_another_workspace_is_found_counted_or_taken_for_a_member(gate: &Gate) {
        let (acme, other) = (gate.acme.scim(), gate.add_workspace("other").scim());
        let ann = acme.make(&with(user("ann@acme.test"), ENTERPRISE, json!({ "manager": { "value": "7" } })));
        let ops = acme.make_group("Ops", &[&ann]);
        for filter in [
            "userName eq \"ann@acme.test\"".to_owned(),
            format!("id eq \"{ann}\""),
            "userName pr".to_owned(),
            "manager pr".to_owned(),
            "emails co \"acme\"".to_owned(),
            format!("groups eq \"{ops}\""),
            "not (userName eq \"x\")".to_owned(),
            "emails[type eq \"work\"]".to_owned(),
        ] {
            assert_eq!(other.filter("/Users", &filter).expect(200).json()["totalResults"], 0, "{filter}");
        }
        for endpoint in ["/Users", "/Groups", ""] {
            assert_eq!(other.get(endpoint).expect(200).json()["totalResults"], 0, "{endpoint}");
        }
        assert_eq!(other.filter("/Groups", &format!("members eq \"{ann}\"")).json()["totalResults"], 0);
        let told = other
            .send_json(
                "POST",
                "/Groups",
                &json!({ "schemas": [GROUP], "displayName": "Spies", "members": [{ "value": ann }] }),
            )
            .bad("invalidValue");
        assert!(!told.contains("ann@acme.test"), "{told}");
        let cursor = acme.get("/Users?cursor=&count=1").json();
        assert_eq!(cursor.get("nextCursor"), None::<&Value>);
    }

    fn names_are_unique_in_a_workspace_and_free_in_another(gate: &Gate) {
        let (acme, other) = (gate.acme.scim(), gate.add_workspace("other").scim());
        let (here, there) = (acme.provision("ann@acme.test"), other.provision("ann@acme.test"));
        assert_ne!(here, there);
        assert_ne!(acme.make_group("Ops", &[&here]), other.make_group("Ops", &[&there]));
        acme.delete(&here).expect(204);
        assert_eq!(other.get(&format!("/Users/{there}")).expect(200).json()["active"], true);
        // Whoever was deleted here is nobody's predecessor there.
        assert_ne!(acme.provision("ann@acme.test"), there);
    }
}

/// A cursor of one workspace in the hands of another shows that one's own people.
#[test]
fn a_cursor_leads_nobody_into_another_workspace() {
    let gate = Gate::on_sqlite();
    let (acme, other) = (gate.acme.scim(), gate.add_workspace("other").scim());
    let ours: Vec<String> = (0..3).map(|nth| acme.provision(&format!("person{nth}@acme.test"))).collect();
    let theirs: Vec<String> = (0..3).map(|nth| other.provision(&format!("person{nth}@acme.test"))).collect();
    let next = acme.get("/Users?cursor=&count=1").json()["nextCursor"].as_str().unwrap().to_owned();
    let shown = other.get(&format!("/Users?cursor={next}")).ids();
    assert!(shown.iter().all(|id| theirs.contains(id) && !ours.contains(id)), "{shown:?}");
}
