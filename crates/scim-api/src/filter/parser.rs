//! The grammar of RFC 7644 §3.4.2.2, by recursive descent. Recursion follows parentheses and brackets only, and those
//! are counted; chains of `and` and `or` are loops.

use super::{Filter, Literal, MAX_CONDITIONS, MAX_DEPTH, MAX_LENGTH, Operator};
use crate::error::quoted;
use crate::path::AttrPath;

/// Reads a text from left to right.
pub(crate) struct Parser<'t> {
    text: &'t str,
    position: usize,
    depth: usize,
    conditions: usize,
    in_brackets: bool,
}

/// What was wrong, and at which byte.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    at: usize,
    message: String,
}

type Parsed<T> = Result<T, Fault>;

impl Fault {
    /// The sentence for the client.
    pub(crate) fn sentence(&self, what: &str) -> String {
        format!("The {what} cannot be read at byte {}: {}", self.at, self.message)
    }
}

impl<'t> Parser<'t> {
    pub(crate) fn new(text: &'t str) -> Parsed<Self> {
        if text.len() > MAX_LENGTH {
            let message = format!("it has {} bytes and may have {MAX_LENGTH}; send shorter requests.", text.len());
            return Err(Fault { at: MAX_LENGTH, message });
        }
        Ok(Self { text, position: 0, depth: 0, conditions: 0, in_brackets: false })
    }

    pub(crate) fn whole_filter(&mut self) -> Parsed<Filter> {
        let filter = self.any_of()?;
        self.skip_space();
        if !self.is_at_end() {
            return self.fault("expected \"and\", \"or\" or the end of the filter.");
        }
        Ok(filter)
    }

    /// The filter between brackets, if one begins here.
    pub(crate) fn bracketed(&mut self) -> Parsed<Option<Filter>> {
        if !self.take('[') {
            return Ok(None);
        }
        if self.in_brackets {
            return self.fault("brackets cannot stand in brackets.");
        }
        self.in_brackets = true;
        let filter = self.nested(']')?;
        self.in_brackets = false;
        Ok(Some(filter))
    }

    /// The characters up to the next space, parenthesis, bracket or quote.
    pub(crate) fn word(&mut self) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|c: char| c.is_ascii_whitespace() || "()[]\"".contains(c)).unwrap_or(rest.len());
        self.position += end;
        rest.get(..end).unwrap_or_default()
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.position >= self.text.len()
    }

    /// RFC 7644 §3.4.2.2: "and" binds tighter than "or", "not" tighter than both.
    fn any_of(&mut self) -> Parsed<Filter> {
        let mut parts = vec![self.all_of()?];
        while self.take_keyword("or") {
            parts.push(self.all_of()?);
        }
        Ok(single_or(parts, Filter::Or))
    }

    fn all_of(&mut self) -> Parsed<Filter> {
        let mut parts = vec![self.term()?];
        while self.take_keyword("and") {
            parts.push(self.term()?);
        }
        Ok(single_or(parts, Filter::And))
    }

    fn term(&mut self) -> Parsed<Filter> {
        self.skip_space();
        if self.take('(') {
            return self.nested(')');
        }
        let start = self.position;
        let word = self.word();
        if word.eq_ignore_ascii_case("not") {
            self.skip_space();
            if self.take('(') {
                return Ok(Filter::Not(Box::new(self.nested(')')?)));
            }
            return self.fault("expected \"(\" after \"not\".");
        }
        let Some(attribute) = AttrPath::new(word) else {
            self.position = start;
            return self.fault("expected the name of an attribute, \"not\" or \"(\".");
        };
        match self.bracketed()? {
            Some(inner) => self.value_path(attribute, inner),
            None => self.comparison(attribute),
        }
    }

    fn nested(&mut self, close: char) -> Parsed<Filter> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return self.fault(&format!("more than {MAX_DEPTH} levels of parentheses."));
        }
        let filter = self.any_of()?;
        self.skip_space();
        if !self.take(close) {
            return self.fault(&format!("expected \"and\", \"or\" or \"{close}\"."));
        }
        self.depth -= 1;
        Ok(filter)
    }

    /// Entra writes `emails[type eq "work"].value eq "x"` for `emails[type eq "work" and value eq "x"]`.
    fn value_path(&mut self, attribute: AttrPath, inner: Filter) -> Parsed<Filter> {
        if !self.rest().starts_with('.') {
            return Ok(Filter::ValuePath(attribute, Box::new(inner)));
        }
        self.position += 1;
        let Some(sub_attribute) = AttrPath::new(self.word()) else {
            return self.fault("expected the name of a sub-attribute after \"].\".");
        };
        let comparison = self.comparison(sub_attribute)?;
        Ok(Filter::ValuePath(attribute, Box::new(Filter::And(vec![inner, comparison]))))
    }

    fn comparison(&mut self, attribute: AttrPath) -> Parsed<Filter> {
        self.conditions += 1;
        if self.conditions > MAX_CONDITIONS {
            return self.fault(&format!("more than {MAX_CONDITIONS} conditions; send several requests."));
        }
        self.skip_space();
        let start = self.position;
        let word = self.word();
        if word.eq_ignore_ascii_case("pr") {
            return Ok(Filter::Present(attribute));
        }
        let Some(operator) = Operator::find(word) else {
            self.position = start;
            return self.fault(&format!("expected eq, ne, co, sw, ew, gt, ge, lt, le or pr after {attribute}."));
        };
        self.skip_space();
        Ok(Filter::Compare(attribute, operator, self.literal()?))
    }

    fn literal(&mut self) -> Parsed<Literal> {
        if self.rest().starts_with('"') {
            return self.string();
        }
        let word = self.word();
        match word.to_ascii_lowercase().as_str() {
            "" => self.fault("expected a value: a string in double quotes, a number, true, false or null."),
            "true" => Ok(Literal::Boolean(true)),
            "false" => Ok(Literal::Boolean(false)),
            "null" => Ok(Literal::Null),
            _ => Ok(serde_json::from_str(word).map_or_else(|_| Literal::Bare(word.to_owned()), Literal::Number)),
        }
    }

    /// A JSON string (RFC 7644 §3.4.2.2: `compValue` is a JSON value of RFC 7159).
    fn string(&mut self) -> Parsed<Literal> {
        let rest = self.rest();
        let mut escaped = false;
        let closing = rest.char_indices().skip(1).find(|&(_, c)| {
            let closes = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            closes
        });
        let Some((end, _)) = closing else {
            return self.fault("the string has no closing double quote.");
        };
        let raw = rest.get(..=end).unwrap_or_default();
        let Ok(value) = serde_json::from_str(raw) else {
            return self.fault(&format!("{} is not a JSON string: escape with a backslash.", quoted(raw)));
        };
        self.position += end + 1;
        Ok(Literal::String(value))
    }

    fn take_keyword(&mut self, keyword: &str) -> bool {
        let before = self.position;
        self.skip_space();
        let found = self.word().eq_ignore_ascii_case(keyword);
        if !found {
            self.position = before;
        }
        found
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.rest().starts_with(wanted);
        if found {
            self.position += wanted.len_utf8();
        }
        found
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.position += rest.len() - rest.trim_ascii_start().len();
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.position..).unwrap_or_default()
    }

    fn fault<T>(&self, message: &str) -> Parsed<T> {
        Err(Fault { at: self.position, message: message.to_owned() })
    }
}

fn single_or(mut parts: Vec<Filter>, join: fn(Vec<Filter>) -> Filter) -> Filter {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            join(parts)
        }
        None => join(parts),
    }
}
