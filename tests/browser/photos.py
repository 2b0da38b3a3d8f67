"""Simulated photographs of printed labels: perspective, blur, uneven light, JPEG."""

import io

from PIL import Image, ImageDraw, ImageFilter

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
