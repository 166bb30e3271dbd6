//! Elements that SAML allows and most responses do not have.

use serde_json::{Value, json};

use super::Good;

const SUCCESS: &str = "<saml2p:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/>";
const ACS: &str = "https://gatehouse.example.test/saml/acme/acs";
const SESSION: &str = "SessionIndex=\"_4d84a8f4b1d0c6ab7a41f8b02d3e5f60\"";
const CONFIRMATION_DATA: &str = "<saml2:SubjectConfirmationData InResponseTo";
const CLASS: &str = "<saml2:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport\
                     </saml2:AuthnContextClassRef>";
const STATEMENT: &str = "<saml2:AuthnStatement ";
const STATEMENT_END: &str = "</saml2:AuthnStatement>";

pub(super) fn all() -> Vec<Good> {
    [envelopes(), unsigned_envelopes(), subjects(), conditions(), statements(), contexts()]
        .into_iter()
        .flatten()
        .collect()
}

fn built(name: &'static str, why: &'static str) -> Good {
    Good::okta("structure", name, why)
}

fn envelopes() -> Vec<Good> {
    let status = |name, why, new: &str| built(name, why).changed(SUCCESS, new);
    vec![
        status(
            "status_detail",
            "A successful status with a second-level code and a message.",
            "<saml2p:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\">\
             <saml2p:StatusCode Value=\"urn:example:fine\"/></saml2p:StatusCode>\
             <saml2p:StatusMessage>Fine</saml2p:StatusMessage>",
        ),
        status(
            "status_with_anything",
            "Status detail of another vocabulary.",
            &format!(
                "{SUCCESS}<saml2p:StatusMessage/><saml2p:StatusDetail><x:ok \
                xmlns:x=\"urn:x\">ok</x:ok></saml2p:StatusDetail>"
            ),
        ),
        built("extensions", "Extensions of another vocabulary.").changed(
            "<saml2p:Status>",
            "<saml2p:Extensions><x:Trace xmlns:x=\"urn:x\" \
                id=\"t1\"><x:Hop/></x:Trace></saml2p:Extensions><saml2p:Status>",
        ),
        built("consent", "The person's consent.")
            .changed(" Destination=", " Consent=\"urn:oasis:names:tc:SAML:2.0:consent:obtained\" Destination="),
        built("white_space_in_addresses", "White space around addresses, which their type ignores.")
            .changed(" Destination=\"https", " Destination=\" https")
            .changed(
                " Recipient=\"https://gatehouse.example.test/saml/acme/acs",
                " \
                Recipient=\"https://gatehouse.example.test/saml/acme/acs&#10;",
            ),
    ]
}

fn unsigned_envelopes() -> Vec<Good> {
    let attributes = "<saml2:AttributeStatement xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\"><saml2:Attribute \
                      Name=\"workato_role_prod\"><saml2:AttributeValue>Environment admin</saml2:AttributeValue>\
                      </saml2:Attribute></saml2:AttributeStatement>";
    let issuer = "<saml2:Issuer xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\" \
                  Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:entity\">http://www.okta.com/exk1acme0gatehouse\
                  </saml2:Issuer>{{response-signature}}";
    vec![
        built("no_destination", "An unsigned envelope need not say where it was sent.")
            .changed(" Destination=\"https://gatehouse.example.test/saml/acme/acs\"", "")
            .only_assertion(),
        built("no_issuer_outside", "An unsigned envelope need not say who sent it.")
            .changed(issuer, "")
            .only_assertion(),
        built("attributes_outside", "Attributes in an unsigned envelope's extensions: nobody reads them.")
            .changed("<saml2p:Status>", format!("<saml2p:Extensions>{attributes}</saml2p:Extensions><saml2p:Status>"))
            .only_assertion(),
    ]
}

fn subjects() -> Vec<Good> {
    let before = |name, why, confirmation: &str| {
        built(name, why).changed("</saml2:NameID>", format!("</saml2:NameID>{confirmation}"))
    };
    let other_bearer = "<saml2:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\">\
                        <saml2:SubjectConfirmationData NotOnOrAfter=\"2026-11-22T10:04:58Z\" \
                        Recipient=\"https://other.test/acs\"/></saml2:SubjectConfirmation>";
    vec![
        before(
            "two_confirmations",
            "A confirmation of another method before the bearer's.",
            "<saml2:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:holder-of-key\"/>",
        ),
        before("two_bearers", "A bearer confirmation for another address before ours.", other_bearer),
        before(
            "sender_vouches",
            "A confirmation by the sender's word before the bearer's.",
            "<saml2:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:sender-vouches\">\
             <saml2:NameID>proxy.acme.test</saml2:NameID><saml2:SubjectConfirmationData \
             NotBefore=\"2026-11-22T09:00:00Z\"/>\
             </saml2:SubjectConfirmation>",
        ),
        built("name_in_confirmation", "Whoever presents it is named as well, by another name.")
            .changed("cm:bearer\">", "cm:bearer\"><saml2:NameID>browser.acme.test</saml2:NameID>"),
        built("address", "The address of the browser.")
            .changed(CONFIRMATION_DATA, "<saml2:SubjectConfirmationData Address=\"192.0.2.17\" InResponseTo"),
        built("data_with_content", "Confirmation data with an element inside.").changed(
            "Recipient=\"https://gatehouse.example.test/saml/acme/acs\"/>",
            format!("Recipient=\"{ACS}\"><x:a xmlns:x=\"urn:x\"/></saml2:SubjectConfirmationData>"),
        ),
    ]
}

