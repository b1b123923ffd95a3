-- A name for an expression.  elog-cond has checked that it can be read.
SELECT CASE
        WHEN ifnull(:name, '') = '' OR (:mode IS NOT 'remove' AND :expression IS NULL)
            THEN 'an alias needs name and expression'
        WHEN :mode IS 'remove' AND a.name IS NULL
            THEN 'there is no alias @' || :name
        WHEN ifnull(:mode, 'add') = 'add' AND a.name IS NOT NULL
            THEN '@' || :name || ' is ' || substr(a.expression, 1, 80)
                || ' already: --replace sets it anew'
    END,
    a.expression AS old_expression
FROM (SELECT 1) LEFT JOIN aliases a ON a.name = :name;

DELETE FROM aliases WHERE name = :name;

INSERT INTO aliases (name, expression, description, set_by, set_at)
SELECT :name, :expression, :description, coalesce(:set_by, who()),
    coalesce(:set_at, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
WHERE :mode IS NOT 'remove';

INSERT INTO log_records (created_at, user, program, table_name, action, old_value,
    new_value, message)
VALUES (coalesce(:set_at, strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    coalesce(:user, :set_by, who()), :program, 'aliases',
    CASE WHEN :mode IS 'remove' THEN 'delete' WHEN :old_expression IS NULL THEN 'insert'
        ELSE 'update' END,
    :old_expression, iif(:mode IS 'remove', NULL, :expression), :name);
