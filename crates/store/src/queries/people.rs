mod history;
mod order;

use std::collections::HashMap;

use diesel::dsl::{count_star, exists};
use diesel::prelude::*;
use domain::access::{EffectiveAccess, Membership};
use domain::collaborator::{Lifecycle, Person, UserName};
use domain::id::{ConnectionId, PersonId, ScimId, WorkspaceId};
use domain::predicate::Predicate;

pub(crate) use history::{at, moments, remember};

use super::{Conn, facets, memberships, search};
use crate::error::StoreError;
use crate::people::{DuePeople, Mark, Page, Position, Sort};
use crate::record::{digest, id, json, micros, parsed, timestamp, valid};
use crate::schema::{collaborators, workspace_counters};

/// Deleted people of one name that a decision looks at.
const NAMESAKES: i64 = 32;
/// Ids asked for in one query: below the bound-parameter limits of both databases.
pub(super) const CHUNK: usize = 500;

pub(super) type Query = collaborators::BoxedQuery<'static, <Conn as Connection>::Backend>;

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
    administers: bool,
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
            // Memberships have a table of their own: a group that is renamed is renamed for everybody.
            access: json(&EffectiveAccess { groups: Vec::new(), ..person.access.clone() })?,
            active: person.lifecycle.is_active(),
            deleted: person.lifecycle.is_deleted(),
            version: person.version,
            epoch: person.epoch,
            revision: person.revision,
            created_at: micros(person.created_at),
            modified_at: micros(person.modified_at),
            updated_at: micros(person.updated_at),
            administers: person.administers(),
        })
    }

    fn into_person(self, groups: Vec<Membership>) -> Result<Person, StoreError> {
        let lifecycle: Lifecycle = parsed(&self.lifecycle)?;
        let mut access: EffectiveAccess = parsed(&self.access)?;
        access.groups = groups;
        Ok(Person {
            id: id(PersonId::parse, &self.id)?,
            workspace: id(WorkspaceId::parse, &self.workspace_id)?,
            scim_id: id(ScimId::parse, &self.scim_id)?,
            user_name: valid(UserName::new(&self.user_name))?,
            external_id: self.external_id,
            profile: parsed(&self.profile)?,
            lifecycle,
            facts: parsed(&self.facts)?,
            access,
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
    one(conn, row)
}

fn one(conn: &mut Conn, row: Option<Row>) -> Result<Option<Person>, StoreError> {
    Ok(several(conn, row.into_iter().collect())?.pop())
}

/// People with their memberships: one more query for all of them.
fn several(conn: &mut Conn, rows: Vec<Row>) -> Result<Vec<Person>, StoreError> {
    let mut memberships = memberships::of_people(conn, rows.iter().map(|row| row.id.as_str()))?;
    rows.into_iter()
        .map(|row| {
            let groups = memberships.remove(&row.id).unwrap_or_default();
            row.into_person(groups)
        })
        .collect()
}

/// The people of these inner ids, in the order of the ids; whoever is not there is left out.
pub(super) fn by_ids(conn: &mut Conn, ids: &[&str]) -> Result<Vec<Person>, StoreError> {
    let mut found = HashMap::new();
    for chunk in ids.chunks(CHUNK) {
        let rows: Vec<Row> =
            collaborators::table.filter(collaborators::id.eq_any(chunk)).select(Row::as_select()).load(conn)?;
        found.extend(rows.into_iter().map(|row| (row.id.clone(), row)));
    }
    let rows = ids.iter().filter_map(|id| found.remove(*id)).collect();
    several(conn, rows)
}

/// The living people of these SCIM ids, in no order.
pub(crate) fn find_by_scim_ids(
    conn: &mut Conn,
    workspace: WorkspaceId,
    ids: &[ScimId],
) -> Result<Vec<Person>, StoreError> {
    let mut found = Vec::new();
    for chunk in ids.chunks(CHUNK) {
        let rows = collaborators::table
            .filter(collaborators::scim_id.eq_any(chunk.iter().map(ToString::to_string)))
            .filter(collaborators::workspace_id.eq(workspace.to_string()))
            .filter(diesel::dsl::not(collaborators::deleted))
            .select(Row::as_select())
            .load(conn)?;
        found.extend(several(conn, rows)?);
    }
    Ok(found)
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
    one(conn, row)
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
        Some(row) => one(conn, Some(row)),
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
    several(conn, rows)
}

/// A page of the living, with how many there are in all.
pub(crate) fn list(
    conn: &mut Conn,
    workspace: WorkspaceId,
    predicate: Option<&Predicate>,
    sort: Option<&Sort>,
    position: &Position,
    limit: i64,
) -> Result<Page, StoreError> {
    let matching = || match predicate {
        Some(predicate) => living(workspace).filter(search::uncached(workspace, predicate)),
        None => living(workspace),
    };
    let total = match predicate {
        None => workspace_counters::table.find(workspace.to_string()).select(workspace_counters::people).first(conn)?,
        Some(_) => matching().select(count_star()).first(conn)?,
    };
    let (rows, places) = order::page(conn, workspace, &matching, sort, position, limit)?.into_iter().unzip();
    Ok(Page { total, people: several(conn, rows)?, places })
}

/// Whether somebody else than this person administers the workspace.
pub(super) fn has_administrator_besides(
    conn: &mut Conn,
    workspace: WorkspaceId,
    person: &str,
) -> Result<bool, StoreError> {
    let others = collaborators::table
        .filter(collaborators::workspace_id.eq(workspace.to_string()))
        .filter(collaborators::administers)
        .filter(collaborators::id.ne(person.to_owned()));
    Ok(diesel::select(exists(others)).get_result(conn)?)
}

/// Whether more than one person administers the workspace.
pub(super) fn has_several_administrators(conn: &mut Conn, workspace: WorkspaceId) -> Result<bool, StoreError> {
    Ok(count_administrators(conn, workspace, 2)? > 1)
}

/// How many people administer the workspace; so many where it is more.
pub(crate) fn count_administrators(conn: &mut Conn, workspace: WorkspaceId, at_most: i64) -> Result<usize, StoreError> {
    let some: Vec<String> = collaborators::table
        .filter(collaborators::workspace_id.eq(workspace.to_string()))
        .filter(collaborators::administers)
        .limit(at_most)
        .select(collaborators::id)
        .load(conn)?;
    Ok(some.len())
}

/// Whom SCIM provisioned through no connection is this one's from now on.
pub(crate) fn adopt(conn: &mut Conn, workspace: WorkspaceId, connection: ConnectionId) -> Result<(), StoreError> {
    let mut after = String::new();
    loop {
        let chunk: Vec<(String, String)> = collaborators::table
            .filter(collaborators::workspace_id.eq(workspace.to_string()))
            .filter(collaborators::id.gt(&after))
            .order(collaborators::id)
            .limit(CHUNK as i64)
            .select((collaborators::id, collaborators::lifecycle))
            .load(conn)?;
        let Some((last, _)) = chunk.last() else { return Ok(()) };
        after.clone_from(last);
        for (person, lifecycle) in chunk {
            let lifecycle: Lifecycle = parsed(&lifecycle)?;
            if lifecycle.is_managed() && lifecycle.connection.is_none() {
                let theirs = json(&Lifecycle { connection: Some(connection), ..lifecycle })?;
                let row = collaborators::table.find(person);
                diesel::update(row).set(collaborators::lifecycle.eq(theirs)).execute(conn)?;
            }
        }
    }
}

/// Everybody's access is to be decided anew: the workspace is another.
pub(crate) fn make_all_due(conn: &mut Conn, workspace: WorkspaceId, now: i64) -> Result<(), StoreError> {
    let living = collaborators::table
        .filter(collaborators::workspace_id.eq(workspace.to_string()))
        .filter(diesel::dsl::not(collaborators::deleted));
    diesel::update(living).set((collaborators::due_at.eq(now), collaborators::marked_at.eq(now))).execute(conn)?;
    Ok(())
}

/// The person was decided anew after the workspace was what the mark stands for. Unless somebody wrote about them since, or
/// the workspace changed once more.
pub(crate) fn put_due(conn: &mut Conn, person: &Person, mark: Mark) -> Result<(), StoreError> {
    let row = collaborators::table
        .find(person.id.to_string())
        .filter(collaborators::version.eq(person.version))
        .filter(collaborators::marked_at.is_null().or(collaborators::marked_at.eq(mark)).assume_not_null());
    let due_at = person.due_at().map(micros);
    let written: Option<i64> = diesel::update(row)
        .set((collaborators::due_at.eq(due_at), collaborators::marked_at.eq(None::<i64>)))
        .returning(collaborators::ordinal)
        .get_result(conn)
        .optional()?;
    // Also where deciding anew changed nothing: what people are filtered by may be kept for the first time.
    written.map_or(Ok(()), |ordinal| facets::write(conn, person, ordinal))
}

/// Nothing can be decided about the person now.
pub(crate) fn put_off(conn: &mut Conn, person: PersonId, until: i64) -> Result<(), StoreError> {
    diesel::update(collaborators::table.find(person.to_string())).set(collaborators::due_at.eq(until)).execute(conn)?;
    Ok(())
}

pub(crate) fn count_due(conn: &mut Conn, workspace: WorkspaceId, now: i64) -> Result<i64, StoreError> {
    Ok(collaborators::table
        .filter(collaborators::workspace_id.eq(workspace.to_string()))
        .filter(collaborators::due_at.le(now))
        .filter(diesel::dsl::not(collaborators::deleted))
        .count()
        .get_result(conn)?)
}

/// People whose access is to be decided anew, those first for whom it is longest due.
pub(crate) fn due(conn: &mut Conn, now: i64, limit: i64) -> Result<DuePeople, StoreError> {
    let rows: Vec<(String, String, Mark)> = collaborators::table
        .filter(collaborators::due_at.le(now))
        .filter(diesel::dsl::not(collaborators::deleted))
        .order(collaborators::due_at)
        .limit(limit)
        .select((collaborators::workspace_id, collaborators::id, collaborators::marked_at))
        .load(conn)?;
    let mut due = DuePeople::new();
    for (workspace, person, mark) in rows {
        due.entry(id(WorkspaceId::parse, &workspace)?).or_default().push((id(PersonId::parse, &person)?, mark));
    }
    Ok(due)
}

/// Those who are not deleted.
pub(super) fn living(workspace: WorkspaceId) -> Query {
    collaborators::table
        .filter(collaborators::workspace_id.eq(workspace.to_string()))
        .filter(diesel::dsl::not(collaborators::deleted))
        .into_boxed()
}
