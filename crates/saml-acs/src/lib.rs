//! saml-acs
