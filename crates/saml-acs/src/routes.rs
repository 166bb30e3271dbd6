//! The routes below `/saml/{workspace}`, and the end of what they begin.

use ::web::Site;
use ::web::blocking::blocking;
use ::web::client::Client;
use ::web::limit::{Limits, OverRate};
use ::web::random;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::ErrorInternalServerError;
use actix_web::middleware::{Next, from_fn};
use actix_web::{Error, HttpRequest, HttpResponse, web};
use serde::Deserialize;

use crate::authn_request::request_id;
use crate::connection::IdentityProvider;
use crate::door::{get_workspace, provider_of, service_provider};
use crate::keys::{KeyUse, get_keys, get_request_key};
use crate::metadata::Metadata;
use crate::refusal::LoginError;
use crate::settings::Settings;
use crate::{acs, attributes, login, slo};

/// Adds the SAML door.
pub fn configure(config: &mut web::ServiceConfig, settings: Settings) {
    config.route("/logout", web::post().to(slo::log_out)).service(
        web::scope("/saml/{workspace}")
            .app_data(web::FormConfig::default().limit(settings.form_limit()))
            .app_data(web::Data::new(settings))
            .service(web::resource("/metadata").wrap(from_fn(begun_login_rate)).get(metadata))
            .service(web::resource("/login").wrap(from_fn(begun_login_rate)).get(login::begin))
            .service(web::resource("/slo").wrap(from_fn(login_rate)).get(slo::by_redirect).post(slo::by_post))
            .service(web::resource("/acs").wrap(from_fn(login_rate)).post(acs::consume)),
    );
}

async fn begun_login_rate(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    within(Limits::begun_login, request, next).await
}

async fn login_rate(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    within(Limits::login, request, next).await
}

/// Goes on where the client is within its rate; nothing of the request was read before.
async fn within<B: MessageBody + 'static>(
    check: fn(&Limits, &HttpRequest) -> Result<(), OverRate>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let site = request.app_data::<web::Data<Site>>().ok_or_else(|| ErrorInternalServerError("no site"))?;
    match check(&site.limits, request.request()) {
        Ok(()) => next.call(request).await.map(ServiceResponse::map_into_left_body),
        Err(over) => {
            let page = over.page(request.request());
            Ok(request.into_response(page).map_into_right_body())
        }
    }
}

#[derive(Deserialize)]
struct MetadataQuery {
    signed: Option<String>,
}

/// What the identity provider has to know about us; its address is our entity id. With `?signed=1` it comes signed.
async fn metadata(
    site: web::Data<Site>,
    client: Client,
    handle: web::Path<String>,
    query: Option<web::Query<MetadataQuery>>,
) -> HttpResponse {
    let wish = query.and_then(|query| query.into_inner().signed);
    let signed = matches!(wish.as_deref(), Some("1" | "true"));
    let written = {
        let site = site.clone();
        blocking(move || written_metadata(&site, &handle, signed))
    };
    match written.await {
        Ok(xml) => HttpResponse::Ok().content_type("application/samlmetadata+xml").body(xml),
        Err(error) => error.page(&client),
    }
}

fn written_metadata(site: &Site, handle: &str, signed: bool) -> Result<String, LoginError> {
    let workspace = get_workspace(&site.store, handle)?;
    let connections = site.store.connections(workspace.id)?;
    let mut providers = connections.iter().filter_map(|connection| provider_of(connection).ok());
    let provider = providers.find(IdentityProvider::wants_authn_requests_signed);
    let names: Vec<_> = connections.iter().map(|connection| &connection.attribute_names).collect();
    let certificates = |used| -> Result<Vec<_>, LoginError> {
        let keys = get_keys(&site.store, &workspace, used, site.now())?;
        Ok(keys.into_iter().map(|key| key.public).collect())
    };
    let metadata = Metadata {
        service_provider: &service_provider(site, &workspace, provider.as_ref()),
        service_name: &workspace.name,
        signing_certificates: certificates(KeyUse::Signing)?,
        encryption_certificates: certificates(KeyUse::Encryption)?,
        requested_attributes: attributes::read(&names, &site.store.environments(workspace.id)?),
    };
    if !signed {
        return Ok(metadata.xml());
    }
    let key = get_request_key(&site.store, workspace.id)?;
    Ok(metadata.signed_xml(&request_id(random::bytes()?), &key)?)
}
