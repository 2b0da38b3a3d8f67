"""What one process adds to a visit and keeps steady in its answers; the rules in force and those only compared."""

import os
from dataclasses import replace

import pytest

from verify_app.detection import holding
from verify_app.detection.policy_files import LivePolicy, PolicyFolder, built_in
from verify_app.detection.shadow import Shadow, differences, listed
from verify_app.detection.watch import STEADY_MS, Watch, odd_by
from verify_app.domain.code import Code
from verify_app.domain.evidence import Circumstances, Evidence, Network
from verify_app.domain.history import History
from verify_app.domain.passport import ItemPart, ItemState, LotPart, ModelPart, Passport
from verify_app.domain.policy import Policy
from verify_app.domain.scan import Actor, Entry, HeldOff, Origin, Visit, VisitKind
from verify_app.domain.score import Rules
from verify_app.domain.text import Text
from verify_app.domain.verdict import Level, Reason, Verdict

GTIN = "09521234543213"
NOW = 1_795_000_000_000
MODEL = ModelPart(gtin=GTIN, name=Text.of("Cà phê"), enterprise_id="e1", operators=())
LOT = LotPart("L1", declared=5, uploaded=5)
VALID = Verdict((Reason.VALID,), Level.INFORMATION, first_checked=1)
COPIED = Verdict((Reason.REPEATED,), Level.ALERT, Level.ALERT, first_checked=1)
AGAIN, NEW = History(scans=3, repeat=True), History(scans=3)


def code(serial="S1"):
    return Code("01", GTIN, (("10", "L1"), ("21", serial)))


def known(serial="S1", listed=True, **changes):
    item = ItemPart(serial, "L1", **changes) if listed else None
    return Passport(code(serial), MODEL, LOT, item)


def visit(who="lan", when=NOW, client=7, **facts):
    return Visit("0" * 32, when, who.encode(), watch=(client, 0, 0), **facts)


def test_a_visitor_who_looks_again_is_told_the_same_for_half_an_hour():
    watch = Watch()
    assert watch.steady(VALID, code(), visit(), NEW) == VALID
    assert watch.steady(replace(COPIED, first_checked=5), code(), visit(when=NOW + 60_000), AGAIN) == replace(
        VALID, first_checked=5
    )
    assert watch.steady(COPIED, code(), visit("minh"), NEW) == COPIED
    assert watch.steady(COPIED, code(), visit(when=NOW + STEADY_MS), AGAIN) == COPIED


@pytest.mark.parametrize("reason", [Reason.RECALLED, Reason.CONFIRMED, Reason.SUSPENDED])
def test_what_does_not_come_from_scans_is_never_held_back(reason):
    watch = Watch()
    watch.steady(VALID, code(), visit(), NEW)
    urgent = Verdict((reason, Reason.VALID), Level.ALERT)
    assert watch.steady(urgent, code(), visit(when=NOW + 1), AGAIN) == urgent


def test_looks_and_lots_and_missing_histories_are_answered_as_they_come():
    watch, lot = Watch(), Code("01", GTIN, (("10", "L1"),))
    assert watch.steady(COPIED, lot, visit(), AGAIN) == COPIED
    assert watch.steady(COPIED, code(), visit(), None) == COPIED
    assert watch.steady(COPIED, code(), visit(kind=VisitKind.LOOK), AGAIN) == COPIED


def test_verdicts_of_long_ago_are_forgotten(monkeypatch):
    monkeypatch.setattr("verify_app.detection.watch._MOST", 2)
    watch = Watch()
    for who in ("lan", "minh", "hoa"):
        watch.steady(VALID, code(), visit(who), NEW)
    assert watch.steady(COPIED, code(), visit("lan", NOW + 1), AGAIN) == COPIED
    assert watch.steady(COPIED, code(), visit("hoa", NOW + 1), AGAIN) == VALID


def flagged(watch, number, listed=False, **facts):
    seen = watch.seen(code(f"X{number}"), known(f"X{number}", listed), visit(when=NOW + number, **facts))
    return seen.circumstances.flagged


def test_a_client_that_tries_made_up_serials_is_flagged_and_still_answered():
    watch = Watch()
    assert [flagged(watch, n) for n in range(8)] == [False] * 7 + [True]
    assert not flagged(watch, 99, listed=True, client=8)


