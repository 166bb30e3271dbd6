//! The conformance table in docs/scim-conformance.md, held to its word: every clause has a proof, and every proof exists.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests only")]

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

/// One line of the table.
#[derive(Debug)]
struct Clause {
    /// The document and the section, or the client.
    section: String,
    asks: String,
    answer: String,
    proof: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.as_ref().display()))
}

/// Each table begins with its heading; its lines have four cells.
fn clauses() -> Vec<Clause> {
    let page = read(root().join("docs/scim-conformance.md"));
    let mut document = "";
    let mut clauses = Vec::new();
    for line in page.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            document = heading.split(':').next().unwrap_or(heading);
        }
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, section, asks, answer, proof, _] = cells.as_slice() else {
            assert!(!line.starts_with('|'), "not four cells: {line}");
            continue;
        };
        if *asks != "asks" && !section.starts_with("---") {
            let section = format!("{document} §{section}");
            clauses.push(Clause { section, asks: (*asks).into(), answer: (*answer).into(), proof: (*proof).into() });
        }
    }
    clauses
}

#[test]
fn every_clause_says_what_is_asked_what_is_done_and_what_proves_it_once() {
    let clauses = clauses();
    assert!(clauses.len() > 130, "the tables were not found: {}", clauses.len());
    let mut told = HashSet::new();
    for clause in &clauses {
        let Clause { section, asks, answer, proof } = clause;
        assert!([asks, answer, proof].iter().all(|cell| !cell.is_empty()), "an empty cell: {clause:?}");
        assert!(proof.starts_with('`') && proof.ends_with('`'), "no proof: {clause:?}");
        assert!(
            !answer.starts_with("no") || answer.contains(':') || answer.contains(','),
            "no without why: {clause:?}"
        );
        assert!(told.insert((section, asks)), "told twice: {clause:?}");
    }
}

#[test]
fn every_proof_exists() {
    let sources = Sources::read();
    for clause in clauses() {
        let proof = clause.proof.trim_matches('`');
        assert!(sources.hold(proof), "there is no {proof}, which is to prove {} ({})", clause.section, clause.asks);
    }
}

/// A part of the RFC that nobody thought of would be missing from the table without anybody's notice.
#[test]
fn no_section_that_asks_something_is_left_out() {
    let clauses = clauses();
    for (document, sections) in [
        (
            "RFC 7643",
            "2.1 2.2 2.3 2.3.1 2.3.2 2.3.3 2.3.4 2.3.5 2.3.6 2.3.7 2.3.8 2.4 2.5 3 3.1 3.2 3.3 4.1 4.1.1 4.1.2 4.2 4.3 5 6 7 8.7 9.2",
        ),
        (
            "RFC 7644",
            "2 3.1 3.2 3.3 3.3.1 3.4.1 3.4.2 3.4.2.1 3.4.2.2 3.4.2.3 3.4.2.4 3.4.2.5 3.4.3 3.5.1 3.5.2 3.5.2.1 3.5.2.2 3.5.2.3 3.6 \
             3.7 3.7.1 3.7.2 3.7.3 3.7.4 3.8 3.9 3.10 3.11 3.12 3.13 3.14 4 5 6 7.4 7.5.2 7.6 7.8",
        ),
        ("RFC 9865", "2 2.1 3 4"),
    ] {
        for section in sections.split_whitespace() {
            let wanted = format!("{document} §{section}");
            assert!(clauses.iter().any(|clause| clause.section == wanted), "{wanted} is not in the table");
        }
    }
}

#[test]
fn a_proof_that_nobody_wrote_is_noticed() {
    let sources = Sources::read();
    for wrong in [
        "gateway::scim::patch::nobody_wrote_this",
        "gateway::nowhere::add_makes_no_value_twice",
        "store::scim::patch::add_makes_no_value_twice",
        "suite::nothing",
        "add_makes_no_value_twice",
    ] {
        assert!(!sources.hold(wrong), "{wrong}");
    }
}

/// All source files, by their path below `crates`.
struct Sources {
    files: Vec<(PathBuf, String)>,
    suites: String,
}

impl Sources {
    fn read() -> Self {
        let mut files = Vec::new();
        collect(&root().join("crates"), &mut files);
        Self { files, suites: read(root().join("scripts/third_party_scim.txt")) }
    }

    /// `crate::file::test`, where the file may be told by the end of its path.
    fn hold(&self, proof: &str) -> bool {
        let parts: Vec<&str> = proof.split("::").collect();
        match parts.as_slice() {
            ["suite", name] => self.suites.lines().any(|line| line.split("==").next() == Some(name)),
            [package, file @ .., test] if !file.is_empty() => {
                let ends_with: PathBuf = file.iter().collect::<PathBuf>().with_extension("rs");
                let test = format!("fn {test}(");
                self.files.iter().any(|(path, text)| {
                    let of_package = path.components().any(|part| part.as_os_str() == *package);
                    of_package && path.ends_with(&ends_with) && text.contains(&test)
                })
            }
            _ => false,
        }
    }
}

fn collect(folder: &Path, files: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") {
            collect(&path, files);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = read(&path);
            files.push((path, text));
        }
    }
}

/// The guides are followed with a finger on the page: a part that is missing is a step that is not taken.
#[test]
fn the_guides_have_all_their_parts() {
    let page = read(root().join("docs/scim.md"));
    let guide = |title: &str| {
        let (_, rest) =
            page.split_once(&format!("\n## {title}\n")).unwrap_or_else(|| panic!("there is no guide {title}"));
        rest.split("\n## ").next().unwrap().to_owned()
    };
    let parts = |guide: &str| guide.lines().filter_map(|line| line.strip_prefix("### ")).collect::<Vec<_>>().join("; ");
    assert_eq!(
        parts(&guide("Okta, step by step")),
        "1. Prerequisites, and configure SCIM; 2. Provision users; 3. Convert user assignments to group assignments; \
         4. Update users; 5. Deprovision users; 6. Disable SCIM"
    );
    let entra = guide("Entra ID");
    assert_eq!(parts(&entra), "Set up; Mappings; A new token without an outage; What Entra ID never sends");
    for needed in ["?aadOptscim062020", "WorkatoRole:workato_role_prod", "--overlap", "quarantine"] {
        assert!(entra.contains(needed), "{needed}");
    }
}
