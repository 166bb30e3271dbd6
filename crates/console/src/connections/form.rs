//! What is typed of an identity provider.

use administration::AdministrationError;
use administration::connections::ConnectionEdit;
use administration::metadata::{MOST_BYTES, Metadata, MetadataFailure, Reach, Wanted, check, fetch, fetch_typed};
use domain::clock::Timestamp;
use domain::connection::WeakAlgorithms;
use domain::environment::Environment;
use domain::policy::Span;
use saml_acs::{MetadataError, SigningCertificate};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use store::Connection;

use crate::attempt::Wrong;

/// The length of a trial unless another one is chosen.
const USUAL_TRIAL: &str = "10m";
/// What a form says in place of a length where the change is for good.
const FOR_GOOD: &str = "none";

/// The fields, as they come back.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ProviderForm {
    pub(crate) name: String,
    /// `keep`, `address` or `file`.
    pub(crate) from: String,
    pub(crate) url: String,
    pub(crate) refresh: Option<String>,
    /// The text of an uploaded file.
    file: String,
    /// Whose metadata they are, of several.
    pub(crate) entity_id: String,
    /// The certificate that has to sign them, in PEM.
    pub(crate) certificate: String,
    /// What it sends, and under which name: one beside the other.
    what: Vec<String>,
    called: Vec<String>,
    pub(crate) sha1: Option<String>,
    /// How long the change is on trial.
    pub(crate) trial: String,
    /// What the page knew of the connection.
    pub(crate) read: String,
}

/// A name that an attribute may be sent under.
pub(crate) struct AttributeField {
    /// As [`AttributeNames::set`](domain::connection::AttributeNames::set) takes it.
    pub(crate) what: String,
    pub(crate) title: String,
    pub(crate) usual: String,
    pub(crate) called: String,
}

impl ProviderForm {
    /// For a connection that is to be made.
    pub(crate) fn empty(is_first: bool) -> Self {
        let name = if is_first { "default" } else { "" };
        Self { name: name.to_owned(), from: "address".to_owned(), refresh: Some(on()), ..Self::default() }
    }

    /// As the connection is.
    pub(crate) fn of(connection: &Connection) -> Self {
        let names = connection.attribute_names.entries();
        Self {
            name: connection.name.to_string(),
            from: "keep".to_owned(),
            url: connection.source.as_ref().map(|source| source.url.clone()).unwrap_or_default(),
            refresh: Some(on()),
            what: names.keys().cloned().collect(),
            called: names.values().map(|name| (*name).to_owned()).collect(),
            sha1: connection.weak_algorithms.permit_sha1().then(on),
            trial: USUAL_TRIAL.to_owned(),
            read: fingerprint(connection),
            ..Self::default()
        }
    }

    /// The fields for attributes, each with the name that is used where none is typed.
    pub(crate) fn attributes(&self, environments: &[Environment]) -> Vec<AttributeField> {
        let people = [
            ("email", "E-mail address", "workato_email"),
            ("full_name", "Full name", "workato_full_name"),
            ("given_name", "Given name", "workato_first_name, firstName, first_name, givenName"),
            ("family_name", "Family name", "workato_last_name, lastName, last_name, surname"),
            ("groups", "Groups", "workato_user_groups"),
        ];
        let people = people.map(|(what, title, usual)| (what.to_owned(), title.to_owned(), usual.to_owned()));
        let roles = environments.iter().map(|environment| {
            let usual = environment.saml_attributes.join(", ");
            (format!("role.{}", environment.name), format!("Role in {}", environment.name), usual)
        });
        let field = |(what, title, usual): (String, String, String)| AttributeField {
            called: self.called(&what),
            what,
            title,
            usual,
        };
        people.into_iter().chain(roles).map(field).collect()
    }

    fn called(&self, what: &str) -> String {
        let mut pairs = self.what.iter().zip(&self.called);
        pairs.find(|(known, _)| *known == what).map(|(_, called)| called.clone()).unwrap_or_default()
    }

    pub(crate) fn is_for_good(&self) -> bool {
        self.trial == FOR_GOOD
    }

    /// Whether another administrator has changed the connection since the page was loaded.
    pub(crate) fn check_read(&self, known: &Connection) -> Result<(), Wrong> {
        if self.read == fingerprint(known) {
            return Ok(());
        }
        let why = "another administrator has changed it since you opened this page, and nothing is changed by this: open the \
                   page anew";
        Err(Wrong::new("", why))
    }

