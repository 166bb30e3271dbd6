//! The owner's second factor: codes of six digits that an authenticator app shows (TOTP, RFC 6238).

use domain::clock::Timestamp;
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use totp_rs::{Builder, Secret, Totp};

use crate::random::{self, NoRandomness};

/// The secret can't be used.
#[derive(Debug, thiserror::Error)]
#[error("the second factor can't be used: {0}")]
pub struct FactorError(String);

/// A secret that an authenticator app shares with us.
pub struct SecondFactor(Totp);

impl SecondFactor {
    /// A fresh secret of 160 bits (RFC 4226 §4, requirement 6).
    pub fn generate() -> Result<SecretSlice<u8>, NoRandomness> {
        Ok(SecretSlice::from(random::bytes::<20>()?.to_vec()))
    }

    /// The factor of a secret, under the names that the app shows.
    pub fn new(secret: &SecretSlice<u8>, account: &str, workspace: &str) -> Result<Self, FactorError> {
        // A colon separates the two names in the app's address.
        let plain = |name: &str| name.replace(':', " ");
        let issuer = format!("Gatehouse {}", plain(workspace));
        let built = Builder::new()
            .with_secret(secret.expose_secret().to_vec())
            .with_account_name(plain(account))
            .with_issuer(Some(issuer))
            .build();
        built.map(Self).map_err(|error| FactorError(error.to_string()))
    }

    /// The step that a code is of, if it is one of now, or of half a minute earlier or later. Each step counts once: that the
    /// store decides.
    pub fn step_of(&self, code: &str, now: Timestamp) -> Option<i64> {
        let digits: String = code.chars().filter(char::is_ascii_digit).collect();
        let seconds = u64::try_from(now.timestamp()).ok()?;
        self.0.check(&digits, seconds).and_then(|step| i64::try_from(step).ok())
    }

    /// The code that an app shows at that moment (seconds since 1970).
    pub fn code_at(&self, seconds: i64) -> SecretString {
        self.0.generate(u64::try_from(seconds).unwrap_or_default()).to_string().into()
    }

    /// The address that an app reads from a picture.
    pub fn address(&self) -> Result<SecretString, FactorError> {
        self.0.to_url().map(SecretString::from).map_err(|error| FactorError(error.to_string()))
    }

    /// The secret as somebody types it into an app, in groups of four.
    pub fn typed(&self) -> SecretString {
        let letters: Vec<char> = self.0.secret().to_base32().chars().collect();
        let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
        groups.join(" ").into()
    }
}

/// What somebody has typed or read, as a secret again; none where it is none.
pub fn from_typed(text: &str) -> Option<SecretSlice<u8>> {
    let letters: String = text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    let secret = Secret::try_from_base32(letters).ok()?;
    (secret.as_bytes().len() == 20).then(|| SecretSlice::from(secret.as_bytes().to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_timestamp(seconds, 0).unwrap()
    }

    /// RFC 6238, appendix B, cut to six digits: the secret is the ASCII text 12345678901234567890.
    #[test]
    fn codes_are_those_of_the_rfc() {
        let factor =
            SecondFactor::new(&SecretSlice::from(b"12345678901234567890".to_vec()), "o@a.test", "acme").unwrap();
        assert_eq!(factor.step_of("287082", at(59)), Some(1));
        assert_eq!(factor.step_of("081 804", at(1_111_111_109)), Some(37_037_036));
        assert_eq!(factor.step_of("287082", at(59 + 30)), Some(1), "clocks may differ by half a minute");
        assert_eq!(factor.step_of("287082", at(59 + 90)), None);
        assert_eq!(factor.step_of("", at(59)), None);
    }

    #[test]
    fn a_secret_is_read_as_it_is_typed() {
        let secret = SecondFactor::generate().unwrap();
        let factor = SecondFactor::new(&secret, "a:b@acme.test", "acme").unwrap();
        let typed = factor.typed();
        assert_eq!(from_typed(&typed.expose_secret().to_lowercase()).unwrap().expose_secret(), secret.expose_secret());
        assert!(from_typed("ABCD").is_none() && from_typed("").is_none());
        assert!(factor.address().unwrap().expose_secret().starts_with("otpauth://totp/"));
    }
}
