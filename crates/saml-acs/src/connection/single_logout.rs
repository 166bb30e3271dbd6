//! Where an identity provider takes messages of single logout.

use roxmltree::Node;
use url::Url;

use super::Binding;
use crate::tree::{self, METADATA, collapsed_attribute};

/// An address of an identity provider's single logout service (metadata, sections 2.2.2 and 2.4.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SingleLogoutService {
    /// How messages travel there.
    pub binding: Binding,
    /// Where requests go.
    pub url: Url,
    /// Where responses go.
    pub response_url: Url,
}

/// All that a browser can be sent to. Others are left out: nobody's login depends on them.
pub(super) fn single_logout(role: Node<'_, '_>) -> Vec<SingleLogoutService> {
    tree::children(role, METADATA, "SingleLogoutService").filter_map(service).collect()
}

fn service(element: Node<'_, '_>) -> Option<SingleLogoutService> {
    let url = |name| {
        let url = Url::parse(collapsed_attribute(element, name)?).ok();
        url.filter(|url| matches!(url.scheme(), "http" | "https"))
    };
    let binding = Binding::from_uri(collapsed_attribute(element, "Binding")?)?;
    let location = url("Location")?;
    let response_url = match collapsed_attribute(element, "ResponseLocation") {
        Some(_) => url("ResponseLocation")?,
        None => location.clone(),
    };
    Some(SingleLogoutService { binding, url: location, response_url })
}
