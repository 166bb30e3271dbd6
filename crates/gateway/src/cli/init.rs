use anyhow::{Context, Result, bail};
use clap::Args;
use domain::audit::{AuditEntry, EventKind, RequestOrigin, Source, Subject};
use domain::clock::{Clock, Timestamp};
use domain::connection::{AttributeNames, ConnectionName, WeakAlgorithms};
use domain::environment::{Environment, RoleName, SYSTEM_ROLES};
use domain::id::{ConnectionId, KeyId, TokenId, WorkspaceId};
use domain::policy::{Jit, Policy};
use domain::role::Role;
use domain::workspace::{Workspace, WorkspaceHandle};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use store::{Connection, MetadataSource, NewKey, NewToken, NewWorkspace, Owner, Store, StoreError, Unique};
use web::access_token::AccessTokens;
use web::base_url::BaseUrl;
use web::{password, random};

use super::session;
use crate::clock::SystemClock;
use crate::config::Settings;
use crate::metadata::get_typed;
use crate::metadata::refresh::audited;
use crate::output;

/// `gatehouse init`
#[derive(Debug, Args)]
pub(super) struct Init {
    #[command(flatten)]
    new: NewWorkspaceArgs,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// A workspace to be made.
#[derive(Debug, Clone, Args)]
pub struct NewWorkspaceArgs {
    /// Its handle in addresses: 1 to 20 of a-z, 0-9 and -
    #[arg(long, value_name = "HANDLE")]
    pub workspace: String,
    /// Its name for people
    #[arg(long)]
    pub name: String,
    /// The owner's e-mail address
    #[arg(long, value_name = "E-MAIL")]
    pub owner_email: String,
    /// The owner's given and family name
    #[arg(long, value_name = "GIVEN FAMILY")]
    pub owner_name: String,
    /// The identity provider's SAML metadata; with it SCIM is switched on as well
    #[arg(long, value_name = "FILE_OR_URL")]
    pub idp_metadata: Option<String>,
}

impl Init {
    pub(super) fn run(self, settings: &Settings) -> Result<()> {
        self.new.check()?;
        let now = SystemClock.now();
        let given = self.new.idp_metadata.as_deref().map(|from| get_typed(from, None, None, now)).transpose()?;
        let base_url = settings.server.base_url()?;
        let store = settings.open_or_create_store()?;
        store.migrate()?;
        let metadata = given.map(|(text, provider, source)| (text, provider.entity_id().to_owned(), source));
        let made = create(&store, &self.new, metadata, now)?;
        if self.json { output::json(&made.describe(&base_url)) } else { made.tell(&base_url) }
    }
}

impl NewWorkspaceArgs {
    /// Whether it could be made, before there is even a database.
    fn check(&self) -> Result<()> {
        WorkspaceHandle::new(&self.workspace)?;
        self.owner_names()?;
        if !self.owner_email.contains('@') || self.owner_email.contains(char::is_whitespace) {
            bail!("--owner-email takes an e-mail address, not {}", self.owner_email);
        }
        Ok(())
    }

