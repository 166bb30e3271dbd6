//! What several unit tests need.

use std::sync::Arc;

use chrono::DateTime;

use crate::simulator::Settings;

pub(crate) fn settings() -> Settings {
    Settings {
        login_url: "http://127.0.0.1:8080/saml/acme/login".to_owned(),
        acs_url: "http://127.0.0.1:8080/saml/acme/acs".to_owned(),
        slo_url: "http://127.0.0.1:8080/saml/acme/slo".to_owned(),
        audience: "http://127.0.0.1:8080/saml/acme/metadata".to_owned(),
        session_url: "http://127.0.0.1:8080/session".to_owned(),
        scim_base_url: "http://127.0.0.1:8080/scim/v2".to_owned(),
        scim_token: "secret-token".into(),
        clock: Arc::new(|| DateTime::from_timestamp(1_795_341_600, 0).unwrap()),
    }
}

/// A certificate in DER.
pub(crate) fn certificate() -> Vec<u8> {
    let now = DateTime::from_timestamp(1_795_341_600, 0).unwrap();
    crate::IdentityProvider::generate("http://okta.test", now).unwrap().certificate_der().to_vec()
}
