//! Responses that must be let in: as identity providers really write them, and odd ones that are legal all the same.

mod odd;

use serde_json::Value;

use crate::replace_once;
use crate::sign::{ENVELOPED, KeyInfo, Result, Signing, inclusive, sign, transform};

/// A response, and what must be read from it.
pub(crate) struct Good {
    pub(crate) source: &'static str,
    pub(crate) name: &'static str,
    pub(crate) why: &'static str,
    shape: Shape,
    changes: Vec<(&'static str, String)>,
    response: Option<Signing>,
    assertion: Option<Signing>,
    sayings: Vec<(&'static str, Value)>,
}

/// A template, and what it says.
type Shape = (&'static str, &'static str);

macro_rules! shape {
    ($name:literal) => {
        (include_str!(concat!("shapes/", $name, ".xml")), include_str!(concat!("shapes/", $name, ".json")))
    };
}

pub(crate) const OKTA: Shape = shape!("okta");

impl Good {
    /// Response and assertion signed in the same way.
    fn new(source: &'static str, name: &'static str, shape: Shape, signing: Signing, why: &'static str) -> Self {
        let (response, assertion) = (Some(signing.clone()), Some(signing));
        Self { source, name, why, shape, changes: Vec::new(), response, assertion, sayings: Vec::new() }
    }

    fn odd(name: &'static str, why: &'static str) -> Self {
        Self::new("odd", name, OKTA, Signing::okta(), why)
    }

    fn only_response(self) -> Self {
        Self { assertion: None, ..self }
    }

    fn only_assertion(self) -> Self {
        Self { response: None, ..self }
    }

    fn changed(mut self, old: &'static str, new: impl Into<String>) -> Self {
        self.changes.push((old, new.into()));
        self
    }

    /// What is read differs from the shape's in the value at this JSON pointer.
    fn says(mut self, pointer: &'static str, value: Value) -> Self {
        self.sayings.push((pointer, value));
        self
    }

    /// The signed response.
    pub(crate) fn xml(&self) -> Result<String> {
        let template = self.shape.0.trim_end().to_owned();
        let changed = self.changes.iter().try_fold(template, |xml, (old, new)| replace_once(&xml, old, new))?;
        sign(&changed, self.response.as_ref(), self.assertion.as_ref())
    }

    /// What must be read from it.
    pub(crate) fn expected(&self) -> Result<Value> {
        let mut expected: Value = serde_json::from_str(self.shape.1)?;
        for (pointer, value) in &self.sayings {
            *expected.pointer_mut(pointer).ok_or("no such pointer")? = value.clone();
        }
        Ok(expected)
    }
}

pub(crate) fn all() -> Vec<Good> {
    [okta(), providers(), keys_and_algorithms(), odd::texts(), odd::times(), odd::structures()]
        .into_iter()
        .flatten()
        .collect()
}

fn okta() -> Vec<Good> {
    let okta = |name, why| Good::new("okta", name, OKTA, Signing::okta(), why);
    let groups: Vec<String> = (0..300).map(|number| format!("WKT_Group {number:03}")).collect();
    let values =
        groups.iter().map(|group| format!("<saml2:AttributeValue>{group}</saml2:AttributeValue>")).collect::<String>();
    let name = "Name=\"workato_user_groups\" NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified\">";
    vec![
        okta("both_signed", "Okta's default: response and assertion signed."),
        okta("assertion_signed", "Okta with only the assertion signed.").only_assertion(),
        okta("response_signed", "Okta with only the response signed.").only_response(),
        okta("unsolicited", "A click on Okta's dashboard: no InResponseTo at either level.")
            .changed(" InResponseTo=\"_4d84a8f4b1d0c6ab7a41f8b02d3e5f60\" IssueInstant", " IssueInstant")
            .changed(" InResponseTo=\"_4d84a8f4b1d0c6ab7a41f8b02d3e5f60\" NotOnOrAfter", " NotOnOrAfter")
            .says("/in_response_to", Value::Null),
        okta("many_groups", "Somebody in 302 groups, one value each.").changed(name, format!("{name}{values}")).says(
            "/attributes/1/1",
            groups.into_iter().chain(["Finance".into(), "WKT | Admin | EMEA".into()]).collect(),
        ),
    ]
}

fn providers() -> Vec<Good> {
    let entra = |name, why| Good::new("entra", name, shape!("entra"), Signing::usual().prefix(""), why);
    let keycloak = |name, why| Good::new("keycloak", name, shape!("keycloak"), Signing::usual().prefix("dsig"), why);
    let prefixes = transform(ENVELOPED) + &inclusive("xsd");
    vec![
        entra("assertion_signed", "Entra ID's default, with its default namespaces.").only_assertion(),
        entra("response_signed", "Entra ID with only the response signed.").only_response(),
        entra("both_signed", "Entra ID with response and assertion signed."),
        Good::new(
            "adfs",
            "assertion_signed",
            shape!("adfs"),
            Signing::usual(),
            "AD FS: an account name, escaped group names.",
        )
        .only_assertion(),
        keycloak("response_signed", "Keycloak's default: one Role attribute for each role.").only_response(),
        keycloak("both_signed", "Keycloak with document and assertion signed."),
        Good::new(
            "google",
            "response_signed",
            shape!("google"),
            Signing::usual(),
            "Google: an attribute without values.",
        )
        .only_response(),
        Good::new(
            "shibboleth",
            "assertion_signed",
            shape!("shibboleth"),
            Signing::usual().transforms(prefixes),
            "Shibboleth: pretty-printed, a NameID as attribute value.",
        )
        .only_assertion(),
        Good::new(
            "ping",
            "assertion_signed",
            shape!("ping"),
            Signing::usual(),
            "PingFederate: an entity id that is no address.",
        )
        .only_assertion(),
    ]
}

fn keys_and_algorithms() -> Vec<Good> {
    let by = |name, signing: Signing, why| Good::new("keys", name, OKTA, signing, why);
    let sha384 = "http://www.w3.org/2001/04/xmldsig-more#sha384";
    let sha512 = "http://www.w3.org/2001/04/xmlenc#sha512";
    let mut two_keys =
        by("two_keys", Signing::okta(), "Response and assertion signed by two keys of one identity provider.");
    two_keys.response = Some(Signing::okta().key("rsa-next"));
    vec![
        by("rsa_sha384", Signing::okta().method("rsa-sha384").digest(sha384), "RSA with SHA-384."),
        by("rsa_sha512", Signing::okta().method("rsa-sha512").digest(sha512), "RSA with SHA-512."),
        by(
            "ecdsa_sha256",
            Signing::okta().key("ec").method("ecdsa-sha256"),
            "An elliptic curve; the metadata has RSA keys as well.",
        ),
        by(
            "ecdsa_sha512",
            Signing::okta().key("ec").method("ecdsa-sha512").digest(sha512),
            "An elliptic curve with SHA-512.",
        ),
        by("next_certificate", Signing::okta().key("rsa-next"), "The key that the identity provider is changing to."),
        two_keys,
        by("without_key_info", Signing::okta().key_info(KeyInfo::None), "A signature without KeyInfo."),
        by("key_name", Signing::okta().key_info(KeyInfo::NameAndCertificate), "A KeyInfo with a name."),
        by("mixed_digests", Signing::okta().digest(sha512), "SHA-512 digests under a SHA-256 signature."),
    ]
}
