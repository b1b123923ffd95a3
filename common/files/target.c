#include "files/target.h"

#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "text/object.h"
#include "text/timestamp.h"

#define MINUTE 60
#define HOUR 3600
#define DAY 86400

bool
target_same_time(long long a, long long b)
{
	if (a < 0 || b < 0 || a == b)
		return true;
	if (a % DAY == 0 || b % DAY == 0)
		return a / DAY == b / DAY;
	if (a % MINUTE == 0 || b % MINUTE == 0)
		return a / MINUTE == b / MINUTE;
	return false;
}

bool
target_began_early(const struct target *file, long long started)
{
	size_t told = file->modified != NULL ? strcspn(file->modified, "Z") : 0;
	long long age = started - file->changed;

	if (file->changed < 0 || started < 0 ||
	    timestamp_seconds(file->observed_at) <= started)
		return false;
	if (told == strlen("2025-01-31"))
		return age >= 0 && age < DAY;
	return told == strlen("2025-01-31T18:30") && age > -DAY && age < DAY &&
	       (age + DAY) % HOUR < MINUTE;
}

static void
expect_member(struct target *file, const char *name)
{
	char *text = object_member(file->record, name);

	if (text != NULL && !checksum_expect(&file->expected, text))
		msg("%s: the %s of its record is no SHA-256 or MD5: not looked at",
		    file->url != NULL ? file->url : "a record", name);
	free(text);
}

const char *
target_read(struct json_span record, bool attachment, struct target *file)
{
	bool no_url;

	*file = (struct target){.attachment = attachment};
	file->text = malloc(record.n + 1);
	if (file->text == NULL)
		return "no memory";
	memcpy(file->text, record.p, record.n);
	file->text[record.n] = '\0';
	file->record = (struct json_span){file->text, record.n};
	file->url = object_member(file->record, "url");
	file->size = object_count(file->record, "size");
	file->modified = object_member(file->record, "modified");
	file->changed = timestamp_seconds(file->modified);
	file->time = object_member(file->record, "time");
	file->observed_at = object_member(file->record, "observed_at");
	file->source = object_member(file->record, attachment ? "experiment" : "source");
	if (attachment) {
		file->path = object_member(file->record, "path");
		file->type = object_member(file->record, "type");
	}
	expect_member(file, "checksum");
	expect_member(file, "sha256");
	expect_member(file, "md5");
	if (file->url != NULL && (!attachment || file->path != NULL))
		return NULL;
	no_url = file->url == NULL;
	target_free(file);
	return no_url ? "a record without its url" : "an attachment without its path";
}

void
target_free(struct target *file)
{
	free(file->url);
	free(file->path);
	free(file->source);
	free(file->modified);
	free(file->time);
	free(file->observed_at);
	free(file->type);
	free(file->text);
	*file = (struct target){0};
}
