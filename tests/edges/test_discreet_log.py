"""gunicorn's log holds no addresses of visitors."""

import io
import logging

import pytest
from gunicorn.config import Config

from verify_app.serving.discreet_log import DiscreetLog, without_addresses


@pytest.mark.parametrize(
    "line",
    [
        "Invalid request from ip=203.0.113.7: bad request line",
        "Invalid request from ip=2001:db8::7: bad request line",
        "closed by 203.0.113.7",
        "closed by 2001:db8:0:0:0:0:0:7",
        "closed by ::1",
    ],
)
def test_no_address_is_left_in_a_line(line):
    cleaned = without_addresses(line)
    assert "203.0" not in cleaned
    assert "db8" not in cleaned
    assert "::1" not in cleaned


def test_other_numbers_of_a_line_stay():
    line = "Worker (pid:4711) was sent SIGKILL at 12:30, version 27.0.1"
    assert without_addresses(line) == line


def test_what_gunicorn_writes_goes_through_the_filter():
    config = Config()
    config.set("errorlog", "-")
    log = DiscreetLog(config)
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    log.error_log.addHandler(handler)
    try:
        log.warning("Invalid request from ip=%s: %s", "203.0.113.7", "bad")
    finally:
        log.error_log.removeHandler(handler)
    assert stream.getvalue() == "Invalid request from … bad\n"
