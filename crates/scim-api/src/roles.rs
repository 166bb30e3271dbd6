//! `/Roles`: the environment roles to choose from, read-only.

use ::web::blocking::blocking;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::Value;

use crate::auth::ScimClient;
use crate::body::Body;
use crate::error::ScimError;
use crate::listing;
use crate::query::SearchRequest;
use crate::resource::role;
use crate::response;
use crate::work::Work;

/// `GET /Roles`
pub(crate) async fn list(request: HttpRequest, client: ScimClient) -> Result<HttpResponse, ScimError> {
    listing::roles(&client, SearchRequest::from_query(request.query_string())?).await
}

/// `POST /Roles/.search`
pub(crate) async fn search(client: ScimClient, body: Body) -> Result<HttpResponse, ScimError> {
    listing::roles(&client, SearchRequest::parse(&body.json()?)?).await
}

/// `GET /Roles/{id}`
pub(crate) async fn read(
    request: HttpRequest,
    client: ScimClient,
    id: web::Path<String>,
) -> Result<HttpResponse, ScimError> {
    let projection = SearchRequest::from_query(request.query_string())?.projection(client.registry().role());
    let work = Work::of(&client);
    let roles = blocking(move || work.roles()).await?;
    let found = roles.iter().find(|role| role.get("id").and_then(Value::as_str) == Some(id.as_str()));
    let role = found.ok_or_else(|| ScimError::NotFound("There is no Role with this id.".into()))?;
    Ok(response::json(HttpResponse::Ok(), &role::project(role, &projection, client.registry().role())))
}
