"""The head of the plainest requests, read without the server's own parser.

It reads a part of what that parser reads, and the same into the same (a test compares them): GET for a plain path,
HTTP/1.1, each header at most once and among those that the fast door knows, in printable ASCII. All else is None,
and the server reads it.
"""

from __future__ import annotations

import re
from typing import Any

# of the characters that a GS1 element may hold, those that are written the same in a path, in HTML and in JSON
PLAIN = re.compile(r"/01/[0-9]{14}(?:/10/[A-Za-z0-9_-][A-Za-z0-9._-]{0,19})?(?:/21/[A-Za-z0-9_-][A-Za-z0-9._-]{0,19})?")
# Every name that a WSGI environment may hold for the door to answer: a header that is not here may mean anything.
HEADERS = (
    "ACCEPT", "ACCEPT_ENCODING", "ACCEPT_LANGUAGE", "CACHE_CONTROL", "CONNECTION", "DNT", "HOST", "IF_NONE_MATCH",
    "KEEP_ALIVE", "PRAGMA", "PRIORITY", "REFERER", "SEC_CH_UA", "SEC_CH_UA_MOBILE", "SEC_CH_UA_PLATFORM",
    "SEC_FETCH_DEST", "SEC_FETCH_MODE", "SEC_FETCH_SITE", "SEC_FETCH_USER", "SEC_GPC", "UPGRADE_INSECURE_REQUESTS",
    "USER_AGENT", "X_FORWARDED_FOR", "X_FORWARDED_PROTO", "X_REAL_IP",
)  # fmt: skip

Headers = dict[str, str]
_LINE = re.compile(rb"([A-Za-z0-9-]{1,40}):[ ]?((?:[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)?)")
_REQUEST = re.compile(rb"GET (" + PLAIN.pattern.encode() + rb") HTTP/1\.1\r\n")
_NAMES = {name.replace("_", "-").encode(): f"HTTP_{name}" for name in HEADERS}
_LONGEST = 8_000  # bytes; below each of the server's limits


def split_head(data: bytes) -> tuple[str, bytes] | None:
    """Path and header lines of a request that is here as a whole, with nothing behind it."""
    found = _REQUEST.match(data)
    if found is None or len(data) > _LONGEST or data.find(b"\r\n\r\n") != len(data) - 4:
        return None
    return found[1].decode(), data[found.end() : -2]


def read_headers(lines: bytes) -> Headers | None:
    """Headers under their names in a WSGI environment."""
    headers: Headers = {}
    for line in lines.split(b"\r\n")[:-1]:
        found = _LINE.fullmatch(line)
        name = found and _NAMES.get(found[1].upper())
        if not found or not name or name in headers:
            return None
        headers[name] = found[2].decode("ascii")
    if headers.get("HTTP_CONNECTION", "keep-alive").lower() != "keep-alive":
        return None
    return headers


def environ_of(headers: Headers, constant: dict[str, Any], *, trusted: bool) -> dict[str, Any]:
    """WSGI environment without the path; `trusted`: the peer may say over which scheme it was asked."""
    environ = {**constant, **headers}
    if trusted and (scheme := headers.get("HTTP_X_FORWARDED_PROTO")) is not None:
        environ["wsgi.url_scheme"] = "https" if scheme == "https" else "http"
    return environ
