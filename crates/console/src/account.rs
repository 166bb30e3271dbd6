//! The owner's own account: password and second factor.

use ::web::Site;
use ::web::blocking::blocking;
use ::web::client::Client;
use ::web::password;
use ::web::second_factor::{SecondFactor, from_typed};
use actix_web::{HttpResponse, web};
use askama::Template;
use domain::audit::{EventKind, Subject};
use qrcode::QrCode;
use qrcode::render::svg;
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use serde::Deserialize;
use serde_json::json;
use store::{Holder, OwnerAccount};

use crate::error::ConsoleError;
use crate::form::Posted;
use crate::page::{Notice, Place, Shell, page, page_to_mend, tell};
use crate::session::ConsoleSession;
use crate::sign_in::begin_as_owner;

/// The shortest password of an owner: guesses are slow, so it is length that counts (NIST SP 800-63B §5.1.1.2).
pub(crate) const SHORTEST_PASSWORD: usize = 12;
const LONGEST_PASSWORD: usize = 1_024;

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    shell: Shell,
    owner: OwnerAccount,
    secret: SecretString,
    picture: String,
    wrong_code: bool,
    wrong_password: Option<String>,
}

impl AccountPage {
    fn new(session: &ConsoleSession, secret: &SecretSlice<u8>) -> Result<Self, ConsoleError> {
        let owner = owner(session)?.clone();
        let factor = factor(session, secret)?;
        let address = factor.address().map_err(|error| ConsoleError::Refused(error.to_string()))?;
        let picture = QrCode::new(address.expose_secret()).map_err(|error| ConsoleError::Refused(error.to_string()))?;
        let picture = picture.render::<svg::Color<'_>>().min_dimensions(200, 200).build();
        // An element of the page, not a document of its own.
        let picture = picture.split_once("?>").map(|(_, svg)| svg.to_owned()).unwrap_or_default();
        Ok(Self {
            shell: Shell::new(session, Place::Account, "Your account"),
            owner,
            secret: factor.typed(),
            picture,
            wrong_code: false,
            wrong_password: None,
        })
    }

    fn shortest_password(&self) -> usize {
        SHORTEST_PASSWORD
    }

    fn typed_secret(&self) -> &str {
        self.secret.expose_secret()
    }
}

fn owner(session: &ConsoleSession) -> Result<&OwnerAccount, ConsoleError> {
    match session.holder() {
        Holder::Owner(owner) => Ok(owner),
        Holder::Administrator(_) => Err(ConsoleError::OwnerOnly),
    }
}

fn factor(session: &ConsoleSession, secret: &SecretSlice<u8>) -> Result<SecondFactor, ConsoleError> {
    let account = &owner(session)?.email;
    SecondFactor::new(secret, account, session.handle()).map_err(|error| ConsoleError::Refused(error.to_string()))
}

pub(crate) async fn show(session: ConsoleSession) -> Result<HttpResponse, ConsoleError> {
    page(&AccountPage::new(&session, &SecondFactor::generate()?)?)
}

#[derive(Deserialize)]
pub(crate) struct PasswordForm {
    present: SecretString,
    new: SecretString,
}

/// Changes the password: the owner's other sessions end, and this one is begun anew.
pub(crate) async fn change_password(
    session: ConsoleSession,
    site: web::Data<Site>,
    client: Client,
    Posted(form): Posted<PasswordForm>,
) -> Result<HttpResponse, ConsoleError> {
    if let Err(why) = acceptable(&form.new) {
        return refuse_password(&session, why);
    }
    if !knows_password(&session, form.present).await? {
        return refuse_password(&session, "That is not your present password.".to_owned());
    }
    let changed = {
        let (site, session, client) = (site.clone(), session.clone(), client.clone());
        blocking(move || {
            let hash = password::hash(&form.new).map_err(|error| ConsoleError::Refused(error.to_string()))?;
            let subject = Subject::named("owner", &owner(&session)?.email);
            let entry = session.entry((&site, &client), EventKind::OwnerPasswordReset, subject, (None, None));
            let workspace = session.workspace();
            site.store.set_owner_password(workspace.id, hash, entry)?;
            begin_as_owner(&site, workspace, &site.store.owner(workspace.id)?, &client)
        })
    };
    let cookie = changed.await?;
    let mut response = crate::page::see_other(&session.path("/account"));
    // Nothing in it but our own characters: it is always a valid header.
    let _ = response.add_cookie(&cookie.to_http(&site.base_url));
    Ok(response)
}

async fn knows_password(session: &ConsoleSession, present: SecretString) -> Result<bool, ConsoleError> {
    let hash = owner(session)?.password_hash.clone();
    blocking(move || Ok::<_, ConsoleError>(password::is(&hash, &present))).await
}

fn refuse_password(session: &ConsoleSession, why: String) -> Result<HttpResponse, ConsoleError> {
    let page = AccountPage::new(session, &SecondFactor::generate()?)?;
    page_to_mend(&AccountPage { wrong_password: Some(why), ..page })
}

/// Whether a password can be an owner's.
pub(crate) fn acceptable(password: &SecretString) -> Result<(), String> {
    match password.expose_secret().chars().count() {
        length if length < SHORTEST_PASSWORD => Err(format!("A password has at least {SHORTEST_PASSWORD} characters.")),
        length if length > LONGEST_PASSWORD => Err(format!("A password has at most {LONGEST_PASSWORD} characters.")),
        _ => Ok(()),
    }
}

#[derive(Deserialize)]
pub(crate) struct FactorForm {
    secret: SecretString,
    code: String,
    /// Whoever replaces one shows that they are more than somebody at a screen that was left open.
    present: Option<SecretString>,
}

/// Sets up the second factor, once a code proves that an app has it. A session that had to do so goes on; whoever has one
/// already signs in with it from then on.
pub(crate) async fn set_up_second_factor(
    session: ConsoleSession,
    site: web::Data<Site>,
    client: Client,
    Posted(form): Posted<FactorForm>,
) -> Result<HttpResponse, ConsoleError> {
    let secret = from_typed(form.secret.expose_secret())
        .ok_or_else(|| ConsoleError::Unreadable("the secret is not the one that the page had".to_owned()))?;
    let was_first = session.lacks_second_factor();
    let present = form.present.unwrap_or_default();
    let is_owner = was_first || knows_password(&session, present).await?;
    let step = factor(&session, &secret)?.step_of(&form.code, site.now());
    let Some(step) = step.filter(|_| is_owner) else {
        return page_to_mend(&AccountPage { wrong_code: true, ..AccountPage::new(&session, &secret)? });
    };
    let subject = Subject::named("owner", &owner(&session)?.email);
    let after = json!({ "second_factor": "set up" });
    let entry = session.entry((&site, &client), EventKind::OwnerSecondFactorChanged, subject, (None, Some(after)));
    let (store, workspace) = (site.store.clone(), session.workspace().id);
    let has_provider = blocking(move || {
        store.set_owner_second_factor(workspace, Some((secret, step)), entry)?;
        Ok::<_, ConsoleError>(!store.connections(workspace)?.is_empty())
    });
    // Whoever has just made the workspace goes on with the guide.
    let onwards = match (was_first, has_provider.await?) {
        (true, false) => "/guide",
        (true, true) => "",
        (false, _) => "/account",
    };
    let notice = Notice::done("Your second factor is set up. From now on you sign in with a code of your app.");
    tell(&site, &session, onwards, notice).await
}
