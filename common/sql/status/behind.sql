-- How many generations and rows came since a bookmark (?1), if it is one of this database.
SELECT
    (SELECT count(*) FROM dump_generations WHERE generation > g.generation),
    (SELECT coalesce(sum(last - first + 1), 0) FROM dump_rows WHERE generation > g.generation)
        + (SELECT count(*) FROM dump_keys WHERE generation > g.generation)
FROM dump_generations g
WHERE json_valid(?1) AND g.generation = ?1 ->> '$.bookmarks.elog-dump.generation'
    AND g.token = ?1 ->> '$.bookmarks.elog-dump.token';
