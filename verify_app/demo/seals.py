"""Seals of the demonstration pictures, seen close: how the closing of a pack looks while it is whole."""

from __future__ import annotations

from .canvas import Canvas, Fill, mix, oval, rounded
from .packs import Look, body, shine

_PAPER = Fill("#fffdf4", "#efe6d0", across=True)


def strip_on_lid(canvas: Canvas, look: Look) -> None:
    """A lid with a milled edge on a jar or bottle, a paper strip over both."""
    glass = rounded((150, 232, 490, 560), 46)
    body(canvas, glass, look.colour)
    shine(canvas, glass, [(178, 230), (222, 230), (222, 500), (178, 500)])
    lid = rounded((130, 92, 510, 236), 26)
    canvas.shadow(rounded((138, 226, 502, 246), 8), 5, 0.45)
    body(canvas, lid, look.accent)
    for x in range(150, 500, 20):
        canvas.within([(x, 92), (x + 8, 92), (x + 8, 236), (x, 236)], lid, "#000000", 0.14)
    _strip(canvas, (256, 74, 384, 404), look)


def strip_on_flap(canvas: Canvas, look: Look) -> None:
    """The flap of a box, pushed in, with a paper strip across the gap."""
    front = rounded((96, 214, 544, 560), 8)
    body(canvas, front, look.colour)
    flap = [(116, 92), (524, 92), (544, 214), (96, 214)]
    canvas.shape(flap, Fill(mix(look.colour, "#ffffff", 0.45), mix(look.colour, "#ffffff", 0.2)))
    canvas.line([(98, 214), (542, 214)], mix(look.colour, "#000000", 0.45), 4)
    _strip(canvas, (252, 118, 388, 398), look)


def ribbed_edge(canvas: Canvas, look: Look) -> None:
    """The welded edge of a pouch with its ribs, a paper strip folded over it."""
    pouch = rounded((110, 84, 530, 580), 22)
    body(canvas, pouch, look.colour)
    canvas.within([(100, 80), (540, 80), (540, 196), (100, 196)], pouch, "#000000", 0.22)
    for y in range(98, 190, 14):
        canvas.line([(118, y), (522, y)], mix(look.colour, "#ffffff", 0.22), 2.5)
    canvas.within([(100, 196), (540, 196), (540, 206), (100, 206)], pouch, look.accent)
    shine(canvas, pouch, [(140, 206), (176, 206), (160, 480), (124, 480)])
    _strip(canvas, (256, 62, 384, 372), look)


def _strip(canvas: Canvas, box: tuple[float, float, float, float], look: Look) -> None:
    """A paper strip with fine lines, and the motif in its middle: torn, the lines would not meet again."""
    left, top, right, bottom = box
    outline = rounded(box, 14)
    canvas.shadow(outline, 5, 0.35)
    canvas.shape(outline, _PAPER)
    ink = look.colour if look.accent == "#ffffff" else look.accent
    for line in range(round(top) + 12, round(bottom) - 6, 10):
        canvas.line([(left + 12, line), (right - 12, line)], mix(ink, "#ffffff", 0.55), 1.5)
    x, y = (left + right) / 2, (top + bottom) / 2
    canvas.shape(oval(x, y, 52, 52), ink)
    canvas.shape(oval(x, y, 45, 45), _PAPER)
    look.motif(canvas, x, y, 30)
