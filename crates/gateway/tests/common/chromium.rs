//! A headless Chromium, driven through its chromedriver.

use std::fs;
use std::panic::resume_unwind;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fantoccini::elements::Element;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use ureq::http::Method;
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
        let element = self.find(id).await;
        self.forget_notice().await;
        element.click().await.unwrap();
    }

    /// The same with the first element that a CSS selector finds.
    pub(crate) async fn press(&self, selector: &str) {
        let element = self.first(selector).await;
        self.forget_notice().await;
        element.click().await.unwrap();
    }

    /// What the page at hand has told is not what the next one tells: whoever waits for that must not find this.
    async fn forget_notice(&self) {
        self.client.execute("document.getElementById('notice')?.removeAttribute('id')", Vec::new()).await.unwrap();
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

    /// A screen as narrow as a telephone's, or as wide as a desk's.
    pub(crate) async fn is_as_wide_as(&self, width: u32) {
        let metrics = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
        // A telephone's bars lie on top of the page.
        self.devtools("Emulation.setScrollbarsHidden", json!({ "hidden": true })).await;
    }

    /// What the visitor's system is set to. Nothing moves: a colour that is on its way to another one would be measured.
    pub(crate) async fn prefers(&self, scheme: &str) {
        let scheme = json!({ "name": "prefers-color-scheme", "value": scheme });
        let still = json!({ "name": "prefers-reduced-motion", "value": "reduce" });
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": [scheme, still] })).await;
    }

    /// Pages run no script of theirs from now on.
    pub(crate) async fn without_scripts(&self) {
        self.devtools("Emulation.setScriptExecutionDisabled", json!({ "value": true })).await;
    }

    /// The whole page as a picture (PNG).
    pub(crate) async fn picture(&self) -> Vec<u8> {
        let whole = json!({ "format": "png", "captureBeyondViewport": true });
        let taken = self.devtools("Page.captureScreenshot", whole).await;
        STANDARD.decode(taken["data"].as_str().unwrap()).unwrap()
    }

    /// What axe-core finds wrong with the page: the rule, and where.
    pub(crate) async fn barriers(&self) -> Vec<String> {
        self.client.execute(axe(), Vec::new()).await.unwrap();
        let run = "const done = arguments[0]; axe.run(document, { resultTypes: ['violations'] }).then(found => \
                   done(found.violations.map(one => one.id + ': ' + one.help + ' ' + \
                   one.nodes.map(node => node.html + ' ' + node.failureSummary).join(' '))), \
                   error => done(['axe failed: ' + error]));";
        let found = self.client.execute_async(run, Vec::new()).await.unwrap();
        serde_json::from_value(found).unwrap()
    }

    /// By how many pixels the page is wider than the screen.
    pub(crate) async fn overflow(&self) -> i64 {
        let script = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
        self.client.execute(script, Vec::new()).await.unwrap().as_i64().unwrap()
    }

    /// Types into a field, in place of what is in it.
    pub(crate) async fn fill(&self, id: &str, text: &str) {
        let field = self.find(id).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// The first element that a CSS selector finds, as soon as there is one.
    pub(crate) async fn first(&self, selector: &str) -> Element {
        let found = self.client.wait().at_most(PATIENCE).every(LOOK_EVERY).for_element(Locator::Css(selector));
        match found.await {
            Ok(element) => element,
            Err(error) => panic!("no {selector} ({error}): {}", self.client.source().await.unwrap()),
        }
    }

    /// All elements that a CSS selector finds now.
    pub(crate) async fn all(&self, selector: &str) -> Vec<Element> {
        self.client.find_all(Locator::Css(selector)).await.unwrap()
    }

    /// Where the browser is.
    pub(crate) async fn address(&self) -> String {
        self.client.current_url().await.unwrap().to_string()
    }

    /// The page as it is.
    pub(crate) async fn source(&self) -> String {
        self.client.source().await.unwrap()
    }

    /// A command of Chromium's own protocol.
    async fn devtools(&self, command: &'static str, parameters: Value) -> Value {
        self.client.issue_cmd(Devtools { command, parameters }).await.unwrap()
    }

    /// What the page says.
    pub(crate) async fn text(&self) -> String {
        self.client.find(Locator::Css("main")).await.unwrap().text().await.unwrap()
    }
}

/// A command of Chromium's own protocol, as chromedriver takes it.
#[derive(Debug)]
struct Devtools {
    command: &'static str,
    parameters: Value,
}

impl WebDriverCompatibleCommand for Devtools {
    fn endpoint(&self, base_url: &Url, session: Option<&str>) -> Result<Url, url::ParseError> {
        base_url.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        let body = json!({ "cmd": self.command, "params": self.parameters });
        (Method::POST, Some(body.to_string()))
    }
}

/// axe-core, as scripts/axe installs it.
fn axe() -> &'static str {
    static AXE: LazyLock<String> = LazyLock::new(|| {
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("axe/node_modules/axe-core/axe.min.js");
        fs::read_to_string(&file).unwrap_or_else(|error| panic!("run scripts/axe first: {}: {error}", file.display()))
    });
    &AXE
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
