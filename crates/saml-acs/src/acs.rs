//! The Assertion Consumer Service: `POST /saml/{workspace}/acs`.

mod again;
pub(crate) mod decision;
mod failure;
mod held;
mod steps;
mod test_login;
mod trace;

use ::web::Site;
use ::web::blocking::blocking;
use ::web::client::Client;
use ::web::same_origin::is_cross_origin;
use ::web::session::SessionSecret;
use actix_web::cookie::Cookie;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::clock::Timestamp;
use serde::Deserialize;

use crate::browser::{self, BrowserId, Cookies};
use crate::refusal::LoginError;
use crate::relay_state::ReturnTo;
use crate::settings::Settings;
use again::Again;
use held::Held;
use steps::Login;
use test_login::Tested;

/// The form of the HTTP-POST binding (SAML bindings §3.5.4).
#[derive(Clone, Deserialize)]
pub(crate) struct Form {
    #[serde(rename = "SAMLResponse")]
    saml_response: String,
    #[serde(rename = "RelayState")]
    relay_state: Option<String>,
    /// Whether our own page posted it.
    #[serde(rename = "Again")]
    again: Option<String>,
}

/// Takes a response and answers with a session, a login of our own, or a refusal.
pub(crate) async fn consume(
    request: HttpRequest,
    site: web::Data<Site>,
    settings: web::Data<Settings>,
    client: Client,
    handle: web::Path<String>,
    form: Result<web::Form<Form>, actix_web::Error>,
) -> HttpResponse {
    let form = form.map(web::Form::into_inner);
    let form = form.map_err(|_| LoginError::refused("form", "the body is no form with one readable SAMLResponse"));
    let cookies = Cookies::of(&request);
    let was_bounced = cookies.was_bounced(&site.base_url);
    let cross_origin = is_cross_origin(&request, &site.base_url);
    let (shared, settings) = (site.as_ref().clone(), *settings.as_ref());
    let (client_of, came_at) = (client.clone(), site.now());
    let login = Login { site: shared, settings, client: client_of, cookies, cross_origin, came_at };
    match blocking(move || login.run(&handle, form)).await {
        Ok(Outcome::SignedIn(signed_in)) => signed_in.respond(&site),
        Ok(Outcome::Again(again)) => again.respond(&client),
        Ok(Outcome::Held(held)) => held.respond(&client),
        Ok(Outcome::Tested(tested)) => tested.respond(&site),
        Ok(Outcome::Bounced(location)) => see_other(&location, vec![browser::bounced(&site.base_url)]),
        Err(error) => {
            let mut page = error.page(&client);
            if was_bounced {
                // A loop ends here; the next click on the tile begins anew. A cookie that can't be cleared runs out.
                let _ = page.add_cookie(&browser::unbounced(&site.base_url));
            }
            page
        }
    }
}

enum Outcome {
    SignedIn(SignedIn),
    Again(Again),
    Held(Held),
    Tested(Tested),
    Bounced(String),
}

struct SignedIn {
    to: ReturnTo,
    secret: SessionSecret,
    expires_at: Timestamp,
    request_id: Option<String>,
    /// The browser's id, to be kept for longer; none where its cookie did not come along.
    browser: Option<BrowserId>,
}

impl SignedIn {
    fn respond(&self, site: &Site) -> HttpResponse {
        let mut cookies =
            vec![self.secret.cookie(&site.base_url, site.now(), self.expires_at), browser::unbounced(&site.base_url)];
        cookies.extend(self.browser.as_ref().map(|browser| browser.cookie(&site.base_url)));
        cookies.extend(self.request_id.as_deref().map(|id| browser::removal(id, &site.base_url)));
        see_other(self.to.as_str(), cookies)
    }
}

fn see_other(location: &str, cookies: Vec<Cookie<'static>>) -> HttpResponse {
    let mut response = HttpResponse::SeeOther();
    response.insert_header((header::LOCATION, location)).insert_header((header::CACHE_CONTROL, "no-store"));
    for cookie in cookies {
        response.cookie(cookie);
    }
    response.finish()
}
