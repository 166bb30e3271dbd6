//! Encryption that is refused as it stands, before anything is decrypted. All of it could be decrypted otherwise.

use super::Attack;
use crate::encrypt::{Content, Encryption, Oaep, Place, XENC, XENC_1_1, digest, mask};

pub(super) fn all() -> Vec<Attack> {
    [contents(), transports(), references(), structures(), parameters(), places()].into_iter().flatten().collect()
}

/// Only the assertion is signed, so that what stands around it may be changed by anybody.
fn sealed(check: &'static str, name: &'static str, encryption: Encryption, why: &'static str) -> Attack {
    Attack::new(check, name, why).only_assertion().encrypted(encryption)
}

fn algorithm(name: &'static str, encryption: Encryption, why: &'static str) -> Attack {
    sealed("encryption_algorithm", name, encryption, why)
}

fn structure(name: &'static str, why: &'static str) -> Attack {
    sealed("encryption_structure", name, Encryption::okta(), why)
}

fn contents() -> Vec<Attack> {
    let named = |name, algorithm: String, why| {
        let old = format!("Algorithm=\"{XENC}aes256-cbc\"");
        Attack::new("encryption_algorithm", name, why)
            .only_assertion()
            .encrypted(Encryption::okta())
            .then(move |xml| crate::replace_once(xml, &old, &format!("Algorithm=\"{algorithm}\"")))
    };
    vec![
        algorithm("triple_des", Encryption::okta().content(Content::TripleDes), "Triple DES, with blocks of 64 bits."),
        named("aes192_cbc", format!("{XENC}aes192-cbc"), "A length that our metadata does not offer."),
        named("other_case", format!("{XENC}AES256-CBC"), "Nearly the right name."),
        named("other_version", format!("{XENC_1_1}aes256-cbc"), "The name in the other namespace."),
        named("none", "none".to_owned(), "Not encrypted at all."),
        named("empty", String::new(), "No name."),
        algorithm("missing", Encryption::okta(), "No algorithm.").tampered(
            "<xenc:EncryptionMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#aes256-cbc\"/>",
            "<xenc:EncryptionMethod/>",
        ),
    ]
}

fn transports() -> Vec<Attack> {
    let by = |name, transport: String, why| algorithm(name, Encryption { transport, ..Encryption::okta() }, why);
    let with = |name, parameters, why| algorithm(name, Encryption { parameters, ..Encryption::okta() }, why);
    let without = |transport: String| Encryption { transport, parameters: String::new(), ..Encryption::okta() };
    let masked = |parameters| Encryption { transport: format!("{XENC_1_1}rsa-oaep"), parameters, ..Encryption::okta() };
    vec![
        algorithm(
            "rsa_1_5",
            without(format!("{XENC}rsa-1_5")),
            "RSA with PKCS #1 v1.5: its padding can be asked for (Bleichenbacher).",
        ),
        Attack::new("encryption_algorithm", "rsa_1_5_signed", "The same from the identity provider itself.")
            .encrypted(without(format!("{XENC}rsa-1_5"))),
        by("key_wrap", format!("{XENC}kw-aes256"), "A key under a key that both sides would share."),
        by("agreement", format!("{XENC_1_1}ECDH-ES"), "Key agreement."),
        by("oaep_other_namespace", format!("{XENC}rsa-oaep"), "The name in the other namespace."),
        with("digest_md5", digest("http://www.w3.org/2001/04/xmldsig-more#md5"), "MD5 as the label's hash."),
        with("digest_empty", digest(""), "A hash without a name."),
        algorithm("mask_md5", masked(mask("mgf1md5")), "MD5 for the mask."),
        algorithm("mask_as_digest", masked(mask("sha256")), "A hash where the mask's name belongs."),
    ]
}

