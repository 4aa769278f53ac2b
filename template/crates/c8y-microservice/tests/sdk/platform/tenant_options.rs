//! Tenant options.

use std::collections::BTreeMap;

use c8y_microservice::{ExposeSecret, PlatformError, SecretString, TenantOptions};

use super::{Place, assert_forbidden, assert_invalid, assert_not_found};

const ROLES: [&str; 2] = [
    "ROLE_OPTION_MANAGEMENT_READ",
    "ROLE_OPTION_MANAGEMENT_ADMIN",
];

fn secret(text: &str) -> SecretString {
    text.into()
}

async fn value(options: &TenantOptions<'_>, category: &str, key: &str) -> Option<String> {
    let value = options.get(category, key).await.unwrap();
    value.map(|value| value.expose_secret().to_owned())
}

fn plain(values: &BTreeMap<String, SecretString>) -> Vec<(&str, &str)> {
    let plain = values.iter();
    plain
        .map(|(key, value)| (key.as_str(), value.expose_secret()))
        .collect()
}

#[tokio::test]
async fn an_option_is_set_whether_or_not_it_is_there_and_removed() {
    let place = Place::with_roles(&ROLES).await;
    let options = place.client.tenant_options();
    assert_eq!(value(&options, "pumps", "limit.bar").await, None);
    for limit in ["7", "8.5"] {
        let set = options.set("pumps", "limit.bar", &secret(limit)).await;
        set.unwrap();
        let seen = value(&options, "pumps", "limit.bar").await;
        assert_eq!(seen.as_deref(), Some(limit));
    }
    let path = "/tenant/options/pumps/limit.bar";
    let seen = place.platform.read("t101", path).await;
    assert_eq!(seen["value"], "8.5", "{seen}");
    options.delete("pumps", "limit.bar").await.unwrap();
    assert_eq!(value(&options, "pumps", "limit.bar").await, None);
    assert_not_found(options.delete("pumps", "limit.bar").await);
}

#[tokio::test]
async fn an_option_that_is_there_takes_one_request_to_set() {
    let place = Place::with_roles(&ROLES).await;
    let options = place.client.tenant_options();
    for _ in 0..2 {
        options.set("pumps", "a", &secret("1")).await.unwrap();
    }
    let put = "PUT /tenant/options/pumps/a?";
    assert_eq!(place.requests(), [put, "POST /tenant/options?", put]);
}

#[tokio::test]
async fn several_options_of_a_category_are_set_and_read_at_once() {
    let place = Place::with_roles(&ROLES).await;
    let options = place.client.tenant_options();
    options.set("pumps", "a", &secret("1")).await.unwrap();
    options.set("pumps", "stays", &secret("0")).await.unwrap();
    options.set("others", "a", &secret("9")).await.unwrap();
    let new = [("a", "2"), ("b", "3"), ("ä/ö", "{\"x\": 1}")];
    let new = new.map(|(key, value)| (key.to_owned(), secret(value)));
    let new = BTreeMap::from(new);
    options.set_all("pumps", &new).await.unwrap();
    let seen = options.category("pumps").await.unwrap();
    let expected = [
        ("a", "2"),
        ("b", "3"),
        ("stays", "0"),
        ("ä/ö", "{\"x\": 1}"),
    ];
    assert_eq!(plain(&seen), expected);
    assert_eq!(plain(&options.category("none").await.unwrap()), []);
}

#[tokio::test]
async fn all_options_are_listed_page_by_page() {
    let place = Place::with_roles(&ROLES).await;
    let options = place.client.tenant_options();
    for (category, key) in [("pumps", "a"), ("pumps", "b"), ("valves", "a")] {
        options.set(category, key, &secret("v")).await.unwrap();
    }
    let listed = options.list().page_size(2).all().await.unwrap();
    let listed: Vec<_> = listed
        .iter()
        .map(|option| (option.category.as_str(), option.key.as_str()))
        .collect();
    for option in [("pumps", "a"), ("pumps", "b"), ("valves", "a")] {
        assert!(listed.contains(&option), "{option:?} in {listed:?}");
    }
}