def test_people_at_work_previews_typed_slips_and_our_own_network_are_no_guessers():
    for facts in ({"actor": Actor.INSPECTOR}, {"kind": VisitKind.PREVIEW}, {"entry": Entry.TYPED}):
        watch = Watch()
        assert not any(flagged(watch, n, **facts) for n in range(20))
    watch = Watch()
    ours = replace(visit(), watch=None)
    assert not any(watch.seen(code(f"X{n}"), known(f"X{n}", False), ours).circumstances.flagged for n in range(50))


def held_off(watch, passport, **facts):
    try:
        watch.admit(passport, visit(**facts))
    except HeldOff:
        return True
    return False


@pytest.fixture
def three_at_once(monkeypatch):
    monkeypatch.setattr(holding, "_AT_ONCE", 3)
    return Watch(guesses_a_minute=60)


def test_who_tries_codes_out_by_the_thousand_is_held_off_and_told_one_a_second(three_at_once):
    guess, watch = known("X1", listed=False), three_at_once
    assert [held_off(watch, guess) for _ in range(5)] == [False] * 3 + [True] * 2
    assert not held_off(watch, None, client=8), "another client"
    assert held_off(watch, None), "a product that nobody registered is a guess too"
    assert [held_off(watch, guess, when=NOW + 1_000) for _ in range(2)] == [False, True]
    assert [held_off(watch, guess, when=NOW + 3_600_000) for _ in range(5)] == [False] * 3 + [True] * 2
    assert held_off(watch, guess, when=NOW), "a clock that goes back gives nothing"


def test_codes_that_exist_lots_and_people_at_work_are_answered_whoever_asks(three_at_once):
    guess, watch = known("X1", listed=False), three_at_once
    for facts in ({"actor": Actor.INSPECTOR}, {"kind": VisitKind.LOOK}, {"kind": VisitKind.PREVIEW}):
        assert not any(held_off(watch, guess, **facts) for _ in range(9))
    ours = replace(visit(), watch=None)
    for _ in range(9):
        watch.admit(guess, ours)
    while not held_off(watch, guess):
        pass
    lot = Passport(Code("01", GTIN, (("10", "NO-LOT"),)), MODEL)
    assert not any(held_off(watch, one) for one in (known(), lot) for _ in range(9))


def test_a_carriers_gateway_stands_for_many_and_the_longest_silent_are_forgotten(three_at_once, monkeypatch):
    guess, watch = known("X1", listed=False), three_at_once
    carrier = {"client": 9, "origin": Origin(Network.CARRIER)}
    assert [held_off(watch, guess, **carrier) for _ in range(13)] == [False] * 12 + [True]
    assert [held_off(watch, guess, when=NOW + 1_000, **carrier) for _ in range(5)] == [False] * 4 + [True]
    monkeypatch.setattr(holding, "_MOST", 2)
    for client in (10, 11):
        assert not held_off(watch, guess, client=client)
    assert not held_off(watch, guess, **carrier)


def test_zero_guesses_a_minute_hold_nobody_off():
    assert not any(held_off(Watch(guesses_a_minute=0), None) for _ in range(3_000))


def test_a_client_that_another_process_found_is_flagged_here_too():
    assert flagged(Watch({7}), 1, listed=True)


def test_items_that_have_not_left_yet_are_odd_for_strangers_alone():
    model = replace(MODEL, books_shipments=True)
    for origin, expected in ((Origin(Network.HOSTING), True), (Origin(Network.LINE, None, b"x"), False)):
        watch = Watch()
        held = [replace(known(f"X{n}", state=ItemState.COMMISSIONED), model=model) for n in range(4)]
        found = [watch.seen(p.code, p, visit(when=NOW + 1, origin=origin)).circumstances.flagged for p in held]
        assert found[-1] is expected


def test_the_event_tells_the_worker_what_was_odd():
    assert odd_by(Circumstances(unlisted=True), typed=False)
    assert not odd_by(Circumstances(unlisted=True), typed=True)
    assert odd_by(Circumstances(unshipped=True, abroad=True), typed=False)
    assert odd_by(Circumstances(unshipped=True, network=Network.HOSTING), typed=False)
    assert not odd_by(Circumstances(unshipped=True), typed=False)
    assert not odd_by(Circumstances(unlisted=True), typed=False, lot="L1")  # it may be late
    assert odd_by(Circumstances(unlisted=True, complete=True), typed=False, lot="L1")


