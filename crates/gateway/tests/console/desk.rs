//! An administrator's desk: a browser in front of a gateway of its own.

use std::path::Path;
use std::pin::Pin;
use std::time::Duration;
use std::{env, fs};

use ::web::second_factor::{SecondFactor, from_typed};
use domain::clock::Clock;
use gateway::clock::SystemClock;
use secrecy::ExposeSecret;
use serde_json::Value;

use crate::common::chromium::{Window, in_a_browser};
use crate::common::program::{Machine, Running};

/// Makes two tests of each story: one in a browser whose pages run scripts, and one in a browser whose pages don't.
macro_rules! at_a_desk {
    ($($(#[$about:meta])* async fn $name:ident($desk:ident: &Desk) $story:block)+) => {$(
        $(#[$about])*
        mod $name {
            #[allow(unused_imports, reason = "each story uses its own part")]
            use super::*;

            async fn story($desk: &crate::desk::Desk) $story

            #[test]
            fn with_scripts() {
                crate::desk::run(true, |desk| Box::pin(async move { story(&desk).await }));
            }

            #[test]
            fn without_scripts() {
                crate::desk::run(false, |desk| Box::pin(async move { story(&desk).await }));
            }
        }
    )+};
}

type Story = fn(Desk) -> Pin<Box<dyn Future<Output = ()> + Send>>;

/// A browser, and the gateway that it is pointed at.
pub(crate) struct Desk {
    pub(crate) window: Window,
    pub(crate) machine: Machine,
    pub(crate) gateway: String,
    /// Whether pages run theirs.
    pub(crate) with_scripts: bool,
    _gateway: Running,
}

/// Runs a story at a desk of its own, where the demo runs.
pub(crate) fn run(with_scripts: bool, story: Story) {
    in_a_browser(move |window| async move {
        if !with_scripts {
            window.without_scripts().await;
        }
        let machine = Machine::new().with("GATEHOUSE_DATABASE__URL", "sqlite://demo.db");
        let (demo, _) = machine.demo();
        story(Desk::new(window, machine, demo, with_scripts)).await;
    });
}

impl Desk {
    pub(crate) fn new(window: Window, machine: Machine, gateway: Running, with_scripts: bool) -> Self {
        Self { window, gateway: machine.base_url(), machine, with_scripts, _gateway: gateway }
    }

    /// Opens a page of acme's console, or of another address of the gateway.
    pub(crate) async fn open(&self, path: &str) {
        self.window.open(&format!("{}{path}", self.gateway)).await;
    }

    pub(crate) async fn arrive(&self, path: &str) {
        self.window.arrive(&format!("{}{path}", self.gateway)).await;
    }

    /// Signs in as Ann, who is Environment admin in dev, through the simulator.
    pub(crate) async fn sign_in_as_ann(&self) {
        self.open("/console/acme/sign-in").await;
        self.window.click("through-saml").await;
        self.pick("ann").await;
        self.arrive("/console/acme").await;
    }

    /// Signs in at the identity provider, whose own page posts the response by a script or by a button.
    pub(crate) async fn pick(&self, person: &str) {
        self.window.click(&format!("pick-{person}")).await;
        if !self.with_scripts {
            self.window.click("continue").await;
        }
    }

    /// The identity provider knows who is signed in there, and answers at once.
    pub(crate) async fn go_on(&self) {
        if !self.with_scripts {
            self.window.click("continue").await;
        }
    }

    /// Waits until the page says so.
    pub(crate) async fn is_told(&self, text: &str) {
        for _ in 0..500 {
            if self.window.source().await.contains(text) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{text:?} is not told: {}", self.window.source().await);
    }

    /// Signs in as the owner for the first time and sets up the second factor; gives its key and the password.
    pub(crate) async fn sign_in_as_owner(&self) -> (String, String) {
        let reset: Value = self.machine.json(&["owner", "reset-password", "--workspace", "acme", "--json"]);
        self.open("/console/acme/sign-in").await;
        self.window.click("as-owner").await;
        self.window.fill("email", reset["owner_email"].as_str().unwrap()).await;
        self.window.fill("password", reset["owner_password"].as_str().unwrap()).await;
        self.window.click("sign-in").await;
        let key = self.window.find("totp-key").await.text().await.unwrap();
        self.window.fill("code", &code(&key)).await;
        self.window.click("set-up-factor").await;
        self.window.find("notice").await;
        (key, reset["owner_password"].as_str().unwrap().to_owned())
    }

    /// Looks at the page that the browser shows, on both screens and in both schemes: nobody meets a barrier, and nothing is
    /// wider than the screen. axe-core is a script itself, so that this is for desks with scripts. With `GATEHOUSE_TEST_PICTURES` set to a folder it is kept there under this name.
    pub(crate) async fn look_at(&self, name: &str) {
        if !self.with_scripts {
            return;
        }
        for (width, scheme) in [(390, "light"), (390, "dark"), (1440, "dark"), (1440, "light")] {
            self.window.is_as_wide_as(width).await;
            self.window.prefers(scheme).await;
            let barriers = self.window.barriers().await;
            assert!(barriers.is_empty(), "{name} at {width} px, {scheme}: {barriers:#?}");
            let overflow = self.window.overflow().await;
            assert!(overflow <= 0, "{name} at {width} px is {overflow} px too wide");
            if let Ok(folder) = env::var("GATEHOUSE_TEST_PICTURES") {
                fs::create_dir_all(&folder).unwrap();
                let file = Path::new(&folder).join(format!("{name}-{width}-{scheme}.png"));
                fs::write(file, self.window.picture().await).unwrap();
            }
        }
        let weight = self.window.source().await.len();
        assert!(weight <= 100_000, "{name} has {weight} bytes");
    }
}

/// The code that an authenticator app shows now.
pub(crate) fn code(key: &str) -> String {
    let secret = from_typed(key).unwrap();
    let factor = SecondFactor::new(&secret, "any", "any").unwrap();
    factor.code_at(SystemClock.now().timestamp()).expose_secret().to_owned()
}
