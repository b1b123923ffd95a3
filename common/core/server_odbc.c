/* Any other server, through unixODBC. */
#include "core/server.h"

static enum server_result
open_session(struct server *server, size_t host)
{
	(void)host;
	return server_fail(server, SERVER_REFUSED, "this elog-push has no ODBC");
}

const struct server_driver server_odbc = {
    .name = "ODBC",
    .open = open_session,
};
