mod show;

use anyhow::Result;
use clap::{Args, Subcommand};
use domain::audit::{EventKind, Subject};
use domain::connection::WeakAlgorithms;
use domain::id::ConnectionId;
use serde_json::{Value, json};
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
    /// Print what is known of it: addresses, certificates, what is permitted
    Show(show::Show),
}

#[derive(Debug, Args)]
pub(super) struct Set {
    #[command(flatten)]
    within: InWorkspace,
    /// The metadata
    #[arg(long, value_name = "FILE_OR_URL")]
    metadata: String,
    /// Take signatures that rest on SHA-1, which is broken; setting the metadata anew without it takes that back
    #[arg(long)]
    allow_sha1: bool,
}

impl Saml {
    pub(super) fn run(self, settings: &Settings) -> Result<()> {
        match self {
            Self::Idp(Idp::Set(set)) => set.run(settings),
            Self::Idp(Idp::Show(show)) => show.run(settings),
        }
    }
}

impl Set {
    fn run(self, settings: &Settings) -> Result<()> {
        let session = Session::open(settings, &self.within)?;
        let (metadata, provider) = metadata::read(&self.metadata)?;
        put(&session, metadata, provider.entity_id(), WeakAlgorithms::with_sha1(self.allow_sha1))?;
        if self.allow_sha1 {
            output::remark(SHA1_WARNING);
        }
        let certificates = provider.signing_certificates().len();
        output::line(format!("{} signs in here, with {certificates} signing certificate(s).", provider.entity_id()))
    }
}

const SHA1_WARNING: &str = "\
Warning: signatures that rest on SHA-1 are taken from now on. SHA-1 is broken: who can make two texts with one SHA-1 may sign in
as somebody else. Have the identity provider sign with SHA-256, then set its metadata again without --allow-sha1.";

/// Replaces the connection's metadata and what it permits; links to people stay.
pub(super) fn put(session: &Session, metadata: String, entity_id: &str, weak_algorithms: WeakAlgorithms) -> Result<()> {
    let known = session.store.find_connection(session.workspace.id)?;
    let id = match &known {
        Some(connection) => connection.id,
        None => ConnectionId::new(random::new_id(session.now)?),
    };
    let (workspace, entity_id) = (session.workspace.id, entity_id.to_owned());
    let connection = Connection { id, workspace, entity_id, metadata, weak_algorithms };
    let subject = Subject::named("connection", &connection.entity_id);
    let (before, after) = (known.as_ref().map(audited), Some(audited(&connection)));
    let entry = session.entry(EventKind::ConnectionUpdated, subject, before, after);
    Ok(session.store.put_connection(connection, entry)?)
}

/// What the audit log says of a connection.
pub(super) fn audited(connection: &Connection) -> Value {
    json!({ "entity_id": connection.entity_id, "sha1_permitted": connection.weak_algorithms.permit_sha1() })
}