#[tokio::test]
async fn any_key_is_a_segment_of_its_own() {
    let place = Place::with_roles(&ROLES).await;
    let options = place.client.tenant_options();
    for key in ["a/b", "a?b=c", "100%", "%2e%2e", "#", "Grüße 7"] {
        options.set("pumps", key, &secret(key)).await.unwrap();
        assert_eq!(value(&options, "pumps", key).await.as_deref(), Some(key));
    }
    assert_eq!(options.category("pumps").await.unwrap().len(), 6);
}

#[tokio::test]
async fn the_service_reads_its_own_secret_and_no_other() {
    let place = Place::with_roles(&ROLES).await;
    let options = place.client.tenant_options();
    let key = "credentials.key";
    for category in ["example", "others"] {
        let set = options.set(category, key, &secret("top-secret")).await;
        set.unwrap();
    }
    let own = value(&options, "example", "key").await;
    assert_eq!(own.as_deref(), Some("top-secret"));
    let other = value(&options, "others", key).await;
    assert_eq!(other.as_deref(), Some("<<Encrypted>>"));
    let changed = options.set("example", "key", &secret("another")).await;
    changed.unwrap();
    let own = value(&options, "example", key).await;
    assert_eq!(own.as_deref(), Some("another"));
}

#[tokio::test]
async fn no_value_can_be_printed() {
    let place = Place::with_roles(&ROLES).await;
    let options = place.client.tenant_options();
    for key in ["credentials.key", "plain"] {
        let set = options.set("example", key, &secret("top-secret")).await;
        set.unwrap();
    }
    let printed = [
        format!("{:?}", options.get("example", "key").await),
        format!("{:#?}", options.category("example").await),
        format!("{:?}", options.list().all().await),
    ];
    for printed in printed {
        assert!(printed.contains("REDACTED"), "{printed}");
        assert!(!printed.contains("top-secret"), "{printed}");
    }
}

#[tokio::test]
async fn what_no_category_may_be_is_refused() {
    let place = Place::with_roles(&ROLES).await;
    let options = place.client.tenant_options();
    for category in ["a b", "a/b", "a{b}"] {
        let values = BTreeMap::from([("key".to_owned(), secret("v"))]);
        let refused = [
            options.set(category, "key", &secret("v")).await,
            options.set_all(category, &values).await,
        ];
        for refused in refused {
            let unprocessable = matches!(refused, Err(PlatformError::Unprocessable(_)));
            assert!(unprocessable, "{category}: {refused:?}");
        }
    }
    let before = place.requests().len();
    for (category, key) in [("", "key"), ("pumps", ""), ("..", "key"), ("pumps", "a\nb")] {
        let reason = "cannot be part of a path";
        assert_invalid(options.get(category, key).await, reason);
        let set = options.set(category, key, &secret("v")).await;
        assert_invalid(set, reason);
        assert_invalid(options.delete(category, key).await, reason);
    }
    assert_invalid(options.category("").await, "cannot be part of a path");
    assert_eq!(place.requests().len(), before);
}

#[tokio::test]
async fn options_are_a_tenants_own() {
    let place = Place::with_roles(&ROLES).await;
    let mine = place.client.tenant_options();
    mine.set("pumps", "a", &secret("1")).await.unwrap();
    let theirs = place.service.client("t102").await;
    let theirs = theirs.tenant_options();
    assert_eq!(value(&theirs, "pumps", "a").await, None);
    assert_not_found(theirs.delete("pumps", "a").await);
}

#[tokio::test]
async fn without_their_roles_options_are_neither_read_nor_set() {
    let place = Place::with_roles(&ROLES[..1]).await;
    let options = place.client.tenant_options();
    assert_eq!(value(&options, "pumps", "a").await, None);
    let admin = ROLES[1];
    let values = BTreeMap::from([("a".to_owned(), secret("v"))]);
    assert_forbidden(options.set("pumps", "a", &secret("v")).await, admin);
    assert_forbidden(options.set_all("pumps", &values).await, admin);
    assert_forbidden(options.delete("pumps", "a").await, admin);
    let place = Place::with_roles(&ROLES[1..]).await;
    let options = place.client.tenant_options();
    let read = ROLES[0];
    assert_forbidden(options.get("pumps", "a").await, read);
    assert_forbidden(options.category("pumps").await, read);
    assert_forbidden(options.list().all().await, read);
}
