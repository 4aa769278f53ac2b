"""Which objects a request is about: what stands in its path, and in its body where a generated value leads nowhere."""

import local_platform as lp

import world as made

CHILDREN = ("childAdditions", "childAssets", "childDevices")
OWNER = {"tenantId": lp.OWNER}

# What a path's parameters become.
PATHS = {
    "/alarm/alarms/{id}": lambda world: world.alarm(),
    "/application/applications/{id}": lambda world: world.application(),
    "/application/applications/{id}/binaries": lambda world: world.application("HOSTED"),
    "/application/applications/{id}/binaries/{binaryId}": lambda world: world.uploaded(),
    "/application/applications/{id}/bootstrapUser": lambda world: world.application(),
    "/application/applicationsByName/{name}": lambda world: {"name": world.platform.application},
    "/application/applicationsByOwner/{tenantId}": lambda _: OWNER,
    "/application/applicationsByTenant/{tenantId}": lambda _: OWNER,
    "/event/events/{id}": lambda world: world.event(),
    "/identity/externalIds/{type}/{externalId}": lambda world: world.external_id(),
    "/identity/globalIds/{id}/externalIds": lambda world: world.object(),
    "/inventory/binaries/{id}": lambda world: world.file(),
    "/inventory/managedObjects/{id}": lambda world: world.object(),
    "/measurement/measurements/{id}": lambda world: world.measurement(),
    "/tenant/options/{category}": lambda world: world.option(),
    "/tenant/options/{category}/{key}": lambda world: world.option(),
    "/tenant/tenants/{tenantId}": lambda world: world.tenant(),
    "/tenant/tenants/{tenantId}/applications": lambda world: world.subscription(),
    "/tenant/tenants/{tenantId}/applications/{applicationId}": lambda world: world.subscription(),
    "/user/roles/{name}": lambda _: {"name": "ROLE_ALARM_READ"},
    "/user/{tenantId}/users": lambda _: OWNER,
    "/user/{tenantId}/users/{userId}": lambda world: world.user(),
    "/user/{tenantId}/users/{userId}/roles": lambda world: world.user(),
    "/user/{tenantId}/users/{userId}/roles/{roleId}": lambda world: world.role_of_user(),
}
for kind in CHILDREN:
    PATHS[f"/inventory/managedObjects/{{id}}/{kind}"] = lambda world, kind=kind: world.child(kind)
    PATHS[f"/inventory/managedObjects/{{id}}/{kind}/{{childId}}"] = lambda world, kind=kind: world.child(kind)


def source(world, _):
    return {"source": {"id": world.device}}


def references(child):
    """What a body refers to a child by: one form or the other, by its media type."""
    return {"managedObject": {"id": child}, "references": [{"managedObject": {"id": child}}]}


def new_child(world, _):
    return references(world.object()["id"])


def child_of_path(_, path):
    return references(path.get("childId"))


def login(*_):
    return {"grant_type": "PASSWORD", "username": lp.ADMIN, "password": lp.PASSWORD}


# What a body's fields become, which may depend on the path's parameters.
BODIES = {
    "POST /application/applications/{id}/binaries": lambda *_: {"file": lp.zip_bytes({"index.html": "<p>Hello"})},
    "PUT /inventory/managedObjects": lambda world, _: {"managedObjects": [world.object() | {"name": "Renamed"}]},
    "POST /alarm/alarms": source,
    "POST /application/applications": lambda *_: {"name": lp.unique("app"), "key": lp.unique("key"), "type": "HOSTED"},
    "PUT /application/applications/{id}": lambda *_: {"name": lp.unique("app"), "key": lp.unique("key")},
    "PUT /application/currentApplication": lambda world, _: {"name": world.platform.application},
    "POST /event/events": source,
    "POST /identity/globalIds/{id}/externalIds": lambda *_: {"type": "c8y_Serial", "externalId": lp.unique("external")},
    "POST /measurement/measurements": source,
    "POST /tenant/oauth": login,
    "POST /tenant/oauth/token": login,
    "POST /tenant/options": lambda *_: {"category": lp.unique("category"), "key": "key", "value": "value"},
    "POST /tenant/tenants": lambda *_: {
        "domain": f"{lp.unique('tenant')}.localhost",
        "adminName": "boss",
        "adminEmail": "boss@example.com",
        "adminPass": made.USER_PASSWORD,
    },
    "PUT /tenant/tenants/{tenantId}": lambda *_: {"domain": f"{lp.unique('tenant')}.localhost"},
    "POST /tenant/tenants/{tenantId}/applications": lambda world, _: {"application": world.application()},
    "POST /user/{tenantId}/users": lambda *_: {"userName": lp.unique("user"), "password": made.USER_PASSWORD},
    "POST /user/{tenantId}/users/{userId}/roles": lambda world, _: {
        "role": {"self": f"{world.platform.url}/user/roles/ROLE_ALARM_READ"}
    },
}

for kind in CHILDREN:
    BODIES[f"POST /inventory/managedObjects/{{id}}/{kind}"] = new_child
    BODIES[f"DELETE /inventory/managedObjects/{{id}}/{kind}"] = child_of_path

# Who asks, other than the administrator.
CALLERS = {
    "GET /application/currentApplication": lambda world: world.bootstrap,
    "PUT /application/currentApplication": lambda world: world.bootstrap,
    "GET /application/currentApplication/settings": lambda world: world.bootstrap,
    "GET /application/currentApplication/subscriptions": lambda world: world.bootstrap,
    # It may disable itself, or change its own password.
    "PUT /user/currentUser": lambda world: world.modest_user,
}


def make_real(case, world):
    """Lets a generated request be about objects that there are."""
    label = case.operation.label
    if case.operation.path in PATHS:
        case.path_parameters = {**case.path_parameters, **PATHS[case.operation.path](world)}
    if isinstance(case.body, dict):
        fields = BODIES.get(label, lambda *_: {})
        case.body = {**case.body, **fields(world, case.path_parameters)}


def caller(operation, world):
    """The session that sends an operation's requests."""
    return CALLERS.get(operation.label, lambda world: world.admin)(world)
