//! Decryption. A message with an encrypted assertion is verified as it is. Of any other the assertion is encrypted first, as
//! anybody could: then it may say nothing that it would not say plain. Whoever is let in as nobody of the fixtures is a finding,
//! too.
#![no_main]

use known::{SAID, let_in_by, provider_of};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use saml_acs_fuzz::with_sealed_assertion;

mod known;

fuzz_target!(|message: &[u8]| {
    // One for both forms: what is encrypted may name another.
    let provider = provider_of(message);
    let sealed = with_sealed_assertion(message);
    if let Some(said) = let_in_by(provider, sealed.as_deref().unwrap_or(message)) {
        assert!(SAID.contains(&said), "let in as {said}");
        assert!(sealed.is_none() || let_in_by(provider, message).as_ref() == Some(&said), "encrypted it says {said}");
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    saml_acs_fuzz::mutate(data, size, max_size, seed)
});
