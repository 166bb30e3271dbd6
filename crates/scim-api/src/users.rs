//! `/Users`: the lifecycle of people (RFC 7644 §3.2 to §3.6).

use std::collections::BTreeSet;

use ::web::blocking::blocking;
use actix_web::http::header::{ETAG, LOCATION};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use domain::collaborator::{Person, UserName};
use domain::command::{Command, NewIds, ScimUser};
use domain::decide::{Change, State, decide};
use domain::id::{PersonId, ScimId};
use serde_json::Value;
use store::Store;

use crate::auth::ScimClient;
use crate::body::Body;
use crate::condition::Condition;
use crate::document::UserDocument;
use crate::error::ScimError;
use crate::listing;
use crate::patch::{PatchRequest, apply};
use crate::projection::Projection;
use crate::query::{SearchRequest, wants_minimal};
use crate::resource::user;
use crate::response::{self, etag};
use crate::work::Work;

/// `GET /Users`
pub(crate) async fn list(request: HttpRequest, client: ScimClient) -> Result<HttpResponse, ScimError> {
    listing::users(&client, SearchRequest::from_query(request.query_string())?).await
}

/// `POST /Users/.search`
pub(crate) async fn search(client: ScimClient, body: Body) -> Result<HttpResponse, ScimError> {
    listing::users(&client, SearchRequest::parse(&body.json()?)?).await
}

/// `GET /Users/{id}`
pub(crate) async fn read(
    request: HttpRequest,
    client: ScimClient,
    id: web::Path<String>,
) -> Result<HttpResponse, ScimError> {
    let work = Work::of(&client);
    let (id, projection) = (id.into_inner(), projection(&request, &client)?);
    let condition = Condition::of(request.headers());
    let (person, shown) = blocking(move || {
        let person = work.get_user(&work.site.store, known_id(&id)?)?;
        let shown = work.show_user(&person, &projection)?;
        Ok::<_, ScimError>((person, shown))
    })
    .await?;
    if condition.is_known(person.revision)? {
        return Ok(response::not_modified(person.revision));
    }
    Ok(respond(HttpResponse::Ok(), &client, &person, &shown))
}

/// `POST /Users`
pub(crate) async fn create(request: HttpRequest, client: ScimClient, body: Body) -> Result<HttpResponse, ScimError> {
    let body = body.json()?;
    let (person, shown) = write(&request, &client, move |work| work.create_user(&body)).await?;
    Ok(respond(HttpResponse::Created(), &client, &person, &shown))
}

/// `PUT /Users/{id}`
pub(crate) async fn replace(
    request: HttpRequest,
    client: ScimClient,
    id: web::Path<String>,
    body: Body,
) -> Result<HttpResponse, ScimError> {
    let (body, condition) = (body.json()?, Condition::of(request.headers()));
    let (person, shown) = write(&request, &client, move |work| work.replace_user(&id, &body, &condition)).await?;
    Ok(respond(HttpResponse::Ok(), &client, &person, &shown))
}

/// `PATCH /Users/{id}`
pub(crate) async fn patch(
    request: HttpRequest,
    client: ScimClient,
    id: web::Path<String>,
    body: Body,
) -> Result<HttpResponse, ScimError> {
    let (body, condition) = (body.json()?, Condition::of(request.headers()));
    let (person, shown) = write(&request, &client, move |work| work.patch_user(&id, &body, &condition)).await?;
    if wants_minimal(&request) {
        return Ok(response::without_body(&request, person.revision));
    }
    Ok(respond(HttpResponse::Ok(), &client, &person, &shown))
}

