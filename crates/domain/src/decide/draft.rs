//! A change in the making: the person as they were and as they become, and what is to be told of it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use chrono::Duration;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Change, LinkWrite, MembershipWrite, State, UsedLogin, Write, invitation};
use crate::access::{EffectiveAccess, Evaluation, Membership, Origin, Rule, effective_access};
use crate::audit::{AuditEntry, EventKind, OutgoingEvent, Source, Subject};
use crate::clock::Timestamp;
use crate::collaborator::{Invitation, Lifecycle, Person, Status};
use crate::command::Context;
use crate::environment::{Catalogue, EnvironmentName, GroupName};
use crate::group::Group;
use crate::id::GroupId;
use crate::policy::UnknownGroup;
use crate::workspace::Workspace;

/// A change in the making.
pub(super) struct Draft<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) context: &'a Context,
    /// Later than anything written about this person before, so that voices can be told apart by their time.
    pub(super) now: Timestamp,
    pub(super) person: Person,
    /// A fresh id, from which those of groups that come into being are made.
    pub(super) fresh: Uuid,
    catalogue: Cow<'a, Catalogue>,
    earlier: Option<Person>,
    links: Vec<LinkWrite>,
    groups: Vec<Group>,
    login: Option<UsedLogin>,
    audit: Vec<AuditEntry>,
    events: Vec<OutgoingEvent>,
}

impl<'a> Draft<'a> {
    /// Begins with a person that is already there.
    pub(super) fn of(state: &State<'a>, person: Person, context: &'a Context) -> Self {
        let now = context.now.max(person.updated_at + Duration::microseconds(1));
        Self { earlier: Some(person.clone()), now, ..Self::new(state, person, context) }
    }

    /// Begins with a person to be made.
    pub(super) fn new(state: &State<'a>, person: Person, context: &'a Context) -> Self {
        Self {
            workspace: state.workspace,
            context,
            now: context.now,
            person,
            fresh: Uuid::nil(),
            catalogue: Cow::Borrowed(state.catalogue),
            earlier: None,
            links: Vec::new(),
            groups: Vec::new(),
            login: None,
            audit: Vec::new(),
            events: Vec::new(),
        }
    }

    /// Merges the facts anew and records what could not be resolved.
    pub(super) fn evaluate(&mut self) {
        let now = self.now;
        self.person.facts.manual.pins.retain(|_, pin| now < pin.until);
        let mut access = self.merged();
        if self.workspace.policy.unknown_group == UnknownGroup::Create && self.create_groups(&access) {
            access = self.merged();
        }
        self.person.access = access;
        self.keep_last_administrator();
        self.end_outlived_sessions();
        self.record_unresolved();
    }

    /// No sync demotes the last administrator: the role stays, and all else is done (§3.8). Whoever is deactivated loses it all
    /// the same: the owner is always there.
    fn keep_last_administrator(&mut self) {
        if !self.takes_administration() || self.catalogue.has_several_administrators {
            return;
        }
        let Some(held) = self.earlier.as_ref().and_then(|earlier| earlier.access.administration().cloned()) else {
            return;
        };
        let Some(decided) = self.person.access.administration_mut() else { return };
        let refused = std::mem::replace(&mut decided.role, held.role);
        (decided.source, decided.since, decided.rule) = (held.source, held.since, Rule::LastAdministratorKeepsRole);
        let kept = json!({ "environment": decided.environment, "role": decided.role, "refused": refused });
        self.record(EventKind::AdministratorKept, None, Some(kept));
        // What is said of the decision follows from it.
        self.person.access = self.merged_after(&self.person.access);
    }

    /// Whether a sync, and no administrator, ends the administration of somebody who goes on being active.
    fn takes_administration(&self) -> bool {
        let is_sync = matches!(self.context.source(), Source::ScimAutoSync | Source::SamlAutoSync);
        let had_it = self.earlier.as_ref().is_some_and(Person::administers);
        is_sync && had_it && self.person.status() == Status::Active && !self.person.access.administers()
    }

    /// A role that is suspended from now on ends the sessions (§5): the next login, which they lead to, brings it back.
    fn end_outlived_sessions(&mut self) {
        let suspended = |access: &EffectiveAccess| -> Vec<EnvironmentName> {
            let Some(at) = access.evaluated_at else { return Vec::new() };
            access.environments.iter().filter(|e| e.is_suspended(at)).map(|e| e.environment.clone()).collect()
        };
        let before = self.earlier.as_ref().map(|earlier| suspended(&earlier.access)).unwrap_or_default();
        if suspended(&self.person.access).iter().any(|environment| !before.contains(environment)) {
            self.end_sessions();
        }
    }

    /// Merges anew if that changes anything: time has passed, or the catalogue or the policy is another one. An echo that
    /// changes nothing stays no write.
    pub(super) fn reconsider(&mut self) {
        if !self.merged().says_the_same(&self.person.access) {
            self.evaluate();
        }
    }

    fn merged(&self) -> EffectiveAccess {
        self.merged_after(self.earlier.as_ref().map_or(&self.person.access, |earlier| &earlier.access))
    }

