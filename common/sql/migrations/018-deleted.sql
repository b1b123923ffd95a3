-- Entries that were deleted, and older versions, are counted without a look at all others.
CREATE INDEX IF NOT EXISTS logbook_entries_deleted ON logbook_entries (experiment_id)
WHERE instr(doc, '"deleted_by"') > 0;
