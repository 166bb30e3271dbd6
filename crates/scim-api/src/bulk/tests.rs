use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::schema::{ENTERPRISE_URN, GROUP_URN};

fn parse(operations: Value) -> Result<BulkRequest, ScimError> {
    BulkRequest::parse(&json!({"schemas": [BULK_REQUEST_URN], "Operations": operations}))
}

fn request(operations: Value) -> BulkRequest {
    parse(operations).unwrap()
}

fn steps(operations: Value) -> Vec<BulkStep> {
    BulkPlan::of(&request(operations)).steps
}

/// Performed operations by number, completions as `+n`, refusals as `!n`.
fn order(operations: Value) -> String {
    let told = steps(operations).into_iter().map(|step| match step {
        BulkStep::Perform { operation, .. } => operation.to_string(),
        BulkStep::Complete { operation, .. } => format!("+{operation}"),
        BulkStep::Refuse { operation, .. } => format!("!{operation}"),
    });
    told.collect::<Vec<_>>().join(" ")
}

fn user(bulk_id: &str, manager: Option<&str>) -> Value {
    let mut data = json!({"userName": bulk_id});
    if let Some(manager) = manager {
        data[ENTERPRISE_URN] = json!({"department": "Tours", "manager": {"value": format!("bulkId:{manager}")}});
    }
    json!({"method": "POST", "path": "/Users", "bulkId": bulk_id, "data": data})
}

fn group(bulk_id: &str, members: &[&str]) -> Value {
    let members: Vec<Value> = members.iter().map(|id| json!({"value": id})).collect();
    json!({"method": "POST", "path": "/Groups", "bulkId": bulk_id, "data": {"displayName": bulk_id, "members": members}})
}

fn patch(path: &str, operation: Value) -> Value {
    json!({"method": "PATCH", "path": path, "data": {"Operations": [operation]}})
}

fn add_member(path: &str, id: &str) -> Value {
    patch(path, json!({"op": "add", "path": "members", "value": [{"value": id}]}))
}

mod reading {
    use super::*;

    fn refusal(operation: Value) -> (u16, Option<&'static str>) {
        let shown = operation.to_string();
        let mut operations = request(json!([operation])).operations;
        let error = operations.remove(0).action.expect_err(&shown);
        (error.status(), error.scim_type())
    }

    #[test]
    fn an_operation_is_read_into_what_it_asks_for() {
        let mut operations = request(json!([
            {"method": "put", "path": "/Groups/7/", "version": "W/\"1\"", "bulkId": "x", "data": {}},
            {"method": "DELETE", "path": "Users/bulkId:ann", "data": null},
        ]))
        .operations;
        let delete = operations.pop().unwrap().action.unwrap();
        let id = Some(BulkTargetId::Reference("ann".to_owned()));
        assert_eq!((delete.method, delete.target.id, delete.data), (BulkMethod::Delete, id, None));
        let put = operations.pop().unwrap();
        assert_eq!((put.method.as_str(), put.bulk_id.as_deref()), ("PUT", Some("x")));
        let put = put.action.unwrap();
        assert_eq!(
            put.target,
            BulkTarget { resource: BulkResource::Groups, id: Some(BulkTargetId::Known("7".to_owned())) }
        );
        assert_eq!(put.version.as_deref(), Some("W/\"1\""));
    }

    #[test]
    fn what_is_wrong_with_one_operation_refuses_that_one() {
        for (operation, wanted) in [
            (json!({"method": "GET", "path": "/Users/1"}), (400, Some("invalidValue"))),
            (json!({"method": "POST", "path": "/Users", "data": {}}), (400, Some("invalidValue"))),
            (json!({"method": "POST", "path": "/Users/1", "bulkId": "a", "data": {}}), (405, None)),
            (json!({"method": "DELETE", "path": "/Users"}), (405, None)),
            (json!({"method": "DELETE", "path": "/users/1"}), (404, None)),
            (json!({"method": "DELETE", "path": "/Users/1/2"}), (404, None)),
            (json!({"method": "DELETE", "path": "/Me"}), (404, None)),
            (json!({"method": "DELETE"}), (400, Some("invalidValue"))),
            (json!({"method": "PUT", "path": "/Users/1"}), (400, Some("invalidSyntax"))),
            (json!({"method": "PUT", "path": "/Users/1", "data": {}, "version": 1}), (400, Some("invalidValue"))),
        ] {
            assert_eq!(refusal(operation.clone()), wanted, "{operation}");
        }
    }

