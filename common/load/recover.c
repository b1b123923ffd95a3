#include "load/recover.h"

#include "base/exit.h"
#include "base/msg.h"
#include "db/db.h"
#include "db/open.h"
#include "db/statement.h"
#include "load/import.h"

int
recover_local(sqlite3 *db, const char *name, const char *file)
{
	struct import import = {.db = db, .name = name, .file = file, .schema = "other"};
	int status = EXIT_PARTIAL;

	if (import_attach(&import) != 0)
		return EXIT_PARTIAL;
	if (db_number(db, "PRAGMA other.application_id", 0) != DB_APPLICATION_ID)
		msg("%s: a database of another application: name another file", file);
	else if (import_all(&import, statement_file("recover", "local", "")) == 0)
		status = import.refused > 0 ? EXIT_PARTIAL : EXIT_DONE;
	import_detach(&import);
	if (import.changed >= 0 && import.records > import.refused)
		msg("%s: %ld values, aliases, periods and files that were set in %s are "
		    "here again",
		    name, import.records - import.refused, file);
	return status;
}
