"""Tables that hold what someone may see: nothing that SQL can say brings out the rest."""

import threading

import pytest

from emfair.catalogue.delta import Index
from emfair.catalogue.query import answer
from emfair.catalogue.schema import TABLES
from emfair.errors import BadData, BadQuery
from emfair.lake.local import LocalLake
from emfair.model.shown import EVERYTHING, Shown

HIDDEN = "e-2"
ONLY = Shown(("e-0", "e-1"), all_but=False)
ALL_BUT = Shown((HIDDEN,))
NOTHING = Shown((), all_but=False)


def fill(index, tables_of):
    """Put in three experiments; the third one's words stand nowhere else."""
    for number, title in enumerate(["HAADF", "BF", "swordfish"]):
        voltage = 100e3 * (number + 1)
        index.replace(f"e-{number}", tables_of(f"e-{number}", voltage=voltage, title=title))
    return index


@pytest.fixture(scope="module")
def filled(tmp_path_factory, tables_of):
    """Return an index that no test changes."""
    folder = tmp_path_factory.mktemp("index")
    return fill(Index(LocalLake(folder / "lake"), folder / "cache"), tables_of)


@pytest.fixture(scope="module")
def compacted(tmp_path_factory, tables_of):
    folder = tmp_path_factory.mktemp("compacted")
    index = fill(Index(LocalLake(folder / "lake"), folder / "cache"), tables_of)
    index.compact()
    return index


@pytest.fixture(params=["filled", "compacted"])
def either(request):
    return request.getfixturevalue(request.param)


def ask(index, sql, shown):
    return answer(index.files(), sql, shown=shown)


@pytest.mark.parametrize("shown", [ONLY, ALL_BUT], ids=["only", "all but"])
@pytest.mark.parametrize("name", TABLES)
def test_a_table_holds_the_rows_of_what_may_be_seen_and_all_of_them(either, name, shown):
    rows = ask(either, f"FROM {name} ORDER BY ALL", shown).rows
    whole = ask(either, f"FROM {name} WHERE experiment_id <> '{HIDDEN}' ORDER BY ALL", EVERYTHING)
    assert rows == whole.rows
    assert {row[0] for row in rows} == {"e-0", "e-1"}


@pytest.mark.parametrize("name", TABLES)
def test_whoever_may_see_nothing_finds_empty_tables_with_their_columns(filled, name):
    found = ask(filled, f"FROM {name}", NOTHING)
    assert found.rows == []
    assert list(found.columns) == TABLES[name].columns.names


@pytest.mark.parametrize("name", TABLES)
def test_a_bounded_table_has_the_columns_and_types_of_the_whole_one(filled, name):
    sql = f"DESCRIBE {name}"
    assert ask(filled, sql, ONLY).rows == ask(filled, sql, EVERYTHING).rows


def test_what_was_never_indexed_may_be_named(filled):
    shown = Shown(("e-0", "e-never", "", "x' OR 1=1 --"), all_but=False)
    assert ask(filled, "SELECT experiment_id FROM experiments", shown).rows == [("e-0",)]


@pytest.fixture(scope="module")
def without(tmp_path_factory, tables_of):
    folder = tmp_path_factory.mktemp("without")
    index = fill(Index(LocalLake(folder / "lake"), folder / "cache"), tables_of)
    index.remove(HIDDEN)
    return index


QUESTIONS = [
    "SELECT experiment_id, max(value_num) FROM facts WHERE value_num > 150e3 GROUP BY 1 ORDER BY 1",
    "SELECT count(*), count(DISTINCT experiment_id) FROM facts",
    "SELECT count(*) FROM facts WHERE value_num IS NULL",
    "SELECT count(*) FROM facts WHERE NOT value_num > 150e3",
    "SELECT count(*) FROM facts WHERE value_num IN (100e3, 300e3) OR value_text = 'HAADF'",
    "SELECT title FROM measurements WHERE title NOT IN ('BF') ORDER BY ALL",
    "SELECT axes[1].unit, shape[1] FROM measurements WHERE axes[1].scale < 1 ORDER BY ALL",
    "SELECT sealed_at FROM experiments WHERE sealed_at >= '2026-01-22' ORDER BY ALL",
    "SELECT e.title, m.title FROM experiments e JOIN measurements m USING (experiment_id) "
    "ORDER BY ALL",
    "PIVOT facts ON key IN ('detector') USING count(*) GROUP BY unit ORDER BY ALL",
    "WITH x AS (SELECT * FROM facts) SELECT count(*) FROM x, x AS y",
    "SELECT count(*) FROM files WHERE size BETWEEN 1 AND 1000 AND name LIKE '%.dm4'",
    "SELECT varies, count(*) FROM tags WHERE NOT varies GROUP BY ALL",
    "SELECT DISTINCT experiment_id FROM findings ORDER BY 1 LIMIT 1 OFFSET 1",
]


@pytest.mark.parametrize("sql", QUESTIONS)
def test_what_is_left_answers_as_if_nothing_else_had_ever_been_there(filled, without, sql):
    bounded = ask(filled, sql, ALL_BUT).rows
    assert bounded == ask(without, sql, EVERYTHING).rows
    assert bounded


