//! The whole verification. It permits SHA-1 and holds all good fixtures' keys, so that a message is let in only where it says exactly what
//! one of them says: whoever is let in as somebody else, or with other attributes, is a finding.
#![no_main]

use known::{SAID, let_in};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

mod known;

fuzz_target!(|message: &[u8]| {
    if let Some(said) = let_in(message) {
        assert!(SAID.contains(&said), "let in as {said}");
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    saml_acs_fuzz::mutate(data, size, max_size, seed)
});
