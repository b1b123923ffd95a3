-- file: where it lies, if it was pulled
SELECT d.directory, d.path, t.name, t.type, d.size
FROM attachments t JOIN downloads d ON d.url = t.url AND d.status = 'complete'
WHERE t.experiment = :experiment AND t.entry_id = :entry AND t.attachment_id = :file;
