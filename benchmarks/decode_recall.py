"""How many codes in real photos are read: pyzbar and zxing-cpp as their documentation shows them, and this service.

    python benchmarks/decode_recall.py [--every N] [--json]

Photos and their texts come from SAMPLES_DIR, or ../shared/samples beside the repository. The three readers take
turns on each photo in one thread, so that a busy machine slows all of them alike; times are CPU milliseconds.

What counts as the same text: white space at the ends and FNC1 are ignored; EAN and UPC are compared as GTIN-14
(a UPC-E is expanded, an add-on of 2 or 5 digits is dropped). "wrong" counts texts that the list of accepted texts
does not hold; where a photo shows a second code that the list does not name, that counts too, for every reader.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import zxingcpp
from PIL import Image
from pyzbar import pyzbar

from verify_app.images.decode import decode
from verify_app.images.reading import gtin14

Found = list[tuple[str, str]]  # (text, format)
MATRIX = ("qr", "microqr", "datamatrix", "pdf417")


@dataclass
class Score:
    """One reader's results on one family of formats."""

    hits: int = 0
    wrong: int = 0
    times: list[float] = field(default_factory=list)

    def line(self, photos: int) -> dict[str, float]:
        """The figures of a row."""
        ordered = sorted(self.times)
        return {
            "found": self.hits,
            "percent": round(100 * self.hits / photos, 1),
            "wrong": self.wrong,
            "median_ms": round(ordered[len(ordered) // 2], 1),
            "p95_ms": round(ordered[int(len(ordered) * 0.95)], 1),
        }


def samples_dir() -> Path:
    """Folder of the sample photos, which need not exist."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "samples"
    return Path(os.environ.get("SAMPLES_DIR", beside))


def samples(folder: Path) -> Iterator[tuple[str, str, list[str]]]:
    """(file, family, accepted texts) of each row of the list."""
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            yield row["file"], row["format"], json.loads(row["accepted_texts_json"])


def spellings(text: str, family: str, kind: str = "") -> set[str]:
    """What a text is compared by."""
    text = text.replace("\x1d", "").strip()
    if family != "eanupc" or not (text.isascii() and text.isdigit()):
        return {text}
    if kind == "UPC-E":
        return {gtin14(text, upc_e=True)}
    if len(text) in (15, 18):  # with an add-on of 2 or 5 digits
        text = text[:13]
    return {gtin14(text), gtin14(text, upc_e=True)} if len(text) == 8 and not kind else {gtin14(text)}


def naive_pyzbar(data: bytes) -> Found:
    """pyzbar as its documentation shows it."""
    found = pyzbar.decode(Image.open(BytesIO(data)))
    return [(one.data.decode("utf-8", "replace"), "UPC-E" if one.type == "UPCE" else one.type) for one in found]


def naive_zxing(data: bytes) -> Found:
    """zxing-cpp as its documentation shows it, but with plain text, which keeps FNC1."""
    found = zxingcpp.read_barcodes(Image.open(BytesIO(data)), text_mode=zxingcpp.TextMode.Plain)
    return [(one.text, str(one.format)) for one in found]


def ours(data: bytes) -> Found:
    """This service's cascade."""
    return [(symbol.text, symbol.format) for symbol in decode(data).symbols]


READERS: dict[str, Callable[[bytes], Found]] = {"pyzbar": naive_pyzbar, "zxing-cpp": naive_zxing, "ours": ours}


def measure(folder: Path, every: int = 1) -> dict[str, dict[str, Score]]:
    """Scores by family and reader, over each n-th photo."""
    scores: dict[str, dict[str, Score]] = defaultdict(lambda: {name: Score() for name in READERS})
    for number, (file, family, accepted) in enumerate(samples(folder)):
        if number % every:
            continue
        data = (folder / file).read_bytes()
        wanted = set().union(*(spellings(text, family) for text in accepted))
        for name, reader in READERS.items():
            began = time.thread_time()
            found = reader(data)
            score = scores[family][name]
            score.times.append((time.thread_time() - began) * 1000)
            read = {text: bool(spellings(text, family, kind) & wanted) for text, kind in found}
            score.hits += any(read.values())
            score.wrong += sum(not right for right in read.values())
    return scores


def table(scores: dict[str, dict[str, Score]]) -> dict[str, dict[str, object]]:
    """Rows by family, and in all without the photos in which nothing may be read."""
    rows: dict[str, dict[str, object]] = {}
    labelled = {family: readers for family, readers in scores.items() if family != "negative"}
    groups = {**labelled, "all": None, "all 2-D": None, "negative": scores.get("negative")}
    for group, readers in groups.items():
        if readers is None:
            readers = _sum([r for f, r in labelled.items() if group == "all" or f in MATRIX])  # noqa: PLW2901
        photos = len(next(iter(readers.values())).times)
        if photos:
            rows[group] = {"photos": photos, **{name: score.line(photos) for name, score in readers.items()}}
    return rows


def _sum(parts: list[dict[str, Score]]) -> dict[str, Score]:
    total = {name: Score() for name in READERS}
    for part in parts:
        for name, score in part.items():
            total[name].hits += score.hits
            total[name].wrong += score.wrong
            total[name].times += score.times
    return total


def show(rows: dict[str, dict[str, object]]) -> None:
    """Print the table, and the ratios in all."""
    print(
        f"{'family':<12}{'photos':>7}  " + "  ".join(f"{name + ': found wrong median/p95 ms':<40}" for name in READERS)
    )
    for group, row in rows.items():
        cells = [
            f"{line['found']:>4} {line['percent']:>5} %  w{line['wrong']:<3} {line['median_ms']:>6}/{line['p95_ms']:<6}"
            for line in (row[name] for name in READERS)
        ]
        print(f"{group:<12}{row['photos']:>7}  " + "  ".join(f"{cell:<40}" for cell in cells))
    everything = rows["all"]
    for name in ("pyzbar", "zxing-cpp"):
        print(f"found, ours / naive {name}: {everything['ours']['found'] / everything[name]['found']:.2f}")


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--every", type=int, default=1, help="take each n-th photo only")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    folder = samples_dir()
    if not (folder / "manifest.csv").is_file():
        sys.exit(f"Expected the sample photos with their manifest.csv in {folder}; set SAMPLES_DIR.")
    rows = table(measure(folder, options.every))
    if options.json:
        print(json.dumps(rows, indent=1))
    else:
        show(rows)


if __name__ == "__main__":
    main()
