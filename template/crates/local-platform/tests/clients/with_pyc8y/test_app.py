"""What pyc8y makes of a microservice's environment, and its logins."""

import local_platform as lp
import pytest
import totp
from pyc8y.app import MultiTenantCumulocityApp, SimpleCumulocityApp
from pyc8y.auth import JWT, BearerAuth
from pyc8y.model.managed_object import Device
from pyc8y.model.user import User
from pyc8y.rest import CumulocityRestClient, MissingTfaError, UnauthorizedError

pytestmark = pytest.mark.anyio

SECONDS = 0.05
PASSWORD = "Secret!42"


@pytest.fixture
async def app(service_environment):
    async with MultiTenantCumulocityApp() as app:
        yield app


@pytest.fixture
async def login(platform):
    async def login(user=lp.ADMIN, password=lp.PASSWORD, tenant=lp.OWNER, **factor):
        return await CumulocityRestClient.authenticate(platform.url, tenant, user, password, **factor)

    return login


async def test_an_app_works_in_each_tenant_as_its_service_user(app, platform):
    assert {lp.OWNER, lp.SUBSCRIBER} <= set(await app.get_subscribers())
    for tenant in (lp.OWNER, lp.SUBSCRIBER):
        c8y = await app.get_tenant_instance(tenant)
        assert c8y.username == f"service_{platform.application}"
        device = await Device(c8y, name=lp.unique("device")).create()
        assert device.owner == c8y.username
    with pytest.raises(KeyError):
        await (await app.get_tenant_instance(lp.OWNER)).inventory.get(device.id)


async def test_the_bootstrap_user_reads_its_application(app, platform):
    applications = app.bootstrap_instance.applications
    assert (await applications.get_current()).key == platform.environment["APPLICATION_KEY"]
    assert (await applications.get_current_settings())["unit"] == "celsius"
    subscriptions = await applications.get_current_subscriptions()
    assert lp.SUBSCRIBER in [each.tenant_id for each in subscriptions]
    assert all(each.username and each.password for each in subscriptions)


async def test_an_app_works_for_the_user_of_a_request(app, login):
    headers = {"Authorization": lp.basic(lp.ADMIN, lp.PASSWORD, lp.SUBSCRIBER)}
    assert (await (await app.get_user_instance(headers)).users.get_current()).username == lp.ADMIN
    auth, _ = await login(tenant=lp.SUBSCRIBER)
    by_cookie = await app.get_user_instance(cookies={"authorization": auth.token})
    assert (by_cookie.tenant_id, (await by_cookie.users.get_current()).username) == (lp.SUBSCRIBER, lp.ADMIN)


async def test_an_app_of_one_tenant_finds_its_user_in_the_environment(app, service_environment):
    subscriptions = await app.bootstrap_instance.applications.get_current_subscriptions()
    subscription = next(each for each in subscriptions if each.tenant_id == lp.SUBSCRIBER)
    service_environment.setenv("C8Y_TENANT", subscription.tenant_id)
    service_environment.setenv("C8Y_USER", subscription.username)
    service_environment.setenv("C8Y_PASSWORD", subscription.password)
    async with SimpleCumulocityApp(max_concurrent=5) as simple:
        assert (await simple.users.get_current()).username == subscription.username
        assert (await simple.tenants.get_current())["name"] == lp.SUBSCRIBER


async def test_a_listener_hears_of_tenants_that_come_and_go(app, c8y):
    application = (await app.bootstrap_instance.applications.get_current()).id
    path, heard = "/tenant/tenants/t102/applications", []

    async def added(tenant):
        heard.append(("added", tenant))

    async def removed(tenant):
        heard.append(("removed", tenant))

    listener = app.create_subscription_listener(polling_interval=SECONDS, startup_delay=0)
    async with listener.on_add(added).on_remove(removed):
        await lp.soon(lambda: ("added", "t102") in heard)
        await c8y.delete(f"{path}/{application}")
        await lp.soon(lambda: ("removed", "t102") in heard)
        await c8y.post(path, json={"application": {"id": application}})
        await lp.soon(lambda: heard.count(("added", "t102")) == 2)


async def test_a_login_gives_a_token_that_says_whose_it_is(platform, login):
    auth, xsrf = await login()
    assert isinstance(auth, BearerAuth), "the login options lead to OAI-Secure, not to Basic"
    assert (auth.get_username(), auth.get_tenant_id()) == (lp.ADMIN, lp.OWNER)
    assert JWT(auth.token).get_claim("xsrfToken") == xsrf
    async with CumulocityRestClient(platform.url, lp.OWNER, auth) as client:
        assert (await client.get("user/currentUser"))["userName"] == lp.ADMIN
    with pytest.raises(UnauthorizedError):
        await login(password="wrong")


async def test_a_user_with_a_second_factor_needs_its_code(c8y, client, login):
    name = lp.unique("user")
    await User(c8y, username=name, email=f"{name}@example.com", password=PASSWORD).create()
    role = {"role": {"self": f"{c8y.base_url}user/roles/ROLE_USER_MANAGEMENT_OWN_READ"}}
    await c8y.post(f"/user/{lp.OWNER}/users/{name}/roles", json=role)
    user = client(name, PASSWORD)
    secret = (await user.post("user/currentUser/totpSecret"))["rawSecret"]
    await user.post("user/currentUser/totpSecret/activity", json={"isActive": True})
    with pytest.raises(MissingTfaError):
        await login(name, PASSWORD)
    auth, _ = await login(name, PASSWORD, tfa_token=totp.code(secret))
    assert auth.get_username() == name
    assert (await c8y.users.get_tfa_settings(name)).enabled is True
