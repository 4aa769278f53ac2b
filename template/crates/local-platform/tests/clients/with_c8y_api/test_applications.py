"""Applications: `/application`, and subscriptions of tenants: `/tenant/tenants/{id}/applications`."""

import local_platform as lp
import pytest
from c8y_api import CumulocityApi
from c8y_api._base_api import AccessDeniedError
from c8y_api.model import Application


@pytest.fixture
def application(c8y):
    name = lp.unique("service")
    return Application(c8y, name=name, key=f"{name}-key", type=Application.MICROSERVICE_TYPE).create()


@pytest.fixture
def bootstrap(platform):
    """The bootstrap user of the application that the platform starts with."""
    variables = platform.environment
    return CumulocityApi(
        platform.url, lp.OWNER, variables["C8Y_BOOTSTRAP_USER"], variables["C8Y_BOOTSTRAP_PASSWORD"]
    )


def names(applications):
    return [application.name for application in applications]


def test_a_created_application_comes_back_whole(c8y, application):
    assert application.id and application.owner == lp.OWNER
    assert (application.type, application.availability) == ("MICROSERVICE", "PRIVATE")
    assert application.key == f"{application.name}-key"
    assert c8y.applications.get(application.id).to_json() == application.to_json()


def test_a_taken_name_is_refused(c8y, application):
    with pytest.raises(ValueError, match="409"):
        Application(c8y, name=application.name, key="another-key", type="MICROSERVICE").create()


def test_applications_are_selected_by_what_they_are(c8y, platform, application):
    assert names(c8y.applications.get_all(name=application.name)) == [application.name]
    assert application.name in names(c8y.applications.get_all(type="MICROSERVICE"))
    assert application.name not in names(c8y.applications.get_all(type="HOSTED"))
    owned = names(c8y.applications.get_all(owner=lp.OWNER))
    assert {platform.application, application.name} <= set(owned)
    assert names(c8y.applications.get_all(subscriber=lp.SUBSCRIBER, name=application.name)) == []
    assert names(c8y.applications.select(owner=lp.OWNER, page_size=1)) == owned


@pytest.mark.parametrize("by", ["ByName/{name}", "ByOwner/{tenant}", "ByTenant/{tenant}"])
def test_applications_are_found_by_path(c8y, platform, by):
    path = "/application/applications" + by.format(name=platform.application, tenant=lp.OWNER)
    found = c8y.get(f"{path}?pageSize=100")["applications"]
    assert platform.application in [each["name"] for each in found]


def test_an_application_is_updated(c8y, application):
    application.availability = Application.MARKET_AVAILABILITY
    assert application.update().availability == "MARKET"
    assert c8y.applications.get(application.id).availability == "MARKET"


def test_a_deleted_application_is_gone(c8y, application):
    application.delete()
    with pytest.raises(KeyError):
        c8y.applications.get(application.id)


def test_a_zip_gives_an_application_its_manifest(c8y, application, zip_of):
    c8y.applications.upload_attachment(application.id, zip_of(application.name, requiredRoles=["ROLE_ALARM_READ"]))
    uploaded = c8y.applications.get(application.id)
    assert uploaded.required_roles == ["ROLE_ALARM_READ"]
    assert uploaded.manifest["version"] == "1.0.0"


def test_a_tenant_is_subscribed_and_unsubscribed(c8y, platform, application):
    path = f"/tenant/tenants/{lp.SUBSCRIBER}/applications"
    reference = c8y.post(path, {"application": {"id": application.id}})
    assert reference["application"]["id"] == application.id
    tenant = c8y.tenants.get(lp.SUBSCRIBER)
    assert set(names(tenant.applications)) >= {platform.application, application.name}
    assert application.name in names(c8y.applications.get_all(subscriber=lp.SUBSCRIBER))
    with pytest.raises(ValueError, match="409"):
        c8y.post(path, {"application": {"self": f"{platform.url}/application/applications/{application.id}"}})
    c8y.delete(f"{path}/{application.id}")
    assert application.name not in names(c8y.tenants.get(lp.SUBSCRIBER).applications)


def test_an_application_of_another_tenant_is_not_there(platform, application):
    stranger = CumulocityApi(platform.url, lp.SUBSCRIBER, lp.ADMIN, lp.PASSWORD)
    with pytest.raises(KeyError):
        stranger.applications.get(application.id)


def test_the_bootstrap_user_reads_its_application(bootstrap, platform):
    current = bootstrap.applications.get_current()
    assert (current.name, current.key) == (platform.application, platform.environment["APPLICATION_KEY"])
    subscribers = bootstrap.applications.get_current_subscriptions()
    assert {lp.OWNER, lp.SUBSCRIBER} <= {each.tenant_id for each in subscribers}
    assert {each.username for each in subscribers} == {f"service_{platform.application}"}
    assert all(each.password for each in subscribers)


def test_the_bootstrap_user_reaches_nothing_else(bootstrap):
    with pytest.raises(AccessDeniedError):
        bootstrap.inventory.get_all()


def test_settings_are_those_of_the_manifest_and_the_owner(c8y, bootstrap):
    # `get_current_settings` of c8y_api takes a list of settings, which no platform answers with.
    path, category = "/application/currentApplication/settings", "clients.settings"
    settings = bootstrap.get(path)
    assert (settings["interval"], settings["unit"]) == ("60", "celsius")
    c8y.tenant_options.set_value(category, "interval", "30")
    c8y.tenant_options.set_value(category, "credentials.token", "secret")
    assert bootstrap.get(path)["interval"] == "30"
    assert "secret" in bootstrap.get(path).values(), "the service's own users see it in the clear"
