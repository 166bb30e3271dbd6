use domain::predicate::Form;
use serde_json::{Value, json};
use store::Place;

use super::*;
use crate::schema::{ENTERPRISE_URN, Registry, WORKATO_ROLE_URN};

fn by_query(query: &str) -> Result<ListParameters, ScimError> {
    ListParameters::new(&SearchRequest::from_query(query)?, &[Registry::default().user()])
}

fn by_search(body: Value) -> Result<ListParameters, ScimError> {
    ListParameters::new(&SearchRequest::parse(&body)?, &[Registry::default().user()])
}

fn page_of(query: &str) -> Page {
    by_query(query).unwrap_or_else(|error| panic!("{query}: {error}")).page
}

fn refusal(query: &str) -> &'static str {
    by_query(query).expect_err(query).scim_type().unwrap()
}

fn sort_of(query: &str) -> (String, Form, SortOrder) {
    let parameters = by_query(query).unwrap_or_else(|error| panic!("{query}: {error}"));
    let sort = parameters.types[0].sort.clone().unwrap();
    (sort.path.as_str().to_owned(), sort.form, sort.order)
}

#[test]
fn indexes_and_counts_beyond_the_edges_are_moved_to_them() {
    assert_eq!(page_of(""), Page::Index { start_index: 1, count: DEFAULT_COUNT });
    assert_eq!(page_of("startIndex=0&count=-1"), Page::Index { start_index: 1, count: 0 });
    assert_eq!(page_of("STARTINDEX=-7&Count=0"), Page::Index { start_index: 1, count: 0 });
    let far = "99999999999999999999";
    assert_eq!(
        page_of(&format!("startIndex={far}&count={far}")),
        Page::Index { start_index: i64::MAX, count: MAX_COUNT }
    );
    assert_eq!(page_of(&format!("startIndex=-{far}&count=-{far}")), Page::Index { start_index: 1, count: 0 });
}

#[test]
fn what_is_no_integer_is_refused() {
    for query in
        ["startIndex=x", "count=1.5", "count=", "startIndex=1e3", "count=1&count=2", "filter=id+pr&FILTER=id+pr"]
    {
        assert_eq!(refusal(query), "invalidValue", "{query}");
    }
}

#[test]
fn an_empty_cursor_asks_for_the_first_page() {
    for query in ["cursor", "cursor=", "count=100&cursor="] {
        assert_eq!(page_of(query), Page::Cursor { after: None, count: 100 }, "{query}");
    }
    assert_eq!(page_of("cursor&count=5000"), Page::Cursor { after: None, count: MAX_COUNT });
}

#[test]
fn a_cursor_leads_on_in_the_same_list_only() {
    let first = by_query("filter=active+eq+true&sortBy=title&cursor&count=10").unwrap();
    let last = Position { kind: 0, place: Place { key: Some("Chef".to_owned()), ordinal: 7 } };
    let next = first.next_cursor(&last);
    let followed = page_of(&format!("sortBy=TITLE&filter=active+eq+true&attributes=id&count=20&cursor={next}"));
    assert_eq!(followed, Page::Cursor { after: Some(last), count: 20 });
    for other in
        ["", "sortBy=title&", "filter=active+eq+true&", "filter=active+eq+true&sortBy=title&sortOrder=descending&"]
    {
        assert_eq!(refusal(&format!("{other}cursor={next}")), "invalidCursor", "{other}");
    }
}

#[test]
fn the_errors_of_paging_have_their_own_keywords() {
    assert_eq!(refusal("cursor=zz"), "invalidCursor");
    assert_eq!(refusal("cursor&startIndex=1"), "invalidCursor");
    for count in ["0", "-1", "x", ""] {
        assert_eq!(refusal(&format!("cursor&count={count}")), "invalidCount", "{count}");
    }
}

#[test]
fn a_list_is_sorted_by_what_the_registry_says_of_the_attribute() {
    let up = SortOrder::Ascending;
    assert_eq!(sort_of("sortBy=USERNAME"), ("username".to_owned(), Form::Folded, up));
    assert_eq!(sort_of("sortBy=name.familyName&sortOrder=Descending").2, SortOrder::Descending);
    assert_eq!(sort_of("sortBy=emails"), ("emails.value".to_owned(), Form::Folded, up));
    assert_eq!(sort_of("sortBy=emails.type").0, "emails.type");
    assert_eq!(sort_of("sortBy=meta.lastModified").1, Form::Moment);
    let role = format!("{WORKATO_ROLE_URN}:workato_role");
    assert_eq!(sort_of(&format!("sortBy={role}")), (role.to_lowercase(), Form::Exact, up));
    assert_eq!(by_query("sortOrder=ascending").unwrap().types[0].sort, None);
    assert_eq!(by_query("sortBy=&sortOrder=").unwrap().types[0].sort, None);
}