/// Whatever names a place would be asked for by us, before anybody is known (SSRF).
fn references() -> Vec<Attack> {
    let to = "<xenc:CipherReference URI=\"http://attacker.test/ciphertext\"/>";
    let retrieval =
        |uri: &str| format!("<ds:RetrievalMethod Type=\"{XENC}EncryptedKey\" URI=\"{uri}\"/><xenc:EncryptedKey");
    let reference = |name, why, uri: &'static str| {
        structure(name, why).then(move |xml| crate::replace_once(xml, "<xenc:EncryptedKey", &retrieval(uri)))
    };
    vec![
        structure("cipher_reference", "The ciphertext is to be fetched.")
            .then(move |xml| replaced_value(xml, "</xenc:CipherData></xenc:EncryptedData>", to)),
        structure("cipher_reference_of_key", "The encrypted key is to be fetched.")
            .then(move |xml| replaced_value(xml, "</xenc:CipherData></xenc:EncryptedKey>", to)),
        structure("cipher_reference_beside", "A place to fetch from beside the value.").then(move |xml| {
            crate::replace_once(
                xml,
                "</xenc:CipherData></xenc:EncryptedData>",
                &format!("{to}</xenc:CipherData></xenc:EncryptedData>"),
            )
        }),
        structure("cipher_reference_in_document", "The ciphertext is somewhere in the message, after transforms.")
            .then(move |xml| {
                let inside = "<xenc:CipherReference URI=\"#_key-sp\"><xenc:Transforms/></xenc:CipherReference>";
                replaced_value(xml, "</xenc:CipherData></xenc:EncryptedData>", inside)
            }),
        reference("retrieval_external", "The key is to be fetched.", "http://attacker.test/key"),
        reference("retrieval_file", "The key is in a file of the server.", "file:///etc/passwd"),
        reference("retrieval_nowhere", "A reference to a key that is not there.", "#_other"),
        reference("retrieval_inside", "A reference to the key inside, which is not beside.", "#_key-sp"),
        reference("retrieval_empty", "A reference to the whole message.", ""),
    ]
}

/// Puts something else in place of the `CipherValue` that ends here.
fn replaced_value(xml: &str, end: &str, content: &str) -> crate::sign::Result<String> {
    let (before, behind) = xml.split_once(end).ok_or("no such end")?;
    let start = before.rfind("<xenc:CipherValue>").ok_or("no CipherValue")?;
    Ok(format!("{}{content}{end}{behind}", before.get(..start).unwrap_or_default()))
}

fn structures() -> Vec<Attack> {
    let changed = |name, why, old: &'static str, new: &'static str| structure(name, why).tampered(old, new);
    let data_method = "<xenc:EncryptionMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#aes256-cbc\"/>";
    let end = "</xenc:CipherData></xenc:EncryptedData>";
    vec![
        changed("content_type", "The content of an element, not an element.", "xmlenc#Element\"", "xmlenc#Content\""),
        changed(
            "foreign_type",
            "A type that nobody knows.",
            "http://www.w3.org/2001/04/xmlenc#Element",
            "urn:example:zip",
        ),
        changed("without_method", "Nobody says how it is encrypted.", data_method, ""),
        changed(
            "key_size",
            "A size that is not the algorithm's.",
            data_method,
            "<xenc:EncryptionMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#aes256-cbc\"><xenc:KeySize>128</xenc:KeySize></xenc:EncryptionMethod>",
        ),
        changed(
            "foreign_parameter",
            "A parameter that nobody knows.",
            data_method,
            "<xenc:EncryptionMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#aes256-cbc\"><x xmlns=\"urn:x\"/></xenc:EncryptionMethod>",
        ),
        changed(
            "foreign_part",
            "A part that the schema does not have.",
            end,
            "</xenc:CipherData><x xmlns=\"urn:x\"/></xenc:EncryptedData>",
        ),
        changed("without_value", "No ciphertext at all.", end, "</xenc:CipherData><!-- --></xenc:EncryptedData>")
            .then(|xml| replaced_value(xml, "</xenc:CipherData><!-- -->", "")),
        changed(
            "two_values",
            "Two ciphertexts: which one counts?",
            end,
            "<xenc:CipherValue>AAAA</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>",
        ),
        changed(
            "value_of_other_namespace",
            "A ciphertext by its local name only.",
            "</xenc:CipherData></xenc:EncryptedData>",
            "</xenc:CipherData></xenc:EncryptedData><!-- -->",
        )
        .then(|xml| {
            replaced_value(
                xml,
                "</xenc:CipherData></xenc:EncryptedData><!-- -->",
                "<CipherValue xmlns=\"urn:x\">AAAA</CipherValue>",
            )
        }),
        Attack::new("duplicated_element", "cipher_data", "Two CipherData: which one counts?")
            .only_assertion()
            .encrypted(Encryption::okta())
            .tampered(end, "</xenc:CipherData><xenc:CipherData/></xenc:EncryptedData>"),
    ]
}

