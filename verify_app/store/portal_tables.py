"""Tables of the enterprises' portal: requests to join, print jobs, papers of certificates, letters and digests."""

from __future__ import annotations

import sqlalchemy as sa

from .columns import CODE, DOCUMENT, MILLISECONDS, code, number
from .tables import metadata

# Somebody asks to be taken up as an enterprise. Only a digest of the key to the request's own page is kept.
join_request = sa.Table(
    "join_request",
    metadata,
    sa.Column("id", CODE, primary_key=True),
    sa.Column("key_digest", CODE, nullable=False, unique=True),
    sa.Column("kind", CODE, nullable=False),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("address", sa.String, nullable=False),
    sa.Column("province", sa.String, nullable=False),
    code("gln"),
    code("tax_code"),
    sa.Column("phone", sa.String, nullable=False),
    sa.Column("person", sa.String, nullable=False),
    sa.Column("email", CODE, nullable=False),
    code("website"),
    code("lang"),
    sa.Column("status", CODE, nullable=False),
    sa.Column("reason", sa.String, nullable=False, server_default=""),
    sa.Column("created_at", MILLISECONDS, nullable=False),
    number("confirmed_at"),
    number("decided_at"),
    sa.Column("decided_by", sa.String, nullable=False, server_default=""),
    code("enterprise_id"),
    code("account_id"),
    sa.Index("ix_join_request_status_created_at", "status", "created_at"),
)

# Labels to be printed of a batch; the files lie in the job's folder, which also tells how far it is.
print_job = sa.Table(
    "print_job",
    metadata,
    sa.Column("id", CODE, primary_key=True),
    sa.Column("batch_id", CODE, sa.ForeignKey("code_batch.id"), nullable=False, index=True),
    sa.Column("wish", DOCUMENT, nullable=False),
    sa.Column("author", sa.String, nullable=False),
    sa.Column("status", CODE, nullable=False),
    sa.Column("failure", sa.String, nullable=False, server_default=""),
    number("done"),
    number("total"),
    sa.Column("created_at", MILLISECONDS, nullable=False),
    code("held_by"),
    number("held_until"),
    sa.Index("ix_print_job_status_created_at", "status", "created_at"),
)

# The paper behind a certificate, for reviewers; never public.
certificate_paper = sa.Table(
    "certificate_paper",
    metadata,
    sa.Column("id", CODE, primary_key=True),
    sa.Column("gtin", CODE, sa.ForeignKey("model.gtin"), nullable=False),
    sa.Column("kind", CODE, nullable=False),
    sa.Column("number", sa.String, nullable=False),
    sa.Column("file_name", sa.String, nullable=False),
    sa.Column("media", CODE, nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("digest", CODE, nullable=False),
    sa.Column("author", sa.String, nullable=False),
    sa.Column("created_at", MILLISECONDS, nullable=False),
    sa.Index("ix_certificate_paper_gtin", "gtin"),
)

# Letters on their way to a mail server; `key` says what the letter is about: the same is written once.
letter = sa.Table(
    "letter",
    metadata,
    sa.Column("key", CODE, primary_key=True),
    sa.Column("address", CODE, nullable=False),
    sa.Column("subject", sa.String, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("status", CODE, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    number("next_at"),
    sa.Column("created_at", MILLISECONDS, nullable=False),
    sa.Column("answer", sa.String, nullable=False, server_default=""),
    sa.Index("ix_letter_status_next_at", "status", "next_at"),
)

# Who wants a digest of an enterprise's days; `last_day` is the local day that the last one told of.
digest = sa.Table(
    "digest",
    metadata,
    sa.Column("enterprise_id", CODE, sa.ForeignKey("enterprise.id"), primary_key=True),
    sa.Column("email", CODE, primary_key=True),
    sa.Column("lang", CODE, nullable=False),
    code("last_day"),
)
