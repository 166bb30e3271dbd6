//! What a workspace's administrators decide about its SAML connection.

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
