//! What docs/security.md and docs/saml.md name is there.

#![expect(clippy::unwrap_used, reason = "a document that can't be read is a failed test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A proof that is gone proves nothing: each fixture, file and test in the last column must exist.
#[test]
fn every_proof_in_the_security_document_exists() {
    let sources = rust_files(&repository().join("crates"));
    let tests: BTreeSet<String> =
        sources.iter().flat_map(|path| functions(&fs::read_to_string(path).unwrap())).collect();
    let document = document("security.md");
    let proofs: Vec<&str> = rows(&document)
        .filter(|cells| cells.len() >= 3)
        .filter_map(|cells| cells.last().copied())
        .flat_map(quoted)
        .collect();
    let missing: Vec<_> = proofs.iter().filter(|name| !exists(name, &tests)).collect();
    assert!(missing.is_empty(), "{missing:#?}");
    assert!(proofs.len() >= 60, "only {} proofs were found", proofs.len());
}

#[test]
fn every_check_that_refuses_a_fixture_is_in_the_document() {
    let document = document("saml.md");
    let told: BTreeSet<&str> = rows(&document).flat_map(|cells| quoted(cells[0])).collect();
    let checks = fs::read_dir(fixtures().join("bad")).unwrap().map(|entry| entry.unwrap().path());
    let checks = checks.filter(|path| path.is_dir()).map(|path| path.file_name().unwrap().to_str().unwrap().to_owned());
    let untold: Vec<_> = checks.filter(|check| !told.contains(check.as_str())).collect();
    assert!(untold.is_empty(), "{untold:?}");
}

fn exists(name: &str, tests: &BTreeSet<String>) -> bool {
    if name.starts_with("bad/") || name.starts_with("good/") {
        let path = fixtures().join(name);
        path.is_dir() || path.with_extension("xml").is_file()
    } else if Path::new(name).extension().is_some_and(|extension| extension == "rs") {
        repository().join("crates").join(name).is_file()
    } else {
        tests.contains(name)
    }
}

/// The cells of every line of every table.
fn rows(document: &str) -> impl Iterator<Item = Vec<&str>> {
    let lines = document.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    lines.map(|line| line.split(" | ").collect())
}

/// What stands between backquotes.
fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

fn functions(source: &str) -> Vec<String> {
    let lines = source.lines().filter_map(|line| line.trim_start().strip_prefix("fn "));
    lines.filter_map(|line| line.split('(').next()).map(str::to_owned).collect()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let source = |path: PathBuf| match path.extension() {
        Some(extension) if extension == "rs" => vec![path],
        _ if path.is_dir() && !path.ends_with("target") => rust_files(&path),
        _ => Vec::new(),
    };
    entries.flat_map(source).collect()
}

fn document(name: &str) -> String {
    fs::read_to_string(repository().join("docs").join(name)).unwrap()
}

fn fixtures() -> PathBuf {
    repository().join("crates/saml-acs/tests/fixtures")
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
