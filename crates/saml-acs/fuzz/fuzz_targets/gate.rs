//! The gate in front of libxml2. Whatever its strict parser lets through, libxml2 must read as the same tree: a message
//! that two readers understand differently is how one person is let in as another.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use saml_acs::fuzzing::{Reading, read_signed_parts, read_twice};

fuzz_target!(|message: &[u8]| {
    let whole = read_twice(message);
    assert!(matches!(whole, Reading::Refused | Reading::Same), "the whole: {whole:?}");
    let parts = read_signed_parts(message);
    assert!(matches!(parts, Reading::Refused | Reading::Same), "signed parts: {parts:?}");
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    saml_acs_fuzz::mutate(data, size, max_size, seed)
});
