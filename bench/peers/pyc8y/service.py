"""The work of the reference service's `POST /createAlarms`, with pyc8y on aiohttp's server.

Started with `python bench/peers/pyc8y/service.py`, in the environment that the platform gives.

pyc8y has no verification of callers: it builds clients that act with a caller's own credentials,
which the platform then takes or refuses. Nothing here is done as the caller, so none is verified.
"""

import asyncio
import logging
import os

from aiohttp import web
from pyc8y import CumulocityClient, MultiTenantCumulocityApp
from pyc8y.model import Alarm, AlarmSeverity, ManagedObject

log = logging.getLogger("service")

NAME = os.environ["APPLICATION_NAME"]
SOURCE = "c8y_Microservice"
CONCURRENCY = int(os.environ.get("FAN_OUT_CONCURRENCY", "8"))
# Room for the clients of all tenants. With the default, 100, each fan-out would make them anew.
CACHE_SIZE = 100_000


class Service:
    def __init__(self):
        # `max_concurrent` is a semaphore, and the connections are one pool, for all clients.
        self.c8y_app = MultiTenantCumulocityApp(
            cache_size=CACHE_SIZE, connection_limit=CONCURRENCY, max_concurrent=CONCURRENCY
        )
        self.sources: dict[str, str] = {}

    async def health(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "UP"})

    async def create_alarms(self, _request: web.Request) -> web.Response:
        tenants = await self.c8y_app.get_subscribers()
        # One after the other: the first one reads the credentials of all tenants.
        clients = [await self.c8y_app.get_tenant_instance(tenant) for tenant in tenants]
        results = await asyncio.gather(*map(self.try_to_raise_alarm, clients))
        created = sum(results)
        return web.json_response({"created": created, "failed": len(results) - created})

    async def try_to_raise_alarm(self, c8y: CumulocityClient) -> bool:
        try:
            await self.raise_alarm(c8y)
            return True
        except Exception as error:
            log.error("no alarm in %s: %r", c8y.tenant_id, error)
            # The source may be gone: the next fan-out looks for it again.
            self.sources.pop(c8y.tenant_id, None)
            return False

    async def raise_alarm(self, c8y: CumulocityClient) -> None:
        if c8y.tenant_id not in self.sources:
            self.sources[c8y.tenant_id] = await find_or_create_source(c8y)
        alarm = Alarm(
            type="c8y_CreateAlarms",
            time="now",
            source=self.sources[c8y.tenant_id],
            text=f"Raised by {NAME}",
            severity=AlarmSeverity.WARNING,
        )
        await c8y.alarms.create(alarm)


async def find_or_create_source(c8y: CumulocityClient) -> str:
    try:
        return await c8y.identity.get_id(NAME, SOURCE)
    except KeyError:
        source = await ManagedObject(c8y, type=SOURCE, name=NAME).create()
        await c8y.identity.create(
            external_id=NAME, external_type=SOURCE, managed_object_id=source.id
        )
        return source.id


def main() -> None:
    service = Service()
    app = web.Application()
    app.router.add_get("/health", service.health)
    app.router.add_post("/createAlarms", service.create_alarms)
    port = int(os.environ["SERVER_PORT"])
    # Signals are left to Python: SIGTERM ends the process at once.
    web.run_app(app, host="127.0.0.1", port=port, print=None, handle_signals=False)


if __name__ == "__main__":
    main()
