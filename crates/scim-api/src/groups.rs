//! `/Groups`: collaborator groups and the members that SCIM gives them (RFC 7643 §4.2, product rules §3.6).

mod members;

use ::web::blocking::blocking;
use actix_web::http::header::{ETAG, LOCATION};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use domain::environment::{ALL_COLLABORATORS, GroupName};
use domain::group::{Group, GroupChange as Decided, GroupCommand, decide_group};
use domain::id::{GroupId, ScimGroupId, ScimId};
use serde_json::Value;
use store::Store;

use crate::auth::ScimClient;
use crate::body::Body;
use crate::condition::Condition;
use crate::document::GroupDocument;
use crate::error::ScimError;
use crate::listing;
use crate::patch::{GroupChange, GroupPatch, PatchRequest};
use crate::projection::Projection;
use crate::query::{SearchRequest, preference};
use crate::resource::group;
use crate::response::{self, etag};
use crate::work::Work;

/// `GET /Groups`
pub(crate) async fn list(request: HttpRequest, client: ScimClient) -> Result<HttpResponse, ScimError> {
    listing::groups(&client, SearchRequest::from_query(request.query_string())?).await
}

/// `POST /Groups/.search`
pub(crate) async fn search(client: ScimClient, body: Body) -> Result<HttpResponse, ScimError> {
    listing::groups(&client, SearchRequest::parse(&body.json()?)?).await
}

/// `GET /Groups/{id}`
pub(crate) async fn read(
    request: HttpRequest,
    client: ScimClient,
    id: web::Path<String>,
) -> Result<HttpResponse, ScimError> {
    let work = Work::of(&client);
    let (id, projection) = (id.into_inner(), projection(&request, &client)?);
    let condition = Condition::of(request.headers());
    let (group, shown) = blocking(move || {
        let group = work.get_group(&work.site.store, &id)?;
        let shown = work.show_group(&group, &projection)?;
        Ok::<_, ScimError>((group, shown))
    })
    .await?;
    if condition.is_known(group.revision)? {
        return Ok(response::not_modified(group.revision));
    }
    Ok(respond(HttpResponse::Ok(), &client, &group, &shown))
}

/// `POST /Groups`
pub(crate) async fn create(request: HttpRequest, client: ScimClient, body: Body) -> Result<HttpResponse, ScimError> {
    let body = body.json()?;
    let (group, shown) = write(&request, &client, move |work| work.create_group(&body)).await?;
    Ok(respond(HttpResponse::Created(), &client, &group, &shown))
}

/// `PUT /Groups/{id}`
pub(crate) async fn replace(
    request: HttpRequest,
    client: ScimClient,
    id: web::Path<String>,
    body: Body,
) -> Result<HttpResponse, ScimError> {
    let (body, condition) = (body.json()?, Condition::of(request.headers()));
    let (group, shown) = write(&request, &client, move |work| work.replace_group(&id, &body, &condition)).await?;
    Ok(respond(HttpResponse::Ok(), &client, &group, &shown))
}

/// `PATCH /Groups/{id}`
pub(crate) async fn patch(
    request: HttpRequest,
    client: ScimClient,
    id: web::Path<String>,
    body: Body,
) -> Result<HttpResponse, ScimError> {
    let (body, condition) = (body.json()?, Condition::of(request.headers()));
    // Entra wants no list of members back, however long or short it is.
    if client.profile().group_patch_without_body(preference(&request)) {
        let work = Work::of(&client);
        let group = blocking(move || work.patch_group(&id, &body, &condition)).await?;
        return Ok(response::without_body(&request, group.revision));
    }
    let (group, shown) = write(&request, &client, move |work| work.patch_group(&id, &body, &condition)).await?;
    Ok(respond(HttpResponse::Ok(), &client, &group, &shown))
}

