-- about: the job, in a line
SELECT number, task, title FROM jobs WHERE uuid = :job;
