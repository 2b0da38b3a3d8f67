"""What the repository must and must not hold."""

import re
import subprocess
from itertools import product
from pathlib import Path

import pytest

from verify_app.domain.check_digit import expected_check_digit
from verify_app.domain.judge import LEVELS
from verify_app.domain.verdict import Detail, Reason
from verify_app.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
TEXT_ENDINGS = {
    ".py",
    ".md",
    ".html",
    ".css",
    ".js",
    ".po",
    ".json",
    ".toml",
    ".yaml",
    ".yml",
    ".lua",
    ".csv",
    ".txt",
    ".lock",
    "",
}


def tracked():
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def texts():
    return [
        (path, path.read_text(encoding="utf-8", errors="replace")) for path in tracked() if path.suffix in TEXT_ENDINGS
    ]


def test_the_cache_folder_is_not_ignored_anywhere():
    for name in (".gitignore", ".dockerignore"):
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        assert not [line for line in lines if line.strip().strip("/") in {"cache", "**/cache", "*cache"}]
    assert subprocess.run(["git", "check-ignore", "-q", "cache/x.py"], cwd=ROOT, check=False).returncode == 1


def test_no_vietnamese_company_number_is_invented():
    pattern = re.compile(r"(?<![\d.])0?893\d{10}(?!\d)")
    hits = []
    for path, text in texts():
        if path.suffix == ".lock":
            continue
        for match in pattern.finditer(text):
            digits = match.group().zfill(14)
            if str(expected_check_digit(digits[:-1])) == digits[-1]:
                hits.append((path.name, match.group()))
    assert hits == []


def test_the_repository_names_no_machine_path_and_no_registry_host():
    pattern = re.compile(
        "|".join(
            [
                r"/wor" + "k/",
                r"/roo" + r"t/\.",
                "pypi" + r"\.org",
                "files.python" + "hosted",
                "registry.npm" + "js",
            ]
        )
    )
    assert [(path.name, hit.group()) for path, text in texts() for hit in pattern.finditer(text)] == []


def test_templates_and_static_files_lie_at_the_top_only():
    assert not (ROOT / "verify_app/templates").exists()
    assert not (ROOT / "verify_app/static").exists()


def test_every_verdict_is_explained_in_the_documents():
    text = (ROOT / "docs/verdicts.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([A-Z0-9_]+)` \| ([0-3])(?:[–-][0-3])? \|", text, re.MULTILINE)
    assert {name for name, _ in rows} == set(Reason)
    assert {name: int(level) for name, level in rows} == {reason.value: int(level) for reason, level in LEVELS.items()}
    assert [name for name, _ in rows] == [reason.value for reason in LEVELS], (
        "the order of the table is the order of weight"
    )


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_verdict_has_title_meaning_and_next_step(language):
    from verify_app.i18n import catalogue

    words = catalogue(language)
    for reason in Reason:
        for part in ("title", "meaning", "next"):
            assert words.text(f"verdict.{reason}.{part}").strip()
    for detail in Detail:
        assert words.text(f"verdict.detail.{detail}", date="1/1/2026").strip()


def test_the_words_of_a_verdict_speak_of_the_code_and_of_fakes_only_once_inspectors_confirmed_it():
    for language, name in product(("vi", "en"), ("verdicts", "result", "holder", "report", "embed", "offline")):
        text = (ROOT / f"translations/{language}/{name}.po").read_text(encoding="utf-8").lower()
        text = re.sub(r'msgid "verdict\.confirmed\..*?"\nmsgstr ".*?"\n', "", text)
        assert not re.search(r"hàng giả|hàng thật|\bgiả\b|\bfake|genuine|counterfeit", text), (language, name)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_what_speaks_against_a_code_accuses_no_seller_and_leaves_the_holder_a_way_out(language):
    from verify_app.domain.holder import BY_SCANS
    from verify_app.i18n import catalogue

    words = catalogue(language)
    for reason in set(Reason) - {Reason.BEST_BEFORE_PASSED}:  # says who answers for the goods, by law
        said = " ".join(words.text(f"verdict.{reason}.{part}") for part in ("title", "meaning"))
        assert not re.search(r"người bán|cửa hàng|seller|\bshop", said, re.IGNORECASE), reason
    for reason in BY_SCANS:
        said = words.text(f"verdict.{reason}.meaning")
        assert re.search(r"\bmã\b" if language == "vi" else r"\bcode\b", said, re.IGNORECASE), reason


def test_every_setting_is_in_the_operations_handbook():
    handbook = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    missing = [name.upper() for name in Settings.__dataclass_fields__ if f"`{name.upper()}`" not in handbook]
    assert missing == []
