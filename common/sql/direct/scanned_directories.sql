-- What came of listing a directory.  One that failed keeps what was known of it.
SELECT NULL,
    coalesce(:listed_at, iif(:status = 'listed', :tried_at, NULL)) AS listed_at;
