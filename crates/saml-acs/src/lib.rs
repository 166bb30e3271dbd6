//! The SAML door: how a login that an identity provider vouches for becomes a
//! [`VerifiedAssertion`](verify::VerifiedAssertion), and that a session.

mod acs;
mod attributes;
pub mod authn_request;
mod browser;
mod claims;
pub mod connection;
mod decrypt;
pub mod demands;
mod door;
mod dry_run;
mod enveloped_signature;
pub mod error;
#[expect(unsafe_code, reason = "calls libxml2's canonicaliser; every block says why it is sound")]
mod foreign;
#[cfg(any(fuzzing, test))]
pub mod fuzzing;
mod keys;
mod login;
mod logout_document;
pub mod message;
mod metadata;
mod outgoing;
mod read;
mod refusal;
mod relay_state;
mod routes;
pub mod service_provider;
mod settings;
mod slo;
mod time;
pub mod tracer;
mod tree;
pub mod verify;
mod xml_guard;

pub use authn_request::{AuthnRequest, request_id};
pub use connection::{
    Binding, CertificateFacts, IdentityProvider, MetadataError, SigningCertificate, SingleLogoutService, choose,
    signed_by, valid_until,
};
pub use decrypt::DecryptionKey;
pub use demands::{Demands, Unmet};
pub use dry_run::{DryRun, NotTried};
pub use error::VerifyError;
pub use keys::{KeyError, KeyUse, RequestKey, audited_key, certificate_facts, get_keys, key_subject, new_key};
pub use message::{LogoutKind, RedirectMessage, SamlResponse};
pub use read::Attribute;
pub use relay_state::ReturnTo;
pub use routes::configure;
pub use service_provider::{ServiceProvider, WriteError};
pub use settings::Settings;
pub use verify::{
    AuthenticLogout, Expectations, LogoutExpectations, LogoutMessage, LogoutOutcome, LogoutRequest, LogoutResponse,
    VerifiedAssertion, authenticate, verify,
};
pub use xml_guard::Limits;
