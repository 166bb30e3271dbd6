//! Access tokens for the application behind: EdDSA JWTs (RFC 8037) that live five minutes.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use domain::access::AccessInForce;
use domain::clock::Timestamp;
use domain::environment::EnvironmentName;
use domain::id::KeyId;
use domain::role::Privileges;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use openssl::pkey::PKey;
use secrecy::ExposeSecret;
use serde::Serialize;
use serde_json::{Value, json};
use store::{KeyPurpose, LiveSession, NewKey, Store, StoreError, StoredKey};

use crate::base_url::BaseUrl;
use crate::random;

/// How long a token lives: a leaver's dies by itself where an application checks offline.
const LIFETIME: Duration = Duration::minutes(5);

/// A token can't be signed, or there is no key to sign with.
#[derive(Debug, thiserror::Error)]
pub enum AccessTokenError {
    /// The key store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A key can't be made or used.
    #[error("access tokens can't be signed: {0}")]
    Key(String),
}

/// The signing keys: the newest signs, all are published.
pub struct AccessTokens {
    kid: String,
    signing: EncodingKey,
    published: Vec<Value>,
}

impl AccessTokens {
    /// Loads the keys; the first start makes one.
    pub fn load(store: &Store, now: Timestamp) -> Result<Self, AccessTokenError> {
        let mut keys = store.keys(KeyPurpose::AccessToken, None)?;
        if keys.is_empty() {
            make_key(store, now)?;
            keys = store.keys(KeyPurpose::AccessToken, None)?;
        }
        let newest = keys.last().ok_or_else(|| AccessTokenError::Key("no key".to_owned()))?;
        Ok(Self {
            kid: newest.id.to_string(),
            signing: EncodingKey::from_ed_der(newest.secret.expose_secret()),
            published: keys.iter().map(public_jwk).collect(),
        })
    }

    /// The public keys (RFC 7517 §5).
    pub fn jwks(&self) -> Value {
        json!({ "keys": self.published })
    }

    /// Signs what a session's person may do at this moment.
    pub fn issue(&self, session: &LiveSession, base_url: &BaseUrl, now: Timestamp) -> Result<String, AccessTokenError> {
        let person = &session.person;
        let access = person.access_in_force(now);
        let claims = Claims {
            iss: base_url.to_string(),
            aud: session.workspace.handle.as_str(),
            sub: person.id.to_string(),
            iat: now.timestamp(),
            exp: (now + LIFETIME).min(session.expires_at).timestamp(),
            jti: token_id(now)?,
            auth_time: session.authenticated_at.timestamp(),
            workspace: session.workspace.handle.as_str(),
            user_name: person.user_name.as_str(),
            access: &access,
            privileges: access.privileges(&session.roles),
        };
        let header = Header { kid: Some(self.kid.clone()), ..Header::new(Algorithm::EdDSA) };
        encode(&header, &claims, &self.signing).map_err(|error| AccessTokenError::Key(error.to_string()))
    }
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: String,
    aud: &'a str,
    sub: String,
    iat: i64,
    exp: i64,
    jti: String,
    auth_time: i64,
    workspace: &'a str,
    #[serde(rename = "userName")]
    user_name: &'a str,
    #[serde(flatten)]
    access: &'a AccessInForce,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    privileges: BTreeMap<EnvironmentName, Privileges>,
}

fn token_id(now: Timestamp) -> Result<String, AccessTokenError> {
    random::new_id(now).map(|id| id.to_string()).map_err(|error| AccessTokenError::Key(error.to_string()))
}

fn make_key(store: &Store, now: Timestamp) -> Result<(), AccessTokenError> {
    let broken = |error: openssl::error::ErrorStack| AccessTokenError::Key(error.to_string());
    let key = PKey::generate_ed25519().map_err(broken)?;
    let public = key.raw_public_key().map_err(broken)?;
    let secret = key.private_key_to_pkcs8().map_err(broken)?;
    let id = random::new_id(now).map_err(|error| AccessTokenError::Key(error.to_string()))?;
    let key = NewKey { id: KeyId::new(id), public, secret: secret.into() };
    Ok(store.add_key(KeyPurpose::AccessToken, None, &key, now)?)
}

/// RFC 8037 §2.
fn public_jwk(key: &StoredKey) -> Value {
    json!({
        "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA",
        "kid": key.id.to_string(), "x": URL_SAFE_NO_PAD.encode(&key.public),
    })
}
