//! Okta's response, written in ways that are unusual and legal.

use serde_json::json;

use super::{Good, OKTA};
use crate::sign::{ENVELOPED, EXCLUSIVE, Signing, transform};

pub(super) fn texts() -> Vec<Good> {
    vec![
        Good::odd("comment_behind_name_id", "Comments are outside the canonical form.")
            .changed("ann.lee@acme.test<", "ann.lee@acme.test<!-- --><!--.attacker.test--><"),
        Good::odd("comment_inside_name_id", "A comment must not cut a longer name short to somebody else's.")
            .changed("ann.lee@acme.test<", "ann.lee@acme.test<!-- -->.example<")
            .says("/name_id", json!("ann.lee@acme.test.example")),
        Good::odd("comment_inside_role", "A comment inside an attribute value.")
            .changed(">Member<", ">Mem<!-- -->ber<"),
        Good::odd("cdata", "A CDATA section is text like any other.")
            .changed(">Member<", "><![CDATA[R&D <Member>]]><")
            .says("/attributes/0/1", json!(["R&D <Member>"])),
        Good::odd("unicode", "Characters beyond ASCII, as they are and as references.")
            .changed(">Member<", ">Gesch&#xE4;ftsf\u{fc}hrung \u{1F3E6} &quot;A&quot;&#13;<")
            .says("/attributes/0/1", json!(["Geschäftsführung \u{1F3E6} \"A\"\r"])),
        Good::odd("spaces", "Spaces around a NameID and a value are part of them.")
            .changed(">ann.lee@acme.test<", "> ann.lee@acme.test\n<")
            .changed(">Member<", "> Member <")
            .says("/name_id", json!(" ann.lee@acme.test\n"))
            .says("/attributes/0/1", json!([" Member "])),
        Good::odd("empty_values", "An empty value and one that is nil.")
            .changed(">Finance<", "><")
            .changed(" xsi:type=\"xs:string\">WKT | Admin | EMEA<", " xsi:nil=\"true\"><")
            .says("/attributes/1/1", json!(["", ""])),
        Good::odd(
            "undeclared_namespace",
            "A value with an element of no namespace: complex content is read as no text.",
        )
        .changed(">Member<", "><role xmlns=\"\">Member</role><")
        .says("/attributes/0/1", json!([""])),
        Good::odd("declaration", "An XML declaration and single quotes.")
            .changed("<saml2p:Response xmlns", "<?xml version='1.0' encoding='utf-8'?>\n<saml2p:Response xmlns")
            .changed("AuthnInstant=\"2026-11-22T06:12:31.000Z\"", "AuthnInstant='2026-11-22T06:12:31.000Z'"),
    ]
}

pub(super) fn times() -> Vec<Good> {
    let conditions =
        "<saml2:Conditions NotBefore=\"2026-11-22T09:54:58.124Z\" NotOnOrAfter=\"2026-11-22T10:04:58.124Z\">";
    let nano = "\"2026-11-22T10:04:58.12400000000000000000000001Z\" Recipient";
    let endless = "SessionNotOnOrAfter=\"9999-12-31T23:59:59.999Z\" SessionIndex=\"_4d";
    vec![
        Good::odd("times", "Fractions of any length, offsets, hour 24 and no zone at all are legal.")
            .changed("\"2026-11-22T09:59:58.123Z\"", "\"2026-11-22T09:59:58\"")
            .changed("\"2026-11-22T09:59:58.124Z\"", "\"2026-11-22T11:59:58.124+02:00\"")
            .changed("\"2026-11-22T10:04:58.124Z\" Recipient", nano)
            .changed("\"2026-11-22T09:54:58.124Z\"", "\"2026-11-21T24:00:00-05:00\"")
            .changed("\"2026-11-22T10:04:58.124Z\"><saml2:Aud", "\"2026-11-22T10:04:58.1245\"><saml2:Aud")
            .says("/not_on_or_after", json!("2026-11-22T10:05:58.124500Z")),
        Good::odd("within_tolerance", "Expired 30 seconds ago by our clock: clocks differ.")
            .changed("\"2026-11-22T10:04:58.124Z\"><saml2:Aud", "\"2026-11-22T09:59:30Z\"><saml2:Aud")
            .says("/not_on_or_after", json!("2026-11-22T10:00:30Z")),
        Good::odd("no_times_in_conditions", "Conditions that only restrict the audience.")
            .changed(conditions, "<saml2:Conditions>")
            .says("/not_on_or_after", json!("2026-11-22T11:00:58.124Z")),
        Good::odd("endless_session", "A session end in the far future.")
            .changed("SessionIndex=\"_4d", endless)
            .says("/session_not_on_or_after", json!("9999-12-31T23:59:59.999Z")),
    ]
}

pub(super) fn structures() -> Vec<Good> {
    let with_comments = "http://www.w3.org/2001/10/xml-exc-c14n#WithComments";
    let with_comments =
        Signing::okta().canonicalization(with_comments).transforms(transform(ENVELOPED) + &transform(with_comments));
    let plain = Signing::okta().transforms(transform(ENVELOPED) + &transform(EXCLUSIVE));
    vec![
        Good::new("odd", "c14n_with_comments", OKTA, with_comments, "A #ID reference drops comments either way.")
            .changed(">Member<", ">Mem<!-- -->ber<"),
        Good::new("odd", "without_prefix_list", OKTA, plain, "Plain exclusive canonicalisation of xsi:type values."),
        Good::odd("known_conditions", "OneTimeUse, ProxyRestriction and a second audience.").changed(
            "<saml2:AudienceRestriction>",
            "<saml2:OneTimeUse/><saml2:ProxyRestriction Count=\"0\"/><saml2:AudienceRestriction>\
             <saml2:Audience>https://other.test/</saml2:Audience>",
        ),
        Good::odd("two_audience_restrictions", "Two restrictions, both of which name us.").changed(
            "</saml2:Conditions>",
            "<saml2:AudienceRestriction>\
             <saml2:Audience>https://gatehouse.example.test/saml/acme/metadata</saml2:Audience>\
             <saml2:Audience>https://other.test/</saml2:Audience></saml2:AudienceRestriction></saml2:Conditions>",
        ),
        Good::odd("two_confirmations", "A confirmation of another method before the bearer's.").changed(
            "</saml2:NameID>",
            "</saml2:NameID><saml2:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:holder-of-key\"/>",
        ),
        Good::odd("two_bearers", "A bearer confirmation for another address before ours.").changed(
            "</saml2:NameID>",
            "</saml2:NameID><saml2:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\">\
             <saml2:SubjectConfirmationData NotOnOrAfter=\"2026-11-22T10:04:58Z\" \
             Recipient=\"https://other.test/acs\"/>\
             </saml2:SubjectConfirmation>",
        ),
        Good::odd("no_destination", "An unsigned envelope need not say where it was sent.")
            .changed(" Destination=\"https://gatehouse.example.test/saml/acme/acs\"", "")
            .only_assertion(),
        Good::odd("status_detail", "A successful status with a second-level code and a message.").changed(
            "<saml2p:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/>",
            "<saml2p:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\">\
             <saml2p:StatusCode Value=\"urn:example:fine\"/></saml2p:StatusCode>\
             <saml2p:StatusMessage>Fine</saml2p:StatusMessage>",
        ),
    ]
}
