"""Tenants: `/tenant/tenants`, `/tenant/currentTenant`; their usage: `/tenant/statistics/summary`."""

from datetime import datetime, timezone

import local_platform as lp
import pytest
from c8y_api import CumulocityApi
from c8y_api.model import Tenant


@pytest.fixture
def tenant(c8y):
    name = lp.unique("acme")
    fields = {"admin_name": "boss", "admin_email": "boss@example.com", "admin_pass": "Secret!42"}
    return Tenant(c8y, domain=f"{name}.localhost", company=name, **fields).create()


def test_the_current_tenant_is_the_caller_s(c8y):
    current = c8y.get("/tenant/currentTenant")
    assert (current["name"], current["domainName"]) == (lp.OWNER, f"{lp.OWNER}.localhost")
    assert c8y.tenants.get_current().c8y is c8y


def test_a_created_tenant_comes_back_whole(c8y, tenant):
    assert tenant.id and tenant.parent == lp.OWNER
    assert (tenant.status, tenant.domain) == ("ACTIVE", f"{tenant.company}.localhost")
    assert tenant.creation_datetime <= datetime.now(timezone.utc)
    assert c8y.tenants.get(tenant.id).company == tenant.company


def test_the_administrator_of_a_new_tenant_can_log_in(platform, tenant):
    boss = CumulocityApi(platform.url, tenant.id, "boss", "Secret!42")
    assert boss.get("/tenant/currentTenant")["name"] == tenant.id
    assert boss.users.get_current().username == "boss"


def test_tenants_are_selected_by_what_they_are(c8y, tenant):
    assert [each.id for each in c8y.tenants.get_all(company=tenant.company)] == [tenant.id]
    assert [each.id for each in c8y.tenants.get_all(domain=tenant.domain)] == [tenant.id]
    everyone = [each.id for each in c8y.tenants.get_all()]
    assert {lp.SUBSCRIBER, tenant.id} <= set(everyone)
    assert [each.id for each in c8y.tenants.select(page_size=2)] == everyone


def test_a_tenant_is_updated_and_deleted(c8y, tenant):
    tenant.contact_name = "Jo"
    assert tenant.update().contact_name == "Jo"
    tenant.delete()
    with pytest.raises(KeyError):
        c8y.tenants.get(tenant.id)


def test_requests_of_a_tenant_are_counted(c8y, device):
    def requests():
        return c8y.get(f"/tenant/statistics/summary?dateFrom={datetime.now(timezone.utc):%Y-%m-%d}")["requestCount"]

    before = requests()
    device.reload()
    assert requests() > before
