/* elog-web: the logbook in a browser. */
#include <libxml/xmlversion.h>
#include <libxslt/xsltconfig.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/command.h"
#include "base/config.h"
#include "base/door.h"
#include "base/exit.h"
#include "base/interrupt.h"
#include "base/msg.h"
#include "db/db.h"
#include "text/duration.h"
#include "web/browser.h"
#include "web/guard.h"
#include "web/listen.h"
#include "web/markup.h"
#include "web/pool.h"
#include "web/server.h"

static long port = 0;
static int open_wanted;
static char *socket_path, *config_file, *idle, *user_header;
static char **host_names;

static struct poptOption options[] = {
    {"port", '\0', POPT_ARG_LONG, &port, 0,
	"Listen on this port of 127.0.0.1 (0, any that is free)", "N"},
    {"socket", '\0', POPT_ARG_STRING, &socket_path, 0,
	"Listen on a Unix socket instead, for a web server in front", "PATH"},
    {"trust-user-header", '\0', POPT_ARG_STRING, &user_header, 0,
	"--socket: let in whom that web server names in the field NAME", "NAME"},
    {"host", '\0', POPT_ARG_ARGV, &host_names, 0,
	"Answer to this name, too: HOST or HOST:PORT", "NAME"},
    {"open", '\0', POPT_ARG_NONE, &open_wanted, 0, "Open it in the browser", NULL},
    {"idle", '\0', POPT_ARG_STRING, &idle, 0,
	"End when nobody asked for anything for so long: 30m, 1h", "TIME"},
    {"config", '\0', POPT_ARG_STRING, &config_file, 0,
	"Read FILE instead of ~/.config/elog/config.yaml", "FILE"},
    POPT_TABLEEND,
};

/* The names under which we are asked; those with our port live as long as we do. */
static int
name_hosts(struct guard *guard, const struct listen *listen)
{
	static const char *const names[] = {"127.0.0.1", "localhost", "[::1]", NULL};
	static char shown[3][24];
	bool fits = true;

	for (int i = 0; names[i] != NULL; i++) {
		if (listen->port == 0)
			snprintf(shown[i], sizeof(shown[i]), "%s", names[i]);
		else
			snprintf(
			    shown[i], sizeof(shown[i]), "%s:%u", names[i], listen->port);
		fits = guard_host(guard, shown[i]) && fits;
	}
	for (char **name = host_names; name != NULL && *name != NULL; name++)
		fits = guard_host(guard, *name) && fits;
	if (!fits)
		msg("--host: too many names");
	return fits ? EXIT_DONE : EXIT_USAGE;
}

/*
 * Say where we are: on stdout for who waits for it, and on stderr, where people look, if
 * that is another place.  What systemd starts has its stderr in a journal, where no
 * secret belongs: then the address is in a file of our own.
 */
static void
say_where(const char *address, bool handed, char **file)
{
	const char *directory = getenv("RUNTIME_DIRECTORY");
	struct stat out, err;
	FILE *note;

	if (!handed) {
		printf("elog-web: %s\n", address);
		fflush(stdout);
		if (fstat(STDOUT_FILENO, &out) == 0 && fstat(STDERR_FILENO, &err) == 0 &&
		    (out.st_dev != err.st_dev || out.st_ino != err.st_ino))
			msg("%s", address);
		return;
	}
	if (directory == NULL)
		directory = getenv("XDG_RUNTIME_DIR");
	if (directory == NULL || asprintf(file, "%s/elog-web.address", directory) < 0)
		*file = NULL;
	note = *file != NULL ? fopen(*file, "we") : NULL;
	if (note == NULL) {
		msg("no RUNTIME_DIRECTORY or XDG_RUNTIME_DIR to leave the address in");
		return;
	}
	fprintf(note, "%s\n", address);
	fclose(note);
	msg_note("the address is in %s", *file);
}

