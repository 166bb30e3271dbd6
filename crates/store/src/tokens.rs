//! SCIM tokens, stored hashed.

use std::collections::BTreeMap;

use domain::audit::AuditEntry;
use domain::clock::Timestamp;
use domain::custom_attribute::CustomAttributes;
use domain::environment::Environment;
use domain::id::{ConnectionId, TokenId, WorkspaceId};
use domain::workspace::Workspace;

use crate::Store;
use crate::backend::{read, write};
use crate::error::StoreError;
use crate::record::micros;

/// Last use is noted at most once in so many microseconds: reading must not become writing.
const TOUCH_EVERY: i64 = 60 * 1_000_000;

/// A token to put in force.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// Its id.
    pub id: TokenId,
    /// Its workspace.
    pub workspace: WorkspaceId,
    /// The connection whose people it provisions; none where there was no connection when it was made.
    pub connection: Option<ConnectionId>,
    /// Its name, shown in the audit log.
    pub name: String,
    /// The hash of its secret.
    pub hash: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends by itself; none where it does not.
    pub expires_at: Option<Timestamp>,
}

/// A token as administrators see it, in force or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScimToken {
    /// Its id.
    pub id: TokenId,
    /// Its name.
    pub name: String,
    /// The connection whose people it provisions.
    pub connection: Option<ConnectionId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends, or has ended, by itself.
    pub expires_at: Option<Timestamp>,
    /// When it was used last, to the minute.
    pub last_used_at: Option<Timestamp>,
}

impl ScimToken {
    /// Whether it lets anybody in.
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| end > now)
    }

    /// For each connection all of whose tokens end by themselves, when the last of them does: nothing is provisioned after that.
    pub fn last_ends(tokens: &[Self]) -> Vec<Timestamp> {
        let mut last: BTreeMap<Option<ConnectionId>, Option<Timestamp>> = BTreeMap::new();
        for token in tokens {
            let end = last.entry(token.connection).or_insert(token.expires_at);
            // None is never.
            *end = end.zip(token.expires_at).map(|(one, other)| one.max(other));
        }
        last.into_values().flatten().collect()
    }
}

/// A token that is in force.
#[derive(Debug, Clone)]
pub struct KnownToken {
    /// Its id.
    pub id: TokenId,
    /// Its name.
    pub name: String,
    /// The workspace that it names.
    pub workspace: Workspace,
    /// The connection whose people it provisions.
    pub connection: Option<ConnectionId>,
    /// The workspace's environments, whose role attributes SCIM carries.
    pub environments: Vec<Environment>,
    /// The attributes that the workspace has added to its people.
    pub custom_attributes: CustomAttributes,
    /// Whether the workspace has a SAML connection.
    pub has_connection: bool,
    pub(crate) last_used_at: Option<i64>,
}

impl Store {
    /// The token of that hash, if it is in force.
    pub fn find_scim_token(&self, hash: &str, now: Timestamp) -> Result<Option<KnownToken>, StoreError> {
        let found = read!(self, |q, conn| q::tokens::find(conn, hash, micros(now)))?;
        if let Some(token) = &found
            && token.last_used_at.is_none_or(|at| micros(now) - at > TOUCH_EVERY)
        {
            let id = token.id;
            // A note for administrators, which must not fail the request that it is about.
            if let Err(error) = write!(self, |q, conn| q::tokens::touch(conn, id, micros(now))) {
                tracing::warn!(cause = %error, "the last use of a SCIM token can't be noted");
            }
        }
        Ok(found)
    }

    /// Puts a new token in force; the others of its connection end at once, or at the end of the overlap.
    pub fn replace_scim_token(
        &self,
        token: NewToken,
        others_end_at: Option<Timestamp>,
        entry: AuditEntry,
    ) -> Result<(), StoreError> {
        write!(self, |q, conn| {
            q::tokens::replace(conn, &token, others_end_at.map(micros))?;
            q::audit::append(conn, &[entry])
        })
    }

    /// Ends every token of the workspace; says how many.
    pub fn revoke_scim_tokens(&self, workspace: WorkspaceId, entry: AuditEntry) -> Result<usize, StoreError> {
        write!(self, |q, conn| {
            let ended = q::tokens::revoke_all(conn, workspace)?;
            q::audit::append(conn, &[entry])?;
            Ok(ended)
        })
    }

    /// Ends one token of the entry's workspace, and says whether there was one.
    pub fn revoke_scim_token(&self, token: TokenId, entry: AuditEntry) -> Result<bool, StoreError> {
        write!(self, |q, conn| {
            let ended = q::tokens::revoke(conn, entry.workspace, token)?;
            if ended {
                q::audit::append(conn, &[entry])?;
            }
            Ok(ended)
        })
    }

    /// All tokens of the workspace, the newest first. One that is over stays until a refresh without an overlap, or until it is
    /// revoked.
    pub fn scim_tokens(&self, workspace: WorkspaceId) -> Result<Vec<ScimToken>, StoreError> {
        read!(self, |q, conn| q::tokens::all(conn, workspace))
    }

    /// How many tokens of the workspace are in force.
    pub fn count_scim_tokens(&self, workspace: WorkspaceId, now: Timestamp) -> Result<i64, StoreError> {
        read!(self, |q, conn| q::tokens::count(conn, workspace, micros(now)))
    }
}
