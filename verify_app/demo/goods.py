"""Goods without a package: fruit, crafts and toys of the demonstration pictures."""

from __future__ import annotations

from .canvas import Canvas, Fill, mix, moved, oval, rounded, smooth
from .packs import Look, body, floor, shine


def fruit(canvas: Canvas, look: Look) -> None:
    """The goods themselves: a large piece and a small one."""
    canvas.shadow(oval(300, 402, 150, 18), 10, 0.42)
    canvas.shadow(oval(482, 406, 66, 12), 8, 0.36)
    look.motif(canvas, 296, 250, 152)
    look.motif(canvas, 484, 342, 62)


def basket(canvas: Canvas, look: Look) -> None:
    """A woven basket with a handle."""
    floor(canvas, 320, 414, 160)
    handle = [(-1, 0), (-0.86, -0.9), (0, -1.5), (0.86, -0.9), (1, 0)]
    canvas.line(smooth(moved(handle, 320, 216, 0, 128))[:33], mix(look.colour, "#000000", 0.3), 13)
    outline = smooth([(164, 210), (320, 204), (476, 210), (468, 300), (440, 400), (320, 414), (200, 400), (172, 300)])
    body(canvas, outline, look.colour)
    for row in range(9):
        for column in range(14):
            left, top = 158 + column * 24 + (row % 2) * 12, 222 + row * 22
            strip = rounded((left, top, left + 19, top + 15), 6)
            canvas.within(strip, outline, mix(look.colour, "#ffffff" if (row + column) % 2 else "#000000", 0.26), 0.85)
    canvas.shape(
        rounded((150, 196, 490, 230), 17), Fill(mix(look.accent, "#ffffff", 0.2), mix(look.accent, "#000000", 0.18))
    )


def scarf(canvas: Canvas, look: Look) -> None:
    """A folded cloth with woven bands and a fringe."""
    canvas.shadow(rounded((150, 120, 496, 392), 10), 12, 0.34)
    for left in range(156, 486, 11):
        canvas.line([(left, 384), (left - 2, 420)], mix(look.colour, "#000000", 0.15), 3)
    cloth = rounded((146, 96, 490, 390), 8)
    canvas.shape(cloth, Fill(mix(look.colour, "#ffffff", 0.12), mix(look.colour, "#000000", 0.18)))
    for top, height, colour in (
        (118, 8, look.accent),
        (134, 4, "#f6efe0"),
        (350, 4, "#f6efe0"),
        (362, 8, look.accent),
        (182, 5, look.accent),
        (306, 5, look.accent),
    ):
        canvas.within([(140, top), (500, top), (500, top + height), (140, top + height)], cloth, colour)
    for step in range(5):
        look.motif(canvas, 182 + step * 68, 246, 48)
    for step in range(22):
        for middle in (163, 332):
            canvas.within(moved([(0, -9), (7, 0), (0, 9), (-7, 0)], 154 + step * 16, middle), cloth, "#f2c14e", 0.85)
    canvas.within([(404, 90), (500, 90), (500, 400), (418, 400)], cloth, "#000000", 0.12)


def bag(canvas: Canvas, look: Look) -> None:
    """A woven shoulder bag with its strap."""
    floor(canvas, 320, 418, 150)
    strap = [(-1, 0), (-0.72, -1.15), (0, -1.72), (0.72, -1.15), (1, 0)]
    canvas.line(smooth(moved(strap, 320, 236, 0, 112))[:33], mix(look.accent, "#000000", 0.15), 12)
    cloth = rounded((178, 206, 462, 416), 26)
    canvas.shape(cloth, Fill(mix(look.colour, "#ffffff", 0.16), mix(look.colour, "#000000", 0.2)))
    for top, height, colour in ((300, 5, "#f6efe0"), (310, 8, look.accent), (388, 8, look.accent), (400, 4, "#f6efe0")):
        canvas.within([(170, top), (470, top), (470, top + height), (170, top + height)], cloth, colour)
    for step in range(4):
        look.motif(canvas, 218 + step * 68, 352, 32)
    flap = smooth([(176, 206), (320, 200), (464, 206), (456, 262), (400, 290), (320, 296), (240, 290), (184, 262)])
    canvas.shape(flap, Fill(mix(look.colour, "#ffffff", 0.3), mix(look.colour, "#ffffff", 0.06)))
    for step in range(17):
        canvas.within(moved([(0, -9), (7, 0), (0, 9), (-7, 0)], 192 + step * 16, 250), flap, "#f2c14e", 0.9)
    canvas.shape(oval(320, 286, 12, 12), Fill("#f2d27a", "#b98a2c"))


