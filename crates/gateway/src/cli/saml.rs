mod check;
mod key;
mod list;
mod show;
mod timeline;
mod trace;

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use domain::audit::{EventKind, Subject};
use domain::connection::{AttributeNames, WeakAlgorithms};
use domain::id::ConnectionId;
use saml_acs::{IdentityProvider, SigningCertificate};
use store::{Connection, StoreError, Unique};
use web::random;

use super::listing::Listing;
use super::session::{InWorkspace, OfProvider, Session};
use crate::config::Settings;
use crate::metadata;
use crate::metadata::refresh::audited;
use crate::output;

/// `gatehouse saml …`
#[derive(Debug, Subcommand)]
pub(super) enum Saml {
    /// The identity provider
    #[command(subcommand)]
    Idp(Idp),
    /// Our own keys, to sign with and to have assertions encrypted for
    #[command(subcommand)]
    Key(key::Key),
    /// The latest logins: why each refused one failed, and what to do about it
    Trace(trace::Trace),
    /// A dry run of one response: every check, and what access it would give; nobody is signed in
    Check(check::Check),
}

#[derive(Debug, Subcommand)]
pub(super) enum Idp {
    /// Set or replace its metadata; all of its signing certificates count
    Set(Set),
    /// Print what is known of it: addresses, certificates, what is permitted
    Show(show::Show),
    /// Fetch its metadata from its address now; a server does that every six hours
    Refresh(list::Refresh),
    /// Print the names of all
    List(Listing),
    /// Remove one with its links, sessions and SCIM tokens; nobody signs in as one of its people until they are linked anew
    Remove(list::Remove),
}

#[derive(Debug, Args)]
pub(super) struct Set {
    #[command(flatten)]
    within: InWorkspace,
    #[command(flatten)]
    idp: OfProvider,
    /// The metadata; a new identity provider needs it
    #[arg(long, value_name = "FILE_OR_URL")]
    metadata: Option<String>,
    /// Its entity id, where the metadata describes several
    #[arg(long, value_name = "ENTITY_ID", requires = "metadata")]
    entity: Option<String>,
    /// The certificate (PEM or DER) that has to sign the metadata, now and whenever it is fetched again; it stays for as long
    /// as the address does
    #[arg(long, value_name = "FILE", requires = "metadata")]
    metadata_certificate: Option<PathBuf>,
    /// Do not fetch the metadata again, though it comes from an address
    #[arg(long)]
    no_refresh: bool,
    /// Under which name it sends an attribute, such as groups=memberOf or role.dev=devRole; an empty name is the usual one.
    /// The attributes are email, full_name, given_name, family_name, groups, and role. with an environment
    #[arg(long = "attribute", value_name = "ATTRIBUTE=NAME")]
    attributes: Vec<String>,
    /// Take signatures that rest on SHA-1, which is broken; setting the metadata anew without it takes that back
    #[arg(long)]
    allow_sha1: bool,
}

impl Saml {
    pub(super) fn run(self, settings: &Settings) -> Result<()> {
        match self {
            Self::Idp(Idp::Set(set)) => set.run(settings),
            Self::Idp(Idp::Show(show)) => show.run(settings),
            Self::Idp(Idp::Refresh(refresh)) => refresh.run(settings),
            Self::Idp(Idp::List(listing)) => list::list(listing, settings),
            Self::Idp(Idp::Remove(remove)) => remove.run(settings),
            Self::Key(key) => key.run(settings),
            Self::Trace(trace) => trace.run(settings),
            Self::Check(check) => check.run(settings),
        }
    }
}

impl Set {
    fn run(self, settings: &Settings) -> Result<()> {
        let session = Session::open(settings, &self.within)?;
        let known = self.idp.find(&session)?;
        let connection = self.connection(&session, known.as_ref())?;
        let provider = IdentityProvider::from_metadata(&connection.metadata)?;
        put(&session, known.as_ref(), connection)?;
        if self.allow_sha1 {
            output::remark(SHA1_WARNING);
        }
        let certificates = provider.signing_certificates().len();
        output::line(format!("{} signs in here, with {certificates} signing certificate(s).", provider.entity_id()))
    }

