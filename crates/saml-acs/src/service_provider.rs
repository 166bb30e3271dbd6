//! Our own side of a connection.

use domain::policy::SamlNameIdPolicy;
use samael::metadata::NameIdFormat;
use thiserror::Error;

/// Gatehouse as an identity provider sees it.
#[derive(Clone)]
pub struct ServiceProvider {
    /// Its entity id, which is the address of its metadata.
    pub entity_id: String,
    /// Its assertion consumer service.
    pub acs_url: String,
    /// Its single logout service.
    pub slo_url: String,
    /// Whether it signs its requests.
    pub signs_requests: bool,
    /// What kind of name its requests ask for.
    pub name_id_policy: SamlNameIdPolicy,
}

/// The kind of name that a policy asks for (SAML core 8.3).
pub(crate) fn name_id_format(policy: SamlNameIdPolicy) -> Option<&'static str> {
    let format = match policy {
        SamlNameIdPolicy::Omitted => return None,
        SamlNameIdPolicy::Unspecified => NameIdFormat::UnspecifiedNameIDFormat,
        SamlNameIdPolicy::EmailAddress => NameIdFormat::EmailAddressNameIDFormat,
        SamlNameIdPolicy::Persistent => NameIdFormat::PersistentNameIDFormat,
    };
    Some(format.value())
}

/// XML that could not be written.
#[derive(Debug, Error)]
#[error("a SAML document can't be written: {0}")]
pub struct WriteError(pub(crate) String);

impl ServiceProvider {
    /// The wanted one first, which some identity providers take.
    pub(crate) fn name_id_formats(&self) -> impl Iterator<Item = &'static str> {
        let wanted = self.name_id_policy;
        let usual = [SamlNameIdPolicy::Unspecified, SamlNameIdPolicy::EmailAddress];
        let others = usual.into_iter().filter(move |policy| *policy != wanted);
        std::iter::once(wanted).chain(others).filter_map(name_id_format)
    }
}
