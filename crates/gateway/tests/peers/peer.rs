//! The processes of the identity providers.

use std::fs::{self, File};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use url::form_urlencoded::byte_serialize;

use crate::common::notice::say_once;
use crate::common::program::free_port;

/// Makes two tests of each story: one with each product.
macro_rules! with_each_peer {
    ($($(#[$about:meta])* fn $name:ident($product:ident: Product) $story:block)+) => {$(
        $(#[$about])*
        mod $name {
            #[allow(unused_imports, reason = "each story uses its own part")]
            use super::*;

            fn story($product: Product) $story

            #[test]
            fn simplesamlphp() {
                story(Product::SimpleSamlPhp);
            }

            #[test]
            fn pysaml2() {
                story(Product::Pysaml2);
            }
        }
    )+};
}

/// How long a machine under load may take to start a process.
const PATIENCE: Duration = Duration::from_secs(60);

/// Whose software it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Product {
    SimpleSamlPhp,
    Pysaml2,
}

/// What a test wants of its identity provider.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ways {
    pub(crate) signs_response: bool,
    pub(crate) signs_assertion: bool,
    pub(crate) with_sha_1: bool,
    pub(crate) wants_signed_requests: bool,
    /// The binding by which both sides take messages of single logout.
    pub(crate) logout_by: &'static str,
    pub(crate) encrypts: Option<Cipher>,
}

/// How an assertion is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cipher {
    /// As the product does it untold.
    Untold,
    Aes128Cbc,
    Aes256Cbc,
    Aes128Gcm,
    Aes256Gcm,
}

impl Default for Ways {
    /// Response and assertion signed, nothing encrypted, requests as they come.
    fn default() -> Self {
        Self {
            signs_response: true,
            signs_assertion: true,
            with_sha_1: false,
            wants_signed_requests: false,
            encrypts: None,
            logout_by: "HTTP-Redirect",
        }
    }
}

/// A running identity provider. It listens at 127.0.0.1 but calls itself `localhost`: for a browser that is another site
/// than the gateway's, as in real life.
pub(crate) struct Peer {
    product: Product,
    child: Child,
    folder: TempDir,
    pub(crate) url: String,
}

