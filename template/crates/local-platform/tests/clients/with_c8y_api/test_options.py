"""Tenant options: `/tenant/options`."""

import local_platform as lp
import pytest
from c8y_api.model import TenantOption


@pytest.fixture
def option(c8y):
    return TenantOption(c8y, category=lp.unique("acme.category"), key="colour", value="red").create()


def test_an_option_is_created_and_read(c8y, option):
    assert (option.key, option.value) == ("colour", "red")
    assert c8y.tenant_options.get(option.category, "colour").to_json() == option.to_json()
    assert c8y.tenant_options.get_value(option.category, "colour") == "red"
    assert option.to_json() in [each.to_json() for each in c8y.tenant_options.get_all()]


def test_an_option_is_updated_singly_and_by_category(c8y, option):
    option.value = "blue"
    assert option.update().value == "blue"
    c8y.tenant_options.update_by(option.category, {"colour": "green", "size": "3"})
    assert c8y.tenant_options.get_all_mapped(option.category) == {"colour": "green", "size": "3"}


def test_an_encrypted_option_is_not_shown(c8y, option):
    c8y.tenant_options.set_value(option.category, "credentials.password", "secret")
    assert c8y.tenant_options.get_value(option.category, "credentials.password") == "<<Encrypted>>"
    assert c8y.tenant_options.get_all_mapped(option.category)["credentials.password"] == "<<Encrypted>>"


def test_a_deleted_option_is_gone(c8y, option):
    option.delete()
    with pytest.raises(KeyError):
        c8y.tenant_options.get(option.category, "colour")
