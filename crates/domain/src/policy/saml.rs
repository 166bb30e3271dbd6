//! What a workspace asks identity providers for when a login begins here, and what it then insists on.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Written, choices};

choices! {
    /// How a login request travels.
    SamlRequestBinding {
        /// By redirect where the metadata offers it, else by POST.
        Metadata = "metadata",
        /// By redirect.
        Redirect = "redirect",
        /// By a form that posts itself.
        Post = "post",
    }
    /// Which login requests are signed.
    SamlSignRequests {
        /// Those to an identity provider whose metadata asks for it.
        Metadata = "metadata",
        /// All.
        Always = "always",
        /// None.
        Never = "never",
    }
    /// What kind of name a login request asks for (SAML core §3.4.1.1).
    SamlNameIdPolicy {
        /// It says nothing.
        Omitted = "omitted",
        /// Any kind that the identity provider likes.
        Unspecified = "unspecified",
        /// An e-mail address.
        EmailAddress = "email_address",
        /// A lasting pseudonym.
        Persistent = "persistent",
    }
}

/// Classes of authentication, of which a login must have one, exactly; none where any will do (SAML core §3.3.2.2.1).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AuthnContexts(Vec<String>);

/// Names that are easier to write than their URIs.
const SHORT_NAMES: [(&str, &str); 2] = [
    ("password_protected_transport", "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"),
    ("multi_factor", "https://refeds.org/profile/mfa"),
];
const MOST: usize = 8;
const LONGEST: usize = 255;

impl AuthnContexts {
    /// Their URIs.
    pub fn classes(&self) -> &[String] {
        &self.0
    }
}

impl Written for AuthnContexts {}

impl fmt::Display for AuthnContexts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = |uri: &String| SHORT_NAMES.iter().find(|(_, known)| known == uri).map(|(name, _)| *name);
        let names: Vec<&str> = self.0.iter().map(|uri| short(uri).unwrap_or(uri)).collect();
        if names.is_empty() { f.write_str("none") } else { f.write_str(&names.join(",")) }
    }
}

impl FromStr for AuthnContexts {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "none" {
            return Ok(Self::default());
        }
        let names: Vec<&str> = text.split(',').collect();
        let uris: Option<Vec<String>> = names.iter().map(|name| uri(name)).collect();
        uris.filter(|uris| uris.len() <= MOST).map(Self).ok_or_else(|| {
            let short: Vec<&str> = SHORT_NAMES.iter().map(|(name, _)| *name).collect();
            format!("it is none, or up to {MOST} of {} and absolute URIs, with commas between them", short.join(", "))
        })
    }
}

/// RFC 3986, section 3: a scheme, and nothing that has to be escaped.
fn uri(name: &str) -> Option<String> {
    if let Some((_, uri)) = SHORT_NAMES.iter().find(|(short, _)| *short == name) {
        return Some((*uri).to_owned());
    }
    let (scheme, rest) = name.split_once(':')?;
    let known = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    let clean = rest.bytes().all(|b| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&b));
    (known && clean && !rest.is_empty() && name.len() <= LONGEST).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_written_as_they_are_read() {
        let entra = "http://schemas.microsoft.com/claims/multipleauthn";
        for text in ["none", "multi_factor", "password_protected_transport", entra, "urn:okta:loa:2fa:any,multi_factor"]
        {
            assert_eq!(text.parse::<AuthnContexts>().unwrap().to_string(), text);
        }
        let two = format!("multi_factor,{entra}").parse::<AuthnContexts>().unwrap();
        assert_eq!(two.classes(), ["https://refeds.org/profile/mfa", entra]);
        assert!("none".parse::<AuthnContexts>().unwrap().classes().is_empty());
    }

    #[test]
    fn what_is_no_uri_is_refused_with_what_would_be_right() {
        let many = ["urn:a"; 9].join(",");
        for text in [
            "",
            "mfa",
            "urn:",
            ":a",
            "urn:a b",
            "urn:<a>",
            "urn:a,",
            "none,urn:a",
            "1a:b",
            &many,
            &format!("urn:{}", "a".repeat(300)),
        ] {
            let why = text.parse::<AuthnContexts>().unwrap_err();
            assert!(why.starts_with("it is none, or up to 8 of password_protected_transport, multi_factor"), "{why}");
        }
    }
}
