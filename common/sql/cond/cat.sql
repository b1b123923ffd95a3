-- :hash or what begins with it: g comes behind the last digit.
SELECT content FROM file_contents WHERE sha256 >= :hash AND sha256 < :hash || 'g' LIMIT 2;
