//! Single logout, in both directions and by both bindings.

mod from_here;
mod from_there;
mod refusals;

use simulator::LogoutRequestParameters;

use crate::common::browser::Browser;
use crate::common::logout::BINDINGS;
use crate::gate::Gate;

const ANN: &str = "ann@acme.test";
const BOB: &str = "bob@acme.test";
const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";

/// Acme's identity provider signs people out, and Ann and Bob are known.
fn prepare(gate: &Gate) {
    gate.set_metadata(&gate.acme.metadata_with_logout(&BINDINGS));
    for name in [ANN, BOB] {
        gate.acme.scim().provision(name);
    }
}

fn is_signed_in(browser: &mut Browser) -> bool {
    browser.session().is_some()
}

/// The request as XML, not signed yet.
fn xml(gate: &Gate, request: &LogoutRequestParameters) -> String {
    gate.acme.provider.logout_request(request)
}

/// The last refusal: the check that failed.
fn last_refused(gate: &Gate) -> String {
    let entry = gate.audit("logout.failed").pop().unwrap();
    entry.after.unwrap()["check"].as_str().unwrap().to_owned()
}
