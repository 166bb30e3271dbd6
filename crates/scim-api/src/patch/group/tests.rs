use std::collections::BTreeSet;

use GroupOperation::{AddMembers, RemoveAllMembers, RemoveMembers, Rename, ReplaceMembers, SetExternalId};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::patch::PATCH_OP_URN;
use crate::schema::{GROUP_URN, Registry};

fn try_on(operations: Value) -> Result<GroupPatch, ScimError> {
    let request = PatchRequest::parse(&json!({"schemas": [PATCH_OP_URN], "Operations": operations}))?;
    GroupPatch::parse(&request, Registry::default().group())
}

fn read(operations: Value) -> GroupPatch {
    let shown = operations.to_string();
    try_on(operations).unwrap_or_else(|error| panic!("{shown}: {error}"))
}

fn one(operation: Value) -> Vec<GroupOperation> {
    read(json!([operation])).operations
}

fn refusal(operation: Value) -> &'static str {
    let shown = operation.to_string();
    try_on(json!([operation])).expect_err(&shown).scim_type().unwrap()
}

fn ids(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|&id| id.to_owned()).collect()
}

#[test]
fn okta_renames_a_group_without_a_path_and_with_its_id() {
    let value = json!({"id": "9", "displayName": "Ops"});
    assert_eq!(one(json!({"op": "replace", "value": value})), [Rename("Ops".to_owned())]);
}

#[test]
fn okta_replaces_the_whole_group_without_a_path() {
    let value = json!({"id": "9", "displayName": "Ops", "members": [{"value": "1", "display": "ann"}]});
    let wanted = [Rename("Ops".to_owned()), ReplaceMembers(ids(&["1"]))];
    assert_eq!(one(json!({"op": "replace", "value": value})), wanted);
    let value = json!({"schemas": [GROUP_URN], "members": [{"value": "1"}]});
    assert_eq!(one(json!({"op": "add", "value": value})), [AddMembers(ids(&["1"]))]);
}

#[test]
fn okta_takes_one_out_and_puts_one_in() {
    let patch = read(json!([
        {"op": "remove", "path": "members[value eq \"1\"]"},
        {"op": "add", "path": "members", "value": [{"value": "2", "display": "bob"}]},
    ]));
    assert_eq!(patch.operations, [RemoveMembers(ids(&["1"])), AddMembers(ids(&["2"]))]);
    assert!(patch.tolerated.is_empty());
}

#[test]
fn entra_names_whom_to_remove_in_the_value() {
    for value in [json!([{"value": "1"}]), json!([{"$ref": null, "value": "1"}]), json!({"value": "1"})] {
        let patch = read(json!([{"op": "Remove", "path": "members", "value": value}]));
        assert_eq!(patch.operations, [RemoveMembers(ids(&["1"]))]);
        assert_eq!(patch.tolerated, ["members: a remove named them in its value"]);
    }
    let added = one(json!({"op": "Add", "path": "members", "value": [{"$ref": null, "value": "1"}, {"value": "2"}]}));
    assert_eq!(added, [AddMembers(ids(&["1", "2"]))]);
}

#[test]
fn members_are_removed_all_at_once_only_where_that_is_said() {
    assert_eq!(one(json!({"op": "remove", "path": "members"})), [RemoveAllMembers]);
    assert_eq!(one(json!({"op": "remove", "path": "members", "value": null})), [RemoveAllMembers]);
    assert_eq!(one(json!({"op": "replace", "path": "members", "value": []})), [RemoveAllMembers]);
    assert_eq!(one(json!({"op": "remove", "path": "members[value pr]"})), [RemoveAllMembers]);
    assert_eq!(refusal(json!({"op": "remove", "path": "members", "value": []})), "invalidValue");
}

#[test]
fn a_filter_names_members_by_their_ids() {
    let removed = |filter: &str| one(json!({"op": "remove", "path": format!("members[{filter}]")}));
    assert_eq!(removed("value eq \"2\" or VALUE Eq \"1\""), [RemoveMembers(ids(&["1", "2"]))]);
    assert_eq!(removed("type eq \"user\" and (value eq \"1\" or value eq \"2\")"), [RemoveMembers(ids(&["1", "2"]))]);
    for (filter, kind) in [
        ("value eq \"1\" and value eq \"2\"", "noTarget"),
        ("type eq \"Group\"", "noTarget"),
        ("value ne \"1\"", "invalidFilter"),
        ("value sw \"1\"", "invalidFilter"),
        ("not (value eq \"1\")", "invalidFilter"),
        ("display eq \"ann\"", "invalidFilter"),
        ("nope eq \"1\"", "invalidFilter"),
        ("value eq 1", "invalidFilter"),
    ] {
        assert_eq!(refusal(json!({"op": "remove", "path": format!("members[{filter}]")})), kind, "{filter}");
    }
}

