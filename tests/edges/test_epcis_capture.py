"""EPCIS 2.0 capture: items move, chains grow, each event is taken once, errors are told event by event."""

from __future__ import annotations

import json

import pytest

from tests.registry_samples import GTIN, code
from verify_app.domain.events import Stage
from verify_app.domain.passport import ItemState
from verify_app.enterprise.epcis import EventError
from verify_app.enterprise.event_search import QueryParameterError, read_query, search
from verify_app.store.drafts import last_lot
from verify_app.store.engine import reading, writing
from verify_app.store.registry import find
from verify_app.store.tables_enterprise import epcis_event, epcis_event_code

pytest_plugins = ("tests.fixtures_registry",)

PLACE = {"id": "https://id.gs1.org/414/9520000000011"}


def event(**more):
    return {
        "type": "ObjectEvent",
        "eventID": "urn:uuid:1",
        "eventTime": "2026-09-05T07:30:00.000+07:00",
        "eventTimeZoneOffset": "+07:00",
        "action": "OBSERVE",
        "bizStep": "retail_selling",
        "disposition": "retail_sold",
        "readPoint": PLACE,
        "epcList": [f"https://id.gs1.org/01/{GTIN}/21/S1"],
    } | more


def document(*events):
    body = {"epcisBody": {"eventList": list(events)}, "@context": [], "type": "EPCISDocument", "schemaVersion": "2.0"}
    return json.dumps(body).encode()


def send(desk, *events, proceed=False):
    kept = desk.captures.accept("e1", "erp", document(*events), proceed=proceed)
    assert kept.status == "waiting"
    return desk.captures.run_next()


def ids(desk, enterprise="e1", **given):
    asked = read_query({name: [value] for name, value in given.items()})
    return [found.event_id for found in search(desk.engine, enterprise, asked)[0]]


def test_events_move_items_and_lengthen_the_chain_of_a_lot(desk):
    packed = event(
        eventID="urn:uuid:2",
        epcList=[],
        quantityList=[{"epcClass": f"https://id.gs1.org/01/{GTIN}/10/L1", "quantity": 3}],
        bizStep="https://ref.gs1.org/cbv/BizStep-packing",
        disposition="active",
    )
    done = send(desk, event(), packed)
    assert (done.status, done.taken, done.known, done.errors) == ("done", 2, 0, ())
    with reading(desk.engine) as connection:
        assert find(connection, code(serial="S1")).item.state is ItemState.SOLD
        added = last_lot(connection, GTIN, "L1").events[-1]
        assert find(connection, code("L1")).lot.events[-1] == added, "a published lot shows it at once"
    assert (added.stage, added.place_name.text("vi"), added.biz_step) == (Stage.PACKING, "Vườn 1", "packing")
    assert sorted(ids(desk)) == ["urn:uuid:1", "urn:uuid:2"]


def test_same_event_again_is_known_with_and_without_an_event_id(desk):
    nameless = event()
    del nameless["eventID"]
    assert send(desk, nameless).taken == 1
    again = send(desk, nameless)
    assert (again.taken, again.known, again.errors) == (0, 1, ())


def test_errors_are_told_event_by_event_and_the_good_ones_are_taken(desk):
    wrong = (
        event(eventTime="yesterday"),
        event(eventID="2", epcList=["https://id.gs1.org/01/09521234543214/21/S1"]),
        event(eventID="3", bizStep="destroying", disposition="destroyed"),
        event(eventID="4"),
        event(eventID="5", type="CatEvent"),
        event(eventID="6", quantityList=[{"epcClass": f"https://id.gs1.org/01/{GTIN}/10/L9"}], epcList=[]),
        event(eventID="7", readPoint={"id": "https://id.gs1.org/414/9520000000028"}, epcList=[f"(01){GTIN}(21)S2"]),
    )
    whole = send(desk, *wrong)
    assert (whole.taken, len(whole.errors), ids(desk)) == (0, 6, []), "all or nothing, if nobody asks for less"
    with reading(desk.engine) as connection:
        assert find(connection, code(serial="S1")).item.state is ItemState.ACTIVE
    done = send(desk, *wrong, proceed=True)
    assert done.taken == 1, done.errors
    assert [place for place, _ in done.errors] == [0, 1, 3, 4, 5, 6]
    said = " ".join(words for _, words in done.errors)
    for words in ("eventTime", "check digit", "one that is destroyed", "CatEvent", "known lot", "place of your own"):
        assert words in said
    assert ids(desk) == ["3"]


def test_event_declared_in_error_is_kept_and_never_shown_as_a_fact(desk):
    wrong = {"declarationTime": "2026-09-06T00:00:00Z", "reason": "incorrect_data"}
    lots = [{"epcClass": f"https://id.gs1.org/01/{GTIN}/10/L1"}]
    send(desk, event(epcList=[], quantityList=lots, errorDeclaration=wrong, bizStep="packing", disposition=""))
    with reading(desk.engine) as connection:
        assert last_lot(connection, GTIN, "L1").events[-1].in_error


