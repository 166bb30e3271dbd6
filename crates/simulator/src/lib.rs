//! Plays Okta: a SAML identity provider with six people and Okta's SCIM client, over HTTP only.
//!
//! The simulator knows nothing of the gateway but its addresses, so whatever works with it works because of what went
//! over the wire. `gatehouse demo` runs it beside a real gateway; tests take single parts of it, above all
//! [`IdentityProvider::response`].
//!
//! ```text
//! IdentityProvider::generate   key, certificate, metadata      (the gateway's workspace is made from the metadata)
//! Simulator::new               the identity provider and the gateway's addresses
//! Simulator::provision_everyone  six people over SCIM          (blocking)
//! Simulator::serve             pages for a person to click, and the single sign-on address
//! ```

mod assertion;
mod authn_request;
mod directory;
mod encrypt;
mod identity_provider;
mod journal;
mod logout;
mod pages;
mod people;
mod provisioning;
mod random;
mod scim_client;
mod scim_error;
mod scim_user;
mod server;
mod sign;
mod simulator;
#[cfg(test)]
mod test_support;
mod xml;

pub use assertion::{ResponseParameters, SamlAttribute, Signed};
pub use authn_request::{AuthnRequest, AuthnRequestError};
pub use directory::{Directory, EnvironmentRoles, GROUP_NAMES, Person, PersonStatus, ROLE_NAMES};
pub use encrypt::{ContentCipher, Encryption, EncryptionError, KeyTransport};
pub use identity_provider::IdentityProvider;
pub use journal::{Exchange, Journal};
pub use logout::{LogoutMessage, LogoutRequestParameters, LogoutResponseParameters};
pub use provisioning::{Assignment, Outcome};
pub use scim_client::ScimClient;
pub use scim_error::ScimError;
pub use sign::{SignatureHash, SigningError};
pub use simulator::{Clock, Settings, Simulator};
