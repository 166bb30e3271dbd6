//! The routes below `/saml/{workspace}`.

use ::web::Site;
use ::web::blocking::blocking;
use ::web::client::Client;
use ::web::limit::{Limits, OverRate};
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::ErrorInternalServerError;
use actix_web::middleware::{Next, from_fn};
use actix_web::{Error, HttpRequest, HttpResponse, web};

use crate::connection::IdentityProvider;
use crate::door::{find_request_key, get_workspace, provider_of, service_provider};
use crate::refusal::LoginError;
use crate::settings::Settings;
use crate::{acs, login};

/// Adds the SAML door.
pub fn configure(config: &mut web::ServiceConfig, settings: Settings) {
    config.service(
        web::scope("/saml/{workspace}")
            .app_data(web::FormConfig::default().limit(settings.form_limit()))
            .app_data(web::Data::new(settings))
            .route("/metadata", web::get().to(metadata))
            .service(web::resource("/login").wrap(from_fn(begun_login_rate)).get(login::begin))
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

/// What the identity provider has to know about us; its address is our entity id.
async fn metadata(site: web::Data<Site>, client: Client, handle: web::Path<String>) -> HttpResponse {
    let written = {
        let site = site.clone();
        blocking(move || -> Result<_, LoginError> {
            let workspace = get_workspace(&site.store, &handle)?;
            let connections = site.store.connections(workspace.id)?;
            let mut providers = connections.iter().filter_map(|connection| provider_of(connection).ok());
            let provider = providers.find(IdentityProvider::wants_authn_requests_signed);
            let key = find_request_key(&site.store, workspace.id)?;
            Ok(service_provider(&site, &workspace, provider.as_ref(), key.as_ref()).metadata()?)
        })
    };
    match written.await {
        Ok(xml) => HttpResponse::Ok().content_type("application/samlmetadata+xml").body(xml),
        Err(error) => error.page(&client),
    }
}
