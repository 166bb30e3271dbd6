//! The identity providers of the workspace, and what they have to know of us.

use ::web::Site;
use ::web::blocking::blocking;
use actix_web::{HttpResponse, web};
use askama::Template;
use store::StoreError;

use super::Tab;
use super::provider::Provider;
use crate::error::ConsoleError;
use crate::page::{Place, Shell, page};
use crate::session::ConsoleSession;

#[derive(Template)]
#[template(path = "connections/list.html")]
struct ListPage {
    shell: Shell,
    tab: Tab,
    providers: Vec<Provider>,
    /// What it is called at identity providers, and the address.
    ours: [(&'static str, String); 5],
}

pub(crate) async fn show(session: ConsoleSession, site: web::Data<Site>) -> Result<HttpResponse, ConsoleError> {
    let providers = {
        let (site, workspace) = (site.clone(), session.workspace().id);
        blocking(move || {
            let connections = site.store.connections(workspace)?.into_iter();
            connections.map(|one| Provider::of(&site.store, one, site.now())).collect::<Result<Vec<_>, StoreError>>()
        })
    };
    let (base_url, handle) = (&site.base_url, &session.workspace().handle);
    let ours = [
        ("Assertion consumer service (ACS) URL, also called single sign-on or reply URL", base_url.saml_acs(handle)),
        ("Entity ID, also called audience URI or identifier", base_url.saml_metadata(handle)),
        ("Metadata", base_url.saml_metadata(handle)),
        ("Single logout URL", base_url.saml_slo(handle)),
        ("Sign-on URL, where people begin", base_url.saml_login(handle)),
    ];
    let shell = Shell::new(&session, Place::Connections, "Identity providers");
    page(&ListPage { shell, tab: Tab::Providers, providers: providers.await?, ours })
}