    /// The certificate that has to sign the metadata: the given one, else the one that was given with the same address.
    fn certificate(&self, known: Option<&Connection>) -> Result<Option<String>> {
        let Some(path) = &self.metadata_certificate else {
            let source = known.and_then(|known| known.source.as_ref());
            let same = source.filter(|source| Some(&source.url) == self.metadata.as_ref());
            return Ok(same.and_then(|source| source.certificate.clone()));
        };
        let bytes = std::fs::read(path).with_context(|| format!("can't read {}", path.display()))?;
        Ok(Some(SigningCertificate::from_file(&bytes)?.to_base64()?))
    }

    /// As it is to be. What is not named stays, but for the permission of SHA-1, which is given anew each time.
    fn connection(&self, session: &Session, known: Option<&Connection>) -> Result<Connection> {
        let mut connection = match (known, &self.metadata) {
            (_, Some(metadata)) => {
                let (metadata, provider, source) =
                    metadata::get_typed(metadata, self.entity.as_deref(), self.certificate(known)?, session.now)?;
                let source = source.filter(|_| !self.no_refresh);
                let connection = new_connection(session, known, &self.idp, metadata, provider.entity_id())?;
                Connection { source, ..connection }
            }
            (Some(known), None) => known.clone(),
            (None, None) => bail!("a new identity provider needs its metadata: --metadata FILE_OR_URL"),
        };
        connection.weak_algorithms = WeakAlgorithms::with_sha1(self.allow_sha1);
        let environments = session.store.environments(session.workspace.id)?;
        for text in &self.attributes {
            let (what, name) = text.split_once('=').with_context(|| format!("{text}: write ATTRIBUTE=NAME"))?;
            connection.attribute_names.set(what, name, &environments).map_err(anyhow::Error::msg)?;
        }
        Ok(connection)
    }
}

fn new_connection(
    session: &Session,
    known: Option<&Connection>,
    idp: &OfProvider,
    metadata: String,
    entity_id: &str,
) -> Result<Connection> {
    let entity_id = entity_id.to_owned();
    Ok(match known {
        Some(known) => Connection { entity_id, metadata, ..known.clone() },
        None => Connection {
            id: ConnectionId::new(random::new_id(session.now)?),
            workspace: session.workspace.id,
            name: idp.name.clone().unwrap_or_default(),
            entity_id,
            metadata,
            source: None,
            attribute_names: AttributeNames::default(),
            weak_algorithms: WeakAlgorithms::Refused,
        },
    })
}

const SHA1_WARNING: &str = "\
Warning: signatures that rest on SHA-1 are taken from now on. SHA-1 is broken: who can make two texts with one SHA-1 may sign in
as somebody else. Have the identity provider sign with SHA-256, then set its metadata again without --allow-sha1.";

/// Replaces the metadata of the only identity provider.
pub(super) fn set_metadata(session: &Session, metadata: String, entity_id: &str) -> Result<()> {
    let only = OfProvider::default();
    let known = only.find(session)?;
    let connection = new_connection(session, known.as_ref(), &only, metadata, entity_id)?;
    put(session, known.as_ref(), connection)
}

/// Puts the connection in force; links to people stay.
fn put(session: &Session, known: Option<&Connection>, connection: Connection) -> Result<()> {
    let subject = Subject::named("connection", &connection.entity_id);
    let (before, after) = (known.map(audited), Some(audited(&connection)));
    let entry = session.entry(EventKind::ConnectionUpdated, subject, before, after);
    let entity_id = connection.entity_id.clone();
    let put = match known {
        Some(known) => session.store.replace_connection(known.clone(), connection, entry),
        None => session.store.put_connection(connection, entry),
    };
    match put {
        Err(StoreError::Conflict) => {
            bail!("{entity_id} was changed or removed in between, and nothing is changed by this: try again")
        }
        Err(StoreError::Taken(Unique::EntityId)) => {
            bail!("another identity provider of this workspace is {entity_id} already: see `gatehouse saml idp list`")
        }
        done => Ok(done?),
    }
}
