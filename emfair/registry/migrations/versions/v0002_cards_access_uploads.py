"""Cards of the nouns, instruments, people and their rights, files that come one by one.

SQLite can neither add a constraint nor make a table anew that others refer to, hence columns with
their checks in one raw ``ALTER TABLE``, which both databases take. Nobody refers to ``upload`` and
``file``: those are made anew.

Revision ID: 0002
Revises: 0001
"""

import secrets
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_BATCH = 1000
_TIME = sa.DateTime(timezone=True)
_LEVELS = {
    "project": ["id"],
    "proposal": ["project", "id"],
    "sample": ["project", "proposal", "id"],
}
_STATES = (
    "('draft', 'uploading', 'sealed', 'processing', 'needs-input', 'invalid',"
    " 'valid', 'failed', 'published', 'tombstoned')"
)
_FOUND_BY = {
    "project": ["project"],
    "state": ["state"],
    "instrument": ["instrument"],
    "depositor": ["depositor"],
    "sample": ["project", "proposal", "sample"],
}
_AUDIT = ("actor", "action", "at")


def upgrade() -> None:
    """Add columns and tables, and fill them from what is there."""
    for level, keys in _LEVELS.items():
        _add_card(level)
        op.create_index(f"ix_{level}_newest", level, ["created_at", *keys])
        _fill_search(level, keys, ["title", *keys])
    _instrument()
    _derivation()
    _barcode()
    _extend_experiment()
    _upload()
    _file()
    _person()
    _membership()
    _referee_link()
    _token()
    _idempotency()
    for column in _AUDIT:
        op.create_index(f"ix_audit_{column}", "audit", [column, "id"])


def downgrade() -> None:
    """Return to 0001; what it has no place for is lost."""
    for column in _AUDIT:
        op.drop_index(f"ix_audit_{column}", "audit")
    for table in ("idempotency", "token", "referee_link", "membership", "person"):
        op.drop_table(table)
    _file_of_0001()
    _upload_of_0001()
    for name in _FOUND_BY:
        op.drop_index(f"ix_experiment_{name}", "experiment")
    op.create_index("ix_experiment_state", "experiment", ["state"])
    for column in ("state_before", "closed_at", "search", "restricted", "instrument"):
        op.drop_column("experiment", column)
    for table in ("barcode", "derivation", "instrument"):
        op.drop_table(table)
    for level in _LEVELS:
        op.drop_index(f"ix_{level}_newest", level)
        for column in ("owner", "version", "search", "about"):
            op.drop_column(level, column)


def _add_card(table: str) -> None:
    op.execute(f"ALTER TABLE {table} ADD COLUMN about TEXT DEFAULT '{{}}' NOT NULL")
    op.execute(f"ALTER TABLE {table} ADD COLUMN search TEXT DEFAULT '' NOT NULL")
    op.execute(
        f"ALTER TABLE {table} ADD COLUMN version INTEGER DEFAULT '1' NOT NULL"
        f" CONSTRAINT ck_{table}_version_least CHECK (version >= 1)"
    )
    op.execute(
        f"ALTER TABLE {table} ADD COLUMN owner VARCHAR(200)"
        f" CONSTRAINT ck_{table}_owner_length CHECK (length(owner) BETWEEN 1 AND 200)"
    )


