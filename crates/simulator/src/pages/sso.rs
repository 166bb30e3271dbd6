//! Single sign-on: an `AuthnRequest` comes in, a form with the response goes out.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Query, block},
};
use askama::Template;
use serde::Deserialize;

use crate::{
    assertion::ResponseParameters,
    authn_request::{AuthnRequest, decode_post, decode_redirect, encode_post},
    directory::Person,
    encrypt::{Encryption, EncryptionError},
    pages::{
        error::PageError,
        page,
        request::{Fields, field, find_signed_in, get_person, signed_in_cookie},
    },
    simulator::Simulator,
};

/// The query of the Redirect binding.
#[derive(Deserialize)]
pub(crate) struct RedirectBinding {
    #[serde(rename = "SAMLRequest", default)]
    saml_request: String,
    #[serde(rename = "RelayState", default)]
    relay_state: String,
}

/// A request that passed the checks, in the form in which a page carries it on.
struct Asked<'a> {
    request: AuthnRequest,
    xml: &'a str,
    relay_state: &'a str,
}

#[derive(Template)]
#[template(path = "pick.html")]
struct PickPage<'a> {
    people: Vec<Person>,
    action: String,
    saml_request: String,
    relay_state: &'a str,
}

#[derive(Template)]
#[template(path = "nevertheless.html")]
struct NeverthelessPage<'a> {
    person: &'a Person,
    action: &'a str,
    fields: &'a [(&'a str, &'a str)],
}

#[derive(Template)]
#[template(path = "post.html")]
struct PostPage<'a> {
    person: &'a Person,
    acs_url: &'a str,
    saml_response: &'a str,
    relay_state: &'a str,
}

/// `GET {sso}`: the Redirect binding.
pub(crate) async fn redirect_binding(
    simulator: Data<Simulator>,
    query: Query<RedirectBinding>,
    http_request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let xml = decode_redirect(&query.saml_request)?;
    let asked = check(&simulator, &xml, &query.relay_state)?;
    match find_signed_in(&simulator, &http_request) {
        Some(person) if !asked.request.force_authn => answer(&simulator, &person, &asked, false).await,
        _ => ask_who(&simulator, &asked),
    }
}

/// `POST {sso}`: the POST binding, and the answer to "who are you?".
pub(crate) async fn post_binding(
    simulator: Data<Simulator>,
    fields: Fields,
    http_request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let xml = decode_post(field(&fields, "SAMLRequest"))?;
    let asked = check(&simulator, &xml, field(&fields, "RelayState"))?;
    let picked = field(&fields, "person");
    if !picked.is_empty() {
        let person = get_person(&simulator, picked)?;
        return answer(&simulator, &person, &asked, !field(&fields, "nevertheless").is_empty()).await;
    }
    match find_signed_in(&simulator, &http_request) {
        Some(person) if !asked.request.force_authn => answer(&simulator, &person, &asked, false).await,
        _ => ask_who(&simulator, &asked),
    }
}

/// The form that carries a response to the gateway. Whoever is asked for a way of signing in has signed in so.
pub(crate) async fn respond(
    simulator: &Data<Simulator>,
    person: &Person,
    request: Option<&AuthnRequest>,
    relay_state: &str,
) -> Result<HttpResponse, PageError> {
    let settings = &simulator.settings;
    let parameters =
        ResponseParameters::new(&settings.acs_url, &settings.audience, &person.user_name, simulator.now())?
            .with_attributes(person.saml_attributes());
    let authn_context = request.and_then(|request| request.authn_contexts.first().cloned());
    let parameters = ResponseParameters {
        in_response_to: request.map(|request| request.id.clone()),
        authn_context: authn_context.unwrap_or_else(|| parameters.authn_context.clone()),
        ..parameters
    };
    let (signer, encrypts) = (simulator.clone(), person.encrypted);
    let saml_response = block(move || -> Result<_, PageError> {
        let encryption = encrypts.then(|| encryption(&signer.settings.audience)).transpose()?;
        let parameters = ResponseParameters { encryption, ..parameters };
        Ok(signer.identity_provider.response_base64(&parameters)?)
    })
    .await??;
    page(&PostPage { person, acs_url: &settings.acs_url, saml_response: &saml_response, relay_state })
}

/// An administrator of Okta would give it the certificate; here it comes from the gateway's metadata, whose address is the
/// gateway's entity id.
fn encryption(metadata_url: &str) -> Result<Encryption, EncryptionError> {
    let mut answer = ureq::get(metadata_url).call().map_err(Box::new)?;
    let metadata = answer.body_mut().read_to_string().map_err(Box::new)?;
    Encryption::for_metadata(&metadata)
}

/// Says that Okta would not sign this person in, and offers it anyway.
pub(crate) fn ask_nevertheless(
    person: &Person,
    action: &str,
    fields: &[(&str, &str)],
) -> Result<HttpResponse, PageError> {
    page(&NeverthelessPage { person, action, fields })
}

fn check<'a>(simulator: &Simulator, xml: &'a str, relay_state: &'a str) -> Result<Asked<'a>, PageError> {
    let request = AuthnRequest::parse(xml)?;
    request.check(&simulator.settings.acs_url, &simulator.settings.audience)?;
    Ok(Asked { request, xml, relay_state })
}

fn ask_who(simulator: &Simulator, asked: &Asked<'_>) -> Result<HttpResponse, PageError> {
    page(&PickPage {
        people: simulator.directory().people(),
        action: simulator.identity_provider.sso_path(),
        saml_request: encode_post(asked.xml),
        relay_state: asked.relay_state,
    })
}

async fn answer(
    simulator: &Data<Simulator>,
    person: &Person,
    asked: &Asked<'_>,
    nevertheless: bool,
) -> Result<HttpResponse, PageError> {
    if !person.is_active() && !nevertheless {
        let saml_request = encode_post(asked.xml);
        let fields = [
            ("SAMLRequest", saml_request.as_str()),
            ("RelayState", asked.relay_state),
            ("person", person.key.as_str()),
        ];
        return ask_nevertheless(person, &simulator.identity_provider.sso_path(), &fields);
    }
    let mut response = respond(simulator, person, Some(&asked.request), asked.relay_state).await?;
    // A cookie of one short value is always a valid header.
    response.add_cookie(&signed_in_cookie(person)).ok();
    Ok(response)
}
