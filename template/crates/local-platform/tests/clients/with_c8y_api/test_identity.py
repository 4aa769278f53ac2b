"""External IDs: `/identity`."""

import local_platform as lp
import pytest
from c8y_api.model import ExternalId


@pytest.fixture
def serial(c8y, device):
    return ExternalId(c8y, lp.unique("serial "), "c8y_Serial", device.id).create()


def test_an_object_is_found_by_its_external_id(c8y, device, serial):
    found = c8y.identity.get(serial.external_id, "c8y_Serial")
    assert (found.external_id, found.managed_object_id) == (serial.external_id, device.id)
    assert c8y.identity.get_id(serial.external_id, "c8y_Serial") == device.id
    assert serial.get_object().name == device.name


def test_an_object_has_several_external_ids(c8y, device, serial):
    c8y.identity.create("imei", device.id, device.id)
    assert {each.external_id for each in c8y.identity.get_all(device.id)} == {serial.external_id, "imei"}


def test_an_external_id_is_taken_once(c8y, serial, device):
    with pytest.raises(ValueError, match="409"):
        c8y.identity.create(serial.external_id, "c8y_Serial", device.id)


def test_a_deleted_external_id_finds_nothing(c8y, serial):
    serial.delete()
    with pytest.raises(KeyError):
        c8y.identity.get(serial.external_id, "c8y_Serial")
