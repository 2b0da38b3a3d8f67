"""`verify-app decode` and `verify-app labels`, as an operator's script uses them."""

from __future__ import annotations

import json
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote

import pytest
import segno
from click.testing import CliRunner
from PIL import Image

from tests.migrated import lay_schema
from tests.registry_samples import GTIN, REGISTRY
from verify_app.cli.decode import command as decode_command
from verify_app.cli.labels import command as labels_command
from verify_app.domain.parse import parse
from verify_app.images.decode import decode
from verify_app.store.engine import open_engine
from verify_app.store.registry import write_registry

LINK = "https://id.example.vn/01/09506000134352/21/A"


def qr(text: str) -> bytes:
    out = BytesIO()
    segno.make_qr(text).save(out, kind="png", scale=5, border=4)
    return out.getvalue()


def run(*arguments: str, stdin: bytes = b"") -> list[dict[str, object]]:
    result = CliRunner().invoke(decode_command, list(arguments), input=stdin)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_one_json_object_a_file_in_the_order_given(tmp_path: Path) -> None:
    files = []
    for number in range(12):
        files.append(str(tmp_path / f"{number}.png"))
        Path(files[-1]).write_bytes(qr(f"{LINK}{number}"))
    answers = run(*files)
    assert [answer["file"] for answer in answers] == files
    assert [answer["symbols"][0]["text"] for answer in answers] == [f"{LINK}{number}" for number in range(12)]
    for answer in answers:
        assert set(answer) == {"file", "symbols", "ms", "error"}
        assert set(answer["symbols"][0]) == {"text", "format", "symbology_identifier", "position"}
        assert len(answer["symbols"][0]["position"]) == 4
        assert answer["ms"] > 0
        assert answer["error"] is None


def test_files_that_fail_have_an_error_and_the_others_are_read(tmp_path: Path) -> None:
    good, text, empty = tmp_path / "good.png", tmp_path / "text.txt", tmp_path / "empty.jpg"
    good.write_bytes(qr(LINK))
    text.write_text("no picture")
    empty.write_bytes(b"")
    answers = run(str(text), str(empty), str(tmp_path / "none.png"), str(tmp_path), str(good))
    assert [bool(answer["error"]) for answer in answers] == [True, True, True, True, False]
    assert all(str(answer["error"]).startswith("Expected ") for answer in answers[:4])
    assert [answer["symbols"] for answer in answers[:4]] == [[], [], [], []]
    assert answers[4]["symbols"][0]["text"] == LINK


def test_a_file_far_too_large_is_refused_without_being_read_whole(tmp_path: Path) -> None:
    huge = tmp_path / "huge.jpg"
    with huge.open("wb") as stream:
        stream.truncate(5_000_000_000)
    (answer,) = run(str(huge))
    assert "bytes" in str(answer["error"])


def test_standard_input_is_a_file_too() -> None:
    (answer,) = run("-", stdin=qr(LINK))
    assert (answer["file"], answer["symbols"][0]["text"]) == ("-", LINK)


def test_separators_and_letters_survive_the_json(tmp_path: Path) -> None:
    (tmp_path / "ảnh.png").write_bytes(qr("Cà phê Đắk Lắk"))
    (answer,) = run(str(tmp_path / "ảnh.png"))
    assert answer["symbols"][0]["text"] == "Cà phê Đắk Lắk"


def test_the_installed_command_reads_a_photo_and_leaves_no_process(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(qr(LINK))
    command = [str(Path(sys.executable).with_name("verify-app")), "decode", "a.png", "missing.png"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
    first, second = map(json.loads, done.stdout.splitlines())
    assert (first["symbols"][0]["text"], second["symbols"]) == (LINK, [])
    assert done.stderr == ""


def label(*arguments: str, ok: bool = True) -> str:
    result = CliRunner().invoke(labels_command, list(arguments))
    assert (result.exit_code == 0) is ok, result.output
    return result.output


@pytest.mark.parametrize("kind", ["qr", "datamatrix"])
def test_labels_for_named_serials_are_read_back(tmp_path: Path, kind: str) -> None:
    out = tmp_path / "out"
    label("09506000134352", "--lot", "L/1", "--serial", "A1", "--serial", "b(2)", "--kind", kind,
          "--format", "png", "--out", str(out), "--base-url", "https://id.example.vn")  # fmt: skip
    files = sorted(out.iterdir())
    assert [unquote(file.stem) for file in files] == ["09506000134352_L/1_A1", "09506000134352_L/1_b(2)"]
    for file, serial in zip(files, ("A1", "b(2)"), strict=True):
        code = parse(decode(file.read_bytes()).symbols[0].payload)
        assert (code.gtin, code.lot, code.serial) == ("09506000134352", "L/1", serial)


def test_a_wrong_gtin_is_explained(tmp_path: Path) -> None:
    output = label("9506000134353", "--serial", "A1", "--out", str(tmp_path / "out"), ok=False)
    assert "check digit" in output
    assert not (tmp_path / "out").exists()


@pytest.fixture
def stocked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with the sample registry."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    url = f"sqlite:///{tmp_path / 'registry.sqlite3'}"
    lay_schema(url)
    write_registry(open_engine(url), REGISTRY)
    return tmp_path


def test_labels_of_a_product_are_one_file_an_item_with_text_for_people(stocked: Path) -> None:
    out = stocked / "out"
    label(GTIN, "--out", str(out), "--base-url", "https://id.example.vn")
    svgs = [file.read_text() for file in sorted(out.glob("*.svg"))]
    assert len(svgs) == len(tuple(REGISTRY.items))
    assert all(f"(01) {GTIN}</text>" in svg and "(21) " in svg for svg in svgs)
    assert any("NSX " in svg or "HSD " in svg for svg in svgs)


def test_a_count_ends_the_list_early(stocked: Path) -> None:
    label(GTIN, "--count", "1", "--format", "png", "--out", str(stocked / "out"))
    (file,) = (stocked / "out").iterdir()
    assert Image.open(file).format == "PNG"


def test_an_unknown_product_is_explained(stocked: Path) -> None:
    assert "Expected a product of the registry" in label("09506000134376", "--out", str(stocked / "out"), ok=False)


def test_a_missing_registry_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "nowhere"))
    assert "verify-app init" in label("09506000134352", "--out", str(tmp_path / "out"), ok=False)
    assert list(tmp_path.iterdir()) == []
