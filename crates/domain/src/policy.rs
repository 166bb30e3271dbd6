//! A workspace's policy: what happens where the protocols leave a choice (product rules §2 to §4).

mod retention;
mod saml;

use std::fmt;
use std::str::FromStr;

use chrono::Duration;
use serde::{Deserialize, Serialize};

pub use retention::Retention;
pub use saml::{AuthnContexts, SamlNameIdPolicy, SamlRequestBinding, SamlSignRequests};

/// Why a policy change is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// No such key.
    #[error("there is no policy `{0}`; the keys are {1}")]
    UnknownKey(String, String),
    /// Not one of the values that the key takes.
    #[error("`{key}` can't be `{value}`: {expected}")]
    Value {
        /// The key.
        key: &'static str,
        /// The value that was given.
        value: String,
        /// What it takes.
        expected: String,
    },
}

/// A value as it is written.
trait Written {
    /// The words that it is one of; none where it takes others.
    const CHOICES: &'static [&'static str] = &[];
}

macro_rules! choices {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant),+ }

        impl $crate::policy::Written for $name {
            const CHOICES: &'static [&'static str] = &[$($text),+];
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$variant => $text),+ })
            }
        }

        impl FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err(format!("it is one of {}", <Self as $crate::policy::Written>::CHOICES.join(", "))),
                }
            }
        }
    )+};
}

use choices;

choices! {
    /// Who is let in without having been provisioned.
    Jit {
        /// Anybody with a valid assertion becomes a collaborator.
        Everyone = "everyone",
        /// Only people who were here before and were removed by hand.
        Known = "known",
        /// Nobody.
        Nobody = "nobody",
    }
    /// What accepts a SCIM-created person's invitation.
    Invitations {
        /// The link in the invitation does, and a login before that is held.
        VerifyFirst = "verify_first",
        /// A valid SAML login verifies and accepts as well.
        SsoAccepts = "sso_accepts",
    }
    /// Whose word decides environment roles.
    RoleAuthority {
        /// The assertion where it speaks, else SCIM; a changed SCIM value applies at once after the first login.
        Hybrid = "hybrid",
        /// SCIM alone, at once.
        Scim = "scim",
        /// Assertions alone.
        Saml = "saml",
    }
    /// What an unknown role value does.
    UnknownRole {
        /// The earlier role stays, else the default.
        Keep = "keep",
        /// The default role.
        Default = "default",
        /// The login is refused.
        RefuseLogin = "refuse_login",
    }
    /// What a login that says nothing about a role does.
    AbsentRole {
        /// The earlier role stays, else the default.
        Keep = "keep",
        /// The default role.
        Default = "default",
    }
    /// What an absent or empty group attribute does.
    AbsentGroups {
        /// Memberships stay.
        Keep = "keep",
        /// SAML-given memberships end.
        Clear = "clear",
    }
    /// What an unknown group name does.
    UnknownGroup {
        /// It is skipped, and told.
        Skip = "skip",
        /// The group is made.
        Create = "create",
    }
    /// Whether a single unknown group value is split on commas.
    SplitGroups {
        /// It is.
        On = "on",
        /// It is not.
        Off = "off",
    }
    /// What an unsolicited assertion does.
    IdpInitiated {
        /// It is thrown away and a login of our own starts, once.
        Bounce = "bounce",
        /// It signs in.
        Allow = "allow",
        /// It is refused.
        Refuse = "refuse",
    }
    /// What becomes of a certificate of an identity provider whose time is over.
    ExpiredCertificates {
        /// It counts all the same: SAML takes it as a container for a key.
        Accept = "accept",
        /// What its key signs is refused.
        Refuse = "refuse",
    }
    /// In whose dialect SCIM requests are answered, and under whose name they are logged.
    ScimDialect {
        /// That of the client whose name is in the request's `User-Agent`.
        Learned = "learned",
        /// Okta's.
        Okta = "okta",
        /// Microsoft Entra ID's.
        Entra = "entra",
        /// OneLogin's.
        OneLogin = "onelogin",
        /// Nobody's in particular: the RFC's.
        Generic = "generic",
    }
}

/// A length of time, written `30s`, `20m`, `12h` or `7d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Span {
    seconds: u32,
}

impl Span {
    /// So many seconds.
    pub const fn seconds(seconds: u32) -> Self {
        Self { seconds }
    }

    /// As a duration to reckon with.
    pub fn duration(self) -> Duration {
        Duration::seconds(i64::from(self.seconds))
    }
}

