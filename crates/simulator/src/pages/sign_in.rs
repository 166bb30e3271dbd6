//! Signing in to the simulator, and the dashboard's tile: a login that starts here.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path},
};

use crate::{
    pages::{
        error::PageError,
        request::{Fields, SameOrigin, field, find_signed_in, get_person, signed_in_cookie, signed_out_cookie},
        see_other, slo,
        sso::{ask_nevertheless, respond},
    },
    simulator::Simulator,
};

/// `POST /people/{key}/sign-in`: signs in here and starts a login at the gateway, which will come back to ask.
pub(crate) async fn sign_in(
    simulator: Data<Simulator>,
    key: Path<String>,
    _: SameOrigin,
) -> Result<HttpResponse, PageError> {
    let person = get_person(&simulator, &key)?;
    let mut response = see_other(&simulator.settings.login_url);
    // A cookie of one short value is always a valid header.
    response.add_cookie(&signed_in_cookie(&person)).ok();
    Ok(response)
}

/// `POST /sign-out`: ends the session here, and by single logout at the gateway as well.
pub(crate) async fn sign_out(
    simulator: Data<Simulator>,
    request: HttpRequest,
    _: SameOrigin,
) -> Result<HttpResponse, PageError> {
    let everywhere = find_signed_in(&simulator, &request).filter(|_| simulator.identity_provider.has_single_logout());
    let mut response = match everywhere {
        Some(person) => see_other(&slo::begin(&simulator, &person)?),
        None => see_other("/"),
    };
    response.add_cookie(&signed_out_cookie()).ok();
    Ok(response)
}

/// `POST /people/{key}/tile`: a response nobody asked for, with the application's default RelayState where given.
pub(crate) async fn open_tile(
    simulator: Data<Simulator>,
    key: Path<String>,
    fields: Fields,
    _: SameOrigin,
) -> Result<HttpResponse, PageError> {
    let person = get_person(&simulator, &key)?;
    let relay_state = field(&fields, "RelayState");
    if !person.is_active() && field(&fields, "nevertheless").is_empty() {
        let action = format!("/people/{key}/tile");
        return ask_nevertheless(&person, &action, &[("RelayState", relay_state)]);
    }
    let mut response = respond(&simulator, &person, None, relay_state).await?;
    // Whoever opens a tile is signed in, so that a gateway that bounces the login back gets its answer.
    response.add_cookie(&signed_in_cookie(&person)).ok();
    Ok(response)
}
