//! Encrypted assertions in every way that is legal, and in those of the identity providers that encrypt.

use openssl::hash::MessageDigest;

use super::{Good, OKTA, Shape};
use crate::encrypt::{Content, Encryption, Oaep, Place, digest, mask};
use crate::sign::{ENVELOPED, Signing, inclusive, transform};

const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
const SHA512: &str = "http://www.w3.org/2001/04/xmlenc#sha512";

pub(super) fn all() -> Vec<Good> {
    [contents(), signatures(), transports(), places(), layouts(), insides(), scopes(), providers()]
        .into_iter()
        .flatten()
        .collect()
}

/// Okta's, signed inside and outside.
fn by(name: &'static str, encryption: Encryption, why: &'static str) -> Good {
    Good::okta("encrypted", name, why).encrypted(encryption)
}

fn contents() -> Vec<Good> {
    let content = |name, content, why| by(name, Encryption::okta().content(content), why);
    vec![
        content("aes256_cbc", Content::Aes256Cbc, "Okta's usual: AES-256-CBC and RSA-OAEP, signed inside and outside."),
        content("aes128_cbc", Content::Aes128Cbc, "AES-128-CBC."),
        content("aes256_gcm", Content::Aes256Gcm, "AES-256-GCM."),
        content("aes128_gcm", Content::Aes128Gcm, "AES-128-GCM."),
    ]
}

fn signatures() -> Vec<Good> {
    let gcm = || Encryption::okta().content(Content::Aes128Gcm);
    vec![
        by("assertion_signed", Encryption::okta(), "Signed inside only: the response proves nothing.").only_assertion(),
        by("response_signed", Encryption::okta(), "Signed outside only, over the ciphertext.").only_response(),
        by("assertion_signed_gcm", gcm(), "Signed inside only, with GCM.").only_assertion(),
        by("response_signed_gcm", gcm(), "Signed outside only, with GCM.").only_response(),
        by("without_prefix_list", Encryption::okta(), "Plain exclusive canonicalisation.")
            .signed_by(Signing::okta().transforms(transform(ENVELOPED) + &transform(crate::sign::EXCLUSIVE))),
        by("several_prefixes", Encryption::okta(), "Prefixes of the response in the list of the assertion.")
            .signed_by(Signing::okta().transforms(transform(ENVELOPED) + &inclusive("xs saml2 saml2p"))),
        by("comment_inside", Encryption::okta(), "A comment in a name that was signed, then encrypted.")
            .only_assertion()
            .changed("ann.lee@acme", "ann.<!-- -->lee@acme"),
    ]
}

fn transports() -> Vec<Good> {
    let (sha1, sha256) = (MessageDigest::sha1 as fn() -> _, MessageDigest::sha256 as fn() -> _);
    let sha512 = MessageDigest::sha512 as fn() -> _;
    let oaep = |name, digest, mask, parameters, why| by(name, Encryption::okta().oaep(digest, mask, parameters), why);
    let mgf1p = |name, digest, parameters: String, why| {
        let oaep = Oaep { digest, mask: sha1, label: "" };
        by(name, Encryption { oaep, parameters, ..Encryption::okta() }, why)
    };
    let label = Encryption { parameters: "<xenc:OAEPparams>\n</xenc:OAEPparams>".to_owned(), ..Encryption::okta() };
    vec![
        mgf1p("mgf1p", sha1, String::new(), "RSA-OAEP without a word on the hash: SHA-1."),
        mgf1p("mgf1p_sha256", sha256, digest(SHA256), "SHA-256 for the label, SHA-1 for the mask."),
        oaep("oaep_1_1", sha1, sha1, String::new(), "The name of XML encryption 1.1, without parameters."),
        oaep(
            "oaep_sha256",
            sha256,
            sha256,
            digest(SHA256) + &mask("mgf1sha256"),
            "SHA-256 for both, on which three well-known readers fail.",
        ),
        oaep("oaep_sha256_sha1", sha256, sha1, digest(SHA256), "SHA-256 for the label; SHA-1 for the mask by default."),
        oaep("oaep_sha1_sha256", sha1, sha256, mask("mgf1sha256"), "SHA-1 for the label by default."),
        oaep("oaep_sha512", sha512, sha512, mask("mgf1sha512") + &digest(SHA512), "SHA-512, and the mask first."),
        by("oaep_empty_label", label, "A label that is empty, as it is without a word on it."),
        by("next_key", Encryption::okta().to(&["sp-next"]), "The second of our keys, while we change them."),
    ]
}

