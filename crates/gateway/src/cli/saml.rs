use anyhow::Result;
use clap::{Args, Subcommand};
use domain::audit::{EventKind, Subject};
use domain::id::ConnectionId;
use serde_json::json;
use store::Connection;
use web::random;

use super::metadata;
use super::session::{InWorkspace, Session};
use crate::config::Settings;
use crate::output;

/// `gatehouse saml …`
#[derive(Debug, Subcommand)]
pub(super) enum Saml {
    /// The identity provider
    #[command(subcommand)]
    Idp(Idp),
}

#[derive(Debug, Subcommand)]
pub(super) enum Idp {
    /// Set or replace its metadata; all of its signing certificates count
    Set(Set),
}

#[derive(Debug, Args)]
pub(super) struct Set {
    #[command(flatten)]
    within: InWorkspace,
    /// The metadata
    #[arg(long, value_name = "FILE_OR_URL")]
    metadata: String,
}

impl Saml {
    pub(super) fn run(self, settings: &Settings) -> Result<()> {
        let Self::Idp(Idp::Set(set)) = self;
        let session = Session::open(settings, &set.within)?;
        let (metadata, provider) = metadata::read(&set.metadata)?;
        put(&session, metadata, provider.entity_id())?;
        let certificates = provider.signing_certificates().len();
        output::line(format!("{} signs in here, with {certificates} signing certificate(s).", provider.entity_id()))
    }
}

/// Replaces the connection's metadata; links to people stay.
pub(super) fn put(session: &Session, metadata: String, entity_id: &str) -> Result<()> {
    let known = session.store.find_connection(session.workspace.id)?;
    let id = match &known {
        Some(connection) => connection.id,
        None => ConnectionId::new(random::new_id(session.now)?),
    };
    let before = known.map(|connection| json!({ "entity_id": connection.entity_id }));
    let after = json!({ "entity_id": entity_id });
    let entry =
        session.entry(EventKind::ConnectionUpdated, Subject::named("connection", entity_id), before, Some(after));
    let connection = Connection { id, workspace: session.workspace.id, entity_id: entity_id.to_owned(), metadata };
    Ok(session.store.put_connection(connection, entry)?)
}
