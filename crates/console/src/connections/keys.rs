//! Our own SAML keys: one signs, one decrypts, and while one of them is changed another stands by.

use ::web::Site;
use ::web::client::Client;
use actix_web::{HttpResponse, web};
use administration::keys::{self, SamlKey};
use askama::Template;
use saml_acs::KeyUse;
use serde::Deserialize;
use store::KeyStanding;

use super::Tab;
use super::certificate::Certificate;
use crate::attempt::attempt;
use crate::error::ConsoleError;
use crate::form::Posted;
use crate::page::{Notice, Place, Shell, page, tell};
use crate::session::ConsoleSession;

const HERE: &str = "/connections/keys";

#[derive(Template)]
#[template(path = "connections/keys.html")]
struct KeysPage {
    shell: Shell,
    tab: Tab,
    uses: [Used; 2],
    metadata: String,
}

/// The keys for one use.
struct Used {
    word: &'static str,
    title: &'static str,
    about: &'static str,
    /// How it is changed, step by step.
    steps: &'static str,
    keys: Vec<Shown>,
}

/// A key as the page has it.
struct Shown {
    id: String,
    is_active: bool,
    can_be_removed: bool,
    certificate: Certificate,
}

/// Which use.
#[derive(Deserialize)]
pub(crate) struct UseForm {
    #[serde(rename = "use", default)]
    used: String,
}

/// Which key.
#[derive(Deserialize)]
pub(crate) struct KeyForm {
    #[serde(default)]
    id: String,
}

pub(crate) async fn list(
    session: ConsoleSession,
    site: web::Data<Site>,
    client: Client,
) -> Result<HttpResponse, ConsoleError> {
    let all = attempt(&site, &session, &client, keys::all).await??;
    let of = |used: KeyUse| all.iter().filter(|key| key.used == used).cloned().collect::<Vec<_>>();
    let uses = KeyUse::ALL.map(|used| Used::of(used, of(used), &site));
    let metadata = site.base_url.saml_metadata(&session.workspace().handle);
    let shell = Shell::new(&session, Place::Connections, "Our keys");
    page(&KeysPage { shell, tab: Tab::Keys, uses, metadata })
}

/// Makes a second one.
pub(crate) async fn add(
    session: ConsoleSession,
    site: web::Data<Site>,
    client: Client,
    Posted(form): Posted<UseForm>,
) -> Result<HttpResponse, ConsoleError> {
    let used = KeyUse::ALL.into_iter().find(|used| used.as_str() == form.used).ok_or(ConsoleError::NotFound)?;
    let notice = match attempt(&site, &session, &client, move |acting| keys::add(acting, used)).await? {
        Ok(_) => Notice::done("A second key is made, and is in our metadata. Let the identity provider read them."),
        Err(wrong) => Notice::trouble(wrong.why),
    };
    tell(&site, &session, HERE, notice).await
}

/// Lets the second one take the first one's place.
pub(crate) async fn activate(
    session: ConsoleSession,
    site: web::Data<Site>,
    client: Client,
    Posted(form): Posted<KeyForm>,
) -> Result<HttpResponse, ConsoleError> {
    let done = attempt(&site, &session, &client, move |acting| keys::activate(acting, &keys::get(acting, &form.id)?));
    let notice = match done.await? {
        Ok(true) => Notice::done("The key is the active one from now on."),
        Ok(false) => Notice::done("The key was the active one already."),
        Err(wrong) => Notice::trouble(wrong.why),
    };
    tell(&site, &session, HERE, notice).await
}

/// Removes one for ever.
pub(crate) async fn remove(
    session: ConsoleSession,
    site: web::Data<Site>,
    client: Client,
    Posted(form): Posted<KeyForm>,
) -> Result<HttpResponse, ConsoleError> {
    let done = attempt(&site, &session, &client, move |acting| keys::remove(acting, &keys::get(acting, &form.id)?));
    let notice = match done.await? {
        Ok(()) => Notice::done("The key is removed."),
        Err(wrong) => Notice::trouble(wrong.why),
    };
    tell(&site, &session, HERE, notice).await
}

impl Used {
    fn of(used: KeyUse, keys: Vec<SamlKey>, site: &Site) -> Self {
        let (title, about, steps) = match used {
            KeyUse::Signing => (
                "To sign",
                "Signs our requests and messages of single logout.",
                "Add a second key, let the identity provider read our metadata, then activate the new key. Remove the old one \
                 half an hour later, when nobody holds a request that it has signed.",
            ),
            KeyUse::Encryption => (
                "To decrypt",
                "Identity providers encrypt assertions for it. Both keys decrypt.",
                "Add a second key, let the identity provider read our metadata, then remove the old one.",
            ),
        };
        let several = keys.len() > 1;
        let keys = keys.into_iter().map(|key| Shown::of(key, several, site)).collect();
        Self { word: used.as_str(), title, about, steps, keys }
    }
}

impl Shown {
    fn of(key: SamlKey, several: bool, site: &Site) -> Self {
        let is_active = key.standing == KeyStanding::Active;
        Self {
            id: key.id.to_string(),
            is_active,
            can_be_removed: several && !(is_active && key.used == KeyUse::Signing),
            certificate: Certificate::at(site.now(), key.facts),
        }
    }
}