impl Written for Span {}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.seconds {
            s if s > 0 && s % 86_400 == 0 => write!(f, "{}d", s / 86_400),
            s if s > 0 && s % 3_600 == 0 => write!(f, "{}h", s / 3_600),
            s if s > 0 && s % 60 == 0 => write!(f, "{}m", s / 60),
            s => write!(f, "{s}s"),
        }
    }
}

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "it is a whole number and a unit: 30s, 20m, 12h or 7d".to_owned();
        let unit = text.chars().last().ok_or_else(wrong)?;
        let factor = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            _ => return Err(wrong()),
        };
        let digits = text.strip_suffix(unit).ok_or_else(wrong)?;
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(wrong());
        }
        let seconds = digits.parse::<u32>().ok().and_then(|n| n.checked_mul(factor)).ok_or_else(wrong)?;
        if seconds == 0 { Err("it is at least 1s".to_owned()) } else { Ok(Self { seconds }) }
    }
}

/// Where a login without a wish of its own ends: a path on this host, or an address of the application behind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StartUrl(String);

impl StartUrl {
    /// The path or URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Written for StartUrl {}

impl fmt::Display for StartUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for StartUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let clean = text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
        let local = text.starts_with('/') && !text.starts_with("//");
        let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let absolute = host.is_some_and(|host| host.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '['));
        if clean && (local || absolute) {
            Ok(Self(text.to_owned()))
        } else {
            Err("it is a path such as /session, or an http(s) URL".to_owned())
        }
    }
}

/// A prefix that provider-side group names carry and ours do not; empty for none.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GroupPrefix(String);

impl GroupPrefix {
    /// The name without the prefix, where it has one.
    pub fn strip<'a>(&self, name: &'a str) -> Option<&'a str> {
        (!self.0.is_empty()).then(|| name.strip_prefix(&self.0)).flatten().map(str::trim)
    }
}

impl Written for GroupPrefix {}

impl fmt::Display for GroupPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for GroupPrefix {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.chars().count() <= 100 && !text.chars().any(char::is_control) {
            Ok(Self(text.to_owned()))
        } else {
            Err("it has at most 100 characters and no control characters".to_owned())
        }
    }
}

/// `on` or `off`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Switch(pub bool);

impl Written for Switch {
    const CHOICES: &'static [&'static str] = &["on", "off"];
}

impl fmt::Display for Switch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0 { "on" } else { "off" })
    }
}

impl FromStr for Switch {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "on" | "true" => Ok(Self(true)),
            "off" | "false" => Ok(Self(false)),
            _ => Err("it is on or off".to_owned()),
        }
    }
}

macro_rules! policy {
    ($($(#[$doc:meta])* $field:ident : $type:ty = $key:literal),+ $(,)?) => {
        /// The policy of one workspace.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        pub struct Policy {
            $($(#[$doc])* #[serde(rename = $key)] pub $field: $type,)+
        }

        impl Policy {
            /// Every key, in the order of the documentation, with the words that it takes; none where it takes other values.
            pub const KEYS: &'static [(&'static str, &'static [&'static str])] =
                &[$(($key, <$type as Written>::CHOICES)),+];

            /// Sets one key from its written form.
            pub fn set(&mut self, key: &str, value: &str) -> Result<(), PolicyError> {
                match key {
                    $($key => {
                        self.$field = value.parse::<$type>().map_err(|expected| PolicyError::Value {
                            key: $key, value: value.to_owned(), expected,
                        })?;
                    })+
                    _ => return Err(PolicyError::UnknownKey(key.to_owned(), [$($key),+].join(", "))),
                }
                Ok(())
            }

            /// Every key with its written value, in the order of the documentation.
            pub fn entries(&self) -> Vec<(&'static str, String)> {
                vec![$(($key, self.$field.to_string())),+]
            }
        }
    };
}