ATTACKS = [
    "FROM read_parquet('{fact}')",
    "FROM read_parquet('emfair://facts/0.parquet')",
    "FROM 'emfair://facts/0.parquet'",
    "FROM 'facts/0.parquet'",
    "FROM read_blob('facts/0.parquet')",
    "FROM read_text('emfair://measurements/2.parquet')",
    "FROM parquet_metadata('emfair://facts/0.parquet')",
    "FROM parquet_file_metadata('{fact}')",
    "FROM parquet_schema('{fact}')",
    "FROM parquet_kv_metadata('{fact}')",
    "FROM parquet_bloom_probe('{fact}', 'key', 'detector')",
    "FROM glob('emfair://**')",
    "FROM glob('{lake}/**')",
    "FROM read_json('{lake}/index/current.json')",
    "FROM read_csv('{lake}/index/**/_delta_log/*.json', columns={{'x': 'VARCHAR'}}, delim='\\0')",
    "FROM query('FROM read_parquet(''emfair://facts/0.parquet'')')",
    "FROM query_table('emfair://facts/0.parquet')",
    "FROM arrow_scan(1, 1, 1)",
    "FROM python_arrow_scan()",
    "FROM pandas_scan()",
    "FROM store",
    "FROM whole",
    "FROM shown",
    "FROM connection",
    "FROM memory.main.facts",
    "FROM system.main.facts",
    "FROM pragma_storage_info('facts')",
    "FROM facts AT (VERSION => 1)",
    "WITH x AS (ATTACH '{fact}') FROM x",
    "WITH x AS (SET enable_external_access = true) FROM x",
    "SELECT * FROM duckdb_views() v, read_text(v.sql)",
    "SELECT getvariable('shown')",
    "SHOW ALL TABLES",
    "FROM duckdb_views()",
    "FROM duckdb_tables()",
    "FROM duckdb_columns()",
    "FROM duckdb_settings()",
    "FROM duckdb_databases()",
    "FROM duckdb_temporary_files()",
    "FROM duckdb_logs()",
    "FROM duckdb_external_file_cache()",
    "FROM duckdb_prepared_statements()",
    "FROM information_schema.views",
    "FROM information_schema.tables",
    "FROM sqlite_master",
    "FROM pg_catalog.pg_views",
    "FROM duckdb_memory()",
    "SUMMARIZE facts",
    "SUMMARIZE measurements",
    "DESCRIBE measurements",
    "FROM temp.main.measurements",
    "FROM query('FROM measurements')",
    "FROM query_table(['measurements', 'measurements'])",
    "FROM measurements TABLESAMPLE 100%",
    "SELECT measurements FROM measurements",
    "SELECT *, rowid FROM measurements",
    "SELECT * FROM measurements WHERE experiment_id = 'e-2' OR true",
    "SELECT stats(title) FROM measurements",
    "SELECT approx_top_k(title, 9) FROM measurements",
    "FROM measurements SELECT * WHERE title > 's' UNION ALL FROM measurements",
    "SELECT m.* FROM measurements m RIGHT JOIN (VALUES ('e-2')) v(i) ON m.experiment_id = v.i",
]


@pytest.mark.parametrize("shown", [ONLY, ALL_BUT], ids=["only", "all but"])
@pytest.mark.parametrize("sql", ATTACKS)
def test_no_words_reach_what_may_not_be_seen(filled, sql, shown):
    files = filled.files()
    lake = filled.lake.locate("index").removesuffix("/index")
    sql = sql.format(fact=files["facts"][0], lake=lake)
    try:
        told = answer(files, sql, shown=shown).table.to_pylist()
    except BadQuery as refused:
        told = [refused.message]
    assert "swordfish" not in str(told)
    assert "300000" not in str(told)
    assert HIDDEN not in str(told).replace(sql, "").replace("'i': 'e-2'", "")
    assert lake not in str(told).replace(sql, "").replace(str(files["facts"][0]), "")


def test_the_secret_is_there_to_be_told_where_there_are_no_bounds(filled):
    """A test of the test above: some of its words do bring it out."""
    files = [f"emfair://measurements/{number}.parquet" for number in range(3)]
    for sql in ("SUMMARIZE measurements", f"SELECT title FROM read_parquet({files})"):
        assert "swordfish" in str(ask(filled, sql, EVERYTHING).rows)


@pytest.mark.parametrize("how", ["footer", "pages", "gone"])
def test_a_damaged_file_is_told_without_its_path(index, tables_of, tmp_path, how):
    files = fill(index, tables_of).files()
    path = files["facts"][0]
    path.chmod(0o644)
    if how == "footer":
        path.write_bytes(b"PAR1 and no more")
    elif how == "pages":
        content = path.read_bytes()
        path.write_bytes(content[:4] + bytes(len(content) // 2) + content[4 + len(content) // 2 :])
    else:
        path.unlink()
    with pytest.raises(BadData, match="the index's files cannot be read") as damaged:
        answer(files, "FROM facts", shown=ONLY)
    assert "backup" in damaged.value.remedy
    assert str(tmp_path) not in str(damaged.value)
    assert "Traceback" not in str(damaged.value)


def test_a_bounded_question_that_takes_too_long_is_stopped(filled):
    sql = "SELECT count(*) FROM facts, range(1000000000) a, range(1000) b WHERE a.range % 7 = 3"
    with pytest.raises(BadQuery, match=r"longer than 0\.5 s"):
        answer(filled.files(), sql, shown=ONLY, timeout=0.5)


def test_many_bounded_questions_at_once_wait_for_nobody_for_ever(filled):
    """Arrow's threads, DuckDB's and these ones share one interpreter."""
    counted = []

    def one():
        counted.extend(ask(filled, "FROM files", ALL_BUT).table.num_rows for _ in range(8))

    threads = [threading.Thread(target=one, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert counted == [10] * 32
