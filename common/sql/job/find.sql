-- The job that :id means: a number, of :project where that is given, or the beginning of
-- a UUID: at most two rows.
SELECT uuid FROM jobs WHERE number = :id AND (:project IS NULL OR project = :project)
    AND :id NOT GLOB '*[^0-9.]*'
UNION ALL
SELECT uuid FROM jobs WHERE length(:id) >= 8 AND uuid >= :id AND uuid < :id || 'g'
    AND :id NOT GLOB '*[^-0-9a-f]*'
LIMIT 2;
