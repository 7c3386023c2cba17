"""SQL as nobody should send it: whatever does more than read the tables."""

import pytest

from emfair.catalogue.query import answer
from emfair.errors import BadQuery

FACT = "emfair://facts/0.parquet"


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "secret.csv"
    path.write_text("password\nswordfish\n")
    return path


def bytes_of(index):
    return {path: path.read_bytes() for paths in index.files().values() for path in paths}


HOSTILE = [
    "SELECT * FROM read_csv('{secret}')",
    "SELECT * FROM '{secret}'",
    "SELECT * FROM read_text('{secret}')",
    "SELECT * FROM read_blob('/etc/passwd')",
    "SELECT * FROM read_csv('file://{secret}')",
    "SELECT * FROM sniff_csv('{secret}')",
    "SELECT * FROM read_json('{secret}')",
    "SELECT * FROM read_parquet('{lake}/**/*.parquet')",
    "SELECT * FROM glob('/*')",
    "SELECT * FROM read_text('emfair:///etc/passwd')",
    "SELECT * FROM read_text('emfair://../{secret}')",
    "SELECT * FROM read_text('emfair://facts/../../secret.csv')",
    "SELECT * FROM read_csv('https://example.org/x.csv')",
    "SELECT * FROM read_parquet('s3://bucket/x.parquet')",
    "SELECT * FROM query('SELECT * FROM read_csv(''{secret}'')')",
    "SELECT getenv('HOME')",
    "SELECT * FROM files_of_python",
    "COPY (SELECT 1) TO '{out}'",
    "COPY facts TO '{out}' (FORMAT parquet)",
    "COPY (SELECT 1 AS x) TO '" + FACT + "' (FORMAT parquet, USE_TMP_FILE false)",
    "WITH x AS (COPY (SELECT 1 AS x) TO '{out}') SELECT 1",
    "WITH x AS (COPY (SELECT 1 AS x) TO 'emfair://new.csv') SELECT 1",
    "WITH x AS (COPY (SELECT 1 AS x) TO '"
    + FACT
    + "' (FORMAT parquet, USE_TMP_FILE false)) SELECT 1",
    "WITH x AS (COPY (SELECT 1 AS x) TO '{fact}' (FORMAT parquet, USE_TMP_FILE false)) SELECT 1",
    "WITH x AS (INSERT INTO facts VALUES (1) RETURNING *) SELECT * FROM x",
    "WITH x AS (DELETE FROM facts RETURNING *) SELECT * FROM x",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO '{out}'",
    "EXPORT DATABASE '{out}'",
    "IMPORT DATABASE '{out}'",
    "ATTACH '{out}' AS other",
    "ATTACH ':memory:' AS other",
    "DETACH memory",
    "USE memory",
    "INSTALL httpfs",
    "LOAD httpfs",
    "FORCE INSTALL '{secret}'",
    "SET threads = 1",
    "SET enable_external_access = true",
    "RESET lock_configuration",
    "PRAGMA memory_limit = '20GB'",
    "PRAGMA database_list",
    "CALL enable_logging()",
    "SELECT * FROM enable_logging()",
    "SELECT * FROM enable_profiling()",
    "CREATE TABLE t AS SELECT 1",
    "CREATE OR REPLACE VIEW facts AS SELECT 1",
    "CREATE MACRO f() AS 1",
    "CREATE SECRET s (TYPE s3, KEY_ID 'x')",
    "DROP VIEW facts",
    "INSERT INTO facts SELECT * FROM facts",
    "UPDATE facts SET key = ''",
    "DELETE FROM facts",
    "ALTER VIEW facts RENAME TO x",
    "PREPARE p AS SELECT 1",
    "EXECUTE p",
    "BEGIN",
    "CHECKPOINT",
    "VACUUM",
    "SELECT 1; SELECT 2",
    "SELECT 1; DROP VIEW facts",
    "",
    ";",
    "-- nothing",
    "SELECT \udcff",
    "SELECT '\ud83d' FROM facts",
]


@pytest.mark.parametrize("sql", HOSTILE)
def test_whatever_does_more_than_read_the_tables_is_refused(filled, tmp_path, secret, sql):
    files_of_python = {"secret": [1]}
    before = bytes_of(filled)
    lake = tmp_path / "a lake, 50% full ü"
    out = tmp_path / "out"
    fact = filled.files()["facts"][0]
    sql = sql.format(secret=secret, out=out, lake=lake, fact=fact)
    with pytest.raises(BadQuery) as refused:
        answer(filled.files(), sql)
    assert "swordfish" not in str(refused.value)
    assert "Traceback" not in str(refused.value)
    assert not out.exists()
    assert bytes_of(filled) == before
    assert files_of_python


def test_bytes_that_are_no_utf8_are_named_by_their_place(filled):
    with pytest.raises(BadQuery, match="character 8 is no UTF-8 text"):
        answer(filled.files(), "SELECT \udcff")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT sql FROM duckdb_views() WHERE NOT internal",
        "SELECT * FROM parquet_metadata('emfair://facts/0.parquet')",
        "SELECT * FROM duckdb_settings() WHERE name LIKE 'allowed%'",
    ],
)
def test_no_path_of_the_lake_is_told(filled, tmp_path, sql):
    told = str(answer(filled.files(), sql).rows)
    assert "emfair://" in told
    assert str(tmp_path) not in told


def test_there_are_no_secrets(filled):
    assert answer(filled.files(), "FROM duckdb_secrets()").rows == []
