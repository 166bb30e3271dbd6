//! The first-run guide: from a workspace that has nothing to the first login and the first SCIM request, in the words of the
//! identity provider at hand.

mod products;
mod progress;

use ::web::Site;
use ::web::blocking::blocking;
use ::web::client::Client;
use actix_web::{HttpResponse, web};
use administration::connections::{self, ConnectionEdit};
use administration::metadata::{self, Metadata, Reach, Wanted};
use administration::{Acting, AdministrationError, policy, scim, with_causes};
use askama::Template;
use domain::connection::ConnectionName;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use store::{RequestFilter, ScimRequest};

use crate::error::{ConsoleError, sentence};
use crate::form::Posted;
use crate::page::{Notice, Place, Shell, machine, page, page_to_mend, see_other, tell};
use crate::session::ConsoleSession;
use products::{Line, PRODUCTS, Product, Value};
use progress::Progress;

/// The steps, in order: their keys in addresses, and what they are called.
const STEPS: [(&str, &str); 6] = [
    ("app", "SAML app"),
    ("attributes", "Roles and groups"),
    ("metadata", "Metadata"),
    ("test-login", "Test login"),
    ("provisioning", "Provisioning"),
    ("test-scim", "Test SCIM"),
];

/// Requests that the test of SCIM shows.
const SHOWN_REQUESTS: i64 = 20;

#[derive(Template)]
#[template(path = "guide/choose.html")]
struct ChoosePage {
    shell: Shell,
    progress: Progress,
}

impl ChoosePage {
    fn products(&self) -> &'static [Product] {
        const { &PRODUCTS }
    }
}

/// Which identity provider, and how far it is.
pub(crate) async fn choose(session: ConsoleSession, site: web::Data<Site>) -> Result<HttpResponse, ConsoleError> {
    let progress = {
        let (site, session) = (site.clone(), session.clone());
        blocking(move || Progress::of(&site, session.workspace())).await?
    };
    page(&ChoosePage { shell: Shell::new(&session, Place::Guide, "Set-up guide"), progress })
}

#[derive(Template)]
#[template(path = "guide/step.html")]
struct StepPage {
    shell: Shell,
    product: &'static Product,
    step: &'static str,
    addresses: Addresses,
    progress: Progress,
    /// A token that was made by the form at hand, shown once.
    token: Option<SecretString>,
    error: Option<String>,
    /// What was typed and is to be mended.
    url: String,
    /// Requests from this number on count for the test.
    after: i64,
    requests: Vec<ScimRequest>,
}

/// What is copied into the identity provider's fields.
struct Addresses {
    acs: String,
    entity_id: String,
    login: String,
    scim: String,
}

impl StepPage {
    fn new(
        site: &Site,
        session: &ConsoleSession,
        (product, step): (&'static Product, &'static str),
    ) -> Result<Self, ConsoleError> {
        let (base, handle) = (&site.base_url, &session.workspace().handle);
        let addresses = Addresses {
            acs: base.saml_acs(handle),
            entity_id: base.saml_metadata(handle),
            login: base.saml_login(handle),
            scim: base.scim(),
        };
        let name = STEPS.iter().find(|(key, _)| *key == step).map_or("", |(_, name)| name);
        Ok(Self {
            shell: Shell::new(session, Place::Guide, format!("{}: {name}", product.name)),
            product,
            step,
            addresses,
            progress: Progress::of(site, session.workspace())?,
            token: None,
            error: None,
            url: String::new(),
            after: 0,
            requests: Vec::new(),
        })
    }

    fn steps(&self) -> impl Iterator<Item = (String, &'static str, bool)> {
        let to = |key: &str| self.shell.path(&format!("/guide/{}/{key}", self.product.key));
        STEPS.iter().map(move |(key, name)| (to(key), *name, *key == self.step))
    }

    fn lines(&self) -> &'static [Line] {
        match self.step {
            "app" => self.product.app,
            "attributes" => self.product.attributes,
            "metadata" => self.product.metadata,
            "provisioning" => self.product.provisioning,
            "test-scim" => self.product.test,
            _ => &[],
        }
    }

    /// What is to be copied into a field; none where the token is not known any more.
    fn value(&self, value: &'static Value) -> Option<&str> {
        match value {
            Value::AcsUrl => Some(&self.addresses.acs),
            Value::EntityId => Some(&self.addresses.entity_id),
            Value::LoginUrl => Some(&self.addresses.login),
            Value::ScimUrl => Some(&self.addresses.scim),
            Value::ScimToken => self.token.as_ref().map(|token| token.expose_secret()),
            Value::Text(text) => Some(text),
        }
    }

    fn is_copied(&self, value: &Value) -> bool {
        !matches!(value, Value::Text(_))
    }

    fn onwards(&self) -> Option<(String, &'static str)> {
        let at = STEPS.iter().position(|(key, _)| *key == self.step)?;
        let (key, name) = STEPS.get(at + 1)?;
        Some((self.shell.path(&format!("/guide/{}/{key}", self.product.key)), name))
    }

    /// Whether the provider's test has arrived and was answered well.
    fn has_arrived(&self) -> bool {
        self.requests.iter().any(|request| request.status < 400)
    }

    fn at(&self, request: &ScimRequest) -> String {
        machine(&request.at)
    }
}

fn known(product: &str, step: &str) -> Result<(&'static Product, &'static str), ConsoleError> {
    let step = STEPS.iter().find(|(key, _)| *key == step).map(|(key, _)| *key);
    Ok((products::find(product).ok_or(ConsoleError::NotFound)?, step.ok_or(ConsoleError::NotFound)?))
}

#[derive(Deserialize)]
pub(crate) struct Since {
    after: Option<i64>,
}