    fn merged_after(&self, previous: &EffectiveAccess) -> EffectiveAccess {
        effective_access(&Evaluation {
            policy: &self.workspace.policy,
            policy_version: self.workspace.policy_version,
            catalogue: &self.catalogue,
            facts: &self.person.facts,
            previous,
            now: self.now,
        })
    }

    fn create_groups(&mut self, access: &EffectiveAccess) -> bool {
        let decided_now = access.groups_decided_at == Some(self.now);
        let unknown = access.ignored_groups.iter().filter(|_| decided_now);
        // The prefix belongs to the provider's names, never to ours.
        let prefix = &self.workspace.policy.group_prefix;
        let ours = unknown.map(|ignored| prefix.strip(&ignored.name).unwrap_or(&ignored.name));
        let names: BTreeSet<GroupName> = ours.filter_map(|name| GroupName::new(name).ok()).collect();
        self.groups = names.into_iter().zip(1..).map(|(name, nth)| self.new_group(name, nth)).collect();
        self.catalogue.to_mut().groups.extend(self.groups.iter().map(|group| group.name.clone()));
        for group in self.groups.clone() {
            self.record_group_added(&group.name);
        }
        !self.groups.is_empty()
    }

    fn record_group_added(&mut self, name: &GroupName) {
        self.record(EventKind::GroupAdded, None, Some(json!({ "name": name })));
        if let Some(entry) = self.audit.last_mut() {
            entry.subject = Subject::named("group", name.as_str());
        }
    }

    fn new_group(&self, name: GroupName, nth: u128) -> Group {
        let id = GroupId::new(Uuid::from_u128(self.fresh.as_u128() ^ nth));
        Group::new(self.workspace.id, id, name, false, self.now)
    }

    fn record_unresolved(&mut self) {
        let unknown = |rule| matches!(rule, Rule::UnknownKeepsRole | Rule::UnknownGivesDefault);
        let now = self.now;
        let roles: Vec<Value> = self
            .person
            .access
            .environments
            .iter()
            .filter(|e| unknown(e.rule) && e.basis.is_some_and(|basis| basis.at == now))
            .map(|e| json!({ "environment": e.environment, "role": e.role, "notes": e.notes }))
            .collect();
        for role in roles {
            self.record(EventKind::RoleUnresolved, None, Some(role));
        }
        let access = &self.person.access;
        if access.groups_decided_at == Some(now) && !access.ignored_groups.is_empty() {
            let ignored = json!({ "ignored_groups": access.ignored_groups });
            self.record(EventKind::GroupUnresolved, None, Some(ignored));
        }
    }

    /// Whether the person comes into being by this change.
    pub(super) fn makes_person(&self) -> bool {
        self.earlier.is_none()
    }

    /// Ends every session of the person: those of an older epoch are dead.
    pub(super) fn end_sessions(&mut self) {
        self.person.epoch += 1;
    }

    /// Changes where the person stands. Whatever the door, losing access ends sessions and both turns are told.
    pub(super) fn transition(&mut self, kind: Option<EventKind>, change: impl FnOnce(&mut Lifecycle)) {
        let before = self.person.lifecycle.clone();
        change(&mut self.person.lifecycle);
        let after = self.person.lifecycle.clone();
        if before == after {
            return;
        }
        if before.is_active() && !after.is_active() {
            self.end_sessions();
        }
        let (kind, shown): (_, fn(&Lifecycle) -> Value) = match (kind, before.is_active(), after.is_active()) {
            (Some(kind), ..) => (kind, standing),
            (None, false, true) => (EventKind::CollaboratorReactivated, standing),
            (None, true, false) => (EventKind::CollaboratorDeactivated, standing),
            (None, ..) => (EventKind::CollaboratorUpdated, standing_in_full),
        };
        self.tell(kind, Some(shown(&before)), Some(shown(&after)));
    }

    /// Adds an audit entry.
    pub(super) fn record(&mut self, kind: EventKind, before: Option<Value>, after: Option<Value>) {
        self.audit.push(AuditEntry {
            workspace: self.workspace.id,
            at: self.now,
            kind,
            source: self.context.source(),
            actor: self.context.actor.clone(),
            subject: Subject::person(&self.person),
            before,
            after,
            request: self.context.request.clone(),
        });
    }

    /// Adds an audit entry and the outgoing event that goes with it.
    pub(super) fn tell(&mut self, kind: EventKind, before: Option<Value>, after: Option<Value>) {
        let payload = json!({ "id": self.person.id, "userName": self.person.user_name.as_str(), "before": before, "after": after });
        self.events.push(OutgoingEvent { kind, at: self.now, payload });
        self.record(kind, before, after);
    }

    pub(super) fn link(&mut self, write: LinkWrite) {
        self.links.push(write);
    }

    pub(super) fn use_login(&mut self, login: UsedLogin) {
        self.login = Some(login);
    }