fn conditions() -> Vec<Good> {
    let first = |name, why, conditions: &str| {
        built(name, why).changed("<saml2:AudienceRestriction>", format!("{conditions}<saml2:AudienceRestriction>"))
    };
    let ours = "<saml2:Audience>https://gatehouse.example.test/saml/acme/metadata</saml2:Audience>";
    vec![
        first("one_time_use", "To be used once, which we do anyway.", "<saml2:OneTimeUse/>"),
        first(
            "proxy_restriction",
            "A restriction for those who would issue assertions of their own from it.",
            "<saml2:ProxyRestriction \
                Count=\"2\"><saml2:Audience>https://proxy.test</saml2:Audience></saml2:ProxyRestriction>",
        ),
        built("many_audiences", "We are the last of several audiences.").changed(
            ours,
            format!("<saml2:Audience/><saml2:Audience>https://other.test/</saml2:Audience><saml2:Audience>https://gatehouse.example.test</saml2:Audience>{ours}"),
        ),
        built("two_audience_restrictions", "Two restrictions, both of which name us.").changed(
            "</saml2:Conditions>",
            format!("<saml2:AudienceRestriction>{ours}<saml2:Audience>https://other.test/</saml2:Audience>\
                     </saml2:AudienceRestriction></saml2:Conditions>"),
        ),
        built("padded_audience", "White space around an audience, which its type ignores.")
            .changed(">https://gatehouse.example.test/saml/acme/metadata<", ">\r\n  \
                https://gatehouse.example.test/saml/acme/metadata\t<"),
        built("advice", "Advice that refers to other assertions.").changed(
            STATEMENT,
            "<saml2:Advice><saml2:AssertionIDRef>_other</saml2:AssertionIDRef>\
             <saml2:AssertionURIRef>https://idp.test/assertions/1</saml2:AssertionURIRef></saml2:Advice><saml2:AuthnStatement ",
        ),
    ]
}

fn statements() -> Vec<Good> {
    let second = "</saml2:AuthnStatement><saml2:AuthnStatement AuthnInstant=\"2026-11-22T09:00:00Z\" \
                  SessionNotOnOrAfter=\"2026-11-22T12:00:00Z\" SessionIndex=\"second\"><saml2:AuthnContext>\
                  <saml2:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:TimeSyncToken\
                  </saml2:AuthnContextClassRef></saml2:AuthnContext></saml2:AuthnStatement>";
    let decision = "</saml2:AuthnStatement><saml2:AuthzDecisionStatement Resource=\"https://app.test/\" \
        Decision=\"Deny\">\
                    <saml2:Action Namespace=\"urn:oasis:names:tc:SAML:1.0:action:ghpp\">GET</saml2:Action>\
                    </saml2:AuthzDecisionStatement>";
    let more = "</saml2:AttributeStatement><saml2:AttributeStatement><saml2:Attribute Name=\"workato_role_prod\">\
                <saml2:AttributeValue>No access</saml2:AttributeValue></saml2:Attribute></saml2:AttributeStatement>";
    vec![
        built("two_authentications", "Two authentication statements: the first one's session, the earliest end.")
            .changed(STATEMENT_END, second)
            .says("/session_not_on_or_after", json!("2026-11-22T12:00:00Z")),
        built("authorization_decision", "A decision statement, which is none of ours.")
            .changed(STATEMENT_END, decision),
        built("two_attribute_statements", "Attributes in two statements.")
            .changed("</saml2:AttributeStatement>", more)
            .says(
                "/attributes",
                json!([
                    ["workato_role", ["Member"]],
                    ["workato_user_groups", ["Finance", "WKT | Admin | EMEA"]],
                    ["workato_role_prod", ["No access"]]
                ]),
            ),
        built("no_attributes", "No attribute statement at all.")
            .rewritten(|xml| {
                let (before, rest) = xml.split_once("<saml2:AttributeStatement>").ok_or("no attributes")?;
                let (_, behind) = rest.split_once("</saml2:AttributeStatement>").ok_or("no attributes")?;
                Ok(format!("{before}{behind}"))
            })
            .says("/attributes", json!([])),
        built("attributes_first", "The attributes before the authentication.").rewritten(|xml| {
            let (before, rest) = xml.split_once(STATEMENT).ok_or("no statement")?;
            let (statement, rest) = rest.split_once(STATEMENT_END).ok_or("no statement")?;
            Ok(format!("{before}{rest}")
                .replace("</saml2:Assertion>", &format!("{STATEMENT}{statement}{STATEMENT_END}</saml2:Assertion>")))
        }),
        built("no_session_index", "No name for the session.").changed(SESSION, "").says("/session_index", Value::Null),
    ]
}

fn contexts() -> Vec<Good> {
    let context = |name, why, new: &str| built(name, why).changed(CLASS, new);
    vec![
        context(
            "context_by_reference",
            "A description of how the person signed in, by its address.",
            "<saml2:AuthnContextDeclRef>https://idp.test/contexts/mfa</saml2:AuthnContextDeclRef>",
        ),
        context(
            "context_inside",
            "The description itself.",
            "<saml2:AuthnContextDecl><c:AuthenticationContextDeclaration \
                xmlns:c=\"urn:oasis:names:tc:SAML:2.0:ac:classes:PGP\" ID=\"context1\"/>\
             </saml2:AuthnContextDecl>",
        ),
        context(
            "authenticating_authorities",
            "Identity providers behind the identity provider.",
            &format!(
                "{CLASS}<saml2:AuthenticatingAuthority>https://a.test</saml2:AuthenticatingAuthority>\
                      <saml2:AuthenticatingAuthority>https://b.test</saml2:AuthenticatingAuthority>"
            ),
        ),
        built("locality", "Where the person signed in.").changed(
            "<saml2:AuthnContext>",
            "<saml2:SubjectLocality Address=\"2001:db8::1\" DNSName=\"desk.acme.test\"/><saml2:AuthnContext>",
        ),
    ]
}
