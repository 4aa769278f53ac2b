"""The work of the reference service's `POST /createAlarms`, with c8y_api, Flask and Waitress.

Started with `python bench/peers/flask/service.py`, in the environment that the platform gives.

c8y_api has no verification of callers: it builds clients that act with a caller's own credentials,
which the platform then takes or refuses. Nothing here is done as the caller, so none is verified.
"""

import logging
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import waitress
from c8y_api import CumulocityApi
from c8y_api.app import MultiTenantCumulocityApp
from c8y_api.model import Alarm, ManagedObject
from flask import Flask
from requests.adapters import HTTPAdapter

log = logging.getLogger("service")

NAME = os.environ["APPLICATION_NAME"]
SOURCE = "c8y_Microservice"
CONCURRENCY = int(os.environ.get("FAN_OUT_CONCURRENCY", "8"))
# Room for the clients of all tenants. With the default, 100, each fan-out would make them anew.
CACHE_SIZE = 100_000

app = Flask(__name__)
c8y_app = MultiTenantCumulocityApp(cache_size=CACHE_SIZE)
c8y_app_lock = threading.Lock()
# One pool of connections for all clients, instead of a connection that each keeps to itself.
connections = HTTPAdapter(pool_maxsize=CONCURRENCY)
workers = ThreadPoolExecutor(CONCURRENCY)
sources: dict[str, str] = {}


@app.get("/health")
def health():
    return {"status": "UP"}


@app.post("/createAlarms")
def create_alarms():
    tenants = c8y_app.get_subscribers()
    results = list(workers.map(try_to_raise_alarm, map(tenant_instance, tenants)))
    created = sum(results)
    return {"created": created, "failed": len(results) - created}


def tenant_instance(tenant: str) -> CumulocityApi:
    with c8y_app_lock:
        c8y = c8y_app.get_tenant_instance(tenant)
        c8y.session.mount(c8y.base_url, connections)
        # Else each request looks through the environment for a proxy, which costs a quarter.
        c8y.session.trust_env = False
        return c8y


def try_to_raise_alarm(c8y: CumulocityApi) -> bool:
    try:
        raise_alarm(c8y)
        return True
    except Exception as error:
        log.error("no alarm in %s: %r", c8y.tenant_id, error)
        # The source may be gone: the next fan-out looks for it again.
        sources.pop(c8y.tenant_id, None)
        return False


def raise_alarm(c8y: CumulocityApi) -> None:
    if c8y.tenant_id not in sources:
        sources[c8y.tenant_id] = find_or_create_source(c8y)
    alarm = Alarm(
        type="c8y_CreateAlarms",
        time="now",
        source=sources[c8y.tenant_id],
        text=f"Raised by {NAME}",
        severity=Alarm.Severity.WARNING,
    )
    c8y.alarms.create(alarm)


def find_or_create_source(c8y: CumulocityApi) -> str:
    try:
        return c8y.identity.get_id(NAME, SOURCE)
    except KeyError:
        source = ManagedObject(c8y, type=SOURCE, name=NAME).create()
        c8y.identity.create(NAME, SOURCE, source.id)
        return source.id


if __name__ == "__main__":
    waitress.serve(app, host="127.0.0.1", port=int(os.environ["SERVER_PORT"]))