#[test]
fn names_may_be_qualified_and_in_any_case() {
    let value = json!([{"VALUE": "1"}]);
    assert_eq!(
        one(json!({"op": "ADD", "path": format!("{GROUP_URN}:Members"), "value": value})),
        [AddMembers(ids(&["1"]))]
    );
    let path = format!("{}:members[value eq \"1\"]", GROUP_URN.to_uppercase());
    assert_eq!(one(json!({"op": "remove", "path": path})), [RemoveMembers(ids(&["1"]))]);
    assert_eq!(
        one(json!({"op": "replace", "value": {format!("{GROUP_URN}:displayName"): "Ops"}})),
        [Rename("Ops".to_owned())]
    );
    assert_eq!(
        one(json!({"op": "replace", "path": GROUP_URN, "value": {"displayName": "Ops"}})),
        [Rename("Ops".to_owned())]
    );
    assert_eq!(one(json!({"op": "add", "path": "members.value", "value": "1"})), [AddMembers(ids(&["1"]))]);
    assert_eq!(one(json!({"op": "remove", "path": "members.value", "value": ["1"]})), [RemoveMembers(ids(&["1"]))]);
}

#[test]
fn a_name_is_replaced_and_an_external_id_may_go() {
    assert_eq!(one(json!({"op": "Replace", "path": "displayName", "value": "Ops"})), [Rename("Ops".to_owned())]);
    let set = |id: Option<&str>| [SetExternalId(id.map(str::to_owned))];
    assert_eq!(one(json!({"op": "add", "path": "externalId", "value": "x"})), set(Some("x")));
    assert_eq!(one(json!({"op": "remove", "path": "externalId"})), set(None));
    assert_eq!(one(json!({"op": "replace", "path": "externalId", "value": null})), set(None));
    assert_eq!(one(json!({"op": "add", "path": "members", "value": []})), []);
}

#[test]
fn what_cannot_be_done_is_refused_with_its_keyword() {
    for (operation, kind) in [
        (json!({"op": "remove", "path": "displayName"}), "mutability"),
        (json!({"op": "replace", "path": "displayName", "value": null}), "mutability"),
        (json!({"op": "replace", "path": "displayName", "value": ""}), "invalidValue"),
        (json!({"op": "replace", "path": "displayName", "value": ["x"]}), "invalidValue"),
        (json!({"op": "replace", "path": "displayName"}), "invalidValue"),
        (json!({"op": "replace", "path": "displayName[value eq \"x\"]", "value": "x"}), "invalidPath"),
        (json!({"op": "replace", "path": "id", "value": "x"}), "mutability"),
        (json!({"op": "remove", "path": "meta.created"}), "mutability"),
        (json!({"op": "remove", "path": GROUP_URN}), "mutability"),
        (json!({"op": "replace", "path": "userName", "value": "x"}), "invalidPath"),
        (json!({"op": "replace", "value": {"nope": 1}}), "invalidPath"),
        (json!({"op": "replace", "value": "x"}), "invalidValue"),
        (json!({"op": "remove", "value": {"displayName": "x"}}), "noTarget"),
        (json!({"op": "move", "path": "members"}), "invalidSyntax"),
        (json!({"op": "add", "path": "members"}), "invalidValue"),
        (json!({"op": "add", "path": "members", "value": "1"}), "invalidValue"),
        (json!({"op": "add", "path": "members", "value": [{"display": "ann"}]}), "invalidValue"),
        (json!({"op": "add", "path": "members", "value": [{"value": "9", "type": "Group"}]}), "invalidValue"),
        (json!({"op": "replace", "path": "members", "value": [{"value": "9", "$ref": "/Groups/9"}]}), "invalidValue"),
        (json!({"op": "add", "path": "members[value eq \"1\"]", "value": {"value": "2"}}), "mutability"),
        (json!({"op": "replace", "path": "members[value eq \"1\"].value", "value": "2"}), "mutability"),
        (json!({"op": "replace", "path": "members.value", "value": "2"}), "mutability"),
        (json!({"op": "remove", "path": "members.display"}), "mutability"),
        (json!({"op": "remove", "path": "members[value eq \"1\"].nope"}), "invalidPath"),
    ] {
        assert_eq!(refusal(operation.clone()), kind, "{operation}");
    }
}

