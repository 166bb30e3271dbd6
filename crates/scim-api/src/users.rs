//! `/Users`: the lifecycle of people (RFC 7644 §3.2 to §3.6).

use ::web::Site;
use ::web::blocking::blocking;
use ::web::random;
use actix_web::http::header::{ETAG, IF_MATCH, IF_NONE_MATCH, LOCATION};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use domain::collaborator::Person;
use domain::command::{Command, Context, NewIds, ScimUser};
use domain::decide::{Change, State, decide};
use domain::id::{PersonId, ScimId};
use serde_json::json;
use store::Store;

use crate::auth::ScimClient;
use crate::body::Body;
use crate::document::UserDocument;
use crate::error::ScimError;
use crate::patch::{PatchRequest, apply};
use crate::query::{ListQuery, projection};
use crate::resource::user;
use crate::response::{self, Precondition, etag};

/// `GET /Users`
pub(crate) async fn list(request: HttpRequest, client: ScimClient) -> Result<HttpResponse, ScimError> {
    let resource = client.registry().user();
    let query = ListQuery::read(&request, resource)?;
    client.log_tolerated(&query.tolerated);
    let (store, workspace) = (client.site().store.clone(), client.workspace().id);
    let (start_index, offset, count) = (query.start_index, query.start_index - 1, query.count);
    let page =
        blocking::<_, ScimError>(move || Ok(store.list_people(workspace, query.predicate.as_ref(), offset, count)?))
            .await?;
    let projection = projection(&request, resource);
    let base_url = &client.site().base_url;
    let resources: Vec<_> =
        page.people.iter().map(|person| user::to_json(person, &projection, resource, base_url)).collect();
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": page.total,
        "startIndex": start_index,
        "itemsPerPage": resources.len(),
        "Resources": resources,
    });
    Ok(response::json(HttpResponse::Ok(), &body))
}

/// `GET /Users/{id}`
pub(crate) async fn read(
    request: HttpRequest,
    client: ScimClient,
    id: web::Path<String>,
) -> Result<HttpResponse, ScimError> {
    let person = load(&client, &id).await?;
    if Precondition::read(request.headers(), IF_NONE_MATCH).names(person.revision) {
        return Ok(HttpResponse::NotModified().insert_header((ETAG, etag(person.revision))).finish());
    }
    Ok(resource(HttpResponse::Ok(), &request, &client, &person))
}

/// `POST /Users`
pub(crate) async fn create(
    request: HttpRequest,
    client: ScimClient,
    Body(body): Body,
) -> Result<HttpResponse, ScimError> {
    let document = UserDocument::parse(&body, client.registry().user())?;
    client.log_tolerated(&document.tolerated);
    let user = user::from_document(document)?;
    let task = Task::of(&client);
    let person = blocking(move || task.provision(&user)).await?;
    Ok(resource(HttpResponse::Created(), &request, &client, &person))
}

/// `PUT /Users/{id}`
pub(crate) async fn replace(
    request: HttpRequest,
    client: ScimClient,
    id: web::Path<String>,
    Body(body): Body,
) -> Result<HttpResponse, ScimError> {
    let document = UserDocument::parse(&body, client.registry().user())?;
    client.log_tolerated(&document.tolerated);
    let user = user::from_document(document)?;
    let person = change(&request, &client, &id, move |_| Ok(Command::Replace(user.clone()))).await?;
    Ok(resource(HttpResponse::Ok(), &request, &client, &person))
}

/// `PATCH /Users/{id}`
pub(crate) async fn patch(
    request: HttpRequest,
    client: ScimClient,
    id: web::Path<String>,
    Body(body): Body,
) -> Result<HttpResponse, ScimError> {
    let operations = PatchRequest::parse(&body)?;
    let registry = client.registry().clone();
    let patch = move |person: &Person| {
        let before = user::document(person).to_document();
        let mut document = UserDocument::from_patched(apply(&before, &operations, registry.user())?);
        tracing::debug!(tolerated = ?document.tolerated, "SCIM: PATCH applied");
        // What the operations do not name they do not say: a hold must not become a deactivation by an echo.
        document.active = document.active.filter(|_| operations.names("active", registry.user()));
        Ok(Command::Replace(user::from_document(document)?))
    };
    let person = change(&request, &client, &id, patch).await?;
    Ok(resource(HttpResponse::Ok(), &request, &client, &person))
}

