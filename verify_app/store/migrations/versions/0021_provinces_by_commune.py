"""The province of a scan by its nearest commune: the nearest town named a wrong one for every sixth commune."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from verify_app.domain.communes import province_of_cell

revision: str = "0021"
down_revision: str | Sequence[str] | None = "0020"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Two walks through the ledger, however many places moved. Cases stay in the province where they were opened."""
    bind = op.get_bind()
    placed = "country = 'VN' AND cell_lat IS NOT NULL AND cell_lon IS NOT NULL"
    told = bind.exec_driver_sql(f"SELECT DISTINCT cell_lat, cell_lon, province FROM scan WHERE {placed}")  # noqa: S608 - words of ours
    moved = {(lat, lon): now for lat, lon, was in told if (now := province_of_cell(lat, lon)) != was}
    if not moved:
        return
    bind.exec_driver_sql(
        "CREATE TEMPORARY TABLE moved_cell (lat INTEGER, lon INTEGER, province INTEGER, PRIMARY KEY (lat, lon))"
    )
    bind.execute(
        sa.text("INSERT INTO moved_cell VALUES (:lat, :lon, :province)"),
        [{"lat": lat, "lon": lon, "province": province} for (lat, lon), province in moved.items()],
    )
    bind.exec_driver_sql(
        "UPDATE scan SET province = (SELECT m.province FROM moved_cell m WHERE m.lat = cell_lat AND m.lon = cell_lon) "  # noqa: S608
        f"WHERE {placed} AND (cell_lat, cell_lon) IN (SELECT lat, lon FROM moved_cell)"
    )
    bind.exec_driver_sql("DROP TABLE moved_cell")


def downgrade() -> None:
    """Nothing: no column changed, and the province is the better one for an older release, too."""
