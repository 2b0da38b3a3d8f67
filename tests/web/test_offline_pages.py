"""What a phone keeps: manifest, service worker, and the pages for its own scans."""

import json
import re
from io import BytesIO

import pytest
from PIL import Image

from tests.fixtures_web import ITEM
from tests.html_checks import check_page
from verify_app.web.public import offline


def told(world):
    script = world.client().get("/service-worker.js").text
    return json.loads(re.match(r"self\.release = (\{.*?\});\n", script)[1])


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("path", ["/offline", "/history"])
def test_the_pages_are_whole_in_both_languages_and_the_same_for_all(world, path, lang):
    answer = world.client(accept_language=lang).get(path)
    page = check_page(answer.text, lang)
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert page.all("link", rel="manifest")
    assert "data-verdict" not in {name for _, attrs in page.tags for name in attrs}


def test_the_manifest_names_icons_of_the_size_that_they_have(world):
    answer = world.client(accept_language="en").get("/manifest.webmanifest")
    assert answer.mimetype == "application/manifest+json"
    manifest = answer.get_json(force=True)
    assert manifest["display"] == "standalone"
    assert manifest["scope"] == "/"
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
    for icon in manifest["icons"]:
        sent = world.client().get(icon["src"])
        assert sent.mimetype == icon["type"]
        if icon["type"] == "image/png":
            assert "{}x{}".format(*Image.open(BytesIO(sent.data)).size) == icon["sizes"]


def test_what_is_shared_with_the_installed_copy_arrives_where_scans_are_taken(world):
    target = world.client().get("/manifest.webmanifest").get_json(force=True)["share_target"]
    answer = world.client().open(target["action"], method=target["method"], data={"code": ITEM, "other": ""})
    assert answer.status_code == 303
    assert ITEM in answer.headers["Location"]


def test_the_service_worker_is_for_the_whole_site_and_never_old(world):
    answer = world.client().get("/service-worker.js")
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "unsafe" not in answer.headers["Content-Security-Policy"].replace("wasm-unsafe-eval", "")
    again = world.client().get("/service-worker.js", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_everything_that_the_worker_keeps_is_there_and_none_of_it_is_a_verdict(world):
    kept = told(world)
    for path in [kept["store"], *kept["pages"], *kept["offline"], *kept["assets"]]:
        answer = world.client().get(path)
        assert answer.status_code == 200, path
        assert "no-store" not in answer.headers["Cache-Control"], path
        if answer.mimetype == "text/html":
            assert 'class="receipt"' not in answer.text
    assert world.histories.seen == {}


def test_its_version_changes_with_words_templates_and_scripts(world, tmp_path, monkeypatch):
    def version():
        offline.release.cache_clear()
        return offline.release()

    before = version()
    assert before == told(world)["version"] == version()
    folder = offline.assets.folder
    (tmp_path / "translations").mkdir()
    monkeypatch.setattr(
        offline.assets, "folder", lambda name: tmp_path / name if name == "translations" else folder(name)
    )
    assert version() != before
    monkeypatch.undo()
    assert version() == before


def test_a_result_page_offers_its_item_to_the_history_and_no_more_than_it_needs(world):
    page = check_page(world.client().get(ITEM).text, "vi")
    scripts = [attrs["src"].split("?")[0] for attrs in page.all("script") if "src" in attrs]
    assert scripts[:2] == ["/static/js/own_scans.js", "/static/js/offline.js"]
    assert "/static/js/history.js" not in scripts
    assert [attrs for _, attrs in page.tags if "data-product" in attrs]
    assert ["hidden" in attrs for _, attrs in page.tags if "data-old" in attrs] == [True]


def test_a_result_page_with_all_that_it_ever_loads_by_itself_stays_within_60_kilobytes(world):
    client = world.client(accept_encoding="gzip")
    page = check_page(client.get(ITEM, headers={"Accept-Encoding": "identity"}).text, "vi")
    wanted = {attrs["src"] for attrs in page.all("script") if "src" in attrs}
    wanted |= {attrs["href"] for attrs in page.all("link") if attrs["rel"] in ("icon", "manifest", "stylesheet")}
    kept = told(world)
    wanted |= {ITEM, "/service-worker.js", "/offline", kept["store"], *kept["offline"]}
    sizes = {path: len(client.get(path).data) for path in wanted}
    assert sum(sizes.values()) <= 60 * 1024, sizes
