//! Single logout that an identity provider asks for: which sessions it means, and what the log is told of them.

use serde_json::json;

use crate::audit::{Actor, AuditEntry, EventKind, RequestOrigin, Source, Subject};
use crate::clock::Timestamp;
use crate::collaborator::Person;
use crate::id::ConnectionId;
use crate::name_id::NameId;

/// A verified request to end the sessions of one person (SAML core §3.7.1).
#[derive(Debug, Clone)]
pub struct ProviderLogout {
    /// Through which connection.
    pub connection: ConnectionId,
    /// The identity provider's entity id.
    pub identity_provider: String,
    /// Our own entity id.
    pub service_provider: String,
    /// The request's id: it counts once.
    pub id: String,
    /// Until when a copy of it could pass for fresh, and so could an assertion from before it.
    pub remember_until: Timestamp,
    /// Whose sessions.
    pub name_id: NameId,
    /// Which of them, by the provider's names; all where there are none.
    pub session_indexes: Vec<String>,
    /// When it came.
    pub at: Timestamp,
    /// The request that it came with.
    pub from: RequestOrigin,
}

impl ProviderLogout {
    /// Whether it means the session of that name and index (§3.7.3.1).
    pub fn means(&self, name_id: &NameId, session_index: Option<&str>) -> bool {
        let named = |index: &str| self.session_indexes.iter().any(|meant| meant == index);
        let is_meant = self.session_indexes.is_empty() || session_index.is_some_and(named);
        is_meant && self.name_id.is_same(name_id, &self.identity_provider, &self.service_provider)
    }

    /// The entry of a session that it ends.
    pub fn ends(&self, person: &Person) -> AuditEntry {
        AuditEntry {
            workspace: person.workspace,
            at: self.at,
            kind: EventKind::SessionEnded,
            source: Source::SamlAutoSync,
            actor: Actor::LogoutMessage { issuer: Some(self.identity_provider.clone()), id: Some(self.id.clone()) },
            subject: Subject::person(person),
            before: None,
            after: Some(json!({ "reason": "single logout", "request": self.id })),
            request: self.from.clone(),
        }
    }
}
