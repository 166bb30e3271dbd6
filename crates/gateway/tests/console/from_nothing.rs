//! From an empty folder to the first real login: the set-up link, the guide, the identity provider, and its people.

use std::net::TcpListener;
use std::sync::{Arc, mpsc};
use std::thread;

use domain::clock::Clock;
use gateway::clock::SystemClock;
use simulator::{IdentityProvider, Settings, Simulator};

use crate::common::chromium::{Window, in_a_browser};
use crate::common::program::Machine;
use crate::desk::{Desk, code};

#[test]
fn a_gateway_is_set_up_from_nothing_to_the_first_login() {
    in_a_browser(|window| from_nothing(window, true));
}

/// The same without a script: nothing of it needs one.
#[test]
fn a_gateway_is_set_up_without_a_script() {
    in_a_browser(|window| from_nothing(window, false));
}

async fn from_nothing(window: Window, with_scripts: bool) {
    let machine = Machine::new();
    let (serving, link) = machine.serve_to_be_set_up();
    let desk = Desk::new(window, machine, serving, with_scripts);
    if !with_scripts {
        desk.window.without_scripts().await;
    }
    make_the_workspace(&desk, &link).await;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let provider = IdentityProvider::generate(&address, SystemClock.now()).unwrap();
    connect(&desk, &provider).await;
    let token = switch_scim_on(&desk).await;
    let people = Provider::start(&desk, provider, listener, token);
    test_scim(&desk, &people).await;
    test_a_login(&desk).await;
    sign_in(&desk).await;
}

async fn make_the_workspace(desk: &Desk, link: &str) {
    desk.open("/console/").await;
    assert!(desk.window.text().await.contains("There is no workspace yet"));
    desk.open("/console/_set-up?token=wrong").await;
    desk.window.headed("This link is over").await;
    desk.window.open(link).await;
    desk.look_at("set-up").await;
    for (field, text) in [
        ("name", "Acme"),
        ("handle", "acme"),
        ("owner-name", "Olga Owner"),
        ("owner-email", "olga@acme.test"),
        ("password", "correct horse battery"),
    ] {
        desk.window.fill(field, text).await;
    }
    desk.window.click("make").await;
    desk.arrive("/console/acme/account").await;
    desk.look_at("second-factor").await;
    let key = desk.window.find("totp-key").await.text().await.unwrap();
    desk.window.fill("code", &code(&key)).await;
    desk.window.click("set-up-factor").await;
    desk.arrive("/console/acme/guide").await;
    desk.look_at("guide").await;
    desk.window.open(link).await;
    desk.window.headed("This link is over").await;
}

async fn connect(desk: &Desk, provider: &IdentityProvider) {
    desk.open("/console/acme/guide").await;
    desk.window.click("guide-okta").await;
    desk.arrive("/console/acme/guide/okta/app").await;
    let copied = desk.window.text().await;
    assert!(copied.contains(&format!("{}/saml/acme/acs", desk.gateway)), "{copied}");
    desk.look_at("guide-app").await;
    desk.window.click("onwards").await;
    desk.look_at("guide-attributes").await;
    desk.window.click("onwards").await;
    desk.window.click("connect").await;
    let error = desk.window.find("guide-error").await.text().await.unwrap();
    assert_eq!(error, "A new identity provider needs its metadata.");
    desk.look_at("guide-metadata").await;
    let file = desk.machine.path("metadata.xml");
    std::fs::write(&file, provider.metadata()).unwrap();
    desk.window.find("file").await.send_keys(file.to_str().unwrap()).await.unwrap();
    desk.window.click("connect").await;
    desk.arrive("/console/acme/guide/okta/test-login").await;
    assert!(desk.window.text().await.contains("is connected"));
    desk.look_at("guide-test-login").await;
}

async fn switch_scim_on(desk: &Desk) -> String {
    desk.open("/console/acme/guide/okta/provisioning").await;
    desk.look_at("guide-provisioning").await;
    desk.window.click("make-token").await;
    let token = desk.window.find("scim-token").await.text().await.unwrap();
    assert!(token.starts_with("gh-scim-"), "{token}");
    desk.look_at("guide-token").await;
    let policy = desk.machine.json(&["workspace", "show", "--workspace", "acme", "--json"]);
    assert_eq!(policy["jit"], "known");
    token
}

async fn test_scim(desk: &Desk, people: &Provider) {
    desk.window.click("onwards").await;
    desk.window.find("waiting").await;
    people.provision();
    if !desk.with_scripts {
        // The log is written within a second: whoever has no script looks again.
        while !desk.window.source().await.contains("id=\"arrived\"") {
            desk.window.click("look-again").await;
        }
    }
    desk.window.find("arrived").await;
    desk.look_at("guide-test-scim").await;
}

async fn test_a_login(desk: &Desk) {
    desk.open("/console/acme/guide/okta/test-login").await;
    desk.window.click("test-login").await;
    desk.pick("ann").await;
    desk.window.headed("Test login").await;
    desk.look_at("test-login").await;
    desk.open("/session").await;
    assert_eq!(desk.window.json().await["error"], "no live session");
}

/// Ann is invited: her first login is held until she has used the link, unless the policy does without.
async fn sign_in(desk: &Desk) {
    desk.machine.ok(&["workspace", "set", "--workspace", "acme", "invitations=sso_accepts"]);
    desk.open("/saml/acme/login").await;
    desk.go_on().await;
    desk.arrive("/session").await;
    assert_eq!(desk.window.json().await["user"]["userName"], "ann@acme.test");
    desk.open("/console/acme/guide").await;
    assert!(desk.window.text().await.contains("Everything is set up."));
}

/// The simulator in the part of Okta, which pushes its people when it is told to.
struct Provider {
    provision: mpsc::Sender<()>,
}

impl Provider {
    fn start(desk: &Desk, provider: IdentityProvider, listener: TcpListener, token: String) -> Self {
        let (base, (provision, told)) = (desk.gateway.clone(), mpsc::channel());
        let settings = Settings {
            login_url: format!("{base}/saml/acme/login"),
            acs_url: format!("{base}/saml/acme/acs"),
            slo_url: format!("{base}/saml/acme/slo"),
            audience: format!("{base}/saml/acme/metadata"),
            session_url: format!("{base}/session"),
            scim_base_url: format!("{base}/scim/v2"),
            scim_token: token.into(),
            clock: Arc::new(|| SystemClock.now()),
        };
        thread::spawn(move || {
            let simulator = Simulator::new(provider, settings);
            if told.recv().is_ok() {
                simulator.provision_everyone().unwrap();
            }
            actix_web::rt::System::new().block_on(async move { simulator.serve(listener).unwrap().await.unwrap() });
        });
        Self { provision }
    }

    fn provision(&self) {
        self.provision.send(()).unwrap();
    }
}
