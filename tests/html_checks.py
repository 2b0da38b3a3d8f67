"""A strict reader of HTML for tests: tags must nest and close, ids be unique, controls and pictures be named."""

from __future__ import annotations

from html.parser import HTMLParser

_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_SVG_EMPTY = {"path", "circle", "rect", "polygon"}


class Page(HTMLParser):
    """One parsed page. Raises `AssertionError` while reading when it is not well-formed."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == [], f"never closed: {self._open}"

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"attribute twice in <{tag}>: {names}"
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        assert tag in _VOID | _SVG_EMPTY, f"<{tag}/> does not close itself in HTML"
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag):
        assert self._open, f"</{tag}> closes nothing"
        assert self._open[-1] == tag, f"</{tag}> closes <{self._open[-1]}>"
        self._open.pop()

    def handle_data(self, data):
        if not {"style", "script"} & set(self._open):
            self.words.append(data)

    @property
    def text(self) -> str:
        """All words of the page, spaces folded."""
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str, **attrs: str) -> list[dict[str, str]]:
        """Attributes of each element of a tag that has the given attributes ("_" in a name stands for "-")."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attrs.items()}
        return [found for name, found in self.tags if name == tag and wanted.items() <= found.items()]

    def verdict(self) -> tuple[str, str]:
        """Name and level of the first verdict on the page."""
        found = next(attrs for _, attrs in self.tags if "data-verdict" in attrs)
        return found["data-verdict"], found["data-level"]


def check_page(html: str, lang: str) -> Page:
    """Read a page and check what every page of ours must keep. Returns it for more questions."""
    page = Page(html)
    assert html.startswith("<!doctype html>")
    assert page.all("html")[0]["lang"] == lang
    assert len(page.all("h1")) == 1, "one headline"
    assert len(page.all("main")) == 1
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids)), f"ids twice: {ids}"
    for _, attrs in page.tags:
        for name in ("aria-labelledby", "aria-describedby", "for"):
            assert attrs.get(name, ids[0]) in ids, f"{name}={attrs.get(name)} points at nothing"
        assert "style" not in attrs, "inline styles are forbidden by our own policy"
        assert not [name for name in attrs if name.startswith("on")], "inline scripts are forbidden by our own policy"
    assert all("alt" in image and image["width"] and image["height"] for image in page.all("img"))
    focusable = [(tag, attrs) for tag, attrs in page.tags if tag in ("a", "button", "input")]
    assert focusable[0] == ("a", {"class": "skip", "href": "#main"}), "the first stop of the keyboard skips the header"
    assert all(attrs.get("href") for tag, attrs in focusable if tag == "a")
    assert not [attrs for _, attrs in page.tags if int(attrs.get("tabindex", "0")) > 0], "the order is that of the page"
    assert "{" not in page.text, "a parameter was not filled in"
    return page