/// One step.
pub(crate) async fn step(
    session: ConsoleSession,
    site: web::Data<Site>,
    path: web::Path<(String, String, String)>,
    since: web::Query<Since>,
) -> Result<HttpResponse, ConsoleError> {
    let (_, product, step) = path.into_inner();
    let at = known(&product, &step)?;
    let (handle, is_anew) = (session.handle().to_owned(), since.after.is_none());
    let made = blocking(move || {
        let mut made = StepPage::new(&site, &session, at)?;
        if at.1 == "test-scim" {
            made.look_for_requests(&site, &session, since.after)?;
        }
        Ok::<_, ConsoleError>(made)
    });
    let made = made.await?;
    if is_anew && at.1 == "test-scim" {
        // The address says since when, so that whoever asks again, by script or by hand, asks for the same.
        return Ok(see_other(&format!("/console/{handle}/guide/{product}/{step}?after={}", made.after)));
    }
    page(&made)
}

impl StepPage {
    /// The requests since the page was opened: those from before prove nothing about what is set up now.
    fn look_for_requests(
        &mut self,
        site: &Site,
        session: &ConsoleSession,
        after: Option<i64>,
    ) -> Result<(), ConsoleError> {
        let latest =
            site.store.scim_request_page(session.workspace().id, &RequestFilter::default(), None, SHOWN_REQUESTS)?;
        self.after = after.unwrap_or_else(|| latest.first().map_or(0, |(number, _)| *number));
        self.requests = latest.into_iter().filter(|(number, _)| *number > self.after).map(|(_, one)| one).collect();
        Ok(())
    }
}

#[derive(Deserialize)]
pub(crate) struct MetadataForm {
    #[serde(default)]
    url: String,
    #[serde(default)]
    file: String,
}

/// Takes the identity provider's metadata, by address or as a file.
pub(crate) async fn put_metadata(
    session: ConsoleSession,
    site: web::Data<Site>,
    client: Client,
    path: web::Path<(String, String)>,
    Posted(form): Posted<MetadataForm>,
) -> Result<HttpResponse, ConsoleError> {
    let at = known(&path.1, "metadata")?;
    let put = {
        let (site, session) = (site.clone(), session.clone());
        blocking(move || {
            let acting = session.acting(&site, &client);
            match connect(&acting, &session, &form) {
                Err(error) => {
                    let error = Some(sentence(&with_causes(&error)));
                    let page = StepPage::new(&site, &session, at)?;
                    Ok::<_, ConsoleError>(Err(Box::new(StepPage { error, url: form.url, ..page })))
                }
                Ok(entity_id) => Ok(Ok(entity_id)),
            }
        })
    };
    match put.await? {
        Ok(entity_id) => {
            let notice = Notice::done(format!("{entity_id} is connected. Try a login now: it signs nobody in."));
            tell(&site, &session, &format!("/guide/{}/test-login", at.0.key), notice).await
        }
        Err(page) => page_to_mend(&*page),
    }
}

/// Makes the workspace's first connection, or replaces the metadata of the one that is there; gives its entity id.
fn connect(acting: &Acting, session: &ConsoleSession, form: &MetadataForm) -> Result<String, AdministrationError> {
    let metadata = read_metadata(acting, session, form)?;
    let edit = ConnectionEdit { metadata: Some(metadata), ..ConnectionEdit::default() };
    let known = acting.store.connections(acting.workspace.id)?;
    let connection = match known.first() {
        Some(known) => {
            let weak_algorithms = known.weak_algorithms;
            connections::replace(acting, known, ConnectionEdit { weak_algorithms, ..edit })?
        }
        None => connections::add(acting, ConnectionName::default(), edit)?,
    };
    Ok(connection.entity_id)
}

/// The owner runs this gateway and may name a host in its own network; nobody else makes it ask there.
fn read_metadata(
    acting: &Acting,
    session: &ConsoleSession,
    form: &MetadataForm,
) -> Result<Metadata, AdministrationError> {
    let (url, now) = (form.url.trim(), acting.now());
    Ok(match (form.file.trim(), url) {
        ("", "") => return Err(AdministrationError::MetadataMissing),
        ("", url) if session.is_owner() => metadata::fetch_typed(url, Wanted::default(), now)?,
        ("", url) => metadata::fetch(url, Reach::Public, Wanted::default(), now)?,
        (file, _) => metadata::check(file, "the file", Wanted::default(), now)?,
    })
}

#[derive(Deserialize)]
pub(crate) struct ProvisioningForm {
    known_only: Option<String>,
}

/// Switches SCIM on and makes a token, which the answer shows once.
pub(crate) async fn provision(
    session: ConsoleSession,
    site: web::Data<Site>,
    client: Client,
    path: web::Path<(String, String)>,
    Posted(form): Posted<ProvisioningForm>,
) -> Result<HttpResponse, ConsoleError> {
    let at = known(&path.1, "provisioning")?;
    let done = {
        let session = session.clone();
        blocking(move || {
            let acting = session.acting(&site, &client);
            let made = switch_on(&acting, form.known_only.is_some());
            let page = StepPage::new(&site, &session, at)?;
            Ok::<_, ConsoleError>(match made {
                Ok(token) => StepPage { token: Some(token), ..page },
                Err(error) => StepPage { error: Some(sentence(&with_causes(&error))), ..page },
            })
        })
    };
    let made = done.await?;
    if made.error.is_some() { page_to_mend(&made) } else { page(&made) }
}

fn switch_on(acting: &Acting, known_only: bool) -> Result<SecretString, AdministrationError> {
    scim::enable(acting)?;
    if known_only {
        policy::set(acting, &[("jit", "known")])?;
    }
    let connections = acting.store.connections(acting.workspace.id)?;
    scim::refresh_token(acting, connections.first(), None, None)
}
