//! Cursors (RFC 9865 §2): where a page ended, and of which list it was. They hold nothing that the page did not show, so
//! they are not signed; they hold no state of the server, so they never expire.

use serde_json::{Value, json};
use store::Place;

use crate::error::ScimError;

/// The longest cursor that is read.
const LONGEST: usize = 64 * 1024;

/// Where a page ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// Among which type of resource, counted from 0 in the order in which the list has them.
    pub kind: usize,
    /// Where among these.
    pub place: Place,
}

/// A short mark of what a list selects and how it is ordered. It is no secret and guards nothing but against mistakes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// FNV-1a: the same in every process and every release, which the hashes of the standard library do not promise.
    pub(super) fn of(parts: impl Iterator<Item = String>) -> Self {
        const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
        const PRIME: u64 = 0x0100_0000_01b3;
        // 0xff is no byte of UTF-8, so it parts what it follows from the next.
        let bytes = parts.flat_map(|part| part.into_bytes().into_iter().chain([0xff]));
        Self(bytes.fold(BASIS, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME)))
    }
}

/// RFC 9865 §2: a cursor has characters of the "unreserved characters set" only; hexadecimal digits are.
pub(super) fn encode(position: &Position, fingerprint: Fingerprint) -> String {
    let content = json!([fingerprint.0, position.kind, position.place.key, position.place.ordinal]).to_string();
    content.bytes().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn decode(text: &str, fingerprint: Fingerprint) -> Result<Position, ScimError> {
    let (mark, position) = read(text).ok_or_else(|| refused("is not one of ours"))?;
    if mark != fingerprint.0 {
        return Err(refused("belongs to another query: filter, sortBy and sortOrder must stay as they were"));
    }
    Ok(position)
}

fn read(text: &str) -> Option<(u64, Position)> {
    if text.len() > LONGEST || !text.bytes().all(|c| c.is_ascii_digit() || (b'a'..=b'f').contains(&c)) {
        return None;
    }
    let pairs = text.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    let bytes: Vec<u8> = pairs.collect::<Option<_>>()?;
    let Value::Array(content) = serde_json::from_slice(&bytes).ok()? else { return None };
    let [mark, kind, key, ordinal] = content.as_slice() else { return None };
    let key = match key {
        Value::Null => None,
        key => Some(storable(key)?),
    };
    let kind = usize::try_from(kind.as_u64()?).ok()?;
    Some((mark.as_u64()?, Position { kind, place: Place { key, ordinal: ordinal.as_i64()? } }))
}

/// A database takes no text with U+0000.
fn storable(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.contains('\0')).map(str::to_owned)
}

fn refused(why: &str) -> ScimError {
    ScimError::InvalidCursor(format!("The cursor {why}. Begin again with an empty cursor."))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(parts: &[&str]) -> Fingerprint {
        Fingerprint::of(parts.iter().map(|&part| part.to_owned()))
    }

    #[test]
    fn a_fingerprint_is_the_same_in_every_release() {
        assert_eq!(of(&["User"]), Fingerprint(0x586c_f7d2_eca2_1577));
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
        assert_ne!(of(&["ab"]), of(&["ab", ""]));
    }

    #[test]
    fn a_cursor_of_another_query_is_refused() {
        let position = Position { kind: 0, place: Place { key: None, ordinal: 7 } };
        let error = decode(&encode(&position, of(&["User"])), of(&["Group"])).unwrap_err();
        assert_eq!((error.status(), error.scim_type()), (400, Some("invalidCursor")));
        assert!(error.detail().contains("another query"));
    }

    #[test]
    fn what_we_never_wrote_is_refused() {
        let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
        let contents = [
            "",
            "[]",
            "7",
            "[1,null,7]",
            "[-1,0,null,7]",
            "[1,-1,null,7]",
            "[1,0,2,7]",
            "[1,0,\"\\u0000\",7]",
            "[1,0,null,\"7\"]",
            "[1,0,null,7]x",
        ];
        let texts = contents.iter().map(|content| hex(content));
        let texts = texts.chain(["0".to_owned(), "zz".to_owned(), "é".to_owned(), "+1".to_owned(), "5B".to_owned()]);
        for text in texts.chain(["00".repeat(LONGEST)]) {
            assert!(decode(&text, Fingerprint(1)).is_err(), "{text}");
        }
        assert!(decode(&hex("[1,0,null,7]"), Fingerprint(1)).is_ok());
    }

    proptest! {
        #[test]
        fn a_cursor_comes_back_as_it_went(kind in 0_usize..3, key in any::<Option<String>>(), ordinal in any::<i64>(), filter in any::<String>()) {
            let key = key.map(|text| text.replace('\0', ""));
            let (position, mark) = (Position { kind, place: Place { key, ordinal } }, of(&[&filter]));
            let text = encode(&position, mark);
            prop_assert!(text.bytes().all(|c| c.is_ascii_alphanumeric()));
            prop_assert_eq!(decode(&text, mark).unwrap(), position);
        }

        #[test]
        fn no_text_makes_the_reader_fall(text in any::<String>(), hex in "[0-9a-f]{0,80}") {
            let _ = decode(&text, Fingerprint(0));
            let _ = decode(&hex, Fingerprint(0));
        }
    }
}