impl Peer {
    /// `None` where it is not installed and not demanded.
    pub(crate) fn start(product: Product, ways: Ways) -> Option<Self> {
        let program = product.installed()?;
        let (folder, port) = (TempDir::new().unwrap(), free_port());
        let url = format!("http://localhost:{port}");
        let log = File::create(folder.path().join("output.log")).unwrap();
        let child = product
            .command(&program, port)
            .env("PEER_URL", &url)
            .env("PEER_FOLDER", folder.path())
            .env("PEER_KEYS", below("../saml-acs/tests/fixtures/keys"))
            .env("PEER_SETTINGS", product.settings(ways).to_string())
            .env("PEER_CIPHER", ways.encrypts.map_or("", Cipher::name))
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| panic!("{product:?} can't be run: {error}"));
        let mut peer = Self { product, child, folder, url };
        peer.wait_until_it_listens(port);
        Some(peer)
    }

    pub(crate) fn metadata_url(&self) -> String {
        let path = match self.product {
            Product::SimpleSamlPhp => "saml2/idp/metadata.php",
            Product::Pysaml2 => "metadata",
        };
        format!("{}/{path}", self.url)
    }

    /// Gives it the metadata of the service provider.
    pub(crate) fn get_to_know(&self, service_provider: &str) {
        fs::write(self.folder.path().join("service-provider.xml"), service_provider).unwrap();
    }

    /// Where Ann presses "sign out" at the identity provider.
    pub(crate) fn sign_out(&self) -> String {
        match self.product {
            Product::SimpleSamlPhp => {
                let home: String = byte_serialize(self.metadata_url().as_bytes()).collect();
                format!("{}/saml2/idp/initSLO.php?RelayState={home}", self.url)
            }
            Product::Pysaml2 => format!("{}/sign-out", self.url),
        }
    }

    /// Where a tile on its dashboard leads: a login that nobody asked for.
    pub(crate) fn tile(&self, service_provider: &str, relay_state: &str) -> String {
        let [service_provider, relay_state] =
            [service_provider, relay_state].map(|text| byte_serialize(text.as_bytes()).collect::<String>());
        let path = match self.product {
            Product::SimpleSamlPhp => "saml2/idp/SSOService.php?spentityid",
            Product::Pysaml2 => "sso?sp",
        };
        format!("{}/{path}={service_provider}&RelayState={relay_state}", self.url)
    }

    /// Polls, because not every product says when it is ready.
    fn wait_until_it_listens(&mut self, port: u16) {
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = self.child.try_wait().unwrap();
            assert!(
                ended.is_none() && begun.elapsed() < PATIENCE,
                "{:?} does not listen: {}",
                self.product,
                self.log()
            );
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// What it has printed.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("output.log")).unwrap()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Product {
    /// Where `scripts/peers` has put it.
    fn installed(self) -> Option<PathBuf> {
        let path = match self {
            Self::SimpleSamlPhp => "peers/simplesamlphp/usr/share/simplesamlphp/www",
            Self::Pysaml2 => "peers/pysaml2/bin/python",
        };
        let program = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name(path);
        if program.exists() {
            return Some(program);
        }
        let required = std::env::var("GATEHOUSE_TEST_PEERS").is_ok_and(|set| set == "required");
        assert!(!required, "{} is missing: scripts/peers installs it", program.display());
        say_once(&format!("skipped: {self:?} is not installed (scripts/peers installs it)"));
        None
    }

    fn command(self, program: &Path, port: u16) -> Command {
        match self {
            Self::SimpleSamlPhp => {
                let mut php = Command::new("php");
                php.args(["-d", "display_errors=0", "-S", &format!("127.0.0.1:{port}"), "-t"]).arg(program);
                php.env("SIMPLESAMLPHP_CONFIG_DIR", below("tests/peers/simplesamlphp"));
                php
            }
            Self::Pysaml2 => {
                let mut python = Command::new(program);
                python.args(["-B", "-W", "ignore"]).arg(below("tests/peers/pysaml2/identity_provider.py"));
                python
            }
        }
    }

    /// The same in the words of each.
    fn settings(self, ways: Ways) -> Value {
        let (signature, digest) = if ways.with_sha_1 {
            ("http://www.w3.org/2000/09/xmldsig#rsa-sha1", "http://www.w3.org/2000/09/xmldsig#sha1")
        } else {
            ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2001/04/xmlenc#sha256")
        };
        let logout_by = format!("urn:oasis:names:tc:SAML:2.0:bindings:{}", ways.logout_by);
        match self {
            Self::SimpleSamlPhp => json!({
                "saml20.sign.response": ways.signs_response,
                "saml20.sign.assertion": ways.signs_assertion,
                "signature.algorithm": signature,
                "validate.authnrequest": ways.wants_signed_requests,
                "assertion.encryption": ways.encrypts.is_some(),
                "sign.logout": true,
                "validate.logout": true,
                "SingleLogoutServiceBinding": [logout_by],
            }),
            Self::Pysaml2 => json!({
                "sign_response": ways.signs_response,
                "sign_assertion": ways.signs_assertion,
                "signing_algorithm": signature,
                "digest_algorithm": digest,
                "want_authn_requests_signed": ways.wants_signed_requests,
                "encrypt_assertion": ways.encrypts.is_some(),
                "logout_by": logout_by,
            }),
        }
    }
}

impl Cipher {
    /// The end of its name in XML encryption; empty where the product chooses.
    fn name(self) -> &'static str {
        match self {
            Self::Untold => "",
            Self::Aes128Cbc => "aes128-cbc",
            Self::Aes256Cbc => "aes256-cbc",
            Self::Aes128Gcm => "aes128-gcm",
            Self::Aes256Gcm => "aes256-gcm",
        }
    }
}

fn below(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}
