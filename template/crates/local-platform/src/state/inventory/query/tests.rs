//! Queries against objects without a platform around them.

use serde_json::{Value, json};

use super::InventoryQuery;
use crate::state::{Fields, Inventory, ManagedObject, Relation};

fn object(id: u64, fields: Value) -> ManagedObject {
    let fields: Fields = serde_json::from_value(fields).expect("an object");
    ManagedObject::new(id, "admin", fields)
}

fn inventory(objects: Vec<ManagedObject>) -> Inventory {
    let mut inventory = Inventory::default();
    for object in objects {
        inventory.insert(object);
    }
    inventory
}

fn found(inventory: &Inventory, query: &str) -> Vec<u64> {
    let parsed = InventoryQuery::parse(query).unwrap_or_else(|error| panic!("{query}: {error}"));
    let objects = inventory.queried(inventory.objects.values(), Some(&parsed));
    objects.map(|object| object.id).collect()
}

#[track_caller]
fn assert_admits(fields: Value, cases: &[(&str, bool)]) {
    let inventory = inventory(vec![object(12, fields)]);
    for (query, admitted) in cases {
        let seen = !found(&inventory, query).is_empty();
        assert_eq!(seen, *admitted, "{query}");
    }
}

#[test]
fn comparisons_look_at_texts_and_numbers() {
    let fields = json!({"name": "M01", "count": 20, "c8y_Position": {"lng": 6.6}, "on": true});
    assert_admits(
        fields,
        &[
            ("name eq 'M01'", true),
            ("name eq 'm01'", false),
            ("name ne 'M02'", true),
            ("name gt 'M00' and name lt 'M02'", true),
            ("count eq 20", true),
            ("count gt 20", false),
            ("count ge 20", true),
            ("count lt 20.5d", true),
            ("count le 19", false),
            ("count eq '20'", false),
            ("c8y_Position.lng eq 6.6", false),
            ("c8y_Position.lng eq 6.6d", true),
            ("c8y_Position.lng gt 3.5f", true),
            ("c8y_Position.lng gt -3", true),
            ("on eq true", true),
            ("on eq false", false),
            ("id eq '12'", true),
            ("id gt 9", true),
            ("owner eq admin", true),
        ],
    );
}

#[test]
fn a_wildcard_stands_for_anything_in_any_case() {
    let fields = json!({"name": "Dev001"});
    assert_admits(
        fields,
        &[
            ("name eq 'dev*'", true),
            ("name eq '*001'", true),
            ("name eq '*'", true),
            ("name eq 'd*v*1'", true),
            ("name eq 'Dev001*001'", false),
            ("name eq 'x*'", false),
            ("other eq '*'", false),
        ],
    );
}

#[test]
fn null_stands_for_what_is_not_there() {
    assert_admits(
        json!({"name": "M01"}),
        &[
            ("name eq null", false),
            ("name ne null", true),
            ("type eq null", true),
            ("c8y_Position.lng eq null", true),
        ],
    );
}

#[test]
fn an_array_is_like_each_of_its_values() {
    let customers = json!([{"id": "1", "tags": ["a", "b"]}, {"id": "2"}]);
    assert_admits(
        json!({"customerIds": ["123", "456"], "customers": customers}),
        &[
            ("customerIds eq '456'", true),
            ("customerIds eq '4'", false),
            ("customers.id eq '2'", true),
            ("customers.tags eq 'b'", true),
            ("customers.id eq '3'", false),
        ],
    );
}

#[test]
fn times_are_compared_as_times() {
    let fields = json!({"checked": "2026-01-02T00:00:00.000+01:00"});
    assert_admits(
        fields,
        &[
            ("creationTime.date gt '2015-10-24T09:00:53.351+01:00'", true),
            ("lastUpdated.date lt '2015-10-24T09:00:53.351+01:00'", false),
            ("lastUpdated gt '2015-10-24'", true),
            ("checked.date eq '2026-01-01T23:00:00Z'", true),
        ],
    );
}

#[test]
fn and_binds_more_than_or_and_not_more_than_and() {
    assert_admits(
        json!({"a": 1, "b": 2}),
        &[
            ("a eq 1 or a eq 2 and b eq 3", true),
            ("(a eq 1 or a eq 2) and b eq 3", false),
            ("not a eq 2 and b eq 2", true),
            ("not (a eq 1 and b eq 2)", false),
            ("not not has(a)", true),
            ("not has(c) and has(a)", true),
        ],
    );
}

