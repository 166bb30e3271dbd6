//! How names are compared.

use icu_casemap::CaseMapper;
use icu_normalizer::ComposingNormalizerBorrowed;

/// The widest equality: NFKC case fold (Unicode §3.13, D147). Two names with one fold can't both live in a workspace.
pub fn fold(text: &str) -> String {
    let nfkc = ComposingNormalizerBorrowed::new_nfkc();
    let once = CaseMapper::new().fold_string(text).into_owned();
    let normal = nfkc.normalize(&once).into_owned();
    nfkc.normalize(&CaseMapper::new().fold_string(&normal)).into_owned()
}

/// The narrow equality by which an unlinked login finds its person: NFC and simple lower-casing, neither of which may
/// turn a non-ASCII character into ASCII (the Kelvin sign stays the Kelvin sign, `İ` stays `İ`).
pub fn login_key(text: &str) -> String {
    let nfc = ComposingNormalizerBorrowed::new_nfc();
    let mut key = String::with_capacity(text.len());
    let mut run = String::new();
    for c in text.chars() {
        if becomes_ascii(c, &nfc) {
            key.push_str(&nfc.normalize(&run));
            run.clear();
            key.push(c);
        } else {
            run.push(c);
        }
    }
    key.push_str(&nfc.normalize(&run));
    key.chars().map(simple_lower).collect()
}

fn becomes_ascii(c: char, nfc: &ComposingNormalizerBorrowed<'static>) -> bool {
    !c.is_ascii() && nfc.normalize(c.encode_utf8(&mut [0; 4])).is_ascii()
}

fn simple_lower(c: char) -> char {
    let lower = CaseMapper::new().simple_lowercase(c);
    if !c.is_ascii() && lower.is_ascii() { c } else { lower }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_fold_ignores_case_width_and_composition() {
        assert_eq!(fold("ANN@Acme.Test"), "ann@acme.test");
        assert_eq!(fold("stra\u{df}e"), "strasse");
        assert_eq!(fold("\u{212a}elvin"), "kelvin");
        assert_eq!(fold("e\u{301}"), fold("\u{c9}"));
    }

    #[test]
    fn a_login_key_never_turns_another_letter_into_ascii() {
        assert_eq!(login_key("ANN@Acme.Test"), "ann@acme.test");
        assert_eq!(login_key("\u{212a}elvin"), "\u{212a}elvin");
        assert_eq!(login_key("\u{130}pek"), "\u{130}pek");
        assert_eq!(login_key("\u{1fef}"), "\u{1fef}");
        assert_ne!(login_key("stra\u{df}e"), login_key("strasse"));
        assert_eq!(login_key("E\u{301}"), "\u{e9}");
    }

    proptest! {
        #[test]
        fn names_with_one_login_key_have_one_fold(text in "\\PC{0,12}") {
            prop_assert_eq!(fold(&login_key(&text)), fold(&text));
        }

        #[test]
        fn folding_twice_changes_nothing(text in "\\PC{0,12}") {
            prop_assert_eq!(fold(&fold(&text)), fold(&text));
        }

        #[test]
        fn no_ascii_appears_out_of_nowhere(c in any::<char>().prop_filter("not ASCII", |c| !c.is_ascii())) {
            let key = login_key(&c.to_string());
            prop_assert!(!key.is_ascii(), "{c:?} became {key:?}");
        }
    }
}
