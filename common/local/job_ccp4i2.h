/*
 * CCP4i2's database of projects, jobs and files as records.  It is Django's, in SQLite;
 * the models are those of ccp4/ccp4i2, server/ccp4x/db/models.py: Project, Job, File,
 * FileUse, FileImport, JobFloatValue, JobCharValue.
 */
#ifndef JOB_CCP4I2_H
#define JOB_CCP4I2_H

/*
 * Print the records of the database in a file, behind their SCHEMA messages, or load them
 * into the database db (NULL: none).  The exit status.
 */
int job_ccp4i2(const char *file, const char *db);

#endif
