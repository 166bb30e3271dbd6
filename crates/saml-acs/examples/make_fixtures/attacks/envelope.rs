//! Responses of the identity provider itself whose status, version or request is wrong.

use super::Attack;
use super::message::template_assertion;

const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";
const FAILURE: &str = "urn:oasis:names:tc:SAML:2.0:status:Responder";
const RESPONSE_ISSUED: &str = "IssueInstant=\"2026-11-22T09:59:58.123Z\"";
const ASSERTION_ISSUED: &str = "IssueInstant=\"2026-11-22T09:59:58.124Z\"";

pub(super) fn all() -> Vec<Attack> {
    [statuses(), status_codes(), versions(), requests()].into_iter().flatten().collect()
}

fn statuses() -> Vec<Attack> {
    let status = |name, why| Attack::new("status", name, why);
    let whole = format!("<saml2p:Status><saml2p:StatusCode Value=\"{SUCCESS}\"/></saml2p:Status>");
    let below = format!(
        "<saml2p:Status><saml2p:StatusCode Value=\"{FAILURE}\"><saml2p:StatusCode Value=\"{SUCCESS}\"/>\
         </saml2p:StatusCode></saml2p:Status>"
    );
    vec![
        status("failed", "A failure with an assertion in it.").said(SUCCESS, FAILURE),
        status("failed_unsigned_envelope", "The same where only the assertion is signed.")
            .said(SUCCESS, FAILURE)
            .only_assertion(),
        status("failed_without_assertion", "How an identity provider says no.")
            .said(SUCCESS, FAILURE)
            .said(template_assertion(), "")
            .only_response(),
        status("missing", "Nobody says that the login succeeded.").said(&whole, ""),
        status("success_below_failure", "Success only as second-level code.").said(&whole, below),
        Attack::new("duplicated_element", "status", "Two statuses: which one counts?")
            .said(&whole, format!("{whole}{whole}")),
    ]
}

fn status_codes() -> Vec<Attack> {
    let code = |name, why, new: &str| {
        Attack::new("status", name, why).said(format!("<saml2p:StatusCode Value=\"{SUCCESS}\"/>"), new)
    };
    let valued = |name, why, value: &str| code(name, why, &format!("<saml2p:StatusCode Value=\"{value}\"/>"));
    vec![
        valued("requester", "Our request was at fault.", "urn:oasis:names:tc:SAML:2.0:status:Requester"),
        valued("version_mismatch", "We were not understood.", "urn:oasis:names:tc:SAML:2.0:status:VersionMismatch"),
        valued(
            "second_level_code",
            "A code that only explains another one.",
            "urn:oasis:names:tc:SAML:2.0:status:AuthnFailed",
        ),
        valued("saml_1_1_success", "What SAML 1.1 calls success.", "samlp:Success"),
        valued("success_of_their_own", "Only the end is that of success.", "urn:example:status:Success"),
        valued("longer", "Success is only its beginning.", "urn:oasis:names:tc:SAML:2.0:status:Success2"),
        valued("other_case", "Codes are compared by character.", "urn:oasis:names:tc:SAML:2.0:status:success"),
        valued("empty", "No code at all.", ""),
        code("without_value", "A code without a value.", "<saml2p:StatusCode/>"),
        code("without_code", "A status that says nothing.", ""),
        code(
            "code_as_text",
            "A code where nobody looks for it.",
            &format!("<saml2p:StatusCode>{SUCCESS}</saml2p:StatusCode>"),
        ),
        code(
            "foreign_code",
            "A code of another vocabulary.",
            &format!("<x:StatusCode xmlns:x=\"urn:x\" Value=\"{SUCCESS}\"/>"),
        ),
        code(
            "success_in_detail",
            "Success only in the detail.",
            &format!(
                "<saml2p:StatusCode Value=\"{FAILURE}\"/><saml2p:StatusDetail><saml2p:StatusCode \
                    Value=\"{SUCCESS}\"/></saml2p:StatusDetail>"
            ),
        ),
        Attack::new("duplicated_element", "status_code", "Two codes: which one counts?").said(
            format!("<saml2p:StatusCode Value=\"{SUCCESS}\"/>"),
            format!("<saml2p:StatusCode Value=\"{SUCCESS}\"/><saml2p:StatusCode Value=\"{FAILURE}\"/>"),
        ),
    ]
}