def test_a_shop_whose_carton_was_sent_late_tries_no_codes_out_and_a_program_there_does():
    late = replace(LOT, declared=1000, uploaded=10)
    for origin, expected in ((Origin(Network.LINE, None, b"x"), False), (Origin(Network.HOSTING), True)):
        watch = Watch()
        asked = [Passport(code(f"X{n}"), MODEL, late) for n in range(24)]
        found = [watch.seen(p.code, p, visit(when=NOW + n, origin=origin)) for n, p in enumerate(asked)]
        assert found[-1].circumstances.flagged is expected


def test_a_lot_code_carries_its_circumstances_and_is_never_unlisted():
    lot = Code("01", GTIN, (("10", "L1"),))
    there = Watch().seen(lot, Passport(lot, MODEL, LOT), visit()).circumstances
    assert there is not None
    assert not there.unlisted


def test_a_product_that_nobody_registered_is_not_watched():
    assert Watch().seen(code(), None, visit()) == visit()


STRICT = Rules("strict", 0.0, 1.0, 1.0, steps=(("credited", 2, 2.0),))
MILD = Rules("mild", 0.0, 9.0, 9.0)


def test_shadow_rules_are_counted_and_listed_and_change_nothing(tmp_path):
    shadow = Shadow(tmp_path)
    before = {name: differences.labels(name)._value.get() for name in ("same", "stricter", "milder")}
    history = History(scans=4, evidence=Evidence(credited=5, days=5))
    shadow.compare(known(), history, Policy(MILD, shadow=STRICT))
    shadow.compare(known(), history, Policy(STRICT, shadow=MILD))
    shadow.compare(known(), history, Policy(MILD, shadow=MILD))
    for skipped in (Policy(MILD), Policy(MILD, shadow=None)):
        shadow.compare(known(), history, skipped)
    shadow.compare(known(listed=False), history, Policy(MILD, shadow=STRICT))
    assert {name: differences.labels(name)._value.get() - count for name, count in before.items()} == {
        "same": 1, "stricter": 1, "milder": 1,
    }  # fmt: skip
    rows = list(listed(tmp_path))
    assert [(row["active"][:2], row["shadow"][:2]) for row in rows] == [
        (["mild", 1], ["strict", 3]), (["strict", 3], ["mild", 1]),
    ]  # fmt: skip
    assert list(listed(tmp_path / "nothing")) == []


def test_a_list_that_cannot_be_written_costs_no_verdict(tmp_path):
    Shadow(tmp_path / "missing").compare(known(), History(evidence=Evidence(credited=5)), Policy(MILD, shadow=STRICT))


def test_a_torn_line_of_the_list_is_passed_over(tmp_path):
    (tmp_path / "shadow-differences.jsonl").write_text('{"code": "a"}\n{"co')
    assert list(listed(tmp_path)) == [{"code": "a"}]


@pytest.fixture
def at_once(monkeypatch):
    monkeypatch.setattr("verify_app.detection.policy_files._LOOK_SECONDS", 0.0)


def test_activated_rules_are_in_force_without_a_restart(tmp_path, at_once):
    folder, live = PolicyFolder(tmp_path), LivePolicy(tmp_path, b"")
    assert live().version == built_in().version
    folder.put("active", folder.sign(STRICT.to_json()))
    folder.put("shadow", folder.sign(MILD.to_json()))
    assert (live().rules, live().shadow) == (STRICT, MILD)
    folder.undo("active")
    assert live().version == built_in().version


def test_a_damaged_file_changes_nothing(tmp_path, at_once, caplog):
    folder, live = PolicyFolder(tmp_path), LivePolicy(tmp_path, b"")
    folder.put("active", folder.sign(STRICT.to_json()))
    assert live().rules == STRICT
    path = tmp_path / "policy/active.json"
    path.write_text(path.read_text().replace("strict", "forged"))
    os.utime(path, ns=(1, 1))
    assert live().rules == STRICT
    assert "stay as they were" in caplog.text


def test_each_product_has_thresholds_of_its_own_within_a_tenth():
    rules = replace(MILD, amber=0.0, red=10.0)
    policy = Policy(rules, secret=b"secret")
    moved = [policy.for_product(f"{n:014d}") for n in range(50)]
    assert len({m.red for m in moved}) == 50
    assert all(abs(m.red - 10.0) <= 1.0 and abs(m.amber) <= 1.0 for m in moved)
    assert moved[0] == Policy(rules, secret=b"secret").for_product("0" * 14)
    assert Policy(rules).for_product("0" * 14) is rules
