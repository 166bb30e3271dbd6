//! Whose dialect a client speaks. It decides on forms that the RFC leaves open and on what the log says, never on what is
//! allowed.

use std::fmt;

use domain::policy::ScimDialect;

use crate::negotiation::ReturnPreference;

/// A kind of provisioning client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClientProfile {
    /// Okta.
    Okta,
    /// Microsoft Entra ID, formerly Azure Active Directory.
    Entra,
    /// OneLogin.
    OneLogin,
    /// Any other.
    Generic,
}

impl ClientProfile {
    const ALL: [Self; 4] = [Self::Okta, Self::Entra, Self::OneLogin, Self::Generic];

    /// As the workspace's policy says; where that is `learned`, as the request's `User-Agent` does. Nowhere else is it
    /// decided.
    pub fn of(policy: ScimDialect, user_agent: Option<&str>) -> Self {
        match policy {
            ScimDialect::Learned => Self::learned(user_agent),
            ScimDialect::Okta => Self::Okta,
            ScimDialect::Entra => Self::Entra,
            ScimDialect::OneLogin => Self::OneLogin,
            ScimDialect::Generic => Self::Generic,
        }
    }

    /// By the names in a `User-Agent`.
    fn learned(user_agent: Option<&str>) -> Self {
        let text = user_agent.unwrap_or_default().to_ascii_lowercase();
        let known = Self::ALL.into_iter().find(|profile| profile.keywords().iter().any(|word| text.contains(word)));
        known.unwrap_or(Self::Generic)
    }

    /// The name in logs, which is the policy's as well.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Okta => "okta",
            Self::Entra => "entra",
            Self::OneLogin => "onelogin",
            Self::Generic => "generic",
        }
    }

    /// Whether it wants 204 rather than the group as the answer to a PATCH of a group. RFC 7644 §3.5.2 allows both.
    pub fn wants_empty_patch_answer(self) -> bool {
        self == Self::Entra
    }

    /// Whether a PATCH of a group is answered by 204: as the client says in `Prefer`, else as it is known to want it.
    pub fn group_patch_without_body(self, preference: ReturnPreference) -> bool {
        match preference {
            ReturnPreference::Minimal => true,
            ReturnPreference::Representation => false,
            ReturnPreference::Unsaid => self.wants_empty_patch_answer(),
        }
    }

    fn keywords(self) -> &'static [&'static str] {
        match self {
            Self::Okta => &["okta"],
            Self::Entra => &["entra", "azure", "microsoft", "adscim"],
            Self::OneLogin => &["onelogin"],
            Self::Generic => &[],
        }
    }
}

impl fmt::Display for ClientProfile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_known_by_a_word_in_its_user_agent() {
        for (user_agent, profile) in [
            ("Okta SCIM Client 1.0.0", ClientProfile::Okta),
            ("Microsoft-Entra-Provisioning/1.0", ClientProfile::Entra),
            ("AzureAD SCIM", ClientProfile::Entra),
            ("OneLogin/SCIM", ClientProfile::OneLogin),
            ("python-httpx/0.28", ClientProfile::Generic),
            ("", ClientProfile::Generic),
        ] {
            assert_eq!(ClientProfile::of(ScimDialect::Learned, Some(user_agent)), profile, "{user_agent}");
        }
        assert_eq!(ClientProfile::of(ScimDialect::Learned, None), ClientProfile::Generic);
    }

    #[test]
    fn what_the_policy_says_outweighs_the_user_agent() {
        for profile in ClientProfile::ALL {
            let policy = profile.as_str().parse().unwrap();
            for user_agent in [None, Some("Okta SCIM Client 1.0.0"), Some("Microsoft-Entra-Provisioning/1.0")] {
                assert_eq!(ClientProfile::of(policy, user_agent), profile, "{user_agent:?}");
            }
        }
    }

    #[test]
    fn entra_gets_no_group_back_unless_it_asks_for_it() {
        let without = ClientProfile::group_patch_without_body;
        assert!(without(ClientProfile::Entra, ReturnPreference::Unsaid));
        assert!(!without(ClientProfile::Entra, ReturnPreference::Representation));
        assert!(!without(ClientProfile::Okta, ReturnPreference::Unsaid));
        assert!(without(ClientProfile::Okta, ReturnPreference::Minimal));
    }
}