    #[test]
    fn a_body_that_is_no_bulk_request_is_refused_whole() {
        let refusal = |body: Value| BulkRequest::parse(&body).unwrap_err().scim_type().unwrap();
        for body in
            [json!([]), json!({}), json!({"Operations": []}), json!({"Operations": [1]}), json!({"Operations": [{}]})]
        {
            assert_eq!(refusal(body), "invalidSyntax");
        }
        let delete = json!({"method": "DELETE", "path": "/Users/1", "bulkId": "a"});
        assert_eq!(refusal(json!({"schemas": ["urn:x"], "Operations": [delete]})), "invalidSyntax");
        assert_eq!(refusal(json!({"Operations": [delete, delete]})), "invalidValue");
        for fail_on_errors in [json!(-1), json!("1"), json!(1.5)] {
            assert_eq!(refusal(json!({"failOnErrors": fail_on_errors, "Operations": [delete]})), "invalidValue");
        }
    }

    #[test]
    fn a_thousand_operations_are_taken_and_no_more() {
        let many = |count: usize| parse(vec![json!({"method": "DELETE", "path": "/Users/1"}); count].into());
        assert_eq!(many(MAX_OPERATIONS).unwrap().operations.len(), MAX_OPERATIONS);
        assert_eq!(many(MAX_OPERATIONS + 1).unwrap_err().status(), 413);
    }

    #[test]
    fn so_many_errors_end_the_request_as_it_says() {
        let with = |fail_on_errors: Value| {
            let operations = json!([{"method": "DELETE", "path": "/Users/1"}]);
            BulkRequest::parse(&json!({"failOnErrors": fail_on_errors, "Operations": operations})).unwrap()
        };
        assert!(!with(json!(2)).ends_after(1) && with(json!(2)).ends_after(2));
        assert!(!with(json!(0)).ends_after(0) && with(json!(0)).ends_after(1));
        assert!(!with(Value::Null).ends_after(1000));
    }
}

mod planning {
    use super::*;

    #[test]
    fn the_order_stays_where_nothing_refers_to_what_comes_later() {
        let member = add_member("/Groups/7", "bulkId:ann");
        assert_eq!(order(json!([user("ann", None), member, {"method": "DELETE", "path": "/Users/9"}])), "0 1 2");
    }

    #[test]
    fn what_refers_to_a_later_operation_waits_for_it() {
        let operations =
            json!([group("ops", &["bulkId:ann", "7"]), {"method": "DELETE", "path": "/Users/9"}, user("ann", None)]);
        assert_eq!(order(operations), "1 2 0");
    }

    #[test]
    fn operations_on_one_resource_stay_in_their_order() {
        let operations = json!([add_member("/Groups/7", "bulkId:ann"), {"method": "DELETE", "path": "/Groups/7"}, user("ann", None)]);
        assert_eq!(order(operations), "2 0 1");
    }

    #[test]
    fn two_people_who_manage_each_other_are_made_and_then_joined() {
        let plan = steps(json!([user("ann", Some("bob")), user("bob", Some("ann"))]));
        let [
            BulkStep::Perform { operation: 0, data: Some(ann) },
            BulkStep::Perform { operation: 1, data: Some(bob) },
            completion,
        ] = plan.as_slice()
        else {
            panic!("{plan:?}")
        };
        assert_eq!(*ann, json!({"userName": "ann", ENTERPRISE_URN: {"department": "Tours"}}));
        assert_eq!(bob[ENTERPRISE_URN]["manager"]["value"], "bulkId:ann");
        let BulkStep::Complete { operation: 0, patch } = completion else { panic!("{completion:?}") };
        let path = format!("{ENTERPRISE_URN}:manager");
        let operation = json!({"op": "add", "path": path, "value": {"value": "bulkId:bob"}});
        assert_eq!(patch["Operations"], json!([operation]));
        assert!(crate::patch::PatchRequest::parse(patch).is_ok());
    }

    #[test]
    fn whoever_manages_themselves_or_stands_in_a_larger_circle_is_joined_too() {
        assert_eq!(order(json!([user("ann", Some("ann"))])), "0 +0");
        let circle = json!([user("x", Some("a")), user("a", Some("b")), user("b", Some("c")), user("c", Some("a"))]);
        assert_eq!(order(circle), "1 0 3 2 +1");
        let two = json!([user("a", Some("b")), user("b", Some("a")), user("c", Some("d")), user("d", Some("c"))]);
        assert_eq!(order(two), "0 1 +0 2 3 +2");
    }

    #[test]
    fn what_changes_a_new_resource_comes_after_it_is_complete() {
        let rename = patch("/Users/bulkId:ann", json!({"op": "replace", "path": "title", "value": "x"}));
        assert_eq!(order(json!([user("ann", Some("bob")), rename, user("bob", Some("ann"))])), "0 2 +0 1");
    }

    #[test]
    fn a_reference_to_nothing_refuses_its_operation_alone() {
        assert_eq!(order(json!([group("ops", &["bulkId:nope"]), user("ann", None)])), "!0 1");
        assert_eq!(order(json!([{"method": "DELETE", "path": "/Users/bulkId:nope"}])), "!0");
        let put = json!({"method": "PUT", "path": "/Users/1", "bulkId": "put", "data": {}});
        assert_eq!(order(json!([put, group("ops", &["bulkId:put"])])), "0 !1");
    }

