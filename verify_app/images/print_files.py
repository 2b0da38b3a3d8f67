"""Symbols for printers: EPS of one, PDF sheets of many. Vectors throughout, quiet zones white."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from ..domain.label_template import LabelTemplate
from .symbols import Modules, letter_size

_FONT = "Courier"  # one of the fonts that every PDF and PostScript device has; lines below symbols are ASCII
_WIDTH = 0.6  # of a letter of it, in its height
_POINT = 72 / 25.4


def eps(made: Modules, module_mm: float, lines: tuple[str, ...] = ()) -> bytes:
    """A symbol as Encapsulated PostScript, its modules so many millimetres wide, lines of text for people below it."""
    size = len(made.rows) + 2 * made.quiet
    letters = letter_size(size, lines) if lines else 0.0
    below = letters * 1.3 * len(lines) + (made.quiet if lines else 0)
    scale = module_mm * _POINT
    width, height = size * scale, (size + below) * scale
    strokes = "\n".join(f"{x} {size + below - y - 1:g} {run} r" for x, y, run in runs(made))
    text = "".join(
        f"({_escaped(line)}) {size / 2:g} {below - letters * (1.3 * number + 1):.2f} t\n"
        for number, line in enumerate(lines)
    )
    font = f"/{_FONT} findfont {letters:.3f} scalefont setfont\n" if lines else ""
    return (
        "%!PS-Adobe-3.0 EPSF-3.0\n"
        f"%%BoundingBox: 0 0 {int(width) + 1} {int(height) + 1}\n%%HiResBoundingBox: 0 0 {width:.3f} {height:.3f}\n"
        "%%LanguageLevel: 2\n%%EndComments\n"
        "/r { 1 rectfill } bind def\n/t { moveto dup stringwidth pop -2 div 0 rmoveto show } bind def\n"
        f"gsave {scale:.6f} dup scale\n1 setgray 0 0 {size} {size + below:g} rectfill 0 setgray\n"
        f"{strokes}\n{font}{text}grestore\n%%EOF\n"
    ).encode("ascii", "replace")


def sheets(labels: Iterable[tuple[Modules, tuple[str, ...]]], template: LabelTemplate) -> bytes:
    """A PDF of labels on pages of a template. Raises `TemplateError` where one does not fit."""
    template.check()
    out = BytesIO()
    canvas = Canvas(out, pagesize=(template.page[0] * mm, template.page[1] * mm), pageCompression=1, invariant=1)
    number = -1
    for number, (made, lines) in enumerate(labels):
        if number and number % template.per_page == 0:
            canvas.showPage()
        _label(canvas, template, number, made, lines)
    if number >= 0:
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def runs(made: Modules) -> Iterator[tuple[int, int, int]]:
    """Runs of dark modules: left end, row from the top, length; the quiet zone counted in."""
    for y, row in enumerate(made.rows, made.quiet):
        x = 0
        while (x := row.find(1, x)) >= 0:
            end = row.find(0, x)
            end = len(row) if end < 0 else end
            yield x + made.quiet, y, end - x
            x = end


def _label(canvas: Canvas, template: LabelTemplate, number: int, made: Modules, lines: tuple[str, ...]) -> None:
    left, top = template.place(number)
    modules = len(made.rows) + 2 * made.quiet
    module = template.module(modules)
    begin = left + (template.label[0] - modules * module) / 2
    head = template.page[1] - top - template.padding  # PDF counts from below
    path = canvas.beginPath()
    for x, y, run in runs(made):
        path.rect((begin + x * module) * mm, (head - (y + 1) * module) * mm, run * module * mm, module * mm)
    canvas.drawPath(path, stroke=0, fill=1)
    shown = lines[: template.lines]
    longest = max((len(line) for line in shown), default=1)
    size = min(template.text_size, (template.label[0] - 2 * template.padding) / (longest * _WIDTH))
    canvas.setFont(_FONT, size * mm)
    below = head - modules * module
    for place, line in enumerate(shown):
        canvas.drawCentredString((left + template.label[0] / 2) * mm, (below - size * (1.3 * place + 1)) * mm, line)
    if template.bleed:
        _knife_marks(canvas, template, left, top)


def _knife_marks(canvas: Canvas, template: LabelTemplate, left: float, top: float) -> None:
    """Marks at the four corners, outside of the label, as long as the bleed."""
    low, high = template.page[1] - top - template.label[1], template.page[1] - top
    right = left + template.label[0]
    canvas.setLineWidth(0.25)
    for x, outward in ((left, -1), (right, 1)):
        for y, upward in ((low, -1), (high, 1)):
            canvas.line(x * mm, (y + upward * 0.3) * mm, x * mm, (y + upward * template.bleed) * mm)
            canvas.line((x + outward * 0.3) * mm, y * mm, (x + outward * template.bleed) * mm, y * mm)


def _escaped(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
