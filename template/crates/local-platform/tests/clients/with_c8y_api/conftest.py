"""Clients of c8y_api, and the device that a test has for itself."""

import local_platform as lp
import pytest
from c8y_api import CumulocityApi
from c8y_api.model import Device


@pytest.fixture(scope="session")
def c8y(platform):
    """The owner tenant's administrator."""
    return CumulocityApi(platform.url, lp.OWNER, lp.ADMIN, lp.PASSWORD)


@pytest.fixture
def device(c8y):
    return Device(c8y, type="c8y_TestDevice", name=lp.unique("device")).create()
