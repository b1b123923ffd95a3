WITH this AS (
    SELECT r.id FROM experiments e JOIN runs r ON r.experiment_id = e.id
    WHERE e.name = :experiment AND r.run_number IN (:run, CAST(:run AS INTEGER))
        AND CAST(r.run_number AS TEXT) = :run
)
SELECT name, type, value FROM (
    SELECT 1 AS nth, t.name, t.value_type AS type, value_text(c.value, t.value_type) AS value
        FROM this JOIN conditions c ON c.run_id = this.id
            JOIN condition_types t ON t.id = c.type_id
    UNION ALL
    SELECT 2, f.path, 'file', f.sha256
        FROM this JOIN run_files f ON f.run_id = this.id
)
ORDER BY nth, name;
