"""gunicorn's settings, wherever the operator stands."""

import json
import os
import subprocess
import sys

CODE = """
import json
from verify_app.serving.web_server import WebServer
cfg = WebServer().cfg
names = ("bind", "workers", "threads", "accesslog", "preload_app", "control_socket_disable", "limit_request_fields")
import cache
print(json.dumps({name: cfg.settings[name].get() for name in names} | {"cache": cache.__file__}))
"""


def settings(cwd, **environ):
    ran = subprocess.run(
        [sys.executable, "-P", "-c", CODE],
        cwd=cwd,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(ran.stdout)


def test_workers_threads_and_address_are_those_of_the_settings(tmp_path):
    found = settings(tmp_path, WEB_WORKERS="3", WEB_THREADS="5", PORT="8123", BIND="0.0.0.0")
    assert (found["workers"], found["threads"], found["bind"]) == (3, 5, ["0.0.0.0:8123"])


def test_an_ipv6_address_is_written_in_brackets(tmp_path):
    assert settings(tmp_path, BIND="::1", PORT="8123")["bind"] == ["[::1]:8123"]


def test_under_serve_it_takes_the_socket_that_is_held_for_it(tmp_path):
    assert settings(tmp_path, VERIFY_APP_LISTENER="7")["bind"] == ["fd://7"]


def test_nothing_is_read_from_the_folder_where_the_operator_stands(tmp_path):
    (tmp_path / "gunicorn.conf.py").write_text("workers = 9\n")
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache/__init__.py").write_text("raise RuntimeError('a foreign cache')")
    found = settings(tmp_path, WEB_WORKERS="3", GUNICORN_CMD_ARGS="--workers 7 --access-logfile -")
    assert found["workers"] == 3
    assert str(tmp_path) not in found["cache"]
    assert found["accesslog"] is None


def test_no_access_log_and_no_control_socket_and_no_shared_connections(tmp_path):
    found = settings(tmp_path)
    assert (found["accesslog"], found["control_socket_disable"], found["preload_app"]) == (None, True, False)
    assert found["limit_request_fields"] <= 100
