//! Two nodes on one database: what was used up at one of them is used up at both.

use std::thread;

use simulator::{ResponseParameters, Signed};

use crate::gate::Gate;

/// A load balancer sends the same response to both nodes, many times and at once. Whatever they remember for themselves can't
/// tell them apart; the database can.
#[test]
fn parallel_posts_to_two_nodes_give_one_session() {
    let Some(gate) = Gate::on_postgres() else { return };
    let other = gate.add_node();
    gate.acme.scim().provision("ann@acme.test");
    for _ in 0..5 {
        let mut browser = gate.acme.browser();
        let begun = gate.acme.begin(&mut browser);
        let response = gate.acme.sign(&gate.acme.response_for("ann@acme.test").answering(&begun.request_id));
        let statuses: Vec<u16> = thread::scope(|scope| {
            let post = |nth: usize| {
                let node = if nth.is_multiple_of(2) { &gate.base_url } else { &other.address };
                let mut browser = browser.at_node(node);
                let (acme, response, relay_state) = (&gate.acme, &response, &begun.relay_state);
                scope.spawn(move || acme.post(&mut browser, response, relay_state).status)
            };
            let posts: Vec<_> = (0..20).map(post).collect();
            posts.into_iter().map(|post| post.join().unwrap()).collect()
        });
        assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 403).count(), 19, "{statuses:?}");
    }
    assert_eq!(gate.audit("login.succeeded").len(), 5);
}

#[test]
fn a_login_that_began_at_one_node_ends_at_the_other() {
    let Some(gate) = Gate::on_postgres() else { return };
    let other = gate.add_node();
    gate.acme.scim().provision("ann@acme.test");
    let mut browser = gate.acme.browser();
    let begun = gate.acme.begin(&mut browser);
    let response = gate.acme.sign(&gate.acme.response_for("ann@acme.test").answering(&begun.request_id));
    let mut elsewhere = browser.at_node(&other.address);
    gate.acme.post(&mut elsewhere, &response, &begun.relay_state).expect(303);
    assert!(elsewhere.at_node(&gate.base_url).session().is_some());
    gate.acme.post(&mut browser, &response, &begun.relay_state).expect(403);
}

on_both_databases! {
    /// Where only the assertion is signed, a replay can dress it in another envelope, with another ID and another time.
    fn an_assertion_is_used_once_whatever_envelope_it_comes_in(gate: &Gate) {
        gate.set_policy(&[("idp_initiated", "allow")]);
        gate.acme.scim().provision("ann@acme.test");
        let response = gate.acme.response_for("ann@acme.test");
        let response = ResponseParameters { signed: Signed::Assertion, ..response };
        let xml = gate.acme.provider.response(&response).unwrap();
        gate.acme.post(&mut gate.acme.browser(), &base64(&xml), "").expect(303);
        let dressed = xml.replacen(&response.response_id, "_another", 1);
        assert_ne!(xml, dressed);
        for again in [dressed, xml.replace("><saml2:Assertion", "><!-- --><saml2:Assertion"), format!("{xml}\n")] {
            let mut browser = gate.acme.browser();
            gate.acme.post(&mut browser, &base64(&again), "").expect(403);
            assert_eq!(gate.last_failed_login().0, "already_used");
            assert!(browser.session().is_none());
        }
    }

    /// One identity provider for two workspaces: what it says for one is worth nothing at the other.
    fn a_response_is_good_at_one_workspace_only(gate: &Gate) {
        gate.set_policy(&[("idp_initiated", "allow")]);
        let globex = gate.add_workspace("globex");
        gate.acme.scim().provision("ann@acme.test");
        globex.scim().provision("ann@acme.test");
        let response = globex.sign(&globex.response_for("ann@acme.test"));
        gate.acme.post(&mut gate.acme.browser(), &response, "").expect(403);
        assert_eq!(gate.last_failed_login().0, "destination");
        let mut browser = gate.acme.browser();
        let begun = gate.acme.begin(&mut browser);
        let answer = globex.sign(&globex.response_for("ann@acme.test").answering(&begun.request_id));
        globex.post(&mut browser, &answer, &begun.relay_state).expect(403);
        assert!(browser.session().is_none());
    }
}

fn base64(xml: &str) -> String {
    use ::base64::Engine;
    ::base64::engine::general_purpose::STANDARD.encode(xml)
}
