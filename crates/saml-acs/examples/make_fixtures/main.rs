//! Makes the SAML fixtures below `tests/fixtures`: `cargo run -p saml-acs --example make_fixtures`.
//!
//! Running it again gives the same files. Good responses are those of [`good`]; bad ones those of [`attacks`], each of
//! which differs from a good one in exactly one named way and is signed as properly as its cause allows.

mod attacks;
mod encrypt;
mod good;
mod metadata;
mod sign;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use sign::{Result, fixtures};

fn main() -> Result<()> {
    let (good, attacks) = (good::all(), attacks::all());
    let mut files = Vec::new();
    for (name, xml) in metadata::all() {
        files.push((format!("metadata/{name}.xml"), xml.map(String::into_bytes)));
    }
    for response in &good {
        let path = format!("good/{}/{}", response.source, response.name);
        files.push((format!("{path}.expected.json"), response.expected()));
        files.push((format!("{path}.xml"), response.bytes()));
    }
    for attack in &attacks {
        files.push((format!("bad/{}/{}.xml", attack.check, attack.name), attack.bytes()));
    }
    let told = good.iter().map(|response| (response.source, response.name, response.why));
    let told = table("Responses that must be let in", "source", told);
    files.push(("good/README.md".to_owned(), Ok(told.into_bytes())));
    let told = attacks.iter().map(|attack| (attack.check, attack.name.as_str(), attack.why.as_str()));
    let told = table("Responses that must be refused", "check", told);
    files.push(("bad/README.md".to_owned(), Ok(told.into_bytes())));
    write_all(files)
}

/// Writes what could be made, says what could not, and removes what nobody makes any more.
fn write_all(files: Vec<(String, Result<Vec<u8>>)>) -> Result<()> {
    let (mut made, mut faults) = (BTreeSet::new(), Vec::new());
    for (name, content) in files {
        let path = fixtures().join(&name);
        match content {
            _ if !made.insert(path.clone()) => faults.push(format!("{name} is made twice")),
            Ok(content) => write(&path, &content)?,
            Err(error) => faults.push(format!("{name}: {error}")),
        }
    }
    for folder in ["good", "bad", "metadata"] {
        remove_others(&fixtures().join(folder), &made)?;
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n").into()) }
}

fn remove_others(folder: &Path, made: &BTreeSet<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            remove_others(&path, made)?;
        } else if !made.contains(&path) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

/// Replaces what occurs exactly once, so that a fixture differs in the one place that was meant.
fn replace_once(text: &str, old: &str, new: &str) -> Result<String> {
    match text.matches(old).count() {
        1 => Ok(text.replacen(old, new, 1)),
        found => Err(format!("{old:?} occurs {found} times").into()),
    }
}

/// Writes a file unless it is there already but for ECDSA signature values, which are random.
fn write(path: &Path, content: &[u8]) -> Result<()> {
    let same_but_for_randomness =
        fs::read(path).is_ok_and(|old| without_ecdsa_values(&old) == without_ecdsa_values(content));
    if !same_but_for_randomness {
        fs::create_dir_all(path.parent().map_or_else(PathBuf::new, Path::to_path_buf))?;
        fs::write(path, content)?;
    }
    Ok(())
}

/// The response's signature covers the assertion's, so its digest is random as well.
fn without_ecdsa_values(content: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(content);
    if !text.contains("#ecdsa-sha") {
        return content.to_vec();
    }
    let without = |text: &str, name: &str| -> String {
        let start = format!("<ds:{name}>");
        text.split(&start).map(|part| part.split_once("</ds:").map_or(part, |(_, rest)| rest)).collect()
    };
    without(&without(&text, "SignatureValue"), "DigestValue").into_bytes()
}

fn table<'a>(title: &str, first: &str, rows: impl Iterator<Item = (&'a str, &'a str, &'a str)>) -> String {
    let lines: String = rows.map(|(folder, name, why)| format!("| `{folder}` | `{name}` | {why} |\n")).collect();
    format!(
        "# {title}\n\nWritten by `cargo run -p saml-acs --example make_fixtures`.\n\n\
         | {first} | file | why |\n|---|---|---|\n{lines}"
    )
}
