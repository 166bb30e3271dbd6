//! The routes below `/scim/v2`.

use actix_web::middleware::{NormalizePath, from_fn};
use actix_web::{FromRequest, Handler, HttpRequest, HttpResponse, Resource, Responder, Route, web};

use crate::auth::ScimClient;
use crate::body::Body;
use crate::error::ScimError;
use crate::query::SearchRequest;
use crate::{body, bulk_endpoint, discovery_endpoints as discovery, groups, listing, request_log, roles, users};

/// Adds the SCIM door.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(
            web::scope("/scim/v2")
                .wrap(from_fn(request_log::record))
                // A base URL that was configured with a slash at its end leads to `//Users`.
                .wrap(NormalizePath::trim())
                .app_data(web::PayloadConfig::new(body::LIMIT))
                .configure(users_and_groups)
                .configure(what_is_only_read)
                .service(web::resource("/Bulk").post(bulk_endpoint::perform).default_service(only("POST")))
                .service(web::resource("/.search").post(search_everything).default_service(only("POST")))
                .service(web::resource("/Me").default_service(web::to(me)))
                .default_service(web::to(no_such_endpoint)),
        )
        .service(web::scope("/scim").wrap(from_fn(request_log::record)).default_service(web::to(no_such_version)));
}

fn users_and_groups(config: &mut web::ServiceConfig) {
    config
        .service(readable("/Users", users::list).post(users::create).default_service(only("GET, HEAD, POST")))
        .service(web::resource("/Users/.search").post(users::search).default_service(only("POST")))
        .service(
            readable("/Users/{id}", users::read)
                .put(users::replace)
                .patch(users::patch)
                .delete(users::delete)
                .default_service(only("GET, HEAD, PUT, PATCH, DELETE")),
        )
        .service(readable("/Groups", groups::list).post(groups::create).default_service(only("GET, HEAD, POST")))
        .service(web::resource("/Groups/.search").post(groups::search).default_service(only("POST")))
        .service(
            readable("/Groups/{id}", groups::read)
                .put(groups::replace)
                .patch(groups::patch)
                .delete(groups::delete)
                .default_service(only("GET, HEAD, PUT, PATCH, DELETE")),
        );
}

fn what_is_only_read(config: &mut web::ServiceConfig) {
    config
        .service(readable("", list_everything).default_service(only("GET, HEAD")))
        .service(readable("/Roles", roles::list).default_service(only("GET, HEAD")))
        .service(web::resource("/Roles/.search").post(roles::search).default_service(only("POST")))
        .service(readable("/Roles/{id}", roles::read).default_service(only("GET, HEAD")))
        .service(
            readable("/ServiceProviderConfig", discovery::service_provider_config).default_service(only("GET, HEAD")),
        )
        .service(readable("/ResourceTypes", discovery::resource_types).default_service(only("GET, HEAD")))
        .service(readable("/ResourceTypes/{name}", discovery::resource_type).default_service(only("GET, HEAD")))
        .service(readable("/Schemas", discovery::schemas).default_service(only("GET, HEAD")))
        .service(readable("/Schemas/{urn}", discovery::schema).default_service(only("GET, HEAD")));
}

/// RFC 9110 §9.3.2: HEAD is answered as GET is, and the server leaves the body out by itself.
fn readable<F, Args>(path: &str, read: F) -> Resource
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    web::resource(path).route(web::get().to(read.clone())).route(web::head().to(read))
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

/// RFC 7644 §3.13: the version stands before the endpoint, and one that is not served is `invalidVers`.
async fn no_such_version(client: ScimClient, request: HttpRequest) -> Result<HttpResponse, ScimError> {
    let base_url = client.site().base_url.scim();
    let version = request.path().trim_start_matches("/scim/").split('/').next().unwrap_or_default();
    let is_version =
        version.strip_prefix('v').is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()));
    if is_version {
        return Err(ScimError::InvalidVers(format!("This server speaks SCIM 2.0 alone: its base URL is {base_url}.")));
    }
    Err(ScimError::NotFound(format!("There is no endpoint {} here: the base URL is {base_url}.", request.path())))
}

/// RFC 9110 §15.5.6: the answer names the methods that the endpoint has.
fn only(allow: &'static str) -> Route {
    web::to(move |_client: ScimClient, request: HttpRequest| async move {
        let detail = format!("{} is not possible here, but {allow}.", request.method());
        Err::<HttpResponse, _>(ScimError::MethodNotAllowed { detail, allow })
    })
}
