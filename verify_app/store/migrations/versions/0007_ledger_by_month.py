"""The ledger in partitions by month on PostgreSQL; the province of a scan; indexes for the inspectors' search."""

import time
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from verify_app.domain.communes import province_of_cell
from verify_app.store.partitions import OTHER, Month, ensure_months

revision: str = "0007"
down_revision: str | Sequence[str] | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

INDEXES = (
    ("ix_scan_gtin_when_ms", "gtin, when_ms", ""),
    ("ix_scan_identity_when_ms", "identity, when_ms", ""),
    ("ix_scan_when_ms_scan_id", "when_ms, scan_id", ""),
    ("ix_scan_gtin_lot_when_ms", "gtin, lot, when_ms", "lot <> ''"),
    ("ix_scan_province_when_ms", "province, when_ms", "province IS NOT NULL"),
)
NEW = INDEXES[3:]


def upgrade() -> None:
    op.add_column("scan", sa.Column("province", sa.SmallInteger(), nullable=True))
    _fill_provinces(op.get_bind())
    if op.get_bind().dialect.name == "postgresql":
        _partition(op.get_bind())
    else:
        for name, columns, where in NEW:
            op.create_index(name, "scan", columns.split(", "), sqlite_where=sa.text(where))
    op.create_index("ix_lot_lot", "lot", ["lot"])


def downgrade() -> None:
    op.drop_index("ix_lot_lot", table_name="lot")
    if op.get_bind().dialect.name == "postgresql":
        _unite(op.get_bind())
    else:
        for name, *_ in NEW:
            op.drop_index(name, table_name="scan")
        with op.batch_alter_table("scan", table_kwargs={"sqlite_with_rowid": False}) as table:
            table.drop_column("province")


def _fill_provinces(bind: sa.Connection) -> None:
    """Scans with a place had none so far. There are few different places of 5 km, however many scans."""
    found = sa.text("SELECT DISTINCT cell_lat, cell_lon FROM scan WHERE cell_lat IS NOT NULL AND country = 'VN'")
    change = sa.text(
        "UPDATE scan SET province = :province WHERE cell_lat = :lat AND cell_lon = :lon AND country = 'VN'"
    )
    for lat, lon in bind.execute(found).all():
        bind.execute(change, {"province": province_of_cell(lat, lon), "lat": lat, "lon": lon})


def _partition(bind: sa.Connection) -> None:
    """The table so far becomes the partition of all that came before the next month: no row is copied, but for those
    of a time to come. Its end stands in its comment."""
    run, now = bind.exec_driver_sql, time.time_ns() // 1_000_000
    run("ALTER TABLE scan RENAME TO scan_before")
    run("ALTER TABLE scan_before RENAME CONSTRAINT pk_scan TO pk_scan_before")
    for name, *_ in INDEXES[:3]:
        run(f"ALTER INDEX {name} RENAME TO {name}_before")
    run("CREATE TABLE scan (LIKE scan_before INCLUDING DEFAULTS) PARTITION BY RANGE (when_ms)")
    run("ALTER TABLE scan ADD CONSTRAINT pk_scan PRIMARY KEY (scan_id, when_ms)")
    for name, columns, where in INDEXES:
        run(f"CREATE INDEX {name} ON scan ({columns})" + (f" WHERE {where}" if where else ""))
    run(f"CREATE TABLE {OTHER} PARTITION OF scan DEFAULT")
    if bind.execute(sa.text("SELECT EXISTS (SELECT FROM scan_before)")).scalar():
        end = Month(Month.of(now).number + 1).begin
        run("ALTER TABLE scan_before DROP CONSTRAINT pk_scan_before, ADD PRIMARY KEY (scan_id, when_ms)")
        run(
            f"WITH moved AS (DELETE FROM scan_before WHERE when_ms >= {end} RETURNING *) "  # noqa: S608 - numbers of ours
            f"INSERT INTO {OTHER} SELECT * FROM moved"
        )
        run(f"COMMENT ON TABLE scan_before IS '{end}'")
        run(f"ALTER TABLE scan ATTACH PARTITION scan_before FOR VALUES FROM (MINVALUE) TO ({end})")
    else:
        run("DROP TABLE scan_before")
    ensure_months(bind, now)


def _unite(bind: sa.Connection) -> None:
    run = bind.exec_driver_sql
    run("CREATE TABLE scan_whole (LIKE scan INCLUDING DEFAULTS)")
    run("INSERT INTO scan_whole SELECT * FROM scan")
    run("DROP TABLE scan")
    run("ALTER TABLE scan_whole RENAME TO scan")
    run("ALTER TABLE scan DROP COLUMN province")
    run("ALTER TABLE scan ADD CONSTRAINT pk_scan PRIMARY KEY (scan_id)")
    for name, columns, _ in INDEXES[:3]:
        run(f"CREATE INDEX {name} ON scan ({columns})")
