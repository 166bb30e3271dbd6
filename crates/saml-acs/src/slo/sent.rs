//! How a message goes to the identity provider by way of the browser.

use ::web::form_page::FormPage;
use actix_web::HttpResponse;
use actix_web::http::header;
use url::Url;

use crate::connection::Binding;
use crate::keys::RequestKey;
use crate::logout_document::LogoutDocument;
use crate::service_provider::WriteError;

/// A signed message on its way.
pub(super) enum Sent {
    Redirect(Url),
    Post { to: Url, parameter: &'static str, message: String, relay_state: Option<String> },
}

impl Sent {
    pub(super) fn by(
        binding: Binding,
        document: &LogoutDocument<'_>,
        relay_state: Option<&str>,
        key: &RequestKey,
    ) -> Result<Self, WriteError> {
        Ok(match binding {
            Binding::HttpRedirect => Self::Redirect(document.redirect_url(relay_state, key)?),
            Binding::HttpPost => Self::Post {
                to: document.destination.clone(),
                parameter: document.kind().parameter(),
                message: document.form_field(key)?,
                relay_state: relay_state.map(str::to_owned),
            },
        })
    }

    pub(super) fn respond(&self) -> HttpResponse {
        match self {
            Self::Redirect(location) => HttpResponse::SeeOther()
                .insert_header((header::LOCATION, location.as_str()))
                .insert_header((header::CACHE_CONTROL, "no-store"))
                .finish(),
            Self::Post { to, parameter, message, relay_state } => {
                let mut fields = vec![(*parameter, message.as_str())];
                fields.extend(relay_state.as_deref().map(|relay_state| ("RelayState", relay_state)));
                post(to, &fields)
            }
        }
    }
}

/// Bindings 3.5.4.
fn post(to: &Url, fields: &[(&str, &str)]) -> HttpResponse {
    let page = FormPage {
        title: "Signing out",
        message: "Your session here has ended. Your browser is taking you to your identity provider to sign you out there.",
        reference: None,
        action: to,
        fields,
        button: "Continue",
        onwards: &[],
    };
    page.respond_with(HttpResponse::Ok())
}
