use super::*;

fn refused(xml: &str) -> &'static str {
    gate(xml.as_bytes(), &Limits::default()).unwrap_err().check()
}

fn gate(bytes: &[u8], limits: &Limits) -> Result<(), VerifyError> {
    let text = MessageText::decode(bytes, limits)?;
    let document = parse(&text, limits)?;
    check(&document, WeakAlgorithms::Refused).map(|_| ())
}

/// A response whose signed assertion holds `content`.
fn response(content: &str) -> String {
    format!(
        "<p:Response xmlns:p='{PROTOCOL}' ID='r'><a:Assertion xmlns:a='{ASSERTION}' ID='a'>{content}{}</a:Assertion>\
         </p:Response>",
        signature("#a")
    )
}

fn signature(uri: &str) -> String {
    format!(
        "<Signature xmlns='{SIGNATURE}'><SignedInfo>\
         <CanonicalizationMethod Algorithm='http://www.w3.org/2001/10/xml-exc-c14n#'/>\
         <SignatureMethod Algorithm='http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'/>\
         <Reference URI='{uri}'><Transforms>\
         <Transform Algorithm='http://www.w3.org/2000/09/xmldsig#enveloped-signature'/>\
         <Transform Algorithm='http://www.w3.org/2001/10/xml-exc-c14n#'/></Transforms>\
         <DigestMethod Algorithm='http://www.w3.org/2001/04/xmlenc#sha256'/><DigestValue/></Reference></SignedInfo>\
         <SignatureValue/></Signature>"
    )
}

#[test]
fn the_one_shape_passes() {
    assert_eq!(gate(response("").as_bytes(), &Limits::default()), Ok(()));
}

#[test]
fn each_limit_holds_to_the_number() {
    let limits = Limits { bytes: 10_000, depth: 8, nodes: 60, attributes: 4, namespaces: 5 };
    let within = |content: &str| gate(response(content).as_bytes(), &limits).map_err(|error| error.check());
    assert_eq!(within("<x><x><x><x><x><x/></x></x></x></x></x>"), Ok(()));
    assert_eq!(within("<x><x><x><x><x><x><x/></x></x></x></x></x></x>"), Err("too_deep"));
    assert_eq!(within(&"<x/>".repeat(36)), Ok(()));
    assert_eq!(within(&"<x/>".repeat(37)), Err("too_many_nodes"));
    assert_eq!(within("<x a='' b='' c='' d=''/>"), Ok(()));
    assert_eq!(within("<x a='' b='' c='' d='' e=''/>"), Err("too_many_attributes"));
    assert_eq!(within("<x xmlns:a='u:a' xmlns:b='u:b'/><x xmlns:a='u:a' xmlns:b='u:b'/>"), Ok(()));
    assert_eq!(within("<x xmlns:a='u:a' xmlns:b='u:b'/><x xmlns:a='u:other'/>"), Err("too_many_namespaces"));
    assert_eq!(within(&" ".repeat(10_000)), Err("too_large"));
}

#[test]
fn what_looks_like_markup_inside_a_value_is_none() {
    assert_eq!(
        gate(
            response("<x a='>' b=\"/>'&lt;\">]]&gt;<![CDATA[<!DOCTYPE ?><x>&amp;&none;]]><!-- <?x?> & --></x>")
                .as_bytes(),
            &Limits::default()
        ),
        Ok(())
    );
}

#[test]
fn ten_thousand_levels_are_refused_without_recursion() {
    assert_eq!(refused(&"<a>".repeat(10_000)), "too_deep");
    assert_eq!(refused(&response(&format!("{}{}", "<a>".repeat(10_000), "</a>".repeat(10_000)))), "too_deep");
}

#[test]
fn entities_beyond_the_five_are_refused() {
    assert_eq!(gate(response("&amp;&lt;&gt;&quot;&apos;&#65;&#x41;").as_bytes(), &Limits::default()), Ok(()));
    for entity in ["&nbsp;", "&Amp;", "& ", "&", "&;", "&amp"] {
        let check = refused(&response(&format!("<x>{entity}</x>")));
        assert!(["entity_reference", "malformed_xml"].contains(&check), "{entity}: {check}");
    }
}

