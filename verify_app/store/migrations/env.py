"""Alembic's environment: always called by `store/migrate.py` with an open connection."""

import re

from alembic import context

from verify_app.store import (  # noqa: F401 - their tables count too
    account_tables,
    field_tables,
    holder_tables,
    inspection_tables,
    office_tables,
    portal_tables,
    report_tables,
    tables_enterprise,
    watch_tables,
)
from verify_app.store.tables import metadata

# partitions of the ledger are made by `store/partitions.py`, not declared
_PARTITION = re.compile(r"scan_(\d{4}_\d\d|other|before)")

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # both engines roll back a table that was half made
    render_as_batch=True,  # SQLite changes a column by rebuilding its table
    compare_type=True,
    include_name=lambda name, kind, _: not (kind == "table" and _PARTITION.fullmatch(name or "")),
)
with context.begin_transaction():
    context.run_migrations()
