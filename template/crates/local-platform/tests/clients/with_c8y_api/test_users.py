"""Users, roles and groups: `/user`."""

import local_platform as lp
import pytest
from c8y_api import CumulocityApi
from c8y_api._base_api import AccessDeniedError, UnauthorizedError
from c8y_api.model import Alarm, GlobalRole, User

PASSWORD = "Secret!42"
OWN_READ = "ROLE_USER_MANAGEMENT_OWN_READ"
OWN_ADMIN = "ROLE_USER_MANAGEMENT_OWN_ADMIN"
OWN = {OWN_READ, OWN_ADMIN}


@pytest.fixture
def user(c8y):
    name = lp.unique("user")
    email = f"{name}@example.com"
    return User(c8y, username=name, email=email, password=PASSWORD, first_name="Jo", last_name="Doe").create()


@pytest.fixture
def assign(c8y, user):
    """Gives the user a role."""

    def assign(role):
        c8y.post(
            f"/user/{lp.OWNER}/users/{user.username}/roles", {"role": {"self": f"{c8y.base_url}/user/roles/{role}"}}
        )

    return assign


@pytest.fixture
def as_user(platform, user, assign):
    """A client of the user, who may read and change itself."""
    assign(OWN_READ)
    assign(OWN_ADMIN)
    return CumulocityApi(platform.url, lp.OWNER, user.username, PASSWORD)


@pytest.fixture
def group(c8y):
    return GlobalRole(c8y, name=lp.unique("group"), description="For tests").create()


def test_a_created_user_comes_back_whole(c8y, user):
    assert (user.first_name, user.last_name, user.enabled) == ("Jo", "Doe", True)
    assert user.email == f"{user.username}@example.com"
    assert user.permission_ids == set() and user.global_role_ids == set()
    assert user.last_password_change_datetime
    assert c8y.users.get(user.username).to_json() == user.to_json()


def test_a_taken_name_is_refused(c8y, user):
    with pytest.raises(ValueError, match="409"):
        User(c8y, username=user.username, email="jo@example.com", password=PASSWORD).create()


def test_users_are_selected_by_what_they_are(c8y, user, group):
    c8y.global_roles.assign_users(group.id, user.username)
    assert [each.username for each in c8y.users.get_all(username=user.username)] == [user.username]
    assert [each.username for each in c8y.users.get_all(groups=int(group.id))] == [user.username]
    assert [each.username for each in c8y.users.get_all(groups=group.name)] == [user.username]
    everyone = [each.username for each in c8y.users.get_all()]
    assert {lp.ADMIN, user.username} <= set(everyone)
    assert [each.username for each in c8y.users.select(page_size=2)] == everyone


def test_a_user_is_updated_and_deleted(c8y, user):
    user.first_name = "Joe"
    updated = user.update()
    assert (updated.first_name, updated.last_name) == ("Joe", "Doe")
    user.delete()
    with pytest.raises(KeyError):
        c8y.users.get(user.username)


def test_a_disabled_user_cannot_log_in(user, as_user):
    assert as_user.users.get_current().username == user.username
    user.enabled = False
    user.update()
    with pytest.raises(UnauthorizedError):
        as_user.users.get_current()


def test_a_user_may_what_its_roles_allow(c8y, user, as_user, assign, device):
    def create_alarm():
        Alarm(as_user, type="c8y_Hot", time="now", source=device.id, text="Hot", severity="MINOR").create()

    with pytest.raises(AccessDeniedError):
        create_alarm()
    assign("ROLE_ALARM_ADMIN")
    create_alarm()
    assert c8y.users.get(user.username).permission_ids == OWN | {"ROLE_ALARM_ADMIN"}
    assert as_user.users.get_current().effective_permission_ids == OWN | {"ROLE_ALARM_ADMIN"}
    c8y.delete(f"/user/{lp.OWNER}/users/{user.username}/roles/ROLE_ALARM_ADMIN")
    with pytest.raises(AccessDeniedError):
        create_alarm()


def test_a_user_owns_what_it_creates(c8y, as_user, user, assign):
    assign("ROLE_INVENTORY_CREATE")
    own = as_user.post("/inventory/managedObjects", {"name": "own", "c8y_IsDevice": {}})["id"]
    assert c8y.inventory.get(own).owner == user.username
    created = Alarm(as_user, type="c8y_Hot", time="now", source=own, text="Hot", severity="MINOR").create()
    assert created.status == "ACTIVE"


def test_a_group_gives_its_roles_to_its_users(c8y, user, as_user, group):
    group.add_permissions("ROLE_INVENTORY_READ", "ROLE_ALARM_READ")
    assert c8y.global_roles.get(group.id).permission_ids == {"ROLE_INVENTORY_READ", "ROLE_ALARM_READ"}
    group.add_users(user.username)
    assert as_user.users.get_current().effective_permission_ids == OWN | {"ROLE_INVENTORY_READ", "ROLE_ALARM_READ"}
    assert c8y.users.get(user.username).global_role_ids == {group.id}
    assert [each.name for each in c8y.global_roles.get_all(user.username)] == [group.name]
    group.remove_permissions("ROLE_ALARM_READ")
    assert as_user.users.get_current().effective_permission_ids == OWN | {"ROLE_INVENTORY_READ"}
    group.remove_users(user.username)
    assert as_user.users.get_current().effective_permission_ids == OWN


def test_a_group_is_updated_found_by_name_and_deleted(c8y, group):
    group.description = "Changed"
    assert group.update().description == "Changed"
    c8y.global_roles.reset_caches()
    assert c8y.global_roles.get(group.name).id == group.id
    group.delete()
    with pytest.raises(KeyError):
        c8y.global_roles.get(group.id)


def test_a_user_changes_itself_and_its_password(as_user):
    current = as_user.users.get_current()
    current.last_name = "Changed"
    assert current.update().last_name == "Changed"
    current.update_password(PASSWORD, "Another!42")
    assert as_user.users.get_current().last_name == "Changed"


def test_roles_are_listed(c8y):
    roles = c8y.get("/user/roles?pageSize=2000")["roles"]
    assert {"ROLE_ALARM_READ", "ROLE_ALARM_ADMIN", "ROLE_INVENTORY_CREATE"} <= {role["id"] for role in roles}
    assert c8y.get("/user/roles/ROLE_ALARM_READ")["name"] == "ROLE_ALARM_READ"
    with pytest.raises(KeyError):
        c8y.get("/user/roles/ROLE_NONE_SUCH")
