//! Encrypted content that is no assertion, or one that would not be let in if it were sent plain.

use super::decryption::{sealed, undecipherable};
use super::{Attack, signature};
use crate::encrypt::{Content, Encryption};
use crate::replace_once;
use crate::sign::{Result, Signing};

pub(super) fn all() -> Vec<Attack> {
    [contents(), markup(), breakouts(), signatures(), wrapping(), claims()].into_iter().flatten().collect()
}

/// What is no assertion.
fn contents() -> Vec<Attack> {
    let inside =
        |name, why, content: fn(&str) -> Vec<u8>| undecipherable(name, why).content(move |xml| Ok(content(xml)));
    vec![
        inside("content_empty", "Nothing is encrypted.", |_| Vec::new()),
        inside("content_blank", "White space is encrypted.", |_| b"   ".to_vec()),
        inside("content_text", "A text is encrypted.", |_| b"ann.lee@acme.test".to_vec()),
        inside("content_comment", "A comment is encrypted.", |xml| format!("<!--{}-->", xml.replace("--", "")).into()),
        inside("content_no_utf_8", "Octets that are no UTF-8.", |xml| [xml.as_bytes(), b"\xff"].concat()),
        inside("content_null", "A null character behind the assertion.", |xml| format!("{xml}\0").into()),
        inside("content_unclosed", "An assertion that does not end.", |xml| {
            xml.replace("</saml2:Assertion>", "").into()
        }),
        inside("content_other_element", "Another element.", |xml| {
            xml.replace("saml2:Assertion", "saml2:Advice").into()
        }),
        inside("content_other_namespace", "An assertion by its local name only.", |xml| {
            format!(
                "<x:Assertion xmlns:x=\"urn:x\" ID=\"a\">{}</x:Assertion>",
                xml.replace("saml2:Assertion", "saml2:Advice")
            )
            .into()
        }),
        inside("content_response", "A whole response.", |xml| {
            format!("<p:Response xmlns:p=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"p\">{xml}</p:Response>").into()
        }),
        inside("content_encrypted_again", "An encrypted assertion.", |xml| {
            Encryption::okta().seal(xml.as_bytes()).unwrap_or_default().replace("\"_data\"", "\"_inner\"").into()
        }),
        inside("content_two", "Two assertions.", |xml| format!("{xml}{}", xml.replace("ID=\"id", "ID=\"other")).into()),
        inside("content_text_behind", "A text behind the assertion.", |xml| format!("{xml}admin").into()),
        inside("content_element_before", "An element before the assertion.", |xml| {
            format!("<x xmlns=\"urn:x\"/>{xml}").into()
        }),
        inside("content_characters", "Characters of CDATA before the assertion.", |xml| {
            format!("<![CDATA[x]]>{xml}").into()
        }),
        inside("content_undeclared_prefix", "A prefix that nobody declares.", |xml| {
            xml.replace(" xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\"", "")
                .replace("saml2:", "nobody:")
                .into()
        }),
        inside("content_base64", "Base64 of the assertion.", |xml| {
            openssl::base64::encode_block(xml.as_bytes()).into()
        }),
    ]
}

/// What would be refused in a plain message as well.
fn markup() -> Vec<Attack> {
    let inside =
        |name, why, content: fn(&str) -> String| undecipherable(name, why).content(move |xml| Ok(content(xml).into()));
    vec![
        inside("doctype", "A document type with an entity.", |xml| {
            format!("<!DOCTYPE a [<!ENTITY e \"admin@acme.test\">]>{}", xml.replace("ann.lee@acme.test", "&e;"))
        }),
        inside("doctype_external", "A document type that is to be fetched.", |xml| {
            format!("<!DOCTYPE a SYSTEM \"http://attacker.test/a.dtd\">{xml}")
        }),
        inside("doctype_expansion", "Entities that grow to gigabytes.", |xml| {
            let entities: String =
                (1..9).map(|n| format!("<!ENTITY e{n} \"{}\">", format!("&e{};", n - 1).repeat(10))).collect();
            format!("<!DOCTYPE a [<!ENTITY e0 \"x\">{entities}]>{}", xml.replace("ann.lee@acme.test", "&e8;"))
        }),
        inside("entity", "An entity that nobody declares.", |xml| xml.replace("ann.lee@acme.test", "&admin;")),
        inside("processing_instruction", "A processing instruction in a name.", |xml| {
            xml.replace("ann.lee", "ann<?x?>.lee")
        }),
        inside("too_deep", "Elements nested deeper than any parser should go.", |xml| {
            let deep = format!("{}{}", "<saml2:x>".repeat(5_000), "</saml2:x>".repeat(5_000));
            xml.replace("<saml2:Subject>", &format!("<saml2:Advice>{deep}</saml2:Advice><saml2:Subject>"))
        }),
        inside("too_many_nodes", "More elements than anybody needs.", |xml| {
            xml.replace(
                "<saml2:Subject>",
                &format!("<saml2:Advice>{}</saml2:Advice><saml2:Subject>", "<saml2:x/>".repeat(33_000)),
            )
        }),
        inside("relative_namespace", "A namespace on which canonicalisers differ.", |xml| {
            xml.replace("<saml2:Subject>", "<saml2:Advice><x xmlns=\"relative\"/></saml2:Advice><saml2:Subject>")
        }),
        inside("other_encoding", "A declaration that is not true.", |xml| {
            format!("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>{xml}")
        }),
    ]
}

