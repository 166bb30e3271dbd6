//! Where a person stands, and what of their access is in force.

use domain::id::PersonId;

use super::table::table;
use crate::common::{World, assertion, user};

const ANN: &str = "ann@acme.test";

pub(crate) fn tables() -> Vec<String> {
    type Story = fn(&mut World, PersonId);
    let stories: [(&str, Story); 12] = [
        ("nothing more", |_, _| {}),
        ("SCIM active: false", |world, ann| switch(world, ann, false)),
        ("SCIM active: false, then true", |world, ann| {
            switch(world, ann, false);
            switch(world, ann, true);
        }),
        ("SCIM DELETE", |world, ann| drop(world.delete(ann).unwrap().to_string())),
        ("SCIM DELETE, then POST with the same externalId", |world, ann| {
            world.delete(ann).unwrap();
            assert_eq!(world.post(user(ANN).external_id("00u1")), ann);
        }),
        ("SCIM DELETE, then POST with another externalId (shown: the old person)", |world, ann| {
            world.delete(ann).unwrap();
            assert_ne!(world.post(user(ANN).external_id("00u2")), ann);
        }),
        ("hold", |world, ann| drop(world.hold(ann).to_string())),
        ("hold, then SCIM active: true (refused)", |world, ann| {
            world.hold(ann);
            world.put(ann, user(ANN).external_id("00u1").active(true)).unwrap_err();
        }),
        ("hold, then lifted", |world, ann| {
            world.hold(ann);
            world.activate(ann);
        }),
        ("removed", |world, ann| drop(world.remove(ann).to_string())),
        ("removed, then SCIM active: true", |world, ann| {
            world.remove(ann);
            switch(world, ann, true);
        }),
        ("removed, then a login without groups and roles", |world, ann| {
            world.remove(ann);
            world.login(assertion(ANN)).unwrap();
        }),
    ];
    let rows: Vec<_> = stories
        .iter()
        .map(|(story, live)| {
            let mut world = World::new();
            let ann = world.post(user(ANN).external_id("00u1"));
            world.login(assertion(ANN).role("workato_role", "Admin").groups(["Finance"])).unwrap();
            live(&mut world, ann);
            let groups = world.groups(ann).join(" + ");
            let groups = if groups.is_empty() { "-".to_owned() } else { groups };
            [(*story).to_owned(), world.status(ann).as_str().to_owned(), world.role(ann, "dev"), groups]
        })
        .collect();
    let heading = "Standing: somebody signed in as Admin and in Finance; what is in force afterwards";
    vec![table(heading, ["what happened", "status", "role in dev", "groups"], &rows)]
}

fn switch(world: &mut World, ann: PersonId, active: bool) {
    world.put(ann, user(ANN).external_id("00u1").active(active)).unwrap();
}
