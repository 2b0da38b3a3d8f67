"""Papers: A4 pages as PDF with the font embedded, from plain words. The same words make the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from html import escape
from importlib.resources import as_file, files
from io import BytesIO

from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

_BODY = ParagraphStyle("body", fontName="Paper", fontSize=9.5, leading=14)
_SMALL = ParagraphStyle("small", _BODY, fontSize=8, leading=11.5)
_MONO = ParagraphStyle("mono", _SMALL, fontName="Courier", fontSize=7, leading=10, splitLongWords=1)  # hexadecimal
_BOLD = ParagraphStyle("bold", _BODY, fontName="Paper-Bold")
_MIDDLE = ParagraphStyle("middle", _BOLD, alignment=TA_CENTER)
_CENTRED = ParagraphStyle("centred", _BODY, alignment=TA_CENTER)
_TITLE = ParagraphStyle("title", _MIDDLE, fontSize=15, leading=21, spaceBefore=10, spaceAfter=8)
_HEAD = ParagraphStyle("head", _BOLD, fontSize=11, leading=16, spaceBefore=9, spaceAfter=3)
_NOTE = ParagraphStyle("note", _BODY, borderWidth=0.8, borderColor=colors.black, borderPadding=6, spaceBefore=10,
                       spaceAfter=10)  # fmt: skip
_LINE = colors.Color(0.6, 0.6, 0.6)
_STYLES = {"body": _BODY, "small": _SMALL, "mono": _MONO, "bold": _BOLD}


class Paper:
    """A paper that grows part by part. Widths are millimetres; all words are plain text."""

    def __init__(self, title: str, foot: str, *, wide: bool = False) -> None:
        _fonts()
        self._title, self._foot, self._size = title, foot, landscape(A4) if wide else A4
        self._parts: list[Flowable] = []

    def state_head(self, left: Sequence[str], right: Sequence[str]) -> None:
        """The two columns at the top of a Vietnamese administrative paper (Decree 30/2020, Annex I)."""
        columns = [[Paragraph(escape(line), _MIDDLE if at < 2 else _CENTRED) for at, line in enumerate(side)]
                   for side in (left, right)]  # fmt: skip
        self._parts.append(Table([columns], colWidths=["45%", "55%"], style=[("VALIGN", (0, 0), (-1, -1), "TOP")]))

    def title(self, words: str, below: str = "") -> None:
        """The name of the paper, and a line below it."""
        self._parts.append(Paragraph(escape(words), _TITLE))
        if below:
            self._parts += [Paragraph(escape(below), _CENTRED),
                            Spacer(1, 3 * mm)]  # fmt: skip

    def head(self, words: str) -> None:
        """The heading of a part."""
        self._parts.append(Paragraph(escape(words), _HEAD))

    def text(self, words: str, style: str = "body") -> None:
        """A paragraph."""
        self._parts.append(Paragraph(_lines(words), _STYLES[style]))

    def note(self, words: str) -> None:
        """A paragraph in a frame."""
        self._parts.append(Paragraph(escape(words), _NOTE))

    def fields(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Names with their values; empty values are left out."""
        rows = [[Paragraph(escape(name), _SMALL), Paragraph(escape(value), _BODY)] for name, value in pairs if value]
        if rows:
            self._parts.append(Table(rows, colWidths=[45 * mm, None], style=_quiet(0)))

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float | None],
              styles: Sequence[str] = ()) -> None:  # fmt: skip
        """A table whose header stands on every page."""
        kinds = list(styles) or ["small"] * len(header)
        cells = [[Paragraph(escape(word), ParagraphStyle("th", _SMALL, fontName="Paper-Bold")) for word in header]]
        cells += [[Paragraph(_lines(cell), _STYLES[kind]) for cell, kind in zip(row, kinds, strict=True)]
                  for row in rows]  # fmt: skip
        wide = [width * mm if width else None for width in widths]
        self._parts.append(Table(cells, colWidths=wide, repeatRows=1, style=_quiet(0.4)))

    def signatures(self, people: Sequence[str], hint: str) -> None:
        """Places to sign, side by side."""
        below = ParagraphStyle("sign", _SMALL, alignment=TA_CENTER)
        cells = [
            [Paragraph(escape(word), _MIDDLE) for word in people],
            [Paragraph(escape(hint), below) for _ in people],
        ]
        self._parts.append(KeepTogether([Spacer(1, 8 * mm), Table(cells), Spacer(1, 24 * mm)]))

    def pdf(self) -> bytes:
        """The file."""
        out = BytesIO()
        margin = 18 * mm
        frame = SimpleDocTemplate(
            out, pagesize=self._size, title=self._title, author="", lang="vi", invariant=1,
            leftMargin=margin, rightMargin=margin, topMargin=15 * mm, bottomMargin=18 * mm,
        )  # fmt: skip
        frame.build(self._parts, onFirstPage=self._page, onLaterPages=self._page)
        return out.getvalue()

    def _page(self, canvas: Canvas, _frame: SimpleDocTemplate) -> None:
        canvas.setFont("Paper", 7.5)
        canvas.drawString(18 * mm, 10 * mm, self._foot)
        canvas.drawRightString(self._size[0] - 18 * mm, 10 * mm, str(canvas.getPageNumber()))


def _lines(words: str) -> str:
    """Plain text for a paragraph, its lines kept."""
    return escape(words).replace("\n", "<br/>")


def _quiet(line: float) -> TableStyle:
    lines = [("GRID", (0, 0), (-1, -1), line, _LINE)] if line else []
    pads = [(f"{side}PADDING", (0, 0), (-1, -1), 2) for side in ("TOP", "BOTTOM")]
    return TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), *pads, *lines])


@cache
def _fonts() -> None:
    """Be Vietnam Pro (SIL Open Font License 1.1): drawn for Vietnamese, with every mark in its place."""
    folder = files("fontpkg_be_vietnam_pro") / "files"
    for name, file in (("Paper", "BeVietnamPro-Regular.ttf"), ("Paper-Bold", "BeVietnamPro-SemiBold.ttf")):
        with as_file(folder / file) as path:
            registerFont(TTFont(name, str(path)))
