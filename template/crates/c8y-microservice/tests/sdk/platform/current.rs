//! The current user and the current tenant.

use c8y_microservice::TenantId;

use super::{Place, assert_forbidden};

const OWN_READ: &str = "ROLE_USER_MANAGEMENT_OWN_READ";

#[tokio::test]
async fn a_client_reads_who_its_user_is() {
    let place = Place::with_roles(&[OWN_READ, "ROLE_ALARM_READ"]).await;
    let user = place.client.current_user().await.unwrap();
    assert_eq!(user.user_name, "service_example");
    assert_eq!(user.id, "service_example");
    assert!(user.has_role("ROLE_ALARM_READ"), "{user:?}");
    assert!(!user.has_role("ROLE_ALARM_ADMIN"), "{user:?}");
    assert_eq!(user.roles.len(), 2, "{user:?}");
    assert_eq!(user.email, None);
    assert!(user.fragments.contains_key("self"), "{user:?}");
}

#[tokio::test]
async fn a_client_reads_which_tenant_it_is_in() {
    let place = Place::with_roles(&[OWN_READ]).await;
    for id in ["t101", "t102"] {
        let client = place.service.client(id).await;
        let tenant = client.current_tenant().await.unwrap();
        assert_eq!(tenant.name, TenantId::from(id));
        let seen = place.platform.read(id, "/tenant/currentTenant").await;
        assert_eq!(seen["domainName"], tenant.domain_name, "{seen}");
        assert!(!tenant.allow_create_tenants, "{tenant:?}");
        assert!(
            tenant.fragments.contains_key("customProperties"),
            "{tenant:?}"
        );
    }
}

#[tokio::test]
async fn without_its_role_a_client_reads_neither() {
    let place = Place::with_roles(&["ROLE_ALARM_READ"]).await;
    assert_forbidden(place.client.current_user().await, OWN_READ);
    assert_forbidden(place.client.current_tenant().await, OWN_READ);
}
