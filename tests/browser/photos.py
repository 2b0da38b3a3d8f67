"""Simulated photographs of printed labels: perspective, blur, uneven light, JPEG."""

import io

from PIL import Image, ImageDraw, ImageFilter

from verify_app.domain.parse import parse
from verify_app.images.symbols import symbol

_TABLE = (112, 92, 74)


def photographed(symbol_png: bytes, *, blur: float = 1.0, quality: int = 70) -> bytes:
    """A JPEG as a phone would take it of the printed symbol: turned, seen from the side, a little out of focus."""
    symbol = Image.open(io.BytesIO(symbol_png)).convert("RGB")
    symbol = symbol.resize((520, 520 * symbol.height // symbol.width), Image.Resampling.NEAREST)
    label = Image.new("RGB", (760, symbol.height + 240), "white")
    label.paste(symbol, (120, 80))
    ImageDraw.Draw(label).text((130, symbol.height + 120), "MA TRUY XUAT NGUON GOC", fill="black")
    table = Image.new("RGB", (1200, 1500), _TABLE)
    corners = (-60, -30, -10, label.height + 50, label.width + 80, label.height + 20, label.width + 20, -70)
    smooth = Image.Resampling.BICUBIC
    seen = label.transform((900, 1150), Image.Transform.QUAD, corners, smooth, fillcolor=_TABLE)
    table.paste(seen.rotate(7, smooth, expand=False, fillcolor=_TABLE), (150, 170))
    shade = Image.linear_gradient("L").resize(table.size).point(lambda value: 90 + value * 165 // 255)
    table = Image.composite(table, Image.new("RGB", table.size, (30, 28, 26)), shade)
    table = table.filter(ImageFilter.GaussianBlur(blur))
    out = io.BytesIO()
    table.save(out, "JPEG", quality=quality)
    return out.getvalue()


def codes_in_a_row(*paths: str) -> bytes:
    """A picture of printed symbols side by side, each held a little lower than the one before."""
    drawn = [Image.open(io.BytesIO(symbol(parse(path), "https://tra-cuu.example", "qr", "png", 5))) for path in paths]
    size = 60 + sum(one.width + 60 for one in drawn), 240 + max([0, *(one.height for one in drawn)])
    picture = Image.new("RGB", size, "#c8c8c0")
    left = 60
    for number, one in enumerate(drawn):
        picture.paste(one.convert("RGB"), (left, 80 + 12 * number))
        left += one.width + 60
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=88)
    return out.getvalue()
