"""The embedded Valkey server of the tests is a real one."""

from __future__ import annotations

import pytest
import redis

from tests.fixtures_valkey import ValkeyServer

pytest_plugins = ("tests.fixtures_valkey",)


def test_killed_server_refuses_and_comes_back_with_its_data(valkey_server: ValkeyServer) -> None:
    client = valkey_server.client()
    client.set("kept", "yes")

    valkey_server.kill9()
    with pytest.raises(redis.ConnectionError):
        valkey_server.client().get("kept")

    valkey_server.restart()
    assert valkey_server.client().get("kept") == b"yes"


def test_every_test_gets_an_empty_server(valkey_server: ValkeyServer) -> None:
    assert valkey_server.client().dbsize() == 0