#[test]
fn fragments_are_there_or_not() {
    let fields = json!({"c8y_IsDevice": {}, "c8y_Hardware": {"model": null}});
    assert_admits(
        fields,
        &[
            ("has(c8y_IsDevice)", true),
            ("has('c8y_IsDevice')", true),
            ("has(c8y_Other)", false),
            ("has(c8y_Hardware.model)", true),
            ("hasany(c8y_Other,c8y_IsDevice)", true),
            ("hasany(c8y_Other, c8y_More)", false),
        ],
    );
}

#[test]
fn groups_and_hierarchies_are_those_of_the_inventory() {
    let mut inventory = inventory((1..=5).map(|id| object(id, json!({}))).collect());
    for (parent, child) in [(1, 2), (2, 3), (1, 4)] {
        inventory.children.insert(parent, Relation::Asset, child);
    }
    for (query, ids) in [
        ("bygroupid(1)", vec![2, 4]),
        ("bygroupid(1,2)", vec![2, 3, 4]),
        ("isinhierarchyof(1)", vec![1, 2, 3, 4]),
        ("isinhierarchyof(2, 5)", vec![2, 3, 5]),
        ("isinhierarchyof(nothing)", vec![]),
    ] {
        assert_eq!(found(&inventory, query), ids, "{query}");
    }
}

#[test]
fn objects_come_in_the_order_that_was_asked_for() {
    let inventory = inventory(vec![
        object(1, json!({"name": "b", "n": 1})),
        object(2, json!({"name": "a", "n": 10})),
        object(3, json!({"name": "b", "n": 9})),
        object(4, json!({"n": 2})),
    ]);
    for (query, ids) in [
        ("$orderby=id desc", vec![4, 3, 2, 1]),
        ("$orderby=name", vec![4, 2, 1, 3]),
        ("$orderby=name desc,n desc", vec![3, 1, 2, 4]),
        ("$filter=name eq 'b' $orderby=n asc", vec![1, 3]),
        ("$filter=(name eq 'b')+$orderby=n desc", vec![3, 1]),
        ("$orderby=n $filter=n gt 1", vec![4, 3, 2]),
        ("$filter=name ne null", vec![1, 2, 3]),
        ("", vec![1, 2, 3, 4]),
    ] {
        assert_eq!(found(&inventory, query), ids, "{query}");
    }
}

#[test]
fn a_quote_in_a_text_is_written_twice() {
    assert_admits(json!({"name": "it's"}), &[("name eq 'it''s'", true)]);
}

#[test]
fn a_wrong_query_is_refused_with_the_place_and_what_was_expected() {
    for (query, place, expected) in [
        ("name", "character 5", "eq, ne"),
        ("name is 'a'", "character 6", "eq, ne"),
        ("name eq", "character 8", "a text"),
        ("name eq 'a", "character 11", "'"),
        ("(name eq 'a'", "character 13", ")"),
        ("name eq 'a' or", "character 15", "a condition"),
        ("name eq 'a' type eq 'b'", "character 13", "and, or"),
        ("like(a)", "character 1", "hasany"),
        ("has(name)", "character 5", "standard property"),
        ("$filter name eq 'a'", "character 9", "="),
        ("$filter=", "character 9", "a condition"),
        ("$orderby=", "character 10", "a property"),
        ("creationTime.date gt 'soon'", "character 22", "ISO 8601"),
        ("has(a,b)", "character 6", ")"),
    ] {
        let error = InventoryQuery::parse(query).expect_err(query).to_string();
        assert!(error.contains(place), "{query}: {error}");
        assert!(error.contains(expected), "{query}: {error}");
    }
}

#[test]
fn a_query_cannot_be_nested_or_long_enough_to_use_up_the_stack() {
    let nested = format!("{}a eq 1{}", "(".repeat(100_000), ")".repeat(100_000));
    let error = InventoryQuery::parse(&nested).expect_err("too deep");
    assert!(error.to_string().contains("nested"), "{error}");
    for long in [
        format!("{}has(a)", "not ".repeat(100_000)),
        format!("has(a){}", " and has(a)".repeat(100_000)),
        format!("has(a){}", " or has(a)".repeat(100_000)),
    ] {
        let inventory = inventory(vec![object(1, json!({"a": 1}))]);
        assert_eq!(found(&inventory, &long), [1]);
    }
}
