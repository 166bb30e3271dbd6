//! Single logout, by either binding and from either side.

use actix_web::{
    HttpResponse,
    http::header::LOCATION,
    web::{Data, Query},
};
use serde::Deserialize;

use crate::{
    directory::Person,
    logout::{LogoutMessage, LogoutRequestParameters, LogoutResponseParameters},
    pages::{
        error::PageError,
        request::{Fields, field, signed_out_cookie},
        see_other,
    },
    simulator::Simulator,
};

/// A message in a query.
#[derive(Deserialize)]
pub(crate) struct RedirectBinding {
    #[serde(rename = "SAMLRequest")]
    saml_request: Option<String>,
    #[serde(rename = "RelayState")]
    relay_state: Option<String>,
}

/// `GET {slo}`: the Redirect binding.
pub(crate) async fn redirect_binding(
    simulator: Data<Simulator>,
    query: Query<RedirectBinding>,
) -> Result<HttpResponse, PageError> {
    let request = query.saml_request.as_deref().and_then(LogoutMessage::from_redirect);
    take(&simulator, request.as_ref(), query.relay_state.as_deref())
}

/// `POST {slo}`: the POST binding.
pub(crate) async fn post_binding(simulator: Data<Simulator>, fields: Fields) -> Result<HttpResponse, PageError> {
    let request = LogoutMessage::from_form(field(&fields, "SAMLRequest"));
    let relay_state = Some(field(&fields, "RelayState")).filter(|text| !text.is_empty());
    take(&simulator, request.as_ref(), relay_state)
}

/// Where a browser goes that has signed out here: to the gateway, which ends the person's sessions.
pub(crate) fn begin(simulator: &Simulator, person: &Person) -> Result<String, PageError> {
    let destination = &simulator.settings.slo_url;
    let parameters = LogoutRequestParameters::new(destination, &person.user_name, simulator.now())?;
    let xml = simulator.identity_provider.logout_request(&parameters);
    let query = simulator.identity_provider.signed_query("SAMLRequest", &xml, None)?;
    Ok(format!("{destination}?{query}"))
}

/// A request ends the session here and is answered; behind an answer there is nothing left to do.
fn take(
    simulator: &Simulator,
    request: Option<&LogoutMessage>,
    relay_state: Option<&str>,
) -> Result<HttpResponse, PageError> {
    let Some(request) = request else { return Ok(see_other("/")) };
    let destination = &simulator.settings.slo_url;
    let parameters = LogoutResponseParameters::new(destination, &request.id, simulator.now())?;
    let xml = simulator.identity_provider.logout_response(&parameters);
    let query = simulator.identity_provider.signed_query("SAMLResponse", &xml, relay_state)?;
    let mut response = HttpResponse::SeeOther().insert_header((LOCATION, format!("{destination}?{query}"))).finish();
    // A cookie of one short value is always a valid header.
    response.add_cookie(&signed_out_cookie()).ok();
    Ok(response)
}
