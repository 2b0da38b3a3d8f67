"""GS1 Lightweight Messaging: fields, reasons and statuses, and what an answer must not give away."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import replace

import pytest

from tests.fixtures_web import GTIN, OTHER_GTIN, recall, sample_lot, sample_model
from verify_app.app import create_app
from verify_app.domain.passport import Display, ItemPart, Review
from verify_app.domain.printed_date import PrintedDate
from verify_app.domain.requester import Requester, digest_of

RIGHT = f"/verify/gtin/{GTIN}/lot/L2601/ser/A1B2C3?exp=990112"
PARTNER = "9521234500007"


class Known:
    """Requesters in a dictionary."""

    def __init__(self, *records: Requester) -> None:
        self._records = {record.gln: record for record in records}

    def find(self, gln: str) -> Requester | None:
        return self._records.get(gln)


def asked(world, path, **headers):
    return world.client().get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})


def told(world, path):
    answer = asked(world, path)
    assert answer.status_code == 200, answer.status
    assert answer.mimetype == "application/json"
    return answer.get_json()["data"]


def admitted(world, *records):
    parts = replace(world.app.extensions["parts"], requesters=Known(*records))
    app = create_app(parts.settings, parts)
    app.testing = True
    return app.test_client()


def test_a_right_claim_is_verified_with_exactly_the_fields_of_the_standard(world):
    world.passports.lots[GTIN, "L2601"] = sample_lot(expiry=PrintedDate(2076, 1, 12))
    given = str(uuid.uuid4())
    words = f"linkType=verificationService&context=dscsaSaleableReturn&corrUUID={given}"
    answer = asked(world, f"{RIGHT.replace('99', '76')}&{words}")
    message = answer.get_json()
    assert list(message) == ["verificationTimestamp", "responderGLN", "corrUUID", "data"]
    assert message["data"] == {"verified": True}
    assert message["corrUUID"] == given
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", message["verificationTimestamp"])
    assert re.fullmatch(r"\d{13}", message["responderGLN"])
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_correlation_id_is_made_where_none_came(world):
    uuid.UUID(asked(world, RIGHT).get_json()["corrUUID"])


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        (f"/verify/gtin/{GTIN}/lot/L2601/ser/NONE?exp=990112", "No_match_GTIN_Serial"),
        (f"/verify/gtin/{GTIN}/lot/OTHER/ser/NONE?exp=200101", "No_match_GTIN_Serial"),  # the rest is not examined
        (f"/verify/gtin/{GTIN}/lot/OTHER/ser/A1B2C3?exp=990112", "No_match_GTIN_Serial_Lot"),
        (f"/verify/gtin/{GTIN}/lot/L2601/ser/A1B2C3?exp=990113", "No_match_GTIN_Serial_Expiry"),
        (f"/verify/gtin/{GTIN}/lot/OTHER/ser/A1B2C3?exp=990113", "No_match_GTIN_Serial_Lot_Expiry"),
    ],
)
def test_a_wrong_claim_is_not_verified_and_the_right_values_are_not_told(world, path, reason):
    world.passports.lots[GTIN, "L2601"] = sample_lot(expiry=PrintedDate(2026 + 50, 1, 12))
    path = path.replace("990112", "760112").replace("990113", "760113")
    answer = asked(world, path)
    assert answer.get_json()["data"] == {"verified": False, "verificationFailureReason": reason}
    claimed = path.partition("/lot/")[2]
    for secret in ("L2601", "760112", "2076-01-12", "12/01/2076"):
        if secret not in claimed:
            assert secret not in answer.text


def test_a_date_without_day_equals_any_day_of_its_month(world):
    world.passports.lots[GTIN, "L2601"] = sample_lot(expiry=PrintedDate(2076, 1, 12))
    assert told(world, RIGHT.replace("990112", "760100")) == {"verified": True}
    assert told(world, RIGHT.replace("990112", "760200"))["verified"] is False


def test_a_recall_stands_beside_verified_and_does_not_change_it(world):
    world.passports.lots[GTIN, "L2601"] = sample_lot(recall=recall(), expiry=None)
    assert told(world, RIGHT) == {"verified": True, "additionalInfo": "Recalled"}


def test_an_expired_item_is_still_verified(world):
    world.passports.lots[GTIN, "L2601"] = sample_lot(expiry=PrintedDate(2026, 2, 1))
    assert told(world, RIGHT.replace("990112", "260201")) == {"verified": True, "additionalInfo": "Expired"}


def test_a_stopped_display_means_not_for_redistribution(world):
    world.passports.models[GTIN] = sample_model(display=Display.SUSPENDED)
    assert told(world, RIGHT.partition("?")[0])["verificationFailureReason"] == "Not_for_re-distribution"


def test_unreviewed_data_verifies_nothing(world):
    world.passports.models[GTIN] = sample_model(review=Review.SUBMITTED)
    assert told(world, RIGHT.partition("?")[0])["verificationFailureReason"] == "No_reason_provided"


def test_a_slash_in_a_serial_is_one_serial(world):
    world.passports.items[GTIN, "A/B"] = ItemPart("A/B", "L2601")
    assert told(world, f"/verify/gtin/{GTIN}/lot/L2601/ser/A%2FB") == {"verified": True}


def test_the_date_of_a_digital_link_is_read_too(world):
    world.passports.lots[GTIN, "L2601"] = sample_lot(expiry=PrintedDate(2076, 1, 12))
    assert told(world, RIGHT.replace("exp=990112", "17=760113"))["verified"] is False


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/verify/gtin/{GTIN}/lot/L2601", 400),
        (f"/verify/gtin/{GTIN}/ser/A1B2C3/lot/L2601", 400),
        ("/verify/gtin/09521234543214/lot/L2601/ser/A1B2C3", 400),
        ("/verify/gtin/9521234543213/lot/L2601/ser/A1B2C3", 400),
        (f"/verify/gtin/{GTIN}/lot/L2601/ser/{'A' * 21}", 400),
        (RIGHT.replace("990112", "991332"), 400),
        (RIGHT + "&linkType=gs1:pip", 400),
        (RIGHT + "&context=other", 400),
        (RIGHT + "&corrUUID=12", 400),
        (RIGHT + "&reqGLN=9521234500014", 401),
        (f"/verify/gtin/{OTHER_GTIN}/lot/A/ser/B", 404),
        ("/checkConnectivity?gtin=1", 400),
        ("/checkConnectivity?context=other", 400),
        ("/checkConnectivity?reqGLN=9521234500014", 401),
        (f"/checkConnectivity?gtin={OTHER_GTIN}", 404),
    ],
)
def test_an_error_is_its_status_alone(world, path, status):
    answer = asked(world, path, Accept="application/json")
    assert (answer.status_code, answer.data) == (status, b"")


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_other_methods_are_refused(world, method):
    assert getattr(world.client(), method)(RIGHT).status_code == 405


def test_a_registry_that_is_away_is_503_without_words(world):
    from verify_app.store.engine import StoreUnavailable

    world.passports.error = StoreUnavailable("away")
    answer = asked(world, RIGHT)
    assert (answer.status_code, answer.data) == (503, b"")


def test_connectivity_is_confirmed_for_a_known_partner_and_a_held_gtin(world):
    client = admitted(world, Requester(PARTNER, "Partner"))
    answer = client.get(f"/checkConnectivity?gtin={GTIN}&reqGLN={PARTNER}&context=dscsaSaleableReturn")
    assert answer.status_code == 200
    assert set(answer.get_json()) == {"verificationTimestamp", "responderGLN", "corrUUID"}


def test_a_partner_with_a_key_must_send_it(world):
    client = admitted(world, Requester(PARTNER, "Partner", digest_of("secret")))
    url = f"{RIGHT}&reqGLN={PARTNER}"
    assert client.get(url).status_code == 403
    assert client.get(url, headers={"X-API-Key": "wrong"}).status_code == 403
    assert client.get(url, headers={"X-API-Key": "secret"}).status_code == 200
    assert client.get(url, headers={"Authorization": "Bearer secret"}).status_code == 200


def test_a_partner_that_was_shut_out_is_403(world):
    client = admitted(world, Requester(PARTNER, "Partner", active=False))
    assert client.get(f"{RIGHT}&reqGLN={PARTNER}").status_code == 403


def test_each_partner_has_its_own_rate(world, monkeypatch):
    monkeypatch.setattr("verify_app.store.rates.time.time", lambda: 1_800_000_010.0)
    client = admitted(world, Requester(PARTNER, "Partner", per_minute=2), Requester("9521234500014", "Other"))
    url = f"{RIGHT}&reqGLN={PARTNER}"
    assert [client.get(url).status_code for _ in range(3)] == [200, 200, 429]
    assert client.get(url).headers["Retry-After"] == "50"
    assert client.get(f"{RIGHT}&reqGLN=9521234500014").status_code == 200
    assert client.get(RIGHT).status_code == 200
    monkeypatch.setattr("verify_app.store.rates.time.time", lambda: 1_800_000_060.0)
    assert client.get(url).status_code == 200


def test_the_public_may_ask_sixty_times_a_minute(world, monkeypatch):
    monkeypatch.setattr("verify_app.store.rates.time.time", lambda: 1_800_000_010.0)
    client = world.client()
    assert [client.get(RIGHT).status_code for _ in range(61)] == [200] * 60 + [429]


def test_a_message_is_no_scan(world):
    asked(world, RIGHT)
    assert world.histories.seen == {}


def test_the_resolver_leads_to_the_message(world):
    link = f"/01/{GTIN}/10/L2601/21/A1B2C3"
    answer = asked(world, f"{link}?17=760112&linkType=verificationService")
    assert answer.status_code == 307
    place = answer.headers["Location"].removeprefix("https://verify.example.vn")
    assert place.startswith(f"/verify/gtin/{GTIN}/lot/L2601/ser/A1B2C3?17=760112")
    assert "verified" in told(world, place)
    described = json.loads(asked(world, "/.well-known/gs1resolver").data)
    assert "dscsaSaleableReturn" in described["supportedContextValuesEnumerated"]


def test_a_lot_code_has_no_message(world):
    assert asked(world, f"/01/{GTIN}/10/L2601?linkType=verificationService").status_code == 404
