"""From draft to published, in both kinds of database."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.registry_samples import GTIN, LOT, MODEL, code
from verify_app.domain.passport import Review
from verify_app.domain.review import ReviewAct, ReviewError
from verify_app.domain.text import NO_TEXT, Text
from verify_app.enterprise.reviewing import Actor, Reviews
from verify_app.store.drafts import last_model, save_lot, save_model
from verify_app.store.engine import reading, writing
from verify_app.store.registry import find
from verify_app.store.reviews import NoVersionError
from verify_app.store.tables import certificate

pytest_plugins = ("tests.fixtures_registry",)

NOW = 1_790_000_000_000
AUTHOR = Actor("an@e1.example", enterprise_id="e1")
REVIEWER = Actor("binh@so.example", reviewer=True)


@pytest.fixture
def shown():
    return []


@pytest.fixture
def reviews(engine, shown):
    return Reviews(engine, lambda gtin, lot: shown.append((gtin, lot)))


def draft(engine, **changes):
    with writing(engine) as connection:
        old = last_model(connection, GTIN)
        save_model(connection, old, replace(old, review=Review.DRAFT, **changes), AUTHOR.name, NOW)
        return (GTIN, "", last_model(connection, GTIN).version)


def public_name(engine):
    with reading(engine) as connection:
        return find(connection, code()).model.name.text("vi")


def test_new_version_is_public_only_after_another_person_has_approved_it(engine, reviews, shown):
    key = draft(engine, name=Text.of("Tên mới"))
    assert reviews.act(key, ReviewAct.SUBMIT, AUTHOR, now=NOW) is Review.SUBMITTED
    assert [queued.version for queued in reviews.waiting("gia-lai")] == [key[2]]
    assert reviews.waiting("dak-lak") == ()
    dossier = reviews.dossier(key, NOW)
    assert [change.field for change in dossier.changes] == ["name.vi", "name.en"]
    with pytest.raises(ReviewError) as refused:
        reviews.act(key, ReviewAct.APPROVE, replace(REVIEWER, name=AUTHOR.name), now=NOW)
    assert refused.value.problem == "same_person"
    assert reviews.act(key, ReviewAct.APPROVE, REVIEWER, now=NOW) is Review.APPROVED
    assert public_name(engine) == "Hạt tiêu Ví Dụ"
    assert shown == []
    assert reviews.act(key, ReviewAct.PUBLISH, AUTHOR, now=NOW + 1) is Review.PUBLISHED
    assert public_name(engine) == "Tên mới"
    assert shown == [(GTIN, "")]
    notes = reviews.dossier(key, NOW).notes
    assert [(note.act, note.actor) for note in notes] == [
        ("publish", AUTHOR.name),
        ("approve", REVIEWER.name),
        ("submit", AUTHOR.name),
    ]
    with reading(engine) as connection:
        assert find(connection, code()).model.published_at == NOW + 1


def test_returned_version_names_its_reason_and_the_next_draft_goes_again(engine, reviews):
    key = draft(engine, brand="Khác")
    reviews.act(key, ReviewAct.SUBMIT, AUTHOR, now=NOW)
    assert reviews.act(key, ReviewAct.RETURN, REVIEWER, "Sai nhãn hiệu", now=NOW) is Review.RETURNED
    assert reviews.dossier(key, NOW).notes[0].reason == "Sai nhãn hiệu"
    again = draft(engine, brand="Ví Dụ 2")
    assert again[2] == key[2] + 1
    assert reviews.act(again, ReviewAct.SUBMIT, AUTHOR, now=NOW) is Review.SUBMITTED


def test_strangers_authors_and_incomplete_versions_are_refused(engine, reviews):
    key = draft(engine, origin=NO_TEXT)
    for actor, act, problem in (
        (Actor("x", enterprise_id="e9"), ReviewAct.SUBMIT, "not_yours"),
        (AUTHOR, ReviewAct.APPROVE, "not_reviewer"),
        (AUTHOR, ReviewAct.SUBMIT, "incomplete"),
        (replace(REVIEWER, enterprise_id="e1"), ReviewAct.APPROVE, "same_person"),
    ):
        with pytest.raises(ReviewError) as refused:
            reviews.act(key, act, actor, now=NOW)
        assert refused.value.problem == problem
    with pytest.raises(NoVersionError):
        reviews.act((GTIN, "", 99), ReviewAct.PUBLISH, REVIEWER, now=NOW)


def test_published_lot_brings_its_certificates_into_the_searchable_rows(engine, reviews):
    with writing(engine) as connection:
        save_lot(connection, GTIN, (None, replace(LOT, lot="L7", review=Review.DRAFT)), AUTHOR.name, NOW)
        old = last_model(connection, GTIN)
        save_model(connection, old, replace(MODEL, certificates=(), review=Review.DRAFT), AUTHOR.name, NOW)
    key = (GTIN, "", 2)
    for act, actor in (
        (ReviewAct.SUBMIT, AUTHOR),
        (ReviewAct.APPROVE, REVIEWER),
        (ReviewAct.PUBLISH, REVIEWER),
    ):
        reviews.act(key, act, actor, now=NOW)
        reviews.act((GTIN, "L7", 1), act, actor, now=NOW)
    with reading(engine) as connection:
        assert connection.execute(certificate.select()).all() == []
        assert find(connection, code("L7")).lot.review is Review.PUBLISHED
