"""Packages of the demonstration pictures: each draws a pack in a colour with a motif on its label."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .canvas import Canvas, Fill, Outline, mix, oval, rounded, smooth

Motif = Callable[[Canvas, float, float, float], None]
_PAPER = Fill("#fffdf6", "#f3ead8")


@dataclass(frozen=True, slots=True)
class Look:
    """How a pack looks: its main colour, a second one for bands and lids, and the motif on its label."""

    colour: str
    accent: str
    motif: Motif


def body(canvas: Canvas, outline: Outline, colour: str) -> None:
    """Fill an outline in a colour that is lit from the left."""
    canvas.shape(outline, Fill(mix(colour, "#ffffff", 0.24), mix(colour, "#000000", 0.22), across=True))


def _label(canvas: Canvas, at: tuple[float, float], r: float, look: Look) -> None:
    canvas.shape(oval(*at, r * 1.12, r * 1.12), look.accent)
    canvas.shape(oval(*at, r, r), _PAPER)
    look.motif(canvas, *at, r * 0.66)


def shine(canvas: Canvas, outline: Outline, stripe: Outline, opacity: float = 0.22) -> None:
    """Lay a stripe of light on a thing."""
    canvas.within(stripe, outline, "#ffffff", opacity)


def floor(canvas: Canvas, x: float, y: float, across: float) -> None:
    """Lay the shadow on which a thing stands."""
    canvas.shadow(oval(x, y, across, 16), 9, 0.4)


def pouch(canvas: Canvas, look: Look) -> None:
    """A stand-up pouch with a sealed top."""
    floor(canvas, 320, 414, 135)
    outline = smooth(
        [
            (214, 92),
            (320, 88),
            (426, 92),
            (432, 180),
            (446, 300),
            (448, 396),
            (320, 418),
            (192, 396),
            (194, 300),
            (208, 180),
        ]
    )
    body(canvas, outline, look.colour)
    canvas.within([(180, 60), (460, 60), (460, 122), (180, 122)], outline, mix(look.colour, "#000000", 0.28))
    canvas.within([(180, 122), (460, 122), (460, 130), (180, 130)], outline, look.accent)
    canvas.within([(180, 352), (460, 352), (460, 372), (180, 372)], outline, look.accent)
    shine(canvas, outline, [(226, 90), (252, 90), (236, 420), (204, 420)])
    _label(canvas, (320, 240), 84, look)


def sack(canvas: Canvas, look: Look) -> None:
    """A full woven sack, sewn at the top."""
    floor(canvas, 320, 422, 158)
    outline = smooth(
        [
            (206, 84),
            (320, 78),
            (434, 84),
            (446, 130),
            (470, 240),
            (476, 380),
            (440, 420),
            (320, 426),
            (200, 420),
            (164, 380),
            (170, 240),
            (194, 130),
        ]
    )
    body(canvas, outline, look.colour)
    for step in range(14):
        left = 160 + step * 24
        canvas.within([(left, 60), (left + 2, 60), (left + 2, 440), (left, 440)], outline, "#ffffff", 0.12)
    canvas.within([(150, 96), (490, 96), (490, 104), (150, 104)], outline, mix(look.colour, "#000000", 0.35))
    canvas.within([(150, 344), (490, 352), (490, 392), (150, 384)], outline, look.accent)
    _label(canvas, (320, 236), 92, look)


def bottle(canvas: Canvas, look: Look) -> None:
    """A tall bottle with a cap."""
    floor(canvas, 320, 420, 92)
    outline = smooth(
        [
            (298, 92),
            (342, 92),
            (344, 150),
            (372, 196),
            (386, 250),
            (388, 400),
            (370, 420),
            (270, 420),
            (252, 400),
            (254, 250),
            (268, 196),
            (296, 150),
        ]
    )
    body(canvas, outline, look.colour)
    canvas.shape(
        rounded((290, 48, 350, 104), 9),
        Fill(mix(look.accent, "#ffffff", 0.2), mix(look.accent, "#000000", 0.25), across=True),
    )
    canvas.within([(240, 250), (400, 250), (400, 386), (240, 386)], outline, _PAPER)
    canvas.within([(240, 250), (400, 250), (400, 262), (240, 262)], outline, look.accent)
    canvas.within([(240, 374), (400, 374), (400, 386), (240, 386)], outline, look.accent)
    look.motif(canvas, 320, 318, 44)
    shine(canvas, outline, [(272, 60), (286, 60), (284, 440), (268, 440)], 0.4)


def jar(canvas: Canvas, look: Look) -> None:
    """A glass jar with a lid."""
    floor(canvas, 320, 416, 128)
    outline = smooth(
        [
            (222, 156),
            (320, 150),
            (418, 156),
            (440, 190),
            (442, 380),
            (418, 412),
            (320, 418),
            (222, 412),
            (198, 380),
            (200, 190),
        ]
    )
    body(canvas, outline, look.colour)
    canvas.shape(
        rounded((212, 88, 428, 158), 14),
        Fill(mix(look.accent, "#ffffff", 0.25), mix(look.accent, "#000000", 0.25), across=True),
    )
    for step in range(13):
        left = 222 + step * 16
        canvas.shape([(left, 96), (left + 3, 96), (left + 3, 150), (left, 150)], "#000000", 0.12)
    canvas.within([(190, 214), (450, 214), (450, 376), (190, 376)], outline, _PAPER)
    look.motif(canvas, 320, 296, 60)
    shine(canvas, outline, [(216, 150), (236, 150), (232, 420), (212, 420)], 0.45)


def box(canvas: Canvas, look: Look) -> None:
    """A folding box seen from one corner."""
    floor(canvas, 330, 414, 150)
    front = [(190, 150), (404, 150), (404, 410), (190, 410)]
    canvas.shape(front, Fill(mix(look.colour, "#ffffff", 0.2), look.colour))
    canvas.shape(
        [(404, 150), (466, 116), (466, 366), (404, 410)],
        Fill(mix(look.colour, "#000000", 0.25), mix(look.colour, "#000000", 0.4)),
    )
    canvas.shape([(190, 150), (252, 116), (466, 116), (404, 150)], mix(look.colour, "#ffffff", 0.42))
    canvas.shape([(190, 358), (404, 358), (404, 384), (190, 384)], look.accent)
    canvas.shape([(404, 358), (466, 320), (466, 344), (404, 384)], mix(look.accent, "#000000", 0.3))
    _label(canvas, (297, 252), 78, look)


def tray(canvas: Canvas, look: Look) -> None:
    """A tray under film with the goods in it."""
    floor(canvas, 320, 388, 190)
    canvas.shape(
        rounded((112, 138, 528, 388), 44), Fill(mix(look.colour, "#ffffff", 0.35), mix(look.colour, "#000000", 0.14))
    )
    inner = rounded((138, 160, 502, 362), 34)
    canvas.shape(inner, Fill(mix(look.colour, "#ffffff", 0.72), mix(look.colour, "#ffffff", 0.5)))
    for x in (222, 418):
        look.motif(canvas, x, 262, 66)
    look.motif(canvas, 320, 256, 82)
    canvas.within([(150, 150), (216, 150), (150, 262)], inner, "#ffffff", 0.35)
    canvas.within([(432, 362), (510, 230), (510, 362)], inner, "#ffffff", 0.28)
    canvas.shape(rounded((392, 320, 520, 402), 10), look.accent)
    canvas.shape(rounded((402, 330, 510, 392), 6), _PAPER)
    for top, right in ((342, 492), (358, 468), (374, 480)):
        canvas.line([(416, top), (right, top)], mix(look.accent, "#ffffff", 0.3), 5)


def tube(canvas: Canvas, look: Look) -> None:
    """A tube that stands on its cap."""
    floor(canvas, 320, 422, 78)
    outline = [(240, 64), (400, 64), (392, 200), (372, 366), (268, 366), (248, 200)]
    body(canvas, outline, look.colour)
    canvas.within([(230, 60), (410, 60), (410, 88), (230, 88)], outline, mix(look.colour, "#000000", 0.2))
    canvas.shape(
        rounded((270, 364, 370, 420), 8),
        Fill(mix(look.accent, "#ffffff", 0.25), mix(look.accent, "#000000", 0.2), across=True),
    )
    shine(canvas, outline, [(262, 60), (284, 60), (292, 370), (276, 370)], 0.35)
    _label(canvas, (320, 208), 52, look)


def carton(canvas: Canvas, look: Look) -> None:
    """A carton with a gable top."""
    floor(canvas, 325, 420, 110)
    canvas.shape([(238, 168), (370, 168), (370, 416), (238, 416)], Fill(mix(look.colour, "#ffffff", 0.35), look.colour))
    canvas.shape(
        [(370, 168), (424, 146), (424, 388), (370, 416)],
        Fill(mix(look.colour, "#000000", 0.18), mix(look.colour, "#000000", 0.32)),
    )
    canvas.shape([(238, 168), (260, 100), (380, 100), (370, 168)], mix(look.colour, "#ffffff", 0.55))
    canvas.shape([(370, 168), (380, 100), (402, 96), (424, 146)], mix(look.colour, "#000000", 0.08))
    canvas.shape([(256, 66), (386, 66), (384, 104), (258, 104)], look.accent)
    canvas.shape(smooth([(238, 330), (282, 316), (330, 340), (370, 322), (370, 416), (238, 416)]), look.accent, 0.9)
    _label(canvas, (304, 246), 54, look)
