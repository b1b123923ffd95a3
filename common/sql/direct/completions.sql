-- A site has done an update, which must be there.
SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM baselines WHERE update_id = :update_id)
        THEN 'there is no update ' || ifnull(:update_id, 'without a number')
    END
WHERE :_sdc_deleted_at IS NULL;
