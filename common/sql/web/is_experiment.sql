-- there: is it in the database?
SELECT 1 FROM experiments WHERE name = :experiment;
