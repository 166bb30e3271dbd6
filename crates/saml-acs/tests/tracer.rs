//! The login tracer: for every bad response the check that it names and the fix that it offers, as one text to be reviewed by
//! somebody who knows the providers; and that its table of checks is the whole truth.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a corpus that can't be read is a failed test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use domain::decide::Refusal;
use domain::policy::Jit;
use openssl::pkey::PKey;
use saml_acs::tracer::{CHECKS, CheckResult, Circumstances, Diagnosis, End, Fault, Glance, Outcome, Stage, timeline};
use saml_acs::{DecryptionKey, Demands, Expectations, IdentityProvider, SamlResponse, verify};

const SP_ENTITY_ID: &str = "https://gatehouse.example.test/saml/acme/metadata";
const ACS_URL: &str = "https://gatehouse.example.test/saml/acme/acs";
const LOGIN_URL: &str = "https://gatehouse.example.test/saml/acme/login";

/// A bad response: why it is refused.
struct Told {
    check: String,
    file: String,
    fault: Fault,
    diagnosis: Diagnosis,
}

/// One block for each fix, with the responses that it is offered for.
#[test]
fn every_bad_response_has_its_check_and_its_fix() {
    let mut blocks: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for told in ALL_TOLD.iter() {
        let Diagnosis { found, expected, fix, .. } = &told.diagnosis;
        let sides = [("found", found), ("expected", expected)];
        let sides = sides.into_iter().filter_map(|(name, side)| Some(format!("{name}: {}\n", side.as_ref()?)));
        let text = sides.chain([fix.clone()]).collect::<String>();
        blocks.entry((told.check.clone(), text)).or_default().push(told.file.clone());
    }
    let mut text = String::new();
    for ((check, fix), mut files) in blocks {
        files.sort();
        write!(text, "## {check}: {}\n{fix}\n\n", files.join(", ")).unwrap();
    }
    insta::assert_snapshot!("fixes", text);
}

#[test]
fn a_fix_is_a_paragraph_that_names_nothing_of_rust_and_hides_nothing() {
    for Told { check, file, diagnosis, .. } in ALL_TOLD.iter() {
        let Diagnosis { fix, found, expected, .. } = diagnosis;
        assert!(fix.ends_with('.') && !fix.contains('\n') && !fix.contains("  "), "{check}/{file}: {fix}");
        assert!(!fix.contains("Some(") && !fix.contains("None"), "{check}/{file}: {fix}");
        assert!((60..1_200).contains(&fix.len()), "{check}/{file}: {} bytes", fix.len());
        assert!(found.as_ref().is_none_or(|found| found.chars().count() <= 120), "{check}/{file}");
        assert!(expected.as_ref().is_none_or(|expected| expected.len() <= 400), "{check}/{file}");
    }
}

/// An attack must not be taken for something to be set: an administrator who "corrects" it would open the door.
#[test]
fn an_attack_is_called_one_and_nothing_is_to_be_set_for_it() {
    let attacks =
        ["doctype", "duplicate_id", "several_assertions", "several_responses", "signature_misplaced", "reference_uri"];
    for Told { check, file, diagnosis, .. } in ALL_TOLD.iter() {
        if attacks.contains(&check.as_str()) {
            let Diagnosis { fix, .. } = diagnosis;
            assert!(fix.contains("there is nothing to set") && fix.contains("security"), "{check}/{file}: {fix}");
            assert!(!fix.contains("gatehouse ") && !fix.contains("Okta"), "{check}/{file}: {fix}");
        }
    }
}

/// What is compared is told with both sides, and where to change the one that is wrong.
#[test]
fn what_differs_is_told_with_the_field_to_set() {
    let audience = told("audience", "trailing_slash");
    assert_eq!(
        audience.fix,
        "The audience is \"https://gatehouse.example.test/saml/acme/metadata/\", expected \
         \"https://gatehouse.example.test/saml/acme/metadata\" (they differ in the slash at the end): in Okta, set “Audience URI (SP \
         Entity ID)” to https://gatehouse.example.test/saml/acme/metadata."
    );
    assert_eq!(audience.expected.as_deref(), Some(SP_ENTITY_ID));
    assert!(told("destination", "plain_http").fix.contains("(one has http, the other https;"));
    assert!(told("audience", "acs_address").fix.contains("(that is the ACS address, not the entity ID)"));
    assert!(told("signature_algorithm", "rsa_sha1").fix.contains("set “Signature Algorithm” to RSA-SHA256"));
    assert!(told("issued_in_future", "far").fix.contains("ahead of this gateway's clock"));
}

