"""Where answers differ from the description on purpose: `deviations.toml`."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("deviations.toml")


@dataclass
class Deviation:
    """A difference that is known. It covers the failures of its operations, and only those that it describes."""

    operations: list[str]
    failure: str
    reason: str
    used: bool = False

    def covers(self, label, failure, answer):
        text = f"{failure.title}: {failure.message}\n{answer}"
        covered = label in self.operations and re.search(self.failure, text) is not None
        self.used = self.used or covered
        return covered


def read():
    return [Deviation(**each) for each in tomllib.loads(FILE.read_text()).get("deviation", [])]
