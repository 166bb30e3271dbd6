mod check;
mod key;
mod list;
mod show;
mod timeline;
mod trace;

use std::path::PathBuf;

use administration::connections::{self, ConnectionEdit};
use administration::metadata::{Metadata, Wanted};
use administration::{Acting, AdministrationError};
use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use domain::clock::Timestamp;
use domain::connection::WeakAlgorithms;
use domain::policy::Span;
use saml_acs::{IdentityProvider, SigningCertificate};
use store::Connection;

use super::listing::Listing;
use super::metadata;
use super::session::{InWorkspace, OfProvider};
use crate::config::Settings;
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
    /// Put it back now to what it was before the change that is on trial
    Rollback(list::Rollback),
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
    /// Change it on trial, such as for 10m: in force at once, and taken back unless an administrator (Environment admin in dev)
    /// signs in through it in time
    #[arg(long, value_name = "DURATION")]
    confirm_within: Option<Span>,
}

impl Saml {
    pub(super) fn run(self, settings: &Settings) -> Result<()> {
        match self {
            Self::Idp(Idp::Set(set)) => set.run(settings),
            Self::Idp(Idp::Show(show)) => show.run(settings),
            Self::Idp(Idp::Rollback(rollback)) => rollback.run(settings),
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
        let acting = self.within.open(settings)?;
        let known = self.idp.find(&acting)?;
        let edit = self.edit(&acting, known.as_ref())?;
        let connection = put(&acting, known.as_ref(), &self.idp, edit)?;
        if self.allow_sha1 {
            output::remark(SHA1_WARNING);
        }
        let provider = IdentityProvider::from_metadata(&connection.metadata)?;
        let certificates = provider.signing_certificates().len();
        output::line(format!("{} signs in here, with {certificates} signing certificate(s).", provider.entity_id()))?;
        match self.confirm_within {
            Some(length) => output::line(format!(
                "On trial: unless an Environment admin in dev signs in through it within {length}, it is put back to what it was."
            )),
            None => Ok(()),
        }
    }

    /// As it is to be. What is not named stays, but for the permission of SHA-1, which is given anew each time.
    fn edit(&self, acting: &Acting, known: Option<&Connection>) -> Result<ConnectionEdit> {
        let attributes = self.attributes.iter().map(|text| {
            let (what, name) = text.split_once('=').with_context(|| format!("{text}: write ATTRIBUTE=NAME"))?;
            Ok((what.to_owned(), name.to_owned()))
        });
        Ok(ConnectionEdit {
            metadata: self.metadata.as_ref().map(|from| self.read(from, known, acting.now())).transpose()?,
            attributes: attributes.collect::<Result<_>>()?,
            weak_algorithms: WeakAlgorithms::with_sha1(self.allow_sha1),
            confirm_within: self.confirm_within,
        })
    }

    fn read(&self, from: &str, known: Option<&Connection>, now: Timestamp) -> Result<Metadata> {
        let certificate = self.certificate(known)?;
        let wanted = Wanted { entity_id: self.entity.as_deref(), certificate: certificate.as_deref() };
        let mut metadata = metadata::get(from, wanted, now)?;
        metadata.source = metadata.source.filter(|_| !self.no_refresh);
        Ok(metadata)
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
}

const SHA1_WARNING: &str = "\
Warning: signatures that rest on SHA-1 are taken from now on. SHA-1 is broken: who can make two texts with one SHA-1 may sign in
as somebody else. Have the identity provider sign with SHA-256, then set its metadata again without --allow-sha1.";

/// Replaces the metadata of the only identity provider.
pub(super) fn set_metadata(acting: &Acting, metadata: Metadata) -> Result<()> {
    let only = OfProvider::default();
    let known = only.find(acting)?;
    let weak_algorithms = known.as_ref().map(|known| known.weak_algorithms).unwrap_or_default();
    let edit = ConnectionEdit { metadata: Some(metadata), weak_algorithms, ..ConnectionEdit::default() };
    put(acting, known.as_ref(), &only, edit).map(drop)
}

/// Puts the connection in force; links to people stay.
fn put(acting: &Acting, known: Option<&Connection>, idp: &OfProvider, edit: ConnectionEdit) -> Result<Connection> {
    let put = match known {
        Some(known) => connections::replace(acting, known, edit),
        None => connections::add(acting, idp.name.clone().unwrap_or_default(), edit),
    };
    match put {
        Err(error @ AdministrationError::MetadataMissing) => bail!("{error}: --metadata FILE_OR_URL"),
        Err(error @ AdministrationError::EntityIdTaken(_)) => bail!("{error}: see `gatehouse saml idp list`"),
        done => Ok(done?),
    }
}
