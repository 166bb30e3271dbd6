//! One client that asks too often is told to wait, and no other notices.

use chrono::Duration;

use crate::common::scim::Scim;
use crate::gate::Gate;

/// Five at once, and one a second.
fn strict() -> Gate {
    Gate::with_settings("[server.limits]\nscim_burst = 5\nscim_per_second = 1\nlogin_burst = 5\nlogin_per_second = 1\n")
}

#[test]
fn a_token_over_its_rate_is_told_when_to_come_again() {
    let gate = strict();
    let scim = gate.acme.scim();
    assert!((0..5).all(|_| scim.get("/Users").status == 200));
    let refused = scim.get("/Users").expect(429);
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(refused.json()["status"], "429");
    gate.add_workspace("other").scim().get("/Users").expect(200);
    gate.advance(Duration::seconds(1));
    scim.get("/Users").expect(200);
}

/// Whoever guesses tokens slows only other guesses down, also where they share an address with the identity provider.
#[test]
fn wrong_tokens_never_make_the_right_one_fail() {
    let gate = strict();
    let guess = Scim::new(&gate.base_url, "wrong");
    assert!((0..5).all(|_| guess.get("/Users").status == 401));
    guess.get("/Users").expect(429);
    gate.acme.scim().get("/Users").expect(200);
}

/// Anybody may fetch it, and each signature costs.
#[test]
fn our_metadata_has_the_rate_of_logins_that_begin() {
    let gate = strict();
    let get = |query: &str| gate.acme.browser().get(&(gate.acme.path("metadata") + query));
    assert!((0..5).all(|_| get("?signed=1").status == 200));
    let refused = get("?signed=1").expect(429);
    assert_eq!(refused.header("retry-after"), "1");
    get("").expect(429);
    gate.acme.post(&mut gate.acme.browser(), "bm8=", "").expect(403);
    gate.advance(Duration::seconds(1));
    get("").expect(200);
}

/// Each refused response costs a verification and an entry in the log.
#[test]
fn logins_from_one_address_have_a_rate_refused_ones_included() {
    let gate = strict();
    let post = || gate.acme.post(&mut gate.acme.browser(), "bm8=", "");
    assert!((0..5).all(|_| post().status == 403));
    let refused = post().expect(429);
    assert_eq!(refused.header("retry-after"), "1");
    assert!(!refused.sets_session());
    assert_eq!(gate.audit("login.failed").len(), 5);
    gate.advance(Duration::seconds(1));
    post().expect(403);
}
