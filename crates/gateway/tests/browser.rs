//! Logins in a real browser: a headless Chromium, the demo's gateway, and its simulator in the part of Okta.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::print_stderr, reason = "tests only")]

use std::panic::resume_unwind;
use std::pin::Pin;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use url::Url;

mod common;

use common::program::{Machine, wait_for_line};

/// A machine under load is slow; a page that never comes is what this ends.
const PATIENCE: Duration = Duration::from_secs(30);

type Story = fn(Page) -> Pin<Box<dyn Future<Output = ()> + Send>>;

#[test]
fn ann_signs_in_and_what_becomes_of_her_shows_at_once() {
    in_a_browser(|page| {
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
            let refusal = page.client.find(Locator::Css("main")).await.unwrap().text().await.unwrap();
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
    in_a_browser(|page| {
        Box::pin(async move {
            page.open(&page.simulator, "/").await;
            page.click("open-tile-bjorn").await;
            let session = page.session().await;
            assert_eq!(session["user"]["userName"], "bjorn@acme.test");
            assert_eq!(session["groups"], json!(["All collaborators", "Engineering", "Operations"]));
        })
    });
}

/// One browser's window, and the two servers that it visits.
struct Page {
    client: Client,
    gateway: String,
    simulator: String,
}

impl Page {
    async fn open(&self, host: &str, path: &str) {
        self.client.goto(&format!("{host}{path}")).await.unwrap();
    }

    /// The element of this id, as soon as there is one.
    async fn find(&self, id: &str) -> Element {
        let found = self.client.wait().at_most(PATIENCE).every(Duration::from_millis(20)).for_element(Locator::Id(id));
        match found.await {
            Ok(element) => element,
            Err(error) => panic!("no #{id} ({error}): {}", self.client.source().await.unwrap()),
        }
    }

    async fn click(&self, id: &str) {
        self.find(id).await.click().await.unwrap();
    }

    /// The session, once the browser has been led to it.
    async fn session(&self) -> Value {
        let address = Url::parse(&format!("{}/session", self.gateway)).unwrap();
        let landed = self.client.wait().at_most(PATIENCE).every(Duration::from_millis(20)).for_url(&address).await;
        if let Err(error) = landed {
            panic!("not at {address} ({error}): {}", self.client.source().await.unwrap());
        }
        self.json().await
    }

    /// The JSON that the browser shows.
    async fn json(&self) -> Value {
        let shown = self.client.wait().at_most(PATIENCE).for_element(Locator::Css("pre")).await.unwrap();
        serde_json::from_str(&shown.text().await.unwrap()).unwrap()
    }
}

/// Runs a story in a browser of its own against a demo of its own; both are gone afterwards, however it ends.
fn in_a_browser(story: Story) {
    let Some(driver) = Driver::start() else { return };
    let machine = Machine::new();
    let (_demo, simulator) = machine.demo();
    let profile = TempDir::new().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let client = driver.open(&profile).await;
        let page = Page { client: client.clone(), gateway: machine.base_url(), simulator };
        let told = tokio::spawn(story(page)).await;
        client.close().await.unwrap();
        if let Err(failed) = told {
            resume_unwind(failed.into_panic());
        }
    });
}

/// A running chromedriver.
struct Driver {
    child: Child,
    address: String,
}

impl Driver {
    /// `None` where there is none and none is demanded.
    fn start() -> Option<Self> {
        let started = Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut child = match started {
            Ok(child) => child,
            Err(error) => {
                let demanded = |name, value| std::env::var(name).is_ok_and(|set| set == value);
                let required = demanded("CI", "true") || demanded("GATEHOUSE_TEST_BROWSER", "required");
                assert!(!required, "chromedriver (Debian: chromium-driver) can't be run: {error}");
                eprintln!("skipped: chromedriver is not installed (Debian: chromium chromium-driver)");
                return None;
            }
        };
        let line = wait_for_line(child.stdout.take().unwrap(), "started successfully on port");
        let port = line.trim_end_matches('.').rsplit(' ').next().unwrap().to_owned();
        Some(Self { child, address: format!("http://127.0.0.1:{port}") })
    }

    async fn open(&self, profile: &TempDir) -> Client {
        let profile = format!("--user-data-dir={}", profile.path().display());
        let arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];
        let quiet = ["--disable-background-networking", "--no-first-run", &profile];
        let arguments = [&arguments[..], &quiet].concat();
        let capabilities = Map::from_iter([("goog:chromeOptions".to_owned(), json!({ "args": arguments }))]);
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities).connect(&self.address).await.unwrap()
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
