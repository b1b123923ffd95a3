/* The progress line of a scan, on a terminal's stderr: files, bytes, time left. */
#ifndef HASH_PROGRESS_H
#define HASH_PROGRESS_H

struct hash_progress {
	long long expected_files, expected_bytes; /* 0: not known */
	double started, shown;			  /* monotonic seconds */
};

void hash_progress_begin(
    struct hash_progress *progress, long long expected_files, long long expected_bytes);

/* Show how far it is; not more often than five times a second. */
void hash_progress_show(struct hash_progress *progress, long long files, long long bytes);

#endif
