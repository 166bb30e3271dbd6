//! The routes of no particular door: `/session`, the public keys, and the health of the process.

use actix_web::{HttpRequest, HttpResponse, web};
use domain::collaborator::Status;
use domain::environment::ALL_COLLABORATORS;
use serde_json::{Map, Value, json};
use store::LiveSession;

use crate::access_token::AccessTokenError;
use crate::blocking::blocking;
use crate::session;
use crate::site::Site;

/// Adds the routes.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route("/session", web::get().to(show_session))
        .route("/.well-known/jwks.json", web::get().to(jwks))
        .route("/healthz", web::get().to(healthz))
        .route("/readyz", web::get().to(readyz));
}

/// Who is signed in, and what they may do at this moment.
async fn show_session(request: HttpRequest, site: web::Data<Site>) -> HttpResponse {
    let presented = session::presented(&request, &site.base_url);
    let shown = {
        let site = site.clone();
        blocking(move || session::find(&site, presented.as_deref())?.map(|live| describe(&site, &live)).transpose())
    };
    match shown.await {
        Ok(Some(body)) => no_store(HttpResponse::Ok()).json(body),
        Ok(None) => no_store(HttpResponse::Unauthorized())
            .json(json!({ "error": "no live session", "detail": "Sign in through your identity provider." })),
        Err(error) => unavailable(&error.to_string()),
    }
}

fn describe(site: &Site, live: &LiveSession) -> Result<Value, AccessTokenError> {
    let person = &live.person;
    let access = person.access_in_force(site.now());
    let roles: Map<String, Value> = access.roles.iter().map(|(e, role)| (e.to_string(), json!(role))).collect();
    let mut groups: Vec<&str> = access.groups.iter().map(|group| group.as_str()).collect();
    if person.status() == Status::Active {
        groups.insert(0, ALL_COLLABORATORS);
    }
    let mut shown = json!({
        "workspace": live.workspace.handle,
        "user": {
            "id": person.id,
            "userName": person.user_name.as_str(),
            "displayName": person.display_name(),
        },
        "status": person.status(),
        "roles": roles,
        "groups": groups,
        "authenticated_at": live.authenticated_at,
        "expires_at": live.expires_at,
        "access_token": site.access_tokens.issue(live, &site.base_url, site.now())?,
    });
    let privileges = access.privileges(&live.roles);
    if let Some(shown) = shown.as_object_mut().filter(|_| !privileges.is_empty()) {
        shown.insert("privileges".to_owned(), json!(privileges));
    }
    Ok(shown)
}

async fn jwks(site: web::Data<Site>) -> HttpResponse {
    HttpResponse::Ok().insert_header(("cache-control", "public, max-age=300")).json(site.access_tokens.jwks())
}

async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "ok" }))
}

async fn readyz(site: web::Data<Site>) -> HttpResponse {
    let store = site.store.clone();
    match blocking(move || store.ping()).await {
        Ok(()) => HttpResponse::Ok().json(json!({ "status": "ready", "database": "ok", "keys": "ok" })),
        Err(error) => unavailable(&error.to_string()),
    }
}

fn unavailable(cause: &str) -> HttpResponse {
    tracing::error!(cause, "a request can't be answered");
    no_store(HttpResponse::ServiceUnavailable())
        .insert_header(("retry-after", "5"))
        .json(json!({ "error": "unavailable", "detail": "Try again in a few seconds." }))
}

fn no_store(mut response: actix_web::HttpResponseBuilder) -> actix_web::HttpResponseBuilder {
    response.insert_header(("cache-control", "no-store"));
    response
}
