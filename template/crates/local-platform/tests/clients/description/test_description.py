"""Cumulocity's own description of its API against the local platform.

schemathesis makes requests of every operation in `scope.txt`, the same at every run. No answer may be a server error,
and each answer of a status that the operation declares has a media type that it declares, and fits its schema.
The description is not part of this repository: `C8Y_OPENAPI` names it.
"""

import os
from pathlib import Path

import deviations
import pytest
import requests_about
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.openapi import from_path
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance
from world import World

HERE = Path(__file__).parent
OPERATIONS = 95
# Requests that fit the description, and ones that do not.
EXAMPLES = {GenerationMode.POSITIVE: 20, GenerationMode.NEGATIVE: 10}
# Every so many requests are left as they were generated: most of them are about objects that there are not.
AS_GENERATED = 5
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]


def operations_in_scope():
    paths = [line for line in (HERE / "scope.txt").read_text().split("\n") if line.startswith("/")]
    operations = (result.ok() for result in from_path(os.environ["C8Y_OPENAPI"]).get_all_operations())
    return [operation for operation in operations if operation.path in paths]


IN_SCOPE = operations_in_scope()
LABELS = [operation.label for operation in IN_SCOPE]
DEVIATIONS = deviations.read()
answered = {}


@pytest.fixture(scope="module")
def world(platform):
    return World(platform)


@pytest.mark.parametrize("operation", IN_SCOPE, ids=LABELS)
def test_operation(operation, world):
    statuses = answered[operation.label] = set()
    for mode, examples in EXAMPLES.items():
        statuses |= try_out(operation, world, mode, examples)
    assert any(status < 300 for status in statuses), f"no request succeeded, only {statuses}"


@pytest.fixture
def all_tried(request):
    """That no option left tests out."""
    if request.session.testscollected < len(IN_SCOPE):
        pytest.skip("only some operations are tried")


def test_all_operations_in_scope_are_served(all_tried, capsys):
    served = [label for label, statuses in answered.items() if any(status < 300 for status in statuses)]
    with capsys.disabled():
        print(f"\n{len(served)} of {OPERATIONS} operations")
    assert len(served) == OPERATIONS, f"not served: {set(LABELS) - set(served)}"


def test_every_deviation_is_needed(all_tried):
    assert [each.reason for each in DEVIATIONS if not each.used] == [], "nothing needs these"


def try_out(operation, world, mode, examples):
    """Sends requests of an operation and looks at the answers; the statuses that it got."""
    statuses, number = set(), 0

    @seed(0)
    @settings(
        max_examples=examples,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case):
        nonlocal number
        number += 1
        if number % AS_GENERATED:
            requests_about.make_real(case, world)
        response = case.call(world.platform.url, requests_about.caller(operation, world), timeout=10)
        statuses.add(response.status_code)
        look_at(case, response)

    send()
    return statuses


def look_at(case, response):
    for check in CHECKS:
        try:
            case.validate_response(response, [check])
        except FailureGroup as group:
            label = case.operation.label
            if not all(is_known(label, failure, response.text) for failure in group.exceptions):
                raise


def is_known(label, failure, answer):
    return any(each.covers(label, failure, answer) for each in DEVIATIONS)
