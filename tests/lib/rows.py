"""All rows of a database, a line each, sorted: what two databases with the same contents
have in common, whatever numbers their rows have."""
import sqlite3
import sys

NAMES = {
    "experiment_id": "(SELECT name FROM experiments WHERE id = t.experiment_id)",
    "type_id": "(SELECT name FROM condition_types WHERE id = t.type_id)",
    # A run without a document has no parameters, either way.
    "parameters": "coalesce(t.parameters, '{}')",
    "run_id": "(SELECT e.name || ' ' || r.run_number FROM runs r JOIN experiments e"
              " ON e.id = r.experiment_id WHERE r.id = t.run_id)",
}
# The numbers of rows; when a migration ran; what elog-dump --state goes by.
LEFT_OUT = {"schema_version", "dump_generations", "dump_rows", "dump_keys", "sqlite_stat1"}

db = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
db.text_factory = lambda b: b.decode("utf-8", "surrogateescape")
virtual = [name for name, sql in db.execute(
    "SELECT name, sql FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL TABLE%'")]
for (table,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").fetchall():
    if table in LEFT_OUT or any(table.startswith(name) for name in virtual):
        continue
    columns = [row[1] for row in db.execute(f'PRAGMA table_xinfo("{table}")')]
    wanted = [NAMES.get(c, f't."{c}"') for c in columns if c != "id"]
    rows = db.execute(f'SELECT {", ".join(wanted)} FROM "{table}" t').fetchall()
    for row in sorted(map(repr, rows)):
        print(table, row)
