CREATE TEMP TABLE IF NOT EXISTS staged_experiments (experiment TEXT, key, subkey, doc TEXT,
    contact_info, instrument, start_time, end_time, description,
    leader_account, posix_group, "params.PNR", "params.slack_channels",
    "params.analysis_queues");

SELECT 1 FROM experiments WHERE name = :experiment AND doc = :doc;

UPDATE experiments SET
    instrument = s.instrument,
    start_time = s.start_time,
    end_time = s.end_time,
    description = s.description,
    -- "Name (mail)", or a name alone; upto ends with the last bracket
    pi = trim(iif(contact_info LIKE '%(%)%', substr(upto, 1, length(upto) - 1),
        contact_info)),
    pi_email = CASE WHEN contact_info LIKE '%(%)%' THEN
        trim(substr(contact_info, length(upto) + 1,
            instr(substr(contact_info, length(upto) + 1) || ')', ')') - 1)) END,
    leader_account = s.leader_account,
    posix_group = s.posix_group,
    proposal = s."params.PNR",
    slack_channels = s."params.slack_channels",
    analysis_queues = s."params.analysis_queues",
    updated_at = :fetched_at,
    doc = s.doc
FROM (SELECT *, rtrim(contact_info, replace(contact_info, '(', '')) AS upto
    FROM staged_experiments WHERE experiment = :experiment AND doc IS NOT NULL) s
WHERE experiments.id = :experiment_id;
