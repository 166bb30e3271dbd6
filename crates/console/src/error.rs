//! Why the console refuses something, and the page that says so: the one place for its statuses.

use ::web::limit::OverRate;
use ::web::random::NoRandomness;
use actix_web::http::header::{LOCATION, RETRY_AFTER};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use administration::{AdministrationError, with_causes};
use askama::Template;
use store::{CommandError, StoreError};
use url::form_urlencoded::Serializer;

use crate::assets;

/// Why nothing came of a request.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConsoleError {
    /// Nobody is signed in; where to sign in, for a page that was asked for.
    #[error("nobody is signed in")]
    SignIn(Option<String>),
    /// The session is one of another workspace.
    #[error("the session is one of the workspace {0}")]
    OtherWorkspace(String),
    /// Administrators may not.
    #[error("this is for the owner alone")]
    OwnerOnly,
    /// Collaborators without administration may not.
    #[error("the collaborator does not administer the workspace")]
    NotAnAdministrator,
    /// The owner has to set up the second factor before anything else; the workspace.
    #[error("the owner has no second factor yet")]
    SecondFactorFirst(String),
    /// The form was not sent from a page of ours, or its page is too old.
    #[error("the form has not the token of this browser's session")]
    Forged,
    /// There is no such thing in the workspace.
    #[error("there is no such page or thing")]
    NotFound,
    /// The form can't be read.
    #[error("the form can't be read: {0}")]
    Unreadable(String),
    /// The form is too large.
    #[error("the form is too large")]
    TooLarge,
    /// The rules refuse it; the sentence is for the reader.
    #[error("{0}")]
    Refused(String),
    /// Too many attempts.
    #[error("too many attempts")]
    OverRate(OverRate),
    /// The set-up is over, or the token is wrong.
    #[error("the set-up token does not open anything")]
    NoSetUp,
    /// Something that must be there is not.
    #[error("the console is not set up in this process")]
    Unavailable,
    /// A page can't be written.
    #[error(transparent)]
    Page(#[from] askama::Error),
    /// No randomness can be had.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ConsoleError {
    /// Where to sign in: the page that was asked for comes afterwards. A form that was sent is lost, so it gets a page.
    pub(crate) fn sign_in(request: &HttpRequest, handle: &str) -> Self {
        let wanted = request.uri().path_and_query().map(|wanted| wanted.as_str()).unwrap_or_default();
        let query = Serializer::new(String::new()).append_pair("return_to", wanted).finish();
        let to = format!("/console/{handle}/sign-in?{query}");
        Self::SignIn((request.method() == Method::GET).then_some(to))
    }

    fn says(&self) -> (StatusCode, &'static str, &str) {
        const TRY_AGAIN: &str = "The gateway can't answer at the moment. Try again in a few seconds.";
        match self {
            Self::SignIn(_) => {
                (StatusCode::FORBIDDEN, "Sign in again", "Your session has ended. Nothing was changed by this.")
            }
            Self::OtherWorkspace(_) => (
                StatusCode::FORBIDDEN,
                "Another workspace",
                "You are signed in to another workspace. Sign in to this one first.",
            ),
            Self::OwnerOnly => {
                (StatusCode::FORBIDDEN, "For the owner alone", "Only the owner of the workspace may do this.")
            }
            Self::NotAnAdministrator => (
                StatusCode::FORBIDDEN,
                "You do not administer this workspace",
                "The console is for people who are Environment admin in dev. Ask one of them, or the workspace's owner.",
            ),
            Self::SecondFactorFirst(_) => {
                (StatusCode::FORBIDDEN, "Second factor first", "Set up your second factor before you go on.")
            }
            Self::Forged => (
                StatusCode::FORBIDDEN,
                "Send it once more",
                "This form was not sent from a page of your session, so nothing was changed. Go back, load the page anew, and \
                 send it again.",
            ),
            Self::NotFound => {
                (StatusCode::NOT_FOUND, "Nothing here", "There is nothing at this address in this workspace.")
            }
            Self::Unreadable(why) => (StatusCode::BAD_REQUEST, "The form can't be read", why),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "Too large", "The form or its file is larger than 8 MB."),
            Self::Refused(why) => (StatusCode::CONFLICT, "That can't be done", why),
            Self::OverRate(_) => (
                StatusCode::TOO_MANY_REQUESTS,
                "Try again later",
                "Too many attempts to sign in. Wait a little, then try again.",
            ),
            Self::NoSetUp => (
                StatusCode::FORBIDDEN,
                "This link is over",
                "The set-up link works while there is no workspace, and only as the running server has printed it. Is there \
                 one already? Then sign in.",
            ),
            Self::Unavailable | Self::Page(_) | Self::NoRandomness(_) | Self::Store(_) => {
                (StatusCode::SERVICE_UNAVAILABLE, "Try again", TRY_AGAIN)
            }
        }
    }
}

impl From<CommandError> for ConsoleError {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::Refused(domain::decide::Refusal::NotFound) => Self::NotFound,
            CommandError::Refused(refusal) => Self::Refused(sentence(&refusal.to_string())),
            CommandError::Store(error) => Self::Store(error),
        }
    }
}

impl From<AdministrationError> for ConsoleError {
    fn from(error: AdministrationError) -> Self {
        match error {
            AdministrationError::Store(error) => Self::Store(error),
            AdministrationError::Command(error) => error.into(),
            AdministrationError::NoRandomness(error) => Self::NoRandomness(error),
            error @ (AdministrationError::AccessToken(_)
            | AdministrationError::Key(_)
            | AdministrationError::Password(_)) => {
                tracing::error!(cause = %error, "the console can't answer");
                Self::Unavailable
            }
            error => Self::Refused(sentence(&with_causes(&error))),
        }
    }
}

/// An error's words as a sentence.
pub(crate) fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let end = if words.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

#[derive(Template)]
#[template(path = "message.html")]
struct MessagePage<'a> {
    title: &'a str,
    message: &'a str,
    onwards: Option<(String, &'static str)>,
}

impl MessagePage<'_> {
    fn stylesheet(&self) -> &'static str {
        assets::stylesheet()
    }

    fn script(&self) -> &'static str {
        assets::script()
    }
}

impl ResponseError for ConsoleError {
    fn status_code(&self) -> StatusCode {
        self.says().0
    }

    fn error_response(&self) -> HttpResponse {
        if let Self::SignIn(Some(to)) = self {
            return HttpResponse::SeeOther().insert_header((LOCATION, to.as_str())).finish();
        }
        if let Self::SecondFactorFirst(handle) = self {
            return HttpResponse::SeeOther().insert_header((LOCATION, format!("/console/{handle}/account"))).finish();
        }
        let (status, title, message) = self.says();
        if status.is_server_error() {
            tracing::error!(cause = %self, "the console can't answer");
        }
        let onwards = match self {
            Self::OtherWorkspace(handle) => {
                Some((format!("/console/{handle}"), "Go to the workspace that you are signed in to"))
            }
            Self::SignIn(None) | Self::NoSetUp => Some(("/console/".to_owned(), "Sign in")),
            _ => None,
        };
        let body = MessagePage { title, message, onwards }.render().unwrap_or_else(|_| title.to_owned());
        let mut response = HttpResponse::build(status);
        if let Self::OverRate(over) = self {
            response.insert_header((RETRY_AFTER, over.retry_after));
        }
        response.content_type("text/html; charset=utf-8").body(body)
    }
}