policy! {
    /// Who is let in without having been provisioned.
    jit: Jit = "jit",
    /// What accepts an invitation.
    invitations: Invitations = "invitations",
    /// How long the link in an invitation works.
    invitation_lifetime: Span = "invitation_lifetime",
    /// Whose word decides roles.
    role_authority: RoleAuthority = "role_authority",
    /// What an unknown role value does.
    unknown_role: UnknownRole = "unknown_role",
    /// What silence about a role does.
    absent_role: AbsentRole = "absent_role",
    /// What silence about groups does.
    absent_groups: AbsentGroups = "absent_groups",
    /// What an unknown group does.
    unknown_group: UnknownGroup = "unknown_group",
    /// Whether one unknown group value is split on commas.
    split_groups: SplitGroups = "split_groups",
    /// A prefix to take off provider-side group names.
    group_prefix: GroupPrefix = "group_prefix",
    /// What an unsolicited assertion does.
    idp_initiated: IdpInitiated = "idp_initiated",
    /// How a login request travels.
    saml_request_binding: SamlRequestBinding = "saml_request_binding",
    /// Which login requests are signed.
    saml_sign_requests: SamlSignRequests = "saml_sign_requests",
    /// What kind of name a login request asks for.
    saml_name_id_policy: SamlNameIdPolicy = "saml_name_id_policy",
    /// Whether people must sign in anew at the identity provider for each login.
    saml_force_authn: Switch = "saml_force_authn",
    /// How they must have signed in there.
    saml_authn_context: AuthnContexts = "saml_authn_context",
    /// What becomes of a certificate whose time is over.
    expired_certificates: ExpiredCertificates = "expired_certificates",
    /// Whether signing out here asks the identity provider to sign the person out everywhere.
    single_logout: Switch = "single_logout",
    /// Where a login ends that asked for nothing.
    start_url: StartUrl = "start_url",
    /// How long a session lives.
    session_lifetime: Span = "session_lifetime",
    /// How long a session of the console lives, however busy it is.
    console_session_lifetime: Span = "console_session_lifetime",
    /// After how long without a request a session of the console ends.
    console_idle_timeout: Span = "console_idle_timeout",
    /// How long an entry of the audit log is kept.
    audit_retention: Retention = "audit_retention",
    /// How long the login tracer knows whose login it was, and what was found.
    trace_retention: Span = "trace_retention",
    /// In whose dialect SCIM requests are answered.
    scim_client: ScimDialect = "scim_client",
    /// Whether SCIM may be enabled here.
    advanced_security: Switch = "capability.advanced_security",
}

impl Policy {
    /// The policy of a new workspace; JIT depends on whether SCIM is enabled when it is made (§2.11).
    pub fn new(jit: Jit) -> Self {
        Self {
            jit,
            invitations: Invitations::VerifyFirst,
            invitation_lifetime: Span::seconds(7 * 86_400),
            role_authority: RoleAuthority::Hybrid,
            unknown_role: UnknownRole::Keep,
            absent_role: AbsentRole::Keep,
            absent_groups: AbsentGroups::Keep,
            unknown_group: UnknownGroup::Skip,
            split_groups: SplitGroups::On,
            group_prefix: GroupPrefix::default(),
            idp_initiated: IdpInitiated::Bounce,
            saml_request_binding: SamlRequestBinding::Metadata,
            saml_sign_requests: SamlSignRequests::Metadata,
            saml_name_id_policy: SamlNameIdPolicy::Omitted,
            saml_force_authn: Switch(false),
            saml_authn_context: AuthnContexts::default(),
            expired_certificates: ExpiredCertificates::Accept,
            single_logout: Switch(true),
            start_url: StartUrl("/session".to_owned()),
            session_lifetime: Span::seconds(12 * 3_600),
            console_session_lifetime: Span::seconds(12 * 3_600),
            console_idle_timeout: Span::seconds(30 * 60),
            audit_retention: Retention::default(),
            trace_retention: Span::seconds(30 * 86_400),
            scim_client: ScimDialect::Learned,
            advanced_security: Switch(true),
        }
    }

    /// Whether roles are decided by the word of others than under the former policy, so that everybody's are to be decided anew.
    #[must_use]
    pub fn listens_to_others_than(&self, former: &Self) -> bool {
        self.role_authority != former.role_authority
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_written_alike() {
        for text in ["30s", "20m", "12h", "7d", "1s"] {
            assert_eq!(text.parse::<Span>().unwrap().to_string(), text);
        }
        for text in ["", "s", "12", "1.5h", "-1s", "+1s", "99999999999d", "12 h"] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_wrong_value_names_the_right_ones() {
        let mut policy = Policy::new(Jit::Known);
        let error = policy.set("jit", "all").unwrap_err();
        assert_eq!(error.to_string(), "`jit` can't be `all`: it is one of everyone, known, nobody");
        assert!(policy.set("nothing", "x").unwrap_err().to_string().contains("role_authority"));
        assert_eq!(policy, Policy::new(Jit::Known));
    }

    #[test]
    fn a_start_url_stays_on_a_host_of_ours_or_is_absolute() {
        for good in ["/session", "/a?b=c#d", "https://app.acme.test/"] {
            assert!(good.parse::<StartUrl>().is_ok(), "{good}");
        }
        for bad in ["", "//evil.test", "/\\evil.test", "javascript:alert(1)", "session", "/a b"] {
            assert!(bad.parse::<StartUrl>().is_err(), "{bad}");
        }
    }
}
