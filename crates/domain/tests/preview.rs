//! What another policy would do is what it does, once it is in force.

#![expect(clippy::unwrap_used, reason = "tests only")]

mod common;

use common::{Assertion, World, assertion, user};
use domain::access::AccessInForce;
use domain::facts::GroupsClaim;
use domain::id::PersonId;
use domain::policy::Policy;
use domain::preview::{Comparison, Differs, Outcome, Preview};
use domain::workspace::Workspace;

/// People with what their identity provider sends each time, none of it worth much.
fn world() -> (World, Vec<(PersonId, Assertion)>) {
    let mut world = World::new();
    let stories = [
        ("admin@acme.test", assertion("admin@acme.test").role("workato_role", "Environment admin")),
        ("ann@acme.test", assertion("ann@acme.test").role("workato_role", "Analyst").groups(["Finance"])),
        ("unknown@acme.test", assertion("unknown@acme.test").role("workato_role", "Boss").groups(["Nobody's, Sales"])),
        ("silent@acme.test", assertion("silent@acme.test").claim(GroupsClaim::Absent)),
        ("prefixed@acme.test", assertion("prefixed@acme.test").groups(["WKT_Operations", "okta-fin"])),
    ];
    let mut people = Vec::new();
    for (name, says) in stories {
        let scim = user(name).role("workato_role", "Operator").role("workato_role_prod", "Chief");
        let person = world.post(scim);
        world.login(says.clone()).unwrap();
        people.push((person, says));
    }
    let (waiting, removed) = (world.post(user("waiting@acme.test")), world.post(user("removed@acme.test")));
    world.login(assertion("removed@acme.test").role("workato_role", "Analyst")).unwrap();
    world.remove(removed);
    people.push((waiting, assertion("waiting@acme.test")));
    people.push((removed, assertion("removed@acme.test").role("workato_role", "Analyst")));
    (world, people)
}

fn preview(world: &World, person: PersonId, key: &str, value: &str) -> Preview {
    let present = &world.workspace;
    let mut policy: Policy = present.policy.clone();
    policy.set(key, value).unwrap();
    let proposed = &Workspace { policy, policy_version: present.policy_version + 1, ..present.clone() };
    let mut catalogue = world.catalogue.clone();
    catalogue.has_several_administrators = world.people.iter().filter(|person| person.administers()).count() > 1;
    let comparison = Comparison { present, proposed, catalogue: &catalogue, now: world.now() };
    comparison.of(world.person(person))
}

/// What a login gives, refused or not.
fn signed_in(mut world: World, person: PersonId, says: &Assertion) -> Outcome {
    match world.login(says.clone()) {
        Ok(_) => Outcome::Access(in_force(&world, person)),
        Err(refusal) => Outcome::Refused(refusal),
    }
}

fn in_force(world: &World, person: PersonId) -> AccessInForce {
    world.person(person).access_in_force(world.now())
}

fn is_same(before: &Outcome, after: &Outcome) -> bool {
    match (before, after) {
        (Outcome::Access(before), Outcome::Access(after)) => before.grants_the_same(after),
        (Outcome::Refused(_), Outcome::Refused(_)) => true,
        _ => false,
    }
}

const CHANGES: [(&str, &str); 12] = [
    ("role_authority", "scim"),
    ("role_authority", "saml"),
    ("unknown_role", "default"),
    ("unknown_role", "refuse_login"),
    ("absent_role", "default"),
    ("absent_groups", "clear"),
    ("unknown_group", "create"),
    ("split_groups", "off"),
    ("group_prefix", "WKT_"),
    ("jit", "nobody"),
    ("invitations", "verify_first"),
    ("session_lifetime", "1h"),
];

#[test]
fn what_is_foreseen_of_the_next_login_is_what_it_gives() {
    let (world, people) = world();
    let mut foreseen = 0;
    for (key, value) in CHANGES {
        for (person, says) in &people {
            // A changed authority settles everybody at once, which the next login then comes after.
            if key == "role_authority" {
                continue;
            }
            let before = signed_in(world.clone(), *person, says);
            let after = signed_in(world.clone().with(key, value), *person, says);
            let expected = (!is_same(&before, &after)).then_some(Differs { before, after });
            let told = preview(&world, *person, key, value).at_next_login;
            assert_eq!(told, expected, "{key}={value} for {}", world.person(*person).user_name);
            foreseen += usize::from(told.is_some());
        }
    }
    assert!(foreseen >= 9, "{foreseen}");
}

#[test]
fn what_is_foreseen_at_once_is_what_settling_does() {
    let (world, people) = world();
    let mut foreseen = 0;
    for (key, value) in CHANGES {
        let settled = world.clone().with(key, value);
        for (person, _) in &people {
            let (before, after) = (in_force(&world, *person), in_force(&settled, *person));
            let expected = (!before.grants_the_same(&after))
                .then_some(Differs { before: Outcome::Access(before), after: Outcome::Access(after) });
            let told = preview(&world, *person, key, value).at_once;
            assert_eq!(told, expected, "{key}={value} for {}", world.person(*person).user_name);
            foreseen += usize::from(told.is_some());
        }
    }
    assert!(foreseen >= 3, "{foreseen}");
}
