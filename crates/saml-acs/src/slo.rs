//! Single logout: `/saml/{workspace}/slo`, where the identity provider asks and answers, and `POST /logout`, where it begins
//! here (profiles, section 4.4).

mod answer;
mod arrival;
mod begin;
mod failure;
mod sent;
mod steps;

use ::web::Site;
use ::web::blocking::blocking;
use ::web::client::Client;
use ::web::page::Page;
use ::web::session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::browser::{self, Cookies};
use crate::refusal::LoginError;
use crate::settings::Settings;
use arrival::{Arrived, Fields};
pub(crate) use begin::log_out;
use sent::Sent;
use steps::Logout;

/// A message in the query of a redirect.
pub(crate) async fn by_redirect(
    request: HttpRequest,
    site: web::Data<Site>,
    settings: web::Data<Settings>,
    client: Client,
    handle: web::Path<String>,
) -> HttpResponse {
    let arrived = Arrived::by_redirect(request.query_string(), &settings.limits);
    take(&request, &site, **settings, client, handle.into_inner(), arrived).await
}

/// A message in a posted form. It may come without any cookie: what it means is in the database.
pub(crate) async fn by_post(
    request: HttpRequest,
    site: web::Data<Site>,
    settings: web::Data<Settings>,
    client: Client,
    handle: web::Path<String>,
    form: Result<web::Form<Fields>, actix_web::Error>,
) -> HttpResponse {
    let form = form.map_err(|_| LoginError::refused("form", "the body is no form"));
    let arrived = form.and_then(|form| Arrived::by_post(form.into_inner(), &settings.limits));
    take(&request, &site, **settings, client, handle.into_inner(), arrived).await
}

async fn take(
    request: &HttpRequest,
    site: &Site,
    settings: Settings,
    client: Client,
    handle: String,
    arrived: Result<Arrived, LoginError>,
) -> HttpResponse {
    let logout = Logout {
        site: site.clone(),
        settings,
        client: client.clone(),
        cookies: Cookies::of(request),
        session: session::presented(request, &site.base_url),
    };
    match blocking(move || logout.run(&handle, arrived)).await {
        Ok(outcome) => outcome.respond(site),
        Err(error) => failure::page(&error, &client),
    }
}

/// What becomes of a message.
enum Outcome {
    /// It asked, and is answered; by a page of our own where the identity provider takes no answers.
    Answered {
        sent: Option<Sent>,
        /// Whether the browser's session is over.
        is_over: bool,
    },
    /// It answered a request of ours.
    SignedOut { request_id: String, everywhere: bool },
}

impl Outcome {
    fn respond(&self, site: &Site) -> HttpResponse {
        match self {
            Self::Answered { sent, is_over } => {
                let mut response = sent.as_ref().map_or_else(|| signed_out(true), Sent::respond);
                if *is_over {
                    // A removal is always a valid header.
                    let _ = response.add_cookie(&session::removal_cookie(&site.base_url));
                }
                response
            }
            Self::SignedOut { request_id, everywhere } => {
                let mut response = signed_out(*everywhere);
                let _ = response.add_cookie(&browser::logout_removal(request_id, &site.base_url));
                response
            }
        }
    }
}

/// The end of a logout.
fn signed_out(everywhere: bool) -> HttpResponse {
    let (title, message) = if everywhere {
        ("Signed out", "Your session has ended.")
    } else {
        (
            "Signed out here",
            "Your session here has ended, but your identity provider could not sign you out everywhere: other applications of \
             your organisation may still be signed in. Sign out of them as well, or close your browser.",
        )
    };
    Page { title, message, reference: None }.respond(StatusCode::OK)
}
