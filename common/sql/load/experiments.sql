SELECT 1 FROM experiments WHERE name = :experiment AND doc = :doc;

UPDATE experiments SET
    instrument = d ->> 'instrument',
    start_time = d ->> 'start_time',
    end_time = d ->> 'end_time',
    description = d ->> 'description',
    -- "Name (mail)", or a name alone
    pi = trim(substr(contact, 1, instr(contact || '(', '(') - 1)),
    pi_email = CASE WHEN contact LIKE '%(%)%' THEN
        trim(substr(contact, instr(contact, '(') + 1,
            instr(substr(contact, instr(contact, '(') + 1), ')') - 1)) END,
    leader_account = d ->> 'leader_account',
    posix_group = d ->> 'posix_group',
    proposal = d ->> '$.params.PNR',
    slack_channels = d ->> '$.params.slack_channels',
    analysis_queues = d ->> '$.params.analysis_queues',
    updated_at = :fetched_at,
    doc = d
FROM (SELECT doc AS d, doc ->> 'contact_info' AS contact FROM staged
    WHERE experiment = :experiment AND stream = 'experiments' AND doc IS NOT NULL)
WHERE id = :experiment_id;
