-- elog-load writes the log itself; lines of another one come from elog-dump.
SELECT 'the log is not written by records';
