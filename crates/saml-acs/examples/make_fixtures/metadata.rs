//! Metadata of the identity providers that the fixtures come from.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::sign::{Result, certificate};

/// File names and contents. The elliptic curve comes first: it must not keep RSA signatures from being verified.
pub(crate) fn all() -> Vec<(&'static str, Result<String>)> {
    let okta = "http://www.okta.com/exk1acme0gatehouse";
    let by_theme =
        ["demands", "encrypted", "signatures", "lexical", "namespaces", "times", "structure", "names", "values"];
    let themes = by_theme.map(|theme| (theme, metadata(okta, &["rsa"])));
    let providers = vec![
        ("okta", metadata(okta, &["ec", "rsa"])),
        ("sha1", metadata(okta, &["ec", "rsa"])),
        ("keys", metadata(okta, &["ec", "ec-384", "ec-521", "rsa", "rsa-next", "rsa-expired"])),
        ("entra", metadata("https://sts.windows.net/9f0c1c7e-52d8-4a8f-8a6b-0d8c2f1f3b77/", &["rsa-next", "rsa"])),
        ("adfs", metadata("http://adfs.acme.test/adfs/services/trust", &["rsa"])),
        ("keycloak", metadata("https://sso.acme.test/realms/acme", &["rsa"])),
        ("google", metadata("https://accounts.google.com/o/saml2?idpid=C01abcde2", &["rsa"])),
        ("shibboleth", metadata("https://idp.uni.test/idp/shibboleth", &["rsa"])),
        ("ping", metadata("acme:ping:idp", &["rsa"])),
        ("onelogin", metadata("https://app.onelogin.test/saml/metadata/7d3a5b1c", &["rsa"])),
        ("simplesamlphp", metadata("https://login.uni.test/simplesaml/saml2/idp/metadata.php", &["rsa"])),
    ];
    providers.into_iter().chain(themes).collect()
}

fn metadata(entity_id: &str, keys: &[&str]) -> Result<String> {
    let keys: Vec<_> = keys.iter().map(|key| key_descriptor(key)).collect::<Result<_>>()?;
    Ok(format!(
        r#"<md:EntityDescriptor entityID="{entity_id}" xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">
<md:IDPSSODescriptor WantAuthnRequestsSigned="false" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
{}
<md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress</md:NameIDFormat>
<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example.test/sso/saml"/>
<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example.test/sso/saml"/>
</md:IDPSSODescriptor>
</md:EntityDescriptor>
"#,
        keys.join("\n")
    ))
}

fn key_descriptor(key: &str) -> Result<String> {
    let certificate = STANDARD.encode(certificate(key)?.to_der()?);
    let lines: Vec<_> = certificate.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    Ok(format!(
        "<md:KeyDescriptor use=\"signing\"><ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:X509Data>\
         <ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>",
        lines.join("\n")
    ))
}
