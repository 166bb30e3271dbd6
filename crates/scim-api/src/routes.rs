//! The routes below `/scim/v2`.

use ::web::Site;
use actix_web::{HttpRequest, HttpResponse, Route, web};
use serde_json::{Value, json};

use crate::auth::ScimClient;
use crate::error::ScimError;
use crate::query::has_filter;
use crate::schema::Registry;
use crate::{body, discovery, response, users};

/// Adds the SCIM door.
pub fn configure(config: &mut web::ServiceConfig) {
    config.service(
        web::scope("/scim/v2")
            .app_data(web::PayloadConfig::new(body::LIMIT))
            .service(web::resource("/Users").get(users::list).post(users::create).default_service(only("GET, POST")))
            .service(
                web::resource("/Users/{id}")
                    .get(users::read)
                    .put(users::replace)
                    .patch(users::patch)
                    .delete(users::delete)
                    .default_service(only("GET, PUT, PATCH, DELETE")),
            )
            .service(web::resource("/ServiceProviderConfig").get(service_provider_config).default_service(only("GET")))
            .service(web::resource("/ResourceTypes").get(resource_types).default_service(only("GET")))
            .service(web::resource("/ResourceTypes/{name}").get(resource_type).default_service(only("GET")))
            .service(web::resource("/Schemas").get(schemas).default_service(only("GET")))
            .service(web::resource("/Schemas/{urn}").get(schema).default_service(only("GET")))
            .default_service(web::to(no_such_endpoint)),
    );
}

/// Whoever asks without a token is told nothing but that.
async fn no_such_endpoint(_client: ScimClient, request: HttpRequest) -> Result<HttpResponse, ScimError> {
    Err(ScimError::NotFound(format!("There is no endpoint {} here: see /ResourceTypes.", request.path())))
}

/// RFC 9110 §15.5.6: the answer names the methods that the endpoint has.
fn only(allow: &'static str) -> Route {
    web::to(move |_client: ScimClient, request: HttpRequest| async move {
        let detail = format!("{} is not possible here, but {allow}.", request.method());
        Err::<HttpResponse, _>(ScimError::MethodNotAllowed { detail, allow })
    })
}

async fn service_provider_config(site: web::Data<Site>) -> HttpResponse {
    response::json(HttpResponse::Ok(), &discovery::service_provider_config(&site.base_url.scim()))
}

async fn resource_types(
    request: HttpRequest,
    site: web::Data<Site>,
    client: Option<ScimClient>,
) -> Result<HttpResponse, ScimError> {
    listed(&request, discovery::resource_types(&registry(client), &site.base_url.scim()))
}

async fn resource_type(
    name: web::Path<String>,
    site: web::Data<Site>,
    client: Option<ScimClient>,
) -> Result<HttpResponse, ScimError> {
    found(discovery::find_resource_type(&registry(client), &name, &site.base_url.scim()))
}

async fn schemas(
    request: HttpRequest,
    site: web::Data<Site>,
    client: Option<ScimClient>,
) -> Result<HttpResponse, ScimError> {
    listed(&request, discovery::schemas(&registry(client), &site.base_url.scim()))
}

async fn schema(
    urn: web::Path<String>,
    site: web::Data<Site>,
    client: Option<ScimClient>,
) -> Result<HttpResponse, ScimError> {
    found(discovery::find_schema(&registry(client), &urn, &site.base_url.scim()))
}

/// Discovery is open to anybody (RFC 7644 §4 leaves that to us); a token shows its workspace's own attributes.
fn registry(client: Option<ScimClient>) -> Registry {
    client.map(|client| client.registry().clone()).unwrap_or_default()
}

/// RFC 7644 §4: a filter on these endpoints is refused, because it would be ignored otherwise.
fn listed(request: &HttpRequest, resources: Vec<Value>) -> Result<HttpResponse, ScimError> {
    if has_filter(request) {
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
