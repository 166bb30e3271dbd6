//! A new workspace.

use domain::audit::{AuditEntry, EventKind, Source};
use domain::clock::Timestamp;
use domain::command::Context;
use domain::connection::ConnectionName;
use domain::environment::{Environment, RoleName, SYSTEM_ROLES};
use domain::id::{KeyId, WorkspaceId};
use domain::policy::{Jit, Policy};
use domain::role::Role;
use domain::workspace::{Workspace, WorkspaceHandle};
use secrecy::SecretString;
use serde_json::{Value, json};
use store::{Connection, NewKey, NewWorkspace, Owner, Store, StoreError, Unique};
use web::access_token::AccessTokens;
use web::random::NoRandomness;
use web::{password, random};

use crate::acting::Acting;
use crate::error::AdministrationError;
use crate::metadata::Metadata;
use crate::{connections, scim};

/// The longest name of a workspace, in characters.
const LONGEST_NAME: usize = 256;
/// The longest address of an owner (RFC 5321 §4.5.3.1.3, without the angle brackets).
const LONGEST_EMAIL: usize = 254;

/// A workspace that can be made.
#[derive(Debug, Clone)]
pub struct WorkspacePlan {
    handle: WorkspaceHandle,
    name: String,
    owner_email: String,
    owner_given_name: String,
    owner_family_name: String,
}

/// A workspace that was made, with the secrets that are shown once.
pub struct Made {
    /// The workspace.
    pub workspace: Workspace,
    /// Its SCIM token, where it has an identity provider.
    pub scim_token: Option<SecretString>,
    /// The owner's e-mail address.
    pub owner_email: String,
    /// The owner's password.
    pub owner_password: SecretString,
}

impl WorkspacePlan {
    /// Takes a handle, a name for people, and the owner's address and given and family name.
    pub fn new(handle: &str, name: &str, owner_email: &str, owner_name: &str) -> Result<Self, AdministrationError> {
        let handle = WorkspaceHandle::new(handle)?;
        let (given, family) = owner_name.trim().split_once(' ').ok_or(AdministrationError::OwnerName)?;
        let is_address = owner_email.contains('@') && !owner_email.contains(char::is_whitespace);
        if !is_address || owner_email.len() > LONGEST_EMAIL {
            return Err(AdministrationError::OwnerEmail(owner_email.to_owned()));
        }
        if name.trim().is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
            return Err(AdministrationError::WorkspaceName);
        }
        Ok(Self {
            handle,
            name: name.to_owned(),
            owner_email: owner_email.to_owned(),
            owner_given_name: given.to_owned(),
            owner_family_name: family.trim().to_owned(),
        })
    }
}

/// Makes a workspace, all or nothing. With the metadata of its identity provider SCIM is switched on as well.
pub fn create(
    store: &Store,
    plan: WorkspacePlan,
    metadata: Option<Metadata>,
    context: &Context,
) -> Result<Made, AdministrationError> {
    let now = context.now;
    // The key that signs access tokens exists from the first workspace on, before any server starts. Where there is one
    // already, a wrong master key shows here, before anything is written under it.
    AccessTokens::load(store, now)?;
    let has_provider = metadata.is_some();
    let workspace = new_workspace(&plan, has_provider, now)?;
    let acting = Acting { store: store.clone(), workspace, context: context.clone() };
    let connection = metadata.map(|metadata| connections::new(&acting, ConnectionName::default(), metadata));
    let connection = connection.transpose()?;
    let scim_token = has_provider.then(scim::new_secret).transpose()?;
    let owner_password = password::generate()?;
    let owner_email = plan.owner_email.clone();
    let record = record(&acting, owner(plan, &owner_password)?, connection, scim_token.as_ref())?;
    let workspace = acting.workspace;
    match store.create_workspace(record) {
        Err(StoreError::Taken(Unique::WorkspaceHandle)) => Err(AdministrationError::HandleTaken(workspace.handle)),
        done => Ok(done.map(|()| Made { workspace, scim_token, owner_email, owner_password })?),
    }
}

/// Makes the first workspace of a gateway, with the password that its owner has chosen and without an identity provider.
pub fn create_first(
    store: &Store,
    plan: WorkspacePlan,
    password: &SecretString,
    context: &Context,
) -> Result<Workspace, AdministrationError> {
    AccessTokens::load(store, context.now)?;
    let workspace = new_workspace(&plan, false, context.now)?;
    let acting = Acting { store: store.clone(), workspace, context: context.clone() };
    let record = record(&acting, owner(plan, password)?, None, None)?;
    match store.create_first_workspace(record) {
        Err(StoreError::AlreadyUsed) => Err(AdministrationError::NotTheFirst),
        done => Ok(done.map(|()| acting.workspace)?),
    }
}

fn new_workspace(plan: &WorkspacePlan, has_provider: bool, now: Timestamp) -> Result<Workspace, NoRandomness> {
    Ok(Workspace {
        id: WorkspaceId::new(random::new_id(now)?),
        handle: plan.handle.clone(),
        name: plan.name.clone(),
        policy: Policy::new(if has_provider { Jit::Known } else { Jit::Everyone }),
        policy_version: 1,
        scim_enabled: has_provider,
        created_at: now,
    })
}

fn record(
    acting: &Acting,
    owner: Owner,
    connection: Option<Connection>,
    scim_token: Option<&SecretString>,
) -> Result<NewWorkspace, AdministrationError> {
    let (workspace, now) = (acting.workspace.clone(), acting.now());
    let token = scim_token.map(|secret| scim::new_token(&workspace, connection.as_ref(), secret, now)).transpose()?;
    Ok(NewWorkspace {
        environments: Environment::defaults(),
        roles: SYSTEM_ROLES.iter().map(|name| RoleName::new(name).map(Role::named)).collect::<Result<_, _>>()?,
        owner,
        token,
        request_key: Some(new_saml_key(acting)?),
        decryption_key: Some(new_saml_key(acting)?),
        audit: entries(acting, connection.as_ref()),
        connection,
        workspace,
    })
}

fn new_saml_key(acting: &Acting) -> Result<NewKey, AdministrationError> {
    let (id, now) = (KeyId::new(random::new_id(acting.now())?), acting.now());
    Ok(saml_acs::new_key(&acting.workspace.handle, id, now)?)
}

fn owner(plan: WorkspacePlan, password: &SecretString) -> Result<Owner, AdministrationError> {
    Ok(Owner {
        email: plan.owner_email,
        given_name: plan.owner_given_name,
        family_name: plan.owner_family_name,
        password_hash: password::hash(password)?,
    })
}

/// What a workspace begins with is the system's: nobody has decided it in the workspace.
fn entries(acting: &Acting, connection: Option<&Connection>) -> Vec<AuditEntry> {
    let entry = |kind: EventKind, subject, after: Value| AuditEntry {
        source: Source::System,
        ..acting.entry(kind, subject, None, Some(after))
    };
    let of_workspace = |kind, after| entry(kind, acting.subject(), after);
    let created = json!({ "name": acting.workspace.name });
    let mut entries = vec![of_workspace(EventKind::WorkspaceCreated, created)];
    if let Some(connection) = connection {
        let subject = connections::subject(connection);
        entries.push(entry(EventKind::ConnectionUpdated, subject, connections::audited(connection)));
        entries.push(of_workspace(EventKind::ScimEnabled, json!({ "scim": "enabled" })));
        entries.push(of_workspace(EventKind::ScimTokenRefreshed, json!({ "token": "made" })));
    }
    entries
}
