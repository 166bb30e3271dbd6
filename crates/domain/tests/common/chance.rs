//! Commands and policies drawn by chance.

use chrono::Duration;
use domain::decide::Refusal;
use domain::facts::{GroupsClaim, Pin};
use domain::id::PersonId;
use proptest::prelude::*;
use proptest::sample::select;

use super::{Assertion, NewUser, World, assertion, user};

/// Every policy that concerns people, but for invitations: they hold logins, and have stories of their own.
const CHOICES: [(&str, &[&str]); 8] = [
    ("jit", &["everyone", "known", "nobody"]),
    ("role_authority", &["hybrid", "scim", "saml"]),
    ("unknown_role", &["keep", "default", "refuse_login"]),
    ("absent_role", &["keep", "default"]),
    ("absent_groups", &["keep", "clear"]),
    ("unknown_group", &["skip", "create"]),
    ("split_groups", &["on", "off"]),
    ("group_prefix", &["", "acme-"]),
];
/// Two people, one of them in two spellings, and a look-alike (Kelvin sign).
const NAMES: [&str; 4] = ["kai@acme.test", "Kai@Acme.test", "bob@acme.test", "\u{212a}ai@acme.test"];
const ROLES: [&str; 8] = ["Admin", "Analyst", "Operator", "Member", "NoAccess", "No access", "admn", ""];
const GROUPS: [&str; 9] = [
    "Finance",
    "Sales",
    "okta-fin",
    "acme-Sales",
    "everyone",
    "All collaborators",
    "Finance,Sales",
    "Research, Development",
    " ",
];

