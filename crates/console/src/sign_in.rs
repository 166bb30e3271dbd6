//! The way in: which workspace, and then through the identity provider or as the owner.

use ::web::Site;
use ::web::blocking::blocking;
use ::web::client::Client;
use ::web::csrf::CsrfToken;
use ::web::password;
use ::web::second_factor::SecondFactor;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use domain::audit::{Actor, AuditEntry, EventKind, Source, Subject};
use domain::workspace::{Workspace, WorkspaceHandle};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;
use store::{NewConsoleSession, OwnerAccount};

use crate::assets;
use crate::error::ConsoleError;
use crate::form::Posted;
use crate::page::see_other;
use crate::session::{Cookie, Visitor};

/// Where a browser that asks for nothing in particular is led.
pub(crate) async fn lead_here() -> HttpResponse {
    see_other("/console/")
}

#[derive(Deserialize)]
pub(crate) struct Choice {
    workspace: Option<String>,
}

#[derive(Template)]
#[template(path = "choose.html")]
struct ChoosePage {
    has_workspaces: bool,
    unknown: Option<String>,
}

impl ChoosePage {
    fn stylesheet(&self) -> &'static str {
        assets::stylesheet()
    }

    fn script(&self) -> &'static str {
        assets::script()
    }
}

/// Asks which workspace; whoever is signed in is led to theirs.
pub(crate) async fn choose(
    site: web::Data<Site>,
    visitor: Visitor,
    choice: web::Query<Choice>,
) -> Result<HttpResponse, ConsoleError> {
    let wish = choice.into_inner().workspace.map(|text| text.trim().to_lowercase());
    let found = blocking(move || {
        let now = site.now();
        if let (None, Some(cookie)) = (&wish, visitor.0)
            && let Some(session) = site.store.find_console_session(&cookie.hash(), now)?
        {
            return Ok::<_, ConsoleError>(Err(format!("/console/{}", session.workspace.handle)));
        }
        let known = wish.as_deref().and_then(|text| WorkspaceHandle::new(text).ok());
        if let Some(handle) = known
            && site.store.find_workspace(&handle)?.is_some()
        {
            return Ok(Err(format!("/console/{handle}/sign-in")));
        }
        Ok(Ok(ChoosePage { has_workspaces: site.store.has_workspaces()?, unknown: wish }))
    });
    Ok(match found.await? {
        Ok(page) => HttpResponse::Ok().content_type("text/html; charset=utf-8").body(page.render()?),
        Err(to) => see_other(&to),
    })
}

#[derive(Deserialize)]
pub(crate) struct Onwards {
    return_to: Option<String>,
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage<'a> {
    workspace: &'a Workspace,
    return_to: &'a str,
    csrf: CsrfToken,
    has_connection: bool,
    email: &'a str,
    wrong: bool,
}

impl SignInPage<'_> {
    fn stylesheet(&self) -> &'static str {
        assets::stylesheet()
    }

    fn script(&self) -> &'static str {
        assets::script()
    }

    /// The login of the identity provider begins at this address.
    fn enter(&self) -> String {
        enter_address(self.workspace, self.return_to)
    }
}

pub(crate) fn enter_address(workspace: &Workspace, return_to: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("return_to", return_to).finish();
    format!("/console/{}/enter?{query}", workspace.handle)
}

/// The two ways in.
pub(crate) async fn show(
    site: web::Data<Site>,
    visitor: Visitor,
    handle: web::Path<String>,
    onwards: web::Query<Onwards>,
) -> Result<HttpResponse, ConsoleError> {
    let found = {
        let (site, handle) = (site.clone(), handle.clone());
        blocking(move || {
            let workspace = get_workspace(&site, &handle)?;
            let has_connection = !site.store.connections(workspace.id)?.is_empty();
            Ok::<_, ConsoleError>((workspace, has_connection))
        })
    };
    let (workspace, has_connection) = found.await?;
    let return_to = return_to(&workspace, onwards.into_inner().return_to);
    // The form needs a cookie that its token belongs to.
    let (cookie, is_new) = match visitor.0 {
        Some(cookie) => (cookie, false),
        None => (Cookie::generate()?, true),
    };
    let csrf = CsrfToken::of(cookie.secret());
    let page =
        SignInPage { workspace: &workspace, return_to: &return_to, csrf, has_connection, email: "", wrong: false };
    let mut response = HttpResponse::Ok();
    if is_new {
        response.cookie(cookie.to_http(&site.base_url));
    }
    Ok(response.content_type("text/html; charset=utf-8").body(page.render()?))
}

/// An address within the workspace's console, whatever was asked for.
pub(crate) fn return_to(workspace: &Workspace, wish: Option<String>) -> String {
    let home = format!("/console/{}", workspace.handle);
    let is_within = |wish: &String| {
        let rest = wish.strip_prefix(&home);
        let clean = wish.len() <= 2_048 && wish.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
        clean && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
    };
    wish.filter(is_within).unwrap_or(home)
}

pub(crate) fn get_workspace(site: &Site, handle: &str) -> Result<Workspace, ConsoleError> {
    let handle = WorkspaceHandle::new(handle).map_err(|_| ConsoleError::NotFound)?;
    site.store.find_workspace(&handle)?.ok_or(ConsoleError::NotFound)
}

