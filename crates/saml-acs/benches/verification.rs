//! What verifying a response costs, beside raw xmlsec on the same bytes in the same run:
//! `cargo bench -p saml-acs --bench verification`.
//!
//! Times are processor time of this thread, so that other programs count little; each figure is the median of many runs,
//! and the two programs take turns. Memory is the peak of a process of its own.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a benchmark prints, and stops where it can't go on"
)]
#![allow(dead_code, reason = "the signing of the fixtures is used in part")]

#[path = "../examples/make_fixtures/sign.rs"]
mod sign;

use std::fs;
use std::process::Command;
use std::sync::LazyLock;
use std::time::Duration;

use cpu_time::ThreadTime;
use openssl::pkey::PKey;
use samael::crypto::{CertificateDer, Crypto, CryptoProvider, ReduceMode};
use saml_acs::{
    DecryptionKey, Expectations, IdentityProvider, Limits, SamlResponse, VerifiedAssertion, VerifyError, verify,
};
use sign::{Signing, certificate, fixtures, sign as signed};

const OKTA: &str = include_str!("../examples/make_fixtures/good/shapes/okta.xml");
/// Ours, in the middle of a change.
static KEYS: LazyLock<[DecryptionKey; 2]> = LazyLock::new(|| {
    ["sp", "sp-next"].map(|name| {
        let pem = fs::read(fixtures().join(format!("keys/{name}.key.pem"))).unwrap();
        let key = PKey::private_key_from_pem(&pem).unwrap();
        DecryptionKey::from_pkcs8(&key.private_key_to_pkcs8().unwrap()).unwrap()
    })
});
const RUNS: usize = 400;
const MOST_GROUPS: usize = 10_000;

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("--memory") => println!("{}", memory_of_many_groups()),
        _ => report(),
    }
}

fn report() {
    let okta = Signing::okta();
    println!("verification beside xmlsec, median processor time of {RUNS} runs each");
    println!("{:<34} {:>10} {:>10} {:>7}", "response", "ours", "xmlsec", "ratio");
    for (name, response, assertion) in [
        ("Okta, response and assertion", Some(&okta), Some(&okta)),
        ("Okta, response", Some(&okta), None),
        ("Okta, assertion", None, Some(&okta)),
    ] {
        beside_xmlsec(name, &signed(OKTA.trim_end(), response, assertion).unwrap());
    }
    println!("\nencrypted, with two keys of ours; what is refused must not tell by its time what is inside");
    for (name, file) in [
        ("Okta, both signed, AES-256-CBC", "good/encrypted/aes256_cbc"),
        ("Okta, both signed, AES-256-GCM", "good/encrypted/aes256_gcm"),
        ("Okta, assertion signed, AES-256-CBC", "good/encrypted/assertion_signed"),
        ("changed under the signature inside", "bad/digest_mismatch/encrypted_tampered"),
        ("signed by a stranger inside", "bad/signature_invalid/encrypted_by_attacker"),
        ("for another's key", "bad/decryption/key_of_another"),
        ("a tag changed", "bad/decryption/gcm_tag_changed"),
        ("a padding of seventeen octets", "bad/decryption/padding_over_a_block"),
        ("not well-formed", "bad/decryption/content_unclosed"),
    ] {
        let xml = fs::read_to_string(fixtures().join(format!("{file}.xml"))).unwrap();
        let provider = provider();
        let found = check(&xml, &provider, Limits::default()).map_or_else(|error| error.check(), |_| "let in");
        let time = median(RUNS, || drop(check(&xml, &provider, Limits::default())));
        println!("{name:<44} {:>10} {:>10}  {found}", xml.len(), shown(time));
    }
    println!("\ngroup values (limits raised), assertion signed");
    println!("{:>8} {:>10} {:>10} {:>12}", "values", "bytes", "ours", "each");
    for groups in [100, 1_000, MOST_GROUPS] {
        let xml = with_groups(groups);
        let time = median(20, || assert!(ours(&xml, raised()).is_ok()));
        println!(
            "{groups:>8} {:>10} {:>10} {:>12}",
            xml.len(),
            shown(time),
            shown(time / u32::try_from(groups).unwrap())
        );
    }
    let child = Command::new(std::env::current_exe().unwrap()).arg("--memory").output().unwrap();
    println!("peak memory for {MOST_GROUPS} values: {} KiB", String::from_utf8_lossy(&child.stdout).trim());
    println!("\nhostile messages of the permitted size, refused");
    println!("{:<44} {:>10} {:>10}  check", "message", "bytes", "time");
    for (name, xml) in hostile() {
        let refused = ours(&xml, Limits::default()).map_or_else(|error| error.check(), |_| "let in");
        let time = median(20, || drop(ours(&xml, Limits::default())));
        println!("{name:<44} {:>10} {:>10}  {refused}", xml.len(), shown(time));
    }
}

fn beside_xmlsec(name: &str, xml: &str) {
    let key: CertificateDer = certificate("rsa").unwrap().to_der().unwrap().into();
    let provider = provider();
    let (mut mine, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        mine.push(timed(|| assert!(check(xml, &provider, Limits::default()).is_ok())));
        theirs.push(timed(|| by_xmlsec(xml, &key)));
    }
    let (mine, theirs) = (middle(mine), middle(theirs));
    let ratio = mine.as_secs_f64() / theirs.as_secs_f64();
    println!("{name:<34} {:>10} {:>10} {ratio:>7.2}", shown(mine), shown(theirs));
}

