"""References to children: `/inventory/managedObjects/{id}/childAdditions`, `…/childAssets`, `…/childDevices`."""

import local_platform as lp
import pytest
from c8y_api.model import Device, DeviceGroup, ManagedObject


@pytest.fixture
def create(c8y):
    def create():
        return ManagedObject(c8y, type="acme_Thing", name=lp.unique("thing")).create()

    return create


@pytest.fixture
def group(c8y):
    return DeviceGroup(c8y, root=True, name=lp.unique("group")).create()


def ids(objects):
    return [each.id for each in objects]


@pytest.mark.parametrize("kind", ["addition", "asset", "device"])
def test_a_child_is_assigned_and_unassigned(c8y, create, kind):
    parent, child = create(), create()
    getattr(parent, f"add_child_{kind}")(child)
    children = getattr(c8y.inventory.get(parent.id, with_children=True), f"child_{kind}s")
    assert [(each.id, each.name) for each in children] == [(child.id, child.name)]
    parents = getattr(c8y.inventory.get(child.id, with_parents=True), f"parent_{kind}s")
    assert ids(parents) == [parent.id]
    getattr(parent, f"unassign_child_{kind}")(child)
    assert getattr(c8y.inventory.get(parent.id, with_children=True), f"child_{kind}s") == []


def test_groups_have_subgroups_and_devices(c8y, group, device):
    subgroup = group.create_child("Subgroup")
    group.add_child_asset(device)
    assert (group.type, subgroup.type) == ("c8y_DeviceGroup", "c8y_DeviceSubGroup")
    assert set(ids(c8y.inventory.get(group.id, with_children=True).child_assets)) == {subgroup.id, device.id}
    assert ids(c8y.group_inventory.get_all(parent=group.id)) == [subgroup.id]
    assert ids(c8y.device_inventory.get_all(parent=group.id)) == [device.id]
    assert c8y.group_inventory.get_count(name=group.name) == 1


def test_children_of_a_group_are_assigned_and_unassigned_together(c8y, group, create):
    children = [create(), create(), create()]
    c8y.group_inventory.assign_children(group.id, *ids(children))
    c8y.group_inventory.unassign_children(group.id, *ids(children[:2]))
    assert ids(c8y.inventory.get(group.id, with_children=True).child_assets) == [children[2].id]


def test_a_group_is_deleted_without_its_devices(c8y, group, device):
    subgroup = group.create_child("Subgroup")
    subgroup.add_child_asset(device)
    group.delete()
    with pytest.raises(KeyError):
        c8y.inventory.get(subgroup.id)
    assert c8y.inventory.get(device.id).id == device.id


def test_a_group_is_deleted_with_all_below_it(c8y, group, device):
    group.add_child_asset(device)
    c8y.group_inventory.delete_trees(group.id)
    with pytest.raises(KeyError):
        c8y.inventory.get(device.id)


def test_a_device_is_deleted_with_its_children(c8y, device):
    child = Device(c8y, name=lp.unique("child")).create()
    device.add_child_device(child)
    device.delete_tree()
    with pytest.raises(KeyError):
        c8y.inventory.get(child.id)


def test_any_object_is_deleted_with_all_below_it(c8y, create):
    parent, child = create(), create()
    parent.add_child_addition(child)
    parent.delete_tree()
    with pytest.raises(KeyError):
        c8y.inventory.get(child.id)