/// Every check that is in the sources is in the table: one that is missing would have no place in a timeline.
#[test]
fn the_table_has_every_check() {
    let named: BTreeSet<&str> = CHECKS.iter().map(|check| check.name).collect();
    let sources = sources();
    let mut checks: BTreeSet<String> = BTreeSet::new();
    for (path, source) in &sources {
        if path.ends_with("error.rs") || path.ends_with("demands.rs") {
            checks.extend(
                source.lines().filter_map(|line| line.split_once("=> \"")?.1.strip_suffix("\",")).map(str::to_owned),
            );
        }
        if path.components().any(|part| part.as_os_str() == "slo" || part.as_os_str() == "message") {
            continue;
        }
        checks.extend(source.split("LoginError::refused(").skip(1).filter_map(first_literal));
        checks.extend(source.split("Self::refused(").skip(1).filter_map(first_literal));
    }
    // Single logout has no timeline.
    let of_logout = [
        "query",
        "deflate",
        "not_a_logout_message",
        "several_messages",
        "message_structure",
        "encrypted_name_id",
        "logout_over",
    ];
    checks.retain(|check| !of_logout.contains(&check.as_str()));
    let unknown: Vec<_> = checks.iter().filter(|check| !named.contains(check.as_str())).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    assert!(checks.len() >= 67, "only {} checks were found: {checks:?}", checks.len());
    for refusal in refusals() {
        assert!(named.contains(refusal.check()), "{refusal:?}");
    }
}

/// docs/saml.md tells the same checks in the same order, under the same headings.
#[test]
fn the_document_has_the_same_checks_in_the_same_order() {
    let document = fs::read_to_string(repository().join("docs/saml.md")).unwrap();
    let (_, section) = document.split_once("## What is checked, in order\n").unwrap();
    let section = section.split("\n## ").next().unwrap();
    let mut told = Vec::new();
    let mut heading = "";
    for line in section.lines() {
        if let Some(bold) = line.strip_prefix("**") {
            heading = bold.split("**").next().unwrap();
        } else if let Some(cells) = line.strip_prefix("| `") {
            let cell = cells.split(" | ").next().unwrap();
            told.extend(
                format!("`{cell}").split('`').skip(1).step_by(2).map(|name| (heading.to_owned(), name.to_owned())),
            );
        }
    }
    let known: Vec<_> = CHECKS.iter().map(|check| (check.stage.title().to_owned(), check.name.to_owned())).collect();
    assert_eq!(told, known);
}

/// A timeline says of no check that it was passed unless it was: all in front of the failed one, and none beside it.
#[test]
fn a_timeline_ends_at_the_check_that_failed() {
    for Told { check, file, fault, .. } in ALL_TOLD.iter() {
        let rows = timeline(&ended(fault));
        let failed: Vec<_> =
            rows.iter().filter(|(_, result)| *result == CheckResult::Failed).map(|(row, _)| row.name).collect();
        assert_eq!(failed, [check.as_str()], "{file}");
        let at = rows.iter().position(|(_, result)| *result == CheckResult::Failed).unwrap();
        assert!(rows.iter().skip(at).all(|(_, result)| *result != CheckResult::Passed), "{check}/{file}");
        let is_proven = fault.failed().stage.unwrap().is_proven();
        let signature = rows.iter().find(|(row, _)| row.name == "signature_invalid").unwrap().1;
        assert_eq!(is_proven, signature == CheckResult::Passed, "{check}/{file}");
    }
}

/// What is checked in one pass is told by what comes first in the message: none of the others is known to hold.
#[test]
fn what_is_checked_together_is_not_told_apart() {
    let rows = timeline(&ended(&fault_of("malformed_xml", "base64_twice")));
    let result = |name: &str| rows.iter().find(|(row, _)| row.name == name).unwrap().1;
    assert_eq!(result("encoding"), CheckResult::Passed);
    assert_eq!(result("doctype"), CheckResult::NotReached);
    assert_eq!(result("not_a_response"), CheckResult::NotReached);
}

/// An identity provider that declines sends no assertion: nothing is known of a signature then.
#[test]
fn a_status_without_an_assertion_proves_nothing() {
    let stage = |file| fault_of("status", file).failed().stage;
    assert_eq!(stage("failed_without_assertion"), Some(Stage::Shape));
    assert_eq!(stage("failed"), Some(Stage::Envelope));
}

