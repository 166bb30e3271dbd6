//! What changed between two JSON values, value by value.

use serde_json::Value;

/// One value that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// The keys that lead to it, joined by dots; empty where there are none.
    pub(crate) name: String,
    /// What it was; none where there was nothing.
    pub(crate) was: Option<String>,
    /// What it is; none where there is nothing.
    pub(crate) is: Option<String>,
}

/// Every value that is not as it was. Of a list it is told what came and what went: its order means nothing.
pub(crate) fn difference(before: Option<&Value>, after: Option<&Value>) -> Vec<Line> {
    let mut lines = Vec::new();
    compare("", before.unwrap_or(&Value::Null), after.unwrap_or(&Value::Null), &mut lines);
    lines
}

fn compare(name: &str, before: &Value, after: &Value, lines: &mut Vec<Line>) {
    match (before, after) {
        _ if before == after => {}
        (Value::Object(_), Value::Object(_) | Value::Null) | (Value::Null, Value::Object(_)) => {
            for key in keys(before, after) {
                let of = |value: &Value| value.get(key).cloned().unwrap_or_default();
                let name = if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
                compare(&name, &of(before), &of(after), lines);
            }
        }
        (Value::Array(_), Value::Array(_) | Value::Null) | (Value::Null, Value::Array(_)) => {
            let line = |was, is| Line { name: name.to_owned(), was, is };
            lines.extend(without(before, after).map(|gone| line(text(gone), None)));
            lines.extend(without(after, before).map(|come| line(None, text(come))));
        }
        _ => lines.push(Line { name: name.to_owned(), was: text(before), is: text(after) }),
    }
}

/// The keys of both, those of the former first.
fn keys<'v>(before: &'v Value, after: &'v Value) -> Vec<&'v str> {
    let of = |value: &'v Value| value.as_object().into_iter().flatten().map(|(key, _)| key.as_str());
    let further = of(after).filter(|key| before.get(key).is_none());
    of(before).chain(further).collect()
}

/// The elements of a list that the other one has not.
fn without<'v>(list: &'v Value, other: &'v Value) -> impl Iterator<Item = &'v Value> {
    let others = other.as_array();
    let there = move |element: &Value| others.is_some_and(|others| others.contains(element));
    list.as_array().into_iter().flatten().filter(move |element| !there(element))
}

/// As it is shown: a text without its quotes, unless there would be nothing to see.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(before: Value, after: Value) -> Vec<String> {
        let lines = difference(Some(&before), Some(&after));
        lines.iter().map(|line| format!("{}: {:?} > {:?}", line.name, line.was, line.is).replace("Some", "")).collect()
    }

    #[test]
    fn only_what_changed_is_told() {
        let before = json!({ "roles": { "dev": "Member", "test": "Member" }, "title": "Clerk", "old": true });
        let after = json!({ "roles": { "dev": "Environment admin", "test": "Member" }, "title": "Clerk", "new": 1 });
        assert_eq!(
            told(before, after),
            [r#"roles.dev: ("Member") > ("Environment admin")"#, r#"old: ("true") > None"#, r#"new: None > ("1")"#]
        );
    }

    #[test]
    fn of_a_list_it_is_told_what_came_and_what_went() {
        let told = told(json!({ "groups": ["Finance", "Sales"] }), json!({ "groups": ["Sales", "Legal", "Art"] }));
        assert_eq!(told, [r#"groups: ("Finance") > None"#, r#"groups: None > ("Legal")"#, r#"groups: None > ("Art")"#]);
    }

    #[test]
    fn another_order_is_no_change() {
        assert_eq!(told(json!({ "a": [1, 2], "b": 3 }), json!({ "b": 3, "a": [2, 1] })), [""; 0]);
    }

    #[test]
    fn what_was_not_there_before_is_told_value_by_value() {
        let lines =
            difference(None, Some(&json!({ "check": "expired", "roles": { "dev": "Member" }, "groups": ["A"] })));
        let names: Vec<&str> = lines.iter().map(|line| line.name.as_str()).collect();
        assert_eq!(names, ["check", "roles.dev", "groups"]);
        assert!(lines.iter().all(|line| line.was.is_none() && line.is.is_some()));
        assert_eq!(
            difference(Some(&json!({ "a": 1 })), None)[0],
            Line { name: "a".to_owned(), was: text(&json!(1)), is: None }
        );
        assert_eq!(difference(None, None), []);
    }

    #[test]
    fn a_value_of_another_kind_is_a_change() {
        assert_eq!(told(json!({ "a": "1" }), json!({ "a": 1 })), [r#"a: ("1") > ("1")"#]);
        assert_eq!(told(json!({ "a": [1] }), json!({ "a": { "b": 1 } })), [r#"a: ("[1]") > ("{\"b\":1}")"#]);
        assert_eq!(told(json!(1), json!(2)), [r#": ("1") > ("2")"#]);
    }

    #[test]
    fn an_empty_text_can_be_seen() {
        assert_eq!(told(json!({ "a": "" }), json!({ "a": " " })), [r#"a: ("\"\"") > ("\" \"")"#]);
    }
}
