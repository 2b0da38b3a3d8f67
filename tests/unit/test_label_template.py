"""Sheets of labels: what fits, and what is refused before paper is wasted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from verify_app.domain.label_template import SMALLEST_MODULE, TEMPLATES, LabelTemplate, TemplateError


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_every_template_of_ours_prints_a_usual_symbol(name):
    template = TEMPLATES[name]
    template.check()
    assert template.module(37 + 8) >= SMALLEST_MODULE


def test_labels_stand_row_by_row_and_pages_follow_each_other():
    template = TEMPLATES["a4-24"]
    assert template.place(0) == (0.0, 0.5)
    assert template.place(4) == (70.0, 37.5)
    assert template.place(24) == template.place(0)
    assert template.per_page == 24


def test_the_quiet_zone_is_never_cut_to_make_a_symbol_fit():
    template = LabelTemplate(label=(20.0, 20.0), rows=1, columns=1)
    with pytest.raises(TemplateError, match=r"Expected modules of at least 0\.25 mm for 45 modules"):
        template.module(45)
    assert replace(template, lines=0).module(45) == pytest.approx(16 / 45)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"rows": 0}, "above 0"),
        ({"label": (0.0, 10.0)}, "above 0"),
        ({"bleed": -1.0}, "negative"),
        ({"columns": 4}, "Expected columns within 210 mm, got 280 mm"),
        ({"rows": 9}, "Expected rows within 297 mm"),
        ({"bleed": 1.0}, "Expected gaps of at least 2 mm"),
    ],
)
def test_what_cannot_be_printed_is_refused_with_the_reason(changes, reason):
    with pytest.raises(TemplateError, match=reason):
        replace(TEMPLATES["a4-24"], **changes).check()
