//! Personas × policy → access, as a table that anybody can review: `access_matrix.txt`, beside this file.
//!
//! `UPDATE_GOLDEN=1 cargo test -p domain --test access_matrix` writes it anew; then read every line that changed.

mod common;
mod matrix;

use std::path::Path;

const INTRODUCTION: &str = "\
Who may do what, by persona and policy. Each line is a story; the last step of it is the one that is shown.
Roles here: Environment admin, Environment manager, Member, No access, Admin, Analyst, Operator. The default is Member.
Groups here: Finance, Operations, Sales, and \"Research, Development\"; the provider's okta-fin is mapped to Finance.
Policy values that a heading does not name are the defaults. \"-\" is nothing at all.
";

#[test]
fn the_access_matrix_is_as_reviewed() {
    let tables =
        [matrix::roles::tables(), matrix::environments::tables(), matrix::groups::tables(), matrix::standing::tables()];
    let text =
        std::iter::once(INTRODUCTION.to_owned()).chain(tables.into_iter().flatten()).collect::<Vec<_>>().join("\n");
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/access_matrix.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&golden, &text).unwrap();
    }
    let reviewed = std::fs::read_to_string(&golden).unwrap();
    for (line, (is, reviewed)) in text.lines().zip(reviewed.lines()).enumerate() {
        assert_eq!(is, reviewed, "line {} of access_matrix.txt", line + 1);
    }
    assert_eq!(text, reviewed);
}
