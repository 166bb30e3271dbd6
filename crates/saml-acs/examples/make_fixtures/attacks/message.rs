//! Messages that are something else than one response with one signed assertion.

use super::{Attack, assertion, signature};
use crate::replace_once;
use crate::sign::{Result, replace_between};

pub(super) const RESPONSE: &str = "<saml2p:Response xmlns";

pub(super) fn all() -> Vec<Attack> {
    let kinds = [roots(), envelopes(), missing(), misplaced(), nearly_assertions(), unsigned()];
    kinds.into_iter().flatten().collect()
}

fn roots() -> Vec<Attack> {
    let other = |name, why| Attack::new("not_a_response", name, why);
    vec![
        other("bare_assertion", "An assertion without its response, as a stolen one would be replayed.")
            .then(|xml| assertion(xml).map(str::to_owned)),
        other("logout_response", "A message that proves nobody's identity.")
            .then(|xml| Ok(xml.replace("saml2p:Response", "saml2p:LogoutResponse"))),
        other("foreign_namespace", "A Response of another vocabulary.").said(
            "xmlns:saml2p=\"urn:oasis:names:tc:SAML:2.0:protocol\"",
            "xmlns:saml2p=\"urn:oasis:names:tc:SAML:1.0:protocol\"",
        ),
        other("soap_envelope", "The response inside something else.").then(|xml| {
            Ok(format!("<Envelope xmlns=\"http://schemas.xmlsoap.org/soap/envelope/\"><Body>{xml}</Body></Envelope>"))
        }),
        other("trailing_slash", "A namespace that only looks like SAML's.").said(
            "xmlns:saml2p=\"urn:oasis:names:tc:SAML:2.0:protocol\"",
            "xmlns:saml2p=\"urn:oasis:names:tc:SAML:2.0:protocol/\"",
        ),
        other("namespace_in_capitals", "Namespaces are compared by character.").said(
            "xmlns:saml2p=\"urn:oasis:names:tc:SAML:2.0:protocol\"",
            "xmlns:saml2p=\"URN:OASIS:NAMES:TC:SAML:2.0:PROTOCOL\"",
        ),
        other("lower_case", "Names are compared by character.")
            .then(|xml| Ok(xml.replace("saml2p:Response", "saml2p:response"))),
        other("no_namespace", "A response of no namespace.").then(|xml| Ok(xml.replace("saml2p:Response", "Response"))),
        other("assertion_namespace", "A response in the namespace of assertions.").then(|xml| {
            Ok(xml
                .replace(
                    "saml2p:Response xmlns:saml2p",
                    "saml2:Response \
                xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\" xmlns:saml2p",
                )
                .replace("</saml2p:Response>", "</saml2:Response>"))
        }),
        other("artifact_response", "A response within the answer of another binding.").then(|xml| {
            Ok(format!(
                "<saml2p:ArtifactResponse \
                    xmlns:saml2p=\"urn:oasis:names:tc:SAML:2.0:protocol\">{xml}</saml2p:ArtifactResponse>"
            ))
        }),
        other("authn_request", "A request that is sent back.")
            .then(|xml| Ok(xml.replace("saml2p:Response", "saml2p:AuthnRequest"))),
        other("saml_1_1", "A response of SAML 1.1.").said(
            "xmlns:saml2p=\"urn:oasis:names:tc:SAML:2.0:protocol\"",
            "xmlns:saml2p=\"urn:oasis:names:tc:SAML:1.1:protocol\"",
        ),
        other("html", "A page of the identity provider.").then(|_| Ok("<html><body>Sign in</body></html>".to_owned())),
        Attack::new("malformed_xml", "json", "Not even XML.").then(|_| Ok("{\"SAMLResponse\":{}}".to_owned())),
        Attack::new("malformed_xml", "empty", "Nothing at all.").then(|_| Ok(String::new())),
    ]
}

fn envelopes() -> Vec<Attack> {
    vec![
        Attack::new("several_responses", "inside_extensions", "A second response, without an assertion, in an \
            unsigned envelope.")
            .only_assertion()
            .tampered("<saml2p:Status>", "<saml2p:Extensions><saml2p:Response \
                ID=\"other\"/></saml2p:Extensions><saml2p:Status>"),
        Attack::new("several_responses", "around", "A forged response holds the signed one whole.")
            .only_response()
            .then(|xml| Ok(format!(
                "<saml2p:Response xmlns:saml2p=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"evil\" \
                    Version=\"2.0\">{xml}</saml2p:Response>"
            ))),
        Attack::new("several_responses", "lower_case", "The same by a name that differs in case.")
            .only_assertion()
            .tampered("<saml2p:Status>", "<saml2p:Extensions><saml2p:response/></saml2p:Extensions><saml2p:Status>"),
        Attack::new("response_structure", "attributes", "Attributes in the unsigned envelope, as if they were \
            the assertion's.")
            .only_assertion()
            .tampered(
                "</saml2p:Response>",
                "<saml2:AttributeStatement xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\"><saml2:Attribute \
                 Name=\"workato_role\"><saml2:AttributeValue>Environment admin</saml2:AttributeValue></saml2:Attribute>\
                 </saml2:AttributeStatement></saml2p:Response>",
            ),
        Attack::new("response_structure", "name_id", "A name in the unsigned envelope.").only_assertion().tampered(
            "</saml2p:Response>",
            "<saml2:NameID xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\">admin@acme.test</saml2:NameID></saml2p:Response>",
        ),
        Attack::new("response_structure", "subject", "A subject in the unsigned envelope.").only_assertion().tampered(
            "<saml2p:Status>",
            "<saml2:Subject xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\"><saml2:NameID>admin@acme.test\
             </saml2:NameID></saml2:Subject><saml2p:Status>",
        ),
        Attack::new("response_structure", "foreign", "An element of another vocabulary outside of Extensions.")
            .only_assertion()
            .tampered("<saml2p:Status>", "<x:Role xmlns:x=\"urn:x\">Environment admin</x:Role><saml2p:Status>"),
    ]
}