#[test]
fn references_mean_a_character() {
    for fine in ["&#9;", "&#xA;", "&#xD7FF;", "&#xE000;", "&#xFFFD;", "&#x10FFFF;", "&#0065;"] {
        assert_eq!(gate(response(fine).as_bytes(), &Limits::default()), Ok(()), "{fine}");
    }
    for wrong in
        ["&#0;", "&#x1F;", "&#xD800;", "&#xDFFF;", "&#xFFFE;", "&#x110000;", "&#99999999999;", "&#X41;", "&#-1;", "&#;"]
    {
        assert_eq!(refused(&response(&format!("<x>{wrong}</x>"))), "malformed_xml", "{wrong}");
        assert_eq!(refused(&response(&format!("<x a='{wrong}'/>"))), "malformed_xml", "{wrong}");
    }
}

#[test]
fn names_have_a_prefix_or_none() {
    for wrong in
        ["<:x/>", "<x></:x>", "<x :a=''/>", "<x xmlns:xmlns='urn:a'/>", "<x xmlns:='urn:a'/>", "<x:/>", "<x a:=''/>"]
    {
        assert_eq!(refused(&response(wrong)), "malformed_xml", "{wrong}");
    }
}

#[test]
fn namespaces_are_absolute_or_none() {
    for fine in ["xmlns=''", "xmlns:x='urn:a'", "xmlns:x='a+b-c.1:d'", "xmlns:x='http://u@a.test:80/%c3%a9?b#c'"] {
        assert_eq!(gate(response(&format!("<x {fine}/>")).as_bytes(), &Limits::default()), Ok(()), "{fine}");
    }
    for relative in [
        "xmlns:x=''",
        "xmlns:x='relative'",
        "xmlns='../x'",
        "xmlns:x='//a.test/'",
        "xmlns:x='1:a'",
        "xmlns:x=' urn:a'",
        "xmlns:x='http://a.test/ b'",
        "xmlns:x='urn:%4'",
        "xmlns:x='urn:\u{e9}'",
        "xmlns:x='urn:a#b#c'",
        "xmlns:x='http://a:b/'",
        "xmlns:x='http://[::1]/'",
        "xmlns:x='urn:a&#x20;b'",
        "\txmlns:x\n=\n'a/b:c'",
    ] {
        assert_eq!(refused(&response(&format!("<x {relative}/>"))), "relative_namespace", "{relative}");
    }
}

#[test]
fn the_declaration_says_what_the_bytes_are() {
    let declared = |declaration: &str| {
        gate(format!("{declaration}{}", response("")).as_bytes(), &Limits::default()).map_err(|error| error.check())
    };
    for fine in [
        "",
        "<?xml version='1.0'?>",
        "<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"no\" ?>\n",
        "\u{feff}<?xml version='1.0' encoding='UTF-8'?>",
    ] {
        assert_eq!(declared(fine), Ok(()), "{fine}");
    }
    for wrong in [
        "<?xml version='1.1'?>",
        "<?xml version='1.0' encoding='UTF-16'?>",
        "<?xml encoding='UTF-8'?>",
        "<?xml ",
        "<?xml version='1.0' encoding='ASCII'?>",
        "<?xml version='1.0' standalone='perhaps'?>",
        "<?xml version='1.0' standalone='yes' encoding='UTF-8'?>",
        "<?xml version='1.0' version='1.0'?>",
        "<?xml version='1.0'encoding='UTF-8'?>",
        "<?xml version='1.0' a?>",
    ] {
        assert_eq!(declared(wrong), Err("encoding"), "{wrong}");
    }
    assert_eq!(declared("\n<?xml version='1.0'?>"), Err("processing_instruction"));
    assert_eq!(declared("<?xml version='1.0'?><?xml version='1.0'?>"), Err("processing_instruction"));
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    for bytes in
        [&b"\xff\xfe<"[..], b"\xfe\xff\xd8\x00\x00<", b"<a>\xc0\x80</a>", b"<a>\xed\xa0\x80</a>", b"\x00<\x00a"]
    {
        let check = gate(bytes, &Limits::default()).unwrap_err().check();
        assert!(["encoding", "malformed_xml"].contains(&check), "{bytes:?}: {check}");
    }
}

#[test]
fn an_empty_message_is_no_response() {
    for empty in ["", " ", "<!-- -->", "text"] {
        assert_eq!(refused(empty), "malformed_xml", "{empty:?}");
    }
}

#[test]
fn a_signature_means_its_parent_only() {
    let with = |uri: &str| refused(&response("").replace("URI='#a'", &format!("URI='{uri}'")));
    for uri in ["", "#", "#r", "a", "#a ", "#xpointer(id(&quot;a&quot;))", "http://a.test/#a"] {
        assert_eq!(with(uri), "reference_uri", "{uri}");
    }
}