/// What is encrypted closes the element around it and opens another, so that the message would become another one.
fn breakouts() -> Vec<Attack> {
    let inside =
        |name, why, content: fn(&str) -> String| undecipherable(name, why).content(move |xml| Ok(content(xml).into()));
    vec![
        inside("breakout", "The assertion comes to stand beside its place.", |xml| {
            format!("</saml2:EncryptedAssertion>{xml}<saml2:EncryptedAssertion>")
        }),
        inside("breakout_behind", "Something comes to stand behind the place of the assertion.", |xml| {
            format!("{xml}</saml2:EncryptedAssertion><saml2:EncryptedAssertion>")
        }),
        inside("breakout_of_response", "The response ends, and another begins.", |xml| {
            format!("{xml}</saml2:EncryptedAssertion></saml2p:Response><saml2p:Response><saml2:EncryptedAssertion>")
        }),
        inside("breakout_by_comment", "A comment that swallows what follows.", |xml| format!("{xml}<!--")),
        inside("breakout_by_characters", "CDATA that swallows what follows.", |xml| format!("{xml}<![CDATA[")),
        inside("breakout_by_attribute", "A value that swallows what follows.", |xml| format!("{xml}<x a=\"")),
    ]
}

fn signatures() -> Vec<Attack> {
    vec![
        Attack::new("unsigned", "encrypted", "Encrypted by a stranger: our key is public.")
            .unsigned()
            .encrypted(Encryption::okta()),
        Attack::new("unsigned", "encrypted_gcm", "The same with a tag, which proves nothing about who made it.")
            .unsigned()
            .encrypted(Encryption::okta().content(Content::Aes256Gcm)),
        sealed("unsigned", "encrypted_taken_out", "The signature was taken out before it was encrypted.")
            .content(|xml| Ok(xml.replace(signature(xml)?, "").into())),
        sealed("signature_invalid", "encrypted_by_attacker", "Signed by a stranger, then encrypted.")
            .signing(Signing::okta().key("attacker")),
        sealed("digest_mismatch", "encrypted_tampered", "Somebody else's name under a good signature.")
            .content(|xml| Ok(replace_once(xml, "ann.lee@acme.test", "admin@acme.test")?.into())),
        sealed("signature_algorithm", "encrypted_sha1", "SHA-1 inside.")
            .signing(Signing { method: "http://www.w3.org/2000/09/xmldsig#rsa-sha1".into(), ..Signing::okta() }),
        sealed("several_signatures", "encrypted", "Two signatures inside.")
            .content(|xml| Ok(xml.replace(signature(xml)?, &signature(xml)?.repeat(2)).into())),
        sealed("reference_uri", "encrypted", "A signature of the response, brought along inside.").content(|xml| {
            let id = "\"#id23073497561563902035180823\"";
            Ok(replace_once(xml, id, "\"#id23073497561478311268137204\"")?.into())
        }),
        Attack::new(
            "signature_invalid",
            "encrypted_response_by_attacker",
            "The response signed by a stranger: nothing is decrypted.",
        )
        .encrypted(Encryption::okta())
        .only_outside_by("attacker"),
    ]
}

impl Attack {
    fn only_outside_by(self, key: &'static str) -> Self {
        Self { response: Some(Signing::okta().key(key)), ..self }
    }
}

