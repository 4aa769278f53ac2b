"""A local platform that runs for a test session, and what the tests of all clients share."""

import asyncio
import base64
import hashlib
import io
import itertools
import json
import os
import re
import signal
import subprocess
import tarfile
import threading
import time
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

OWNER = "t100"
SUBSCRIBER = "t101"
ADMIN = "admin"
PASSWORD = "local-platform"

HERE = Path(__file__).parent
START_SECONDS = 30
STOP_SECONDS = 30

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Platform:
    """Where the platform is, and the environment that it gives a microservice."""

    url: str
    environment: dict[str, str]

    @property
    def application(self) -> str:
        return self.environment["APPLICATION_NAME"]


@contextmanager
def running():
    """A platform on a free port, of the program that `LOCAL_PLATFORM` names, for the manifest beside this file."""
    program = os.environ["LOCAL_PLATFORM"]
    process = subprocess.Popen([program, "serve", "--port", "0"], cwd=HERE, stdout=subprocess.PIPE, text=True)
    try:
        yield _started(process)
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(STOP_SECONDS) == 0, f"the platform ended with {process.returncode}"


def _started(process):
    """Reads what the program prints until it says that it is up."""
    deadline = threading.Timer(START_SECONDS, process.kill)
    deadline.start()
    environment = {}
    for line in process.stdout:
        if variable := re.fullmatch(r"export (\w+)=(.*)\n", line):
            environment[variable[1]] = variable[2].strip("'")
        if line.startswith("Ctrl-C"):
            break
    deadline.cancel()
    assert environment, f"the platform did not start within {START_SECONDS} s"
    return Platform(environment["C8Y_BASEURL"], environment)


def unique(prefix):
    """A name that no other test uses: tests share one platform."""
    return f"{prefix}{next(_numbers)}"


def eventually(look, seconds=10):
    """The first value that is true, of a look that is repeated until the deadline."""
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < deadline, f"after {seconds} s: {seen!r}"
        time.sleep(0.02)
    return seen


async def soon(look, seconds=10):
    """Waits until a look finds something, and lets others go on meanwhile."""
    deadline = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < deadline, f"nothing after {seconds} s"
        await asyncio.sleep(0.02)


def basic(user, password, tenant=OWNER):
    """The `Authorization` header of a tenant's user."""
    return "Basic " + base64.b64encode(f"{tenant}/{user}:{password}".encode()).decode()


def tar_bytes(files):
    """A tar archive of files, by their names."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return content.getvalue()


def image_bytes():
    """An image as `docker save` writes it, with a program that nobody runs."""
    layer = tar_bytes({"service": b"A program"})
    config = {
        "architecture": "amd64",
        "os": "linux",
        "config": {"Entrypoint": ["/service"]},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
    }
    manifest = [{"Config": "config.json", "RepoTags": ["hello:latest"], "Layers": ["layer.tar"]}]
    described = {"manifest.json": manifest, "config.json": config}
    return tar_bytes({name: json.dumps(value).encode() for name, value in described.items()} | {"layer.tar": layer})


def zip_bytes(files):
    """A zip of files, by their names."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


def write_zip(path, name, manifest):
    """The zip of a microservice: its manifest, and an image that nobody runs."""
    required = {"apiVersion": "v2", "name": name, "version": "1.0.0", "provider": {"name": "Third parties"}}
    path.write_bytes(zip_bytes({"cumulocity.json": json.dumps(required | manifest), "image.tar": image_bytes()}))
    return str(path)
