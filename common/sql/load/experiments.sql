SELECT 1 FROM experiments WHERE name = :experiment AND doc = :doc;

UPDATE experiments SET
    instrument = d ->> 'instrument',
    start_time = d ->> 'start_time',
    end_time = d ->> 'end_time',
    description = d ->> 'description',
    -- "Name (mail)", or a name alone; upto ends with the last bracket
    pi = trim(iif(contact LIKE '%(%)%', substr(upto, 1, length(upto) - 1), contact)),
    pi_email = CASE WHEN contact LIKE '%(%)%' THEN
        trim(substr(contact, length(upto) + 1,
            instr(substr(contact, length(upto) + 1) || ')', ')') - 1)) END,
    leader_account = d ->> 'leader_account',
    posix_group = d ->> 'posix_group',
    proposal = d ->> '$.params.PNR',
    slack_channels = d ->> '$.params.slack_channels',
    analysis_queues = d ->> '$.params.analysis_queues',
    updated_at = :fetched_at,
    doc = d
FROM (SELECT d, contact, rtrim(contact, replace(contact, '(', '')) AS upto
    FROM (SELECT doc AS d, doc ->> 'contact_info' AS contact FROM staged
        WHERE experiment = :experiment AND stream = 'experiments' AND doc IS NOT NULL))
WHERE id = :experiment_id;