    /// The finished change; one that asks for what already holds writes nothing.
    pub(super) fn finish(mut self) -> Change {
        let before = self.earlier.as_ref().map(|earlier| earlier.access.summary());
        let before = before.unwrap_or_else(|| crate::access::AccessInForce::none(&self.person.access));
        let after = self.person.access.summary();
        if !before.grants_the_same(&after) {
            self.tell(EventKind::AccessChanged, Some(json!(before)), Some(json!(after)));
        }
        let invitation = self.invite();
        self.tell_of_cancelled_invitation();
        let is_remembered = self.earlier.as_ref().is_none_or(|earlier| remembered(earlier) != remembered(&self.person));
        let takes_administration = self.takes_administration();
        let write = self.number();
        let memberships =
            differences(self.earlier.as_ref().map(|e| e.access.groups.as_slice()), &self.person.access.groups);
        Change {
            workspace: self.workspace.id,
            person: self.person,
            write,
            links: self.links,
            groups: self.groups,
            memberships,
            login: self.login,
            invitation,
            is_remembered,
            takes_administration,
            audit: self.audit,
            events: self.events,
        }
    }

    fn invite(&mut self) -> Option<Invitation> {
        let number = self.earlier.as_ref().map_or(self.person.version, |earlier| earlier.version + 1);
        let lifetime = self.workspace.policy.invitation_lifetime.duration();
        invitation::settle(&mut self.person, number, lifetime, self.now)
    }

    /// Whoever is kept out while they wait to be verified has no invitation any more: the entry that says so tells of it.
    fn tell_of_cancelled_invitation(&mut self) {
        let was_open = self.earlier.as_ref().is_some_and(|earlier| earlier.lifecycle.invitation.is_some());
        if !was_open || self.person.lifecycle.is_active() {
            return;
        }
        let ending = self.audit.iter_mut().find(|entry| entry.kind.ends_access());
        if let Some(Value::Object(after)) = ending.and_then(|entry| entry.after.as_mut()) {
            after.insert("invitation_cancelled".to_owned(), json!(true));
        }
    }

    fn number(&mut self) -> Write {
        let Some(earlier) = &self.earlier else { return Write::Insert };
        if *earlier == self.person && self.links.is_empty() && self.login.is_none() {
            return Write::Nothing;
        }
        if shown(earlier) != shown(&self.person) {
            self.person.revision += 1;
            self.person.modified_at = self.now;
        }
        self.person.version += 1;
        self.person.updated_at = self.now;
        Write::Update { version: earlier.version, epoch: earlier.epoch }
    }
}

/// The memberships that begin and end, origin by origin.
fn differences(before: Option<&[Membership]>, after: &[Membership]) -> Vec<MembershipWrite> {
    let said = |memberships: &[Membership]| -> BTreeMap<(GroupName, Origin), Timestamp> {
        let each =
            memberships.iter().flat_map(|m| m.origins.iter().map(|(origin, at)| ((m.name.clone(), *origin), *at)));
        each.collect()
    };
    let (before, after) = (said(before.unwrap_or_default()), said(after));
    let ended = before.keys().filter(|key| !after.contains_key(key)).map(|key| (key, None));
    let begun = after.iter().filter(|(key, _)| !before.contains_key(key)).map(|(key, at)| (key, Some(*at)));
    let write = |((group, origin), since): (&(GroupName, Origin), _)| MembershipWrite {
        group: group.clone(),
        origin: *origin,
        since,
    };
    ended.chain(begun).map(write).collect()
}

/// What is kept of a person's past.
fn remembered(person: &Person) -> impl PartialEq + '_ {
    (person.user_name.as_str(), &person.lifecycle, &person.facts, &person.access)
}

/// What SCIM shows of a person: a change in it is a new revision.
fn shown(person: &Person) -> impl PartialEq + '_ {
    let roles = person.facts.provisioned.values();
    let groups: Vec<&GroupName> = person.access.groups_of(Origin::Scim).collect();
    let active = person.lifecycle.is_active();
    (person.scim_id, &person.user_name, &person.external_id, &person.profile, active, roles, groups)
}

fn standing(lifecycle: &Lifecycle) -> Value {
    use crate::collaborator::ProviderState::{Deactivated, Deleted};
    let status = lifecycle.status();
    match (status, lifecycle.provider) {
        (Status::Removed, Deactivated(_)) => json!({ "status": status, "provider": "deactivated" }),
        (_, Deleted(_)) => json!({ "status": status, "provider": "deleted" }),
        _ => json!({ "status": status }),
    }
}

/// For a change that the status alone does not show: a hold lifted from somebody whom the provider keeps out, say.
fn standing_in_full(lifecycle: &Lifecycle) -> Value {
    use crate::collaborator::ProviderState::{Active, Deactivated, Deleted, Unmanaged};
    let provider = match lifecycle.provider {
        Unmanaged => "unmanaged",
        Active(_) => "active",
        Deactivated(_) => "deactivated",
        Deleted(_) => "deleted",
    };
    let (held, removed) = (lifecycle.hold.is_some(), lifecycle.removed.is_some());
    json!({ "status": lifecycle.status(), "provider": provider, "held": held, "removed": removed })
}
