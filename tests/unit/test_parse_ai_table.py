"""The table of AIs against an independent one, and the content of values."""

# ruff: noqa: E501 - the tables of cases read best with one rule a line
import pytest
from biip.gs1_application_identifiers import _GS1_APPLICATION_IDENTIFIERS as BIIP

from verify_app.domain.ai_content import CONTENT
from verify_app.domain.ai_table import AI_CODES, KEYS, SOURCE, find_ai, known_ai
from verify_app.domain.code import CodeError


def test_the_table_names_its_source_and_holds_the_same_identifiers_as_biip():
    assert "2026-01-27" in SOURCE
    assert set(BIIP) == AI_CODES
    assert {"00", "01", "253", "414", "8003", "8018"} <= KEYS


@pytest.mark.parametrize("code", sorted(BIIP))
def test_separators_and_lengths_agree_with_biip(code):
    ours, theirs = known_ai(code), BIIP[code]
    assert bool(ours.fixed) != theirs.separator_required
    form = theirs.format.split("+", 1)[1]
    if "+" not in form and "[" not in form:
        shortest = 1 if ".." in form else int(form[1:])
        assert (ours.shortest, ours.longest) == (shortest, int(form[1:].strip(".")))


def test_no_identifier_is_the_beginning_of_another():
    assert not [code for code in AI_CODES for other in AI_CODES if code != other and other.startswith(code)]


def test_an_unknown_identifier_is_none_or_an_error():
    assert find_ai("19") is None
    with pytest.raises(CodeError, match="Expected a GS1 Application Identifier, got '19'"):
        known_ai("19")


CASES = [
    ("checkpair", ["1987654Ad4X4bL5ttr2310c2K", "22"], ["1987654Ad4X4bL5ttr2310c2X", "33", "2"]),
    ("country", ["704", "840"], ["000", "999"]),
    ("country2", ["VN"], ["XX", "vn"]),
    ("country999", ["704", "999"], ["000"]),
    ("csum", ["09506000134352"], ["09506000134353"]),
    ("currency", ["704", "978"], ["000"]),
    ("digits", ["123"], ["12a"]),
    ("gcp", ["9521", "9521A"], ["952", "952A", "A952"]),
    ("hhmm", ["0000", "2359"], ["2400", "0060"]),
    ("hour", ["00", "23"], ["24"]),
    ("hyphen", ["-"], ["A"]),
    ("iban", ["DE91100000000123456789", "GB98MIDL07009312345678"], ["DE91100000000123456788", "XX361234567890", "DE1234567"]),
    ("iban", [], ["DE9110000000012345678a"]),
    ("importer", ["A", "z", "0", "-", "_"], ["/", "!"]),
    ("latitude", ["0000000000", "1800000000"], ["1800000001"]),
    ("longitude", ["3600000000"], ["3600000001"]),
    ("media", ["01", "10", "80", "99"], ["00", "11", "79"]),
    ("nondigit", ["1A"], ["11"]),
    ("nonzero", ["0010"], ["0000"]),
    ("nozero", ["1", "10"], ["0", "01"]),
    ("offer", ["001234561234560123456", "061234567890121234569123456789012345"], ["201234561234560123456", "00123456123456", "0012345612345601234567", "0"]),
    ("package", ["CT", "1A", "9"], ["ct", "1A/", "ABCD"]),
    ("percent", ["ABC", "%20x"], ["%", "%2", "%zz"]),
    ("piece", ["0102", "0202"], ["0001", "0302", "0000"]),
    ("sequence", ["1/3", "3/3"], ["0/3", "4/3", "1-3"]),
    ("sex", ["0", "1", "2", "9"], ["3"]),
    ("sixty", ["00", "59"], ["60"]),
    ("winding", ["0", "1", "9"], ["2"]),
    ("yesno", ["0", "1"], ["2"]),
    ("yymmd0", ["270200", "280229", "000229"], ["270229", "271300", "270001", "270132"]),
    ("yymmdd", ["270228"], ["270200", "270229"]),
    ("yyyymmdd", ["20280229", "19000228"], ["19000229", "20270200", "00000101", "20271301"]),
    ("zero", ["0"], ["1"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "right", "wrong"), CASES)
def test_content_of_a_value(name, right, wrong):
    assert [part for part in right if not CONTENT[name](part)] == []
    assert [part for part in wrong if CONTENT[name](part)] == []


def test_every_content_rule_is_used_and_tested():
    used = {name for code in AI_CODES for _, name, _ in known_ai(code).contents}
    assert used == set(CONTENT) == {name for name, _, _ in CASES}


@pytest.mark.parametrize(
    ("code", "right", "wrong"),
    [
        ("8030", ["abc", "12=", "1==", "A" * 90], ["123=", "12==", "===", "A" * 91, "a+b", ""]),
        ("423", ["704", "704840"], ["70", "7048", "704000", "704" * 6]),
        ("8043", ["1" * 18, "1" * 19, "1" * 20], ["1" * 17, "1" * 21]),
        ("7007", ["270101", "270101270131"], ["27010127", "270101270100"]),
        ("8008", ["27010112", "2701011259", "270101125959"], ["270101", "27010124", "2701011260", "270101126"]),
        ("4330", ["001234", "001234-"], ["001234+", "-01234"]),
        ("8003", ["09521234567899", "09521234567899A-1"], ["19521234567899", "0952123456789", "09521234567899" + "A" * 17]),
        ("8014", [], ["123456789012"]),
        ("10", ["!\"%&'()*+,-./:;<=>?", "AZ_az09"], ["A B", "é", "a#", "a@", "٣", "a\n"]),
        ("8010", ["9521#-/A"], ["9521a", "9521_"]),
    ],
)  # fmt: skip
def test_form_of_a_value(code, right, wrong):
    for value in right:
        known_ai(code).check(value)
    for value in wrong:
        with pytest.raises(CodeError):
            known_ai(code).check(value)
