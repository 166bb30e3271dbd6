//! Races over HTTP. The forced interleavings are proven beside the store; here the whole way is run many times.

use std::sync::Barrier;
use std::thread;

use serde_json::json;

use crate::common::answer::send;
use crate::common::scim::{user, with};

const ROUNDS: usize = 24;

on_both_databases! {
    /// Somebody who is being fired signs in at that moment: whichever comes first, no session may be left.
    fn a_login_racing_a_deactivation_never_leaves_a_live_session(gate: &Gate) {
        let (mut signed_in, scim) = (0, gate.acme.scim());
        for round in 0..ROUNDS {
            let name = format!("person{round}@acme.test");
            let id = scim.provision(&name);
            let mut browser = gate.acme.browser();
            let begun = gate.acme.begin(&mut browser);
            let response = gate.acme.sign(&gate.acme.response_for(&name).answering(&begun.request_id));
            let start = Barrier::new(2);
            let (login, deactivation) = thread::scope(|scope| {
                let deactivation = scope.spawn(|| {
                    start.wait();
                    // Requests that change nothing shift the two against each other, differently in each round.
                    (0..round % 6).for_each(|_| drop(send("GET", &format!("{}/healthz", gate.base_url), &[], None)));
                    match round % 3 {
                        0 => scim.put(&id, &with(user(&name), "active", json!(false))),
                        1 => scim.patch(&id, "active", json!(false)),
                        _ => scim.delete(&id),
                    }
                });
                start.wait();
                (gate.acme.post(&mut browser, &response, &begun.relay_state), deactivation.join().unwrap())
            });
            assert!(matches!(deactivation.status, 200 | 204), "round {round}: {deactivation:?}");
            assert!(matches!(login.status, 303 | 403), "round {round}: {login:?}");
            signed_in += usize::from(login.status == 303);
            assert!(browser.session().is_none(), "round {round}: {login:?}");
            assert_eq!(gate.explain(&name)["status"], "deactivated");
        }
        assert_eq!(gate.audit("login.succeeded").len(), signed_in);
        assert_eq!(gate.audit("collaborator.deactivated").len(), ROUNDS);
    }
}
