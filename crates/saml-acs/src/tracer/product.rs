//! Which product an identity provider is, and what it calls what an administrator has to set there.

use url::Url;

use crate::connection::IdentityProvider;

/// The words of one product. Each fits behind "In Okta, set …" or "in Okta's …".
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Product {
    /// Its name in a sentence.
    pub(crate) name: &'static str,
    /// Where things are set.
    pub(crate) place: &'static str,
    /// The field of our entity id.
    pub(crate) audience: &'static str,
    /// The field of our assertion consumer service.
    pub(crate) acs: &'static str,
    /// What to do so that assertions are signed.
    pub(crate) sign: &'static str,
    /// What to do so that they are signed by RSA with SHA-256.
    pub(crate) sha256: &'static str,
    /// What to do so that they are not encrypted.
    pub(crate) plain: &'static str,
    /// The fields of the name that is sent.
    pub(crate) name_id: &'static str,
    /// The field of other attributes.
    pub(crate) attributes: &'static str,
    /// What to do so that fewer groups are sent.
    pub(crate) fewer_groups: &'static str,
    /// Where people are assigned.
    pub(crate) assignment: &'static str,
    /// Where its metadata is.
    pub(crate) metadata: &'static str,
}

static OKTA: Product = Product {
    name: "Okta",
    place: "Okta",
    audience: "“Audience URI (SP Entity ID)”",
    acs: "“Single sign-on URL” (with “Use this for Recipient URL and Destination URL” ticked)",
    sign: "set “Response” or “Assertion Signature” to Signed",
    sha256: "set “Signature Algorithm” to RSA-SHA256 and “Digest Algorithm” to SHA256",
    plain: "set “Assertion Encryption” to Unencrypted",
    name_id: "“Name ID format” and “Application username”",
    attributes: "“Attribute Statements”",
    fewer_groups: "narrow the filter of “Group Attribute Statements”",
    assignment: "the app's tab “Assignments”",
    metadata: "the “Metadata URL” of the app's tab “Sign On”",
};

static ENTRA: Product = Product {
    name: "Entra ID",
    place: "Entra ID",
    audience: "“Identifier (Entity ID)” of “Basic SAML Configuration”",
    acs: "“Reply URL (Assertion Consumer Service URL)” of “Basic SAML Configuration”",
    sign: "set “Signing Option” of “SAML Certificates” to “Sign SAML assertion” or “Sign SAML response and assertion”",
    sha256: "set “Signing Algorithm” of “SAML Certificates” to SHA-256",
    plain: "deactivate the certificate under “Token encryption”",
    name_id: "“Unique User Identifier (Name ID)” of “Attributes & Claims”",
    attributes: "“Attributes & Claims”",
    fewer_groups: "let the group claim of “Attributes & Claims” send “Groups assigned to the application” only",
    assignment: "the application's “Users and groups”",
    metadata: "the “App Federation Metadata Url” of “SAML Certificates”",
};

static ONELOGIN: Product = Product {
    name: "OneLogin",
    place: "OneLogin",
    audience: "“Audience (EntityID)” of the tab “Configuration”",
    acs: "“ACS (Consumer) URL” and “Recipient” of the tab “Configuration”",
    sign: "set “SAML signature element” of the tab “Configuration” to Assertion or Both",
    sha256: "set “SAML Signature Algorithm” of the tab “SSO” to SHA-256",
    plain: "untick “Encrypt assertion” of the tab “Configuration”",
    name_id: "“SAML nameID format” of the tab “Configuration” and “NameID value” of the tab “Parameters”",
    attributes: "the tab “Parameters”",
    fewer_groups: "send fewer values in the tab “Parameters”",
    assignment: "the app's tabs “Access” and “Users”",
    metadata: "“SAML Metadata” under “More Actions”",
};

static KEYCLOAK: Product = Product {
    name: "Keycloak",
    place: "Keycloak's client",
    audience: "“Client ID”",
    acs: "“Assertion Consumer Service POST Binding URL”",
    sign: "switch “Sign assertions” on",
    sha256: "set “Signature algorithm” to RSA_SHA256 and “Canonicalization method” to EXCLUSIVE",
    plain: "switch “Encrypt assertions” off",
    name_id: "“Name ID format”",
    attributes: "the mappers of its dedicated client scope",
    fewer_groups: "narrow the group mapper of its dedicated client scope",
    assignment: "the people of the realm who may use the client",
    metadata: "“SAML 2.0 Identity Provider Metadata” of the “Realm settings”",
};

