//! Logins in a real browser: a headless Chromium, the demo's gateway, and its simulator in the part of Okta.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests only")]

use std::pin::Pin;

use fantoccini::elements::Element;
use serde_json::{Value, json};

mod common;

use common::chromium::{Window, in_a_browser_with};
use common::program::Machine;

type Story = fn(Page) -> Pin<Box<dyn Future<Output = ()> + Send>>;

#[test]
fn ann_signs_in_and_what_becomes_of_her_shows_at_once() {
    in_the_demo(|page| {
        Box::pin(async move {
            page.open(&page.simulator, "/").await;
            page.click("sign-in-ann").await;
            let session = page.session().await;
            assert_eq!(session["user"]["userName"], "ann@acme.test");
            assert_eq!(session["roles"], json!({ "dev": "Environment admin", "test": "Member", "prod": "No access" }));
            assert_eq!(session["groups"], json!(["All collaborators", "Finance", "Operations"]));

            page.open(&page.simulator, "/people/ann").await;
            page.find("role-prod").await.select_by_value("Member").await.unwrap();
            page.click("save").await;
            page.click("sign-in-ann").await;
            assert_eq!(page.session().await["roles"]["prod"], "Member");

            page.open(&page.simulator, "/").await;
            page.click("deactivate-ann").await;
            page.find("reactivate-ann").await;
            page.open(&page.gateway, "/session").await;
            assert_eq!(page.json().await["error"], "no live session");

            page.open(&page.simulator, "/").await;
            page.click("sign-in-ann").await;
            page.click("sign-in-nevertheless").await;
            assert!(!page.find("reference").await.text().await.unwrap().is_empty());
            let refusal = page.window.text().await;
            assert!(refusal.contains("Sign-in refused"), "{refusal}");
            assert!(refusal.contains("Your account was deactivated by your identity provider."), "{refusal}");

            page.open(&page.simulator, "/").await;
            page.click("reactivate-ann").await;
            page.find("deactivate-ann").await;
            page.click("sign-in-ann").await;
            assert_eq!(page.session().await["roles"]["prod"], "Member");
        })
    });
}

#[test]
fn the_tile_leads_through_a_bounce_to_the_session() {
    in_the_demo(|page| {
        Box::pin(async move {
            page.open(&page.simulator, "/").await;
            page.click("open-tile-bjorn").await;
            let session = page.session().await;
            assert_eq!(session["user"]["userName"], "bjorn@acme.test");
            assert_eq!(session["groups"], json!(["All collaborators", "Engineering", "Operations"]));
        })
    });
}

#[test]
fn ann_signs_in_encrypted_at_a_tick_and_with_a_key_that_was_added_meanwhile() {
    let machine = Machine::new().with("GATEHOUSE_DATABASE__URL", "sqlite://demo.db");
    in_the_demo_on(machine, &[], |page| {
        Box::pin(async move {
            page.open(&page.simulator, "/people/ann").await;
            page.click("encrypted").await;
            page.click("save").await;
            page.click("sign-in-ann").await;
            assert_eq!(page.session().await["user"]["userName"], "ann@acme.test");

            page.machine.ok(&["saml", "key", "add", "--workspace", "acme"]);
            let listed =
                page.machine.json(&["saml", "key", "list", "--workspace", "acme", "--use", "encryption", "--json"]);
            page.machine.ok(&[
                "saml",
                "key",
                "remove",
                "--workspace",
                "acme",
                listed["keys"][0]["id"].as_str().unwrap(),
            ]);
            page.open(&page.simulator, "/people/ann").await;
            assert!(page.find("encrypted").await.is_selected().await.unwrap());
            page.open(&page.simulator, "/").await;
            page.click("sign-in-ann").await;
            assert_eq!(page.session().await["user"]["userName"], "ann@acme.test");
        })
    });
}

/// Plain http, and an identity provider on another site: this browser keeps cookies back from the response as others do
/// once a login takes two minutes.
#[test]
fn a_slow_login_over_plain_http_ends_at_the_session() {
    in_the_demo_on(Machine::new().known_as_localhost(), &[KEEPS_COOKIES_BACK], |page| {
        Box::pin(async move {
            page.open(&page.simulator, "/").await;
            page.click("sign-in-ann").await;
            assert_eq!(page.session().await["user"]["userName"], "ann@acme.test");

            page.open(&page.simulator, "/").await;
            page.click("open-tile-bjorn").await;
            assert_eq!(page.session().await["user"]["userName"], "bjorn@acme.test");
        })
    });
}

#[test]
fn a_login_by_post_runs_by_itself_from_page_to_page() {
    let machine = Machine::new().known_as_localhost().with("GATEHOUSE_DATABASE__URL", "sqlite://demo.db");
    in_the_demo_on(machine, &[], |page| {
        Box::pin(async move {
            let post = ["saml_request_binding=post", "saml_sign_requests=always", "saml_force_authn=on"];
            page.machine.ok(&[&["workspace", "set", "--workspace", "acme"], &post[..]].concat());
            page.open(&page.gateway, "/saml/acme/login?return_to=/session").await;
            page.click("pick-ann").await;
            assert_eq!(page.session().await["user"]["userName"], "ann@acme.test");
        })
    });
}

#[test]
fn who_signs_out_at_one_end_is_signed_out_at_both() {
    in_the_demo(|page| {
        Box::pin(async move {
            page.open(&page.simulator, "/").await;
            page.click("sign-in-ann").await;
            page.session().await;
            page.open(&page.simulator, "/").await;
            page.click("sign-out").await;
            page.find("sign-in-ann").await;
            page.open(&page.gateway, "/session").await;
            assert_eq!(page.json().await["error"], "no live session");

            page.open(&page.simulator, "/").await;
            page.click("sign-in-ann").await;
            page.session().await;
            page.window.post_from_here("/logout").await;
            page.window.headed("Signed out").await;
            page.open(&page.gateway, "/saml/acme/login").await;
            page.find("pick-ann").await;
        })
    });
}

/// One browser's window, and the two servers that it visits.
struct Page {
    window: Window,
    machine: Machine,
    gateway: String,
    simulator: String,
}

impl Page {
    async fn open(&self, host: &str, path: &str) {
        self.window.open(&format!("{host}{path}")).await;
    }

    async fn find(&self, id: &str) -> Element {
        self.window.find(id).await
    }

    async fn click(&self, id: &str) {
        self.window.click(id).await;
    }

    /// The session, once the browser has been led to it.
    async fn session(&self) -> Value {
        self.window.arrive(&format!("{}/session", self.gateway)).await;
        self.json().await
    }

    async fn json(&self) -> Value {
        self.window.json().await
    }
}

/// Cookies without `SameSite` are not sent with another site's post, not even in their first two minutes.
const KEEPS_COOKIES_BACK: &str = "--enable-features=SameSiteDefaultChecksMethodRigorously";

/// Runs a story in a browser of its own against a demo of its own.
fn in_the_demo(story: Story) {
    in_the_demo_on(Machine::new(), &[], story);
}

fn in_the_demo_on(machine: Machine, options: &[&str], story: Story) {
    in_a_browser_with(options, |window| {
        let (demo, simulator) = machine.demo();
        let page = Page { window, gateway: machine.base_url(), machine, simulator };
        async move {
            story(page).await;
            drop(demo);
        }
    });
}
