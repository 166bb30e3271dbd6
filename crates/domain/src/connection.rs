//! What a workspace's administrators decide about its SAML connections.

mod attributes;

use std::fmt;
use std::str::FromStr;

pub use attributes::AttributeNames;
use serde::{Deserialize, Serialize};

/// The name of a connection among those of its workspace: 1 to 32 of `a-z0-9-`. It stands in addresses.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConnectionName(String);

impl ConnectionName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for ConnectionName {
    fn default() -> Self {
        Self("default".to_owned())
    }
}

impl fmt::Display for ConnectionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ConnectionName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let clean = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if clean && (1..=32).contains(&text.len()) {
            Ok(Self(text.to_owned()))
        } else {
            Err("the name of an identity provider is 1 to 32 of a-z, 0-9 and -, such as okta".to_owned())
        }
    }
}

/// Which algorithms beyond the sound ones a connection's signatures may use.
///
/// Of the weak ones SHA-1 alone can be permitted: old identity providers know nothing else. MD5, HMAC and DSA never are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WeakAlgorithms {
    /// None.
    #[default]
    Refused,
    /// SHA-1 in signatures and digests: two texts with one SHA-1 can be made, so that a signature over one of them may be
    /// carried over to the other.
    Sha1Permitted,
}

impl WeakAlgorithms {
    /// What an administrator's answer means.
    #[must_use]
    pub fn with_sha1(permitted: bool) -> Self {
        if permitted { Self::Sha1Permitted } else { Self::Refused }
    }

    /// Whether SHA-1 is let through.
    #[must_use]
    pub fn permit_sha1(self) -> bool {
        self == Self::Sha1Permitted
    }
}
