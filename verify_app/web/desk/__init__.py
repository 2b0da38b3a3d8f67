"""The officers' desk: the queue of cases, one case, orders upon goods, the audit log."""

from flask import Blueprint

from . import cases, log, orders, site

desk = Blueprint("desk", __name__, url_prefix="/desk")
for pages in (cases.pages, orders.pages, log.pages, site.pages):
    desk.register_blueprint(pages)
