use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use domain::audit::EventKind;
use domain::id::KeyId;
use saml_acs::{CertificateFacts, KeyUse, audited_key, certificate_facts, get_keys, key_subject, new_key};
use serde_json::{Value, json};
use store::{KeyStanding, StoreError, StoredKey, Unique};
use web::random;

use crate::cli::session::{InWorkspace, Session};
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

/// A key of the workspace, as people see it.
struct Known {
    id: KeyId,
    used: KeyUse,
    standing: KeyStanding,
    facts: CertificateFacts,
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
        let session = Session::open(settings, &self.within)?;
        let mut keys = Known::all(&session)?;
        keys.retain(|key| self.used.is_none_or(|used| KeyUse::from(used) == key.used));
        if !self.json {
            return keys.iter().try_for_each(|key| key.print(&session));
        }
        let keys: Vec<_> = keys.iter().map(|key| key.json(&session)).collect();
        output::json(&json!({ "workspace": session.workspace.handle, "keys": keys }))
    }
}

impl Add {
    fn run(&self, settings: &Settings) -> Result<()> {
        let session = Session::open(settings, &self.within)?;
        let (used, standing) = (KeyUse::from(self.used), KeyStanding::Standby);
        // There is a first one that this one stands beside.
        get_keys(&session.store, &session.workspace, used, session.now)?;
        let key = new_key(&session.workspace.handle, KeyId::new(random::new_id(session.now)?), session.now)?;
        let known = Known { id: key.id, used, standing, facts: certificate_facts(&key.public)? };
        let entry = session.entry(EventKind::SamlKeyAdded, known.subject(), None, Some(known.audited(standing)));
        match session.store.add_workspace_key(used.purpose(), &key, standing, entry) {
            Ok(()) if self.json => output::json(&known.json(&session)),
            Ok(()) => {
                known.print(&session)?;
                output::line(known.next_step(&session))
            }
            Err(StoreError::Taken(Unique::Key)) => {
                bail!("there are two keys for {} already: remove one of them first", used.as_str())
            }
            Err(error) => Err(error.into()),
        }
    }
}

impl Change {
    fn activate(&self, settings: &Settings) -> Result<()> {
        let session = Session::open(settings, &self.within)?;
        let key = Known::get(&session, &self.id)?;
        if key.standing == KeyStanding::Active {
            return output::line("It is the active one already.");
        }
        let (before, after) = (key.audited(KeyStanding::Standby), key.audited(KeyStanding::Active));
        let entry = session.entry(EventKind::SamlKeyActivated, key.subject(), Some(before), Some(after));
        session.store.activate_key(key.used.purpose(), key.id, entry)?;
        output::line(
            "It is the active one. The other key is still published: remove it when nobody relies on it any more.",
        )
    }

    fn remove(&self, settings: &Settings) -> Result<()> {
        let session = Session::open(settings, &self.within)?;
        let key = Known::get(&session, &self.id)?;
        let entry = session.entry(EventKind::SamlKeyRemoved, key.subject(), Some(key.audited(key.standing)), None);
        let purpose = key.used.purpose();
        let removed = match (key.standing, key.used) {
            (KeyStanding::Standby, _) => session.store.remove_key(purpose, key.id, entry),
            // The other one decrypts already. Whether it may sign, only an administrator knows.
            (KeyStanding::Active, KeyUse::Encryption) => session.store.replace_key(purpose, key.id, entry),
            (KeyStanding::Active, KeyUse::Signing) => bail!(
                "this key signs: add another, have the identity provider read our metadata, and activate that one first"
            ),
        };
        match removed {
            Ok(()) => output::line("It is removed. What is still encrypted for it or signed with it is refused."),
            Err(StoreError::NoSuchKey) => bail!("this is the only key for {}: add another first", key.used.as_str()),
            Err(error) => Err(error.into()),
        }
    }
}

impl Known {
    fn all(session: &Session) -> Result<Vec<Self>> {
        let mut all = Vec::new();
        for used in KeyUse::ALL {
            let keys = get_keys(&session.store, &session.workspace, used, session.now)?;
            all.extend(keys.iter().map(|key| Self::of(key, used)).collect::<Result<Vec<_>>>()?);
        }
        Ok(all)
    }

    fn get(session: &Session, id: &str) -> Result<Self> {
        let found = Self::all(session)?.into_iter().find(|key| key.id.to_string() == id);
        found
            .with_context(|| format!("the workspace {} has no key {id}: see `saml key list`", session.workspace.handle))
    }

    fn of(key: &StoredKey, used: KeyUse) -> Result<Self> {
        Ok(Self { id: key.id, used, standing: key.standing, facts: certificate_facts(&key.public)? })
    }

    fn subject(&self) -> domain::audit::Subject {
        key_subject(self.id, &self.facts)
    }

    fn audited(&self, standing: KeyStanding) -> Value {
        audited_key(self.used, standing, &self.facts)
    }

    fn json(&self, session: &Session) -> Value {
        let CertificateFacts { subject, sha256_fingerprint, key_kind, key_bits, not_after } = &self.facts;
        json!({
            "id": self.id.to_string(),
            "use": self.used.as_str(),
            "standing": self.standing.as_str(),
            "subject": subject,
            "sha256_fingerprint": sha256_fingerprint,
            "key_kind": key_kind,
            "key_bits": key_bits,
            "not_after": not_after.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "days_left": self.facts.days_left(session.now),
        })
    }

    fn print(&self, session: &Session) -> Result<()> {
        let CertificateFacts { sha256_fingerprint, key_kind, key_bits, not_after, .. } = &self.facts;
        let (used, standing, days) = (self.used.as_str(), self.standing.as_str(), self.facts.days_left(session.now));
        output::line(format!("{used:<10}  {standing:<7}  {}", self.id))?;
        output::line(format!(
            "            {key_kind}, {key_bits} bits; until {}, {days} days left",
            not_after.date_naive()
        ))?;
        output::line(format!("            SHA-256 {sha256_fingerprint}"))
    }

    fn next_step(&self, session: &Session) -> String {
        let handle = &session.workspace.handle;
        match self.used {
            KeyUse::Signing => format!(
                "\nHave the identity provider read our metadata again. Then: gatehouse saml key activate --workspace {handle} {}",
                self.id
            ),
            KeyUse::Encryption => {
                "\nBoth keys decrypt. Have the identity provider read our metadata again, then remove the \
                                   other key."
                    .to_owned()
            }
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
