"""The columns of import files: one list for templates, reading and documentation.

A header may be the key itself or its Vietnamese name. Columns whose name begins with "#" are remarks of ours in an
annotated file and are skipped, so a mended file can be sent back as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import normalize


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its key, its Vietnamese header, and whether a row without it is refused."""

    key: str
    vi: str
    required: bool = False
    example: str = ""


class HeaderError(ValueError):
    """The first line of a file is no header of its kind; the message says what was expected and what came."""


REMARK = "#"
ROW, PROBLEM = "#dòng", "#lỗi"

_GTIN = Column("gtin", "Mã GTIN", required=True, example="9521234543213")

COLUMNS: dict[str, tuple[Column, ...]] = {
    "products": (
        _GTIN,
        Column("name", "Tên sản phẩm", required=True, example="Hạt tiêu đen Ví Dụ"),
        Column("name_en", "Tên tiếng Anh", example="Example black pepper"),
        Column("brand", "Nhãn hiệu", example="Ví Dụ"),
        Column("origin", "Xuất xứ", example="Sản xuất tại Việt Nam"),
        Column("origin_en", "Xuất xứ (tiếng Anh)", example="Made in Vietnam"),
        Column("description", "Mô tả", example="Tiêu đen nguyên hạt phơi khô"),
        Column("standards", "Tiêu chuẩn áp dụng", example="TCVN 7036:2008"),
        Column("warnings", "Cảnh báo", example="Tránh xa tầm tay trẻ nhỏ"),
        Column("label_group", "Nhóm hàng (Phụ lục I)", example="2"),
        Column("risk", "Mức rủi ro", example="medium"),
        Column("granularity", "Cấp mã", example="item"),
        Column("quantity", "Định lượng", example="250 g"),
        Column("ingredients", "Thành phần", example="100% hạt tiêu đen"),
        Column("usage", "Hướng dẫn sử dụng", example="Xay trước khi dùng"),
        Column("storage", "Bảo quản", example="Nơi khô ráo, thoáng mát"),
        Column("stages", "Các công đoạn", example="production;harvest;packing"),
        Column("markets", "Thị trường", example="VN"),
    ),
    "lots": (
        _GTIN,
        Column("lot", "Số lô", required=True, example="L2610"),
        Column("production_date", "Ngày sản xuất", example="05/09/2026"),
        Column("expiry", "Hạn sử dụng", example="05/09/2028"),
        Column("best_before", "Sử dụng tốt nhất trước"),
        Column("declared", "Số lượng", example="10000"),
    ),
    "items": (
        _GTIN,
        Column("serial", "Số sê-ri", required=True, example="A1B2C3D4E5F6"),
        Column("lot", "Số lô", example="L2610"),
        Column("state", "Trạng thái", example="active"),
        Column("state_time", "Thời điểm trạng thái"),
        Column("hidden_number", "Số ẩn"),
    ),
    "events": (
        _GTIN,
        Column("lot", "Số lô", required=True, example="L2610"),
        Column("stage", "Công đoạn", required=True, example="harvest"),
        Column("time", "Thời điểm", required=True, example="05/09/2026 07:30"),
        Column("what", "Việc đã làm", required=True, example="Thu hoạch"),
        Column("what_en", "Việc đã làm (tiếng Anh)", example="Harvest"),
        Column("place", "Nơi thực hiện", required=True, example="Vườn 1"),
        Column("place_gln", "GLN nơi thực hiện", example="9520000000011"),
        Column("biz_step", "Bước nghiệp vụ (CBV)", example="harvesting"),
        Column("event_id", "Mã sự kiện"),
    ),
}
KINDS = tuple(COLUMNS)


def columns_at(kind: str, header: Sequence[str]) -> dict[str, int]:
    """Where each column of a kind stands in a header. Raises `HeaderError` for an unknown, doubled or missing one."""
    known = {_folded(name): column.key for column in COLUMNS[kind] for name in (column.key, column.vi)}
    places: dict[str, int] = {}
    for place, name in enumerate(header):
        if name.strip().startswith(REMARK) or not name.strip():
            continue
        key = known.get(_folded(name))
        if key is None:
            expected = ", ".join(column.key for column in COLUMNS[kind])
            raise HeaderError(f"Expected only the columns {expected} in the first line, got {name[:60]!r}.")
        if key in places:
            raise HeaderError(f"Expected the column {key} once in the first line, got it twice.")
        places[key] = place
    missing = [column.key for column in COLUMNS[kind] if column.required and column.key not in places]
    if missing:
        raise HeaderError(f"Expected the column {missing[0]} in the first line, got {', '.join(header)[:200]!r}.")
    return places


def _folded(name: str) -> str:
    return normalize("NFC", name).strip().casefold()
