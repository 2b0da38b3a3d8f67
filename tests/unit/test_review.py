"""Review before publishing as a pure table; differences and completeness."""

from dataclasses import replace

import pytest

from tests.registry_samples import LOT, MODEL
from verify_app.domain.passport import Review
from verify_app.domain.review import Completeness, Difference, ReviewAct, ReviewError, after, completeness, differences
from verify_app.domain.text import NO_TEXT, Text

NOW = 1_790_000_000_000


@pytest.mark.parametrize(
    ("state", "act", "result"),
    [
        (Review.DRAFT, ReviewAct.SUBMIT, Review.SUBMITTED),
        (Review.SUBMITTED, ReviewAct.WITHDRAW, Review.DRAFT),
        (Review.SUBMITTED, ReviewAct.APPROVE, Review.APPROVED),
        (Review.SUBMITTED, ReviewAct.RETURN, Review.RETURNED),
        (Review.APPROVED, ReviewAct.PUBLISH, Review.PUBLISHED),
    ],
)
def test_each_act_moves_a_version_on(state, act, result):
    assert after(state, act, ("author", "reviewer"), "because") is result


@pytest.mark.parametrize(
    ("state", "act", "actor", "reason", "problem"),
    [
        (Review.DRAFT, ReviewAct.APPROVE, "reviewer", "", "state"),
        (Review.PUBLISHED, ReviewAct.RETURN, "reviewer", "x", "state"),
        (Review.SUBMITTED, ReviewAct.APPROVE, "author", "", "same_person"),
        (Review.SUBMITTED, ReviewAct.RETURN, "author", "x", "same_person"),
        (Review.SUBMITTED, ReviewAct.RETURN, "reviewer", " ", "reason"),
    ],
)
def test_wrong_state_own_work_and_a_return_without_reason_are_refused(state, act, actor, reason, problem):
    with pytest.raises(ReviewError, match="Expected") as refused:
        after(state, act, ("author", actor), reason)
    assert refused.value.problem == problem


def test_differences_are_told_field_by_field():
    new = replace(MODEL, name=Text.of("Tiêu mới"), standards=(), version=9, review=Review.DRAFT)
    new = replace(new, label=(("ingredients", Text.of("99% tiêu")),))
    assert differences(MODEL, new) == (
        Difference("name.vi", "Hạt tiêu Ví Dụ", "Tiêu mới"),
        Difference("label.0.ingredients.vi", "100% hạt tiêu đen", "99% tiêu"),
        Difference("name.en", "Example pepper", ""),
        Difference("standards.0", "TCVN 7036:2008", ""),
    )


def test_first_version_differs_in_all_that_it_says():
    names = {difference.field for difference in differences(None, LOT)}
    assert {"lot", "expiry", "events.0.what.vi", "events.0.stage"} <= names


def test_same_version_has_no_differences():
    assert differences(LOT, LOT) == ()


def test_incomplete_product_names_what_each_clause_lacks():
    bare = replace(MODEL, origin=NO_TEXT, pictures=(), standards=(), label_group=0, label=())
    found = completeness(bare, None, NOW)
    assert found.traceability == ("images", "origin", "standards")
    assert found.passport == ("origin",)
    assert found.label == ("origin", "group")
    assert not found.complete
    assert found.share == 80
    assert "no_group:group" in found.remarks


def test_lot_needs_its_events_and_the_items_of_its_group():
    found = completeness(MODEL, replace(LOT, events=(), production_date=None), NOW)
    assert "events" in found.traceability
    assert "traceability" in found.passport
    assert "production_date" in found.label


def test_exempt_goods_need_no_origin():
    assert "origin" not in completeness(replace(MODEL, origin=NO_TEXT, exempt=True), None, NOW).traceability


def test_complete_version_has_all():
    assert Completeness((), (), (), ("no_day:production_date",)).complete
