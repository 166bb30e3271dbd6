//! The routes below `/scim/v2`.

use ::web::Site;
use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, Route, web};
use serde_json::{Value, json};

use crate::auth::ScimClient;
use crate::body::Body;
use crate::error::ScimError;
use crate::query::SearchRequest;
use crate::schema::Registry;
use crate::{body, bulk_endpoint, discovery, groups, listing, request_log, response, roles, users};

/// Adds the SCIM door.
pub fn configure(config: &mut web::ServiceConfig) {
    config.service(
        web::scope("/scim/v2")
            .wrap(from_fn(request_log::record))
            .app_data(web::PayloadConfig::new(body::LIMIT))
            .configure(users_and_groups)
            .service(web::resource("/Roles").get(roles::list).default_service(only("GET")))
            .service(web::resource("/Roles/.search").post(roles::search).default_service(only("POST")))
            .service(web::resource("/Roles/{id}").get(roles::read).default_service(only("GET")))
            .service(web::resource("/Bulk").post(bulk_endpoint::perform).default_service(only("POST")))
            .service(web::resource("/.search").post(search_everything).default_service(only("POST")))
            .service(web::resource("/Me").default_service(web::to(me)))
            .service(web::resource("/ServiceProviderConfig").get(service_provider_config).default_service(only("GET")))
            .service(web::resource("/ResourceTypes").get(resource_types).default_service(only("GET")))
            .service(web::resource("/ResourceTypes/{name}").get(resource_type).default_service(only("GET")))
            .service(web::resource("/Schemas").get(schemas).default_service(only("GET")))
            .service(web::resource("/Schemas/{urn}").get(schema).default_service(only("GET")))
            .service(web::resource("").get(list_everything).default_service(only("GET")))
            .service(web::resource("/").get(list_everything).default_service(only("GET")))
            .default_service(web::to(no_such_endpoint)),
    );
}

fn users_and_groups(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/Users").get(users::list).post(users::create).default_service(only("GET, POST")))
        .service(web::resource("/Users/.search").post(users::search).default_service(only("POST")))
        .service(
            web::resource("/Users/{id}")
                .get(users::read)
                .put(users::replace)
                .patch(users::patch)
                .delete(users::delete)
                .default_service(only("GET, PUT, PATCH, DELETE")),
        )
        .service(web::resource("/Groups").get(groups::list).post(groups::create).default_service(only("GET, POST")))
        .service(web::resource("/Groups/.search").post(groups::search).default_service(only("POST")))
        .service(
            web::resource("/Groups/{id}")
                .get(groups::read)
                .put(groups::replace)
                .patch(groups::patch)
                .delete(groups::delete)
                .default_service(only("GET, PUT, PATCH, DELETE")),
        );
}

/// `GET` at the root: all types (RFC 7644 §3.4.2.1).
async fn list_everything(request: HttpRequest, client: ScimClient) -> Result<HttpResponse, ScimError> {
    listing::everything(&client, SearchRequest::from_query(request.query_string())?).await
}

/// `POST /.search` at the root (RFC 7644 §3.4.3).
async fn search_everything(client: ScimClient, body: Body) -> Result<HttpResponse, ScimError> {
    listing::everything(&client, SearchRequest::parse(&body.json()?)?).await
}

/// RFC 7644 §3.11: a token stands for an identity provider, not for a person.
async fn me(_client: ScimClient) -> Result<HttpResponse, ScimError> {
    Err(ScimError::NotImplemented("A SCIM token is nobody's own account: look people up below /Users.".into()))
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
