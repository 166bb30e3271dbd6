//! Identifiers in the shapes Okta gives them.

use openssl::{error::ErrorStack, rand::rand_bytes};

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// An id of a SAML message or assertion: `id` and the decimal digits of 128 random bits.
pub(crate) fn message_id() -> Result<String, ErrorStack> {
    let mut bytes = [0_u8; 16];
    rand_bytes(&mut bytes)?;
    Ok(format!("id{}", u128::from_be_bytes(bytes)))
}

/// Letters and digits, as in Okta's keys (`exk…`) and in the password it sends with a new person.
pub(crate) fn alphanumeric(length: usize) -> Result<String, ErrorStack> {
    let mut bytes = vec![0_u8; length];
    rand_bytes(&mut bytes)?;
    Ok(bytes
        .iter()
        .filter_map(|byte| ALPHABET.get(usize::from(*byte) % ALPHABET.len()))
        .map(|c| char::from(*c))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_ids_are_xml_names_and_never_repeat() {
        let (one, other) = (message_id().unwrap(), message_id().unwrap());
        assert!(one.starts_with("id") && one.chars().skip(2).all(|c| c.is_ascii_digit()));
        assert_ne!(one, other);
    }

    #[test]
    fn alphanumeric_has_the_length_asked_for() {
        let key = alphanumeric(17).unwrap();
        assert_eq!(key.len(), 17);
        assert!(key.chars().all(|c| c.is_ascii_alphanumeric()));
    }
}
