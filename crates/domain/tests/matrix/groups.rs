//! Group memberships.

use domain::facts::GroupsClaim;

use super::table::table;
use crate::common::{World, assertion, group, user};

const ANN: &str = "ann@acme.test";

/// What the assertion says about groups.
#[derive(Clone, Copy)]
enum Claim {
    Absent,
    Empty,
    Overage,
    Values(&'static [&'static str]),
}

use Claim::{Absent, Empty, Overage, Values};

/// By somebody who is in none.
const FIRST: &[Claim] = &[Values(&["Finance", "Sales"]), Values(&["Finance", "everyone"]), Absent, Empty, Overage];

/// By somebody whom SAML has put into Finance.
const LATER: &[Claim] = &[
    Values(&["Sales"]),
    Values(&["Sales", "Finance"]),
    Values(&["Sales", "Finance", "Sales"]),
    Values(&["Sales", "everyone"]),
    Values(&["everyone"]),
    Values(&["All collaborators"]),
    Values(&["Finance", "All collaborators", "Sales"]),
    Values(&["All collaborators", "everyone"]),
    Absent,
    Empty,
    Values(&["", " "]),
    Overage,
    Values(&["  Sales "]),
    Values(&["sales"]),
    Values(&["okta-fin"]),
    Values(&["okta-fin", "Sales"]),
    Values(&["Finance,Sales"]),
    Values(&["Finance , Sales,, everyone"]),
    Values(&["okta-fin,Sales"]),
    Values(&["Sales,All collaborators"]),
    Values(&["Research, Development"]),
    Values(&["Research, Development", "Sales"]),
    Values(&["Research, Development,Sales"]),
    Values(&["Finance,Sales", "Operations"]),
    Values(&["Finance|Sales"]),
    Values(&["Finance;Sales"]),
];

pub(crate) fn tables() -> Vec<String> {
    let silent = [Absent, Empty, Values(&["", " "]), Overage, Values(&["everyone"])];
    let commas = [Values(&["Finance,Sales"]), Values(&["Research, Development"]), Values(&["Finance", "Sales"])];
    let prefixed = [
        Values(&["acme-Sales"]),
        Values(&["acme-Sales", "Operations"]),
        Values(&["acme-Finance,acme-Sales"]),
        Values(&["acme-everyone"]),
        Values(&["ACME-Sales"]),
        Values(&["okta-fin"]),
        Values(&["acme-All collaborators"]),
        Values(&["acme-"]),
    ];
    let created = [
        Values(&["Lab"]),
        Values(&["Finance", "Lab", "Lab"]),
        Values(&["Lab,Finance"]),
        Values(&["Lab|Finance"]),
        Values(&["All collaborators", "Sales"]),
        Absent,
    ];
    let created_with_prefix = [Values(&["acme-Lab"]), Values(&["acme-Lab", "Lab"])];
    vec![
        claims("Groups: at the first login", &[], &[], FIRST),
        claims("Groups: at a later login", &[], &["Finance"], LATER),
        claims("Groups: absent_groups = clear", &[("absent_groups", "clear")], &["Finance"], &silent),
        claims("Groups: split_groups = off", &[("split_groups", "off")], &["Finance"], &commas),
        claims("Groups: group_prefix = acme-", &[("group_prefix", "acme-")], &["Finance"], &prefixed),
        claims("Groups: unknown_group = create", &[("unknown_group", "create")], &["Finance"], &created),
        claims(
            "Groups: unknown_group = create, group_prefix = acme-",
            &[("unknown_group", "create"), ("group_prefix", "acme-")],
            &["Finance"],
            &created_with_prefix,
        ),
        shadowed(),
    ]
}

const COLUMNS: [&str; 4] = ["assertion says", "groups", "ignored", "why"];

fn claims(heading: &str, policy: &[(&str, &str)], before: &[&'static str], claims: &[Claim]) -> String {
    let rows: Vec<_> = claims
        .iter()
        .map(|claim| {
            let world = policy.iter().fold(World::new(), |world, (key, value)| world.with(key, value));
            row(world, before, *claim)
        })
        .collect();
    table(heading, COLUMNS, &rows)
}

/// A group's own name counts before the mapping table, and that before the prefix.
fn shadowed() -> String {
    let world = || {
        let mut world = World::new().with("group_prefix", "okta-");
        world.catalogue.groups.push(group("fin"));
        world
    };
    let mut named = world();
    named.catalogue.groups.push(group("okta-fin"));
    let mut unmapped = world();
    unmapped.catalogue.mappings.clear();
    let worlds = [("group okta-fin", named), ("mapping okta-fin to Finance", world()), ("group fin", unmapped)];
    let rows = worlds.map(|(found, world)| {
        let [says, groups, _, _] = row(world, &[], Values(&["okta-fin"]));
        [says, found.to_owned(), groups]
    });
    let heading = "Groups: name before mapping before prefix (group_prefix = okta-)";
    table(heading, ["assertion says", "first that exists", "groups"], &rows)
}

fn row(mut world: World, before: &[&'static str], claim: Claim) -> [String; 4] {
    let ann = world.post(user(ANN));
    if !before.is_empty() {
        world.login(assertion(ANN).claim(GroupsClaim::from(Values(before.to_vec().leak())))).unwrap();
    }
    let before = list(&world.groups(ann));
    world.login(assertion(ANN).claim(claim.into())).unwrap();
    let after = list(&world.groups(ann));
    let access = &world.person(ann).access;
    let ignored: Vec<_> = access.ignored_groups.iter().map(|ignored| ignored.name.clone()).collect();
    let why: Vec<_> = access.ignored_groups.iter().map(|ignored| ignored.reason.clone()).take(1).collect();
    let why: Vec<_> = why.into_iter().chain(access.group_notes.clone()).collect();
    let groups = if before == after { after } else { format!("{before} -> {after}") };
    [describe(claim), groups, list(&ignored), if why.is_empty() { "-".to_owned() } else { why.join("; ") }]
}

impl From<Claim> for GroupsClaim {
    fn from(claim: Claim) -> Self {
        match claim {
            Absent => Self::Absent,
            Empty => Self::Empty,
            Overage => Self::Overage,
            Values(values) => Self::Values(values.iter().map(|value| (*value).to_owned()).collect()),
        }
    }
}

fn describe(claim: Claim) -> String {
    match claim {
        Absent => "absent".to_owned(),
        Empty => "empty".to_owned(),
        Overage => "overage".to_owned(),
        Values(values) => values.iter().map(|value| format!("{value:?}")).collect::<Vec<_>>().join(" + "),
    }
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "-".to_owned() } else { names.join(" + ") }
}