def _extend_experiment() -> None:
    op.execute(
        "ALTER TABLE experiment ADD COLUMN instrument VARCHAR(40)"
        " CONSTRAINT fk_experiment_instrument REFERENCES instrument (id)"
    )
    op.add_column(
        "experiment",
        sa.Column("restricted", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.execute("ALTER TABLE experiment ADD COLUMN search TEXT DEFAULT '' NOT NULL")
    op.add_column("experiment", sa.Column("closed_at", _TIME))
    op.execute(
        "ALTER TABLE experiment ADD COLUMN state_before VARCHAR(20)"
        f" CONSTRAINT ck_experiment_state_before_known CHECK (state_before IN {_STATES})"
    )
    # A deposit of 0001 has named all its files when it was opened.
    op.execute("UPDATE experiment SET closed_at = created_at WHERE state = 'uploading'")
    words = ["title", "id", "project", "proposal", "sample", "depositor"]
    _fill_search("experiment", ["id"], words)
    op.drop_index("ix_experiment_state", "experiment")
    for name, columns in _FOUND_BY.items():
        op.create_index(f"ix_experiment_{name}", "experiment", [*columns, "created_at", "id"])


def _fill_search(name: str, keys: list[str], words: list[str]) -> None:
    table = sa.table(name, *map(sa.column, dict.fromkeys([*keys, *words, "search"])))
    where = [table.c[key] == sa.bindparam(f"key_{key}") for key in keys]
    statement = table.update().where(*where).values(search=sa.bindparam("found"))
    columns = [table.c[column] for column in dict.fromkeys([*keys, *words])]
    connection = op.get_bind()
    for rows in connection.execute(sa.select(*columns)).mappings().partitions(_BATCH):
        found = [
            {f"key_{key}": row[key] for key in keys}
            | {"found": " ".join(row[word] for word in words).casefold()}
            for row in rows
        ]
        connection.execute(statement, found)


def _make_anew(
    name: str, make: Callable[[], None], turn: Callable[[sa.RowMapping], dict[str, Any]]
) -> None:
    """Drop a table, make it as `make` does, and put its rows back as `turn` returns them."""
    op.execute(f"CREATE TEMPORARY TABLE old_{name} AS SELECT * FROM {name}")  # noqa: S608 -- a name of ours
    old = [sa.column(column["name"], column["type"]) for column in _columns(name)]
    op.drop_table(name)
    make()
    new = sa.table(name, *(sa.column(column["name"], column["type"]) for column in _columns(name)))
    for rows in _rows(sa.select(*old).select_from(sa.table(f"old_{name}"))):
        op.get_bind().execute(new.insert(), [turn(row) for row in rows])
    op.execute(f"DROP TABLE old_{name}")


def _columns(table: str) -> list[Any]:
    return list(sa.inspect(op.get_bind()).get_columns(table))


def _rows(query: sa.Select[Any]) -> Iterator[Any]:
    yield from op.get_bind().execute(query).mappings().partitions(_BATCH)


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()


def _upload() -> None:
    _make_anew(
        "upload",
        _make_upload,
        lambda row: {
            **row,
            "id": f"u-{secrets.token_hex(10)}",
            "folded": _folded(row["path"]),
            "created_at": row["modified_at"],
            "touched_at": row["done_at"] or row["modified_at"],
        },
    )


def _file() -> None:
    _make_anew(
        "file",
        _make_file,
        lambda row: {
            **row,
            "name": row["path"],
            "folded": _folded(row["path"]),
            "manifest_version": 1,
        },
    )


def _upload_of_0001() -> None:
    kept = ("experiment", "path", "name", "size", "sha256", "modified_at", "done_at")
    # 0001 knows no file without its checksum.
    op.execute("DELETE FROM upload WHERE sha256 IS NULL")
    _make_anew("upload", _make_upload_0001, lambda row: {key: row[key] for key in kept})


def _file_of_0001() -> None:
    kept = ("experiment", "path", "sha256", "size")
    _make_anew("file", _make_file_0001, lambda row: {key: row[key] for key in kept})


def _instrument() -> None:
    op.create_table(
        "instrument",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        *_card_columns(),
        sa.Column("owner", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "length(owner) BETWEEN 1 AND 200", name=op.f("ck_instrument_owner_length")
        ),
        sa.CheckConstraint("length(id) BETWEEN 1 AND 40", name=op.f("ck_instrument_id_length")),
        sa.CheckConstraint(
            "length(title) BETWEEN 1 AND 500", name=op.f("ck_instrument_title_length")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_instrument_version_least")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instrument")),
    )


def _card_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("about", sa.Text(), server_default="{}", nullable=False),
        sa.Column("search", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
    ]


def _derivation() -> None:
    keys = ("project", "child_proposal", "child", "parent_proposal", "parent")
    sample = ["sample.project", "sample.proposal", "sample.id"]
    op.create_table(
        "derivation",
        *(sa.Column(key, sa.String(length=40), nullable=False) for key in keys),
        sa.CheckConstraint(
            "child_proposal <> parent_proposal OR child <> parent",
            name=op.f("ck_derivation_not_from_itself"),
        ),
        sa.ForeignKeyConstraint(
            ["project", "child_proposal", "child"], sample, name=op.f("fk_derivation_child")
        ),
        sa.ForeignKeyConstraint(
            ["project", "parent_proposal", "parent"], sample, name=op.f("fk_derivation_parent")
        ),
        sa.PrimaryKeyConstraint(*keys, name=op.f("pk_derivation")),
    )
    op.create_index("ix_derivation_parent", "derivation", ["project", "parent_proposal", "parent"])


def _barcode() -> None:
    op.create_table(
        "barcode",
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("project", sa.String(length=40), nullable=False),
        sa.Column("proposal", sa.String(length=40), nullable=False),
        sa.Column("sample", sa.String(length=40), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.CheckConstraint("length(text) BETWEEN 1 AND 200", name=op.f("ck_barcode_text_length")),
        sa.ForeignKeyConstraint(
            ["project", "proposal", "sample"],
            ["sample.project", "sample.proposal", "sample.id"],
            name=op.f("fk_barcode_sample"),
        ),
        sa.PrimaryKeyConstraint("text", name=op.f("pk_barcode")),
    )
    op.create_index("ix_barcode_sample", "barcode", ["project", "proposal", "sample"])


def _make_upload() -> None:
    op.create_table(
        "upload",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("experiment", sa.String(length=40), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("modified_at", _TIME, nullable=False),
        sa.Column("store_upload", sa.Text(), nullable=True),
        sa.Column("part_size", sa.BigInteger(), nullable=True),
        sa.Column("capability", sa.String(length=64), nullable=True),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("touched_at", _TIME, nullable=False),
        sa.Column("done_at", _TIME, nullable=True),
        sa.CheckConstraint("length(id) BETWEEN 1 AND 40", name=op.f("ck_upload_id_length")),
        sa.CheckConstraint("length(path) BETWEEN 1 AND 700", name=op.f("ck_upload_path_length")),
        sa.CheckConstraint(
            "length(sha256) BETWEEN 64 AND 64", name=op.f("ck_upload_sha256_length")
        ),
        sa.CheckConstraint(
            "length(capability) BETWEEN 64 AND 64", name=op.f("ck_upload_capability_length")
        ),
        sa.CheckConstraint("size >= 0", name=op.f("ck_upload_size_least")),
        sa.CheckConstraint("part_size >= 1", name=op.f("ck_upload_part_size_least")),
        sa.CheckConstraint(
            "done_at IS NULL OR sha256 IS NOT NULL", name=op.f("ck_upload_done_is_known")
        ),
        sa.ForeignKeyConstraint(
            ["experiment"], ["experiment.id"], name=op.f("fk_upload_experiment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        sa.UniqueConstraint("experiment", "path", name=op.f("uq_upload_experiment_path")),
        sa.UniqueConstraint("experiment", "folded", name=op.f("uq_upload_experiment_folded")),
    )
    op.create_index("ix_upload_touched", "upload", ["touched_at"])


def _make_file() -> None:
    op.create_table(
        "file",
        sa.Column("experiment", sa.String(length=40), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("modified_at", _TIME, nullable=True),
        sa.Column("manifest_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(path) BETWEEN 1 AND 700", name=op.f("ck_file_path_length")),
        sa.CheckConstraint("length(sha256) BETWEEN 64 AND 64", name=op.f("ck_file_sha256_length")),
        sa.CheckConstraint("size >= 0", name=op.f("ck_file_size_least")),
        sa.CheckConstraint("manifest_version >= 1", name=op.f("ck_file_manifest_version_least")),
        sa.ForeignKeyConstraint(["experiment"], ["experiment.id"], name=op.f("fk_file_experiment")),
        sa.PrimaryKeyConstraint("experiment", "path", name=op.f("pk_file")),
    )
    op.create_index("ix_file_folded", "file", ["experiment", "folded"])
    op.create_index("ix_file_sha256", "file", ["sha256"])


def _person() -> None:
    op.create_table(
        "person",
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        *_card_columns(),
        sa.CheckConstraint(
            "length(subject) BETWEEN 1 AND 200", name=op.f("ck_person_subject_length")
        ),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 500", name=op.f("ck_person_name_length")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_person_version_least")),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_person")),
    )
    op.create_index("ix_person_newest", "person", ["created_at", "subject"])


def _membership() -> None:
    op.create_table(
        "membership",
        sa.Column("project", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("until", _TIME, nullable=True),
        sa.Column("granted_by", sa.String(length=200), nullable=False),
        sa.Column("granted_at", _TIME, nullable=False),
        sa.CheckConstraint(
            "role IN ('owner', 'editor', 'viewer')", name=op.f("ck_membership_role_known")
        ),
        sa.CheckConstraint(
            "length(subject) BETWEEN 1 AND 200", name=op.f("ck_membership_subject_length")
        ),
        sa.CheckConstraint(
            "length(granted_by) BETWEEN 1 AND 200", name=op.f("ck_membership_granted_by_length")
        ),
        sa.ForeignKeyConstraint(["project"], ["project.id"], name=op.f("fk_membership_project")),
        sa.PrimaryKeyConstraint("project", "subject", name=op.f("pk_membership")),
    )
    op.create_index("ix_membership_subject", "membership", ["subject"])


def _referee_link() -> None:
    op.create_table(
        "referee_link",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("project", sa.String(length=40), nullable=True),
        sa.Column("experiment", sa.String(length=40), nullable=True),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("until", _TIME, nullable=False),
        sa.Column("revoked_at", _TIME, nullable=True),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.CheckConstraint("length(id) BETWEEN 1 AND 40", name=op.f("ck_referee_link_id_length")),
        sa.CheckConstraint(
            "length(secret_sha256) BETWEEN 64 AND 64",
            name=op.f("ck_referee_link_secret_sha256_length"),
        ),
        sa.CheckConstraint(
            "length(created_by) BETWEEN 1 AND 200", name=op.f("ck_referee_link_created_by_length")
        ),
        sa.CheckConstraint(
            "(project IS NULL) <> (experiment IS NULL)", name=op.f("ck_referee_link_to_one_thing")
        ),
        sa.ForeignKeyConstraint(["project"], ["project.id"], name=op.f("fk_referee_link_project")),
        sa.ForeignKeyConstraint(
            ["experiment"], ["experiment.id"], name=op.f("fk_referee_link_experiment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referee_link")),
        sa.UniqueConstraint("secret_sha256", name=op.f("uq_referee_link_secret_sha256")),
    )
    for column in ("project", "experiment"):
        op.create_index(f"ix_referee_link_{column}", "referee_link", [column])


def _token() -> None:
    op.create_table(
        "token",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("groups", sa.JSON(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("last_used_at", _TIME, nullable=True),
        sa.Column("revoked_at", _TIME, nullable=True),
        sa.CheckConstraint("length(id) BETWEEN 1 AND 40", name=op.f("ck_token_id_length")),
        sa.CheckConstraint(
            "length(subject) BETWEEN 1 AND 200", name=op.f("ck_token_subject_length")
        ),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 500", name=op.f("ck_token_name_length")),
        sa.CheckConstraint(
            "length(secret_sha256) BETWEEN 64 AND 64", name=op.f("ck_token_secret_sha256_length")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token")),
    )
    op.create_index("ix_token_subject", "token", ["subject"])


def _idempotency() -> None:
    op.create_table(
        "idempotency",
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("created_at", _TIME, nullable=False),
        sa.CheckConstraint(
            "length(actor) BETWEEN 1 AND 200", name=op.f("ck_idempotency_actor_length")
        ),
        sa.CheckConstraint("length(key) BETWEEN 1 AND 200", name=op.f("ck_idempotency_key_length")),
        sa.CheckConstraint(
            "length(digest) BETWEEN 64 AND 64", name=op.f("ck_idempotency_digest_length")
        ),
        sa.CheckConstraint("status >= 100", name=op.f("ck_idempotency_status_least")),
        sa.CheckConstraint(
            "(status IS NULL) = (answer IS NULL)", name=op.f("ck_idempotency_answered_whole")
        ),
        sa.PrimaryKeyConstraint("actor", "key", name=op.f("pk_idempotency")),
    )
    op.create_index("ix_idempotency_created", "idempotency", ["created_at"])


def _make_upload_0001() -> None:
    op.create_table(
        "upload",
        sa.Column("experiment", sa.String(length=40), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("modified_at", _TIME, nullable=False),
        sa.Column("done_at", _TIME, nullable=True),
        sa.CheckConstraint("length(path) BETWEEN 1 AND 700", name=op.f("ck_upload_path_length")),
        sa.CheckConstraint(
            "length(sha256) BETWEEN 64 AND 64", name=op.f("ck_upload_sha256_length")
        ),
        sa.CheckConstraint("size >= 0", name=op.f("ck_upload_size_least")),
        sa.ForeignKeyConstraint(
            ["experiment"], ["experiment.id"], name=op.f("fk_upload_experiment")
        ),
        sa.PrimaryKeyConstraint("experiment", "path", name=op.f("pk_upload")),
    )


def _make_file_0001() -> None:
    op.create_table(
        "file",
        sa.Column("experiment", sa.String(length=40), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("length(path) BETWEEN 1 AND 700", name=op.f("ck_file_path_length")),
        sa.CheckConstraint("length(sha256) BETWEEN 64 AND 64", name=op.f("ck_file_sha256_length")),
        sa.CheckConstraint("size >= 0", name=op.f("ck_file_size_least")),
        sa.ForeignKeyConstraint(["experiment"], ["experiment.id"], name=op.f("fk_file_experiment")),
        sa.PrimaryKeyConstraint("experiment", "path", name=op.f("pk_file")),
    )
    op.create_index("ix_file_sha256", "file", ["sha256"])
