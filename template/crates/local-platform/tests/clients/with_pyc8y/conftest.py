"""Clients of pyc8y, which is asynchronous, and the device that a test has for itself. anyio, which comes with
schemathesis, runs the tests that are marked with it."""

import local_platform as lp
import pytest
from pyc8y.auth import BasicAuth
from pyc8y.client import CumulocityClient
from pyc8y.model.managed_object import Device


@pytest.fixture(scope="session")
def anyio_backend():
    return "asyncio"


@pytest.fixture
async def client(platform):
    """Makes clients of users, and closes them after the test."""
    clients = []

    def client(user=lp.ADMIN, password=lp.PASSWORD, tenant=lp.OWNER):
        clients.append(CumulocityClient(platform.url, tenant, BasicAuth(f"{tenant}/{user}", password)))
        return clients[-1]

    yield client
    for each in clients:
        await each.close()


@pytest.fixture
async def c8y(client):
    """The owner tenant's administrator."""
    return client()


@pytest.fixture
async def device(c8y):
    return await Device(c8y, type="c8y_TestDevice", name=lp.unique("device")).create()
