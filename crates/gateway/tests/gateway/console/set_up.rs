//! The first run: one token, one workspace.

use crate::common::answer::Answer;
use crate::common::browser::Browser;
use crate::console::visit::hidden;
use crate::gate::{Bare, Gate};

const FORM: [(&str, &str); 5] = [
    ("name", "Acme"),
    ("handle", "acme"),
    ("owner_name", "Olga Owner"),
    ("owner_email", "olga@acme.test"),
    ("password", "correct horse battery"),
];

fn open(bare: &Bare, token: &str) -> (Browser, Answer) {
    let mut browser = Browser::new(&bare.base_url);
    let page = browser.get(&format!("/console/_set-up?token={token}"));
    (browser, page)
}

fn send(bare: &Bare, browser: &mut Browser, token: &str, csrf: &str, changed: &[(&str, &str)]) -> Answer {
    let mut fields: Vec<_> =
        FORM.iter().map(|field| *changed.iter().find(|(name, _)| *name == field.0).unwrap_or(field)).collect();
    fields.extend([("token", token), ("csrf", csrf)]);
    browser.post_form_from(&bare.base_url, "/console/_set-up", &fields)
}

#[test]
fn the_token_makes_one_workspace_and_signs_its_owner_in() {
    for bare in [Some(Bare::on_sqlite()), Bare::on_postgres()].iter().flatten() {
        open(bare, "wrong").1.expect(403);
        open(bare, "").1.expect(403);
        let (mut browser, page) = open(bare, &bare.token);
        let csrf = hidden(&page.expect(200), "csrf");
        for (field, wrong, told) in [
            ("handle", "Not a handle!", "A workspace handle has 1 to 20 of the characters a-z, 0-9 and -."),
            ("owner_name", "Olga", "The owner has a given and a family name"),
            ("owner_email", "nobody", "is no e-mail address"),
            ("password", "short", "A password has at least 12 characters."),
            ("name", " ", "name has 1 to 256 characters"),
        ] {
            let page = send(bare, &mut browser, &bare.token, &csrf, &[(field, wrong)]).expect(422);
            assert!(page.body.contains(told), "{field}: {page:?}");
        }
        send(bare, &mut browser, "wrong", &csrf, &[]).expect(403);
        let made = send(bare, &mut browser, &bare.token, &csrf, &[]).expect(303);
        assert_eq!(made.location(), "/console/acme/account");
        browser.get("/console/acme/account").expect(200);
        open(bare, &bare.token).1.expect(403);
        let again = send(bare, &mut browser, &bare.token, &csrf, &[("handle", "second")]);
        assert_eq!(again.status, 403, "{again:?}");
    }
}

/// Two people with the link at one moment: one workspace comes of it.
#[test]
fn of_two_at_once_one_wins() {
    for bare in [Some(Bare::on_sqlite()), Bare::on_postgres()].into_iter().flatten() {
        let visits: Vec<_> = (0..4).map(|_| open(&bare, &bare.token)).collect();
        let made: Vec<u16> = std::thread::scope(|scope| {
            let each = visits.into_iter().enumerate().map(|(nth, (mut browser, page))| {
                let (bare, csrf) = (&bare, hidden(&page, "csrf"));
                scope.spawn(move || {
                    send(bare, &mut browser, &bare.token, &csrf, &[("handle", &format!("acme-{nth}"))]).status
                })
            });
            let each: Vec<_> = each.collect();
            each.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert_eq!(made.iter().filter(|status| **status == 303).count(), 1, "{made:?}");
        assert_eq!(bare.store.workspaces().unwrap().len(), 1);
    }
}

#[test]
fn a_gateway_that_has_a_workspace_has_no_set_up() {
    let gate = Gate::on_sqlite();
    Browser::new(&gate.base_url).get("/console/_set-up?token=any").expect(403);
}
