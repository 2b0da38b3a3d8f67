"""Text stands off its ground: WCAG 2.2 AA contrast of the design tokens, light and dark."""

import re

import pytest

from verify_app.assets import folder

TONES = ("ok", "info", "caution", "alert")
PAIRS = [
    *((text, ground) for text in ("ink", "quiet", "accent") for ground in ("paper", "sheet")),
    *((tone, f"{tone}-ground") for tone in TONES),
    *(("ink", f"{tone}-ground") for tone in TONES),
    *(("on-band", f"band-{tone}") for tone in TONES),
    ("on-accent", "accent"),
    ("caution", "sheet"),
]


def tokens(theme):
    source = (folder("static") / "css/tokens.css").read_text("utf-8")
    light, dark = source.split("@media (prefers-color-scheme: dark)")
    found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", light))
    return found | (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", dark)) if theme == "dark" else {})


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_has_a_contrast_of_at_least_4_5(text, ground, theme):
    colours = tokens(theme)
    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "sheet"])
def test_the_focus_ring_is_seen(theme, ground):
    colours = tokens(theme)
    assert contrast(colours["focus"], colours[ground]) >= 3


def test_every_token_of_the_light_theme_that_names_a_colour_has_a_dark_twin():
    light, dark = tokens("light"), tokens("dark")
    assert {name for name in light if light[name] == dark[name]} <= {"on-band"}
