"""A bounded part of `benchmarks/fuzz.py`, and the API's document walked by schemathesis: never a server fault."""

from __future__ import annotations

from dataclasses import replace

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from benchmarks.fuzz import run
from verify_app.enterprise.api_keys import Scope
from verify_app.web.api_v1.keyed import now

pytest_plugins = ("tests.fixtures_registry",)

CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance]


def test_nonsense_is_never_a_server_fault(world):
    world.app.testing = False  # as it is served: whatever escapes a view would be a 500
    statuses, offenders = run(world.app, 1_000, seed=20)
    assert offenders == []
    assert {"200", "400", "404", "405"} <= set(statuses)


@pytest.fixture
def key(world, light_desk):
    """A program's key in force, in an application with a database."""
    world.app.extensions["parts"] = replace(world.app.extensions["parts"], desk=light_desk)
    return light_desk.keys.make("e1", "ERP", tuple(Scope), "an", now=now()).secret


def cases_of(operation):
    """Calls as the operation describes them, and calls that break its description.

    Asked of the operation itself, not through schemathesis's own pytest fixtures: those write pytest's private
    `_nodeid`, which pytest 9.2 no longer has.
    """
    return st.one_of([operation.as_strategy(generation_mode=mode) for mode in schemathesis.GenerationMode])


def test_every_described_address_answers_as_the_document_says(world, key, subtests):
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", world.app)
    described = [found.ok() for found in schema.get_all_operations()]
    assert len(described) > 10
    for operation in described:

        @settings(
            max_examples=12,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=cases_of(operation))
        def walk(case):
            response = case.call(headers={"Authorization": f"Bearer {key}", "Accept-Encoding": "identity"})
            case.validate_response(response, checks=CHECKS)

        with subtests.test(operation=operation.label):
            walk()
