"""Real photos of others: what is read, in a part of the samples that is small enough for every test run.

In these sets every photo is read: a change that loses one fails here. The whole table comes from
`benchmarks/decode_recall.py`.
"""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest

from verify_app.images import decode as cascade
from verify_app.images.decode import decode
from verify_app.images.reading import gtin14

SAMPLES = Path(os.environ.get("SAMPLES_DIR", Path(__file__).resolve().parents[3] / "shared" / "samples"))
pytestmark = [
    pytest.mark.samples,
    pytest.mark.skipif(
        not (SAMPLES / "manifest.csv").is_file(), reason=f"no sample photos in {SAMPLES}; set SAMPLES_DIR"
    ),
]
ALL_READ = (
    "zxing-cpp__datamatrix-1",
    "zxing-cpp__microqrcode-1",
    "zxing-cpp__qrcode-1",
    "zxing-cpp__ean8-1",
    "zxing-cpp__upca-4",  # both decoders alone misread smeared prints here
    "quagga2__ean",
    "quagga2__upc_e",
    "zxing-cpp__code128-1",
)


@pytest.fixture(autouse=True)
def _no_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts must not hang on how busy the machine is: passes are not cut short."""
    monkeypatch.setattr(cascade, "BUDGET", 600.0)
    monkeypatch.setattr(cascade, "WALL", 600.0)


def rows(folder: str) -> list[tuple[Path, list[str]]]:
    with (SAMPLES / "manifest.csv").open(encoding="utf-8", newline="") as stream:
        listed = [row for row in csv.DictReader(stream) if row["file"].split("/")[0] == folder]
    return [(SAMPLES / row["file"], json.loads(row["accepted_texts_json"])) for row in listed]


def plain(text: str) -> str:
    """Text without FNC1; EAN and UPC as GTIN-14."""
    text = text.replace("\x1d", "").strip()
    return gtin14(text) if text.isdigit() and len(text) in (8, 12, 13, 14) else text


@pytest.mark.parametrize("folder", ALL_READ)
def test_photos_of_the_samples_are_read(folder: str) -> None:
    photos = rows(folder)
    assert photos
    missed = []
    for file, accepted in photos:
        read = {plain(symbol.text) for symbol in decode(file.read_bytes()).symbols}
        wanted = {plain(text) for text in accepted} | {gtin14(text, upc_e=True) for text in accepted if len(text) == 8}
        if not read & wanted:
            missed.append(file.name)
    assert missed == []


@pytest.mark.parametrize("folder", ["zxing-cpp__falsepositives-1", "zxing-cpp__falsepositives-2"])
def test_photos_without_a_code_give_none(folder: str) -> None:
    photos = rows(folder)
    assert photos
    assert {file.name: decode(file.read_bytes()).symbols for file, _ in photos} == {file.name: () for file, _ in photos}


def test_a_qr_code_within_a_qr_code_gives_both_texts() -> None:
    (file,) = [file for file, _ in rows("jsqr") if file.name == "170.png"]
    assert {symbol.text[:8] for symbol in decode(file.read_bytes()).symbols} == {
        "[外側QRコード"[:8],
        "[内側QRコード"[:8],
    }
