//! Logins that fall short of what the policy asks for: signed in after the request of 09:59:30, by several factors.

use super::Attack;

const WHOLE: &str = "<saml2:AuthnStatement AuthnInstant=\"2026-11-22T06:12:31.000Z\" \
                     SessionIndex=\"_4d84a8f4b1d0c6ab7a41f8b02d3e5f60\"><saml2:AuthnContext><saml2:AuthnContextClassRef>\
                     urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport\
                     </saml2:AuthnContextClassRef></saml2:AuthnContext></saml2:AuthnStatement>";
const FACTORS: &str = "https://refeds.org/profile/mfa";
const FRESH: &str = "2026-11-22T09:59:40Z";
const EARLY: &str = "2026-11-22T09:58:29.999Z";

pub(super) fn all() -> Vec<Attack> {
    let early =
        |name, why, statement: String| Attack::new("authenticated_before_request", name, why).said(WHOLE, statement);
    let context =
        |name, why, context: &str| Attack::new("authn_context", name, why).said(WHOLE, statement(FRESH, context));
    let declared = format!("<saml2:AuthnContextDeclRef>{FACTORS}</saml2:AuthnContextDeclRef>");
    let halves = statement(EARLY, &class(FACTORS)) + &statement(FRESH, &class("urn:password"));
    vec![
        early("an_instant", "Signed in a minute and an instant before.", statement(EARLY, &class(FACTORS))),
        early("two_halves", "By several factors before the request, by a password after it.", halves),
        context("password", "Signed in by a password alone.", &class("urn:password")),
        context(
            "longer",
            "The class that is demanded is only the beginning.",
            &class("https://refeds.org/profile/mfa2"),
        ),
        context("other_case", "URIs are compared character by character.", &class("https://refeds.org/profile/MFA")),
        context("declared", "A declaration is no class.", &declared),
        context("none", "Signed in somehow.", ""),
    ]
}

fn statement(instant: &str, context: &str) -> String {
    format!(
        "<saml2:AuthnStatement AuthnInstant=\"{instant}\"><saml2:AuthnContext>{context}</saml2:AuthnContext>\
         </saml2:AuthnStatement>"
    )
}

fn class(uri: &str) -> String {
    format!("<saml2:AuthnContextClassRef>{uri}</saml2:AuthnContextClassRef>")
}
