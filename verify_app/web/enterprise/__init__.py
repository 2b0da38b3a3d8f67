"""Pages of enterprises, and the review queue of the authority."""

from __future__ import annotations

from flask import Blueprint

from . import (
    admission_pages,
    claim_pages,
    code_pages,
    import_pages,
    join_pages,
    key_pages,
    link_pages,
    move_pages,
    overview,
    picture_pages,
    place_pages,
    product_pages,
    review_pages,
    scan_pages,
    webhook_pages,
)

portal = Blueprint("portal", __name__)
for _pages in (
    overview,
    join_pages,
    product_pages,
    claim_pages,
    picture_pages,
    import_pages,
    code_pages,
    move_pages,
    place_pages,
    key_pages,
    link_pages,
    scan_pages,
    webhook_pages,
    review_pages,
    admission_pages,
):
    portal.register_blueprint(_pages.blueprint)
