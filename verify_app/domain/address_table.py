"""Where addresses are: a table that the operator brings (CIDR, place, kind of network), looked up in memory."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from .evidence import Network

_KINDS = {"mobile": Network.CARRIER, "fixed": Network.LINE, "hosting": Network.HOSTING}


@dataclass(frozen=True, slots=True)
class Located:
    """One row: a network's place in degrees, how far off it may be, its kind, its country (ISO 3166-1 alpha-2)."""

    lat: float
    lon: float
    radius_km: float
    network: Network
    country: str


class AddressTable:
    """Rows by network; of nested networks the narrowest counts."""

    def __init__(self, rows: Iterable[tuple[str, Located]]) -> None:
        self._by_length: dict[tuple[int, int], dict[int, Located]] = {}
        for cidr, located in rows:
            network = ip_network(cidr, strict=False)
            shift = network.max_prefixlen - network.prefixlen
            self._by_length.setdefault((network.version, shift), {})[int(network.network_address) >> shift] = located
        self._shifts = sorted(self._by_length, key=lambda pair: pair[1])

    def find(self, address: str) -> Located | None:
        """Row of an address; None if it is no address or in no network of the table."""
        try:
            parsed = ip_address(address)
        except ValueError:
            return None
        number = int(parsed)
        for version, shift in self._shifts:
            if version == parsed.version and (found := self._by_length[version, shift].get(number >> shift)):
                return found
        return None


def read_csv(lines: Iterable[str]) -> AddressTable:
    """Table from CSV with a header: cidr, lat, lon, radius_km, kind, country. Raises `ValueError` on a bad row."""
    rows = []
    for number, row in enumerate(csv.DictReader(lines), start=2):
        try:
            kind = _KINDS.get(row["kind"], Network.UNKNOWN)
            place = (float(row["lat"]), float(row["lon"]), float(row["radius_km"]))
            rows.append((row["cidr"], Located(*place, kind, row["country"].upper())))
            ip_network(row["cidr"], strict=False)
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(
                f"Expected cidr, lat, lon, radius_km, kind, country in line {number}, got {error}."
            ) from error
    return AddressTable(rows)