/// What becomes of a signed response when this was decrypted in it.
fn decrypted(content: &str) -> Result<(), &'static str> {
    let sealed = format!(
        "<p:Response xmlns:p='{PROTOCOL}' ID='r'>{}<a:EncryptedAssertion xmlns:a='{ASSERTION}'>\
         <EncryptedData xmlns='{}' Id='data'><EncryptionMethod Algorithm='http://www.w3.org/2001/04/xmlenc#aes128-cbc'/>\
         <KeyInfo xmlns='{SIGNATURE}'><EncryptedKey xmlns='{}'>\
         <EncryptionMethod Algorithm='http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p'/><CipherData><CipherValue/></CipherData>\
         </EncryptedKey></KeyInfo><CipherData><CipherValue/></CipherData></EncryptedData></a:EncryptedAssertion></p:Response>",
        signature("#r"),
        tree::ENCRYPTION,
        tree::ENCRYPTION,
    );
    let (limits, weak) = (Limits::default(), WeakAlgorithms::Refused);
    let text = MessageText::decode(sealed.as_bytes(), &limits).unwrap();
    let document = parse(&text, &limits).unwrap();
    let Ok(Guarded::Encrypted(guarded)) = check(&document, weak) else { panic!("the gate refuses what is encrypted") };
    let (text, place) = text.with_content(guarded.encrypted.element, content).unwrap();
    let document = parse(&text, &limits).map_err(|error| error.check())?;
    let outcome = check_decrypted(&document, &place, &guarded.encrypted, weak).map(drop);
    outcome.map_err(|error| error.check())
}

#[test]
fn what_was_decrypted_is_one_assertion_in_its_place() {
    assert_eq!(decrypted("<a:Assertion ID='a'/>"), Ok(()));
    assert_eq!(decrypted(" <!-- --><a:Assertion ID='a'/>\n"), Ok(()));
    assert_eq!(decrypted(&format!("<a:Assertion ID='a'>{}</a:Assertion>", signature("#a"))), Ok(()));
    for content in [
        "",
        "ann",
        "<a:Advice ID='a'/>",
        "<Assertion ID='a'/>",
        "<a:Assertion ID='a'/>x",
        "<a:Assertion ID='a'/><![CDATA[x]]>",
        "<a:Assertion ID='a'/><a:Assertion ID='b'/>",
        "<a:EncryptedAssertion><a:Assertion ID='a'/></a:EncryptedAssertion>",
    ] {
        assert_eq!(decrypted(content), Err("decryption"), "{content}");
    }
}

/// The text around what was decrypted stays as it is, so that content could close the element around it and open another, and
/// the message stay well-formed.
#[test]
fn what_was_decrypted_does_not_leave_its_place() {
    let around = format!("<a:EncryptedAssertion xmlns:a='{ASSERTION}'>");
    for content in [
        format!("</a:EncryptedAssertion>{around}<a:Assertion ID='a'/>"),
        format!("<a:Assertion ID='a'/></a:EncryptedAssertion>{around}"),
        format!("</a:EncryptedAssertion><a:Assertion xmlns:a='{ASSERTION}' ID='a'/>{around}"),
        format!("</a:EncryptedAssertion><p:Status/>{around}<a:Assertion ID='a'/>"),
    ] {
        assert_eq!(decrypted(&content), Err("decryption"), "{content}");
    }
}

#[test]
fn what_was_decrypted_passes_the_gate_as_anything_else_does() {
    let inside = |content: &str| decrypted(&format!("<a:Assertion ID='a'>{content}</a:Assertion>"));
    assert_eq!(inside("<a:Advice><a:Assertion ID='b'/></a:Advice>"), Err("several_assertions"));
    assert_eq!(inside("<a:Advice><x:encryptedassertion xmlns:x='urn:x'/></a:Advice>"), Err("several_assertions"));
    assert_eq!(inside("<p:Response/>"), Err("several_responses"));
    assert_eq!(inside(&format!("<x>{}</x>", signature("#a"))), Err("signature_misplaced"));
    assert_eq!(inside("<x ID='r'/>"), Err("duplicate_id"));
    assert_eq!(inside("<x ID='data'/>"), Err("duplicate_id"), "it was inside what was encrypted");
    assert_eq!(decrypted("<a:Assertion/>"), Err("malformed_id"));
    assert_eq!(inside("<?x?>"), Err("processing_instruction"));
    assert_eq!(inside(&"<x>".repeat(40)), Err("too_deep"));
    assert_eq!(inside("&admin;"), Err("entity_reference"));
}
