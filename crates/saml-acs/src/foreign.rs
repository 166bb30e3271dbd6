//! The one place of foreign calls.
//!
//! libxml2 and xmlsec print a line on standard error for every document that they refuse. Whoever can post to the
//! assertion consumer service could so fill the log with text of their own; the refusal itself is audited anyway.

use std::ffi::{c_int, c_void};
use std::sync::Once;

/// Stops xmlsec from printing in this process, and libxml2, which keeps its handlers per thread, on the calling thread.
/// Cheap enough to be called before every use of them.
#[expect(unsafe_code, reason = "samael offers no switch for the printing of the C libraries beneath it")]
pub(crate) fn silence() {
    static XMLSEC: Once = Once::new();
    // SAFETY: the function only sets an `int`, and here once, before this crate's first use of xmlsec returns.
    XMLSEC.call_once(|| unsafe { xmlSecErrorsDefaultCallbackEnableOutput(0) });
    // SAFETY: the function only stores its arguments in variables of the calling thread. `ignore` lives for ever and
    // reads neither of its pointers.
    unsafe { xmlSetStructuredErrorFunc(std::ptr::null_mut(), Some(ignore)) };
}

extern "C" fn ignore(_context: *mut c_void, _error: *mut c_void) {}

#[expect(unsafe_code, reason = "declares, as xmlsec/errors.h and libxml/xmlerror.h do, what is called above")]
unsafe extern "C" {
    fn xmlSecErrorsDefaultCallbackEnableOutput(enabled: c_int);
    fn xmlSetStructuredErrorFunc(context: *mut c_void, handler: Option<extern "C" fn(*mut c_void, *mut c_void)>);
}
