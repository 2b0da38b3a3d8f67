"""Who each page is for: every endpoint and the permission that it asks for. A page that is missing here opens to
nobody who is not everybody, and `tests/guard/test_audience.py` fails: write its endpoint into one of these lists.

`PUBLIC` are the endpoints of the public application, which has no sessions. The signed-in application asks
`ROUTES` before each request.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..domain.permissions import Permission

PUBLIC = (
    "api_v1.batch_otherwise",
    "api_v1.capture",  # this and the next ask for an enterprise's key themselves, see `web/api_v1/keyed.py`
    "api_v1.capture_state",
    "api_v1.captures",
    "api_v1.compress_code",
    "api_v1.docs",
    "api_v1.events",
    "api_v1.events_of_epc",
    "api_v1.import_errors",
    "api_v1.import_file",
    "api_v1.import_state",
    "api_v1.move_item",
    "api_v1.openapi",
    "api_v1.products",
    "api_v1.scan_counts",
    "api_v1.verify_batch",
    "api_v1.verify_code",
    "api_v1.verify_otherwise",
    "health.livez",
    "health.readyz",
    "health.whole",
    "metrics.exposition",
    "public.demo.history_unavailable",
    "public.embed.badge",
    "public.embed.card",
    "public.embed.oembed",
    "public.embed.widget",
    "public.frame.frame",
    "public.help.help_page",
    "public.help.practice_page",
    "public.help.practice_symbol",
    "public.holder.nothing_shown",
    "public.holder.show_proof",
    "public.home.front_page",
    "public.home.robots",
    "public.offline.history_page",
    "public.offline.manifest",
    "public.offline.offline_page",
    "public.offline.service_worker",
    "public.pictures.picture",
    "public.report.receipt_page",
    "public.report.report_page",
    "public.report.send_report",
    "public.result.code_page",
    "public.scan.scan_page",
    "public.styleguide.styleguide",
    "resolver.description_file",
    "static_files.static_file",
    "verification.check_connectivity",
    "verification.verify_item",
)
_SIGN_IN = (
    "accounts.welcome",
    "security.login",
    "security.logout",
    "security.mf_recovery",
    "security.oauthresponse",
    "security.oauthstart",
    "security.tf_select",
    "security.two_factor_token_validation",
    "security.wan_signin",
    "security.wan_signin_response",
)
_JOIN = (
    "portal.join.follow",
    "portal.join.join",
    "portal.join.send_request",
    "portal.overview.checker",
)
_OWN_ACCOUNT = (
    "accounts.own",
    "security.change_password",
    "security.mf_recovery_codes",
    "security.oauth_verify_response",
    "security.oauth_verify_start",
    "security.two_factor_setup",
    "security.two_factor_setup_validate",
    "security.verify",
    "security.wan_delete",
    "security.wan_register",
    "security.wan_register_response",
    "security.wan_verify",
    "security.wan_verify_response",
)
_MANAGE_ACCOUNTS = (
    "accounts.change_account",
    "accounts.open_account",
    "accounts.people",
    "accounts.person",
)
_ENTERPRISE_PORTAL = (
    "portal.claims.certificates",
    "portal.claims.change",
    "portal.claims.paper",
    "portal.codes.batch",
    "portal.codes.carrier",
    "portal.codes.codes",
    "portal.codes.issue",
    "portal.codes.label_file",
    "portal.codes.print_labels",
    "portal.codes.serials",
    "portal.imports.follow",
    "portal.imports.imports",
    "portal.imports.refused_rows",
    "portal.imports.send_file",
    "portal.imports.template",
    "portal.keys.change_keys",
    "portal.keys.keys",
    "portal.links.links",
    "portal.links.write",
    "portal.moves.book",
    "portal.moves.moves",
    "portal.overview.overview",
    "portal.pictures.change",
    "portal.pictures.pictures",
    "portal.places.change",
    "portal.places.places",
    "portal.products.act",
    "portal.products.dossier",
    "portal.products.products",
    "portal.products.write",
    "portal.scans.counts",
    "portal.scans.scans",
    "portal.webhooks.change",
    "portal.webhooks.webhooks",
)
_ADMIT_ENTERPRISES = (
    "portal.admission.decide",
    "portal.admission.one",
    "portal.admission.requests",
)
_REVIEW_PUBLICATIONS = (
    "portal.claims.paper_for_review",
    "portal.reviews.act",
    "portal.reviews.dossier",
    "portal.reviews.queue",
)
_READ_CASES = (
    "desk.cases.case",
    "desk.cases.evidence",
    "desk.cases.queue",
    "desk.minutes.minutes",
    "desk.orders.orders",
    "desk.register.cases_file",
    "desk.register.register",
    "desk.register.register_file",
    "desk.reports.photo",
    "desk.reports.queue",
    "desk.reports.queue_file",
    "desk.reports.report",
    "desk.search.search",
    "desk.search.search_file",
)
_WORK_CASES = (
    "desk.cases.step",
    "desk.reports.step",
)
_PROPOSE_ACTS = (
    "desk.orders.propose",
    "desk.orders.step",
)
_INSPECT = (
    "desk.record.record",
    "desk.site.kit",
    "desk.site.kit_worker",
    "desk.site.photo",
    "desk.site.picture",
    "desk.site.send",
    "desk.site.token",
    "desk.site.visit",
    "desk.site.visits",
)
_READ_AUDIT = (
    "desk.log.log",
    "desk.log.log_csv",
    "desk.log.log_json",
)
_NOBODY = (
    "security.two_factor_rescue",  # by mail; here an administrator takes the second factor away
)

ROUTES: Mapping[str, Permission] = {
    **dict.fromkeys(PUBLIC, Permission.PUBLIC),
    **dict.fromkeys(_SIGN_IN, Permission.PUBLIC),
    **dict.fromkeys(_JOIN, Permission.PUBLIC),
    **dict.fromkeys(_OWN_ACCOUNT, Permission.OWN_ACCOUNT),
    **dict.fromkeys(_MANAGE_ACCOUNTS, Permission.MANAGE_ACCOUNTS),
    **dict.fromkeys(_ENTERPRISE_PORTAL, Permission.ENTERPRISE_PORTAL),
    **dict.fromkeys(_ADMIT_ENTERPRISES, Permission.ADMIT_ENTERPRISES),
    **dict.fromkeys(_REVIEW_PUBLICATIONS, Permission.REVIEW_PUBLICATIONS),
    **dict.fromkeys(_READ_CASES, Permission.READ_CASES),
    **dict.fromkeys(_WORK_CASES, Permission.WORK_CASES),
    **dict.fromkeys(_PROPOSE_ACTS, Permission.PROPOSE_ACTS),
    **dict.fromkeys(_INSPECT, Permission.INSPECT),
    **dict.fromkeys(_READ_AUDIT, Permission.READ_AUDIT),
    **dict.fromkeys(_NOBODY, Permission.NOBODY),
}
