-- there: is it in the database?
SELECT 1 FROM jobs WHERE uuid = :job;
