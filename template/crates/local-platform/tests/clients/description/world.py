"""The objects that requests are about. Each request gets its own, so that it may change and delete them."""

import json
from functools import cached_property
from http.cookiejar import DefaultCookiePolicy

import local_platform as lp
import requests

TIME = "2024-05-01T12:00:00.000Z"
OWN_ROLES = ("ROLE_USER_MANAGEMENT_OWN_READ", "ROLE_USER_MANAGEMENT_OWN_ADMIN")
USER_PASSWORD = "Secret!42"


class World:
    """Makes objects in the owner tenant, as its administrator."""

    def __init__(self, platform):
        self.platform = platform
        self.admin = self._session(lp.ADMIN, lp.PASSWORD)
        variables = platform.environment
        self.bootstrap = self._session(variables["C8Y_BOOTSTRAP_USER"], variables["C8Y_BOOTSTRAP_PASSWORD"])

    def _session(self, user, password):
        session = requests.Session()
        # Not `auth`: that would win over what a request says of itself.
        session.headers["Authorization"] = lp.basic(user, password)
        # The cookies of a login would win over it as well.
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        return session

    def send(self, method, path, **arguments):
        """The body of an answer, which has to be a good one."""
        answer = self.admin.request(method, self.platform.url + path, timeout=10, **arguments)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def create(self, path, **body):
        return self.send("POST", path, json=body)

    @cached_property
    def modest_user(self):
        """A user who may read and change itself."""
        name = self.user()["userId"]
        for role in OWN_ROLES:
            self.assign(name, role)
        return self._session(name, USER_PASSWORD)

    @cached_property
    def device(self):
        return self.object()["id"]

    def object(self):
        return {"id": self.create("/inventory/managedObjects", name="object", c8y_IsDevice={})["id"]}

    def child(self, kind):
        parent, child = self.object()["id"], self.object()["id"]
        self.create(f"/inventory/managedObjects/{parent}/{kind}", managedObject={"id": child})
        return {"id": parent, "childId": child}

    def alarm(self):
        fields = {"severity": "MAJOR", "text": "Text", "time": TIME, "type": "c8y_Alarm"}
        return {"id": self.create("/alarm/alarms", source=self.object(), **fields)["id"]}

    def event(self):
        fields = {"text": "Text", "time": TIME, "type": "c8y_Event"}
        return {"id": self.create("/event/events", source={"id": self.device}, **fields)["id"]}

    def measurement(self):
        series = {"acme_Steps": {"N": {"value": 1, "unit": "#"}}}
        fields = {"source": {"id": self.device}, "time": TIME, "type": "c8y_Measurement"}
        return {"id": self.create("/measurement/measurements", **fields, **series)["id"]}

    def file(self):
        parts = {"object": (None, json.dumps({"name": "file", "type": "text/plain"})), "file": ("file", b"Content")}
        return {"id": self.send("POST", "/inventory/binaries", files=parts)["id"]}

    def external_id(self):
        name = lp.unique("external")
        self.create(f"/identity/globalIds/{self.device}/externalIds", type="c8y_Serial", externalId=name)
        return {"type": "c8y_Serial", "externalId": name}

    def application(self, type="MICROSERVICE"):
        name = lp.unique("application")
        created = self.create(
            "/application/applications", name=name, key=f"{name}-key", type=type, contextPath=name
        )
        return {"id": created["id"]}

    def uploaded(self):
        """A web application with a file."""
        application = self.application("HOSTED")
        path = f"/application/applications/{application['id']}/binaries"
        self.send("POST", path, files={"file": ("web.zip", lp.zip_bytes({"index.html": "<p>Hello"}))})
        binary = self.send("GET", path)["attachments"][0]["id"]
        return application | {"binaryId": binary}

    def tenant(self):
        name = lp.unique("tenant")
        fields = {"adminName": "boss", "adminEmail": "boss@example.com", "adminPass": USER_PASSWORD}
        return {"tenantId": self.create("/tenant/tenants", company=name, domain=f"{name}.localhost", **fields)["id"]}

    def subscription(self):
        tenant, application = self.tenant(), self.application()["id"]
        self.create(f"/tenant/tenants/{tenant['tenantId']}/applications", application={"id": application})
        return tenant | {"applicationId": application}

    def option(self):
        category, key = lp.unique("category"), "key"
        self.create("/tenant/options", category=category, key=key, value="value")
        return {"category": category, "key": key}

    def user(self):
        name = lp.unique("user")
        self.create(f"/user/{lp.OWNER}/users", userName=name, password=USER_PASSWORD, email=f"{name}@example.com")
        return {"tenantId": lp.OWNER, "userId": name}

    def assign(self, user, role):
        link = {"self": f"{self.platform.url}/user/roles/{role}"}
        self.create(f"/user/{lp.OWNER}/users/{user}/roles", role=link)

    def role_of_user(self):
        user = self.user()
        self.assign(user["userId"], "ROLE_ALARM_READ")
        return user | {"roleId": "ROLE_ALARM_READ"}
