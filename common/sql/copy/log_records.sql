-- A line of the log of another database (elog-dump).  One that is here already, that many
-- times, is the same.
SELECT CASE WHEN :created_at IS NULL OR :action IS NULL
    THEN 'a line of the log needs created_at and action' END;

INSERT INTO log_records (created_at, user, program, experiment, run_number, table_name,
    action, old_value, new_value, message)
SELECT :created_at, :user, :program, :experiment, :run_number, :table_name, :action,
    :old_value, :new_value, :message
WHERE coalesce(:n, 0) >= (SELECT count(*) FROM log_records l
    WHERE l.created_at = :created_at AND l.message IS :message
    AND l.run_number IS :run_number
    AND (l.user, l.program, l.experiment, l.table_name, l.action, l.old_value, l.new_value)
        IS (:user, :program, :experiment, :table_name, :action, :old_value, :new_value));
