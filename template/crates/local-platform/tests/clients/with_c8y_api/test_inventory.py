"""Managed objects: `/inventory/managedObjects`."""

from datetime import datetime, timedelta, timezone

import local_platform as lp
import pytest
from c8y_api.model import Device, ManagedObject


@pytest.fixture
def create(c8y):
    def create(type="acme_Thing", name=None, **fragments):
        return ManagedObject(c8y, type=type, name=name or lp.unique("thing"), **fragments).create()

    return create


def ids(objects):
    return [each.id for each in objects]


def test_a_created_object_comes_back_whole(c8y, create):
    created = create(name="Boiler", acme_Size={"litres": 3.5, "tags": ["a", "b"]}, acme_Ready=True)
    assert created.id and (created.type, created.name, created.owner) == ("acme_Thing", "Boiler", lp.ADMIN)
    age = datetime.now(timezone.utc) - created.creation_datetime
    assert timedelta(seconds=-1) < age < timedelta(minutes=5)
    assert created.update_datetime >= created.creation_datetime
    assert created.acme_Size.litres == 3.5 and list(created.acme_Size.tags) == ["a", "b"]
    assert created.acme_Ready is True
    assert not created.is_device and created.child_devices == []
    assert c8y.inventory.get(created.id).to_json() == created.to_json()


def test_an_object_that_is_not_there_is_a_key_error(c8y):
    with pytest.raises(KeyError):
        c8y.inventory.get("987654321")


def test_an_update_keeps_what_it_does_not_name(create):
    thing = create(acme_Old={"kept": 1})
    thing.name = "Renamed"
    thing["acme_New"] = {"added": 2}
    updated = thing.update()
    assert (updated.id, updated.name, updated.type) == (thing.id, "Renamed", "acme_Thing")
    assert updated.acme_Old.kept == 1 and updated.acme_New.added == 2
    assert updated.update_datetime >= thing.update_datetime


def test_null_removes_a_fragment(create):
    thing = create(acme_Old={"kept": 1})
    changed = thing.apply({"acme_Old": None, "acme_New": "text"})
    assert "acme_Old" not in changed and changed["acme_New"] == "text"


def test_a_change_is_applied_to_several_objects(c8y, create):
    things = [create(), create()]
    c8y.inventory.apply_to({"acme_Batch": {"number": 7}}, *ids(things))
    assert [c8y.inventory.get(thing.id).acme_Batch.number for thing in things] == [7, 7]
    model = ManagedObject(c8y, acme_Model="m")
    assert model.apply_to(things[0].id)["acme_Model"] == "m"


def test_objects_are_selected_by_what_they_are(c8y, create):
    type, fragment = lp.unique("acme_Type"), lp.unique("acme_Fragment")
    one, two = create(type, **{fragment: {}}), create(type, name=lp.unique("word"))
    assert ids(c8y.inventory.get_all(type=type)) == [one.id, two.id]
    assert ids(c8y.inventory.get_all(fragment=fragment)) == [one.id]
    assert set(ids(c8y.inventory.get_all(ids=[two.id, one.id]))) == {one.id, two.id}
    assert ids(c8y.inventory.get_all(text=two.name)) == [two.id]
    assert ids(c8y.inventory.get_all(type=type, owner=lp.ADMIN)) == [one.id, two.id]
    assert c8y.inventory.get_all(type=type, owner="nobody") == []
    assert c8y.inventory.get_count(type=type) == 2
    assert ids(c8y.inventory.select(type=type, page_size=1)) == [one.id, two.id]


def test_objects_are_queried(c8y, create):
    type = lp.unique("acme_Type")
    small, large = create(type, "Small one", acme_Size=3), create(type, "Large one", acme_Size=30, acme_Round={})

    def query(condition):
        return ids(c8y.inventory.get_all(query=f"$filter=(type eq '{type}' and {condition})"))

    assert query("acme_Size gt 3") == [large.id]
    assert query("acme_Size le 3") == [small.id]
    assert query("(acme_Size lt 3 or has(acme_Round))") == [large.id]
    assert query("not(has(acme_Round))") == [small.id]
    assert query("name eq 'Small*'") == [small.id]
    by_size = f"$filter=(type eq '{type}') $orderby=acme_Size desc"
    assert ids(c8y.inventory.get_all(query=by_size)) == [large.id, small.id]


def test_queries_are_put_together_by_the_client(c8y, create):
    type = lp.unique("acme_Type")
    b, a = create(type, "b's name", acme_One={}, acme_Two={}), create(type, lp.unique("a"))
    assert ids(c8y.inventory.get_all(type=type, order_by="name")) == [a.id, b.id]
    assert ids(c8y.inventory.get_all(type=type, order_by="name desc")) == [b.id, a.id]
    assert ids(c8y.inventory.get_all(type=type, owner=lp.ADMIN, name="b's name")) == [b.id]
    assert ids(c8y.inventory.get_all(type=type, fragments=["acme_One", "acme_Two"])) == [b.id]
    assert c8y.inventory.get_by(type=type, name=a.name).id == a.id


def test_devices_are_selected_apart_from_other_objects(c8y, create):
    type = lp.unique("acme_Type")
    create(type)
    device = Device(c8y, type=type, name=lp.unique("device"), acme_Model={}).create()
    assert device.is_device
    assert ids(c8y.device_inventory.get_all(type=type)) == [device.id]
    assert ids(c8y.device_inventory.get_all(name=device.name)) == [device.id]
    assert ids(c8y.device_inventory.get_all(type=type, fragment="acme_Model")) == [device.id]
    query = f"$filter=(type eq '{type}')"
    assert ids(c8y.device_inventory.get_all(query=query)) == [device.id], "the parameter q looks at devices only"
    assert c8y.device_inventory.get(device.id).name == device.name
    assert c8y.device_inventory.get_count(type=type) == 1


def test_objects_are_created_updated_and_deleted_together(c8y):
    type = lp.unique("acme_Type")
    c8y.inventory.create(*(ManagedObject(type=type, name=f"Number {n}") for n in range(3)))
    things = c8y.inventory.get_all(type=type)
    assert [thing.name for thing in things] == ["Number 0", "Number 1", "Number 2"]
    things[0].name = "Changed"
    c8y.inventory.update(things[0])
    assert things[0].reload().name == "Changed"
    c8y.inventory.delete(*ids(things[:2]))
    assert ids(c8y.inventory.get_all(type=type)) == [things[2].id]
    things[2].delete()
    with pytest.raises(KeyError):
        things[2].reload()
