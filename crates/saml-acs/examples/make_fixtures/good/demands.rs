//! Logins as the policy asks for them: signed in after the request of 09:59:30, by several factors.

use serde_json::json;

use super::Good;

const INSTANT: &str = "AuthnInstant=\"2026-11-22T06:12:31.000Z\"";
const PASSWORD: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport";
const FACTORS: &str = "https://refeds.org/profile/mfa";
const END: &str = "</saml2:AuthnContext></saml2:AuthnStatement>";

pub(super) fn all() -> Vec<Good> {
    let signed_in = |name, why, at: &str| {
        Good::okta("demands", name, why)
            .changed(INSTANT, format!("AuthnInstant=\"{at}\""))
            .changed(PASSWORD, FACTORS)
            .says("/authn_instant", json!(at))
    };
    let second = format!(
        "{END}<saml2:AuthnStatement AuthnInstant=\"2026-11-22T09:59:40Z\"><saml2:AuthnContext>\
         <saml2:AuthnContextClassRef>\n {FACTORS} </saml2:AuthnContextClassRef>{END}"
    );
    vec![
        signed_in("anew", "Signed in after the request.", "2026-11-22T09:59:40Z"),
        signed_in("within_tolerance", "Signed in a minute before it, which may be the clocks.", "2026-11-22T09:58:30Z"),
        Good::okta("demands", "second_statement", "A second statement tells of what is demanded.").changed(END, second),
    ]
}
