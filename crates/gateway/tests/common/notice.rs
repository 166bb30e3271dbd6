//! What a test run says although it succeeds.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::Mutex;

/// Says something once, past the test harness, which keeps what a test prints that succeeds.
pub(crate) fn say_once(text: &str) {
    static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    if SAID.lock().unwrap().insert(text.to_owned()) {
        io::stderr().write_all(format!("{text}\n").as_bytes()).unwrap();
    }
}