/// `DELETE /Users/{id}`
pub(crate) async fn delete(
    request: HttpRequest,
    client: ScimClient,
    id: web::Path<String>,
) -> Result<HttpResponse, ScimError> {
    change(&request, &client, &id, |_| Ok(Command::Delete)).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn resource(mut to: HttpResponseBuilder, request: &HttpRequest, client: &ScimClient, person: &Person) -> HttpResponse {
    let user = client.registry().user();
    let base_url = &client.site().base_url;
    to.insert_header((LOCATION, user::location(person, base_url)));
    to.insert_header((ETAG, etag(person.revision)));
    response::json(to, &user::to_json(person, &projection(request, user), user, base_url))
}

async fn load(client: &ScimClient, id: &str) -> Result<Person, ScimError> {
    let (task, id) = (Task::of(client), known_id(id)?);
    blocking(move || task.living(&task.site.store, id)).await
}

/// Ids that are not of our form name nothing (404, never 400).
fn known_id(id: &str) -> Result<ScimId, ScimError> {
    ScimId::parse(id).ok_or_else(no_such_user)
}

fn no_such_user() -> ScimError {
    ScimError::NotFound("There is no User with this id.".into())
}

/// Load, compare the version, decide, commit: again from the start where somebody else was faster.
async fn change(
    request: &HttpRequest,
    client: &ScimClient,
    id: &str,
    command: impl Fn(&Person) -> Result<Command, ScimError> + Send + 'static,
) -> Result<Person, ScimError> {
    let condition = Precondition::read(request.headers(), IF_MATCH);
    let (task, id) = (Task::of(client), known_id(id)?);
    blocking(move || {
        let committed = task.site.store.decide_and_commit(|store| {
            let person = task.living(store, id)?;
            condition.check_match(person.revision)?;
            let command = command(&person)?;
            let namesakes = match &command {
                Command::Replace(user) if user.user_name.fold() != person.user_name.fold() => {
                    store.namesakes(task.workspace.id, &user.user_name)?
                }
                _ => Vec::new(),
            };
            task.decide(store, Some(person), namesakes, command)
        })?;
        Ok(committed.person)
    })
    .await
}

/// What one blocking task needs.
struct Task {
    site: Site,
    workspace: domain::workspace::Workspace,
    context: Context,
}

impl Task {
    fn of(client: &ScimClient) -> Self {
        Self { site: client.site().clone(), workspace: client.workspace().clone(), context: client.context() }
    }

    fn living(&self, store: &Store, id: ScimId) -> Result<Person, ScimError> {
        let person = store.find_by_scim_id(self.workspace.id, id)?;
        person.filter(|person| !person.lifecycle.is_deleted()).ok_or_else(no_such_user)
    }

    fn provision(&self, user: &ScimUser) -> Result<Person, ScimError> {
        let fresh = || random::new_id(self.context.now).map_err(|error| internal(&error));
        let ids = NewIds { person: PersonId::new(fresh()?), scim: ScimId::new(fresh()?) };
        let committed = self.site.store.decide_and_commit(|store| {
            let namesakes = store.namesakes(self.workspace.id, &user.user_name)?;
            self.decide(store, None, namesakes, Command::Provision(ids, user.clone()))
        });
        match committed {
            Ok(committed) => Ok(committed.person),
            Err(ScimError::Uniqueness(_)) => Err(self.taken(user)),
            Err(error) => Err(error),
        }
    }

    /// A client whose first try timed out finds here whom that try has made.
    fn taken(&self, user: &ScimUser) -> ScimError {
        let there = self.site.store.find_by_name(self.workspace.id, &user.user_name).ok().flatten();
        let id = there.map(|person| format!(" with the id {}", person.scim_id)).unwrap_or_default();
        ScimError::Uniqueness(format!(
            "A person with this userName exists already{id}: look them up by userName, then PUT or PATCH."
        ))
    }

    fn decide(
        &self,
        store: &Store,
        person: Option<Person>,
        namesakes: Vec<Person>,
        command: Command,
    ) -> Result<Change, ScimError> {
        let catalogue = store.catalogue(self.workspace.id, &std::collections::BTreeSet::new())?;
        let state =
            State { workspace: &self.workspace, catalogue: &catalogue, person, namesakes, name_ids: Vec::new() };
        Ok(decide(state, command, &self.context)?)
    }
}

fn internal(cause: &dyn std::fmt::Display) -> ScimError {
    tracing::error!(%cause, "a SCIM request can't be answered");
    ScimError::Internal
}