    fn owner_names(&self) -> Result<(&str, &str)> {
        let names = self.owner_name.trim().split_once(' ');
        names.context("--owner-name takes a given and a family name, such as \"Olga Owner\"")
    }
}

/// A workspace that was made, with the secrets that are shown once.
pub struct Made {
    /// The workspace.
    pub workspace: Workspace,
    /// Its SCIM token, where it has an identity provider.
    pub scim_token: Option<SecretString>,
    owner_email: String,
    owner_password: SecretString,
}

/// Makes a workspace, all or nothing; `metadata` is the identity provider's, checked already, with its entity id and where it is
/// fetched from.
pub fn create(
    store: &Store,
    new: &NewWorkspaceArgs,
    metadata: Option<(String, String, Option<MetadataSource>)>,
    now: Timestamp,
) -> Result<Made> {
    new.check()?;
    // The key that signs access tokens exists from the first workspace on, before any server starts. Where there is one
    // already, a wrong master key shows here, before anything is written under it.
    AccessTokens::load(store, now)?;
    let workspace = Workspace {
        id: WorkspaceId::new(random::new_id(now)?),
        handle: WorkspaceHandle::new(&new.workspace)?,
        name: new.name.clone(),
        policy: Policy::new(if metadata.is_some() { Jit::Known } else { Jit::Everyone }),
        policy_version: 1,
        scim_enabled: metadata.is_some(),
        created_at: now,
    };
    let owner_password = password::generate()?;
    let scim_token = metadata.is_some().then(new_scim_token).transpose()?;
    let connection = metadata.map(|(metadata, entity_id, source)| -> Result<Connection> {
        let (id, weak_algorithms) = (ConnectionId::new(random::new_id(now)?), WeakAlgorithms::Refused);
        Ok(Connection {
            id,
            workspace: workspace.id,
            name: ConnectionName::default(),
            entity_id,
            metadata,
            source,
            attribute_names: AttributeNames::default(),
            weak_algorithms,
        })
    });
    let connection = connection.transpose()?;
    let token = scim_token.as_ref().map(|secret| token(&workspace, connection.as_ref(), secret, now)).transpose()?;
    let record = NewWorkspace {
        environments: Environment::defaults(),
        roles: SYSTEM_ROLES.iter().map(|name| RoleName::new(name).map(Role::named)).collect::<Result<_, _>>()?,
        owner: owner(new, &owner_password)?,

        token,
        request_key: Some(new_saml_key(&workspace, now)?),
        decryption_key: Some(new_saml_key(&workspace, now)?),
        audit: entries(&workspace, connection.as_ref()),
        connection,
        workspace: workspace.clone(),
    };
    store.create_workspace(record).map_err(|error| explain(error, &workspace))?;
    Ok(Made { workspace, scim_token, owner_email: new.owner_email.clone(), owner_password })
}

fn new_saml_key(workspace: &Workspace, now: Timestamp) -> Result<NewKey> {
    Ok(saml_acs::new_key(&workspace.handle, KeyId::new(random::new_id(now)?), now)?)
}

fn explain(error: StoreError, workspace: &Workspace) -> anyhow::Error {
    match error {
        StoreError::Taken(Unique::WorkspaceHandle) => {
            anyhow::anyhow!("there is a workspace {} already: choose another handle", workspace.handle)
        }
        other => other.into(),
    }
}

/// The secret of a new SCIM token; its beginning says what it is, wherever it may be found.
pub(super) fn new_scim_token() -> Result<SecretString> {
    Ok(format!("gh-scim-{}", random::secret()?.expose_secret()).into())
}

/// What is stored of a SCIM token.
pub(super) fn token(
    workspace: &Workspace,
    connection: Option<&Connection>,
    secret: &SecretString,
    now: Timestamp,
) -> Result<NewToken> {
    Ok(NewToken {
        id: TokenId::new(random::new_id(now)?),
        workspace: workspace.id,
        connection: connection.map(|connection| connection.id),
        name: format!("SCIM token of {}", now.format("%Y-%m-%d %H:%M:%S")),
        hash: random::hash(secret),
        created_at: now,
        expires_at: None,
    })
}

fn owner(new: &NewWorkspaceArgs, password: &SecretString) -> Result<Owner> {
    let (given, family) = new.owner_names()?;
    Ok(Owner {
        email: new.owner_email.clone(),
        given_name: given.to_owned(),
        family_name: family.trim().to_owned(),
        password_hash: password::hash(password)?,
    })
}

fn entries(workspace: &Workspace, connection: Option<&Connection>) -> Vec<AuditEntry> {
    let subject =
        Subject { kind: "workspace", id: Some(workspace.id.to_string()), name: Some(workspace.handle.to_string()) };
    let entry = |kind: EventKind, after: Value| AuditEntry {
        workspace: workspace.id,
        at: workspace.created_at,
        kind,
        source: Source::System,
        actor: session::operator(),
        subject: subject.clone(),
        before: None,
        after: Some(after),
        request: RequestOrigin::default(),
    };
    let mut entries = vec![entry(EventKind::WorkspaceCreated, json!({ "name": workspace.name }))];
    if let Some(connection) = connection {
        let connected = entry(EventKind::ConnectionUpdated, audited(connection));
        entries.push(AuditEntry { subject: Subject::named("connection", &connection.entity_id), ..connected });
        entries.push(entry(EventKind::ScimEnabled, json!({ "scim": "enabled" })));
        entries.push(entry(EventKind::ScimTokenRefreshed, json!({ "token": "made" })));
    }
    entries
}

impl Made {
    /// Every key is always there.
    pub(super) fn describe(&self, base_url: &BaseUrl) -> Value {
        let handle = &self.workspace.handle;
        json!({
            "workspace": handle,
            "base_url": base_url.to_string(),
            "scim_base_url": base_url.scim(),
            "scim_token": self.scim_token.as_ref().map(|token| token.expose_secret()),
            "saml_acs_url": base_url.saml_acs(handle),
            "saml_sp_entity_id": base_url.saml_metadata(handle),
            "saml_sp_metadata_url": base_url.saml_metadata(handle),
            "login_url": base_url.saml_login(handle),
            "console_url": format!("{base_url}/console/"),
            "owner_email": self.owner_email,
            "owner_password": self.owner_password.expose_secret(),
        })
    }

    fn tell(&self, base_url: &BaseUrl) -> Result<()> {
        let (workspace, handle) = (&self.workspace, &self.workspace.handle);
        output::line(format!("Made the workspace {} ({handle}).\n", workspace.name))?;
        output::line("For the SAML app of the identity provider:")?;
        output::line(format!("  Single sign-on URL (ACS)   {}", base_url.saml_acs(handle)))?;
        output::line(format!("  Audience URI (entity ID)   {}", base_url.saml_metadata(handle)))?;
        match &self.scim_token {
            Some(token) => {
                output::line("\nFor its SCIM provisioning:")?;
                output::line(format!("  SCIM connector base URL    {}", base_url.scim()))?;
                output::line(format!("  Bearer token (shown once)  {}", token.expose_secret()))?;
            }
            None => {
                output::line(format!("\nNext: gatehouse saml idp set --workspace {handle} --metadata FILE_OR_URL"))?
            }
        }
        output::line("\nThe owner, for emergencies:")?;
        output::line(format!("  E-mail                     {}", self.owner_email))?;
        output::line(format!("  Password (shown once)      {}", self.owner_password.expose_secret()))?;
        output::line(format!("\nPeople sign in at {}", base_url.saml_login(handle)))
    }
}
