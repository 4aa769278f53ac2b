"""Applications, tenants, their options and statistics, users and groups."""

from datetime import datetime, timezone

import local_platform as lp
import pytest
from pyc8y.model.application import Application
from pyc8y.model.tenant_option import TenantOption
from pyc8y.model.tenants import Tenant
from pyc8y.model.user import User, UserGroup
from pyc8y.rest import AccessDeniedError

pytestmark = pytest.mark.anyio

PASSWORD = "Secret!42"
OWN_READ = "ROLE_USER_MANAGEMENT_OWN_READ"


@pytest.fixture
async def application(c8y):
    name = lp.unique("service")
    return await Application(c8y, name=name, key=f"{name}-key", type="MICROSERVICE").create()


@pytest.fixture
async def user(c8y):
    name = lp.unique("user")
    user = await User(c8y, username=name, email=f"{name}@example.com", password=PASSWORD, last_name="Doe").create()
    await c8y.post(
        f"/user/{lp.OWNER}/users/{name}/roles", json={"role": {"self": f"{c8y.base_url}user/roles/{OWN_READ}"}}
    )
    return user


@pytest.fixture
async def group(c8y):
    return await UserGroup(c8y, name=lp.unique("group"), description="For tests").create()


async def test_an_application_lives_from_creation_to_deletion(c8y, application, zip_of):
    assert (application.owner, application.type) == (lp.OWNER, "MICROSERVICE")
    application.availability = "MARKET"
    assert (await application.update(copy=True)).availability == "MARKET"
    assert [each.id for each in await c8y.applications.get_all(name=application.name)] == [application.id]
    await c8y.applications.upload_attachment(application.id, zip_of(application.name, requiredRoles=[OWN_READ]))
    uploaded = await c8y.applications.get(application.id)
    assert (uploaded.required_roles, uploaded.manifest["version"]) == ([OWN_READ], "1.0.0")
    await application.delete()
    with pytest.raises(KeyError):
        await c8y.applications.get(application.id)


async def test_a_tenant_is_subscribed_and_unsubscribed(c8y, application):
    path = f"/tenant/tenants/{lp.SUBSCRIBER}/applications"
    await c8y.post(path, json={"application": {"id": application.id}})
    assert application.name in [each.name for each in (await c8y.tenants.get(lp.SUBSCRIBER)).applications]
    with pytest.raises(ValueError, match="409"):
        await c8y.post(path, json={"application": {"id": application.id}})
    await c8y.delete(f"{path}/{application.id}")
    assert application.name not in [each.name for each in (await c8y.tenants.get(lp.SUBSCRIBER)).applications]


async def test_a_tenant_lives_from_creation_to_deletion(c8y, client):
    company = lp.unique("acme")
    fields = {"admin_name": "boss", "admin_email": "boss@example.com", "admin_pass": PASSWORD}
    tenant = await Tenant(c8y, domain=f"{company}.localhost", company=company, **fields).create()
    assert (tenant["parent"], tenant["status"]) == (lp.OWNER, "ACTIVE")
    boss = client("boss", PASSWORD, tenant.id)
    assert (await boss.tenants.get_current())["name"] == tenant.id
    tenant.contact_name = "Jo"
    assert (await tenant.update(copy=True)).contact_name == "Jo"
    assert [each.id for each in await c8y.tenants.get_all(company=company)] == [tenant.id]
    await tenant.delete()
    with pytest.raises(KeyError):
        await c8y.tenants.get(tenant.id)


async def test_usage_of_a_tenant_is_counted(c8y, device):
    today = f"{datetime.now(timezone.utc):%Y-%m-%d}"
    before = (await c8y.tenant_statistics.get_usage_summary(date_from=today))["requestCount"]
    await device.reload()
    assert (await c8y.tenant_statistics.get_usage_summary(date_from=today))["requestCount"] > before


async def test_an_option_lives_from_creation_to_deletion(c8y):
    category = lp.unique("acme.category")
    option = await TenantOption(c8y, category=category, key="colour", value="red").create()
    option.value = "blue"
    await option.update()
    assert await c8y.tenant_options.get_value(category, "colour") == "blue"
    await c8y.tenant_options.update_values(category, {"size": "3"})
    assert await c8y.tenant_options.get_values(category) == {"colour": "blue", "size": "3"}
    secret = await TenantOption(c8y, category=category, key="token", value="secret", encrypted=True).create()
    assert secret.is_encrypted
    assert (await c8y.tenant_options.get_values(category))["credentials.token"] == "<<Encrypted>>"
    await option.delete()
    with pytest.raises(KeyError):
        await c8y.tenant_options.get(category, "colour")


async def test_a_user_lives_from_creation_to_deletion(c8y, user, client):
    assert (user.last_name, user.enabled) == ("Doe", True)
    user.first_name = "Jo"
    assert (await user.update(copy=True)).first_name == "Jo"
    assert [each.username for each in await c8y.users.get_all(username=user.username)] == [user.username]
    current = await client(user.username, PASSWORD).users.get_current()
    assert [role["id"] for role in current["effectiveRoles"]] == [OWN_READ]
    await user.delete()
    with pytest.raises(KeyError):
        await c8y.users.get(user.username)


async def test_a_group_gives_its_roles_to_its_users(c8y, user, group, client):
    as_user = client(user.username, PASSWORD)
    with pytest.raises(AccessDeniedError):
        await as_user.applications.get_all()
    await group.assign_roles("ROLE_APPLICATION_MANAGEMENT_READ")
    await group.assign_users(user.username)
    assert await as_user.applications.get_all()
    assert (await c8y.user_groups.get(group.id)).role_ids == {"ROLE_APPLICATION_MANAGEMENT_READ"}
    assert (await c8y.user_groups.get_by_name(group.name)).id == group.id
    assert [each.name for each in await c8y.user_groups.get_all(username=user.username)] == [group.name]
    assert [each.username for each in await c8y.users.get_all(groups=[group.id])] == [user.username]
    await group.unassign_users(user.username)
    with pytest.raises(AccessDeniedError):
        await as_user.applications.get_all()
    await group.delete()
    with pytest.raises(KeyError):
        await c8y.user_groups.get(group.id)
