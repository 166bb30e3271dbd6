//! What stands between the console and everybody else.

use console::{Privilege, ROUTES};
use domain::command::Command;

use super::visit::Visit;
use crate::common::answer::Answer;
use crate::gate::Gate;

/// Every route at acme, as somebody would call it who has no idea what is behind it.
fn calls() -> impl Iterator<Item = (&'static console::Route, String)> {
    ROUTES.iter().map(|route| {
        let mut path = route.path.replace("{workspace}", "acme");
        while let Some((before, rest)) = path.clone().split_once('{') {
            let (_, after) = rest.split_once('}').unwrap();
            path = format!("{before}01a2075b-ae23-7dc4-bc6a-40831c984852{after}");
        }
        (route, path)
    })
}

fn call(visit: &mut Visit, route: &console::Route, path: &str, fields: &[(&str, &str)]) -> Answer {
    match route.method {
        "Get" => visit.browser.get(path),
        _ => visit.browser.post_form_from(&visit.origin, path, fields),
    }
}

/// How a visitor fares at a route, in a word.
fn fares(answer: &Answer) -> &'static str {
    match (answer.status, answer.location()) {
        (303, to) if to.contains("/sign-in?return_to=") => "sign in",
        (403, _) => "refused",
        (429 | 500.., _) => panic!("{answer:?}"),
        _ => "let in",
    }
}

/// Routes by kinds of visitors: what is printed is what somebody reviews.
#[test]
fn every_route_lets_in_whom_it_is_for_and_nobody_else() {
    let gate = Gate::on_sqlite();
    gate.add_workspace("other");
    let mut matrix = String::new();
    let mut visitors = visitors(&gate);
    for (route, path) in calls().filter(|(route, _)| route.who != Privilege::Anyone) {
        let mut line = format!("{:<4} {:<60}", route.method.to_uppercase(), route.path);
        for visitor in &mut visitors {
            let token = visitor.visit.token();
            let answer = call(&mut visitor.visit, route, &path, &[("csrf", &token)]);
            line.push_str(&format!(" {}: {:<8}", visitor.kind, fares(&answer)));
            visitor.come_back(&gate);
        }
        matrix.push_str(line.trim_end());
        matrix.push('\n');
    }
    insta::assert_snapshot!(matrix);
}

/// Somebody at the console's door.
struct Visitor {
    kind: &'static str,
    visit: Visit,
    /// Signs in anew, where the route has ended the session.
    again: Option<fn(&Gate) -> Visit>,
}

impl Visitor {
    fn come_back(&mut self, gate: &Gate) {
        if let Some(again) = self.again
            && self.visit.get("/sessions").status != 200
        {
            self.visit = again(gate);
        }
    }
}

/// From nobody to everything.
fn visitors(gate: &Gate) -> Vec<Visitor> {
    let gone = Visit::administrator(gate, "gone@acme.test");
    gate.administer("gone@acme.test", &Command::Hold);
    let member = Visit::collaborator(gate, "ben@acme.test", "Member");
    let mut other = Visit::owner_of(gate, "other");
    "acme".clone_into(&mut other.handle);
    let ann: fn(&Gate) -> Visit = |gate| Visit::administrator(gate, "ann@acme.test");
    let without = |kind, visit| Visitor { kind, visit, again: None };
    vec![
        without("stranger", Visit::stranger(gate)),
        without("member", member),
        without("deactivated", gone),
        without("other workspace", other),
        Visitor { kind: "administrator", visit: ann(gate), again: Some(ann) },
        Visitor { kind: "owner", visit: Visit::owner(gate), again: Some(Visit::owner) },
    ]
}

/// CSRF: another site may make this browser send a form, but it knows no token, and can't claim our origin.
#[test]
fn every_changing_route_wants_a_token_and_our_origin() {
    let gate = Gate::on_sqlite();
    let mut owner = Visit::owner(&gate);
    let token = owner.token();
    let stranger = Visit::stranger(&gate).token();
    for (route, path) in calls().filter(|(route, _)| route.method == "Post") {
        for fields in [&[][..], &[("csrf", "")], &[("csrf", "0")], &[("csrf", stranger.as_str())]] {
            let answer = call(&mut owner, route, &path, fields).expect(403);
            assert!(answer.body.contains("Send it once more"), "{}: {answer:?}", route.path);
        }
        for origin in ["https://evil.test", "null"] {
            owner.browser.post_form_from(origin, &path, &[("csrf", &token)]).expect(403);
        }
        owner.browser.post_form(&path, &[("csrf", &token)]).expect(403);
    }
    owner.get("").expect(200);
}

#[test]
fn every_page_is_guarded_by_its_headers() {
    let gate = Gate::on_sqlite();
    let mut owner = Visit::owner(&gate);
    for (route, path) in calls().filter(|(route, _)| route.method == "Get" && route.who != Privilege::Anyone) {
        let page = owner.browser.get(&path);
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{}: {policy}", route.path);
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert_eq!(page.header("x-frame-options"), "DENY", "{}", route.path);
        assert_eq!(page.header("referrer-policy"), "same-origin");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert_eq!(page.header("cache-control"), "no-store");
        for inline in [" style=", "<style", "javascript:", " onclick=", " onload="] {
            assert!(!page.body.contains(inline), "{} has {inline}", route.path);
        }
    }
}

/// A stolen console link must not lead to another host after the sign-in.
#[test]
fn a_sign_in_leads_to_this_console_and_nowhere_else() {
    let gate = Gate::on_sqlite();
    for wish in [
        "https://evil.test",
        "//evil.test",
        "/console/other",
        "/console/acmeX",
        "/saml/acme/login",
        "/console/acme/\\evil",
    ] {
        let mut owner = Visit::stranger(&gate);
        super::visit::set_password(&gate, "acme");
        let fields =
            [("email", "owner@acme.test"), ("password", super::visit::PASSWORD), ("code", ""), ("return_to", wish)];
        assert_eq!(owner.post("/sign-in", &fields).expect(303).location(), "/console/acme", "{wish}");
    }
}

#[test]
fn cookies_are_for_this_host_alone_under_https() {
    let gate = Gate::with_settings("server.base_url = \"https://gate.acme.test\"");
    let page = crate::common::browser::Browser::new(&gate.base_url).get("/console/acme/sign-in").expect(200);
    let cookie = page.set_cookies()[0].to_owned();
    assert!(cookie.starts_with("__Host-gatehouse-console="), "{cookie}");
    for attribute in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
}