static ADFS: Product = Product {
    name: "AD FS",
    place: "AD FS, in the properties of the relying party trust",
    audience: "“Relying party identifiers” of the tab “Identifiers”",
    acs: "the “SAML Assertion Consumer Endpoints” of the tab “Endpoints”",
    sign: "run Set-AdfsRelyingPartyTrust with -SamlResponseSignature MessageAndAssertion",
    sha256: "set “Secure hash algorithm” of the tab “Advanced” to SHA-256",
    plain: "remove the certificate of the tab “Encryption”",
    name_id: "the rule for “Name ID” in the claim issuance policy",
    attributes: "the claim issuance policy",
    fewer_groups: "narrow the rule for groups in the claim issuance policy",
    assignment: "the access control policy of the relying party trust",
    metadata: "https://YOUR-AD-FS/FederationMetadata/2007-06/FederationMetadata.xml",
};

static GOOGLE: Product = Product {
    name: "Google",
    place: "Google's app, under “Service provider details”",
    audience: "“Entity ID”",
    acs: "“ACS URL”",
    sign: "tick “Signed response”",
    sha256: "renew the certificate, so that it signs with SHA-256",
    plain: "send assertions unencrypted",
    name_id: "“Name ID format” and “Name ID”",
    attributes: "“SAML attribute mapping”",
    fewer_groups: "choose fewer groups under “Group membership”",
    assignment: "the app's “User access”",
    metadata: "“Download metadata” of the app",
};

static OTHER: Product = Product {
    name: "the identity provider",
    place: "the identity provider's settings for this application",
    audience: "the audience (the service provider's entity ID)",
    acs: "the assertion consumer service (ACS, reply or single sign-on URL; also as recipient and destination)",
    sign: "switch the signing of assertions on",
    sha256: "choose RSA with SHA-256 as signature algorithm and SHA-256 as digest algorithm",
    plain: "switch the encryption of assertions off",
    name_id: "the format and the source of the NameID",
    attributes: "the attributes that are sent",
    fewer_groups: "send fewer groups",
    assignment: "the people who are assigned to this application",
    metadata: "its current metadata",
};

impl Product {
    /// By the addresses of the metadata, which are the product's own more often than the entity id is.
    pub(crate) fn of(provider: Option<&IdentityProvider>) -> &'static Self {
        let Some(provider) = provider else { return &OTHER };
        let addresses = provider.single_sign_on().map(|(_, url)| url.as_str());
        let known = addresses.chain([provider.entity_id()]).map(Self::at);
        known.into_iter().find(|product| **product != OTHER).unwrap_or(&OTHER)
    }

    fn at(address: &str) -> &'static Self {
        let url = Url::parse(address).ok();
        let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
        let is_below = |domains: &[&str]| {
            domains
                .iter()
                .any(|domain| host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
        };
        if is_below(&["sts.windows.net", "microsoftonline.com", "microsoftonline.us", "partner.microsoftonline.cn"]) {
            &ENTRA
        } else if is_below(&["okta.com", "oktapreview.com", "okta-emea.com"]) || host.starts_with("okta.") {
            &OKTA
        } else if is_below(&["onelogin.com"]) {
            &ONELOGIN
        } else if is_below(&["accounts.google.com"]) {
            &GOOGLE
        } else if address.contains("/realms/") {
            &KEYCLOAK
        } else if address.contains("/adfs/") {
            &ADFS
        } else {
            &OTHER
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_is_known_by_its_addresses() {
        for (address, name) in [
            ("http://www.okta.com/exk1acme0gatehouse", "Okta"),
            ("https://acme.oktapreview.com/app/x/sso/saml", "Okta"),
            ("https://sts.windows.net/11111111-2222-3333-4444-555555555555/", "Entra ID"),
            ("https://login.microsoftonline.com/1111/saml2", "Entra ID"),
            ("https://app.onelogin.com/saml/metadata/1", "OneLogin"),
            ("https://id.acme.test/realms/staff", "Keycloak"),
            ("http://fs.acme.test/adfs/services/trust", "AD FS"),
            ("https://accounts.google.com/o/saml2?idpid=C01", "Google"),
            ("https://idp.acme.test/metadata", "the identity provider"),
            ("https://notokta.com/", "the identity provider"),
            ("urn:acme:idp", "the identity provider"),
        ] {
            assert_eq!(Product::at(address).name, name, "{address}");
        }
    }
}