static int
serve(struct pool *pool, const struct listen *listen, long seconds)
{
	struct server_options server = {
	    .fd = listen->fd, .user_header = user_header, .idle = seconds};
	struct guard guard = {.user = user_header != NULL};
	char *address = NULL, *opener = NULL, *note = NULL;
	int status;

	if (user_header != NULL && listen->port != 0) {
		msg("--trust-user-header: the socket that systemd hands on is a port, "
		    "where "
		    "anybody could send it: ListenStream= must be a path");
		return EXIT_USAGE;
	}
	if (guard_begin(&guard, listen->port) != 0)
		return EXIT_PARTIAL;
	status = name_hosts(&guard, listen);
	if (status != EXIT_DONE)
		return status;
	if (asprintf(&address, "http://%s/?token=%s", guard.hosts[0], guard.token) < 0)
		return EXIT_PARTIAL;
	interrupt_catch();
	if (markup_begin() != 0)
		return EXIT_PARTIAL;
	say_where(address, listen->handed, &note);
	if (open_wanted && listen->port != 0)
		(void)browser_open(address, &opener);
	status = server_run(&server, &guard, pool);
	markup_end();
	if (opener != NULL)
		unlink(opener);
	if (note != NULL)
		unlink(note);
	free(opener);
	free(note);
	free(address);
	return status;
}

static int
read_options(long *seconds)
{
	int64_t span = 0;
	int status = command_range("--port", port, 0, 65535);

	if (status != 0)
		return status;
	if (idle != NULL && (!duration_read(idle, &span) || span < 1)) {
		msg("--idle: '%s' is no time such as 30m or 1h", idle);
		return EXIT_USAGE;
	}
	if (user_header != NULL && socket_path == NULL && getenv("LISTEN_FDS") == NULL) {
		msg("--trust-user-header goes with --socket: on a port anybody could "
		    "send it");
		return EXIT_USAGE;
	}
	/* Without a name it would be one that has no owner, in nobody's directory. */
	if (socket_path != NULL && socket_path[0] == '\0') {
		msg("--socket: the path is empty");
		return EXIT_USAGE;
	}
	if (user_header != NULL &&
	    (user_header[0] == '\0' ||
		user_header[strcspn(user_header, ": \t")] != '\0')) {
		msg("--trust-user-header: '%s' is no name of a field such as "
		    "X-Remote-User",
		    user_header);
		return EXIT_USAGE;
	}
	for (char **name = host_names; name != NULL && *name != NULL; name++)
		if ((*name)[0] == '\0' || (*name)[strcspn(*name, "/ \t@")] != '\0') {
			msg("--host: '%s' is no host or host:port", *name);
			return EXIT_USAGE;
		}
	*seconds = (long)span;
	return EXIT_DONE;
}

int
main(int argc, const char **argv)
{
	static char libraries[120];
	const struct command command = {
	    .name = "elog-web",
	    .usage = "[OPTION...] [DATABASE|DIRECTORY]",
	    .libraries = libraries,
	    .options = options,
	};
	const char *const *arguments;
	struct pool_constant constants[] = {
	    {"service", NULL}, {"live_interval", NULL}, {NULL, NULL}};
	struct config *config;
	struct listen listen;
	struct pool *pool;
	char *service;
	long seconds;
	int status;

	snprintf(libraries, sizeof(libraries),
	    "%s, libmicrohttpd %s, libxml2 %s, libxslt %s", db_library(),
	    MHD_get_version(), LIBXML_DOTTED_VERSION, LIBXSLT_DOTTED_VERSION);
	status = command_parse(&command, argc, argv, &arguments);
	if (status >= 0)
		return status;
	if (arguments[0] != NULL && arguments[1] != NULL) {
		msg("'%s': one database is expected", arguments[1]);
		return EXIT_USAGE;
	}
	status = read_options(&seconds);
	if (status != EXIT_DONE)
		return status;
	config = config_load(config_file);
	if (config == NULL)
		return EXIT_USAGE;
	service = door_address(config);
	constants[0].text = service;
	constants[1].text = config_text(config, "live_interval");
	pool = pool_open(
	    arguments[0] != NULL ? arguments[0] : config_database(config), constants);
	status = EXIT_PARTIAL;
	if (pool != NULL) {
		status = listen_open(&listen, (unsigned)port, socket_path);
		if (status == EXIT_DONE) {
			status = serve(pool, &listen, seconds);
			listen_close(&listen);
		}
	}
	pool_close(pool);
	free(service);
	config_free(config);
	return command_finish(status);
}
