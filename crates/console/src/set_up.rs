//! The first run: whoever runs the gateway opens the set-up by the token that the server has printed, and makes the first
//! workspace.

use ::web::Site;
use ::web::blocking::blocking;
use ::web::client::Client;
use ::web::csrf::CsrfToken;
use ::web::random;
use actix_web::{HttpResponse, web};
use administration::AdministrationError;
use administration::workspace::{WorkspacePlan, create_first};
use askama::Template;
use domain::audit::Actor;
use domain::command::Context;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::account::{SHORTEST_PASSWORD, acceptable};
use crate::assets;
use crate::error::{ConsoleError, sentence};
use crate::form::Posted;
use crate::page::see_other;
use crate::session::{Cookie, Visitor};
use crate::sign_in::begin_as_owner;

/// What opens the set-up: the hash of the token that the server has printed; none where there was a workspace when it started.
#[derive(Debug, Clone, Default)]
pub struct SetUp(Option<String>);

impl SetUp {
    /// Opened by this token, as long as there is no workspace.
    pub fn by(token: &SecretString) -> Self {
        Self(Some(random::hash(token)))
    }

    /// Opened by nothing.
    pub fn closed() -> Self {
        Self::default()
    }

    /// Comparing hashes tells nothing about the token by its time.
    fn opens(&self, token: &SecretString) -> bool {
        self.0.as_ref().is_some_and(|hash| *hash == random::hash(token))
    }
}

#[derive(Template)]
#[template(path = "set_up.html")]
struct SetUpPage<'a> {
    csrf: CsrfToken,
    token: &'a str,
    form: &'a SetUpForm,
    error: Option<String>,
}

impl SetUpPage<'_> {
    fn stylesheet(&self) -> &'static str {
        assets::stylesheet()
    }

    fn script(&self) -> &'static str {
        assets::script()
    }

    fn shortest_password(&self) -> usize {
        SHORTEST_PASSWORD
    }
}

#[derive(Deserialize)]
pub(crate) struct Opening {
    #[serde(default)]
    token: SecretString,
}

#[derive(Default, Deserialize)]
pub(crate) struct SetUpForm {
    token: SecretString,
    name: String,
    handle: String,
    owner_name: String,
    owner_email: String,
    password: SecretString,
}

/// The form, for whoever has the token.
pub(crate) async fn show(
    site: web::Data<Site>,
    set_up: web::Data<SetUp>,
    visitor: Visitor,
    opening: web::Query<Opening>,
) -> Result<HttpResponse, ConsoleError> {
    check(&site, &set_up, &opening.token).await?;
    let (cookie, is_new) = match visitor.0 {
        Some(cookie) => (cookie, false),
        None => (Cookie::generate()?, true),
    };
    let csrf = CsrfToken::of(cookie.secret());
    let page = SetUpPage { csrf, token: opening.token.expose_secret(), form: &SetUpForm::default(), error: None };
    let mut response = HttpResponse::Ok();
    if is_new {
        response.cookie(cookie.to_http(&site.base_url));
    }
    Ok(response.content_type("text/html; charset=utf-8").body(page.render()?))
}

async fn check(site: &Site, set_up: &SetUp, token: &SecretString) -> Result<(), ConsoleError> {
    let store = site.store.clone();
    let is_over = !set_up.opens(token) || blocking(move || store.has_workspaces()).await?;
    if is_over { Err(ConsoleError::NoSetUp) } else { Ok(()) }
}

/// Makes the workspace and signs its owner in.
pub(crate) async fn make(
    site: web::Data<Site>,
    set_up: web::Data<SetUp>,
    client: Client,
    visitor: Visitor,
    Posted(form): Posted<SetUpForm>,
) -> Result<HttpResponse, ConsoleError> {
    check(&site, &set_up, &form.token).await?;
    let (form, made) = {
        let site = site.clone();
        blocking(move || {
            let made = create(&site, &form, &client);
            Ok::<_, ConsoleError>((form, made))
        })
        .await?
    };
    let error = match made {
        Ok((handle, cookie)) => {
            let mut response = see_other(&format!("/console/{handle}/account"));
            // Nothing in it but our own characters: it is always a valid header.
            let _ = response.add_cookie(&cookie.to_http(&site.base_url));
            return Ok(response);
        }
        Err(ConsoleError::Refused(why)) => Some(why),
        Err(error) => return Err(error),
    };
    let csrf = CsrfToken::of(visitor.0.ok_or(ConsoleError::Forged)?.secret());
    let page = SetUpPage { csrf, token: form.token.expose_secret(), form: &form, error };
    Ok(HttpResponse::UnprocessableEntity().content_type("text/html; charset=utf-8").body(page.render()?))
}

fn create(site: &Site, form: &SetUpForm, client: &Client) -> Result<(String, Cookie), ConsoleError> {
    acceptable(&form.password).map_err(ConsoleError::Refused)?;
    let refused = |error: AdministrationError| ConsoleError::Refused(sentence(&error.to_string()));
    let handle = form.handle.trim().to_lowercase();
    let plan = WorkspacePlan::new(&handle, form.name.trim(), form.owner_email.trim(), &form.owner_name);
    let plan = plan.map_err(refused)?;
    let actor = Actor::Owner { name: form.owner_email.trim().to_owned() };
    let context = Context { now: site.now(), actor, request: client.0.clone(), connection: None };
    let workspace = create_first(&site.store, plan, &form.password, &context).map_err(refused)?;
    let owner = site.store.owner(workspace.id)?;
    let cookie = begin_as_owner(site, &workspace, &owner, client)?;
    Ok((workspace.handle.to_string(), cookie))
}