#[test]
fn a_group_that_never_was_a_member_may_be_removed() {
    let value = json!([{"value": "9", "type": "Group", "$ref": "/Groups/9"}]);
    assert_eq!(one(json!({"op": "remove", "path": "members", "value": value})), [RemoveMembers(ids(&["9"]))]);
}

#[test]
fn one_refused_operation_refuses_them_all_and_is_told_by_number() {
    let error = try_on(
        json!([{"op": "add", "path": "members", "value": [{"value": "1"}]}, {"op": "remove", "path": "displayName"}]),
    );
    assert!(error.unwrap_err().detail().starts_with("Operation 2: "));
}

#[test]
fn unknown_names_beside_known_ones_are_noted() {
    let patch = read(json!([{"op": "replace", "value": {"displayName": "Ops", "mailNickname": "ops"}}]));
    assert_eq!(patch.tolerated, ["unknown attribute \"mailNickname\" was dropped"]);
}

/// A step on a set of members, and one of the ways to write it.
#[derive(Debug, Clone)]
enum Step {
    Add(BTreeSet<u8>, u8),
    Remove(BTreeSet<u8>, u8),
    Replace(BTreeSet<u8>, u8),
    Clear(u8),
}

impl Step {
    fn perform(&self, members: &mut BTreeSet<u8>) {
        match self {
            Self::Add(ids, _) => members.extend(ids),
            Self::Remove(ids, _) => members.retain(|id| !ids.contains(id)),
            Self::Replace(ids, _) => members.clone_from(ids),
            Self::Clear(_) => members.clear(),
        }
    }

    fn to_json(&self) -> Value {
        let list = |ids: &BTreeSet<u8>| -> Value {
            ids.iter().map(|id| json!({"value": id.to_string(), "$ref": null})).collect()
        };
        let eqs =
            |ids: &BTreeSet<u8>| ids.iter().map(|id| format!("value eq \"{id}\"")).collect::<Vec<_>>().join(" or ");
        match self {
            Self::Add(ids, 0) => json!({"op": "add", "value": {"id": "9", "members": list(ids)}}),
            Self::Add(ids, 1) => json!({"op": "Add", "path": "MEMBERS", "value": list(ids)}),
            Self::Add(ids, _) => json!({"op": "add", "path": format!("{GROUP_URN}:members"), "value": list(ids)}),
            Self::Remove(ids, 0) => json!({"op": "Remove", "path": "members", "value": list(ids)}),
            Self::Remove(ids, _) => json!({"op": "remove", "path": format!("members[{}]", eqs(ids))}),
            Self::Replace(ids, 0) => json!({"op": "replace", "value": {"members": list(ids)}}),
            Self::Replace(ids, _) => json!({"op": "Replace", "path": "members", "value": list(ids)}),
            Self::Clear(0) => json!({"op": "remove", "path": "members"}),
            Self::Clear(1) => json!({"op": "replace", "path": "members", "value": []}),
            Self::Clear(_) => json!({"op": "remove", "path": "members[type eq \"User\"]"}),
        }
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let some = || proptest::collection::btree_set(0..8u8, 1..5);
    let step = prop_oneof![
        3 => (some(), 0..3u8).prop_map(|(ids, way)| Step::Add(ids, way)),
        3 => (some(), 0..2u8).prop_map(|(ids, way)| Step::Remove(ids, way)),
        1 => (some(), 0..2u8).prop_map(|(ids, way)| Step::Replace(ids, way)),
        1 => (0..3u8).prop_map(Step::Clear),
    ];
    proptest::collection::vec(step, 1..12)
}

fn texts(ids: &BTreeSet<u8>) -> BTreeSet<String> {
    ids.iter().map(u8::to_string).collect()
}

proptest! {
    #[test]
    fn a_patch_does_to_the_members_what_a_set_would(before in proptest::collection::btree_set(0..8u8, 0..8), steps in steps()) {
        let mut model = before.clone();
        steps.iter().for_each(|step| step.perform(&mut model));
        let patch = read(steps.iter().map(Step::to_json).collect());
        let MemberChange { all_leave, added, removed } = GroupChange::from(&patch).members;
        prop_assert!(added.is_disjoint(&removed));
        let kept = if all_leave { BTreeSet::new() } else { texts(&before) };
        let after: BTreeSet<String> = kept.difference(&removed).chain(&added).cloned().collect();
        prop_assert_eq!(after, texts(&model));
    }
}
