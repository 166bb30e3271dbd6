//! Whose dialect a client speaks. It decides on forms that the RFC leaves open and on what the log says, never on what is
//! allowed.

use std::fmt;

use actix_web::HttpRequest;
use actix_web::http::header;

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

    /// Learns it from the request's `User-Agent`.
    pub fn of(request: &HttpRequest) -> Self {
        Self::of_user_agent(request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok()))
    }

    /// Learns it from a `User-Agent` by the names in it.
    pub fn of_user_agent(user_agent: Option<&str>) -> Self {
        let text = user_agent.unwrap_or_default().to_ascii_lowercase();
        let known = Self::ALL.into_iter().find(|profile| profile.keywords().iter().any(|word| text.contains(word)));
        known.unwrap_or(Self::Generic)
    }

    /// The profile of this name, as the configuration says it.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.as_str() == name)
    }

    /// The name in configuration and logs.
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
            assert_eq!(ClientProfile::of_user_agent(Some(user_agent)), profile, "{user_agent}");
        }
        assert_eq!(ClientProfile::of_user_agent(None), ClientProfile::Generic);
    }

    #[test]
    fn a_profile_is_found_by_its_name() {
        assert!(ClientProfile::ALL.into_iter().all(|profile| ClientProfile::find(profile.as_str()) == Some(profile)));
        assert_eq!(ClientProfile::find("Okta"), None);
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
