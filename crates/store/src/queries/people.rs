use diesel::dsl::count_star;
use diesel::prelude::*;
use domain::collaborator::{Lifecycle, Person, UserName};
use domain::id::{PersonId, ScimId, WorkspaceId};
use domain::predicate::Predicate;

use super::{Conn, search};
use crate::error::StoreError;
use crate::people::Page;
use crate::record::{digest, id, json, micros, parsed, timestamp, valid};
use crate::schema::{collaborators, workspace_counters};

/// Deleted people of one name that a decision looks at.
const NAMESAKES: i64 = 32;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = collaborators, treat_none_as_null = true)]
#[diesel(check_for_backend(diesel::pg::Pg, diesel::sqlite::Sqlite))]
pub(super) struct Row {
    id: String,
    workspace_id: String,
    scim_id: String,
    pub(super) ordinal: i64,
    user_name: String,
    user_name_fold: String,
    user_name_key: String,
    external_id: Option<String>,
    profile: String,
    lifecycle: String,
    facts: String,
    access: String,
    active: bool,
    deleted: bool,
    version: i64,
    epoch: i64,
    revision: i64,
    created_at: i64,
    modified_at: i64,
    updated_at: i64,
}

impl Row {
    pub(super) fn of(person: &Person, ordinal: i64) -> Result<Self, StoreError> {
        Ok(Self {
            id: person.id.to_string(),
            workspace_id: person.workspace.to_string(),
            scim_id: person.scim_id.to_string(),
            ordinal,
            user_name: person.user_name.as_str().to_owned(),
            user_name_fold: person.user_name.fold().to_owned(),
            user_name_key: digest(person.user_name.fold()),
            external_id: person.external_id.clone(),
            profile: json(&person.profile)?,
            lifecycle: json(&person.lifecycle)?,
            facts: json(&person.facts)?,
            access: json(&person.access)?,
            active: person.lifecycle.is_active(),
            deleted: person.lifecycle.is_deleted(),
            version: person.version,
            epoch: person.epoch,
            revision: person.revision,
            created_at: micros(person.created_at),
            modified_at: micros(person.modified_at),
            updated_at: micros(person.updated_at),
        })
    }

    pub(super) fn into_person(self) -> Result<Person, StoreError> {
        let lifecycle: Lifecycle = parsed(&self.lifecycle)?;
        Ok(Person {
            id: id(PersonId::parse, &self.id)?,
            workspace: id(WorkspaceId::parse, &self.workspace_id)?,
            scim_id: id(ScimId::parse, &self.scim_id)?,
            user_name: valid(UserName::new(&self.user_name))?,
            external_id: self.external_id,
            profile: parsed(&self.profile)?,
            lifecycle,
            facts: parsed(&self.facts)?,
            access: parsed(&self.access)?,
            version: self.version,
            epoch: self.epoch,
            revision: self.revision,
            created_at: timestamp(self.created_at)?,
            modified_at: timestamp(self.modified_at)?,
            updated_at: timestamp(self.updated_at)?,
        })
    }
}

pub(crate) fn find(conn: &mut Conn, workspace: WorkspaceId, person: PersonId) -> Result<Option<Person>, StoreError> {
    let row = collaborators::table
        .find(person.to_string())
        .filter(collaborators::workspace_id.eq(workspace.to_string()))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Row::into_person).transpose()
}

/// By SCIM id, deleted people included: whether they count is the caller's rule.
pub(crate) fn find_by_scim_id(
    conn: &mut Conn,
    workspace: WorkspaceId,
    scim_id: ScimId,
) -> Result<Option<Person>, StoreError> {
    let row = collaborators::table
        .filter(collaborators::scim_id.eq(scim_id.to_string()))
        .filter(collaborators::workspace_id.eq(workspace.to_string()))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Row::into_person).transpose()
}

/// The living person of that name, else the one who was deleted last.
pub(crate) fn find_by_name(
    conn: &mut Conn,
    workspace: WorkspaceId,
    name: &UserName,
) -> Result<Option<Person>, StoreError> {
    let named = collaborators::table
        .filter(collaborators::workspace_id.eq(workspace.to_string()))
        .filter(collaborators::user_name_key.eq(digest(name.fold())));
    let living =
        named.filter(diesel::dsl::not(collaborators::deleted)).select(Row::as_select()).first(conn).optional()?;
    match living {
        Some(row) => row.into_person().map(Some),
        None => Ok(namesakes(conn, workspace, name)?.into_iter().next()),
    }
}

/// The deleted people of that name, latest first.
pub(crate) fn namesakes(conn: &mut Conn, workspace: WorkspaceId, name: &UserName) -> Result<Vec<Person>, StoreError> {
    let rows = collaborators::table
        .filter(collaborators::workspace_id.eq(workspace.to_string()))
        .filter(collaborators::user_name_key.eq(digest(name.fold())))
        .filter(collaborators::deleted)
        .order(collaborators::updated_at.desc())
        .limit(NAMESAKES)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Row::into_person).collect()
}

/// A page of the living in the order they came, with how many there are in all.
pub(crate) fn list(
    conn: &mut Conn,
    workspace: WorkspaceId,
    predicate: Option<&Predicate>,
    offset: i64,
    limit: i64,
) -> Result<Page, StoreError> {
    let total = match predicate {
        None => workspace_counters::table.find(workspace.to_string()).select(workspace_counters::people).first(conn)?,
        Some(predicate) => {
            living(workspace).filter(search::uncached(workspace, predicate)).select(count_star()).first(conn)?
        }
    };
    if limit == 0 || offset >= total {
        return Ok(Page { total, people: Vec::new() });
    }
    let mut query = living(workspace);
    if let Some(predicate) = predicate {
        query = query.filter(search::uncached(workspace, predicate));
    }
    let rows = query.order(collaborators::ordinal).offset(offset).limit(limit).select(Row::as_select()).load(conn)?;
    let people = rows.into_iter().map(Row::into_person).collect::<Result<_, _>>()?;
    Ok(Page { total, people })
}

fn living(workspace: WorkspaceId) -> collaborators::BoxedQuery<'static, <Conn as Connection>::Backend> {
    collaborators::table
        .filter(collaborators::workspace_id.eq(workspace.to_string()))
        .filter(diesel::dsl::not(collaborators::deleted))
        .into_boxed()
}
