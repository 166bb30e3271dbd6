use administration::keys::{self, SamlKey};
use administration::{Acting, AdministrationError};
use anyhow::{Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use saml_acs::{CertificateFacts, KeyUse};
use serde_json::{Value, json};

use crate::cli::session::InWorkspace;
use crate::config::Settings;
use crate::output;

/// `gatehouse saml key …`
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Key {
    /// Print the keys, which are all in our metadata
    List(List),
    /// Make a second key and publish it, to change to
    Add(Add),
    /// Let the second key take the first one's place: it signs from now on, or comes first in the metadata
    Activate(Change),
    /// Remove a key for ever, once nobody relies on it any more
    Remove(Change),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct List {
    #[command(flatten)]
    within: InWorkspace,
    /// Only keys for this use
    #[arg(long = "use", value_enum)]
    used: Option<Use>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Add {
    #[command(flatten)]
    within: InWorkspace,
    /// What it is for
    #[arg(long = "use", value_enum, default_value = "encryption")]
    used: Use,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Change {
    #[command(flatten)]
    within: InWorkspace,
    /// The key, as `saml key list` prints it
    #[arg(value_name = "ID")]
    id: String,
}

/// What a key is for.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Use {
    /// Signs our requests and metadata
    Signing,
    /// Decrypts assertions that are encrypted for us
    Encryption,
}

impl Key {
    pub(super) fn run(self, settings: &Settings) -> Result<()> {
        match self {
            Self::List(list) => list.run(settings),
            Self::Add(add) => add.run(settings),
            Self::Activate(change) => change.activate(settings),
            Self::Remove(change) => change.remove(settings),
        }
    }
}

impl List {
    fn run(&self, settings: &Settings) -> Result<()> {
        let acting = self.within.open(settings)?;
        let mut keys = keys::all(&acting)?;
        keys.retain(|key| self.used.is_none_or(|used| KeyUse::from(used) == key.used));
        if !self.json {
            return keys.iter().try_for_each(|key| print(key, &acting));
        }
        let keys: Vec<_> = keys.iter().map(|key| described(key, &acting)).collect();
        output::json(&json!({ "workspace": acting.workspace.handle, "keys": keys }))
    }
}

impl Add {
    fn run(&self, settings: &Settings) -> Result<()> {
        let acting = self.within.open(settings)?;
        let key = keys::add(&acting, KeyUse::from(self.used))?;
        if self.json {
            return output::json(&described(&key, &acting));
        }
        print(&key, &acting)?;
        output::line(next_step(&key, &acting))
    }
}

impl Change {
    fn activate(&self, settings: &Settings) -> Result<()> {
        let acting = self.within.open(settings)?;
        let key = self.get(&acting)?;
        output::line(if keys::activate(&acting, &key)? {
            "It is the active one. The other key is still published: remove it when nobody relies on it any more."
        } else {
            "It is the active one already."
        })
    }

    fn remove(&self, settings: &Settings) -> Result<()> {
        let acting = self.within.open(settings)?;
        keys::remove(&acting, &self.get(&acting)?)?;
        output::line("It is removed. What is still encrypted for it or signed with it is refused.")
    }

    fn get(&self, acting: &Acting) -> Result<SamlKey> {
        match keys::get(acting, &self.id) {
            Err(error @ AdministrationError::NoSuchKey(..)) => bail!("{error}: see `saml key list`"),
            done => Ok(done?),
        }
    }
}

fn described(key: &SamlKey, acting: &Acting) -> Value {
    let CertificateFacts { subject, sha256_fingerprint, key_kind, key_bits, not_after } = &key.facts;
    json!({
        "id": key.id.to_string(),
        "use": key.used.as_str(),
        "standing": key.standing.as_str(),
        "subject": subject,
        "sha256_fingerprint": sha256_fingerprint,
        "key_kind": key_kind,
        "key_bits": key_bits,
        "not_after": not_after.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "days_left": key.facts.days_left(acting.now()),
    })
}

fn print(key: &SamlKey, acting: &Acting) -> Result<()> {
    let CertificateFacts { sha256_fingerprint, key_kind, key_bits, not_after, .. } = &key.facts;
    let (used, standing, days) = (key.used.as_str(), key.standing.as_str(), key.facts.days_left(acting.now()));
    output::line(format!("{used:<10}  {standing:<7}  {}", key.id))?;
    output::line(format!(
        "            {key_kind}, {key_bits} bits; until {}, {days} days left",
        not_after.date_naive()
    ))?;
    output::line(format!("            SHA-256 {sha256_fingerprint}"))
}

fn next_step(key: &SamlKey, acting: &Acting) -> String {
    let handle = &acting.workspace.handle;
    match key.used {
        KeyUse::Signing => format!(
            "\nHave the identity provider read our metadata again. Then: gatehouse saml key activate --workspace {handle} {}",
            key.id
        ),
        KeyUse::Encryption => {
            "\nBoth keys decrypt. Have the identity provider read our metadata again, then remove the other key."
                .to_owned()
        }
    }
}

impl From<Use> for KeyUse {
    fn from(used: Use) -> Self {
        match used {
            Use::Signing => Self::Signing,
            Use::Encryption => Self::Encryption,
        }
    }
}
