//! A workspace's own SAML keys: one signs, one decrypts, and while one of them is changed another stands by.

use domain::audit::{EventKind, Subject};
use domain::id::KeyId;
use saml_acs::{CertificateFacts, KeyUse, audited_key, certificate_facts, get_keys, key_subject, new_key};
use serde_json::Value;
use store::{KeyStanding, StoreError, StoredKey, Unique};
use web::random;

use crate::acting::Acting;
use crate::error::AdministrationError;

/// A key of the workspace, as people see it.
#[derive(Debug, Clone)]
pub struct SamlKey {
    /// Its id.
    pub id: KeyId,
    /// What it is for.
    pub used: KeyUse,
    /// Whether it is the active one.
    pub standing: KeyStanding,
    /// What its certificate says.
    pub facts: CertificateFacts,
}

/// Every key: those that sign, then those that decrypt, the active one of each first.
pub fn all(acting: &Acting) -> Result<Vec<SamlKey>, AdministrationError> {
    let mut all = Vec::new();
    for used in KeyUse::ALL {
        let keys = get_keys(&acting.store, &acting.workspace, used, acting.now())?;
        all.extend(keys.iter().map(|key| SamlKey::of(key, used)).collect::<Result<Vec<_>, _>>()?);
    }
    Ok(all)
}

/// The key of that id.
pub fn get(acting: &Acting, id: &str) -> Result<SamlKey, AdministrationError> {
    let found = all(acting)?.into_iter().find(|key| key.id.to_string() == id);
    found.ok_or_else(|| AdministrationError::NoSuchKey(acting.workspace.handle.clone(), id.to_owned()))
}

/// Makes a second key and publishes it, to change to.
pub fn add(acting: &Acting, used: KeyUse) -> Result<SamlKey, AdministrationError> {
    // There is a first one that this one stands beside.
    get_keys(&acting.store, &acting.workspace, used, acting.now())?;
    let key = new_key(&acting.workspace.handle, KeyId::new(random::new_id(acting.now())?), acting.now())?;
    let made = SamlKey { id: key.id, used, standing: KeyStanding::Standby, facts: certificate_facts(&key.public)? };
    let entry = acting.entry(EventKind::SamlKeyAdded, made.subject(), None, Some(made.audited(made.standing)));
    match acting.store.add_workspace_key(used.purpose(), &key, made.standing, entry) {
        Err(StoreError::Taken(Unique::Key)) => Err(AdministrationError::TwoKeys(used.as_str())),
        done => Ok(done.map(|()| made)?),
    }
}

/// Lets the key that stands by take the active one's place; says whether it did not have it already.
pub fn activate(acting: &Acting, key: &SamlKey) -> Result<bool, AdministrationError> {
    if key.standing == KeyStanding::Active {
        return Ok(false);
    }
    let (before, after) = (key.audited(KeyStanding::Standby), key.audited(KeyStanding::Active));
    let entry = acting.entry(EventKind::SamlKeyActivated, key.subject(), Some(before), Some(after));
    acting.store.activate_key(key.used.purpose(), key.id, entry)?;
    Ok(true)
}

/// Removes a key for ever: what is still encrypted for it or signed with it is refused.
pub fn remove(acting: &Acting, key: &SamlKey) -> Result<(), AdministrationError> {
    let entry = acting.entry(EventKind::SamlKeyRemoved, key.subject(), Some(key.audited(key.standing)), None);
    let purpose = key.used.purpose();
    let removed = match (key.standing, key.used) {
        (KeyStanding::Standby, _) => acting.store.remove_key(purpose, key.id, entry),
        // The other one decrypts already. Whether it may sign, only an administrator knows.
        (KeyStanding::Active, KeyUse::Encryption) => acting.store.replace_key(purpose, key.id, entry),
        (KeyStanding::Active, KeyUse::Signing) => return Err(AdministrationError::KeySigns),
    };
    match removed {
        Err(StoreError::NoSuchKey) => Err(AdministrationError::OnlyKey(key.used.as_str())),
        done => Ok(done?),
    }
}

impl SamlKey {
    fn of(key: &StoredKey, used: KeyUse) -> Result<Self, AdministrationError> {
        Ok(Self { id: key.id, used, standing: key.standing, facts: certificate_facts(&key.public)? })
    }

    fn subject(&self) -> Subject {
        key_subject(self.id, &self.facts)
    }

    fn audited(&self, standing: KeyStanding) -> Value {
        audited_key(self.used, standing, &self.facts)
    }
}
