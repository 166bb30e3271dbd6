//! Filters on groups, on who is in them, and on people and groups together (RFC 7644 §3.4.2.1 and §3.4.2.2).

use super::filters::World;
use crate::common::scim::{ENTERPRISE, GROUP};

on_both_databases! {
    fn groups_are_found_by_name_and_by_whom_they_hold(gate: &Gate) {
        let mut world = World::on(gate);
        let (a, b) = (world.ids[0].0.clone(), world.ids[1].0.clone());
        let (ops, dev) = (world.scim.make_group("Ops %", &[&a, &b]), world.scim.make_group("Dev", &[&a]));
        world.ids.extend([(ops.clone(), 'O'), (dev.clone(), 'V')]);
        for (filter, wanted) in [
            ("displayName eq \"ops %\"".to_owned(), "O"),
            ("displayName co \"%\"".to_owned(), "O"),
            ("not (displayName co \"%\")".to_owned(), "V"),
            ("displayName gt \"e\"".to_owned(), "O"),
            (format!("members eq \"{a}\""), "OV"),
            (format!("members.value eq \"{b}\""), "O"),
            (format!("members[value eq \"{b}\"]"), "O"),
            (format!("members.value ne \"{b}\""), "V"),
            (format!("members[value eq \"{a}\" and value eq \"{b}\"]"), ""),
            (format!("members[value eq \"{a}\" or value eq \"{b}\"]"), "OV"),
            (format!("members[not (value eq \"{a}\")]"), "O"),
            (format!("id eq \"{dev}\""), "V"),
            ("externalId eq null".to_owned(), "OV"),
            ("meta.created pr".to_owned(), "OV"),
            (format!("{GROUP}:displayName sw \"d\""), "V"),
            (format!("schemas eq \"{GROUP}\" and members pr"), "OV"),
            ("meta.resourceType eq \"User\"".to_owned(), ""),
        ] {
            assert_eq!(world.found("/Groups", &filter), wanted, "{filter}");
        }
        world.check(&[
            ("groups pr", "AB"),
            (&format!("groups eq \"{dev}\""), "A"),
            (&format!("groups.value eq \"{ops}\""), "AB"),
            ("groups.display eq \"dev\"", "A"),
            ("groups eq null", "DE"),
            (&format!("groups ne \"{dev}\""), "BDE"),
            ("groups[display co \"ops\"]", "AB"),
            ("not (groups[display eq \"dev\"])", "BDE"),
            (&format!("groups[display eq \"dev\" and value eq \"{dev}\"]"), "A"),
            (&format!("groups[display eq \"dev\" and value eq \"{ops}\"]"), ""),
            (&format!("groups[not (value eq \"{dev}\")]"), "AB"),
        ]);
    }

    /// RFC 7644 §3.4.2.1: at the root, what a type lacks is absent from it.
    fn at_the_root_people_and_groups_are_searched_together(gate: &Gate) {
        let mut world = World::on(gate);
        let ops = world.scim.make_group("Ops", &[&world.ids[0].0.clone()]);
        world.ids.push((ops, 'O'));
        for (filter, wanted) in [
            ("id pr", "ABDEO"),
            ("meta.resourceType eq \"Group\"", "O"),
            ("(meta.resourceType eq \"User\") or (meta.resourceType eq \"Group\")", "ABDEO"),
            ("displayName sw \"o\" or userName sw \"b\"", "AO"),
            ("userName pr", "ABDE"),
            ("not (userName pr)", "O"),
            ("members pr", "O"),
            (&format!("{ENTERPRISE}:department pr"), "A"),
            ("externalId eq bjensen", "A"),
        ] {
            assert_eq!(world.found("", filter), wanted, "{filter}");
        }
    }
}
