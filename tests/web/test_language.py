"""Catalogues, the choice of a language, dates and numbers."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.html_checks import check_page
from verify_app import i18n
from verify_app.assets import folder
from verify_app.i18n import LANGUAGES, Catalogue, MissingMessageError, catalogue, languages, pick_language

ROOT = Path(__file__).resolve().parents[2]
EVENING = 1_767_023_100_000  # 29 December 2025, 15:45 UTC: still the 29th in Viet Nam
LATE = 1_767_030_000_000  # 29 December 2025, 17:40 UTC: the 30th in Viet Nam


@pytest.mark.parametrize(
    ("arg", "header", "expected"),
    [
        ("", "", "vi"),
        ("en", "vi", "en"),
        ("xx", "en", "en"),
        ("", "en-US,en;q=0.9,vi;q=0.8", "en"),
        ("", "fr,vi;q=0.3,en;q=0.7", "en"),
        ("", "de,fr;q=0.5", "vi"),
        ("", "en;q=0", "vi"),
        ("", "en;q=0.2,vi;q=0.9", "vi"),
        ("", "EN-gb", "en"),
        ("", "en;q=nonsense", "vi"),
        ("", ",,;;q=1,*", "vi"),
        ("", "en;q=7", "vi"),
        ("../../etc", "en", "en"),
    ],
)
def test_the_address_wins_then_the_browser_then_vietnamese(arg, header, expected):
    assert pick_language(arg, header) == expected


def test_vietnamese_comes_first():
    assert LANGUAGES[:2] == ("vi", "en")


@pytest.mark.parametrize("lang", LANGUAGES[1:])
def test_each_language_has_words_of_vietnamese_with_the_same_places(lang):
    vietnamese, other = catalogue("vi"), catalogue(lang)
    assert other.messages.keys() <= vietnamese.messages.keys()
    for msgid, forms in other.messages.items():
        places = set(re.findall(r"\{[a-z_]+\}", "".join(vietnamese.messages[msgid])))
        assert set(re.findall(r"\{[a-z_]+\}", "".join(forms))) == places, msgid


def test_english_is_complete():
    assert catalogue("en").messages.keys() == catalogue("vi").messages.keys()


def test_every_message_of_a_template_has_words():
    words = catalogue("vi")
    for path in folder("templates").rglob("*.html"):
        source = path.read_text("utf-8")
        for msgid in re.findall(r"""\bt\(["']([a-z_.A-Z0-9]+)["']\s*[,)]""", source):
            assert words.has(msgid), f"{path.name}: {msgid}"
        for prefix in re.findall(r"""\bt\(["']([a-z_.]+\.)["'] ~""", source):
            assert [msgid for msgid in words.messages if msgid.startswith(prefix)], f"{path.name}: {prefix}"


def test_templates_hold_no_words_of_their_own():
    for path in folder("templates").rglob("*.html"):
        source = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", " ", path.read_text("utf-8"), flags=re.DOTALL)
        assert not re.search(r"[À-ỹ]|[A-Za-z]{3,} [A-Za-z]{3,} [A-Za-z]{3,}", source.replace("curl -H", "")), path.name


def test_a_missing_message_stops_a_test_and_shows_its_id_in_production(caplog):
    with pytest.raises(MissingMessageError):
        catalogue("vi", strict=True).text("no.such.message")
    assert catalogue("vi").text("no.such.message") == "no.such.message"
    assert "no.such.message" in caplog.text


def test_a_language_that_lacks_a_message_borrows_it():
    half = Catalogue("en", {"a": ("x",)}, {"a": ("y",), "b": ("z",)})
    assert (half.text("a"), half.text("b")) == ("x", "z")


def test_parameters_are_filled_in_once_and_strange_ones_stay():
    words = Catalogue("en", {"a": ("{who} met {other}",)})
    assert words.text("a", who="{other}") == "{other} met {other}"


def test_plural_forms_follow_the_language():
    assert catalogue("en").plural("photo.found", 1) == "1 code found in the photo"
    assert catalogue("en").plural("photo.found", 2) == "2 codes found in the photo"
    assert catalogue("vi").plural("photo.found", 1) == "Đọc được 1 mã trong ảnh"


def test_times_are_vietnamese_local_time():
    assert catalogue("vi").date(EVENING) == "29/12/2025"
    assert catalogue("vi").date(LATE) == "30/12/2025"
    assert catalogue("vi").moment(LATE) == "00:40, 30/12/2025"
    assert catalogue("en").moment(LATE) == "30 Dec 2025, 00:40"


def test_numbers_and_countries_are_written_as_the_language_does():
    assert (catalogue("vi").number(5000), catalogue("en").number(5000)) == ("5.000", "5,000")
    assert (catalogue("vi").country("VN"), catalogue("en").country("JP")) == ("Việt Nam", "Japan")
    assert catalogue("en").country("QQ") == "QQ"


def test_a_new_folder_is_a_new_language(tmp_path, monkeypatch):
    (tmp_path / "vi").mkdir()
    (tmp_path / "vi/pages.po").write_text('msgid "a"\nmsgstr "b"\n', "utf-8")
    (tmp_path / "zh").mkdir()
    (tmp_path / "zh/pages.po").write_text('msgid ""\nmsgstr "Language: zh\\n"\n\nmsgid "a"\nmsgstr "中"\n', "utf-8")
    (tmp_path / "empty").mkdir()
    assert languages(tmp_path) == ("vi", "zh")
    assert i18n._read("zh", tmp_path) == {"a": ("中",)}
    assert pick_language("", "zh-CN", ("vi", "zh")) == "zh"


PAGE = """
import sys
from pathlib import Path
from verify_app import assets
real, here = assets.folder, Path(sys.argv[1])
assets.folder = lambda name: here / name if name == "translations" else real(name)
from tests.fixtures_web import ITEM, make_world
client = make_world(here).client()
for lang in sys.argv[2:]:
    print(client.get(f"{ITEM}?lang={lang}").text, end="\\0")
print(client.get("/?lang=vi").text)
"""
ADDED = {
    "ja": ("日本語", "有効なコードです", "2025/12/29"),
    "zh": ("中文", "有效代码", "2025年12月29日"),
    "ko": ("한국어", "유효한 코드", "2025. 12. 29."),
}


def test_a_translator_adds_languages_by_folders_with_a_few_messages(tmp_path):
    """The real application in a process of its own: the pages are there, what is not translated yet is English, and
    each language is offered by its own name."""
    shutil.copytree(folder("translations"), tmp_path / "translations")
    for lang, (_, title, _) in ADDED.items():
        (tmp_path / f"translations/{lang}").mkdir()
        (tmp_path / f"translations/{lang}/verdicts.po").write_text(
            f'msgid ""\nmsgstr "Language: {lang}\\n"\n\nmsgid "verdict.VALID.title"\nmsgstr "{title}"\n', "utf-8"
        )
    environ = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    told = subprocess.run(
        [sys.executable, "-c", PAGE, str(tmp_path), *ADDED],
        capture_output=True,
        encoding="utf-8",
        check=True,
        cwd=ROOT,
        env=environ,
    )
    *pages, front = told.stdout.split("\0")
    for (lang, (name, title, day)), html in zip(ADDED.items(), pages, strict=True):
        page = check_page(html.strip(), lang)
        assert title in page.text
        assert "Compare with the product in your hand" in page.text
        assert day in page.text
        assert "Doi May roast and ground coffee 500 g" in page.text or "Cà phê rang xay Đồi Mây 500 g" in page.text
        assert {"vi", "en"} <= {link["hreflang"] for link in page.all("a", class_="switch")}
        assert f">{name}</a>" in front