fn places() -> Vec<Good> {
    let place = |name, place, why| by(name, Encryption::okta().place(place), why);
    vec![
        place("beside", Place::Beside, "The key beside the content."),
        place("beside_by_reference", Place::BesideByReference, "The key beside the content, which refers to it."),
        by("both_keys", Encryption::okta().to(&["sp", "sp-next"]), "For both of our keys."),
        by("other_recipient_first", Encryption::okta().to(&["attacker", "sp"]), "For somebody else as well."),
        by(
            "inside_and_beside",
            Encryption::okta().to(&["attacker", "sp"]).place(Place::Both),
            "Somebody else's key inside, ours beside.",
        ),
    ]
}

fn layouts() -> Vec<Good> {
    let laid_out = |name, layout, why| by(name, Encryption::okta().layout(layout), why);
    let in_lines = |element: String| {
        let wrapped = |value: &str| {
            value.as_bytes().chunks(64).map(String::from_utf8_lossy).collect::<Vec<_>>().join("\n") + "\n"
        };
        let parts = element.split("<xenc:CipherValue>").enumerate().map(|(number, part)| {
            match (number, part.split_once('<')) {
                (1.., Some((value, rest))) => format!("<xenc:CipherValue>\n{}<{rest}", wrapped(value)),
                _ => part.to_owned(),
            }
        });
        parts.collect()
    };
    vec![
        laid_out("lines", in_lines, "Base64 in lines of 64 characters."),
        laid_out("pretty", |element| element.replace("><", ">\r\n  <"), "White space between all parts."),
        laid_out("comments", |element| element.replace("><", "><!-- --><"), "Comments between all parts."),
        laid_out(
            "default_namespace",
            |element| element.replace("xmlns:xenc=", "xmlns=").replace("<xenc:", "<").replace("</xenc:", "</"),
            "XML encryption as default namespace.",
        ),
        laid_out(
            "without_type",
            |element| element.replace(" Type=\"http://www.w3.org/2001/04/xmlenc#Element\"", ""),
            "No Type.",
        ),
        laid_out(
            "mime_type",
            |element| element.replace(" Id=\"_data\"", " MimeType=\"text/xml\""),
            "A MIME type, and no ID.",
        ),
        laid_out(
            "key_size",
            |element| {
                element
                    .replace("aes256-cbc\"/>", "aes256-cbc\"><xenc:KeySize>256</xenc:KeySize></xenc:EncryptionMethod>")
            },
            "The key's size said again.",
        ),
        laid_out(
            "recipient",
            |element| {
                element
                    .replace(" Id=\"_key-sp\"", " Recipient=\"https://gatehouse.example.test/saml/acme/metadata\"")
                    .replace("</xenc:CipherData></xenc:EncryptedKey>", "</xenc:CipherData><xenc:ReferenceList><xenc:DataReference \
                     URI=\"#_data\"/></xenc:ReferenceList><xenc:CarriedKeyName>acme</xenc:CarriedKeyName></xenc:EncryptedKey>")
            },
            "A key that says for whom and for what it is.",
        ),
        laid_out("key_info_of_key", with_key_info, "A key that says by which certificate it is encrypted."),
    ]
}

/// The address is one that nobody goes to.
fn with_key_info(element: String) -> String {
    let info = "</xenc:EncryptionMethod><ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:KeyName>acme</ds:KeyName>\
                <ds:RetrievalMethod URI=\"http://attacker.test/certificate\"/></ds:KeyInfo><xenc:CipherData>";
    element.replace("</xenc:EncryptionMethod><xenc:CipherData>", info)
}

/// What is encrypted, around the assertion.
fn insides() -> Vec<Good> {
    let inside = |name, change: fn(&str) -> Vec<u8>, why| by(name, Encryption::okta(), why).with_content(change);
    vec![
        inside(
            "declaration",
            |xml| format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{xml}").into(),
            "A whole document.",
        ),
        inside("byte_order_mark", |xml| format!("\u{feff}{xml}").into(), "A byte order mark."),
        inside("white_space", |xml| format!(" \r\n\t{xml}\n\n").into(), "White space around the assertion."),
        inside("comments_around", |xml| format!("<!-- a -->{xml}<!-- b -->").into(), "Comments around the assertion."),
        inside(
            "crlf",
            |xml| xml.replace('\n', "\r\n").into(),
            "Windows line ends inside, which are read as line feeds.",
        )
        .changed("<saml2:Subject>", "\n<saml2:Subject>"),
        inside(
            "full_block",
            |xml| format!("{xml}{}", " ".repeat(16 - xml.len() % 16)).into(),
            "A whole block of padding.",
        ),
        by(
            "arbitrary_padding",
            Encryption::okta()
                .padding(|length| [vec![0xa5; length - 1], vec![u8::try_from(length).unwrap_or_default()]].concat()),
            "Padding of arbitrary octets.",
        ),
        by(
            "pkcs7_padding",
            Encryption::okta().padding(|length| vec![u8::try_from(length).unwrap_or_default(); length]),
            "Padding that repeats its length, as most libraries write it.",
        ),
    ]
}

