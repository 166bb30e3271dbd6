//! What docs/audit.md says of the kinds of entries is all there is, and all of it is so.

use std::collections::BTreeSet;

use domain::audit::EventKind;

const PAGE: &str = include_str!("../../../docs/audit.md");

/// What stands in code marks in the first column of a table below "Kinds".
fn documented() -> BTreeSet<&'static str> {
    let tables = PAGE.split("## Kinds").nth(1).and_then(|rest| rest.split("## The seal").next()).unwrap_or_default();
    let cells = tables.lines().filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
    cells.flat_map(|cell| cell.split('`')).filter(|name| name.contains('.')).collect()
}

#[test]
fn every_kind_of_entry_is_documented_and_no_other() {
    let known: BTreeSet<&str> = EventKind::ALL.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(documented(), known);
}
