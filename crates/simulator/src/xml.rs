//! Text made safe to stand in XML, as content or between double quotes.

use std::fmt::{self, Display, Formatter, Write};

/// Shows a text escaped for XML. Characters that XML 1.0 forbids even as references become U+FFFD.
pub(crate) struct Escaped<'a>(pub(crate) &'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|character| match character {
            '&' => formatter.write_str("&amp;"),
            '<' => formatter.write_str("&lt;"),
            '>' => formatter.write_str("&gt;"),
            '"' => formatter.write_str("&quot;"),
            '\'' => formatter.write_str("&apos;"),
            // A parser would turn a bare carriage return into a newline, and all three into spaces in an attribute.
            '\r' | '\n' | '\t' => write!(formatter, "&#{};", u32::from(character)),
            '\u{0}'..'\u{20}' | '\u{fffe}' | '\u{ffff}' => formatter.write_char('\u{fffd}'),
            _ => formatter.write_char(character),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_escaped_is_read_back_as_it_was() {
        let text = "<a href=\"x\">'&amp;'\r\n\tŁukasz";
        let document = format!("<r a=\"{0}\">{0}</r>", Escaped(text));
        let parsed = roxmltree::Document::parse(&document).unwrap();
        assert_eq!(parsed.root_element().text(), Some(text));
        assert_eq!(parsed.root_element().attribute("a"), Some(text));
    }

    #[test]
    fn forbidden_characters_are_replaced() {
        assert_eq!(Escaped("a\u{0}b\u{1b}").to_string(), "a\u{fffd}b\u{fffd}");
    }
}
