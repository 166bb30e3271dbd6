//! What the pages take from a request: fields of a form, the signed-in person, and that it came from here.

use std::future::{Ready, ready};

use actix_web::{
    FromRequest, HttpRequest,
    cookie::{Cookie, SameSite},
    dev::Payload,
    http::header::{HOST, ORIGIN},
    web::Form,
};
use url::Url;

use crate::{directory::Person, pages::error::PageError, simulator::Simulator};

/// Cookies are shared between the ports of a host, so the name is the simulator's own.
const COOKIE: &str = "okta_simulator_person";

/// The fields of a form, in order; a name may come more than once.
pub(crate) type Fields = Form<Vec<(String, String)>>;

/// The first field of this name, or nothing.
pub(crate) fn field<'a>(fields: &'a [(String, String)], name: &str) -> &'a str {
    fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
}

/// The person of this key.
pub(crate) fn get_person(simulator: &Simulator, key: &str) -> Result<Person, PageError> {
    simulator.directory().find_person(key).ok_or_else(|| PageError::NoSuchPerson(key.to_owned()))
}

/// The person signed in to the simulator by this browser.
pub(crate) fn find_signed_in(simulator: &Simulator, request: &HttpRequest) -> Option<Person> {
    request.cookie(COOKIE).and_then(|cookie| simulator.directory().find_person(cookie.value()))
}

/// The cookie that signs a person in to the simulator.
pub(crate) fn signed_in_cookie(person: &Person) -> Cookie<'static> {
    Cookie::build(COOKIE, person.key.clone()).path("/").http_only(true).same_site(SameSite::Lax).finish()
}

/// The cookie that ends it.
pub(crate) fn signed_out_cookie() -> Cookie<'static> {
    let mut cookie = Cookie::build(COOKIE, "").path("/").finish();
    cookie.make_removal();
    cookie
}

/// Proof that a form was sent from one of the simulator's own pages. Another site could else deactivate people
/// through the browser of whoever tries the demonstration.
pub(crate) struct SameOrigin(());

impl FromRequest for SameOrigin {
    type Error = PageError;
    type Future = Ready<Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
        let same = match text(ORIGIN) {
            None => true,
            Some(origin) => find_authority(origin).is_some_and(|authority| text(HOST) == Some(&authority)),
        };
        ready(if same { Ok(Self(())) } else { Err(PageError::OtherOrigin) })
    }
}

fn find_authority(origin: &str) -> Option<String> {
    let url = Url::parse(origin).ok()?;
    let host = url.host_str()?;
    Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}
