//! A collaborator: who the person is and what became of them.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::access::{AccessInForce, EffectiveAccess};
use crate::clock::Timestamp;
use crate::facts::Facts;
use crate::id::{ConnectionId, PersonId, ScimId, WorkspaceId};
use crate::text;

/// A person in a workspace.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// The inner id: token `sub`, audit, access.
    pub id: PersonId,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The `id` of the SCIM `User`.
    pub scim_id: ScimId,
    /// The name by which SCIM and the first login find the person.
    pub user_name: UserName,
    /// The provider's own id of the person.
    pub external_id: Option<String>,
    /// All other SCIM attributes.
    pub profile: Profile,
    /// Where the person stands.
    pub lifecycle: Lifecycle,
    /// What was said about their access.
    pub facts: Facts,
    /// What the merge made of it.
    pub access: EffectiveAccess,
    /// Counts every write; compare-and-set (`WHERE version = ?`).
    pub version: i64,
    /// Raised to end every session; a session with an older one is dead.
    pub epoch: i64,
    /// Counts changes that SCIM shows: the resource's weak ETag.
    pub revision: i64,
    /// When the SCIM resource was made.
    pub created_at: Timestamp,
    /// When what SCIM shows last changed.
    pub modified_at: Timestamp,
    /// When anything about the person was last written.
    pub updated_at: Timestamp,
}

impl Person {
    /// Somebody new: at first the SCIM id is the same value as the inner id, and there is no access.
    pub fn new(
        id: PersonId,
        workspace: WorkspaceId,
        user_name: UserName,
        lifecycle: Lifecycle,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            workspace,
            scim_id: ScimId::new(id.uuid()),
            user_name,
            external_id: None,
            profile: Profile::default(),
            lifecycle,
            facts: Facts::default(),
            access: EffectiveAccess::default(),
            version: 1,
            epoch: 1,
            revision: 1,
            created_at: now,
            modified_at: now,
            updated_at: now,
        }
    }

    /// Where the person stands, in one word.
    pub fn status(&self) -> Status {
        self.lifecycle.status()
    }

    /// What the person may do at this moment: nothing unless they are let in.
    pub fn access_in_force(&self, now: Timestamp) -> AccessInForce {
        match self.status() {
            Status::Deactivated | Status::Removed => AccessInForce::none(&self.access),
            Status::Invited | Status::Active => AccessInForce::of(&self.access, now),
        }
    }

    /// Where an invitation goes: to the primary e-mail address, else to a `userName` that is one (§2.10).
    pub fn address(&self) -> Option<&str> {
        let known = [self.profile.primary_email(), Some(self.user_name.as_str())];
        known.into_iter().flatten().find(|text| is_address(text))
    }

    /// Whether the person administers the workspace at this moment (§1).
    pub fn administers(&self) -> bool {
        self.status() == Status::Active && self.access.administers()
    }

    /// When what the person may do changes by itself; none where it does not.
    pub fn due_at(&self) -> Option<Timestamp> {
        let pins = self.facts.manual.pins.values().map(|pin| pin.until);
        pins.chain(self.access.next_suspension()).min()
    }

    /// Whether that moment has come.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.due_at().is_some_and(|due_at| due_at <= now)
    }

    /// The name to show: the display name, else given and family name, else the `userName`.
    pub fn display_name(&self) -> String {
        self.profile.display_name().unwrap_or_else(|| self.user_name.as_str().to_owned())
    }
}

/// A `userName`: any non-empty string, kept as sent, with its two keys of comparison (§2.10).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserName {
    as_sent: String,
    fold: String,
    login_key: String,
}

/// The text is no `userName`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("userName must be a string of 1 to 1,000 characters that is not blank and holds no control character")]
pub struct InvalidUserName;

impl UserName {
    /// Checks the text and computes its keys.
    pub fn new(text: &str) -> Result<Self, InvalidUserName> {
        if text.chars().count() > 1_000 || text.contains(char::is_control) {
            return Err(InvalidUserName);
        }
        let fold = text::fold(text);
        if is_blank(&fold) {
            return Err(InvalidUserName);
        }
        Ok(Self { as_sent: text.to_owned(), fold, login_key: text::login_key(text) })
    }

    /// As it was sent.
    pub fn as_str(&self) -> &str {
        &self.as_sent
    }

    /// The key of uniqueness.
    pub fn fold(&self) -> &str {
        &self.fold
    }

    /// Whether a login by this name means this person.
    pub fn is_meant_by(&self, login: &UserName) -> bool {
        self.login_key == login.login_key
    }
}

/// Whether mail can be sent there: one `@` with something on both sides, and nothing that a header could be broken by.
fn is_address(text: &str) -> bool {
    let parts = text.split_once('@').filter(|(local, domain)| !local.is_empty() && !domain.is_empty());
    let is_clean = |c: char| !c.is_whitespace() && !c.is_control() && !"<>()[],;:\\\"".contains(c);
    text.len() <= 254 && text.chars().all(is_clean) && parts.is_some_and(|(_, domain)| !domain.contains('@'))
}

/// Whether nobody could see a name in it: white space, and characters that have no shape of their own.
fn is_blank(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_whitespace() || ('\u{200b}'..='\u{200f}').contains(&c) || c == '\u{2060}' || c == '\u{feff}')
}

impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.as_sent)
    }
}

/// SCIM attributes beyond `id`, `userName`, `externalId`, `active` and the roles: canonical names, values as sent.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Profile(pub Map<String, Value>);

impl Profile {
    /// The name to show, if the profile has one.
    pub fn display_name(&self) -> Option<String> {
        let text = |value: Option<&Value>| {
            value.and_then(Value::as_str).map(str::trim).filter(|s| !s.is_empty()).map(str::to_owned)
        };
        let name = self.0.get("name");
        let part = |key: &str| text(name.and_then(|n| n.get(key)));
        text(self.0.get("displayName")).or_else(|| part("formatted")).or_else(|| {
            match (part("givenName"), part("familyName")) {
                (Some(given), Some(family)) => Some(format!("{given} {family}")),
                (given, family) => given.or(family),
            }
        })
    }

    /// Every e-mail address.
    pub fn emails(&self) -> impl Iterator<Item = &str> {
        let emails = self.0.get("emails").and_then(Value::as_array);
        emails.into_iter().flatten().filter_map(|email| email.get("value")?.as_str())
    }

    /// The primary e-mail address, else the first.
    pub fn primary_email(&self) -> Option<&str> {
        let emails = self.0.get("emails")?.as_array()?;
        let primary = emails.iter().find(|email| email.get("primary") == Some(&Value::Bool(true)));
        primary.or_else(|| emails.first())?.get("value")?.as_str()
    }
}

/// One word for where a person stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Provisioned, not yet verified.
    Invited,
    /// Let in.
    Active,
    /// Kept out by the provider or by an administrator's hold.
    Deactivated,
    /// Taken out by an administrator.
    Removed,
}

impl Status {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Active => "active",
            Self::Deactivated => "deactivated",
            Self::Removed => "removed",
        }
    }
}

/// What each side decided about a person, kept apart so that one never overwrites another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lifecycle {
    /// What the identity provider said over SCIM.
    pub provider: ProviderState,
    /// An administrator's deactivation, which only an administrator lifts (§2.7).
    pub hold: Option<Timestamp>,
    /// An administrator's removal, which the provider or a login undoes (§2.6).
    pub removed: Option<Timestamp>,
    /// Whether the person was verified.
    pub acceptance: Acceptance,
    /// Whose person this is: the connection whose SCIM token or login was the first to name them. No other may sign in or
    /// provision them until an administrator links anew.
    #[serde(default)]
    pub connection: Option<ConnectionId>,
    /// The invitation that is open; none where nobody waits for it, or nobody knows an address to send it to.
    #[serde(default)]
    pub invitation: Option<Invitation>,
}

/// An open invitation. Its link is dead as soon as the person has another one, or none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// Tells it from the person's earlier ones: the version of the person by which it was issued.
    pub number: i64,
    /// The address that it goes to.
    pub to: String,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// Until when its link works.
    pub expires_at: Timestamp,
}

/// What the identity provider said over SCIM.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProviderState {
    /// Nothing yet: the person came by a login.
    Unmanaged,
    /// Active since.
    Active(Timestamp),
    /// Deactivated (`active: false`) at.
    Deactivated(Timestamp),
    /// Deleted (`DELETE`) at: the SCIM id answers 404 from then on.
    Deleted(Timestamp),
}

/// Whether the person was verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Acceptance {
    /// Invited at, not yet verified.
    Pending(Timestamp),
    /// Verified at.
    Accepted(Timestamp),
}

impl Lifecycle {
    /// Somebody whom SCIM makes.
    pub fn provisioned(active: bool, now: Timestamp) -> Self {
        let provider = if active { ProviderState::Active(now) } else { ProviderState::Deactivated(now) };
        Self { provider, acceptance: Acceptance::Pending(now), ..Self::signed_in(now) }
    }

    /// Somebody who comes by a login (JIT).
    pub fn signed_in(now: Timestamp) -> Self {
        Self {
            provider: ProviderState::Unmanaged,
            hold: None,
            removed: None,
            acceptance: Acceptance::Accepted(now),
            connection: None,
            invitation: None,
        }
    }

    /// Where the person stands, in one word.
    pub fn status(&self) -> Status {
        match (self.provider, self.hold, self.removed, self.acceptance) {
            (ProviderState::Deleted(_), ..) => Status::Deactivated,
            (_, _, Some(_), _) => Status::Removed,
            (ProviderState::Deactivated(_), ..) | (_, Some(_), ..) => Status::Deactivated,
            (.., Acceptance::Pending(_)) => Status::Invited,
            (.., Acceptance::Accepted(_)) => Status::Active,
        }
    }

    /// What SCIM shows as `active`.
    pub fn is_active(&self) -> bool {
        matches!(self.status(), Status::Invited | Status::Active)
    }

    /// Whether a connection may speak for the person; commands that come through none may.
    pub fn belongs_to(&self, connection: Option<ConnectionId>) -> bool {
        self.connection.is_none() || connection.is_none() || self.connection == connection
    }

    /// Whether SCIM deleted the person.
    pub fn is_deleted(&self) -> bool {
        matches!(self.provider, ProviderState::Deleted(_))
    }

    /// Whether SCIM manages the person.
    pub fn is_managed(&self) -> bool {
        self.provider != ProviderState::Unmanaged
    }
}