    #[test]
    fn a_group_as_member_of_a_group_is_refused() {
        let plan = steps(json!([group("a", &["bulkId:b"]), group("b", &["bulkId:a"])]));
        for (step, index) in plan.iter().zip(0..) {
            let BulkStep::Refuse { operation, error } = step else { panic!("{step:?}") };
            assert_eq!((*operation, error.scim_type()), (index, Some("invalidValue")));
            assert!(error.detail().contains("Nested groups"));
        }
        assert_eq!(order(json!([group("b", &[]), add_member("/Groups/7", "bulkId:b")])), "0 !1");
    }
}

mod references {
    use super::*;

    fn ids() -> BulkIds {
        let mut ids = BulkIds::default();
        ids.insert("ann", "1");
        ids.insert("bob", "2");
        ids
    }

    fn resolved(method: BulkMethod, data: Value) -> Value {
        ids().resolve(method, &data).unwrap()
    }

    #[test]
    fn a_reference_stands_where_an_id_would() {
        for (method, data, wanted) in [
            (
                BulkMethod::Post,
                json!({"members": [{"value": "bulkId:ann"}, {"value": "7"}]}),
                json!({"members": [{"value": "1"}, {"value": "7"}]}),
            ),
            (
                BulkMethod::Put,
                json!({ENTERPRISE_URN: {"manager": "bulkId:ann"}}),
                json!({ENTERPRISE_URN: {"manager": "1"}}),
            ),
            (
                BulkMethod::Post,
                json!({format!("{ENTERPRISE_URN}:manager.value"): "bulkId:ann"}),
                json!({format!("{ENTERPRISE_URN}:manager.value"): "1"}),
            ),
        ] {
            assert_eq!(resolved(method, data), wanted);
        }
    }

    #[test]
    fn a_patch_refers_in_its_values_and_in_its_paths() {
        for (operation, wanted) in [
            (
                json!({"op": "remove", "path": "members[value eq \"bulkId:ann\" or value eq \"bulkId:bob\"]"}),
                json!({"op": "remove", "path": "members[value eq \"1\" or value eq \"2\"]"}),
            ),
            (
                json!({"op": "add", "path": format!("{GROUP_URN}:members"), "value": {"value": "bulkId:ann"}}),
                json!({"op": "add", "path": format!("{GROUP_URN}:members"), "value": {"value": "1"}}),
            ),
            (
                json!({"op": "add", "value": {"displayName": "bulkId:ann", "members": [{"value": "bulkId:ann"}]}}),
                json!({"op": "add", "value": {"displayName": "bulkId:ann", "members": [{"value": "1"}]}}),
            ),
            (
                json!({"op": "add", "path": "displayName", "value": "bulkId:nope"}),
                json!({"op": "add", "path": "displayName", "value": "bulkId:nope"}),
            ),
        ] {
            assert_eq!(
                resolved(BulkMethod::Patch, json!({"Operations": [operation]})),
                json!({"Operations": [wanted]})
            );
        }
    }

    #[test]
    fn a_text_that_only_looks_like_a_reference_is_left_as_it_is() {
        let data = json!({"userName": "bulkId:ann", "title": "bulkId:nope", "members": [{"value": "bulkId:", "display": "bulkId:nope"}]});
        assert_eq!(resolved(BulkMethod::Post, data.clone()), data);
    }

    #[test]
    fn what_was_not_made_cannot_be_referred_to() {
        let error = ids().resolve(BulkMethod::Post, &json!({"members": [{"value": "bulkId:eve"}]})).unwrap_err();
        assert_eq!((error.status(), error.scim_type()), (409, None));
        let target = |id| BulkTarget { resource: BulkResource::Users, id };
        let referring = |id: &str| target(Some(BulkTargetId::Reference(id.to_owned())));
        assert_eq!(ids().target_id(&referring("ann")).unwrap(), Some("1"));
        assert_eq!(ids().target_id(&referring("eve")).unwrap_err().status(), 409);
        assert_eq!(ids().target_id(&target(None)).unwrap(), None);
    }
}

#[test]
fn the_answer_tells_of_each_operation() {
    let operations = request(json!([user("ann", None), {"method": "DELETE", "path": "/Users/9"}])).operations;
    let created = BulkOutcome {
        location: Some(BulkResource::Users.location("https://gate.test/scim/v2", "1")),
        version: Some("W/\"1\"".to_owned()),
        ..BulkOutcome::new(&operations[0], Ok(201))
    };
    let failed =
        BulkOutcome::new(&operations[1], Err(ScimError::NotFound("There is no User with this id.".to_owned())));
    insta::assert_json_snapshot!(bulk_response(&[created, failed]));
}