fn versions() -> Vec<Attack> {
    let version = |name, why, issued: &str, new: &str| {
        Attack::new("version", name, why).said(format!("{issued} Version=\"2.0\""), format!("{issued}{new}"))
    };
    vec![
        version("response_1_1", "SAML 1.1 means other things.", RESPONSE_ISSUED, " Version=\"1.1\""),
        version("assertion_1_1", "The same one level deeper.", ASSERTION_ISSUED, " Version=\"1.1\""),
        version("missing", "Nobody says which version it is.", RESPONSE_ISSUED, ""),
        version("assertion_missing", "The same one level deeper.", ASSERTION_ISSUED, ""),
        version("empty", "A version that is none.", RESPONSE_ISSUED, " Version=\"\""),
        version("longer", "2.0 is only its beginning.", ASSERTION_ISSUED, " Version=\"2.0.1\""),
        version("next", "A version to come.", ASSERTION_ISSUED, " Version=\"2.1\""),
        version("number", "The same number, written otherwise.", RESPONSE_ISSUED, " Version=\"2\""),
        version("other_case", "An attribute by nearly the right name.", RESPONSE_ISSUED, " version=\"2.0\""),
    ]
}

fn requests() -> Vec<Attack> {
    let request = |name, why| Attack::new("in_response_to", name, why);
    let other = " InResponseTo=\"_ffffffffffffffffffffffffffffffff\"";
    let envelope = " InResponseTo=\"_4d84a8f4b1d0c6ab7a41f8b02d3e5f60\" IssueInstant";
    let bearer = " InResponseTo=\"_4d84a8f4b1d0c6ab7a41f8b02d3e5f60\" NotOnOrAfter";
    vec![
        request("envelope_differs", "An assertion for one request in the unsigned envelope for another.")
            .said(envelope, format!("{other} IssueInstant"))
            .only_assertion(),
        request("bearer_differs", "The same with both signed.").said(bearer, format!("{other} NotOnOrAfter")),
        request(
            "only_in_envelope",
            "A stolen unsolicited assertion, in an envelope that answers the victim's request.",
        )
        .said(bearer, " NotOnOrAfter")
        .only_assertion(),
        request("empty_in_bearer", "A confirmation that answers an empty request.")
            .said(bearer, " InResponseTo=\"\" NotOnOrAfter"),
        request("empty_in_envelope", "An unsigned envelope that answers an empty request.")
            .said(envelope, " InResponseTo=\"\" IssueInstant")
            .only_assertion(),
        request("empty", "Both answer an empty request, which is not the same as none.")
            .said(envelope, " InResponseTo=\"\" IssueInstant")
            .said(bearer, " InResponseTo=\"\" NotOnOrAfter"),
        request("other_case", "Requests are told apart by case.")
            .said(bearer, " InResponseTo=\"_4D84A8F4B1D0C6AB7A41F8B02D3E5F60\" NotOnOrAfter"),
        request("longer", "The request is only its beginning.")
            .said(bearer, " InResponseTo=\"_4d84a8f4b1d0c6ab7a41f8b02d3e5f600\" NotOnOrAfter"),
        request("in_envelope_though_signed", "Both are signed, and only the envelope answers a request.")
            .said(bearer, " NotOnOrAfter"),
        request("only_in_bearer", "A solicited assertion that is passed off as unsolicited.")
            .said(envelope, " IssueInstant")
            .only_assertion(),
    ]
}
