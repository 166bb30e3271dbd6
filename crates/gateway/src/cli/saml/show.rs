use administration::Acting;
use administration::connections::audited;
use anyhow::{Context, Result};
use clap::Args;
use domain::clock::Timestamp;
use domain::connection::AttributeNames;
use saml_acs::{CertificateFacts, IdentityProvider};
use serde_json::{Value, json};
use store::{Connection, MetadataStatus, Trial};

use crate::cli::session::{InWorkspace, OfProvider};
use crate::config::Settings;
use crate::output;

/// `gatehouse saml idp show`
#[derive(Debug, Args)]
pub(in crate::cli) struct Show {
    #[command(flatten)]
    within: InWorkspace,
    #[command(flatten)]
    idp: OfProvider,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// What is known of an identity provider.
struct Known {
    workspace: String,
    name: String,
    attributes: AttributeNames,
    url: Option<String>,
    refresh: Option<MetadataStatus>,
    provider: IdentityProvider,
    certificates: Vec<Certificate>,
    sha1_permitted: bool,
    trial: Option<Trial>,
}

/// A signing certificate at the time of the command.
struct Certificate {
    facts: CertificateFacts,
    days_left: i64,
}

impl Show {
    pub(super) fn run(self, settings: &Settings) -> Result<()> {
        let acting = self.within.open(settings)?;
        let known = Known::of(&acting, &self.idp.get(&acting)?)?;
        if self.json { output::json(&known.json()) } else { known.print() }
    }
}

impl Known {
    fn of(acting: &Acting, connection: &Connection) -> Result<Self> {
        let provider = IdentityProvider::from_metadata(&connection.metadata)
            .context("the stored metadata can't be used: set it again by `gatehouse saml idp set`")?;
        let certificates = provider.signing_certificates().iter();
        let certificates = certificates.map(|found| Ok(Certificate::at(acting.now(), found.facts()?)));
        Ok(Self {
            workspace: acting.workspace.handle.to_string(),
            name: connection.name.to_string(),
            attributes: connection.attribute_names.clone(),
            url: connection.source.as_ref().map(|source| source.url.clone()),
            refresh: acting.store.metadata_status(connection.id)?,
            certificates: certificates.collect::<Result<_>>()?,
            provider,
            sha1_permitted: connection.weak_algorithms.permit_sha1(),
            trial: acting.store.find_trial(connection.id)?,
        })
    }

    fn json(&self) -> Value {
        let addresses = self.provider.single_sign_on();
        let addresses = addresses.map(|(binding, url)| json!({ "binding": binding.name(), "url": url.as_str() }));
        json!({
            "workspace": self.workspace,
            "name": self.name,
            "entity_id": self.provider.entity_id(),
            "single_sign_on": addresses.collect::<Vec<_>>(),
            "signing_certificates": self.certificates.iter().map(Certificate::json).collect::<Vec<_>>(),
            "wants_signed_requests": self.provider.wants_authn_requests_signed(),
            "attributes": self.attributes.entries(),
            "metadata_url": self.url,
            "metadata_refresh": self.refresh.as_ref().map(refresh_json),
            "sha1_permitted": self.sha1_permitted,
            "trial": self.trial.as_ref().map(trial_json),
        })
    }

    fn print_refresh(&self) -> Result<()> {
        let (Some(url), Some(status)) = (&self.url, &self.refresh) else { return Ok(()) };
        output::line(format!("  metadata      {url}"))?;
        let shown = |at: Timestamp| at.format("%Y-%m-%d %H:%M UTC").to_string();
        let (last, next) = (shown(status.refreshed_at), shown(status.due_at));
        output::line(format!("                fetched {last}, again {next}"))?;
        match &status.trouble {
            Some(trouble) => {
                output::line(format!("                failed {} time(s) since: {trouble}", status.failures))
            }
            None => Ok(()),
        }
    }

    fn print(&self) -> Result<()> {
        output::line(format!("{} ({})", self.provider.entity_id(), self.name))?;
        for (binding, url) in self.provider.single_sign_on() {
            output::line(format!("  sign-on       {:<14} {url}", binding.name()))?;
        }
        self.certificates.iter().try_for_each(Certificate::print)?;
        let wanted = if self.provider.wants_authn_requests_signed() { "wanted" } else { "not wanted" };
        output::line(format!("  requests      signatures are {wanted}"))?;
        for (what, name) in self.attributes.entries() {
            output::line(format!("  attribute     {what:<14} {name}"))?;
        }
        self.print_refresh()?;
        let sha1 = if self.sha1_permitted { "permitted; have it sign with SHA-256 instead" } else { "refused" };
        output::line(format!("  SHA-1         {sha1}"))?;
        let Some(trial) = &self.trial else { return Ok(()) };
        let end = trial.ends_at.format("%Y-%m-%d %H:%M:%S UTC");
        output::line(format!("  on trial      until {end}, unless an administrator signs in through it before"))?;
        output::line(format!("                then it is {} again", trial.before.entity_id))
    }
}

fn trial_json(trial: &Trial) -> Value {
    let Trial { before, begun_at, ends_at, begun_by } = trial;
    json!({ "begun_at": begun_at, "ends_at": ends_at, "begun_by": begun_by, "before": audited(before) })
}

fn refresh_json(status: &MetadataStatus) -> Value {
    let MetadataStatus { due_at, refreshed_at, failures, trouble } = status;
    json!({ "refreshed_at": refreshed_at, "due_at": due_at, "failures": failures, "trouble": trouble })
}

impl Certificate {
    fn at(now: Timestamp, facts: CertificateFacts) -> Self {
        let days_left = facts.days_left(now);
        Self { facts, days_left }
    }

    fn json(&self) -> Value {
        let CertificateFacts { subject, sha256_fingerprint, key_kind, key_bits, not_after } = &self.facts;
        json!({
            "subject": subject,
            "sha256_fingerprint": sha256_fingerprint,
            "key_kind": key_kind,
            "key_bits": key_bits,
            "not_after": not_after.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "days_left": self.days_left,
        })
    }

    fn print(&self) -> Result<()> {
        let CertificateFacts { subject, sha256_fingerprint, key_kind, key_bits, not_after } = &self.facts;
        let ends = match self.days_left {
            // Its key counts all the same: SAML takes a certificate as a container for a key.
            ..0 => "ended".to_owned(),
            days => format!("{days} days left"),
        };
        output::line(format!("  certificate   {subject}"))?;
        output::line(format!("                {key_kind}, {key_bits} bits; until {}, {ends}", not_after.date_naive()))?;
        output::line(format!("                SHA-256 {sha256_fingerprint}"))
    }
}