fn wrapping() -> Vec<Attack> {
    let forged = |xml: &str| -> Result<String> {
        let unsigned = xml.replace(signature(xml)?, "");
        Ok(unsigned
            .replace("ID=\"id23073497561563902035180823\"", "ID=\"evil\"")
            .replace("ann.lee@acme.test", "admin@acme.test"))
    };
    let several = |name, why| sealed("several_assertions", name, why);
    vec![
        several("encrypted_xsw4", "Inside, a forged assertion holds the signed one.").content(move |xml| {
            Ok(forged(xml)?.replace("</saml2:Assertion>", &format!("{xml}</saml2:Assertion>")).into())
        }),
        several("encrypted_xsw8", "Inside, a forged assertion carries the signature, in whose Object the signed one lies.")
            .content(move |xml| {
                let object = format!("<ds:Object>{}</ds:Object></ds:Signature>", xml.replace(signature(xml)?, ""));
                let carried = signature(xml)?.replace("</ds:Signature>", &object);
                let evil = forged(xml)?;
                Ok(evil.replacen("</saml2:Issuer>", &format!("</saml2:Issuer>{carried}"), 1).into())
            }),
        several("encrypted_advice", "Inside, an encrypted assertion in the advice.").content(|xml| {
            Ok(replace_once(xml, "<saml2:AuthnStatement ", "<saml2:Advice><saml2:EncryptedAssertion/></saml2:Advice><saml2:AuthnStatement ")?.into())
        }),
        sealed("several_responses", "encrypted", "Inside, a response in the advice.").content(|xml| {
            let advice = "<saml2:Advice><p:Response xmlns:p=\"urn:oasis:names:tc:SAML:2.0:protocol\"/></saml2:Advice><saml2:AuthnStatement ";
            Ok(replace_once(xml, "<saml2:AuthnStatement ", advice)?.into())
        }),
        sealed("duplicate_id", "encrypted_response", "The assertion has the response's ID.").content(|xml| {
            Ok(xml.replace("id23073497561563902035180823", "id23073497561478311268137204").into())
        }),
        sealed("duplicate_id", "encrypted_data", "The assertion has the ID of what it was encrypted in.")
            .content(|xml| Ok(xml.replace("id23073497561563902035180823", "_data").into())),
        sealed("duplicate_id", "encrypted_key", "The assertion has the ID of the key that it was encrypted by.")
            .content(|xml| Ok(xml.replace("id23073497561563902035180823", "_key-sp").into())),
        sealed("malformed_id", "encrypted", "The assertion has no ID.")
            .content(|xml| Ok(xml.replace(" ID=\"id23073497561563902035180823\"", "").into())),
        sealed("signature_misplaced", "encrypted", "Inside, the signature is in the advice.").content(|xml| {
            let signature = signature(xml)?;
            let advice = format!("<saml2:Advice>{signature}</saml2:Advice><saml2:AuthnStatement ");
            Ok(xml.replace(signature, "").replace("<saml2:AuthnStatement ", &advice).into())
        }),
    ]
}

/// The claims of a decrypted assertion count as any others do.
fn claims() -> Vec<Attack> {
    let claimed =
        |check, why, old: &'static str, new: &'static str| sealed(check, "encrypted_claims", why).said(old, new);
    vec![
        claimed(
            "audience",
            "An encrypted assertion for another service.",
            "<saml2:Audience>https://gatehouse.example.test",
            "<saml2:Audience>https://other.example.test",
        ),
        claimed(
            "expired",
            "An encrypted assertion that is over.",
            "NotOnOrAfter=\"2026-11-22T10:04:58.124Z\"><saml2:AudienceRestriction>",
            "NotOnOrAfter=\"2026-11-22T09:56:58.124Z\"><saml2:AudienceRestriction>",
        ),
        sealed("attribute", "encrypted_inside", "An encrypted attribute in an encrypted assertion.").said(
            "<saml2:Attribute Name=\"workato_role\"",
            "<saml2:EncryptedAttribute/><saml2:Attribute Name=\"workato_role\"",
        ),
        sealed("name_id", "encrypted_inside", "An encrypted name in an encrypted assertion.")
            .said("<saml2:SubjectConfirmation ", "<saml2:EncryptedID/><saml2:SubjectConfirmation "),
    ]
}
