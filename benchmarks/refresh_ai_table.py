"""Bring `verify_app/domain/gs1_ai.json` up to a newer GS1 Barcode Syntax Dictionary.

    .venv/bin/python -m benchmarks.refresh_ai_table gs1-syntax-dictionary.txt --check
    .venv/bin/python -m benchmarks.refresh_ai_table gs1-syntax-dictionary.txt

The dictionary is GS1's file `gs1-syntax-dictionary.txt` (repository gs1/gs1-syntax-dictionary); its release stands in
its head. `--check` prints the differences and ends with 1 if there are any; without it the table is written anew. In
`LINTERS` GS1's names stand on the left and ours on the right; one that is missing there stops the work: it needs a
test in `ai_content.py` first.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from itertools import product
from pathlib import Path
from typing import Any

TABLE = Path(__file__).parents[1] / "verify_app" / "domain" / "gs1_ai.json"
LINTERS = {
    "csum": "csum", "csumalpha": "checkpair", "yymmd0": "yymmd0", "yymmdd": "yymmdd", "yyyymmdd": "yyyymmdd",
    "yyyymmd0": "yyyymmdd", "hhmi": "hhmm", "hh": "hour", "mi": "sixty", "ss": "sixty", "iso3166": "country",
    "iso3166alpha2": "country2", "iso3166999": "country999", "iso4217": "currency", "iso5218": "sex", "iban": "iban",
    "nonzero": "nonzero", "nozeroprefix": "nozero", "zero": "zero", "winding": "winding", "yesno": "yesno",
    "pcenc": "percent", "pieceoftotal": "piece", "posinseqslash": "sequence", "hyphen": "hyphen",
    "latitude": "latitude", "longitude": "longitude", "mediatype": "media", "importeridx": "importer",
    "hasnondigit": "nondigit",
    "packagetype": "package", "couponcode": "digits", "couponposoffer": "offer", "key": "", "keyoff1": "",
    "gcppos1": "gcp", "gcppos2": "gcp",
}  # fmt: skip
_ROW = re.compile(r"^(?P<ai>\d+(?:-\d+)?)\s+(?P<flags>[*?!\"$%&'()+,\-./:;<=>@\[\\\]^_`{|}~]*)\s*(?P<rest>[^#]*)")
_PART = re.compile(r"^(\[?)([XNYZ])(\.\.)?(\d+)((?:,\w+)*)(\]?)$")


def read(text: str) -> tuple[str, list[dict[str, Any]]]:
    """Release and rows of a dictionary. Raises `ValueError` for a line or linter that is not understood."""
    release = re.search(r"Release: (\S+)", text)
    if release is None:
        raise ValueError("Expected a line with the release of the dictionary, got none.")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return release[1], [_row(line) for line in lines]


def _row(line: str) -> dict[str, Any]:
    found = _ROW.match(line)
    if found is None:
        raise ValueError(f"Expected a row of the dictionary, got {line!r}.")
    row: dict[str, Any] = {"ai": found["ai"]}
    words = found["rest"].split()
    parts = [word for word in words if _PART.match(word)]
    row["form"] = " ".join(map(_part, parts))
    if "*" in found["flags"]:
        row["fixed"] = True
    if "?" in found["flags"]:
        row["attribute"] = True
    for word in words:
        name, _, value = word.partition("=")
        if word == "dlpkey":
            row["key"] = [[]]
        elif name == "dlpkey":
            row["key"] = [line.split(",") for line in value.split("|")]
        elif name == "req":  # several of them hold together
            row["needs"] = ["+".join(filter(None, pair)) for pair in product(row.get("needs", [""]), value.split(","))]
        elif name == "ex":
            own = found["ai"][:3] + "n"
            row.setdefault("excludes", []).extend("own" if other == own else other for other in value.split(","))
    return row


def _part(word: str) -> str:
    optional, letter, up_to, size, linters, _ = _PART.match(word).groups()  # type: ignore[union-attr]
    names = [linter for linter in linters.split(",") if linter]
    unknown = [name for name in names if name not in LINTERS]
    if unknown:
        raise ValueError(f"Expected linters that this service knows, got {', '.join(unknown)} in {word!r}.")
    told = [LINTERS[name] for name in names]
    # in a number the digits of the company prefix need no test of their own
    tests = "".join(f"/{name}" for name in told if name and not (letter == "N" and name == "gcp"))
    return f"[{letter}{up_to or ''}{size}{tests}]" if optional else f"{letter}{up_to or ''}{size}{tests}"


def expanded(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Rows by single AI, ranges opened, so that two ways of writing compare equal."""
    found = {}
    for row in rows:
        for item in row["ai"].split():
            first, _, last = item.partition("-")
            for number in range(int(first), int(last or first) + 1):
                found[str(number).zfill(len(first))] = {name: value for name, value in row.items() if name != "ai"}
    return found


def main() -> None:
    """Compare, and write unless `--check` was asked for."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("dictionary", type=Path)
    asked.add_argument("--check", action="store_true")
    chosen = asked.parse_args()
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    release, rows = read(chosen.dictionary.read_text(encoding="utf-8"))
    ours, theirs = expanded(table["rows"]), expanded(rows)
    different = [ai for ai in sorted(ours.keys() | theirs.keys()) if ours.get(ai) != theirs.get(ai)]
    for ai in different:
        print(f"({ai}) here {ours.get(ai)}, there {theirs.get(ai)}")
    if chosen.check:
        print(f"{len(different)} differences between {table['source']} and release {release}")
        sys.exit(bool(different))
    head = {name: value for name, value in table.items() if name != "rows"}
    head["source"] = f"GS1 Barcode Syntax Dictionary, release {release}"
    lines = ",\n".join("    " + json.dumps(row) for row in rows)
    start = json.dumps(head, indent=2, ensure_ascii=False).removesuffix("\n}")
    TABLE.write_text(f'{start},\n  "rows": [\n{lines}\n  ]\n}}\n', encoding="utf-8")
    print(f"{len(rows)} rows of release {release} written to {TABLE}")


if __name__ == "__main__":
    main()
