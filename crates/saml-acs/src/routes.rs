//! The routes below `/saml/{workspace}`.

use ::web::Site;
use ::web::blocking::blocking;
use ::web::client::Client;
use actix_web::{HttpResponse, web};

use crate::door::{get_connection, get_workspace, service_provider};
use crate::refusal::LoginError;
use crate::{acs, login};

/// A message of 1 MiB in base64, every character of it escaped.
const FORM_LIMIT: usize = 4 << 20;

/// Adds the SAML door.
pub fn configure(config: &mut web::ServiceConfig) {
    config.service(
        web::scope("/saml/{workspace}")
            .app_data(web::FormConfig::default().limit(FORM_LIMIT))
            .route("/metadata", web::get().to(metadata))
            .route("/login", web::get().to(login::begin))
            .route("/acs", web::post().to(acs::consume)),
    );
}

/// What the identity provider has to know about us; its address is our entity id.
async fn metadata(site: web::Data<Site>, client: Client, handle: web::Path<String>) -> HttpResponse {
    let written = {
        let site = site.clone();
        blocking(move || {
            let workspace = get_workspace(&site.store, &handle)?;
            let provider = get_connection(&site.store, workspace.id).ok().map(|(_, provider)| provider);
            let written = service_provider(&site, &workspace, provider.as_ref())?.metadata();
            written.map_err(|error| LoginError::Failed(error.to_string()))
        })
    };
    match written.await {
        Ok(xml) => HttpResponse::Ok().content_type("application/samlmetadata+xml").body(xml),
        Err(error) => error.page(&client),
    }
}
