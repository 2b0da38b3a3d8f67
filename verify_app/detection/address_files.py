"""Address tables that the operator brings: CSV (cidr, lat, lon, radius_km, kind, country) or MaxMind's `.mmdb`.

Nothing is asked of anybody at run time. Without a table only the country of an address is known.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import maxminddb

from ..domain.address_table import Located, read_csv
from ..domain.evidence import Network

_NETWORKS = {
    "cellular": Network.CARRIER,
    "mobile": Network.CARRIER,
    "hosting": Network.HOSTING,
    "content_delivery_network": Network.HOSTING,
    "residential": Network.LINE,
    "business": Network.LINE,
    "cable/dsl": Network.LINE,
    "corporate": Network.LINE,
    "fixed": Network.LINE,
}


class Addresses(Protocol):
    """Where an address is."""

    def find(self, address: str) -> Located | None:
        """Row of an address, None if the table does not hold it."""


class NoAddresses:
    """No table: nobody can be placed."""

    def find(self, address: str) -> Located | None:  # noqa: ARG002 - the Protocol's argument
        """None for every address."""
        return None


class MaxMindTable:
    """A `.mmdb` file with city, connection type or both, read through the memory of the operating system."""

    def __init__(self, path: Path) -> None:
        self._reader = maxminddb.open_database(path)

    def find(self, address: str) -> Located | None:
        """Row of an address; None if it is no address or in no network of the table."""
        try:
            row = self._reader.get(address)
        except ValueError:
            return None
        return _located(row) if isinstance(row, dict) else None


def open_addresses(path: Path) -> Addresses:
    """Table of a file, by its ending. Raises `ValueError` if it is none."""
    try:
        if path.suffix == ".mmdb":
            return MaxMindTable(path)
        with path.open(encoding="utf-8", newline="") as lines:
            return read_csv(lines)
    except (OSError, maxminddb.InvalidDatabaseError, UnicodeDecodeError) as error:
        raise ValueError(f"Expected an address table in {path.name}, got {type(error).__name__}: {error}.") from error


def _located(row: dict[str, Any]) -> Located:
    country = row.get("country") or row.get("registered_country") or {}
    place, traits = row.get("location") or {}, row.get("traits") or {}
    kind = str(traits.get("connection_type") or traits.get("user_type") or row.get("connection_type") or "").lower()
    known = "latitude" in place and "longitude" in place
    return Located(
        float(place.get("latitude", 0.0)),
        float(place.get("longitude", 0.0)),
        float(place.get("accuracy_radius", 50.0)) if known else 20_000.0,  # a country alone is no place
        _NETWORKS.get(kind, Network.UNKNOWN),  # of a network of unknown kind the region counts, but no place
        str(country.get("iso_code", "")) if isinstance(country, dict) else str(country),
    )
