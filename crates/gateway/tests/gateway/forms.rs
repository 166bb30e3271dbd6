//! The form that carries a response: every way in which it may be written, and the ways in which it must not.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use url::form_urlencoded::Serializer;

use crate::bad_posts::expect_refusal;
use crate::common::answer::Answer;
use crate::common::browser::Browser;
use crate::common::provider::{Begun, role};
use crate::gate::Gate;

const FORM: &str = "application/x-www-form-urlencoded";

/// A login of Ann's that was begun, and the answer of the identity provider.
struct Answered {
    browser: Browser,
    begun: Begun,
    xml: String,
}

impl Answered {
    fn new(gate: &Gate) -> Self {
        let mut browser = gate.acme.browser();
        let begun = gate.acme.begin(&mut browser);
        // Bytes whose base64 has the two signs that addresses write otherwise.
        let said = vec![role(&"\u{fffb}\u{3fbf}\u{3fff}>>>???".repeat(8))];
        let response = gate.acme.response_for("ann@acme.test").answering(&begun.request_id).with_attributes(said);
        let mut xml = gate.acme.provider.response(&response).unwrap();
        while xml.len().is_multiple_of(3) {
            // So that its base64 has padding; white space behind the root element is nobody's.
            xml.push('\n');
        }
        Self { browser, begun, xml }
    }

    fn post(&mut self, gate: &Gate, fields: &[(&str, &str)]) -> Answer {
        self.browser.post_form(&gate.acme.path("acs"), fields)
    }

    fn post_body(&mut self, gate: &Gate, content_type: &str, body: &[u8]) -> Answer {
        self.browser.send("POST", &gate.acme.path("acs"), &[("content-type", content_type)], Some(body))
    }
}

fn gate() -> Gate {
    let gate = Gate::on_sqlite();
    gate.acme.scim().provision("ann@acme.test");
    gate
}

#[test]
fn a_form_may_be_written_in_many_ways() {
    let gate = gate();
    type Post = fn(&mut Answered, &Gate, &str) -> Answer;
    let ways: [(&str, Post); 8] = [
        ("base64 in lines", |login, gate, digits| {
            let lines: Vec<_> = digits.as_bytes().chunks(76).map(|line| str::from_utf8(line).unwrap()).collect();
            login.post(gate, &[("SAMLResponse", &lines.join("\r\n")), ("RelayState", &login.begun.relay_state.clone())])
        }),
        ("a line break at the end", |login, gate, digits| {
            login.post(gate, &[("SAMLResponse", &format!("{digits}\n"))])
        }),
        ("without RelayState", |login, gate, digits| login.post(gate, &[("SAMLResponse", digits)])),
        ("with an empty RelayState", |login, gate, digits| {
            login.post(gate, &[("SAMLResponse", digits), ("RelayState", "")])
        }),
        ("RelayState first", |login, gate, digits| login.post(gate, &[("RelayState", "x"), ("SAMLResponse", digits)])),
        ("with fields of their own", |login, gate, digits| {
            login.post(gate, &[("SAMLResponse", digits), ("SigAlg", "x"), ("submit", "Continue"), ("SAMLRequest", "x")])
        }),
        ("with a character set", |login, gate, digits| {
            let body = Serializer::new(String::new()).append_pair("SAMLResponse", digits).finish();
            login.post_body(gate, "application/x-www-form-urlencoded; charset=utf-8", body.as_bytes())
        }),
        ("every character escaped", |login, gate, digits| {
            let escaped: String = digits.bytes().map(|byte| format!("%{byte:02x}")).collect();
            login.post_body(gate, FORM, format!("SAMLResponse={escaped}").as_bytes())
        }),
    ];
    for (way, post) in ways {
        let mut login = Answered::new(&gate);
        let digits = STANDARD.encode(&login.xml);
        assert!(digits.contains('+') && digits.contains('/'), "the message would be the same in other alphabets");
        let answer = post(&mut login, &gate, &digits);
        assert_eq!(answer.status, 303, "{way}: {answer:?}");
        assert!(login.browser.session().is_some(), "{way}");
    }
}

/// Whoever stands in front of us may read another of two fields than we do, or another alphabet.
#[test]
fn a_form_with_two_meanings_is_refused() {
    let gate = gate();
    let mut login = Answered::new(&gate);
    let digits = STANDARD.encode(&login.xml);
    let without_padding = STANDARD_NO_PAD.encode(&login.xml);
    let twice = STANDARD.encode(&digits);
    for (fields, check) in [
        (vec![("SAMLResponse", digits.as_str()), ("SAMLResponse", "x")], "form"),
        (vec![("SAMLResponse", "x"), ("SAMLResponse", &digits)], "form"),
        (vec![("SAMLResponse", digits.as_str()), ("RelayState", "a"), ("RelayState", "b")], "form"),
        (vec![("SAMLResponse[]", digits.as_str())], "form"),
        (vec![("samlresponse", digits.as_str())], "form"),
        (vec![("SAMLart", digits.as_str())], "form"),
        (vec![("SAMLResponse", &URL_SAFE.encode(&login.xml))], "base64"),
        (vec![("SAMLResponse", &format!("{digits}="))], "base64"),
        (vec![("SAMLResponse", &format!("{digits}===="))], "base64"),
        (vec![("SAMLResponse", &format!("{digits}AAAA"))], "base64"),
        (vec![("SAMLResponse", &without_padding)], "base64"),
        (vec![("SAMLResponse", &format!("data:text/xml;base64,{digits}"))], "base64"),
        (vec![("SAMLResponse", &digits.replacen('A', "\u{410}", 1))], "base64"),
        (vec![("SAMLResponse", &digits.replacen('A', "%41", 1))], "base64"),
        (vec![("SAMLResponse", &login.xml.clone())], "base64"),
        (vec![("SAMLResponse", twice.as_str())], "malformed_xml"),
        (vec![("SAMLResponse", &STANDARD.encode(deflated(&login.xml)))], "encoding"),
    ] {
        let answer = login.post(&gate, &fields);
        expect_refusal(&gate, answer, check);
    }
    login.post(&gate, &[("SAMLResponse", &digits)]).expect(303);
}

