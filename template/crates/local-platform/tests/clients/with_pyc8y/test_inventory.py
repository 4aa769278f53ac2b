"""Managed objects, their children, files and external IDs."""

import io

import local_platform as lp
import pytest
from pyc8y.model.binary import Binary
from pyc8y.model.identity import ExternalId
from pyc8y.model.managed_object import Device, DeviceGroup, ManagedObject

pytestmark = pytest.mark.anyio


@pytest.fixture
async def create(c8y):
    async def create(type="acme_Thing", name=None, **fragments):
        return await ManagedObject(c8y, type=type, name=name or lp.unique("thing"), **fragments).create()

    return create


def ids(objects):
    return [each.id for each in objects]


async def test_a_created_object_comes_back_whole(c8y, create):
    created = await create(name="Boiler", acme_Size={"litres": 3.5})
    assert (created.type, created.name, created.owner) == ("acme_Thing", "Boiler", lp.ADMIN)
    assert created.get("acme_Size.litres") == 3.5 and not created.is_device
    assert created.creation_datetime <= created.update_datetime
    assert (await c8y.inventory.get(created.id)).json == created.json
    with pytest.raises(KeyError):
        await c8y.inventory.get("987654321")


async def test_an_update_keeps_what_it_does_not_name(create):
    thing = await create(acme_Old={"kept": 1})
    thing.name = "Renamed"
    thing["acme_New"] = {"added": 2}
    await thing.update()
    assert (thing.name, thing["acme_Old"], thing["acme_New"]) == ("Renamed", {"kept": 1}, {"added": 2})
    await thing.apply({"acme_Old": None})
    assert "acme_Old" not in await thing.reload()


async def test_a_change_is_applied_to_several_objects(c8y, create):
    things = [await create(), await create()]
    await c8y.inventory.apply_to({"acme_Batch": 7}, *things)
    assert [(await thing.reload())["acme_Batch"] for thing in things] == [7, 7]


async def test_objects_are_selected_and_queried(c8y, create):
    type, owner = lp.unique("acme_Type"), lp.ADMIN
    b, a = await create(type, "b's name", acme_Size=3, acme_One={}), await create(type, lp.unique("a"), acme_Size=30)
    selections = [
        ({"type": type}, [b, a]),
        ({"type": type, "fragment": "acme_One"}, [b]),
        ({"type": type, "fragments": ["acme_One", "acme_Size"]}, [b]),
        ({"type": type, "owner": owner, "order_by": "name"}, [a, b]),
        ({"name": "b's name", "type": type}, [b]),
        ({"query": f"$filter=(type eq '{type}' and acme_Size gt 3)"}, [a]),
        ({"query": f"$filter=(type eq '{type}') $orderby=acme_Size desc"}, [a, b]),
    ]
    for filters, expected in selections:
        assert ids(await c8y.inventory.get_all(**filters)) == ids(expected), filters
    assert await c8y.inventory.get_count(type=type) == 2
    assert [each.id async for each in c8y.inventory.select(type=type, page_size=1, limit=None)] == ids([b, a])
    assert (await c8y.inventory.get_by(type=type, name=a.name)).id == a.id


async def test_devices_are_selected_apart_from_other_objects(c8y, create):
    type = lp.unique("acme_Type")
    await create(type)
    device = await Device(c8y, type=type, name=lp.unique("device")).create()
    assert device.is_device
    assert ids(await c8y.device_inventory.get_all(type=type)) == [device.id]
    assert ids(await c8y.device_inventory.get_all(name=device.name)) == [device.id]


@pytest.mark.parametrize("kind", ["addition", "asset", "device"])
async def test_a_child_is_assigned_and_unassigned(c8y, create, kind):
    parent, child = await create(), await create()
    await getattr(parent, f"assign_child_{kind}")(child)
    children = getattr(await c8y.inventory.get(parent.id, with_children=True), f"child_{kind}s")
    assert [(each.id, each.name) for each in children] == [(child.id, child.name)]
    parents = getattr(await c8y.inventory.get(child.id, with_parents=True), f"parent_{kind}s")
    assert ids(parents) == [parent.id]
    await getattr(parent, f"unassign_child_{kind}")(child)
    assert getattr(await c8y.inventory.get(parent.id, with_children=True), f"child_{kind}s") == []


async def test_groups_are_deleted_with_and_without_their_devices(c8y, device):
    group = await DeviceGroup(c8y, root=True, name=lp.unique("group")).create()
    subgroup = await group.create_child("Subgroup")
    await c8y.group_inventory.assign_children(subgroup.id, device.id)
    assert ids(await c8y.device_inventory.get_all(parent=subgroup.id)) == [device.id]
    await c8y.group_inventory.unassign_children(subgroup.id, device.id)
    await subgroup.assign_child_asset(device)
    await group.delete()
    with pytest.raises(KeyError):
        await c8y.inventory.get(subgroup.id)
    group = await DeviceGroup(c8y, root=True, name=lp.unique("group")).create()
    await group.assign_child_asset(device)
    await c8y.group_inventory.delete_trees(group)
    with pytest.raises(KeyError):
        await device.reload()


async def test_a_file_comes_back_as_it_was_sent(c8y):
    name, type = lp.unique("file"), lp.unique("application/x-acme")
    binary = await Binary(c8y, name=name, type=type, file=io.BytesIO(b"Old")).create()
    assert (binary.name, binary.content_type, int(binary.length)) == (name, type, 3)
    assert await binary.read_file() == (b"Old", name)
    binary.file = io.BytesIO(b"Newer")
    assert (await binary.update(copy=True)).id == binary.id
    assert (await c8y.binaries.read_file(binary.id)).content == b"Newer"
    assert ids(await c8y.binaries.get_all(type=type)) == [binary.id]
    assert await c8y.binaries.get_count(type=type) == 1
    await c8y.binaries.delete(binary.id)
    with pytest.raises(KeyError):
        await c8y.binaries.read_file(binary.id)


async def test_an_object_is_found_by_its_external_ids(c8y, device):
    serial = lp.unique("serial ")
    created = await ExternalId(
        c8y, external_id=serial, external_type="c8y_Serial", managed_object_id=device.id
    ).create()
    assert created.managed_object_id == device.id
    assert await c8y.identity.get_id(serial, "c8y_Serial") == device.id
    assert (await c8y.identity.get_object(serial, "c8y_Serial")).name == device.name
    assert [each.external_id for each in await c8y.identity.get_all(device.id)] == [serial]
    with pytest.raises(ValueError, match="409"):
        await created.create()
    await created.delete()
    with pytest.raises(KeyError):
        await c8y.identity.get(serial, "c8y_Serial")
