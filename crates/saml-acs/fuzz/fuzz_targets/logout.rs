//! Single logout: the messages as forms carry them, and as queries do. One is accepted only where it says exactly what one of the
//! fixtures says: whoever ends other sessions, or is told of another answer, is a finding. What is read of a message as it is written
//! must be read of its canonical form as well: a query's signature is over the one, a message's over the other.
#![no_main]

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use domain::connection::WeakAlgorithms;
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use saml_acs::fuzzing::read_unverified_logout;
use saml_acs::{
    IdentityProvider, Limits, LogoutExpectations, LogoutKind, LogoutMessage, RedirectMessage, SamlResponse, authenticate,
};
use saml_acs_fuzz::{files, fixtures};

const SLO_URL: &str = "https://idp.test/slo?tenant=a&b=%20c";
const KINDS: [LogoutKind; 2] = [LogoutKind::Request, LogoutKind::Response];

static NOW: LazyLock<DateTime<Utc>> = LazyLock::new(|| "2026-11-22T10:00:00Z".parse().unwrap());
static PROVIDER: LazyLock<IdentityProvider> = LazyLock::new(|| {
    let metadata = std::fs::read_to_string(fixtures().join("logout/metadata.xml")).unwrap();
    IdentityProvider::from_metadata(&metadata).unwrap()
});

/// What the fixtures say, RelayState included where it is signed.
static SAID: LazyLock<Vec<String>> = LazyLock::new(|| {
    let posted = files(&fixtures().join("logout"), "xml").into_iter().flat_map(|message| posted(&message));
    let redirected = files(&fixtures().join("logout"), "query");
    posted.chain(redirected.iter().filter_map(|query| redirected_says(query))).collect()
});

fuzz_target!(|message: &[u8]| {
    for said in posted(message).into_iter().chain(redirected_says(message)) {
        assert!(SAID.contains(&said), "accepted as {said}");
    }
    for kind in KINDS {
        if let Some((as_written, as_signed)) = read_unverified_logout(message, kind) {
            assert_eq!(as_written, as_signed);
        }
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    saml_acs_fuzz::mutate(data, size, max_size, seed)
});

/// What is accepted of a message in a form, whichever field it comes in.
fn posted(message: &[u8]) -> Vec<String> {
    let each = KINDS.map(|kind| LogoutMessage::Post(kind, SamlResponse::from_xml(message.to_vec())));
    each.iter().filter_map(says).collect()
}

/// What is accepted of a query.
fn redirected_says(query: &[u8]) -> Option<String> {
    let message = RedirectMessage::from_query(str::from_utf8(query).ok()?, &Limits::default()).ok()?;
    let relay_state = message.relay_state().map(str::to_owned);
    Some(format!("{} with {relay_state:?}", says(&LogoutMessage::Redirect(message))?))
}

/// With SHA-1 permitted, so that nothing that can be is left out.
fn says(message: &LogoutMessage) -> Option<String> {
    let expectations = LogoutExpectations::new(&PROVIDER, SLO_URL, *NOW);
    let expectations = LogoutExpectations { weak_algorithms: WeakAlgorithms::Sha1Permitted, ..expectations };
    let authentic = authenticate(message, &expectations).ok()?;
    Some(match message.kind() {
        LogoutKind::Request => format!("{:?}", authentic.request()),
        LogoutKind::Response => format!("{:?}", authentic.response()),
    })
}
