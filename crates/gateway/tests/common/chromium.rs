//! A headless Chromium, driven through its chromedriver.

use std::panic::resume_unwind;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use url::Url;

use super::notice::say_once;
use super::program::wait_for_line;

/// A machine under load is slow; a page that never comes is what this ends.
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// One browser's window.
pub(crate) struct Window {
    client: Client,
}

/// Runs a story in a browser of its own, which is gone afterwards, however it ends. Does nothing where there is no
/// browser and none is demanded.
pub(crate) fn in_a_browser<Story>(story: impl FnOnce(Window) -> Story)
where
    Story: Future<Output = ()> + Send + 'static,
{
    in_a_browser_with(&[], story);
}

/// The same in a browser that is started with further options.
pub(crate) fn in_a_browser_with<Story>(options: &[&str], story: impl FnOnce(Window) -> Story)
where
    Story: Future<Output = ()> + Send + 'static,
{
    let Some(driver) = Driver::start() else { return };
    let profile = TempDir::new().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let client = driver.open(&profile, options).await;
        let told = tokio::spawn(story(Window { client: client.clone() })).await;
        client.close().await.unwrap();
        if let Err(failed) = told {
            resume_unwind(failed.into_panic());
        }
    });
}

impl Window {
    pub(crate) async fn open(&self, address: &str) {
        self.client.goto(address).await.unwrap();
    }

    /// The element of this id, as soon as there is one.
    pub(crate) async fn find(&self, id: &str) -> Element {
        let found = self.client.wait().at_most(PATIENCE).every(LOOK_EVERY).for_element(Locator::Id(id));
        match found.await {
            Ok(element) => element,
            Err(error) => panic!("no #{id} ({error}): {}", self.client.source().await.unwrap()),
        }
    }

    pub(crate) async fn click(&self, id: &str) {
        self.find(id).await.click().await.unwrap();
    }

    /// Waits until the browser has been led to this address.
    pub(crate) async fn arrive(&self, address: &str) {
        let expected = Url::parse(address).unwrap();
        let landed = self.client.wait().at_most(PATIENCE).every(LOOK_EVERY).for_url(&expected).await;
        if let Err(error) = landed {
            let found = self.client.current_url().await.unwrap();
            panic!("at {found} instead of {address} ({error}): {}", self.client.source().await.unwrap());
        }
    }

    /// The JSON that the browser shows.
    pub(crate) async fn json(&self) -> Value {
        let shown = self.client.wait().at_most(PATIENCE).for_element(Locator::Css("pre")).await.unwrap();
        serde_json::from_str(&shown.text().await.unwrap()).unwrap()
    }

    /// Waits for the page with this heading.
    pub(crate) async fn headed(&self, title: &str) {
        let heading = format!("//h1[text()='{title}']");
        let found = self.client.wait().at_most(PATIENCE).every(LOOK_EVERY).for_element(Locator::XPath(&heading)).await;
        if let Err(error) = found {
            panic!("no page {title} ({error}): {}", self.client.source().await.unwrap());
        }
    }

    /// Posts an empty form from the page that the browser shows, as a button of the page would.
    pub(crate) async fn post_from_here(&self, path: &str) {
        let script = "const form = document.createElement('form'); form.method = 'post'; form.action = arguments[0]; \
                      document.body.append(form); form.submit();";
        self.client.execute(script, vec![json!(path)]).await.unwrap();
    }

    /// What the page says.
    pub(crate) async fn text(&self) -> String {
        self.client.find(Locator::Css("main")).await.unwrap().text().await.unwrap()
    }
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
                say_once("skipped: chromedriver is not installed (Debian: chromium chromium-driver)");
                return None;
            }
        };
        let line = wait_for_line(child.stdout.take().unwrap(), "started successfully on port");
        let port = line.trim_end_matches('.').rsplit(' ').next().unwrap().to_owned();
        Some(Self { child, address: format!("http://127.0.0.1:{port}") })
    }

    async fn open(&self, profile: &TempDir, options: &[&str]) -> Client {
        let profile = format!("--user-data-dir={}", profile.path().display());
        let arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];
        let quiet = ["--disable-background-networking", "--no-first-run", &profile];
        let arguments = [&arguments[..], &quiet, options].concat();
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