/// One signature by the plainest way there is, two by the one way that looks at both.
fn by_xmlsec(xml: &str, key: &CertificateDer) {
    if xml.matches("<ds:Signature ").count() == 1 {
        Crypto::verify_signed_xml(xml, key, Some("ID")).unwrap();
    } else {
        Crypto::reduce_xml_to_signed(xml, std::slice::from_ref(key), ReduceMode::PreDigest).unwrap();
    }
}

fn provider() -> IdentityProvider {
    IdentityProvider::from_metadata(&fs::read_to_string(fixtures().join("metadata/okta.xml")).unwrap()).unwrap()
}

fn ours(xml: &str, limits: Limits) -> Result<VerifiedAssertion, VerifyError> {
    check(xml, &provider(), limits)
}

fn check(xml: &str, provider: &IdentityProvider, limits: Limits) -> Result<VerifiedAssertion, VerifyError> {
    let entity_id = "https://gatehouse.example.test/saml/acme/metadata";
    let acs_url = "https://gatehouse.example.test/saml/acme/acs";
    let now = "2026-11-22T10:00:00Z".parse().unwrap();
    let expectations = Expectations::new(provider, entity_id, acs_url, now);
    let expectations = Expectations { limits, decryption_keys: &*KEYS, ..expectations };
    verify(&SamlResponse::from_xml(xml.as_bytes().to_vec()), &expectations)
}

fn raised() -> Limits {
    Limits { bytes: 16 << 20, nodes: 1_000_000, ..Limits::default() }
}

fn with_groups(number: usize) -> String {
    let values: String = (0..number)
        .map(|group| {
            format!(
                "<saml2:AttributeValue xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" \
                 xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"xs:string\">Group {group}\
                 </saml2:AttributeValue>"
            )
        })
        .collect();
    let statement = "</saml2:AttributeStatement>";
    let attribute = format!("<saml2:Attribute Name=\"workato_user_groups\">{values}</saml2:Attribute>{statement}");
    let template = OKTA.trim_end().replacen(statement, &attribute, 1);
    signed(&template, None, Some(&Signing::okta())).unwrap()
}

/// KiB that the process needs at most, beyond what it had with the message in its hands.
fn memory_of_many_groups() -> u64 {
    let (xml, provider) = (with_groups(MOST_GROUPS), provider());
    drop(check(OKTA, &provider, raised()));
    // Linux sets the peak back to what is in use now.
    fs::write("/proc/self/clear_refs", "5").unwrap();
    let before = peak();
    assert!(check(&xml, &provider, raised()).is_ok());
    peak() - before
}

fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Messages as dear as the gate allows, each filled up to the limit of bytes or nodes.
fn hostile() -> Vec<(&'static str, String)> {
    let genuine = signed(OKTA.trim_end(), None, Some(&Signing::okta())).unwrap();
    let filled = |filler: String| {
        genuine.replacen(
            "<saml2p:Status>",
            &format!("<saml2p:Extensions>{filler}</saml2p:Extensions><saml2p:Status>"),
            1,
        )
    };
    let inside = |filler: String| {
        genuine.replacen("<saml2:Subject>", &format!("<saml2:Advice>{filler}</saml2:Advice><saml2:Subject>"), 1)
    };
    let room = Limits::default().bytes - genuine.len() - 100;
    let elements = Limits::default().nodes - 400;
    let declared: String = (0..60).map(|number| format!(" xmlns:n{number}=\"urn:n\"")).collect();
    vec![
        ("text, unsigned", OKTA.replacen("<saml2p:Status>", &format!("<saml2p:Status>{}", "x".repeat(room)), 1)),
        ("empty elements beside what is signed", filled("<a/>".repeat(elements))),
        ("empty elements inside what is signed", inside("<a/>".repeat(elements))),
        ("attributes inside what is signed", inside(format!("<a{}/>", attributes(60)).repeat(elements / 62))),
        (
            "namespaces in scope of many elements",
            inside(format!("<a{declared}>{}</a>", "<n1:a/>".repeat(elements - 61))),
        ),
        ("comments splitting a text", inside("<!---->x".repeat(elements / 2))),
        ("entities in a text", inside("&amp;".repeat(room / 5))),
        ("a megabyte of text inside what is signed", inside("x".repeat(room))),
        (
            "elements as deep as allowed",
            inside(format!("{}{}", "<a>".repeat(28), "</a>".repeat(28)).repeat(elements / 28)),
        ),
        ("bytes that are no XML", "<".repeat(Limits::default().bytes)),
        (
            "references beyond the first",
            genuine.replacen("<ds:Reference ", &"<ds:Reference URI=\"#x\"/>".repeat(elements / 2), 1),
        ),
        ("attributes called ID", filled((0..elements / 2).map(|id| format!("<a ID=\"{id}\"/>")).collect())),
    ]
}

fn attributes(number: usize) -> String {
    (0..number).map(|attribute| format!(" a{attribute}=\"\"")).collect()
}

fn median(runs: usize, mut work: impl FnMut()) -> Duration {
    work();
    middle((0..runs).map(|_| timed(&mut work)).collect())
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = ThreadTime::now();
    work();
    start.elapsed()
}

fn middle(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn shown(time: Duration) -> String {
    match time.as_micros() {
        micros if micros < 10_000 => format!("{micros} µs"),
        micros => format!("{:.1} ms", micros as f64 / 1000.0),
    }
}
