"""`verify-app parse`: a line in, a line out, whatever the line holds."""

import json

from click.testing import CliRunner

from verify_app.cli import main
from verify_app.cli.parse import answers, describe


def run(data: bytes, *arguments: str) -> list[dict]:
    result = CliRunner().invoke(main, ["parse", *arguments], input=data)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout_bytes.splitlines()]


def test_one_object_a_line_with_all_identifiers():
    (answer,) = run(b"https://example.vn/01/9506000134352/10/L/21/S?17=270131&x=y\n")
    assert answer == {
        "input": "https://example.vn/01/9506000134352/10/L/21/S?17=270131&x=y",
        "ok": True,
        "canonical": "https://id.gs1.org/01/09506000134352/10/L/21/S",
        "ai": {"01": "09506000134352", "10": "L", "21": "S", "17": "270131"},
        "error": None,
    }


def test_a_refused_line_says_why():
    (answer,) = run(b"9506000134353\n")
    assert answer["ok"] is False
    assert answer["canonical"] is None
    assert answer["ai"] == {}
    assert answer["error"] == "Expected check digit 2 in 9506000134353, got 3."


def test_a_separator_in_the_line_is_kept_and_line_ends_are_not():
    first, second = run(b"]d2010950600013435210A\x1d21B\r\n9506000134352")
    assert first["ai"] == {"01": "09506000134352", "10": "A", "21": "B"}
    assert first["input"].endswith("B")
    assert second["ok"]


def test_empty_lines_and_bytes_that_are_no_text_are_answered_too():
    empty, broken, vietnamese = run(b"\n\xff\xfe9506000134352\n\xc3\xa0\n")
    assert (empty["ok"], empty["input"]) == (False, "")
    assert (broken["ok"], broken["error"]) == (False, "Expected printable characters, got '\\udcff'.")
    assert broken["input"].encode("utf-8", "surrogateescape") == b"\xff\xfe9506000134352"
    assert vietnamese["input"] == "à"


def test_short_and_foreign_codes_have_a_canonical_form_and_no_identifiers():
    short, foreign = run(b"v000-0000-0000\nhttps://shop.example/x\n")
    assert (short["ok"], short["canonical"], short["ai"]) == (True, "urn:short:V00000000000", {})
    assert (foreign["ok"], foreign["canonical"], foreign["ai"]) == (True, "foreign:shop.example", {})


def test_files_are_read_in_turn(tmp_path):
    for name, text in (("a", "9506000134352\n"), ("b", "9506000134376\n")):
        (tmp_path / name).write_text(text, encoding="ascii")
    assert [answer["input"] for answer in run(b"", str(tmp_path / "a"), str(tmp_path / "b"))] == [
        "9506000134352",
        "9506000134376",
    ]


def test_answers_come_line_by_line_and_not_at_the_end():
    def endless():
        yield b"9506000134352\n"
        raise AssertionError("the second line was asked for before the first was answered")

    assert json.loads(next(iter(answers(endless()))))["ok"]


def test_a_place_shows_its_role():
    assert describe("(416)9521234543213")["ai"] == {"414": "9521234543213", "416": "9521234543213"}


def test_the_compressed_link_comes_when_it_is_asked_for():
    link, short = run(b"(01)05412345000013(10)ABC123\nV000-0000-0000\n", "--compress")
    assert link["compressed"] == "/CwnYUc1gmo1XgkY"
    assert short["compressed"] is None
