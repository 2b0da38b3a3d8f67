"""The verdict rules, one sentence each."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from verify_app.domain.code import FOREIGN, SHORT, Code, CodeError
from verify_app.domain.evidence import Evidence
from verify_app.domain.history import Flags, History
from verify_app.domain.judge import FOR_ALL, FOR_OFFICERS, LEVELS, judge, judge_error
from verify_app.domain.passport import Act, Display, ItemPart, ItemState, LotPart, ModelPart, Passport, Review
from verify_app.domain.policy import Policy
from verify_app.domain.printed_date import PrintedDate
from verify_app.domain.scan import Actor, Entry, Visit
from verify_app.domain.score import Rules
from verify_app.domain.text import Text
from verify_app.domain.verdict import Detail, Level, Reason

GTIN = "09521234543213"
NOW = int(datetime(2026, 11, 21, 3, tzinfo=UTC).timestamp() * 1000)
EARLIER = NOW - 9 * 86_400_000
VISIT = Visit(id="0" * 32, when=NOW)
# two nats of evidence are worth a caution, four an alert
POLICY = Policy(
    Rules("test-1", 0.0, 2.0, 4.0, steps=(("credited", 3, 2.0), ("places", 3, 2.0)), slopes=(("linked", -9.0, 1),))
)
FEW, MANY = Evidence(credited=3, days=3, ndays=3), Evidence(credited=9, days=9, ndays=9, places=4)
MODEL = ModelPart(gtin=GTIN, name=Text.of("Cà phê"), enterprise_id="e1", operators=())
LOT = LotPart("L1", expiry=PrintedDate(2028, 5, 31), best_before=PrintedDate(2028, 1), declared=5, uploaded=5)
ITEM = ItemPart("S1", "L1")
ITEM_CODE = Code("01", GTIN, (("10", "L1"), ("21", "S1")))
LOT_CODE = Code("01", GTIN, (("10", "L1"),))
MODEL_CODE = Code("01", GTIN)
RECALL = Act("recall:1", Text.of("Nhiễm khuẩn"), Text.of("Sở Y tế"), NOW)
STOP = Act("suspended:2", Text.of("Đang kiểm tra"), Text.of("Sở Công Thương"), NOW)


def passport(code=ITEM_CODE, model=MODEL, lot=LOT, item=ITEM):
    return Passport(code, model, lot, item)


def judged(code=ITEM_CODE, held=None, history=History(), visit=VISIT):  # noqa: B008 - frozen value
    return judge(code, held or passport(code), history, visit, POLICY)


def test_an_item_never_seen_before_is_valid_and_first():
    verdict = judged()
    assert (verdict.name, verdict.level, verdict.detail) == (Reason.VALID, Level.OK, Detail.FIRST)
    assert verdict.first_checked == 0
    assert verdict.policy == POLICY.version
    assert verdict.shows_passport


def test_an_item_seen_by_somebody_else_says_when_it_was_first_checked():
    verdict = judged(history=History(scans=2, others=1, days=1, first=EARLIER, last=EARLIER))
    assert (verdict.name, verdict.level, verdict.detail) == (Reason.VALID, Level.INFORMATION, Detail.SEEN)
    assert verdict.first_checked == EARLIER
    assert verdict.suspicion is Level.OK


def test_the_first_visitor_is_told_so_on_return():
    verdict = judged(history=History(scans=3, others=1, first=EARLIER, mine_first=True))
    assert (verdict.detail, verdict.level, verdict.first_checked) == (Detail.MINE, Level.OK, EARLIER)


def test_a_reload_of_the_first_check_still_reads_as_the_first_check():
    assert judged(history=History(scans=1, first=NOW - 1000, mine_first=True, repeat=True)).detail is Detail.FIRST


def test_a_lot_code_is_valid_as_information_whatever_its_history():
    busy = History(scans=900, others=12, days=90, first=EARLIER, travel=9)
    verdict = judged(LOT_CODE, passport(LOT_CODE, item=None), busy)
    assert (verdict.reasons, verdict.level, verdict.detail) == (
        (Reason.VALID,),
        Level.INFORMATION,
        Detail.LOT,
    )
    assert verdict.first_checked == 0


def test_a_lot_code_needs_no_history():
    assert judged(LOT_CODE, passport(LOT_CODE, item=None), None).name is Reason.VALID


def test_a_gtin_alone_confirms_the_type_only():
    verdict = judged(MODEL_CODE, passport(MODEL_CODE, lot=None, item=None))
    assert (verdict.reasons, verdict.level) == ((Reason.CLASS_ONLY,), Level.INFORMATION)


def test_an_item_without_history_is_never_valid():
    verdict = judged(history=None)
    assert (verdict.reasons, verdict.level) == ((Reason.HISTORY_UNAVAILABLE,), Level.CAUTION)
    assert verdict.suspicion is Level.OK


def test_a_foreign_link_is_never_judged():
    verdict = judge(Code(FOREIGN, "example.org"), None, History(), VISIT, POLICY)
    assert (verdict.name, verdict.level) == (Reason.FOREIGN, Level.INFORMATION)


def test_a_product_that_nobody_registered_here_is_no_alarm():
    assert judge(MODEL_CODE, None, None, VISIT, POLICY).level is Level.INFORMATION


def test_an_unknown_short_code_asks_for_care_since_we_would_know_it():
    verdict = judge(Code(SHORT, "V00000000000"), None, History(), VISIT, POLICY)
    assert (verdict.name, verdict.level) == (Reason.UNKNOWN_CODE, Level.CAUTION)


def test_an_unknown_serial_of_a_complete_lot_is_an_alert():
    verdict = judged(held=passport(item=None))
    assert (verdict.name, verdict.level, verdict.suspicion) == (
        Reason.UNKNOWN_SERIAL,
        Level.ALERT,
        Level.ALERT,
    )


def test_a_typed_unknown_serial_may_be_a_slip_of_the_finger():
    assert judged(held=passport(item=None), visit=replace(VISIT, entry=Entry.TYPED)).level is Level.CAUTION


def test_an_unknown_serial_without_a_lot_asks_for_care():
    code = Code("01", GTIN, (("21", "S9"),))
    verdict = judged(code, passport(code, lot=None, item=None))
    assert (verdict.reasons, verdict.level) == ((Reason.UNKNOWN_SERIAL,), Level.CAUTION)


def test_an_unknown_serial_of_a_lot_still_being_uploaded_is_not_in_the_data_yet():
    verdict = judged(held=passport(lot=replace(LOT, uploaded=4), item=None))
    assert (verdict.name, verdict.level) == (Reason.NOT_IN_DATA_YET, Level.CAUTION)


@pytest.mark.parametrize(
    ("signature", "lot", "entry", "reason", "level"),
    [
        (False, None, Entry.LINK, Reason.CODE_INVALID, Level.ALERT),
        (False, replace(LOT, uploaded=4), Entry.LINK, Reason.CODE_INVALID, Level.ALERT),
        (False, None, Entry.TYPED, Reason.CODE_INVALID, Level.CAUTION),
        (True, None, Entry.LINK, Reason.NOT_IN_DATA_YET, Level.CAUTION),
        (True, LOT, Entry.LINK, Reason.NOT_IN_DATA_YET, Level.CAUTION),
    ],
)
def test_the_signature_of_an_unknown_serial_outweighs_what_was_uploaded(signature, lot, entry, reason, level):
    code = Code("01", GTIN, (("21", "S9"),))
    held = replace(passport(code, lot=lot, item=None), signature=signature)
    verdict = judged(code, held, visit=replace(VISIT, entry=entry))
    assert (verdict.name, verdict.level) == (reason, level)
    assert (Reason.UNKNOWN_SERIAL in verdict.reasons) is (signature is False)


def test_an_unknown_lot_is_named_before_nothing_else():
    verdict = judged(LOT_CODE, passport(LOT_CODE, lot=None, item=None))
    assert verdict.reasons == (Reason.UNKNOWN_LOT,)


def test_unknown_lot_and_serial_are_both_told():
    verdict = judged(held=passport(lot=None, item=None))
    assert verdict.reasons == (Reason.UNKNOWN_SERIAL, Reason.UNKNOWN_LOT)


def test_a_lot_other_than_the_items_own_is_a_mismatch():
    verdict = judged(held=passport(item=ItemPart("S1", "L2")))
    assert (verdict.reasons, verdict.level) == ((Reason.LOT_MISMATCH,), Level.CAUTION)


@pytest.mark.parametrize(
    ("attribute", "lot", "mismatch"),
    [
        (("17", "280531"), LOT, False),
        (("17", "280500"), LOT, False),  # month only on the carrier: any day of the month
        (("17", "280530"), LOT, True),
        (("17", "280600"), LOT, True),
        (("15", "280131"), LOT, False),  # month only in the record
        (("15", "280201"), LOT, True),
        (("17", "280530"), replace(LOT, expiry=None), False),  # nothing to compare with
    ],
)
def test_an_expiry_on_the_carrier_is_compared_with_the_record(attribute, lot, mismatch):
    code = Code("01", GTIN, (("10", "L1"), ("21", "S1")), (attribute,))
    assert (Reason.EXPIRY_MISMATCH in judged(code, passport(code, lot=lot)).reasons) is mismatch


def test_an_expired_lot_is_a_safety_matter_and_no_suspicion_of_the_code():
    verdict = judged(held=passport(lot=replace(LOT, expiry=PrintedDate(2026, 11, 20))))
    assert verdict.reasons == (Reason.EXPIRED, Reason.VALID)
    assert (verdict.level, verdict.suspicion) == (Level.ALERT, Level.OK)


def test_a_best_before_date_that_passed_is_not_an_expiry():
    verdict = judged(held=passport(lot=replace(LOT, best_before=PrintedDate(2026, 10))))
    assert verdict.reasons == (Reason.BEST_BEFORE_PASSED, Reason.VALID)
    assert verdict.level is Level.INFORMATION


def test_the_last_day_counts_by_vietnamese_time():
    held = passport(lot=replace(LOT, expiry=PrintedDate(2026, 11, 21)))
    evening = int(datetime(2026, 11, 21, 16, 59, tzinfo=UTC).timestamp() * 1000)
    assert judged(held=held, visit=replace(VISIT, when=evening)).name is Reason.VALID
    assert judged(held=held, visit=replace(VISIT, when=evening + 60_000)).name is Reason.EXPIRED


@pytest.mark.parametrize("where", ["model", "lot", "item"])
def test_a_recall_of_model_lot_or_item_is_the_headline_and_names_the_act(where):
    parts = {"model": MODEL, "lot": LOT, "item": ITEM}
    verdict = judged(held=passport(**{where: replace(parts[where], recall=RECALL)}))
    assert verdict.reasons == (Reason.RECALLED, Reason.VALID)
    assert (verdict.level, verdict.suspicion, verdict.acts) == (Level.ALERT, Level.OK, (RECALL,))


def test_a_recall_that_a_cached_passport_does_not_know_yet_comes_with_the_history():
    assert judged(history=History(flags=Flags(recall="recall:1"))).name is Reason.RECALLED


@pytest.mark.parametrize(
    ("display", "flag", "reason"),
    [
        (Display.SUSPENDED, "", Reason.SUSPENDED),
        (Display.CANCELLED, "", Reason.CANCELLED),
        (Display.SHOWN, "suspended:2", Reason.SUSPENDED),
        (Display.SHOWN, "cancelled:2", Reason.CANCELLED),
        (Display.SUSPENDED, "cancelled:2", Reason.CANCELLED),
    ],
)
def test_a_stopped_display_hides_the_passport_and_is_never_called_valid(display, flag, reason):
    act = STOP if display is not Display.SHOWN else None
    held = passport(lot=replace(LOT, display=display, display_act=act))
    verdict = judged(held=held, history=History(flags=Flags(display=flag)))
    assert verdict.reasons == (reason,)
    assert not verdict.shows_passport
    assert verdict.suspicion is Level.OK


@pytest.mark.parametrize("where", ["model", "lot"])
def test_data_that_was_not_reviewed_is_marked_so(where):
    parts = {"model": MODEL, "lot": LOT}
    verdict = judged(held=passport(**{where: replace(parts[where], review=Review.SUBMITTED)}))
    assert (verdict.reasons, verdict.level) == ((Reason.PENDING_REVIEW,), Level.CAUTION)


@pytest.mark.parametrize(
    ("state", "level"),
    [
        (ItemState.SOLD, Level.CAUTION),
        (ItemState.CONSUMED, Level.CAUTION),
        (ItemState.EXPORTED, Level.CAUTION),
        (ItemState.DESTROYED, Level.ALERT),
        (ItemState.STOLEN, Level.ALERT),
    ],
)
def test_an_item_that_left_the_market_says_so(state, level):
    verdict = judged(held=passport(item=replace(ITEM, state=state)))
    assert (verdict.reasons, verdict.level) == ((Reason.ALREADY_SOLD,), level)


@pytest.mark.parametrize("state", [ItemState.COMMISSIONED, ItemState.ACTIVE, ItemState.RETURNED])
def test_an_item_in_trade_is_valid(state):
    assert judged(held=passport(item=replace(ITEM, state=state))).name is Reason.VALID


def scanned(evidence, **facts):
    return History(scans=9, others=6, days=4, first=EARLIER, evidence=evidence, **facts)


def test_scans_that_reach_the_alert_threshold_are_signs_of_copies():
    verdict = judged(history=scanned(MANY))
    assert (verdict.reasons, verdict.level, verdict.suspicion) == ((Reason.REPEATED,), Level.ALERT, Level.ALERT)
    assert verdict.first_checked == EARLIER


def test_scans_that_reach_the_caution_threshold_ask_for_a_look_at_the_pack():
    verdict = judged(history=scanned(FEW))
    assert (verdict.reasons, verdict.level, verdict.suspicion) == ((Reason.CHECK_PACK,), Level.CAUTION, Level.CAUTION)


def test_a_count_alone_is_never_a_sign_of_copies():
    assert judged(history=History(scans=500, others=12, days=90, first=EARLIER)).name is Reason.VALID


def test_named_excuses_take_suspicion_away():
    assert judged(history=scanned(replace(MANY, shared=20))).name is Reason.VALID


def test_scans_too_far_apart_are_named_where_the_score_asks_for_caution_too():
    assert judged(history=scanned(replace(FEW, fast=2))).reasons == (Reason.IMPOSSIBLE_TRAVEL, Reason.CHECK_PACK)
    verdict = judged(history=scanned(replace(MANY, fast_sure=1, fast=1)))
    assert verdict.reasons == (Reason.IMPOSSIBLE_TRAVEL, Reason.REPEATED)
    assert verdict.level is Level.ALERT
    assert judged(history=scanned(Evidence(credited=2, days=2, fast_sure=9))).name is Reason.VALID


def test_checks_abroad_are_told_to_officers_alone_and_leave_the_code_valid():
    history = scanned(Evidence(credited=2, outside=3))
    officer = judged(history=history, visit=replace(VISIT, actor=Actor.INSPECTOR))
    assert officer.reasons == (Reason.WRONG_MARKET, Reason.VALID)
    assert (officer.level, officer.suspicion) == (Level.INFORMATION, Level.OK)
    assert judged(history=history).reasons == (Reason.VALID,)
    assert set(FOR_ALL) | FOR_OFFICERS == set(Reason)


def test_what_the_registry_says_of_a_gone_item_outweighs_its_scans():
    gone = passport(item=replace(ITEM, state=ItemState.DESTROYED))
    assert judged(held=gone, history=scanned(MANY)).reasons == (Reason.ALREADY_SOLD,)
    assert judged(held=passport(item=None), history=scanned(MANY)).reasons == (Reason.UNKNOWN_SERIAL,)


def test_a_closed_case_excuses_what_was_seen_before_it():
    assert judged(history=scanned(MANY, flags=Flags(excused=3.0))).name is Reason.VALID
    assert judged(history=scanned(MANY, flags=Flags(excused=1.0))).name is Reason.CHECK_PACK


def test_confirmed_cases_of_the_product_make_its_other_codes_more_suspect():
    assert judged(history=scanned(FEW, flags=Flags(prior=2.0))).name is Reason.REPEATED


def test_what_inspectors_confirmed_is_told_with_its_day_and_the_code_is_never_called_valid():
    verdict = judged(history=History(flags=Flags(confirmed=EARLIER)))
    assert (verdict.reasons, verdict.level, verdict.suspicion) == ((Reason.CONFIRMED,), Level.ALERT, Level.ALERT)
    assert (verdict.detail, verdict.confirmed) == (Detail.CONFIRMED, EARLIER)


def test_an_overrun_lot_code_is_a_sign_of_copies_and_its_items_are_not():
    overrun = History(flags=Flags(overrun=True))
    verdict = judged(LOT_CODE, passport(LOT_CODE, item=None), overrun)
    assert (verdict.reasons, verdict.level) == ((Reason.REPEATED,), Level.ALERT)
    assert judged(history=overrun).name is Reason.VALID


def test_a_registered_serial_whose_signature_does_not_fit_is_invalid_all_the_same():
    verdict = judged(held=replace(passport(), signature=False))
    assert (verdict.reasons, verdict.level) == ((Reason.CODE_INVALID,), Level.ALERT)
    assert judged(held=replace(passport(), signature=True)).name is Reason.VALID


def test_a_buyer_who_looks_within_five_days_of_the_sale_is_not_warned():
    item = replace(ITEM, state=ItemState.SOLD, state_at=NOW - 4 * 86_400_000)
    assert judged(held=passport(item=item)).level is Level.INFORMATION
    assert judged(held=passport(item=replace(item, state_at=NOW - 6 * 86_400_000))).level is Level.CAUTION


@pytest.mark.parametrize("kind", ["MALFORMED", "NOT_GS1"])
def test_a_text_that_is_no_code_gets_a_verdict_too(kind):
    verdict = judge_error(CodeError("length", "14 digits", "13", kind=kind), POLICY)
    assert (verdict.name, verdict.level) == (Reason(kind), LEVELS[Reason(kind)])


def test_every_reason_has_a_level_and_a_place_in_the_order():
    assert set(LEVELS) == set(Reason)


def test_what_the_registry_says_is_remembered_for_the_day_alone():
    held = passport(lot=replace(LOT, expiry=PrintedDate(2026, 11, 21), best_before=None))
    tomorrow = replace(VISIT, when=NOW + 86_400_000)
    assert [judged(held=held).name for _ in range(2)] == [Reason.VALID] * 2
    assert [judged(held=held, visit=tomorrow).name for _ in range(2)] == [Reason.EXPIRED] * 2
    assert judged(held=held, history=History(flags=Flags(recall="recall:1"))).name is Reason.RECALLED
    assert judged(held=held).name is Reason.VALID


def test_the_verdict_on_a_product_or_lot_is_one_object_for_the_day_unless_a_flag_came_with_its_history():
    held = passport(LOT_CODE, item=None)
    code, today = held.code, judged(LOT_CODE, held, History())
    assert judged(code, held, History(scans=7, others=3)) is today
    assert judged(code, held, None) == today
    assert judged(code, held, History(flags=Flags(recall="recall:1"))).name is Reason.RECALLED
    assert judged(code, held, visit=replace(VISIT, when=NOW + 86_400_000)) is not today