#[test]
fn a_check_that_the_table_does_not_know_passes_nothing() {
    let fault = Fault::Login { check: "of_tomorrow", detail: "something else".to_owned() };
    assert_eq!(fault.failed().stage, None);
    assert!(timeline(&ended(&fault)).iter().all(|(_, result)| *result == CheckResult::NotReached));
}

#[test]
fn what_a_login_of_its_kind_is_not_checked_for_is_not_passed() {
    let results = |outcome, unsolicited| {
        let rows = timeline(&End { outcome, unsolicited, encrypted: true, dry_run: false, failed: None });
        let left_out = rows.into_iter().filter(|(_, result)| *result != CheckResult::Passed);
        left_out.map(|(row, _)| (row.stage, row.name)).collect::<Vec<_>>()
    };
    assert_eq!(results(Outcome::SignedIn, false), [(Stage::Login, "unsolicited")]);
    let of_requests = ["in_response_to", "browser", "authenticated_before_request"].map(|name| (Stage::Login, name));
    assert_eq!(results(Outcome::SignedIn, true), of_requests);
    assert_eq!(results(Outcome::Tested, false), results(Outcome::SignedIn, false), "a test is checked as a login is");
    for held in [Outcome::Held, Outcome::TestHeld] {
        assert!(results(held, false).contains(&(Stage::Person, "unknown_role")));
    }
    for outcome in [Outcome::Checked, Outcome::Held] {
        let rows = timeline(&End { outcome, unsolicited: false, encrypted: true, dry_run: true, failed: None });
        let of_a_browser =
            |row: &saml_acs::tracer::Check| row.stage == Stage::Commit || of_requests.contains(&(row.stage, row.name));
        assert!(
            rows.iter().all(|(row, result)| !of_a_browser(row) || *result == CheckResult::NotReached),
            "{outcome:?}"
        );
    }
    assert!(results(Outcome::Bounced, true).iter().all(|(stage, _)| *stage >= Stage::Login));
    let plain = timeline(&End {
        outcome: Outcome::SignedIn,
        unsolicited: false,
        encrypted: false,
        dry_run: false,
        failed: None,
    });
    assert!(plain.iter().all(|(row, result)| row.stage != Stage::Encryption || *result == CheckResult::NotReached));
}

/// The same for people and for what is made of a good response.
#[test]
fn what_fails_after_the_response_has_a_fix_as_well() {
    let login = |check| Fault::Login { check, detail: "the detail".to_owned() };
    let checks = ["form", "in_response_to", "unsolicited", "browser", "name_id", "already_used"];
    let checks = checks.into_iter().chain(["issuer", "certificate_expired", "logged_out"]).map(login);
    let mut text = String::new();
    for fault in refusals().map(Fault::Person).into_iter().chain(checks) {
        assert!(fault.failed().stage.is_some(), "{fault:?}");
        write!(text, "## {}\n{}\n\n", fault.check(), diagnosed("okta", &fault, None).fix).unwrap();
    }
    insta::assert_snapshot!("fixes_of_logins", text);
}

/// The same mistakes at other products: each in the words of its own screens.
#[test]
fn each_product_is_spoken_to_in_its_own_words() {
    let mut text = String::new();
    for product in ["okta", "entra", "onelogin", "keycloak", "adfs", "google", "shibboleth"] {
        for (check, file) in [
            ("audience", "other_workspace"),
            ("destination", "other_domain"),
            ("unsigned", "no_signature"),
            ("digest_algorithm", "sha1"),
            ("decryption", "content_text"),
            ("name_id", "missing"),
            ("signature_invalid", "retired_certificate"),
        ] {
            let Some(xml) = any_file(check, file) else { panic!("there is nothing in {check}") };
            let fault = fault_of_xml(check, xml);
            write!(text, "## {product}, {check}\n{}\n\n", diagnosed(product, &fault, None).fix).unwrap();
        }
    }
    insta::assert_snapshot!("fixes_of_products", text);
}

fn refusals() -> [Refusal; 7] {
    [
        Refusal::AnotherProvider("ann@acme.test".to_owned()),
        Refusal::NameOnlySimilar("ann@acme.te\u{17f}t".to_owned(), "ann@acme.test".to_owned()),
        Refusal::LinkedToAnother("ann@acme.test".to_owned()),
        Refusal::DeactivatedByProvider,
        Refusal::DeactivatedByAdministrator,
        Refusal::NotProvisioned(Jit::Known),
        Refusal::UnknownRole { environment: "prod".to_owned(), value: "environment Admin".to_owned() },
    ]
}

