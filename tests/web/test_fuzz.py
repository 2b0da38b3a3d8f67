"""A bounded part of `benchmarks/fuzz.py`, and the API's document walked by schemathesis: never a server fault."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings

from benchmarks.fuzz import run

schema = schemathesis.pytest.from_fixture("api_schema")


@pytest.fixture
def api_schema(world):
    """The document of this application, asked over WSGI."""
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", world.app)


def test_nonsense_is_never_a_server_fault(world):
    world.app.testing = False  # as it is served: whatever escapes a view would be a 500
    statuses, offenders = run(world.app, 1_000, seed=20)
    assert offenders == []
    assert {"200", "400", "404", "405"} <= set(statuses)


@schema.parametrize()
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_described_address_answers_as_the_document_says(case):
    response = case.call()
    assert response.status_code < 500
