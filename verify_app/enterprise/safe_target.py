"""Addresses that a webhook may be sent to: https, a public host, and the very address that was checked.

The host is resolved once, every address of it must be a public one, and the connection goes to that address with the
host's name in TLS and in the request: a name that answers otherwise a moment later (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

_SECONDS = 10.0
_MOST_BYTES = 4096
_PORTS = (443, 8443)

Resolve = Callable[[str, int], list[str]]


class TargetError(ValueError):
    """The address is refused; the message says what was expected and what came."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address that was checked: the host, its port and path, and the IP address to connect to."""

    host: str
    port: int
    path: str
    address: str


def resolve_host(host: str, port: int) -> list[str]:
    """All addresses of a host. Raises `TargetError`."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise TargetError(f"Expected a host that can be found, got {host!r}.") from error
    return [str(entry[4][0]) for entry in found]


def check_target(url: str, resolve: Resolve = resolve_host) -> Target:
    """Check an address. Raises `TargetError`."""
    try:
        parts = urlsplit(url)
        port = parts.port or 443
    except ValueError as error:
        raise TargetError(f"Expected an address https://…, got {url[:80]!r}.") from error
    if parts.scheme != "https" or not parts.hostname or parts.username or parts.password or parts.fragment:
        raise TargetError(f"Expected an address https://host/path without a user, got {url[:80]!r}.")
    if not url.isascii() or not url.isprintable() or " " in url or len(url) > 1000:
        raise TargetError("Expected an address of at most 1,000 plain characters, got another one.")
    if port not in _PORTS:
        raise TargetError(f"Expected port 443 or 8443, got {port}.")
    addresses = resolve(parts.hostname, port)
    for address in addresses:
        if not _public(address):
            raise TargetError(f"Expected a host on the public network, got {parts.hostname!r}.")
    if not addresses:
        raise TargetError(f"Expected a host that can be found, got {parts.hostname!r}.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.hostname, port, path, addresses[0])


def post(target: Target, body: bytes, headers: dict[str, str], context: ssl.SSLContext | None = None) -> int:
    """Post a body to the checked address and return the status; redirects are not followed. Raises `OSError`."""
    connection = _Pinned(target, context or ssl.create_default_context())
    try:
        connection.request("POST", target.path, body=body, headers=headers)
        answer = connection.getresponse()
        answer.read(_MOST_BYTES)
        return answer.status
    except http.client.HTTPException as error:
        raise OSError(f"Expected an HTTP answer, got {type(error).__name__}.") from error
    finally:
        connection.close()


class _Pinned(http.client.HTTPSConnection):
    """A connection to the address that was checked, under the host's name."""

    def __init__(self, target: Target, context: ssl.SSLContext) -> None:
        super().__init__(target.host, target.port, timeout=_SECONDS, context=context)
        self._target, self._tls = target, context

    def connect(self) -> None:
        """Connect to the checked address; TLS checks the host's certificate."""
        raw = socket.create_connection((self._target.address, self._target.port), _SECONDS)
        self.sock = self._tls.wrap_socket(raw, server_hostname=self._target.host)


def _public(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    return found.is_global and not found.is_multicast and (inner is None or inner.is_global)
