//! Lists of resources, whether asked for by `GET` or by `POST …/.search` (RFC 7644 §3.4.2 and §3.4.3).

use ::web::blocking::blocking;
use actix_web::HttpResponse;
use serde_json::Value;
use store::Place;

use crate::auth::ScimClient;
use crate::error::ScimError;
use crate::filter::matches;
use crate::list::{ListParameters, Page, Position, Sort, SortOrder, TypeParameters, list_response};
use crate::query::SearchRequest;
use crate::resource::{role, user};
use crate::response;
use crate::schema::ResourceType;
use crate::work::Work;

/// A list of people.
pub(crate) async fn users(client: &ScimClient, request: SearchRequest) -> Result<HttpResponse, ScimError> {
    list(client, request, &[client.registry().user()], &[Work::list_users]).await
}

/// A list of groups.
pub(crate) async fn groups(client: &ScimClient, request: SearchRequest) -> Result<HttpResponse, ScimError> {
    list(client, request, &[client.registry().group()], &[Work::list_groups]).await
}

/// A list of the environment roles, which are few.
pub(crate) async fn roles(client: &ScimClient, request: SearchRequest) -> Result<HttpResponse, ScimError> {
    list(client, request, &[client.registry().role()], &[Work::list_roles]).await
}

/// A list of people and then groups, from the root (RFC 7644 §3.4.2.1).
pub(crate) async fn everything(client: &ScimClient, request: SearchRequest) -> Result<HttpResponse, ScimError> {
    let registry = client.registry();
    list(client, request, &[registry.user(), registry.group()], &[Work::list_users, Work::list_groups]).await
}

/// A part of what there is of one type.
struct Found {
    /// How many match in all.
    total: i64,
    /// Those of this part, each with its place.
    resources: Vec<(Place, Value)>,
}

type List = fn(&Work, &TypeParameters, &store::Position, i64) -> Result<Found, ScimError>;

async fn list(
    client: &ScimClient,
    request: SearchRequest,
    types: &[&ResourceType],
    lists: &'static [List],
) -> Result<HttpResponse, ScimError> {
    let parameters = ListParameters::new(&request, types)?;
    let work = Work::of(client);
    work.log_tolerated(&parameters.tolerated);
    let body = blocking(move || page(&work, &parameters, lists)).await?;
    Ok(response::json(HttpResponse::Ok(), &body))
}

/// One page over all types, one after the other.
fn page(work: &Work, parameters: &ListParameters, lists: &[List]) -> Result<Value, ScimError> {
    let count = usize::try_from(parameters.page.count()).unwrap_or_default();
    // One more than the page has tells whether another page follows.
    let wanted = count + usize::from(matches!(parameters.page, Page::Cursor { .. }));
    let (mut total, mut found) = (0, Vec::new());
    for (kind, (asked, list)) in parameters.types.iter().zip(lists).enumerate() {
        let (position, is_over) = begins(&parameters.page, kind, total);
        let left = if is_over { 0 } else { wanted - found.len() };
        let part = list(work, asked, &position, i64::try_from(left).unwrap_or(i64::MAX))?;
        total += part.total;
        found.extend(part.resources.into_iter().map(|(place, shown)| (Position { kind, place }, shown)));
    }
    let has_more = found.len() > count;
    found.truncate(count);
    let last = found.last().filter(|_| has_more);
    let next = last.map(|(position, _)| parameters.next_cursor(position));
    Ok(list_response(&parameters.page, total, next, found.into_iter().map(|(_, shown)| shown).collect()))
}

/// Where the page begins among the resources of a type, `before` of other types having come first; and whether it begins
/// after all of them.
fn begins(page: &Page, kind: usize, before: i64) -> (store::Position, bool) {
    match page {
        Page::Index { start_index, .. } => (store::Position::Offset((start_index - 1 - before).max(0)), false),
        Page::Cursor { after: Some(last), .. } if last.kind == kind => {
            (store::Position::After(last.place.clone()), false)
        }
        Page::Cursor { after, .. } => (store::Position::Offset(0), after.as_ref().is_some_and(|last| last.kind > kind)),
    }
}

fn stored(sort: Option<&Sort>) -> Option<store::Sort> {
    sort.map(|sort| store::Sort {
        path: sort.path.clone(),
        form: sort.form,
        descending: sort.order == SortOrder::Descending,
    })
}

impl Work {
    fn list_users(&self, asked: &TypeParameters, position: &store::Position, limit: i64) -> Result<Found, ScimError> {
        let sort = stored(asked.sort.as_ref());
        let store = &self.site.store;
        let page = store.list_people(self.workspace.id, asked.predicate.as_ref(), sort.as_ref(), position, limit)?;
        let ids: Vec<_> = page.people.iter().map(|person| person.id).collect();
        let mut groups = store.scim_memberships(&ids)?;
        let show = |person: &domain::collaborator::Person| {
            let groups = groups.remove(&person.id).unwrap_or_default();
            user::to_json(person, &groups, &asked.projection, &self.registry, &self.site.base_url)
        };
        let resources = page.places.into_iter().zip(page.people.iter().map(show)).collect();
        Ok(Found { total: page.total, resources })
    }

    fn list_groups(&self, asked: &TypeParameters, position: &store::Position, limit: i64) -> Result<Found, ScimError> {
        let sort = stored(asked.sort.as_ref());
        let predicate = asked.predicate.as_ref();
        let page = self.site.store.list_groups(self.workspace.id, predicate, sort.as_ref(), position, limit)?;
        let shown = page.groups.iter().map(|group| self.show_group(group, &asked.projection));
        let resources = page.places.into_iter().zip(shown).map(|(place, shown)| Ok((place, shown?)));
        Ok(Found { total: page.total, resources: resources.collect::<Result<_, ScimError>>()? })
    }

    fn list_roles(&self, asked: &TypeParameters, position: &store::Position, limit: i64) -> Result<Found, ScimError> {
        let mut roles = self.roles()?;
        roles.retain(|role| asked.predicate.as_ref().is_none_or(|predicate| matches(predicate, role)));
        if let Some(sort) = &asked.sort {
            roles.sort_by_key(|role| role::sort_key(role, &sort.path));
            if sort.order == SortOrder::Descending {
                roles.reverse();
            }
        }
        let total = i64::try_from(roles.len()).unwrap_or(i64::MAX);
        let from = match position {
            store::Position::Offset(count) => *count,
            store::Position::After(place) => place.ordinal,
        };
        let shown = roles.iter().map(|role| role::project(role, &asked.projection, self.registry.role()));
        let placed = (1..).map(|ordinal| Place { key: None, ordinal }).zip(shown);
        let page = placed.skip(usize::try_from(from).unwrap_or(usize::MAX));
        Ok(Found { total, resources: page.take(usize::try_from(limit).unwrap_or(0)).collect() })
    }

    /// The workspace's roles as whole resources.
    pub(crate) fn roles(&self) -> Result<Vec<serde_json::Map<String, Value>>, ScimError> {
        let catalogue = self.site.store.catalogue(self.workspace.id, &std::collections::BTreeSet::new())?;
        Ok(catalogue.roles.iter().map(|role| role::to_resource(role, &self.site.base_url)).collect())
    }
}
