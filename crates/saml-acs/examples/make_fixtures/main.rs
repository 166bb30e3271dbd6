//! Makes the SAML fixtures below `tests/fixtures`: `cargo run -p saml-acs --example make_fixtures`.
//!
//! Running it again gives the same files. Good responses are those of [`good`]; bad ones those of [`attacks`], each of
//! which differs from a good one in exactly one named way and is signed as properly as its cause allows.

mod attacks;
mod good;
mod metadata;
mod sign;

use std::fs;
use std::path::{Path, PathBuf};

use sign::{Result, fixtures};

fn main() -> Result<()> {
    for folder in ["good", "bad", "metadata"] {
        fs::create_dir_all(fixtures().join(folder))?;
    }
    metadata::all()
        .into_iter()
        .try_for_each(|(name, xml)| write(&fixtures().join(format!("metadata/{name}.xml")), xml?.as_bytes()))?;
    let good = good::all();
    for response in &good {
        let path = fixtures().join("good").join(response.source).join(response.name);
        write(&path.with_extension("xml"), response.xml()?.as_bytes())?;
        write(
            &path.with_extension("expected.json"),
            (serde_json::to_string_pretty(&response.expected()?)? + "\n").as_bytes(),
        )?;
    }
    let attacks = attacks::all();
    for attack in &attacks {
        let path = fixtures().join("bad").join(attack.check).join(attack.name).with_extension("xml");
        write(&path, &attack.bytes().map_err(|error| format!("{}/{}: {error}", attack.check, attack.name))?)?;
    }
    let told = good.iter().map(|response| (response.source, response.name, response.why));
    write(&fixtures().join("good/README.md"), table("Responses that must be let in", "source", told).as_bytes())?;
    let told = attacks.iter().map(|attack| (attack.check, attack.name, attack.why));
    write(&fixtures().join("bad/README.md"), table("Responses that must be refused", "check", told).as_bytes())
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

fn table(title: &str, first: &str, rows: impl Iterator<Item = (&'static str, &'static str, &'static str)>) -> String {
    let lines: String = rows.map(|(folder, name, why)| format!("| `{folder}` | `{name}` | {why} |\n")).collect();
    format!(
        "# {title}\n\nWritten by `cargo run -p saml-acs --example make_fixtures`.\n\n\
         | {first} | file | why |\n|---|---|---|\n{lines}"
    )
}