/// One thing that somebody does. `usize`: to which of the people that there are.
#[derive(Debug, Clone)]
pub enum Act {
    Post(NewUser),
    Put(usize, NewUser),
    Delete(usize),
    Login(Assertion),
    SetRole(usize, &'static str, &'static str),
    Hold(usize),
    Activate(usize),
    Remove(usize),
    EndSessions(usize),
    Pin(usize, &'static str, &'static str, i64),
    Join(usize, &'static str, bool),
    Accept(usize),
    Resend(usize),
    Policy(&'static str, &'static str),
    MaxAge(&'static str, Option<&'static str>),
    /// So many days.
    Wait(i64),
}

/// Does it, unless there is nobody to do it to, or the database's index forbids the name.
pub fn perform(world: &mut World, act: &Act) -> Option<Result<PersonId, Refusal>> {
    let person = |world: &World, at: usize| world.people.get(at % world.people.len().max(1)).map(|person| person.id);
    Some(match act {
        Act::Post(user) => Ok(world.try_post(user.clone()).ok()??),
        Act::Put(at, user) => {
            let id = person(world, *at)?;
            world.find_living(&user.name()).is_none_or(|living| living.id == id).then(|| world.put(id, user.clone()))?
        }
        Act::Delete(at) => person(world, *at).map(|id| world.delete(id))?,
        Act::Login(assertion) => world.login(assertion.clone()),
        Act::SetRole(at, environment, role) => person(world, *at).map(|id| world.set_role(id, environment, role))?,
        Act::Hold(at) => Ok(person(world, *at).map(|id| world.hold(id))?),
        Act::Activate(at) => Ok(person(world, *at).map(|id| world.activate(id))?),
        Act::Remove(at) => Ok(person(world, *at).map(|id| world.remove(id))?),
        Act::EndSessions(at) => Ok(person(world, *at).map(|id| world.end_sessions(id))?),
        Act::Pin(at, environment, role, days) => {
            let pin = Pin { until: world.now() + Duration::days(*days), reason: "on call".to_owned() };
            person(world, *at).map(|id| world.pin(id, environment, role, pin))?
        }
        Act::Join(at, group, member) => person(world, *at).map(|id| world.join(id, group, *member))?,
        Act::Accept(at) => {
            let id = person(world, *at)?;
            let number = world.person(id).lifecycle.invitation.as_ref()?.number;
            world.accept(id, number)
        }
        Act::Resend(at) => person(world, *at).map(|id| world.resend(id))?,
        Act::Policy(key, value) => {
            world.set_policy(key, value);
            return None;
        }
        Act::MaxAge(environment, max_age) => {
            world.set_max_age(environment, *max_age);
            return None;
        }
        Act::Wait(days) => {
            world.wait(Duration::days(*days));
            world.settle_due();
            return None;
        }
    })
}

pub fn acts() -> impl Strategy<Value = Vec<Act>> {
    proptest::collection::vec(act(), 1..30)
}

pub fn act() -> impl Strategy<Value = Act> {
    let who = || 0..4_usize;
    prop_oneof![
        3 => users().prop_map(Act::Post),
        5 => (who(), users()).prop_map(|(at, user)| Act::Put(at, user)),
        2 => who().prop_map(Act::Delete),
        6 => assertions().prop_map(Act::Login),
        2 => (who(), select(&["dev", "prod"][..]), select(&ROLES[..6])).prop_map(|(at, e, role)| Act::SetRole(at, e, role)),
        1 => who().prop_map(Act::Hold),
        2 => who().prop_map(Act::Activate),
        1 => who().prop_map(Act::Remove),
        1 => who().prop_map(Act::EndSessions),
        2 => (who(), select(&["dev", "prod"][..]), select(&ROLES[..4]), 1..4_i64).prop_map(|(at, e, role, days)| Act::Pin(at, e, role, days)),
        2 => (who(), select(&["Finance", "Sales"][..]), any::<bool>()).prop_map(|(at, group, member)| Act::Join(at, group, member)),
        1 => who().prop_map(Act::Accept),
        1 => who().prop_map(Act::Resend),
        2 => policies().prop_map(|(key, value)| Act::Policy(key, value)),
        1 => (select(&["dev", "prod"][..]), select(&[None, Some("1d"), Some("2d")][..])).prop_map(|(e, age)| Act::MaxAge(e, age)),
        2 => (1..4_i64).prop_map(Act::Wait),
    ]
}

pub fn users() -> impl Strategy<Value = NewUser> {
    let external_id = select(&[None, Some("1"), Some("2")][..]);
    let roles = proptest::option::of((role(), role()));
    let display_name = select(&["Kai", "Kay"][..]);
    (select(&NAMES[..3]), external_id, any::<Option<bool>>(), roles, display_name).prop_map(
        |(name, external_id, active, roles, display_name)| {
            let user = external_id.into_iter().fold(user(name).display_name(display_name), NewUser::external_id);
            let user = active.into_iter().fold(user, NewUser::active);
            let Some((dev, prod)) = roles else { return user };
            let user = dev.into_iter().fold(user.no_roles(), |user, role| user.role("workato_role", role));
            prod.into_iter().fold(user, |user, role| user.role("workato_role_prod", role))
        },
    )
}

pub fn assertions() -> impl Strategy<Value = Assertion> {
    let roles = proptest::collection::vec(select(&ROLES[..]), 0..3);
    (select(&NAMES[..]), roles, role(), groups(), any::<bool>()).prop_map(|(name, dev, prod, groups, transient)| {
        let assertion = dev.into_iter().fold(assertion(name), |assertion, role| assertion.role("workato_role", role));
        let assertion = prod.into_iter().fold(assertion, |assertion, role| assertion.role("workato_role_prod", role));
        let assertion = assertion.claim(groups);
        if transient { assertion.transient() } else { assertion }
    })
}

pub fn groups() -> impl Strategy<Value = GroupsClaim> {
    prop_oneof![
        1 => Just(GroupsClaim::Absent),
        1 => Just(GroupsClaim::Empty),
        1 => Just(GroupsClaim::Overage),
        4 => group_values().prop_map(GroupsClaim::Values),
    ]
}

pub fn group_values() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec(select(&GROUPS[..]).prop_map(str::to_owned), 1..5)
}

fn role() -> impl Strategy<Value = Option<&'static str>> {
    proptest::option::of(select(&ROLES[..]))
}

fn policies() -> impl Strategy<Value = (&'static str, &'static str)> {
    select(&CHOICES[..]).prop_flat_map(|(key, values)| select(values).prop_map(move |value| (key, value)))
}

/// A workspace with any policy that concerns people.
pub fn worlds() -> impl Strategy<Value = World> {
    let values = CHOICES.map(|(key, values)| select(values).prop_map(move |value| (key, value)));
    values.prop_map(|chosen| chosen.into_iter().fold(World::new(), |world, (key, value)| world.with(key, value)))
}
