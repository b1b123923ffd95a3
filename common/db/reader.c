#include "db/reader.h"

#include <stdlib.h>

#include "base/config.h"
#include "base/exit.h"
#include "base/msg.h"
#include "db/db.h"
#include "db/open.h"

int
reader_open(struct reader *reader, const char *path, const char *config_file)
{
	struct config *config = NULL;

	*reader = (struct reader){0};
	if (path == NULL) {
		config = config_load(config_file);
		if (config == NULL)
			return EXIT_USAGE;
		path = config_database(config);
	}
	reader->db = db_open_reader(path, &reader->path);
	if (reader->db != NULL)
		msg_debug("%s: SQLite %s, schema %lld", reader->path,
		    sqlite3_libversion(),
		    db_number(reader->db, "SELECT max(version) FROM schema_version", 0));
	config_free(config);
	return reader->db != NULL ? EXIT_DONE : EXIT_PARTIAL;
}

void
reader_close(struct reader *reader)
{
	sqlite3_close(reader->db);
	free(reader->path);
	*reader = (struct reader){0};
}
