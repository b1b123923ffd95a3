#!/usr/bin/env python3
"""What RCDB does to select values: fetch the columns that the query and the table need,
a row a run, and evaluate the query in Python for each.

select_runs.py DATABASE QUERY NAME,...: prints the same lines as elog-select does.
"""
import sqlite3
import sys

path, query, names = sys.argv[1], sys.argv[2], sys.argv[3].split(",")
code = compile(query, "query", "eval")
needed = list(dict.fromkeys([*code.co_names, *names]))
db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
ids = dict(db.execute("SELECT name, id FROM condition_types"))
columns = ", ".join(f"c{i}.value" for i in range(len(needed)))
joins = "".join(
    f" LEFT JOIN conditions c{i} ON c{i}.type_id = {ids[name]} AND c{i}.run_id = r.id"
    for i, name in enumerate(needed)
)
selected = []
for experiment, run, *values in db.execute(
    f"SELECT e.name, r.run_number, {columns} FROM runs r JOIN experiments e ON e.id = r.experiment_id{joins}"
    " ORDER BY e.name, r.run_number"
):
    row = dict(zip(needed, values))
    if any(row[name] is None for name in code.co_names):
        continue
    if eval(code, {"__builtins__": {}}, row):
        selected.append([experiment, run] + [row[name] for name in names])
sys.stdout.writelines("\t".join("" if v is None else str(v) for v in row) + "\n" for row in selected)