/// `DELETE /Users/{id}`
pub(crate) async fn delete(
    request: HttpRequest,
    client: ScimClient,
    id: web::Path<String>,
) -> Result<HttpResponse, ScimError> {
    let condition = Condition::of(request.headers());
    let work = Work::of(&client);
    blocking(move || work.delete_user(&id, &condition)).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn write(
    request: &HttpRequest,
    client: &ScimClient,
    change: impl FnOnce(&Work) -> Result<Person, ScimError> + Send + 'static,
) -> Result<(Person, Value), ScimError> {
    let (work, projection) = (Work::of(client), projection(request, client)?);
    blocking(move || {
        let person = change(&work)?;
        let shown = work.show_user(&person, &projection)?;
        Ok((person, shown))
    })
    .await
}

fn projection(request: &HttpRequest, client: &ScimClient) -> Result<Projection, ScimError> {
    Ok(SearchRequest::from_query(request.query_string())?.projection(client.registry().user()))
}

fn respond(mut to: HttpResponseBuilder, client: &ScimClient, person: &Person, shown: &Value) -> HttpResponse {
    to.insert_header((LOCATION, user::location(person, &client.site().base_url)));
    to.insert_header((ETAG, etag(person.revision)));
    response::json(to, shown)
}

/// Ids that are not of our form name nothing (404, never 400).
fn known_id(id: &str) -> Result<ScimId, ScimError> {
    ScimId::parse(id).ok_or_else(no_such_user)
}

fn no_such_user() -> ScimError {
    ScimError::NotFound("There is no User with this id.".into())
}

impl Work {
    /// The living person of that id.
    pub(crate) fn get_user(&self, store: &Store, id: ScimId) -> Result<Person, ScimError> {
        let person = store.find_by_scim_id(self.workspace.id, id)?;
        person.filter(|person| !person.lifecycle.is_deleted()).ok_or_else(no_such_user)
    }

    /// The resource, as far as it is wanted.
    pub(crate) fn show_user(&self, person: &Person, projection: &Projection) -> Result<Value, ScimError> {
        let groups = self.site.store.scim_memberships(&[person.id])?.remove(&person.id).unwrap_or_default();
        Ok(user::to_json(person, &groups, projection, &self.registry, &self.site.base_url))
    }

    /// Makes a person, or brings back a deleted one.
    pub(crate) fn create_user(&self, body: &Value) -> Result<Person, ScimError> {
        let user = self.read_user(body)?;
        let ids = NewIds { person: PersonId::new(self.fresh_id()?), scim: ScimId::new(self.fresh_id()?) };
        let committed = self.site.store.decide_and_commit(|store| {
            let namesakes = store.namesakes(self.workspace.id, &user.user_name)?;
            self.decide_user(store, None, namesakes, Command::Provision(ids, user.clone()))
        });
        match committed {
            Ok(committed) => Ok(committed.person),
            Err(ScimError::Uniqueness(_)) => Err(self.taken(&user.user_name)),
            Err(error) => Err(error),
        }
    }

    /// Replaces a resource whole.
    pub(crate) fn replace_user(&self, id: &str, body: &Value, condition: &Condition) -> Result<Person, ScimError> {
        let user = self.read_user(body)?;
        self.change_user(id, condition, |_| Ok(Command::Replace(user.clone())))
    }

    /// Applies all operations, or none.
    pub(crate) fn patch_user(&self, id: &str, body: &Value, condition: &Condition) -> Result<Person, ScimError> {
        let operations = PatchRequest::parse(body)?;
        self.change_user(id, condition, |person| {
            let before = user::document(person, &self.registry).to_document();
            let mut document = UserDocument::from_patched(apply(&before, &operations, self.registry.user())?);
            self.log_tolerated(&document.tolerated);
            // What the operations do not name they do not say: a hold must not become a deactivation by an echo.
            document.active = document.active.filter(|_| operations.names("active", self.registry.user()));
            Ok(Command::Replace(user::from_document(document, &self.registry)?))
        })
    }

    /// Deletes: the id answers 404 from now on.
    pub(crate) fn delete_user(&self, id: &str, condition: &Condition) -> Result<(), ScimError> {
        self.change_user(id, condition, |_| Ok(Command::Delete)).map(drop)
    }

    fn read_user(&self, body: &Value) -> Result<ScimUser, ScimError> {
        let document = UserDocument::parse(body, self.registry.user())?;
        self.log_tolerated(&document.tolerated);
        user::from_document(document, &self.registry)
    }

    /// Load, compare the version, decide, commit: again from the start where somebody else was faster.
    fn change_user(
        &self,
        id: &str,
        condition: &Condition,
        command: impl Fn(&Person) -> Result<Command, ScimError>,
    ) -> Result<Person, ScimError> {
        let id = known_id(id)?;
        let mut renamed = None;
        let committed = self.site.store.decide_and_commit(|store| {
            let person = self.get_user(store, id)?;
            condition.check_write(person.revision)?;
            let command = command(&person)?;
            renamed = match &command {
                Command::Replace(user) if user.user_name.fold() != person.user_name.fold() => {
                    Some(user.user_name.clone())
                }
                _ => None,
            };
            let namesakes = match &renamed {
                Some(user_name) => store.namesakes(self.workspace.id, user_name)?,
                None => Vec::new(),
            };
            self.decide_user(store, Some(person), namesakes, command)
        });
        match (committed, renamed) {
            (Ok(committed), _) => Ok(committed.person),
            (Err(ScimError::Uniqueness(_)), Some(user_name)) => Err(self.taken(&user_name)),
            (Err(error), _) => Err(error),
        }
    }

    fn decide_user(
        &self,
        store: &Store,
        person: Option<Person>,
        namesakes: Vec<Person>,
        command: Command,
    ) -> Result<Change, ScimError> {
        let catalogue = store.catalogue(self.workspace.id, &BTreeSet::new())?;
        let state =
            State { workspace: &self.workspace, catalogue: &catalogue, person, namesakes, name_ids: Vec::new() };
        Ok(decide(state, command, &self.context)?)
    }

    /// A client whose first try timed out finds here whom that try has made.
    fn taken(&self, user_name: &UserName) -> ScimError {
        let there = self.site.store.find_by_name(self.workspace.id, user_name).ok().flatten();
        let id = there.map(|person| format!(" with the id {}", person.scim_id)).unwrap_or_default();
        ScimError::Uniqueness(format!(
            "A person with this userName exists already{id}: look them up by userName, then PUT or PATCH."
        ))
    }
}
