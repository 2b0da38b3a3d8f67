"""Compressed Digital Link URIs: published vectors, both ways, and what is none."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest

from verify_app.domain.code import Code, CodeError, Spelling
from verify_app.domain.compression import compress, spell_out
from verify_app.domain.parse import parse, spelled_out

ROWS = list(csv.DictReader((Path(__file__).parents[1] / "vectors/compressed.csv").open(encoding="utf-8", newline="")))
GTIN = "/01/09506000134352"


def told(code: Code) -> tuple[Code, list[tuple[str, str]]]:
    return code, sorted(code.attributes)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["compressed"])
def test_a_published_compressed_uri_is_the_code_of_its_uncompressed_form(row):
    assert told(parse(row["compressed"])) == told(parse(row["uncompressed"]))
    assert parse(row["compressed"]).spelling is Spelling.COMPRESSED


@pytest.mark.parametrize("row", [row for row in ROWS if row["how"] == "same"], ids=lambda row: row["compressed"])
def test_we_write_what_others_write(row):
    assert compress(parse(row["uncompressed"])) == row["compressed"]


def test_there_are_vectors_of_every_way_of_writing():
    assert {row["how"] for row in ROWS} == {"same", "plain", "partial", "sorted"}
    assert all(row["source"] for row in ROWS)


def test_every_text_comes_back_from_its_compressed_form():
    chance = random.Random(6)
    alphabets = ("0123456789", "0123456789ABCDEF", "0123456789abcdef", "AZaz09-_", "!%&'()*+,./:;<=>?AZaz_")
    for _ in range(400):
        letters = chance.choice(alphabets)
        values = ["".join(chance.choices(letters, k=chance.randint(1, 20))) for _ in range(4)]
        keys = [ai for ai in ("22", "10", "21") if chance.random() < 0.6]
        attributes = tuple(pair for pair in (("17", "290331"), ("240", values[3])) if chance.random() < 0.5)
        code = Code("01", "09506000134352", tuple(zip(keys, values, strict=False)), attributes)
        assert told(parse(compress(code))) == told(code)


@pytest.mark.parametrize(
    "path",
    [
        "/253/9521234567899", "/253/9521234567899DOC1", "/255/9521234567899", "/8003/09521234567899",
        "/00/095212345678901235?4309=01790858121795000000", "/00/095212345678901235?02=09506000134352&37=5&10=A",
        GTIN + "/235/TPX1?10=LOT", "/00/095212345678901235?4330=000012-", GTIN + "?7007=270131270201",
        GTIN + "?90=" + "7" * 30, "/8004/9521234ASSET/7040/1ABC",
    ],
)  # fmt: skip
def test_formats_of_several_parts_come_back(path):
    assert told(parse(compress(parse(path)))) == told(parse(path))


def test_where_another_key_would_come_first_the_primary_key_stays_uncompressed():
    code = parse("/414/9521234543213?01=09506000134352")
    assert compress(code) == "/414/9521234543213/ARFKk4XBoA"
    assert told(parse(compress(code))) == told(code)


def test_a_compressed_uri_may_stand_at_any_host_and_below_any_path_with_its_own_query():
    text = "https://example.vn/shop/AQnYUc1gmiCNV4JG/?utm=a&17=290331#x"
    code = parse(text)
    assert (code.path, code.attributes) == ("/01/05412345000013/10/ABC123", (("17", "290331"),))
    assert spelled_out("/AQnYUc1gmiCNV4JG?utm=a") == "/01/05412345000013/10/ABC123?utm=a"
    assert spelled_out("/CwnYUc1gmo1XgkYujcNg?lang=vi") == "/01/05412345000013/10/ABC123?17=290331&lang=vi"
    assert spelled_out("/AQnYUc1gmg/") == "/01/05412345000013"


def test_pairs_that_are_not_gs1s_are_passed_on():
    # F, seven bits 0000011 of length, "arv" in base64url; alphabet 011, seven bits 0000100 of length, "true"
    bits = f"{0x01:08b}{5412345000013:047b}" + "1111" + f"{3:07b}"
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    bits += "".join(f"{alphabet.index(letter):06b}" for letter in "arv") + "011" + f"{4:07b}"
    bits += "".join(f"{alphabet.index(letter):06b}" for letter in "true")
    bits += "0" * (-len(bits) % 6)
    segment = "".join(alphabet[int(bits[start : start + 6], 2)] for start in range(0, len(bits), 6))
    assert spell_out("/" + segment, "x=1") == ("/01/05412345000013", "arv=true&x=1")

    assert parse("/" + segment).gtin == "05412345000013"


def written(bits: str) -> str:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    bits += "0" * (-len(bits) % 6)
    return "/" + "".join(alphabet[int(bits[start : start + 6], 2)] for start in range(0, len(bits), 6))


KEY = f"{0x01:08b}{9506000134352:047b}"


@pytest.mark.parametrize(
    "bits",
    [
        f"{0x01:08b}{10**14:047b}",  # a number of fifteen digits
        KEY + "1",  # what fills the last letter is not zero
        KEY + "0" * 6,  # a letter too many
        KEY + f"{0x10:08b}" + "000" + f"{21:05b}" + "0" * 70,  # a lot of 21 characters
        KEY + f"{0x10:08b}" + "101" + f"{3:05b}" + "0" * 24,  # an alphabet that does not exist
        KEY + f"{0x10:08b}" + "100" + f"{20:05b}",  # cut short
        f"{0xEE:08b}" + "0" * 48,  # a code for several AIs that does not exist
        f"{0x4444:016b}" + "0" * 48,  # an AI that does not exist
        f"{0x44A4:016b}" + "0" * 48,  # an AI with a letter
        KEY + "1111" + f"{0:07b}" + "011" + f"{1:07b}" + "0" * 6,  # a pair without a name
        f"{0x17:08b}{290331:020b}" + "0" * 20,  # no key
        f"{0x17:08b}{290331:020b}" + f"{0x11:08b}{280331:020b}",  # a row of AIs without a key
    ],
)
def test_what_is_no_row_of_identifiers_is_just_another_page(bits):
    with pytest.raises(CodeError) as refused:
        parse(written(bits))
    assert refused.value.kind == "NOT_GS1"
    assert parse("https://example.vn" + written(bits)).key == "foreign"


@pytest.mark.parametrize(
    ("bits", "problem"),
    [
        (f"{0x01:08b}{9506000134353:047b}", "check_digit"),
        (f"{0x0D:08b}{9506000134352:047b}{291331:020b}", "value"),
        (KEY + f"{0x10:08b}" + "000" + f"{1:05b}" + "0101" + f"{0x10:08b}" + "000" + f"{1:05b}" + "0110", "duplicate"),
        (KEY + f"{0x10:08b}" + "000" + f"{0:05b}" + "0", "empty"),
        (KEY + f"{0x10:08b}" + "100" + f"{1:05b}" + f"{0x23:07b}", "characters"),
        (KEY + f"{0x37:08b}" + f"{1:04b}" + "0101", "pair"),
    ],
)
def test_a_row_of_identifiers_with_wrong_values_is_refused_with_the_reason(bits, problem):
    with pytest.raises(CodeError) as refused:
        parse(written(bits))
    assert (refused.value.kind, refused.value.problem) == ("MALFORMED", problem)
    assert parse("https://bit.example" + written(bits)).key == "foreign"  # some other site's short link


def test_words_and_codes_without_a_gs1_key_are_no_compressed_uris():
    for path in ("/robots", "/A", "/", "//", "/Zoo/abc", GTIN + "/foo"):
        with pytest.raises(CodeError):
            parse(path)
    assert spelled_out("/robots.txt?a=b") == "/robots.txt?a=b"
    assert spelled_out(GTIN + "?a=b") == GTIN + "?a=b"
    with pytest.raises(CodeError, match="Expected a GS1 key"):
        compress(parse("V000-0000-0000"))


def test_both_orders_of_the_optimisation_that_gs1s_table_and_toolkit_write_differently_are_read():
    values = [f"{9506000134352:047b}", "000" + f"{1:05b}" + "0111", "000" + f"{2:05b}" + f"{42:07b}", f"{290331:020b}"]
    for order in ((0, 1, 2, 3), (0, 1, 3, 2)):
        code = parse(written(f"{0x1A:08b}" + "".join(values[place] for place in order)))
        assert told(code) == told(parse(GTIN + "/10/7/21/42?17=290331"))
