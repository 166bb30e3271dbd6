//! The discovery endpoints over HTTP (RFC 7644 §4).

use std::future::Future;
use std::pin::Pin;

use ::web::Site;
use actix_web::dev::Payload;
use actix_web::http::header::{ACCEPT, AUTHORIZATION};
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use crate::auth::ScimClient;
use crate::error::ScimError;
use crate::negotiation::check_accept;
use crate::query::SearchRequest;
use crate::schema::Registry;
use crate::{discovery, response};

/// Whoever asks. Discovery is open to anybody (RFC 7644 §4 leaves that to us); a token shows its workspace's own
/// attributes. One that is sent has to be good: a client that tries it here must not take it for valid.
pub(crate) struct Visitor(Registry);

impl FromRequest for Visitor {
    type Error = ScimError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ScimError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let acceptable = check_accept(request.headers().get(ACCEPT).and_then(|value| value.to_str().ok()));
        let client = request.headers().contains_key(AUTHORIZATION).then(|| ScimClient::from_request(request, payload));
        Box::pin(async move {
            let registry = match client {
                Some(client) => client.await?.registry().clone(),
                None => Registry::default(),
            };
            acceptable?;
            Ok(Self(registry))
        })
    }
}

/// `GET /ServiceProviderConfig`
pub(crate) async fn service_provider_config(_visitor: Visitor, site: web::Data<Site>) -> HttpResponse {
    response::json(HttpResponse::Ok(), &discovery::service_provider_config(&site.base_url.scim()))
}

/// `GET /ResourceTypes`
pub(crate) async fn resource_types(
    request: HttpRequest,
    site: web::Data<Site>,
    Visitor(registry): Visitor,
) -> Result<HttpResponse, ScimError> {
    listed(&request, discovery::resource_types(&registry, &site.base_url.scim()))
}

/// `GET /ResourceTypes/{name}`
pub(crate) async fn resource_type(
    name: web::Path<String>,
    site: web::Data<Site>,
    Visitor(registry): Visitor,
) -> Result<HttpResponse, ScimError> {
    found(discovery::find_resource_type(&registry, &name, &site.base_url.scim()))
}

/// `GET /Schemas`
pub(crate) async fn schemas(
    request: HttpRequest,
    site: web::Data<Site>,
    Visitor(registry): Visitor,
) -> Result<HttpResponse, ScimError> {
    listed(&request, discovery::schemas(&registry, &site.base_url.scim()))
}

/// `GET /Schemas/{urn}`
pub(crate) async fn schema(
    urn: web::Path<String>,
    site: web::Data<Site>,
    Visitor(registry): Visitor,
) -> Result<HttpResponse, ScimError> {
    found(discovery::find_schema(&registry, &urn, &site.base_url.scim()))
}

/// RFC 7644 §4: a filter on these endpoints is refused, because it would be ignored otherwise.
fn listed(request: &HttpRequest, resources: Vec<Value>) -> Result<HttpResponse, ScimError> {
    if SearchRequest::from_query(request.query_string())?.has_filter() {
        return Err(ScimError::Forbidden("This endpoint takes no filter: leave it out.".into()));
    }
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": resources.len(),
        "startIndex": 1,
        "itemsPerPage": resources.len(),
        "Resources": resources,
    });
    Ok(response::json(HttpResponse::Ok(), &body))
}

fn found(resource: Option<Value>) -> Result<HttpResponse, ScimError> {
    let resource = resource.ok_or_else(|| ScimError::NotFound("There is no such resource.".into()))?;
    Ok(response::json(HttpResponse::Ok(), &resource))
}