/// People by number: whom each of them refers to as manager, perhaps nobody that is made; and one group for each list.
fn worlds() -> impl Strategy<Value = Value> {
    let people = proptest::collection::vec(proptest::option::of(0..9usize), 1..8);
    let groups = proptest::collection::vec(proptest::collection::vec(0..9usize, 0..5), 0..3);
    (people, groups).prop_flat_map(|(people, groups)| {
        let people = people
            .iter()
            .enumerate()
            .map(|(index, manager)| user(&index.to_string(), manager.map(|m| m.to_string()).as_deref()));
        let groups = groups.iter().enumerate().flat_map(|(index, members)| {
            let members: Vec<String> = members.iter().map(|member| format!("bulkId:{member}")).collect();
            let members: Vec<&str> = members.iter().map(String::as_str).collect();
            let target = format!("/Groups/bulkId:g{index}");
            [
                group(&format!("g{index}"), &members),
                add_member(&target, "bulkId:0"),
                json!({"method": "DELETE", "path": target}),
            ]
        });
        Just(people.chain(groups).collect::<Vec<Value>>()).prop_shuffle().prop_map(Value::Array)
    })
}

/// Performs a plan as a server would, with the bulkId itself for the id.
struct Server<'r> {
    request: &'r BulkRequest,
    ids: BulkIds,
    managers: BTreeMap<String, String>,
    performed: Vec<usize>,
}

impl Server<'_> {
    fn perform(&mut self, step: &BulkStep) -> Result<(), TestCaseError> {
        match step {
            BulkStep::Refuse { operation, .. } => self.performed.push(*operation),
            BulkStep::Perform { operation, data } => {
                self.performed.push(*operation);
                let asked = &self.request.operations[*operation];
                let action = asked.action.as_ref().unwrap();
                prop_assert!(self.ids.target_id(&action.target).is_ok());
                let data = self.ids.resolve(action.method, data.as_ref().unwrap_or(&Value::Null));
                prop_assert!(data.is_ok(), "{:?}", data);
                if action.method == BulkMethod::Post {
                    let bulk_id = asked.bulk_id.as_deref().unwrap();
                    self.ids.insert(bulk_id, bulk_id);
                    self.note_manager(bulk_id, &data.unwrap()[ENTERPRISE_URN]["manager"]);
                }
            }
            BulkStep::Complete { operation, patch } => {
                let bulk_id = self.request.operations[*operation].bulk_id.as_deref().unwrap();
                let patch = self.ids.resolve(BulkMethod::Patch, patch).unwrap();
                self.note_manager(bulk_id, &patch["Operations"][0]["value"]);
            }
        }
        Ok(())
    }

    fn note_manager(&mut self, of: &str, manager: &Value) {
        if let Some(id) = manager["value"].as_str() {
            self.managers.insert(of.to_owned(), id.to_owned());
        }
    }
}

proptest! {
    #[test]
    fn every_operation_is_performed_once_with_all_that_it_refers_to_or_refused(operations in worlds()) {
        let request = request(operations);
        let makers: BTreeSet<&str> = request.operations.iter().filter(|o| o.method == "POST").filter_map(|o| o.bulk_id.as_deref()).collect();
        // Whoever refers to nobody is refused, and whoever refers to those fails then: both are left out here.
        let whole = |operation: &BulkOperation| {
            let references = reference::references(operation.action.as_ref().unwrap());
            references.iter().all(|id| makers.contains(id.as_str()))
        };
        let refers_to_the_refused = request.operations.iter().any(|operation| !whole(operation));
        let plan = BulkPlan::of(&request);
        let refused = plan.steps.iter().any(|step| matches!(step, BulkStep::Refuse { .. }));
        prop_assert_eq!(refused, refers_to_the_refused);
        let mut server = Server { request: &request, ids: BulkIds::default(), managers: BTreeMap::new(), performed: Vec::new() };
        if refused {
            let operations = plan.steps.iter().filter(|step| !matches!(step, BulkStep::Complete { .. })).count();
            prop_assert_eq!(operations, request.operations.len());
            return Ok(());
        }
        for step in &plan.steps {
            server.perform(step)?;
        }
        let each: Vec<usize> = (0..request.operations.len()).collect();
        server.performed.sort_unstable();
        prop_assert_eq!(server.performed, each);
        for operation in &request.operations {
            let data = operation.action.as_ref().unwrap().data.as_ref();
            let wanted = data.and_then(|data| data[ENTERPRISE_URN]["manager"]["value"].as_str()?.strip_prefix("bulkId:"));
            let bulk_id = operation.bulk_id.as_deref().unwrap_or_default();
            prop_assert_eq!(server.managers.get(bulk_id).map(String::as_str), wanted);
        }
    }
}