#[test]
fn what_cannot_be_sorted_by_is_refused() {
    let names = [
        "nope",
        "name",
        "addresses",
        "password",
        "groups",
        "groups.display",
        "schemas",
        "meta.version",
        ENTERPRISE_URN,
    ];
    for name in names {
        assert_eq!(refusal(&format!("sortBy={name}")), "invalidValue", "{name}");
    }
    assert!(by_query("sortBy=department").unwrap_err().detail().contains(&format!("{ENTERPRISE_URN}:department")));
    assert_eq!(refusal("sortBy=id&sortOrder=up"), "invalidValue");
    assert_eq!(refusal("sortOrder=up"), "invalidValue");
}

#[test]
fn a_search_request_says_the_same_as_a_query() {
    let body = json!({
        "schemas": [SEARCH_REQUEST_URN], "attributes": ["displayName", "userName"], "filter": "displayName sw \"smith\"",
        "sortBy": "userName", "sortOrder": "descending", "startIndex": 11, "count": 10,
    });
    let query = "attributes=displayName,%20userName&filter=displayName+sw+%22smith%22&sortBy=userName&sortOrder=descending\
                 &startIndex=11&count=10&aadOptscim062020";
    assert_eq!(by_search(body).unwrap(), by_query(query).unwrap());
    let body = json!({"excludedAttributes": ["emails", "name"], "cursor": "", "count": "5", "filter": null});
    assert_eq!(by_search(body).unwrap(), by_query("excludedAttributes=emails,name&cursor&count=5").unwrap());
}

#[test]
fn a_search_request_of_another_form_is_refused() {
    let refusal = |body: Value| by_search(body).unwrap_err().scim_type().unwrap();
    assert_eq!(refusal(json!([])), "invalidSyntax");
    assert_eq!(refusal(json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]})), "invalidSyntax");
    for body in [
        json!({"count": true}),
        json!({"count": 1.5}),
        json!({"filter": 1}),
        json!({"attributes": [1]}),
        json!({"cursor": 1}),
    ] {
        assert_eq!(refusal(body), "invalidValue");
    }
    assert_eq!(refusal(json!({"count": 1, "COUNT": 2})), "invalidValue");
    assert_eq!(refusal(json!({"filter": ""})), "invalidFilter");
    assert_eq!(by_search(json!({"limit": 7})).unwrap().tolerated, ["unknown parameter \"limit\" was dropped"]);
}

#[test]
fn at_the_root_each_type_is_asked_for_what_it_has() {
    let registry = Registry::default();
    let types: Vec<&ResourceType> = registry.resource_types().collect();
    let request = SearchRequest::from_query("filter=userName+pr+or+members+eq+%227%22&sortBy=userName&cursor").unwrap();
    let root = ListParameters::new(&request, &types).unwrap();
    let names: Vec<(&str, bool)> = root.types.iter().map(|one| (one.name, one.sort.is_some())).collect();
    assert_eq!(names, [("User", true), ("Group", false), ("Role", false)]);
    assert_eq!(root.tolerated, ["filter: members compared by its value"]);
    let last = Position { kind: 1, place: Place { key: None, ordinal: 7 } };
    let cursor = Some(root.next_cursor(&last));
    assert!(ListParameters::new(&SearchRequest { cursor, ..request }, &[registry.user()]).is_err());
}

#[test]
fn a_list_says_how_it_is_paged() {
    let by_index =
        list_response(&Page::Index { start_index: 3, count: 1 }, 7, Some("x".to_owned()), vec![json!({"id": "1"})]);
    assert_eq!(
        by_index,
        json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
            "totalResults": 7, "startIndex": 3, "itemsPerPage": 1, "Resources": [{"id": "1"}],
        })
    );
    let by_cursor = list_response(&Page::Cursor { after: None, count: 1 }, 7, Some("x".to_owned()), vec![]);
    assert_eq!((&by_cursor["nextCursor"], by_cursor.get("startIndex")), (&json!("x"), None));
    assert_eq!(list_response(&Page::Cursor { after: None, count: 1 }, 7, None, vec![]).get("nextCursor"), None);
}
