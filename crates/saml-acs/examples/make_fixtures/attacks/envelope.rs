//! Responses of the identity provider itself whose envelope, issuers or times are wrong.

use super::Attack;
use super::message::template_assertion;

const ACS: &str = "https://gatehouse.example.test/saml/acme/acs";
const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";
const FAILURE: &str = "urn:oasis:names:tc:SAML:2.0:status:Responder";
const RESPONSE_ISSUED: &str = "IssueInstant=\"2026-11-22T09:59:58.123Z\"";
const ASSERTION_ISSUED: &str = "IssueInstant=\"2026-11-22T09:59:58.124Z\"";

pub(super) fn all() -> Vec<Attack> {
    [statuses(), destinations(), versions(), issuers(), instants(), requests()].into_iter().flatten().collect()
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

fn destinations() -> Vec<Attack> {
    let destination = |name, why, value: &str| {
        let old = format!(" Destination=\"{ACS}\"");
        Attack::new("destination", name, why).said(old, format!(" Destination=\"{value}\""))
    };
    let missing = Attack::new("destination", "missing_though_signed", "A signed message must say where it was sent.");
    vec![
        destination("other_service", "Sent to another service and forwarded here.", "https://other.test/acs"),
        destination("other_unsigned_envelope", "The same in an unsigned envelope.", "https://other.test/acs")
            .only_assertion(),
        destination("other_workspace", "Sent to another workspace of this service.", &ACS.replace("acme", "other")),
        destination("longer", "Our address is only the beginning.", &format!("{ACS}.attacker.test")),
        destination("empty", "An empty destination is none of ours.", "").only_assertion(),
        missing.said(format!(" Destination=\"{ACS}\""), ""),
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
    ]
}

fn issuers() -> Vec<Attack> {
    let issuer = |name, why, level: &str, value: &str| {
        let behind = format!("</saml2:Issuer>{{{{{level}-signature}}}}");
        let old = format!(">http://www.okta.com/exk1acme0gatehouse{behind}");
        Attack::new("issuer", name, why).said(old, format!(">{value}{behind}"))
    };
    let other = "http://www.okta.com/exk2other";
    let whole = "<saml2:Issuer Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:entity\">\
                 http://www.okta.com/exk1acme0gatehouse</saml2:Issuer>{{assertion-signature}}";
    let second = "{{assertion-signature}}<saml2:Issuer>http://other.test</saml2:Issuer>";
    vec![
        issuer("response", "Sent by another identity provider.", "response", other),
        issuer("assertion", "Issued by another identity provider, although ours signed it.", "assertion", other),
        issuer("longer", "Its name is only the beginning.", "assertion", "http://www.okta.com/exk1acme0gatehouse2"),
        issuer("other_case", "Compared by character.", "assertion", "http://www.okta.com/EXK1acme0gatehouse"),
        issuer("padded", "Spaces are characters.", "assertion", " http://www.okta.com/exk1acme0gatehouse"),
        Attack::new("issuer", "missing", "Nobody issued it.").said(whole, "{{assertion-signature}}"),
        Attack::new("duplicated_element", "issuer", "Two issuers.").said("{{assertion-signature}}", second),
    ]
}

fn instants() -> Vec<Attack> {
    let at = |check, name, why, old: &str, time: &str| {
        Attack::new(check, name, why).said(old, format!("IssueInstant=\"{time}\""))
    };
    let future =
        |name, old| at("issued_in_future", name, "A clock is wrong, or prepared.", old, "2026-11-22T10:01:01Z");
    let old = |name, old| at("issued_too_long_ago", name, "Somebody kept it for long.", old, "2026-11-22T08:58:59Z");
    let until = "NotOnOrAfter=\"2026-11-22T10:04:58.124Z\" Recipient";
    vec![
        future("response", RESPONSE_ISSUED),
        future("assertion", ASSERTION_ISSUED),
        old("response", RESPONSE_ISSUED),
        old("assertion", ASSERTION_ISSUED),
        at("malformed_time", "words", "Not a time.", ASSERTION_ISSUED, "today"),
        at("malformed_time", "no_such_day", "A day that no calendar has.", ASSERTION_ISSUED, "2026-02-30T10:00:00Z"),
        Attack::new("malformed_time", "empty", "An empty time is not an absent one.")
            .said(until, "NotOnOrAfter=\"\" Recipient"),
        Attack::new("issue_instant_missing", "assertion", "Nobody knows how old it is.")
            .said(format!(" {ASSERTION_ISSUED}"), ""),
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
        request("only_in_bearer", "A solicited assertion that is passed off as unsolicited.")
            .said(envelope, " IssueInstant")
            .only_assertion(),
    ]
}
