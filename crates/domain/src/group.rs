//! A collaborator group as SCIM sees it, and the decisions about it: its members are many decisions in one change.

use serde_json::{Value, json};

use crate::access::Origin;
use crate::audit::{AuditEntry, EventKind, Subject};
use crate::clock::Timestamp;
use crate::collaborator::Person;
use crate::command::{Command, Context};
use crate::decide::{Change, Refusal, State, decide};
use crate::environment::{Catalogue, GroupName};
use crate::id::{GroupId, ScimGroupId, WorkspaceId};
use crate::workspace::Workspace;

/// A collaborator group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The inner id.
    pub id: GroupId,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The `id` of the SCIM `Group`.
    pub scim_id: ScimGroupId,
    /// `displayName`: the name that assertions and people use.
    pub name: GroupName,
    /// The provider's own id of the group.
    pub external_id: Option<String>,
    /// Whether SCIM made it.
    pub provisioned: bool,
    /// Counts changes that SCIM shows.
    pub revision: i64,
    /// When the SCIM resource was made.
    pub created_at: Timestamp,
    /// When what SCIM shows last changed.
    pub modified_at: Timestamp,
}

impl Group {
    /// A group that comes into being; at first its SCIM id is the same value as its inner id.
    pub fn new(workspace: WorkspaceId, id: GroupId, name: GroupName, provisioned: bool, now: Timestamp) -> Self {
        Self {
            id,
            workspace,
            scim_id: ScimGroupId::new(id.uuid()),
            name,
            external_id: None,
            provisioned,
            revision: 1,
            created_at: now,
            modified_at: now,
        }
    }
}

/// A command about one group.
#[derive(Debug, Clone)]
pub enum GroupCommand {
    /// SCIM `POST`.
    Create {
        /// The inner id.
        id: GroupId,
        /// `displayName`.
        name: GroupName,
        /// `externalId`.
        external_id: Option<String>,
        /// Who is to be in it.
        members: Vec<Person>,
    },
    /// SCIM `PUT` or `PATCH`: only what changes.
    Update {
        /// A new `displayName`.
        name: Option<GroupName>,
        /// A new `externalId`, or none any more.
        external_id: Option<Option<String>>,
        /// Who comes in.
        add: Vec<Person>,
        /// Who goes.
        remove: Vec<Person>,
    },
    /// SCIM `DELETE`.
    Delete {
        /// Its SCIM members.
        members: Vec<Person>,
        /// The SCIM id under which it is found where it stays.
        next_id: ScimGroupId,
    },
}

/// Everything that one decision about a group writes, in one transaction.
#[derive(Debug, Clone)]
pub struct GroupChange {
    /// The group as it is from now on.
    pub group: Group,
    /// How its row is written.
    pub write: GroupWrite,
    /// What changes for its members.
    pub members: Vec<Change>,
    /// Audit entries about the group itself.
    pub audit: Vec<AuditEntry>,
}

/// How a group's row is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupWrite {
    /// A new row; a group of the same name makes it fail.
    Insert,
    /// The row that still has this revision; another one makes it fail.
    Update(i64),
    /// Away with the row that still has this revision, unless somebody is in it for another reason or an administrator
    /// made it: then it stays, under another SCIM id (product rules §3.6).
    Remove(i64),
    /// Nothing to write.
    Nothing,
}

/// Decides what a command changes for a group and its members.
pub fn decide_group(
    workspace: &Workspace,
    group: Option<Group>,
    command: GroupCommand,
    context: &Context,
) -> Result<GroupChange, Refusal> {
    match (group, command) {
        (_, GroupCommand::Create { id, name, external_id, members }) => {
            let group = Group { external_id, ..Group::new(workspace.id, id, name, true, context.now) };
            let after = json!({ "name": group.name, "members": members.len() });
            let audit = vec![entry(&group, EventKind::GroupAdded, None, after, context)];
            let members = set_all(workspace, &group.name, members, true, context)?;
            Ok(GroupChange { group, write: GroupWrite::Insert, members, audit })
        }
        (Some(group), GroupCommand::Update { name, external_id, add, remove }) => {
            update(workspace, group, (name, external_id), (add, remove), context)
        }
        (Some(group), GroupCommand::Delete { members, next_id }) => {
            let write = GroupWrite::Remove(group.revision);
            let after = json!({ "members_removed": members.len() });
            let audit = vec![entry(&group, EventKind::GroupRemoved, None, after, context)];
            let members = set_all(workspace, &group.name, members, false, context)?;
            let group = Group { scim_id: next_id, external_id: None, revision: group.revision + 1, ..group };
            Ok(GroupChange { group, write, members, audit })
        }
        (None, _) => Err(Refusal::NotFound),
    }
}

fn update(
    workspace: &Workspace,
    before: Group,
    (name, external_id): (Option<GroupName>, Option<Option<String>>),
    (add, remove): (Vec<Person>, Vec<Person>),
    context: &Context,
) -> Result<GroupChange, Refusal> {
    let mut group = before.clone();
    group.name = name.unwrap_or(group.name);
    group.external_id = external_id.unwrap_or(group.external_id);
    // Members are decided under the name that the group has until this is committed.
    let mut members = set_all(workspace, &before.name, remove, false, context)?;
    members.extend(set_all(workspace, &before.name, add, true, context)?);
    let count =
        |begin: bool| members.iter().flat_map(|m| &m.memberships).filter(|w| w.since.is_some() == begin).count();
    let (added, removed) = (count(true), count(false));
    if group == before && added + removed == 0 {
        return Ok(GroupChange { group, write: GroupWrite::Nothing, members: Vec::new(), audit: Vec::new() });
    }
    group.revision += 1;
    group.modified_at = context.now.max(before.modified_at + chrono::Duration::microseconds(1));
    let old = json!({ "name": before.name, "externalId": before.external_id });
    let new = json!({ "name": group.name, "externalId": group.external_id, "members_added": added, "members_removed": removed });
    let audit = vec![entry(&group, EventKind::GroupUpdated, Some(old), new, context)];
    Ok(GroupChange { group, write: GroupWrite::Update(before.revision), members, audit })
}

/// One decision for each person; those for whom nothing changes are left out.
fn set_all(
    workspace: &Workspace,
    group: &GroupName,
    people: Vec<Person>,
    member: bool,
    context: &Context,
) -> Result<Vec<Change>, Refusal> {
    let catalogue = Catalogue::default();
    let decisions = people.into_iter().map(|person| {
        let state = State {
            workspace,
            catalogue: &catalogue,
            person: Some(person),
            namesakes: Vec::new(),
            name_ids: Vec::new(),
        };
        let command = Command::SetMembership { group: group.clone(), origin: Origin::Scim, member };
        decide(state, command, context)
    });
    let changed = |change: &Result<Change, Refusal>| change.as_ref().map_or(true, |c| !c.memberships.is_empty());
    decisions.filter(changed).collect()
}

fn entry(group: &Group, kind: EventKind, before: Option<Value>, after: Value, context: &Context) -> AuditEntry {
    AuditEntry {
        workspace: group.workspace,
        at: context.now,
        kind,
        source: context.source(),
        actor: context.actor.clone(),
        subject: Subject { kind: "group", id: Some(group.id.to_string()), name: Some(group.name.to_string()) },
        before,
        after: Some(after),
        request: context.request.clone(),
    }
}
