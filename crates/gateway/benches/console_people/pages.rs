//! What an administrator's browser waits for: whole pages over HTTP.

use std::time::{Duration, Instant};

use crate::common::browser::Browser;
use crate::common::provider::role;
use crate::population::Gateway;

const ROUNDS: usize = 31;
const ADMINISTRATOR: &str = "administrator@acme.test";

pub(crate) fn measure(gateway: &Gateway) {
    let mut browser = signed_in(gateway);
    for (name, path) in [
        ("the first page", ""),
        ("people", "/people"),
        ("people, by text", "/people?q=copy4711@"),
        ("people, active and Member in prod", "/people?status=active&role.prod=Member"),
        ("people, never logged in", "/people?login=never"),
        ("access", "/access"),
        ("activity", "/audit"),
        ("connections", "/connections"),
        ("SCIM", "/scim"),
    ] {
        let path = format!("/console/acme{path}");
        let bytes = browser.get(&path).expect(200).body.len();
        let mut times: Vec<Duration> = (0..ROUNDS).map(|_| timed(&mut browser, &path)).collect();
        times.sort_unstable();
        let milliseconds = |at: usize| times[at].as_secs_f64() * 1_000.0;
        println!(
            "{name:<48} {:>7.2} ms, worst {:>7.2} ms, {bytes} bytes",
            milliseconds(ROUNDS / 2),
            milliseconds(ROUNDS - 1)
        );
    }
}

fn timed(browser: &mut Browser, path: &str) -> Duration {
    let start = Instant::now();
    browser.get(path).expect(200);
    start.elapsed()
}

fn signed_in(gateway: &Gateway) -> Browser {
    let acme = gateway.workspace();
    acme.scim().provision(ADMINISTRATOR);
    gateway.run(&["workspace", "set", "--workspace", "acme", "invitations=sso_accepts"]);
    let mut browser = acme.browser();
    acme.sign_in_with(&mut browser, ADMINISTRATOR, vec![role("Environment admin")]).expect(303);
    browser.get("/console/acme/enter").expect(303);
    browser
}
