//! The forms of other people's pages, as far as these tests fill them in.

/// A form with its fields.
#[derive(Debug)]
pub(crate) struct Form {
    pub(crate) action: String,
    pub(crate) fields: Vec<(String, String)>,
}

impl Form {
    /// The form of a page that has a field of that name.
    pub(crate) fn with_field(page: &str, name: &str) -> Option<Self> {
        page.split("<form").skip(1).map(Self::read).find(|form| form.find(name).is_some())
    }

    pub(crate) fn find(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn fill_in(&mut self, name: &str, value: &str) {
        let field = self.fields.iter_mut().find(|(known, _)| known == name);
        field.unwrap_or_else(|| panic!("no field {name}")).1 = value.to_owned();
    }

    fn read(text: &str) -> Self {
        let (inside, _) = text.split_once("</form>").unwrap_or((text, ""));
        let (tag, content) = inside.split_once('>').unwrap();
        let inputs = content.split("<input").skip(1).map(|input| input.split_once('>').unwrap().0);
        let field = |input| Some((attribute(input, "name")?, attribute(input, "value").unwrap_or_default()));
        Self { action: attribute(tag, "action").unwrap_or_default(), fields: inputs.filter_map(field).collect() }
    }
}

/// The pages of both products put values into double quotes.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = format!("{name}=\"");
    let named = |(at, _): &(usize, &str)| tag[..*at].ends_with(char::is_whitespace);
    let (at, found) = tag.match_indices(&start).find(named)?;
    let (value, _) = tag[at + found.len()..].split_once('"')?;
    Some(unescaped(value))
}

fn unescaped(text: &str) -> String {
    let marks = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#039;", "'"), ("&#x27;", "'"), ("&amp;", "&")];
    marks.iter().fold(text.to_owned(), |text, (escaped, mark)| text.replace(escaped, mark))
}