/// Where the namespaces are declared that the assertion uses.
fn scopes() -> Vec<Good> {
    let declared = " xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\"";
    let plain = || Signing::usual();
    vec![
        by("declared_at_root", Encryption::okta(), "The assertion uses a prefix that the response declares.")
            .signed_by(plain())
            .everywhere(" xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\"", "")
            .changed("<saml2p:Response", format!("<saml2p:Response{declared}")),
        by("declared_around", Encryption::okta(), "The assertion uses a prefix of the element around it.")
            .signed_by(plain())
            .with_content(|xml| xml.replacen(" xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\"", "", 1).into()),
        by("default_around", Encryption::okta(), "The assertion uses the default namespace of the element around it.")
            .only_assertion()
            .signed_by(plain())
            .rewritten(|xml| {
                let start = xml.find("<saml2:Assertion").ok_or("no assertion")?;
                let (before, assertion) = xml.split_at(start);
                let end = assertion.find("</saml2p:Response>").ok_or("no end")?;
                let (assertion, behind) = assertion.split_at(end);
                let assertion =
                    assertion.replace("<saml2:", "<").replace("</saml2:", "</").replace("xmlns:saml2=", "xmlns=");
                Ok([before, &assertion, behind].concat())
            })
            .with_content(|xml| xml.replacen(" xmlns=\"urn:oasis:names:tc:SAML:2.0:assertion\"", "", 1).into())
            .encrypted(
                Encryption::okta().layout(|element| element.replace("xmlns:saml2=", "xmlns=").replace("saml2:", "")),
            ),
        by("other_prefix_around", Encryption::okta(), "A prefix means something else around the assertion.")
            .only_assertion()
            .encrypted(Encryption::okta().layout(|element| {
                element.replace("saml2:", "a:").replace("xmlns:saml2=", "xmlns:saml2=\"urn:example:other\" xmlns:a=")
            })),
    ]
}

fn providers() -> Vec<Good> {
    let shape = |source, shape: Shape, signing, encryption, why| {
        Good::new(source, "encrypted", shape, signing, why).encrypted(encryption)
    };
    let shibboleth = Signing::usual().transforms(transform(ENVELOPED) + &inclusive("xsd"));
    vec![
        shape("okta", OKTA, Signing::okta(), Encryption::okta(), "Okta's Assertion Encryption, both signed."),
        shape(
            "entra",
            shape!("entra"),
            Signing::usual().prefix(""),
            Encryption::okta(),
            "Entra ID's token encryption.",
        )
        .only_assertion(),
        shape("adfs", shape!("adfs"), Signing::usual(), Encryption::okta(), "AD FS with an encryption certificate.")
            .only_assertion(),
        shape(
            "shibboleth",
            shape!("shibboleth"),
            shibboleth,
            Encryption::okta().content(Content::Aes128Gcm).layout(with_key_info),
            "Shibboleth's default: AES-128-GCM, the response signed.",
        )
        .only_response(),
        shape(
            "keycloak",
            shape!("keycloak"),
            Signing::usual().prefix("dsig"),
            Encryption::okta().content(Content::Aes128Cbc),
            "Keycloak with Encrypt Assertions, document and assertion signed.",
        ),
        shape(
            "simplesamlphp",
            shape!("simplesamlphp"),
            Signing::usual(),
            Encryption::okta().content(Content::Aes128Cbc),
            "SimpleSAMLphp: the assertion uses prefixes of the response.",
        ),
        shape("onelogin", shape!("onelogin"), Signing::usual(), Encryption::okta(), "OneLogin, AES-256-CBC."),
        shape(
            "ping",
            shape!("ping"),
            Signing::usual(),
            Encryption::okta().content(Content::Aes128Cbc).place(Place::Beside),
            "PingFederate with the key beside the content.",
        ),
    ]
}