def vase(canvas: Canvas, look: Look) -> None:
    """A glazed vase."""
    floor(canvas, 320, 422, 100)
    outline = smooth(
        [
            (272, 78),
            (368, 78),
            (352, 132),
            (392, 190),
            (426, 262),
            (402, 350),
            (372, 416),
            (268, 416),
            (238, 350),
            (214, 262),
            (248, 190),
            (288, 132),
        ]
    )
    body(canvas, outline, look.colour)
    for top, height in ((150, 7), (366, 9), (384, 4)):
        canvas.within([(200, top), (440, top), (440, top + height), (200, top + height)], outline, look.accent)
    canvas.shape(oval(320, 82, 50, 11), mix(look.colour, "#000000", 0.45))
    look.motif(canvas, 320, 268, 68)
    shine(canvas, outline, smooth([(250, 200), (272, 190), (246, 270), (262, 350), (236, 300)]), 0.4)


def bowls(canvas: Canvas, look: Look) -> None:
    """Glazed bowls, one in front of three."""
    for x, y, size in ((228, 232, 0.86), (412, 232, 0.86), (320, 204, 0.8), (320, 306, 1.2)):
        canvas.shadow(oval(x, y + 92 * size, 62 * size, 9), 6, 0.4)
        bowl = smooth(moved([(-104, 0), (104, 0), (84, 58), (40, 92), (-40, 92), (-84, 58)], x, y, 0, size))
        body(canvas, bowl, look.colour)
        canvas.shape(oval(x, y, 104 * size, 26 * size), mix(look.colour, "#ffffff", 0.55))
        canvas.shape(oval(x, y + 4 * size, 90 * size, 19 * size), mix(look.colour, "#000000", 0.22))
        canvas.within(
            [(x - 120, y + 66 * size), (x + 120, y + 66 * size), (x + 120, y + 72 * size), (x - 120, y + 72 * size)],
            bowl,
            look.accent,
        )
    look.motif(canvas, 320, 358, 26)


def train(canvas: Canvas, look: Look) -> None:
    """A wooden toy train."""
    canvas.shadow(oval(320, 398, 220, 14), 9, 0.4)
    wood = "#e2b777"
    canvas.shape(rounded((112, 250, 330, 356), 16), Fill(mix(wood, "#ffffff", 0.25), wood))
    canvas.shape(rounded((236, 150, 336, 356), 14), Fill(mix(look.colour, "#ffffff", 0.2), look.colour))
    canvas.shape(rounded((256, 178, 316, 232), 8), "#fdf7e8")
    canvas.shape(rounded((222, 132, 350, 158), 10), look.accent)
    canvas.shape(rounded((146, 184, 186, 258), 6), look.accent)
    canvas.shape(rounded((134, 170, 198, 194), 8), mix(look.accent, "#000000", 0.2))
    canvas.shape(oval(112, 304, 22, 40), Fill(mix(look.colour, "#ffffff", 0.2), look.colour))
    canvas.line([(330, 338), (376, 338)], "#7c5a34", 9)
    canvas.shape(rounded((372, 262, 540, 356), 14), Fill(mix(look.accent, "#ffffff", 0.3), look.accent))
    look.motif(canvas, 456, 232, 52)
    for x, r in ((160, 40), (280, 40), (414, 34), (500, 34)):
        canvas.shape(oval(x, 364, r, r), Fill("#f3d29a", "#b98544"))
        canvas.shape(oval(x, 364, r * 0.34, r * 0.34), look.colour)


def puzzle(canvas: Canvas, look: Look) -> None:
    """Stacked toy blocks."""
    canvas.shadow(oval(320, 404, 190, 15), 9, 0.4)
    tones = (
        look.colour,
        look.accent,
        "#f2c14e",
        "#e2b777",
        mix(look.colour, "#ffffff", 0.35),
        mix(look.accent, "#ffffff", 0.35),
    )
    places = ((146, 282), (262, 282), (378, 282), (204, 166), (320, 166), (262, 50))
    for (left, top), tone in zip(places, tones, strict=True):
        canvas.shape(
            rounded((left, top, left + 112, top + 112), 12), Fill(mix(tone, "#ffffff", 0.25), mix(tone, "#000000", 0.1))
        )
        canvas.shape(rounded((left + 12, top + 12, left + 100, top + 100), 8), "#fffaf0", 0.82)
        look.motif(canvas, left + 56, top + 56, 31)