fn missing() -> Vec<Attack> {
    vec![
        Attack::new("assertion_missing", "success_without", "Success, but nobody is named.")
            .only_response()
            .said_nothing(),
    ]
}

fn misplaced() -> Vec<Attack> {
    vec![
        Attack::new("assertion_misplaced", "in_extensions", "The signed assertion, moved to where it means nothing.")
            .only_assertion()
            .then(|xml| {
                let assertion = assertion(xml)?;
                let without = xml.replace(assertion, "");
                replace_once(
                    &without,
                    "<saml2p:Status>",
                    &format!("<saml2p:Extensions>{assertion}</saml2p:Extensions><saml2p:Status>"),
                )
            }),
        Attack::new("assertion_misplaced", "in_status_detail", "The same in the status.").only_assertion().then(
            |xml| {
                let assertion = assertion(xml)?;
                let detail = format!("<saml2p:StatusDetail>{assertion}</saml2p:StatusDetail></saml2p:Status>");
                replace_once(&xml.replace(assertion, ""), "</saml2p:Status>", &detail)
            },
        ),
        Attack::new("assertion_misplaced", "wrapped", "The same within an element of another vocabulary.")
            .only_assertion()
            .then(|xml| {
                let assertion = assertion(xml)?;
                Ok(xml.replace(assertion, &format!("<x:Wrapper xmlns:x=\"urn:x\">{assertion}</x:Wrapper>")))
            }),
        Attack::new("assertion_misplaced", "in_key_info", "The same within a signature.").only_assertion().then(
            |xml| {
                let assertion = assertion(xml)?;
                let signature = signature(assertion)?;
                let holding =
                    signature.replace("</ds:KeyInfo>", &format!("{}</ds:KeyInfo>", assertion.replace(signature, "")));
                Ok(xml.replace(assertion, &holding))
            },
        ),
    ]
}

fn nearly_assertions() -> Vec<Attack> {
    vec![
        Attack::new("assertion_misplaced", "protocol_namespace", "An assertion in the namespace of responses.")
            .only_response()
            .said(
                "<saml2:Assertion xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\"",
                "<saml2:Assertion xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:protocol\"",
            ),
        Attack::new("assertion_misplaced", "no_namespace", "An assertion of no namespace.")
            .only_response()
            .said("<saml2:Assertion xmlns:saml2", "<Assertion xmlns:saml2")
            .said("</saml2:Assertion>", "</Assertion>"),
        Attack::new("assertion_misplaced", "lower_case", "An assertion by a name that differs in case.")
            .only_response()
            .said("<saml2:Assertion xmlns:saml2", "<saml2:assertion xmlns:saml2")
            .said("</saml2:Assertion>", "</saml2:assertion>"),
        Attack::new(
            "several_assertions",
            "lower_case",
            "A forged one by a name that differs in case, before the signed one.",
        )
        .only_assertion()
        .then(|xml| {
            let signed = assertion(xml)?;
            let forged =
                signed.replace(signature(signed)?, "").replace("ann.lee@", "admin@").replace("ID=\"id230", "ID=\"evil");
            Ok(xml.replace(signed, &(forged.replace("saml2:Assertion", "saml2:assertion") + signed)))
        }),
        Attack::new("assertion_misplaced", "saml_1_1", "An assertion of SAML 1.1.").only_response().said(
            "<saml2:Assertion xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\"",
            "<saml2:Assertion xmlns:saml2=\"urn:oasis:names:tc:SAML:1.0:assertion\"",
        ),
    ]
}

fn unsigned() -> Vec<Attack> {
    vec![
        Attack::new("unsigned", "nothing_signed", "Nobody vouches for it.").unsigned(),
        Attack::new("unsigned", "signature_in_comment", "A signature in a comment.").only_assertion().then(|xml| {
            let signature = signature(xml)?;
            Ok(xml.replace(signature, &format!("<!--{signature}-->")))
        }),
        Attack::new("unsigned", "signature_as_text", "A signature as text.").only_assertion().then(|xml| {
            let signature = signature(xml)?;
            Ok(xml.replace(signature, &format!("<![CDATA[{signature}]]>")))
        }),
        Attack::new("signature_misplaced", "foreign_namespace", "A signature by its local name only.")
            .only_assertion()
            .then(|xml| {
                Ok(xml.replace("http://www.w3.org/2000/09/xmldsig#\"><ds:SignedInfo", "urn:x\"><ds:SignedInfo"))
            }),
        Attack::new("unsigned", "signatures_removed", "Signed once, but the signatures were taken out.").then(|xml| {
            let without_inner = assertion(xml).and_then(|inner| Ok(xml.replace(signature(inner)?, "")))?;
            Ok(without_inner.replace(signature(&without_inner)?, ""))
        }),
    ]
}

impl Attack {
    fn said_nothing(self) -> Self {
        self.said(template_assertion(), "")
    }
}

/// The unsigned assertion as the template has it.
pub(super) fn template_assertion() -> String {
    assertion(crate::good::OKTA.0).map(str::to_owned).unwrap_or_default()
}

/// Puts another value into the first signature's element of this name.
pub(super) fn with_value(xml: &str, name: &str, value: &str) -> Result<String> {
    replace_between(xml, &format!("<ds:{name}>"), &format!("</ds:{name}>"), value)
}
