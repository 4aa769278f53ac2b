"""The platform that all tests of a session share."""

import local_platform as lp
import pytest


@pytest.fixture(scope="session")
def platform():
    with lp.running() as running:
        yield running


@pytest.fixture
def service_environment(platform, monkeypatch):
    """The process's environment is that of a microservice's container."""
    for name, value in platform.environment.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.fixture
def zip_of(tmp_path):
    """Writes the zip of a microservice, as its author uploads it; the path of the file."""
    return lambda name, **manifest: lp.write_zip(tmp_path / f"{name}.zip", name, manifest)
