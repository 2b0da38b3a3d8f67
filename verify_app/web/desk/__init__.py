"""The officers' desk: the queue of cases, one case, orders upon goods, the audit log."""

from flask import Blueprint

from . import cases, log, minutes, orders, record, register, reports, search, site

desk = Blueprint("desk", __name__, url_prefix="/desk")
for pages in (
    cases.pages,
    minutes.pages,
    orders.pages,
    log.pages,
    site.pages,
    record.pages,
    register.pages,
    reports.pages,
    search.pages,
):
    desk.register_blueprint(pages)
