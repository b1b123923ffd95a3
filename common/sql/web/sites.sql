-- counts: how many sites there are
SELECT count(*) AS n, sum(official) AS official FROM sites;
