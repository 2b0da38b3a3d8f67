"""The audit log, which nothing can be deleted from, and orders upon goods."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

CODE = sa.String().with_variant(sa.String(collation="C"), "postgresql")

revision: str = "0010"
down_revision: str | Sequence[str] | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_SQLITE = (
    "CREATE TRIGGER audit_keeps BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit entries are kept'); END",
    "CREATE TRIGGER audit_stands BEFORE UPDATE ON audit WHEN NEW.body <> '' OR NEW.number <> OLD.number OR"
    " NEW.when_ms <> OLD.when_ms OR NEW.kind <> OLD.kind OR NEW.body_digest <> OLD.body_digest OR NEW.seal <> OLD.seal"
    " BEGIN SELECT RAISE(ABORT, 'audit entries stand as written'); END",
)
_POSTGRESQL = (
    "CREATE FUNCTION audit_stands() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'audit entries are kept'; END IF;"
    " IF NEW.body <> '' OR (NEW.number, NEW.when_ms, NEW.kind, NEW.body_digest, NEW.seal) IS DISTINCT FROM"
    " (OLD.number, OLD.when_ms, OLD.kind, OLD.body_digest, OLD.seal)"
    " THEN RAISE EXCEPTION 'audit entries stand as written'; END IF; RETURN NEW; END $$",
    "CREATE TRIGGER audit_stands BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_stands()",
)


def _code(name: str) -> sa.Column[str]:
    return sa.Column(name, CODE, server_default="", nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("when_ms", sa.BigInteger(), nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_digest", CODE, nullable=False),
        sa.Column("seal", CODE, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit"),
    )
    op.create_index("ix_audit_kind_when_ms", "audit", ["kind", "when_ms"])
    op.create_table(
        "act_order",
        sa.Column("id", sa.Integer(), nullable=False),
        *(_code(name) for name in ("kind", "gtin", "lot", "first", "last")),
        *(_text(name) for name in ("reason", "advice", "department")),
        _code("proposed_by"),
        _text("proposed_name"),
        _number("proposed"),
        _code("state"),
        _code("confirmed_by"),
        _text("confirmed_name"),
        _number("began"),
        _code("ended_by"),
        _text("ended_name"),
        _number("ended"),
        _text("end_reason"),
        _number("case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_act_order"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_act_order_state", "act_order", ["state"])
    op.create_index("ix_act_order_gtin", "act_order", ["gtin"])
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("act_order")
    op.drop_table("audit")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_stands")