fn parameters() -> Vec<Attack> {
    vec![
        structure("mask_of_mgf1p", "A mask for the method that has none to choose.")
            .encrypted(Encryption { parameters: mask("mgf1sha256"), ..Encryption::okta() }),
        structure("foreign_oaep_parameter", "A parameter of RSA-OAEP that nobody knows.")
            .encrypted(Encryption { parameters: "<x xmlns=\"urn:x\"/>".to_owned(), ..Encryption::okta() }),
        structure("label", "A label, which would have to be kept for each key that is tried.").encrypted(Encryption {
            parameters: "<xenc:OAEPparams>YWNtZQ==</xenc:OAEPparams>".to_owned(),
            oaep: Oaep { label: "acme", ..Encryption::okta().oaep },
            ..Encryption::okta()
        }),
        structure("without_key", "No key.").encrypted(Encryption::okta().to(&[])),
        structure("five_keys", "Keys for more recipients than a login has, each of which costs.")
            .encrypted(Encryption::okta().to(&["attacker", "rsa", "rsa-next", "sp", "sp-next"])),
    ]
}

fn places() -> Vec<Attack> {
    let start = "<saml2:EncryptedAssertion xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\">";
    let twice = |xml: &str| -> crate::sign::Result<String> {
        let sealed = super::part(xml, "<saml2:EncryptedAssertion", "</saml2:EncryptedAssertion>")?;
        Ok(xml.replace(
            sealed,
            &format!("{sealed}{}", sealed.replace("\"_data\"", "\"_other\"").replace("\"_key-sp\"", "\"_other-key\"")),
        ))
    };
    vec![
        structure("empty", "Nothing is encrypted.").then(move |xml| {
            let sealed = super::part(xml, "<saml2:EncryptedAssertion", "</saml2:EncryptedAssertion>")?;
            Ok(xml.replace(sealed, &format!("{start}</saml2:EncryptedAssertion>")))
        }),
        structure("key_before_content", "The key before the content, where the schema does not have it.")
            .encrypted(Encryption::okta().place(Place::Beside))
            .then(|xml| {
                let key = super::part(xml, "<xenc:EncryptedKey ", "</xenc:EncryptedKey>")?;
                Ok(xml.replace(key, "").replace("<xenc:EncryptedData", &format!("{key}<xenc:EncryptedData")))
            }),
        structure("two_contents", "Two contents in one EncryptedAssertion: which one counts?").then(|xml| {
            let data = super::part(xml, "<xenc:EncryptedData", "</xenc:EncryptedData>")?;
            let other = data.replace("\"_data\"", "\"_other\"").replace("\"_key-sp\"", "\"_other-key\"");
            Ok(xml.replace(data, &format!("{data}{other}")))
        }),
        sealed("several_assertions", "encrypted_twice", Encryption::okta(), "Two encrypted assertions.").then(twice),
        sealed("several_assertions", "encrypted_and_plain", Encryption::okta(), "A plain one beside the encrypted one.")
            .tampered("</saml2p:Response>", "<saml2:Assertion xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"evil\"/></saml2p:Response>"),
        sealed("several_assertions", "encrypted_beside_plain", Encryption::okta(), "An encrypted one in Extensions.")
            .tampered("<saml2p:Status>", "<saml2p:Extensions><EncryptedAssertion xmlns=\"urn:x\"/></saml2p:Extensions><saml2p:Status>"),
        sealed("several_assertions", "encrypted_in_encrypted", Encryption::okta(), "One inside the other.")
            .tampered("</xenc:CipherData></xenc:EncryptedData>", "</xenc:CipherData><xenc:EncryptionProperties><saml2:EncryptedAssertion/></xenc:EncryptionProperties></xenc:EncryptedData>"),
        sealed("assertion_misplaced", "encrypted_in_extensions", Encryption::okta(), "An encrypted one where nobody looks for it.")
            .then(|xml| {
                let sealed = super::part(xml, "<saml2:EncryptedAssertion", "</saml2:EncryptedAssertion>")?;
                let moved = format!("<saml2p:Extensions>{sealed}</saml2p:Extensions><saml2p:Status>");
                Ok(xml.replace(sealed, "").replace("<saml2p:Status>", &moved))
            }),
        sealed("assertion_misplaced", "encrypted_other_namespace", Encryption::okta(), "An encrypted one by its local name only.")
            .then(|xml| Ok(xml.replace("<saml2:EncryptedAssertion", "<x:EncryptedAssertion xmlns:x=\"urn:x\"").replace("</saml2:EncryptedAssertion", "</x:EncryptedAssertion"))),
        sealed("signature_misplaced", "in_encrypted", Encryption::okta(), "A signature in the KeyInfo of what is encrypted.")
            .tampered("<ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><xenc:EncryptedKey", "<ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:Signature/><xenc:EncryptedKey"),
    ]
}