    /// What is to change. Metadata are fetched here.
    pub(crate) fn edit(
        &self,
        known: Option<&Connection>,
        may_reach: Reach,
        now: Timestamp,
    ) -> Result<ConnectionEdit, AdministrationError> {
        let attributes = self.what.iter().cloned().zip(self.called.iter().map(|name| name.trim().to_owned()));
        let confirm_within = match known {
            Some(_) if !self.is_for_good() => {
                Some(self.trial.parse::<Span>().map_err(|_| AdministrationError::TrialLength)?)
            }
            _ => None,
        };
        Ok(ConnectionEdit {
            metadata: self.metadata(known, may_reach, now)?,
            attributes: attributes.collect(),
            weak_algorithms: WeakAlgorithms::with_sha1(self.sha1.is_some()),
            confirm_within,
        })
    }

    /// A file that was chosen counts, whatever else is ticked.
    fn metadata(
        &self,
        known: Option<&Connection>,
        may_reach: Reach,
        now: Timestamp,
    ) -> Result<Option<Metadata>, AdministrationError> {
        let url = self.url.trim();
        let certificate = self.certificate(known)?;
        let entity_id = Some(self.entity_id.trim()).filter(|text| !text.is_empty());
        let wanted = Wanted { entity_id, certificate: certificate.as_deref() };
        if !self.file.trim().is_empty() {
            if self.file.len() as u64 > MOST_BYTES {
                return Err(unusable("the file", MetadataError::TooLarge).into());
            }
            return Ok(Some(check(&self.file, "the file", wanted, now)?));
        }
        match self.from.as_str() {
            "address" if !url.is_empty() => {
                let mut metadata = match may_reach {
                    Reach::TypedHost => fetch_typed(url, wanted, now)?,
                    Reach::Public => fetch(url, known_reach(url, known), wanted, now)?,
                };
                metadata.source = metadata.source.filter(|_| self.refresh.is_some());
                Ok(Some(metadata))
            }
            "keep" => Ok(None),
            _ => Err(AdministrationError::MetadataMissing),
        }
    }

    /// The one that is typed, else the one that was given with the same address.
    fn certificate(&self, known: Option<&Connection>) -> Result<Option<String>, AdministrationError> {
        let typed = self.certificate.trim();
        if typed.is_empty() {
            let source = known.and_then(|known| known.source.as_ref());
            return Ok(source
                .filter(|source| source.url == self.url.trim())
                .and_then(|source| source.certificate.clone()));
        }
        let certificate = SigningCertificate::from_file(typed.as_bytes());
        let certificate = certificate.map_err(|cause| unusable("the certificate", cause))?;
        let unreadable = |_| unusable("the certificate", MetadataError::UnreadableCertificate);
        Ok(Some(certificate.to_base64().map_err(unreadable)?))
    }
}

/// An address that somebody has named who may name one in a private network stays within reach.
fn known_reach(url: &str, known: Option<&Connection>) -> Reach {
    let source = known.and_then(|known| known.source.as_ref());
    let is_theirs = source.is_some_and(|source| source.is_private && source.url == url);
    if is_theirs { Reach::TypedHost } else { Reach::Public }
}

fn unusable(from: &str, cause: MetadataError) -> MetadataFailure {
    MetadataFailure::Unusable { from: from.to_owned(), cause }
}

/// Tells one state of a connection from another. Metadata change by themselves, which is no reason to begin anew.
fn fingerprint(connection: &Connection) -> String {
    let source = connection.source.as_ref().map(|source| source.url.as_str()).unwrap_or_default();
    let names = connection.attribute_names.entries();
    let parts = format!("{:?} {source:?} {names:?} {:?}", connection.entity_id, connection.weak_algorithms);
    hex::encode(Sha256::digest(parts.as_bytes()))
}

fn on() -> String {
    "on".to_owned()
}

/// The lengths of a trial that a form offers, and how they are said.
pub(crate) const TRIALS: [(&str, &str); 5] =
    [("5m", "5 minutes"), (USUAL_TRIAL, "10 minutes"), ("30m", "30 minutes"), ("2h", "2 hours"), ("1d", "1 day")];

#[cfg(test)]
mod tests {
    use administration::trials;

    use super::*;

    #[test]
    fn every_length_that_is_offered_is_a_trial() {
        for (length, _) in TRIALS {
            let span: Span = length.parse().unwrap();
            assert!((trials::SHORTEST..=trials::LONGEST).contains(&span), "{length}");
        }
        assert!(FOR_GOOD.parse::<Span>().is_err());
    }
}
