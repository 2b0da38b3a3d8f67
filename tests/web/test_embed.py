"""What enterprises show on their own sites: badge, card, script, oEmbed."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

from tests.fixtures_web import GTIN, ITEM, LOT, MODEL, recall, sample_lot
from tests.html_checks import Page
from verify_app.domain.text import Text


def test_badge_says_the_verdict_of_the_lot_and_is_kept_for_five_minutes(world):
    client = world.client()
    answer = client.get(f"/embed/badge{LOT}.svg?lang=vi")
    words = "".join(ElementTree.fromstring(answer.text).itertext())
    assert "Cà phê rang xay Đồi Mây 500 g" in words
    assert "Mã hợp lệ" in words
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    again = client.get(f"/embed/badge{LOT}.svg?lang=vi", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    world.passports.lots[GTIN, "L2601"] = sample_lot(recall=recall())
    assert "thu hồi" in client.get(f"/embed/badge{LOT}.svg?lang=vi").text
    assert client.get(f"/embed/badge{LOT}.png").status_code == 404
    assert client.get("/embed/badge/01/09521234543210.svg").status_code == 400
    assert client.get("/embed/badge/414/9529999999993.svg").status_code == 404


def test_card_stands_in_frames_of_other_sites_and_can_do_nothing_there(world):
    answer = world.client().get(f"/embed/card{ITEM}?lang=en")
    assert [len(Page(answer.text).all(tag)) for tag in ("main", "h1", "a", "script")] == [1, 1, 1, 0]
    assert "A1B2C3" not in answer.text, "a card speaks of the lot: everybody sees the same"
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors *" in policy
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert "Set-Cookie" not in answer.headers
    assert world.histories.seen == {}, "showing a card is no scan"
    unknown = world.client().get("/embed/card/01/09506000134352")
    assert unknown.status_code == 200
    assert 'target="_blank"' in unknown.text


def test_oembed_gives_the_frame_within_the_size_that_was_asked_for(world):
    client = world.client()
    asked = {"url": f"https://verify.example.vn{MODEL}", "maxwidth": "300"}
    answer = client.get("/oembed", query_string=asked)
    found = answer.json
    assert (found["type"], found["version"], found["width"], found["height"]) == ("rich", "1.0", 300, 152)
    assert f'src="https://verify.example.vn/embed/card{MODEL}?lang=vi"' in found["html"]
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in found["html"]
    assert "allow-scripts" not in found["html"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    for wrong, status in (("https://other.example/01/1", 404), ("https://verify.example.vn/help", 404), ("", 404)):
        assert client.get("/oembed", query_string={"url": wrong}).status_code == status
    assert client.get("/oembed", query_string=asked | {"format": "xml"}).status_code == 501
    header = client.get(ITEM).headers["Link"]
    (told,) = re.findall(r'<([^>]+)>; rel="alternate"; type="application/json\+oembed"', header)
    assert told == "https://verify.example.vn/oembed?url=https%3A%2F%2Fverify.example.vn" + LOT.replace("/", "%2F")
    assert client.get(told).json["type"] == "rich", "a page names the way to its card"


def test_script_places_a_frame_without_rights(world):
    script = world.client().get("/embed/widget.js")
    assert script.mimetype == "text/javascript"
    assert '"allow-popups allow-popups-to-escape-sandbox"' in script.text
    assert "cookie" not in script.text


def test_name_of_a_product_cannot_break_out_of_the_badge(world):
    model = world.passports.models[GTIN]
    world.passports.models[GTIN] = replace(model, name=Text.of('<script>"&'))
    answer = world.client().get(f"/embed/badge{MODEL}.svg")
    assert '<script>"&' in ElementTree.fromstring(answer.text)[0].text