fn ended(fault: &Fault) -> End {
    End {
        outcome: Outcome::Refused,
        unsolicited: false,
        encrypted: false,
        dry_run: false,
        failed: Some(fault.failed()),
    }
}

static ALL_TOLD: LazyLock<Vec<Told>> = LazyLock::new(|| {
    let folders = fs::read_dir(fixtures().join("bad")).unwrap().map(|entry| entry.unwrap().path());
    let files = folders.filter(|path| path.is_dir()).flat_map(|folder| fs::read_dir(folder).unwrap());
    let paths = files.map(|entry| entry.unwrap().path());
    paths.map(|path| tell(&path)).collect()
});

fn tell(path: &Path) -> Told {
    let check = path.parent().unwrap().file_name().unwrap().to_str().unwrap().to_owned();
    let file = path.file_stem().unwrap().to_str().unwrap().to_owned();
    let xml = fs::read(path).unwrap();
    let fault = fault_of_xml(&check, xml.clone());
    assert_eq!(fault.check(), check, "{file}");
    let diagnosis = diagnosed("okta", &fault, Some(xml));
    Told { check, file, fault, diagnosis }
}

fn told(check: &str, file: &str) -> Diagnosis {
    tell(&fixtures().join(format!("bad/{check}/{file}.xml"))).diagnosis
}

fn fault_of(check: &str, file: &str) -> Fault {
    tell(&fixtures().join(format!("bad/{check}/{file}.xml"))).fault
}

/// The response of that name, or any in the folder.
fn any_file(check: &str, file: &str) -> Option<Vec<u8>> {
    let folder = fixtures().join("bad").join(check);
    fs::read(folder.join(file).with_extension("xml")).ok().or_else(|| {
        let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        fs::read(paths.first()?).ok()
    })
}

/// As tests/corpus.rs has it: in the folders that are about it, the policy makes demands.
fn fault_of_xml(check: &str, xml: Vec<u8>) -> Fault {
    let identity_provider = identity_provider("okta");
    let expectations = Expectations::new(&identity_provider, SP_ENTITY_ID, ACS_URL, now());
    let demands = Demands {
        authenticated_since: Some("2026-11-22T09:59:30Z".parse().unwrap()),
        authn_contexts: &["urn:other".to_owned(), "https://refeds.org/profile/mfa".to_owned()],
        tolerance: chrono::Duration::seconds(60),
    };
    let expectations = Expectations { decryption_keys: &*SP_KEYS, ..expectations };
    match verify(&SamlResponse::from_xml(xml), &expectations) {
        Err(error) => Fault::Response(error),
        Ok(assertion) => match demands.check(&assertion) {
            Err(unmet) => Fault::Demand(unmet),
            Ok(()) => panic!("{check} is let in"),
        },
    }
}

/// Those that the fixtures are encrypted for.
static SP_KEYS: LazyLock<[DecryptionKey; 2]> = LazyLock::new(|| {
    ["sp", "sp-next"].map(|name| {
        let pem = fs::read(fixtures().join(format!("keys/{name}.key.pem"))).unwrap();
        let key = PKey::private_key_from_pem(&pem).unwrap();
        DecryptionKey::from_pkcs8(&key.private_key_to_pkcs8().unwrap()).unwrap()
    })
});

fn diagnosed(product: &str, fault: &Fault, xml: Option<Vec<u8>>) -> Diagnosis {
    let identity_provider = identity_provider(product);
    let expectations = Expectations::new(&identity_provider, SP_ENTITY_ID, ACS_URL, now());
    let glance = xml.map(|xml| Glance::at(&SamlResponse::from_xml(xml), &expectations.limits)).unwrap_or_default();
    fault.diagnose(&Circumstances::of(&expectations, "acme", LOGIN_URL), &glance)
}

fn identity_provider(product: &str) -> IdentityProvider {
    let metadata = fs::read_to_string(fixtures().join(format!("metadata/{product}.xml"))).unwrap();
    IdentityProvider::from_metadata(&metadata).unwrap()
}

fn now() -> DateTime<Utc> {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

fn first_literal(behind: &str) -> Option<String> {
    Some(behind.trim_start().strip_prefix('"')?.split('"').next()?.to_owned())
}

fn sources() -> Vec<(PathBuf, String)> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else {
                sources.push((path.clone(), fs::read_to_string(path).unwrap()));
            }
        }
    }
    sources
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