/// `DELETE /Groups/{id}`
pub(crate) async fn delete(
    request: HttpRequest,
    client: ScimClient,
    id: web::Path<String>,
) -> Result<HttpResponse, ScimError> {
    let condition = Condition::of(request.headers());
    let work = Work::of(&client);
    blocking(move || work.delete_group(&id, &condition)).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn write(
    request: &HttpRequest,
    client: &ScimClient,
    change: impl FnOnce(&Work) -> Result<Group, ScimError> + Send + 'static,
) -> Result<(Group, Value), ScimError> {
    let (work, projection) = (Work::of(client), projection(request, client)?);
    blocking(move || {
        let group = change(&work)?;
        let shown = work.show_group(&group, &projection)?;
        Ok((group, shown))
    })
    .await
}

fn projection(request: &HttpRequest, client: &ScimClient) -> Result<Projection, ScimError> {
    Ok(SearchRequest::from_query(request.query_string())?.projection(client.registry().group()))
}

fn respond(mut to: HttpResponseBuilder, client: &ScimClient, group: &Group, shown: &Value) -> HttpResponse {
    to.insert_header((LOCATION, group::location(group, &client.site().base_url)));
    to.insert_header((ETAG, etag(group.revision)));
    response::json(to, shown)
}

fn no_such_group() -> ScimError {
    ScimError::NotFound("There is no Group with this id.".into())
}

impl Work {
    pub(crate) fn get_group(&self, store: &Store, id: &str) -> Result<Group, ScimError> {
        let id = ScimGroupId::parse(id).ok_or_else(no_such_group)?;
        store.find_group(self.workspace.id, id)?.ok_or_else(no_such_group)
    }

    /// The resource, as far as it is wanted: members are loaded only where they are sent.
    pub(crate) fn show_group(&self, group: &Group, projection: &Projection) -> Result<Value, ScimError> {
        let wanted = projection.wants("members", self.registry.group());
        let members = if wanted { self.site.store.group_members(group.id)? } else { Vec::new() };
        Ok(group::to_json(group, &members, projection, self.registry.group(), &self.site.base_url))
    }

    pub(crate) fn create_group(&self, body: &Value) -> Result<Group, ScimError> {
        let document = self.read_group(body)?;
        let (id, name) = (GroupId::new(self.fresh_id()?), group_name(&document.display_name)?);
        let made = self.site.store.decide_and_commit_group(|store| {
            let members = self.people(store, document.members.iter().flatten())?;
            let external_id = document.external_id.clone();
            self.decide_group(None, GroupCommand::Create { id, name: name.clone(), external_id, members })
        });
        made.map_err(|error: ScimError| self.name_taken(error, &name))
    }

    /// A PUT says everything: members that are left out go (RFC 7644 §3.5.1).
    pub(crate) fn replace_group(&self, id: &str, body: &Value, condition: &Condition) -> Result<Group, ScimError> {
        let mut document = self.read_group(body)?;
        document.members.get_or_insert_default();
        self.change_group(id, &GroupChange::from(&document), condition)
    }

    /// Operations on members are operations on a set: who is not named is not looked at.
    pub(crate) fn patch_group(&self, id: &str, body: &Value, condition: &Condition) -> Result<Group, ScimError> {
        let patch = GroupPatch::parse(&PatchRequest::parse(body)?, self.registry.group())?;
        self.log_tolerated(&patch.tolerated);
        self.change_group(id, &GroupChange::from(&patch), condition)
    }

    fn change_group(&self, id: &str, change: &GroupChange, condition: &Condition) -> Result<Group, ScimError> {
        let name = change.display_name.as_deref().map(group_name).transpose()?;
        let changed = self.site.store.decide_and_commit_group(|store| {
            let group = self.get_group(store, id)?;
            condition.check_write(group.revision)?;
            let (add, remove) = self.joining_and_leaving(store, &group, &change.members)?;
            let (name, external_id) = (name.clone(), change.external_id.clone());
            self.decide_group(Some(group), GroupCommand::Update { name, external_id, add, remove })
        });
        changed.map_err(|error| match &name {
            Some(name) => self.name_taken(error, name),
            None => error,
        })
    }

    pub(crate) fn delete_group(&self, id: &str, condition: &Condition) -> Result<(), ScimError> {
        let next_id = ScimGroupId::new(self.fresh_id()?);
        let deleted = self.site.store.decide_and_commit_group(|store| {
            let group = self.get_group(store, id)?;
            condition.check_write(group.revision)?;
            let ids: Vec<ScimId> = store.group_members(group.id)?.iter().map(|member| member.scim_id).collect();
            let members = store.find_by_scim_ids(self.workspace.id, &ids)?;
            self.decide_group(Some(group), GroupCommand::Delete { members, next_id })
        });
        deleted.map(drop)
    }

    fn read_group(&self, body: &Value) -> Result<GroupDocument, ScimError> {
        let document = GroupDocument::parse(body, self.registry.group())?;
        self.log_tolerated(&document.tolerated);
        Ok(document)
    }

    fn decide_group(&self, group: Option<Group>, command: GroupCommand) -> Result<Decided, ScimError> {
        decide_group(&self.workspace, group, command, &self.context).map_err(|refusal| match refusal {
            domain::decide::Refusal::NotFound => no_such_group(),
            other => other.into(),
        })
    }

    fn name_taken(&self, error: ScimError, name: &GroupName) -> ScimError {
        let ScimError::Uniqueness(_) = error else { return error };
        let there = self.site.store.find_group_by_name(self.workspace.id, name).ok().flatten();
        let id = there.map(|group| format!(" with the id {}", group.scim_id)).unwrap_or_default();
        ScimError::Uniqueness(format!("A group with this displayName exists already{id}: look it up and PATCH it."))
    }
}

fn group_name(text: &str) -> Result<GroupName, ScimError> {
    if text == ALL_COLLABORATORS {
        return Err(ScimError::Uniqueness(format!(
            "{ALL_COLLABORATORS} is a system group that holds everybody: choose another displayName."
        )));
    }
    GroupName::new(text).map_err(|error| ScimError::InvalidValue(format!("displayName: {error}.")))
}
