"""The platform that all tests of a session share."""

import local_platform
import pytest


@pytest.fixture(scope="session")
def platform():
    with local_platform.running() as running:
        yield running


@pytest.fixture
def service_environment(platform, monkeypatch):
    """The process's environment is that of a microservice's container."""
    for name, value in platform.environment.items():
        monkeypatch.setenv(name, value)
    return monkeypatch