@pytest.mark.parametrize("data", [b"", b"[]", b'{"type":"Cat"}', document(), b"\xff", b'{"type":"EPCISDocument"}'])
def test_what_is_no_document_is_refused_at_the_door(desk, data):
    with pytest.raises(EventError, match="Expected"):
        desk.captures.accept("e1", "erp", data)
    assert desk.captures.run_next() is None


def test_events_are_found_by_what_they_say_page_by_page_and_only_by_who_sent_them(desk):
    item, lot = f"https://id.gs1.org/01/{GTIN}/10/L1/21/S1", f"https://id.gs1.org/01/{GTIN}/10/L1"
    pallet = "urn:epc:id:sscc:9521234.0000000001"
    sent = (
        event(eventID="a", bizStep="shipping", disposition="in_transit"),
        event(eventID="b", bizStep="cbv:BizStep-receiving", disposition="", eventTime="2026-09-06T07:30:00Z"),
        event(eventID="c", type="AggregationEvent", action="ADD", bizStep="packing", disposition="", epcList=[],
              parentID=pallet, childEPCs=[item], eventTime="2026-09-06T07:30:00Z"),
        event(eventID="d", type="TransformationEvent", bizStep="", disposition="", epcList=[], action="",
              inputEPCList=[f"https://id.gs1.org/01/{GTIN}/21/S2"], outputQuantityList=[{"epcClass": lot}],
              eventTime="2026-09-07T07:30:00Z"),
        event(eventID="e", bizStep="", disposition="", epcList=[],
              errorDeclaration={"declarationTime": "2026-09-06T00:00:00Z"}),
    )  # fmt: skip
    assert not send(desk, *sent).errors
    assert ids(desk) == ["d", "c", "b", "e", "a"], "the latest first"
    for given, found in (
        ({"EQ_bizStep": "shipping|https://ref.gs1.org/cbv/BizStep-packing"}, ["c", "a"]),
        ({"EQ_disposition": "in_transit", "eventType": "ObjectEvent"}, ["a"]),
        ({"EQ_action": "ADD"}, ["c"]),
        ({"EQ_readPoint": "urn:epc:id:sgln:952000000.001.0", "EQ_eventID": "a|b"}, ["b", "a"]),
        ({"GE_eventTime": "2026-09-06T07:30:00Z", "LT_eventTime": "2026-09-07T07:30:00Z"}, ["c", "b"]),
        ({"GE_recordTime": "2999-01-01T00:00:00Z"}, []),
        ({"MATCH_epc": item}, ["c", "b", "a"]),
        ({"MATCH_epc": f"(01){GTIN}"}, ["c", "b", "a"]),
        ({"MATCH_epc": f"(01){GTIN}(21)S"}, []),
        ({"MATCH_anyEPC": f"(01){GTIN}(21)S2"}, ["d"]),
        ({"MATCH_parentID": pallet}, ["c"]),
        ({"MATCH_anyEPCClass": lot}, ["d"]),
        ({"EXISTS_errorDeclaration": "true"}, ["e"]),
        ({"orderDirection": "ASC", "perPage": "2"}, ["a", "e"]),
    ):
        assert ids(desk, **given) == found, given
    came, token = [], ""
    while True:
        page, token = search(desk.engine, "e1", read_query({"perPage": ["2"], "nextPageToken": [token]}))
        came += [found.event_id for found in page]
        if not token:
            break
    assert came == ["d", "c", "b", "e", "a"], "events of one moment are neither lost nor doubled between pages"
    assert ids(desk, "e2") == []
    assert desk.captures.index_next() == 0
    with writing(desk.engine) as connection:  # as events stand that were captured before they could be looked up
        connection.execute(epcis_event_code.delete())
        unread = dict.fromkeys(("action", "disposition", "read_point", "biz_location"), "")
        connection.execute(epcis_event.update().values(indexed=False, in_error=False, **unread))
        connection.execute(epcis_event.update().where(epcis_event.c.event_id == "b").values(body="{}"))
    assert (desk.captures.index_next(), desk.captures.index_next()) == (5, 0), "one that nobody can read holds up none"
    assert ids(desk, MATCH_epc=item) == ["c", "a"]
    assert (ids(desk, EQ_action="ADD"), ids(desk, EXISTS_errorDeclaration="true")) == (["c"], ["e"])


@pytest.mark.parametrize(
    "given",
    [{"EQ_cat": "x"}, {"GE_eventTime": "2026-09-06"}, {"perPage": "0"}, {"orderBy": "name"}, {"nextPageToken": "x"},
     {"EQ_eventID": "a\0"}, {"EXISTS_errorDeclaration": "maybe"}, {"MATCH_epc": "|"}],
)  # fmt: skip
def test_query_that_cannot_be_answered_as_it_was_meant_is_refused(given):
    with pytest.raises(QueryParameterError, match="Expected"):
        read_query({name: [value] for name, value in given.items()})
