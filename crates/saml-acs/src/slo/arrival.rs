//! A message as it came.

use crate::message::{LogoutKind, RedirectMessage, SamlResponse};
use crate::refusal::LoginError;
use crate::verify::LogoutMessage;
use crate::xml_guard::Limits;

/// A form's fields in their order.
pub(super) type Fields = Vec<(String, String)>;

/// A message with what its sender wants back.
pub(super) struct Arrived {
    pub(super) message: LogoutMessage,
    pub(super) relay_state: Option<String>,
}

impl Arrived {
    /// Bindings 3.4.4.
    pub(super) fn by_redirect(query: &str, limits: &Limits) -> Result<Self, LoginError> {
        let message = RedirectMessage::from_query(query, limits)?;
        let relay_state = message.relay_state().map(str::to_owned);
        Ok(Self { message: LogoutMessage::Redirect(message), relay_state })
    }

    /// Bindings 3.5.4: one message, and a RelayState perhaps.
    pub(super) fn by_post(fields: Fields, limits: &Limits) -> Result<Self, LoginError> {
        let two_meanings = || LoginError::refused("form", "the form has not exactly one message and one RelayState");
        let (mut message, mut relay_state) = (None, None);
        for (name, value) in fields {
            let kinds = [LogoutKind::Request, LogoutKind::Response];
            let kind = kinds.into_iter().find(|kind| kind.parameter() == name);
            let is_second = match kind {
                Some(kind) => message.replace((kind, value)).is_some(),
                None if name == "RelayState" => relay_state.replace(value).is_some(),
                None => false,
            };
            if is_second {
                return Err(two_meanings());
            }
        }
        let (kind, value) = message.ok_or_else(two_meanings)?;
        let message = SamlResponse::from_form_field(&value, limits)?;
        Ok(Self { message: LogoutMessage::Post(kind, message), relay_state })
    }
}