/// A form's `+` is a space. What was not escaped is damaged, and nobody guesses what it was.
#[test]
fn base64_that_was_not_escaped_is_refused() {
    let gate = gate();
    let mut login = Answered::new(&gate);
    let body = format!("SAMLResponse={}", STANDARD.encode(&login.xml));
    login.post_body(&gate, FORM, body.as_bytes()).expect(403);
    assert!(["base64", "malformed_xml", "encoding"].contains(&gate.last_failed_login().0.as_str()));
    assert!(login.browser.session().is_none());
}

#[test]
fn only_a_posted_form_is_read() {
    let gate = gate();
    let mut login = Answered::new(&gate);
    let form = Serializer::new(String::new()).append_pair("SAMLResponse", &STANDARD.encode(&login.xml)).finish();
    let multipart = format!(
        "--x\r\nContent-Disposition: form-data; name=\"SAMLResponse\"\r\n\r\n{}\r\n--x--\r\n",
        STANDARD.encode(&login.xml)
    );
    let acs = gate.acme.path("acs");
    for content_type in ["multipart/form-data; boundary=x", "text/plain", "text/xml", "application/samlassertion+xml"] {
        let body = if content_type.starts_with("multipart") { multipart.as_bytes() } else { form.as_bytes() };
        let answer = login.post_body(&gate, content_type, body);
        expect_refusal(&gate, answer, "form");
    }
    let in_the_query = login.browser.send("POST", &format!("{acs}?{form}"), &[("content-type", FORM)], Some(b""));
    expect_refusal(&gate, in_the_query, "form");
    for method in ["GET", "PUT", "HEAD"] {
        let answer = login.browser.send(method, &format!("{acs}?{form}"), &[], None);
        assert!(matches!(answer.status, 404 | 405), "{method}: {answer:?}");
    }
    assert!(login.browser.session().is_none());
    login.post_body(&gate, FORM, form.as_bytes()).expect(303);
}

/// A few kilobytes that unpack to a gigabyte.
#[test]
fn a_packed_body_is_held_to_the_limit_of_the_unpacked_one() {
    let gate = gate();
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(b"SAMLResponse=").unwrap();
    let megabyte = vec![b'A'; 1 << 20];
    (0..64).for_each(|_| packer.write_all(&megabyte).unwrap());
    let packed = packer.finish().unwrap();
    let headers = [("content-type", FORM), ("content-encoding", "gzip")];
    let answer = gate.acme.browser().send("POST", &gate.acme.path("acs"), &headers, Some(&packed));
    expect_refusal(&gate, answer, "form");
}

/// RelayState comes back as anybody likes. It never leads to another host, nor makes a header or a cookie of its own.
#[test]
fn no_relay_state_leads_to_a_strangers_page() {
    let gate = gate();
    gate.set_policy(&[("idp_initiated", "allow"), ("start_url", "https://app.acme.test/home")]);
    let long = format!("/{}", "a".repeat(10_000));
    for relay_state in [
        "https:evil.test",
        "https:/evil.test",
        "///evil.test",
        "////evil.test",
        "/\\/evil.test",
        "\\/evil.test",
        "/\t/evil.test",
        " //evil.test",
        "\u{2000}//evil.test",
        "https://app.acme.test:443@evil.test/",
        "https://app.acme.test:8443/",
        "https://app.acme.test\\.evil.test/",
        "https://app.acme.test%2eevil.test/",
        "https://app.acme.test.evil.test/",
        "https://xapp.acme.test/",
        "https://user:password@app.acme.test/",
        "https://\u{ff41}pp.acme.test.evil.test/",
        "http://app.acme.test/",
        "ftp://app.acme.test/",
        "javascript://app.acme.test/%0aalert(1)",
        "data:text/html,<script>alert(1)</script>",
        "https://app.acme.test/\r\nSet-Cookie: gatehouse=x",
        "/a\r\nLocation: https://evil.test",
        "/a\0b",
        long.as_str(),
    ] {
        let mut browser = gate.acme.browser();
        let unsolicited = gate.acme.sign(&gate.acme.response_for("ann@acme.test"));
        let answer = gate.acme.post(&mut browser, &unsolicited, relay_state).expect(303);
        assert_eq!(answer.location(), "https://app.acme.test/home", "{relay_state:?}");
        assert!(browser.session().is_some(), "{relay_state:?}");
        assert!(answer.set_cookies().iter().all(|cookie| cookie.starts_with("gatehouse")), "{relay_state:?}");
    }
}

fn deflated(text: &str) -> Vec<u8> {
    let mut packer = DeflateEncoder::new(Vec::new(), Compression::default());
    packer.write_all(text.as_bytes()).unwrap();
    packer.finish().unwrap()
}
