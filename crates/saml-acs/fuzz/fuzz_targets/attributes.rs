//! What is read from an assertion: NameID, profile, roles, groups. The same must be read from its canonical form, which is
//! what a signature covers.
#![no_main]

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use domain::id::ConnectionId;
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use saml_acs::fuzzing::read_unverified;

static NOW: LazyLock<DateTime<Utc>> = LazyLock::new(|| "2026-11-22T10:00:00Z".parse().unwrap());
static CONNECTION: LazyLock<ConnectionId> =
    LazyLock::new(|| ConnectionId::parse("018f0000-0000-7000-8000-000000000001").unwrap());

fuzz_target!(|message: &[u8]| {
    if let Some((as_written, as_signed)) = read_unverified(message, *CONNECTION, *NOW) {
        assert_eq!(as_written, as_signed);
        assert!(as_written.login_name.is_none_or(|name| !name.trim().is_empty()));
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    saml_acs_fuzz::mutate(data, size, max_size, seed)
});
