"""What c8y_api makes of a microservice's environment: `MultiTenantCumulocityApp`, `SimpleCumulocityApp`, and the
listener to subscriptions."""

import local_platform as lp
import pytest
from c8y_api.app import MultiTenantCumulocityApp, SimpleCumulocityApp
from c8y_api._base_api import CumulocityRestApi
from c8y_api.model import Alarm, Device, Tenant
from c8y_tk.app import SubscriptionListener

SECONDS = 0.05


@pytest.fixture
def app(service_environment):
    return MultiTenantCumulocityApp()


@pytest.fixture
def subscribed(c8y, app):
    """A new tenant, subscribed to the application; it can be unsubscribed and subscribed again."""
    name = lp.unique("listener")
    fields = {"admin_name": "boss", "admin_email": "boss@example.com", "admin_pass": "Secret!42"}
    tenant = Tenant(c8y, domain=f"{name}.localhost", company=name, **fields).create().id
    return Subscription(c8y, tenant, app.bootstrap_instance.applications.get_current().id)


class Subscription:
    def __init__(self, c8y, tenant, application):
        self.c8y, self.tenant, self.application = c8y, tenant, application
        self.path = f"/tenant/tenants/{tenant}/applications"

    def begin(self):
        self.c8y.post(self.path, {"application": {"id": self.application}})

    def end(self):
        self.c8y.delete(f"{self.path}/{self.application}")


def test_an_app_knows_its_subscribers(app):
    assert {lp.OWNER, lp.SUBSCRIBER} <= set(app.get_subscribers())


def test_an_app_works_in_each_tenant_as_its_service_user(app, platform):
    for tenant in (lp.OWNER, lp.SUBSCRIBER):
        c8y = app.get_tenant_instance(tenant)
        assert c8y.tenant_id == tenant and c8y.username == f"service_{platform.application}"
        device = Device(c8y, name=lp.unique("device")).create()
        assert device.owner == c8y.username
        Alarm(c8y, type="c8y_Hot", time="now", source=device.id, text="Hot", severity="MINOR").create()
    with pytest.raises(KeyError):
        app.get_tenant_instance(lp.OWNER).inventory.get(device.id)


def test_a_service_user_has_the_roles_of_the_manifest(app):
    current = app.get_tenant_instance(lp.SUBSCRIBER).users.get_current()
    assert current.effective_permission_ids >= {"ROLE_ALARM_ADMIN", "ROLE_INVENTORY_ADMIN"}
    assert "ROLE_TENANT_MANAGEMENT_ADMIN" not in current.effective_permission_ids


def test_an_app_works_for_the_user_of_a_request(app, platform):
    headers = {"Authorization": lp.basic(lp.ADMIN, lp.PASSWORD, lp.SUBSCRIBER)}
    assert app.get_user_instance(headers).users.get_current().username == lp.ADMIN
    assert app.get_tenant_instance(headers=headers).tenant_id == lp.SUBSCRIBER
    token, _ = CumulocityRestApi.authenticate(platform.url, lp.SUBSCRIBER, lp.ADMIN, lp.PASSWORD)
    by_cookie = app.get_user_instance(cookies={"authorization": token})
    assert (by_cookie.tenant_id, by_cookie.users.get_current().username) == (lp.SUBSCRIBER, lp.ADMIN)


def test_a_tenant_subscribed_again_has_a_new_password(app, subscribed):
    def password():
        users = app.bootstrap_instance.applications.get_current_subscriptions()
        return next(user.password for user in users if user.tenant_id == subscribed.tenant)

    subscribed.begin()
    first = password()
    subscribed.end()
    assert subscribed.tenant not in app.get_subscribers()
    subscribed.begin()
    assert password() != first
    subscribed.end()


def test_an_app_of_one_tenant_finds_its_user_in_the_environment(app, service_environment):
    users = app.bootstrap_instance.applications.get_current_subscriptions()
    user = next(user for user in users if user.tenant_id == lp.SUBSCRIBER)
    service_environment.setenv("C8Y_TENANT", user.tenant_id)
    service_environment.setenv("C8Y_USER", user.username)
    service_environment.setenv("C8Y_PASSWORD", user.password)
    simple = SimpleCumulocityApp()
    assert simple.users.get_current().username == user.username
    assert simple.get("/tenant/currentTenant")["name"] == lp.SUBSCRIBER
    assert simple.get("/application/currentApplication/settings")["unit"] == "celsius"


def test_a_listener_hears_of_tenants_that_come_and_go(app, subscribed):
    heard = []
    listener = SubscriptionListener(app, polling_interval=SECONDS, startup_delay=0)
    listener.add_callback(lambda tenant: heard.append(("added", tenant)), when="added")
    listener.add_callback(lambda tenant: heard.append(("removed", tenant)), when="removed")
    listener.start()
    try:
        lp.eventually(lambda: ("added", lp.SUBSCRIBER) in heard)
        assert ("added", subscribed.tenant) not in heard
        subscribed.begin()
        lp.eventually(lambda: ("added", subscribed.tenant) in heard)
        subscribed.end()
        lp.eventually(lambda: ("removed", subscribed.tenant) in heard)
    finally:
        listener.shutdown(timeout=10)
    assert heard.count(("added", subscribed.tenant)) == 1
