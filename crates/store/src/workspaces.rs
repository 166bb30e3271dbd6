//! Workspaces, their policy and their owner.

use domain::audit::AuditEntry;
use domain::environment::Environment;
use domain::id::WorkspaceId;
use domain::policy::Policy;
use domain::role::Role;
use domain::workspace::{Workspace, WorkspaceHandle};

use crate::Store;
use crate::backend::{read, write};
use crate::connections::Connection;
use crate::error::StoreError;
use crate::keys::{KeyPurpose, KeyStanding, NewKey};
use crate::record::micros;
use crate::tokens::NewToken;

/// A workspace to be made, with everything that it needs from the first moment.
#[derive(Debug, Clone)]
pub struct NewWorkspace {
    /// The workspace.
    pub workspace: Workspace,
    /// Its environments, in order.
    pub environments: Vec<Environment>,
    /// Its roles.
    pub roles: Vec<Role>,
    /// Its owner.
    pub owner: Owner,
    /// Its SAML connection.
    pub connection: Option<Connection>,
    /// Its SCIM token.
    pub token: Option<NewToken>,
    /// The key that signs its SAML requests.
    pub request_key: Option<NewKey>,
    /// The key that decrypts its assertions.
    pub decryption_key: Option<NewKey>,
    /// What the log tells of it.
    pub audit: Vec<AuditEntry>,
}

/// The break-glass account of a workspace.
#[derive(Debug, Clone)]
pub struct Owner {
    /// E-mail address.
    pub email: String,
    /// Given name.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// The password's argon2id hash (PHC string).
    pub password_hash: String,
}

impl Store {
    /// By handle.
    pub fn find_workspace(&self, handle: &WorkspaceHandle) -> Result<Option<Workspace>, StoreError> {
        read!(self, |q, conn| q::workspaces::find_by_handle(conn, handle.as_str()))
    }

    /// By id.
    pub fn find_workspace_by_id(&self, id: WorkspaceId) -> Result<Option<Workspace>, StoreError> {
        read!(self, |q, conn| q::workspaces::find(conn, id))
    }

    /// All of them, the oldest first.
    pub fn workspaces(&self) -> Result<Vec<Workspace>, StoreError> {
        read!(self, |q, conn| q::workspaces::all(conn))
    }

    /// Whether there is any.
    pub fn has_workspaces(&self) -> Result<bool, StoreError> {
        read!(self, |q, conn| q::workspaces::any(conn))
    }

    /// Makes a workspace with its owner, all or nothing.
    pub fn create_workspace(&self, new: NewWorkspace) -> Result<(), StoreError> {
        self.insert_workspace(new, false)
    }

    /// Makes the first workspace.
    ///
    /// # Errors
    /// [`StoreError::AlreadyUsed`] where there is one.
    pub fn create_first_workspace(&self, new: NewWorkspace) -> Result<(), StoreError> {
        self.insert_workspace(new, true)
    }

    fn insert_workspace(&self, new: NewWorkspace, is_first: bool) -> Result<(), StoreError> {
        let given = [(KeyPurpose::SamlRequest, &new.request_key), (KeyPurpose::SamlDecryption, &new.decryption_key)];
        let given = given.into_iter().filter_map(|(purpose, key)| Some((purpose, key.as_ref()?)));
        let sealed = given.map(|(purpose, key)| Ok((purpose, self.seal_key(purpose, key, KeyStanding::Active)?)));
        let keys = sealed.collect::<Result<Vec<_>, StoreError>>()?;
        write!(self, |q, conn| {
            q::workspaces::insert(conn, &new)?;
            if is_first {
                q::workspaces::insert_first_run(conn, new.workspace.id)?;
            }
            let now = micros(new.workspace.created_at);
            if let Some(connection) = &new.connection {
                q::connections::put(conn, connection, now)?;
            }
            if let Some(token) = &new.token {
                q::tokens::replace(conn, token, None)?;
            }
            for (purpose, key) in &keys {
                q::keys::insert(conn, *purpose, Some(new.workspace.id), key, now)?;
            }
            q::audit::append(conn, &new.audit)
        })
    }

    /// Replaces the policy by compare-and-set on its version. Where others decide about roles from now on, everybody's are to
    /// be decided anew.
    pub fn set_policy(&self, policy: Policy, expected_version: i64, entry: AuditEntry) -> Result<(), StoreError> {
        write!(self, |q, conn| {
            let former = q::workspaces::find(conn, entry.workspace)?;
            q::workspaces::update_policy(conn, entry.workspace, &policy, expected_version)?;
            if former.is_some_and(|former| policy.listens_to_others_than(&former.policy)) {
                q::people::make_all_due(conn, entry.workspace, micros(entry.at))?;
            }
            q::audit::append(conn, &[entry])
        })
    }

    /// Switches SCIM on or off; tokens and people stay.
    pub fn set_scim_enabled(&self, enabled: bool, entry: AuditEntry) -> Result<(), StoreError> {
        write!(self, |q, conn| {
            q::workspaces::set_scim_enabled(conn, entry.workspace, enabled)?;
            q::audit::append(conn, &[entry])
        })
    }
}
