-- saved: searches that have a name
SELECT name, replace(query, char(10), ' ') AS query FROM searches ORDER BY name LIMIT 200;
