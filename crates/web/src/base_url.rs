//! The address that the outside knows this gateway by.

use std::fmt;

use domain::workspace::WorkspaceHandle;
use url::Url;

/// An `http` or `https` address without query or fragment; written without a slash at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl {
    text: String,
    origin: String,
    host: String,
    https: bool,
}

/// The text is no base URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("server.base_url must be an http or https address such as https://gate.example.com, not `{0}`")]
pub struct InvalidBaseUrl(String);

impl BaseUrl {
    /// Reads and checks an address.
    pub fn parse(text: &str) -> Result<Self, InvalidBaseUrl> {
        let invalid = || InvalidBaseUrl(text.to_owned());
        let url = Url::parse(text).map_err(|_| invalid())?;
        let plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        if !matches!(url.scheme(), "http" | "https") || !plain || url.host().is_none() {
            return Err(invalid());
        }
        Ok(Self {
            text: url.as_str().trim_end_matches('/').to_owned(),
            origin: url.origin().ascii_serialization(),
            host: url.host_str().unwrap_or_default().to_owned(),
            https: url.scheme() == "https",
        })
    }

    /// Scheme, host and port, as an `Origin` header has them.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The host alone.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether cookies can be `Secure`.
    pub fn is_https(&self) -> bool {
        self.https
    }

    /// Where SCIM clients call.
    pub fn scim(&self) -> String {
        format!("{self}/scim/v2")
    }

    /// The SAML metadata of a workspace; this address is the entity id.
    pub fn saml_metadata(&self, workspace: &WorkspaceHandle) -> String {
        format!("{self}/saml/{workspace}/metadata")
    }

    /// The assertion consumer service of a workspace.
    pub fn saml_acs(&self, workspace: &WorkspaceHandle) -> String {
        format!("{self}/saml/{workspace}/acs")
    }

    /// The single logout service of a workspace.
    pub fn saml_slo(&self, workspace: &WorkspaceHandle) -> String {
        format!("{self}/saml/{workspace}/slo")
    }

    /// The page of an invitation, by its link.
    pub fn invitation(&self, link: &str) -> String {
        format!("{self}/invitations/{link}")
    }

    /// Where the console shows what became of a test login.
    pub fn console_test(&self, workspace: &WorkspaceHandle, reference: &str) -> String {
        format!("{self}/console/{workspace}/connections/tests/{reference}")
    }

    /// Where a login begins.
    pub fn saml_login(&self, workspace: &WorkspaceHandle) -> String {
        format!("{self}/saml/{workspace}/login")
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kept_without_its_last_slash() {
        let url = BaseUrl::parse("https://gate.acme.test/").unwrap();
        assert_eq!((url.to_string().as_str(), url.origin()), ("https://gate.acme.test", "https://gate.acme.test"));
        assert!(url.is_https());
        assert_eq!(BaseUrl::parse("http://127.0.0.1:8080").unwrap().scim(), "http://127.0.0.1:8080/scim/v2");
    }

    #[test]
    fn what_is_no_web_address_is_refused() {
        for text in
            ["", "gate.acme.test", "ftp://gate.acme.test", "https://gate.acme.test/?a=b", "https://me@gate.test"]
        {
            assert!(BaseUrl::parse(text).is_err(), "{text}");
        }
    }
}
