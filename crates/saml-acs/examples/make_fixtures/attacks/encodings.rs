//! Bytes that one reader takes for another text than the next one does.

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};

use super::Attack;
use super::message::RESPONSE;
use crate::replace_once;

pub(super) fn all() -> Vec<Attack> {
    [declared(), declarations(), bytes(), packed()].into_iter().flatten().collect()
}

fn wrong(name: &'static str, why: &'static str) -> Attack {
    Attack::new("encoding", name, why)
}

fn beginning(attack: Attack, declaration: &'static str) -> Attack {
    attack.then(move |xml| replace_once(xml, RESPONSE, &format!("{declaration}{RESPONSE}")))
}

fn declared() -> Vec<Attack> {
    let declared = |name, encoding: &'static str, why| {
        wrong(name, why).then(move |xml| {
            replace_once(xml, RESPONSE, &format!("<?xml version=\"1.0\" encoding=\"{encoding}\"?>{RESPONSE}"))
        })
    };
    vec![
        declared("latin_1_declared", "ISO-8859-1", "One parser reads the bytes as declared, the other as UTF-8."),
        declared("utf_7_declared", "UTF-7", "UTF-7 hides markup from whoever reads ASCII."),
        declared("utf_16_declared", "UTF-16", "The declaration does not fit the bytes."),
        declared("utf_32_declared", "UTF-32", "The same with four bytes a character."),
        declared("ascii_declared", "US-ASCII", "An encoding that is neither of the two."),
        declared("ebcdic_declared", "IBM037", "An encoding in which no sign is where ASCII has it."),
        declared("empty_declared", "", "No encoding at all."),
        declared("padded_declared", " UTF-8", "A space before the encoding's name."),
    ]
}

fn declarations() -> Vec<Attack> {
    let begins = |name, declaration, why| beginning(wrong(name, why), declaration);
    let instruction = |name, declaration, why| beginning(Attack::new("processing_instruction", name, why), declaration);
    let malformed = |name, declaration, why| beginning(Attack::new("malformed_xml", name, why), declaration);
    vec![
        begins("xml_1_1", "<?xml version=\"1.1\"?>", "XML 1.1 allows control characters and other line ends."),
        begins("xml_2_0", "<?xml version=\"2.0\"?>", "A version that does not exist."),
        begins("no_version", "<?xml encoding=\"UTF-8\"?>", "Only external texts may leave out the version."),
        begins("unclosed_declaration", "<?xml version=\"1.0\">", "A declaration that ends nowhere."),
        instruction(
            "two_declarations",
            "<?xml version=\"1.0\"?><?xml version=\"1.0\" encoding=\"UTF-7\"?>",
            "Two declarations: which one counts?",
        ),
        instruction(
            "declaration_behind_space",
            " <?xml version=\"1.0\" encoding=\"UTF-7\"?>",
            "A declaration that is none, for it does not come first.",
        ),
        instruction(
            "capital_declaration",
            "<?XML version=\"1.0\"?>",
            "A declaration in capitals is a reserved instruction.",
        ),
        begins(
            "two_encodings",
            "<?xml version=\"1.0\" encoding=\"UTF-8\" encoding=\"UTF-7\"?>",
            "Two encodings: which one counts?",
        ),
        begins(
            "encoding_first",
            "<?xml encoding=\"UTF-8\" version=\"1.0\"?>",
            "Encoding and version in the wrong order.",
        ),
        begins("standalone_maybe", "<?xml version=\"1.0\" standalone=\"maybe\"?>", "Neither yes nor no."),
        malformed(
            "two_byte_order_marks",
            "\u{feff}\u{feff}",
            "The second mark is a text in front of the root element.",
        ),
    ]
}

fn bytes() -> Vec<Attack> {
    let in_role =
        |name, why, bytes: fn(String) -> Vec<u8>| wrong(name, why).tampered(">Member<", ">Member\u{1}<").encoded(bytes);
    vec![
        in_role("invalid_utf_8", "An overlong encoding of a null character.", |xml| instead_of_mark(&xml, b"\xC0\x80")),
        in_role("overlong_less_than", "An overlong encoding of a sign that begins markup.", |xml| {
            instead_of_mark(&xml, b"\xC0\xBC")
        }),
        in_role("surrogates", "Two surrogates in UTF-8, as some databases write them.", |xml| {
            instead_of_mark(&xml, b"\xED\xA0\xBC\xED\xBF\xA6")
        }),
        in_role("beyond_unicode", "A number that is no character's.", |xml| instead_of_mark(&xml, b"\xF4\x90\x80\x80")),
        in_role("latin_1", "A letter in another encoding than the rest.", |xml| instead_of_mark(&xml, b"\xE9")),
        in_role("truncated_character", "A character of which the end is missing.", |xml| {
            instead_of_mark(&xml, b"\xF0\x9F")
        }),
        wrong("utf_16_declared_utf_8", "UTF-16 that says it is UTF-8.")
            .encoded(|xml| utf_16(&format!("\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>{xml}"))),
        wrong("utf_16_with_half_a_pair", "Half of a pair of surrogates.").encoded(|xml| {
            let mut bytes = utf_16(&format!("\u{feff}{xml}"));
            bytes.splice(2..2, [0x00, 0xD8]);
            bytes
        }),
        wrong("utf_16_with_odd_length", "UTF-16 that ends within a character.").encoded(|xml| {
            let mut bytes = utf_16(&format!("\u{feff}{xml}"));
            bytes.push(b'>');
            bytes
        }),
        Attack::new("malformed_xml", "utf_16_without_mark", "UTF-16 without a byte order mark looks like nulls.")
            .encoded(|xml| utf_16(&xml)),
        Attack::new("malformed_xml", "utf_32", "Four bytes a character.")
            .encoded(|xml| xml.chars().flat_map(|sign| u32::from(sign).to_be_bytes()).collect()),
    ]
}

fn packed() -> Vec<Attack> {
    let base_64 = |xml: String| {
        use base64::Engine;
        base64::engine::general_purpose::STANDARD.encode(xml).into_bytes()
    };
    vec![
        wrong("gzip", "A packed message.").encoded(|xml| {
            let mut packer = GzEncoder::new(Vec::new(), Compression::default());
            packer.write_all(xml.as_bytes()).and_then(|()| packer.finish()).unwrap_or_default()
        }),
        wrong("deflate", "A message packed as for the redirect binding, which could unpack to gigabytes.").encoded(
            |xml| {
                let mut packer = DeflateEncoder::new(Vec::new(), Compression::default());
                packer.write_all(xml.as_bytes()).and_then(|()| packer.finish()).unwrap_or_default()
            },
        ),
        Attack::new("malformed_xml", "base64_twice", "A message that is encoded twice.").encoded(base_64),
    ]
}

fn instead_of_mark(xml: &str, bytes: &[u8]) -> Vec<u8> {
    xml.bytes().flat_map(|byte| if byte == 1 { bytes.to_vec() } else { vec![byte] }).collect()
}

fn utf_16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}