#[derive(Deserialize)]
pub(crate) struct OwnerForm {
    email: String,
    password: SecretString,
    code: String,
    return_to: Option<String>,
}

/// What is wrong with a sign-in; the browser is told the same of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrong {
    Email,
    Password,
    Code,
}

impl Wrong {
    fn check(self) -> &'static str {
        match self {
            Self::Email => "owner_email",
            Self::Password => "owner_password",
            Self::Code => "owner_code",
        }
    }
}

/// The owner, by password and second factor.
pub(crate) async fn as_owner(
    request: HttpRequest,
    site: web::Data<Site>,
    client: Client,
    visitor: Visitor,
    handle: web::Path<String>,
    Posted(form): Posted<OwnerForm>,
) -> Result<HttpResponse, ConsoleError> {
    let workspace = {
        let (site, handle) = (site.clone(), handle.clone());
        blocking(move || get_workspace(&site, &handle)).await?
    };
    site.limits.owner_sign_in(workspace.id, &request).map_err(ConsoleError::OverRate)?;
    let to = return_to(&workspace, form.return_to.clone());
    let email = form.email.clone();
    let signed_in = {
        let (site, workspace) = (site.clone(), workspace.clone());
        blocking(move || sign_owner_in(&site, &workspace, &form, &client)).await?
    };
    if let Some(cookie) = signed_in {
        let mut response = see_other(&to);
        // Nothing in it but our own characters: it is always a valid header.
        let _ = response.add_cookie(&cookie.to_http(&site.base_url));
        return Ok(response);
    }
    let csrf = CsrfToken::of(visitor.0.ok_or(ConsoleError::Forged)?.secret());
    let page =
        SignInPage { workspace: &workspace, return_to: &to, csrf, has_connection: true, email: &email, wrong: true };
    Ok(HttpResponse::Forbidden().content_type("text/html; charset=utf-8").body(page.render()?))
}

/// The cookie of the session that begins; none where something is wrong.
fn sign_owner_in(
    site: &Site,
    workspace: &Workspace,
    form: &OwnerForm,
    client: &Client,
) -> Result<Option<Cookie>, ConsoleError> {
    let owner = site.store.owner(workspace.id)?;
    match check(site, workspace, &owner, form)? {
        None => begin_as_owner(site, workspace, &owner, client).map(Some),
        Some(wrong) => {
            let entry = owner_entry(
                (site, client),
                workspace,
                &owner,
                EventKind::ConsoleSignInRefused,
                json!({ "check": wrong.check() }),
            );
            site.store.append_audit(vec![entry])?;
            Ok(None)
        }
    }
}

/// Every sign-in costs one password check, so that time tells nothing about the address. The code is looked at last, and each
/// counts once.
fn check(
    site: &Site,
    workspace: &Workspace,
    owner: &OwnerAccount,
    form: &OwnerForm,
) -> Result<Option<Wrong>, ConsoleError> {
    let is_password = password::is(&owner.password_hash, &form.password);
    if !owner.email.trim().eq_ignore_ascii_case(form.email.trim()) {
        return Ok(Some(Wrong::Email));
    }
    if !is_password {
        return Ok(Some(Wrong::Password));
    }
    let Some(secret) = site.store.owner_second_factor(workspace.id)? else { return Ok(None) };
    let factor = SecondFactor::new(&secret, &owner.email, workspace.handle.as_str());
    let step = factor.ok().and_then(|factor| factor.step_of(&form.code, site.now()));
    let is_new = step.map_or(Ok(false), |step| site.store.use_owner_step(workspace.id, step))?;
    Ok((!is_new).then_some(Wrong::Code))
}

/// Begins a session of the owner, whose password was right.
pub(crate) fn begin_as_owner(
    site: &Site,
    workspace: &Workspace,
    owner: &OwnerAccount,
    client: &Client,
) -> Result<Cookie, ConsoleError> {
    let (cookie, now) = (Cookie::generate()?, site.now());
    let session = NewConsoleSession {
        id: cookie.hash(),
        workspace: workspace.id,
        person: None,
        epoch: owner.epoch,
        application_session: None,
        begun_at: now,
        expires_at: now + workspace.policy.console_session_lifetime.duration(),
        from: client.0.clone(),
    };
    let after = json!({ "by": "password", "second_factor": owner.has_second_factor });
    let entry = owner_entry((site, client), workspace, owner, EventKind::ConsoleSignedIn, after);
    site.store.begin_console_session(session, entry)?;
    Ok(cookie)
}

fn owner_entry(
    (site, client): (&Site, &Client),
    workspace: &Workspace,
    owner: &OwnerAccount,
    kind: EventKind,
    after: serde_json::Value,
) -> AuditEntry {
    AuditEntry {
        workspace: workspace.id,
        at: site.now(),
        kind,
        source: Source::Manual,
        actor: Actor::Owner { name: owner.email.clone() },
        subject: Subject::named("owner", &owner.email),
        before: None,
        after: Some(after),
        request: client.0.clone(),
    }
}
