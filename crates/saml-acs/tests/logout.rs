//! Messages of single logout as files: read for what they say, and for nothing else once a byte of them is changed.

#![expect(clippy::unwrap_used, reason = "tests only")]

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use saml_acs::{
    IdentityProvider, Limits, LogoutExpectations, LogoutKind, LogoutMessage, RedirectMessage, SamlResponse,
    authenticate,
};

const SLO_URL: &str = "https://idp.test/slo?tenant=a&b=%20c";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/logout")
}

fn provider() -> IdentityProvider {
    IdentityProvider::from_metadata(&fs::read_to_string(folder().join("metadata.xml")).unwrap()).unwrap()
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_341_600, 0).unwrap()
}

/// The names of the messages, each with its kind.
const MESSAGES: [(&str, LogoutKind); 4] = [
    ("request", LogoutKind::Request),
    ("request_for_all", LogoutKind::Request),
    ("response", LogoutKind::Response),
    ("response_refused", LogoutKind::Response),
];

/// What a message says where it is accepted.
fn says(message: &LogoutMessage, provider: &IdentityProvider) -> Option<String> {
    let authentic = authenticate(message, &LogoutExpectations::new(provider, SLO_URL, now())).ok()?;
    match message.kind() {
        LogoutKind::Request => authentic.request().ok().map(|request| format!("{request:?}")),
        LogoutKind::Response => authentic.response().ok().map(|response| format!("{response:?}")),
    }
}

fn posted(kind: LogoutKind, xml: Vec<u8>) -> LogoutMessage {
    LogoutMessage::Post(kind, SamlResponse::from_xml(xml))
}

fn redirected(query: &[u8]) -> Option<LogoutMessage> {
    let query = str::from_utf8(query).ok()?;
    RedirectMessage::from_query(query, &Limits::default()).ok().map(LogoutMessage::Redirect)
}

#[test]
fn both_bindings_say_the_same() {
    let provider = provider();
    for (name, kind) in MESSAGES {
        let by_form = says(&posted(kind, fs::read(folder().join(format!("{name}.xml"))).unwrap()), &provider);
        let query = redirected(&fs::read(folder().join(format!("{name}.query"))).unwrap()).unwrap();
        assert!(by_form.is_some(), "{name}");
        assert_eq!(by_form, says(&query, &provider), "{name}");
    }
}

/// Every byte, one bit of each: whatever still is accepted says what it said.
#[test]
fn no_changed_byte_changes_what_a_logout_says() {
    let provider = provider();
    for (name, kind) in MESSAGES {
        let [xml, query] = ["xml", "query"].map(|end| fs::read(folder().join(format!("{name}.{end}"))).unwrap());
        let said = says(&posted(kind, xml.clone()), &provider);
        for (original, is_query) in [(xml, false), (query, true)] {
            for at in 0..original.len() {
                let mut changed = original.clone();
                changed[at] ^= 1 << (at % 7);
                let message = if is_query { redirected(&changed) } else { Some(posted(kind, changed)) };
                let now_says = message.and_then(|message| says(&message, &provider));
                assert!(now_says.is_none() || now_says == said, "{name} at {at}: {now_says:?}");
            }
        }
    }
}
