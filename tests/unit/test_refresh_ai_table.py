"""The script that brings the table of AIs up to date reads the published form of GS1's dictionary."""

from __future__ import annotations

import json

import pytest

from benchmarks.refresh_ai_table import TABLE, expanded, read

HEAD = "# GS1 Application Identifier Syntax Dictionary\n#\n# Release: 2026-01-27\n#\n"
ROWS = """
00        *? N18,csum,gcppos2            dlpkey                             # SSCC
10         ? X..20                       req=01,02,03,8006,8026             # BATCH/LOT
253        ? N13,csum,gcppos1 [X..17]    dlpkey                             # GDTI
254          X..20                       req=414                            # GLN EXTENSION COMPONENT
3920-3929  ? N..15  req=01 req=30,31nn,32nn,35nn,36nn ex=392n,393n          # PRICE
8003       ? N1,zero N13,csum,gcppos1 [X..16]  dlpkey                       # GRAI
8043         N18 [N..2]                  req=01 req=21 req=8040             # example of three
"""


def test_rows_of_the_published_form_are_those_of_our_table():
    release, rows = read(HEAD + ROWS)
    ours = expanded(json.loads(TABLE.read_text(encoding="utf-8"))["rows"])
    assert release == "2026-01-27"
    for ai, row in expanded(rows).items():
        assert row == ours[ai], ai
    assert len(expanded(rows)) == 16


def test_an_unknown_linter_or_line_stops_the_work():
    with pytest.raises(ValueError, match="Expected linters that this service knows, got brandnew"):
        read(HEAD + "99  X..90,brandnew  # NEW")
    with pytest.raises(ValueError, match="Expected a row"):
        read(HEAD + "something else")
    with pytest.raises(ValueError, match="Expected a line with the release"):
        read(ROWS)
