//! Lists of resources, whether asked for by `GET` or by `POST …/.search` (RFC 7644 §3.4.2 and §3.4.3).

use ::web::blocking::blocking;
use actix_web::HttpResponse;
use serde_json::Value;

use crate::auth::ScimClient;
use crate::error::ScimError;
use crate::filter::matches;
use crate::list::{ListParameters, Page, Position, RootParameters, Sort, SortOrder, TypeParameters, list_response};
use crate::query::SearchRequest;
use crate::resource::{role, user};
use crate::response;
use crate::work::Work;

/// A list of people.
pub(crate) async fn users(client: &ScimClient, request: SearchRequest) -> Result<HttpResponse, ScimError> {
    of_type(client, ListParameters::new(&request, client.registry().user())?, Work::list_users).await
}

/// A list of groups.
pub(crate) async fn groups(client: &ScimClient, request: SearchRequest) -> Result<HttpResponse, ScimError> {
    of_type(client, ListParameters::new(&request, client.registry().group())?, Work::list_groups).await
}

/// A list of the environment roles, which are few.
pub(crate) async fn roles(client: &ScimClient, request: SearchRequest) -> Result<HttpResponse, ScimError> {
    of_type(client, ListParameters::new(&request, client.registry().role())?, Work::list_roles).await
}

/// One page over people and then groups, from the root (RFC 7644 §3.4.2.1).
pub(crate) async fn everything(client: &ScimClient, request: SearchRequest) -> Result<HttpResponse, ScimError> {
    let registry = client.registry();
    let parameters = RootParameters::new(&request, &[registry.user(), registry.group()])?;
    let work = Work::of(client);
    work.log_tolerated(&parameters.tolerated);
    let body = blocking(move || {
        let Page::Index { start_index, count } = parameters.page else {
            return Err(ScimError::InvalidCursor(
                "A list of several types is paged by startIndex: leave out the cursor, or ask one endpoint.".into(),
            ));
        };
        let (mut total, mut resources) = (0, Vec::new());
        for (parameters, list) in parameters.types.into_iter().zip([Work::list_users, Work::list_groups]) {
            let skipped = (start_index - 1 - total).max(0);
            let left = count - i64::try_from(resources.len()).unwrap_or(count);
            let found = list(&work, &parameters, store::Position::Offset(skipped), left)?;
            total += found.total;
            resources.extend(found.resources);
        }
        Ok(list_response(&Page::Index { start_index, count }, total, None, resources))
    })
    .await?;
    Ok(response::json(HttpResponse::Ok(), &body))
}

/// What a list found.
pub(crate) struct Found {
    total: i64,
    resources: Vec<Value>,
    /// The place of each, where cursors are possible.
    places: Vec<i64>,
}

type List = fn(&Work, &TypeParameters, store::Position, i64) -> Result<Found, ScimError>;

async fn of_type(client: &ScimClient, parameters: ListParameters, list: List) -> Result<HttpResponse, ScimError> {
    let work = Work::of(client);
    work.log_tolerated(&parameters.tolerated);
    let position = position(&parameters)?;
    let body = blocking(move || {
        let (count, asked) = (parameters.page.count(), of_one_type(&parameters));
        // One more than the page has tells whether another page follows.
        let by_cursor = matches!(parameters.page, Page::Cursor { .. });
        let mut found = list(&work, &asked, position, count + i64::from(by_cursor))?;
        let size = usize::try_from(count).unwrap_or(usize::MAX);
        let next = (found.resources.len() > size).then(|| found.places.get(size - 1).copied()).flatten();
        found.resources.truncate(size);
        let next = next.map(|place| parameters.next_cursor(&Position { key: None, id: place.to_string() }));
        Ok::<_, ScimError>(list_response(&parameters.page, found.total, next, found.resources))
    })
    .await?;
    Ok(response::json(HttpResponse::Ok(), &body))
}

fn of_one_type(parameters: &ListParameters) -> TypeParameters {
    TypeParameters {
        name: "",
        predicate: parameters.predicate.clone(),
        sort: parameters.sort.clone(),
        projection: parameters.projection.clone(),
    }
}

/// A cursor holds the place of a resource in the order in which all were made, so it can't lead through another order.
fn position(parameters: &ListParameters) -> Result<store::Position, ScimError> {
    match &parameters.page {
        Page::Index { start_index, .. } => Ok(store::Position::Offset(start_index - 1)),
        Page::Cursor { .. } if parameters.sort.is_some() => Err(ScimError::InvalidCursor(
            "A cursor leads through the order in which resources were made: leave out sortBy, or page by startIndex."
                .into(),
        )),
        Page::Cursor { after: None, .. } => Ok(store::Position::After(0)),
        Page::Cursor { after: Some(position), .. } => position
            .id
            .parse()
            .map(store::Position::After)
            .map_err(|_| ScimError::InvalidCursor("The cursor is none of ours: begin with an empty one.".into())),
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
    fn list_users(&self, asked: &TypeParameters, position: store::Position, limit: i64) -> Result<Found, ScimError> {
        let sort = stored(asked.sort.as_ref());
        let store = &self.site.store;
        let page = store.list_people(self.workspace.id, asked.predicate.as_ref(), sort.as_ref(), position, limit)?;
        let ids: Vec<_> = page.people.iter().map(|person| person.id).collect();
        let mut groups = store.scim_memberships(&ids)?;
        let show = |person: &domain::collaborator::Person| {
            let groups = groups.remove(&person.id).unwrap_or_default();
            user::to_json(person, &groups, &asked.projection, &self.registry, &self.site.base_url)
        };
        let resources = page.people.iter().map(show).collect();
        Ok(Found { total: page.total, resources, places: page.places })
    }

    fn list_groups(&self, asked: &TypeParameters, position: store::Position, limit: i64) -> Result<Found, ScimError> {
        let sort = stored(asked.sort.as_ref());
        let predicate = asked.predicate.as_ref();
        let page = self.site.store.list_groups(self.workspace.id, predicate, sort.as_ref(), position, limit)?;
        let resources = page.groups.iter().map(|group| self.show_group(group, &asked.projection));
        Ok(Found { total: page.total, resources: resources.collect::<Result<_, _>>()?, places: page.places })
    }

    fn list_roles(&self, asked: &TypeParameters, position: store::Position, limit: i64) -> Result<Found, ScimError> {
        let mut roles = self.roles()?;
        roles.retain(|role| asked.predicate.as_ref().is_none_or(|predicate| matches(predicate, role)));
        if let Some(sort) = &asked.sort {
            roles.sort_by_key(|role| role::sort_key(role, &sort.path));
            if sort.order == SortOrder::Descending {
                roles.reverse();
            }
        }
        let (from, total) = match position {
            store::Position::Offset(place) | store::Position::After(place) => (place, roles.len()),
        };
        let shown = roles.iter().map(|role| role::project(role, &asked.projection, self.registry.role()));
        let page = (1..).zip(shown).skip(usize::try_from(from).unwrap_or(usize::MAX));
        let (places, resources) = page.take(usize::try_from(limit).unwrap_or(0)).unzip();
        Ok(Found { total: i64::try_from(total).unwrap_or(i64::MAX), resources, places })
    }

    /// The workspace's roles as whole resources.
    pub(crate) fn roles(&self) -> Result<Vec<serde_json::Map<String, Value>>, ScimError> {
        let catalogue = self.site.store.catalogue(self.workspace.id, &std::collections::BTreeSet::new())?;
        Ok(catalogue.roles.iter().map(|role| role::to_resource(role, &self.site.base_url)).collect())
    }
}
