//! What every request passes before its handler: who it is, whether they may, and whether it was sent from a page of ours.

use ::web::Site;
use ::web::blocking::blocking;
use ::web::csrf::CsrfToken;
use ::web::same_origin::is_same_origin;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, ResponseError, web};
use store::LiveConsoleSession;

use crate::error::ConsoleError;
use crate::form::Fields;
use crate::routes::Privilege;
use crate::session::{self, ConsoleSession, Cookie, Visitor};

/// How exactly it is known when a session was last used: reading must not become writing.
const TOUCH_EVERY: chrono::Duration = chrono::Duration::minutes(1);

/// Lets a request through to its handler, with what was found out about it, or answers it.
pub(crate) async fn gate<B: MessageBody + 'static>(
    who: Privilege,
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let mut response = match admit(who, &mut request).await {
        Ok(()) => next.call(request).await?.map_into_left_body(),
        Err(error) => {
            let answer = error.error_response();
            request.into_response(answer).map_into_right_body()
        }
    };
    guard_headers(response.headers_mut());
    Ok(response)
}

async fn admit(who: Privilege, request: &mut ServiceRequest) -> Result<(), ConsoleError> {
    let site = request.app_data::<web::Data<Site>>().cloned().ok_or(ConsoleError::Unavailable)?;
    let cookie = session::presented(request.request(), &site.base_url);
    if who != Privilege::Anyone {
        let session = find(&site, request.request(), cookie.as_ref()).await?;
        may(who, &session)?;
        request.extensions_mut().insert(session);
    }
    if request.method() == Method::POST {
        let fields = Fields::read(request).await?;
        is_from_our_page(request.request(), &site, cookie.as_ref(), &fields)?;
        request.extensions_mut().insert(fields);
    }
    request.extensions_mut().insert(Visitor(cookie));
    Ok(())
}

/// The live session of the request, which must be one of the workspace that the address names.
async fn find(site: &Site, request: &HttpRequest, cookie: Option<&Cookie>) -> Result<ConsoleSession, ConsoleError> {
    let handle = request.match_info().get("workspace").unwrap_or_default().to_owned();
    let anew = || ConsoleError::sign_in(request, &handle);
    let Some(cookie) = cookie else { return Err(anew()) };
    let shows_notices = is_for_a_page(request);
    let found = {
        let (site, id) = (site.clone(), cookie.hash());
        blocking(move || live(&site, id, shows_notices))
    };
    let session = found.await?.ok_or_else(anew)?;
    if session.workspace.handle.as_str() != handle {
        return Err(ConsoleError::OtherWorkspace(session.workspace.handle.to_string()));
    }
    Ok(ConsoleSession::new(session, cookie))
}

fn live(site: &Site, id: String, shows_notices: bool) -> Result<Option<LiveConsoleSession>, ConsoleError> {
    let now = site.now();
    let Some(session) = site.store.find_console_session(&id, now)? else { return Ok(None) };
    if now - session.seen_at >= TOUCH_EVERY {
        site.store.touch_console_session(id.clone(), now)?;
    }
    if shows_notices && session.notice.is_some() {
        site.store.put_console_notice(id, None)?;
    }
    Ok(Some(session))
}

/// Whether a whole page is asked for, and not a part of one by our script.
fn is_for_a_page(request: &HttpRequest) -> bool {
    request.method() == Method::GET && !request.headers().contains_key("x-part-of-page")
}

fn may(who: Privilege, session: &ConsoleSession) -> Result<(), ConsoleError> {
    match who {
        Privilege::Owner if !session.is_owner() => Err(ConsoleError::OwnerOnly),
        Privilege::Administrator if session.lacks_second_factor() => {
            Err(ConsoleError::SecondFactorFirst(session.handle().to_owned()))
        }
        _ => Ok(()),
    }
}

/// CSRF: the browser says that a page of ours sends it, and the form carries the token of this browser's cookie.
fn is_from_our_page(
    request: &HttpRequest,
    site: &Site,
    cookie: Option<&Cookie>,
    fields: &Fields,
) -> Result<(), ConsoleError> {
    let token = cookie.map(|cookie| CsrfToken::of(cookie.secret()));
    let carried = token.is_some_and(|token| fields.first("csrf").is_some_and(|sent| token.is(sent)));
    if is_same_origin(request, &site.base_url) && carried { Ok(()) } else { Err(ConsoleError::Forged) }
}

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// What browsers are told with every answer, unless the handler had its own reason.
fn guard_headers(headers: &mut header::HeaderMap) {
    let ours = [
        ("content-security-policy", POLICY),
        ("x-frame-options", "DENY"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=()"),
        ("cache-control", "no-store"),
    ];
    for (name, value) in ours {
        let name = HeaderName::from_static(name);
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
}
