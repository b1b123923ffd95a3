#include "files/remote.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/command.h"
#include "base/credential.h"
#include "base/engine.h"
#include "base/exit.h"
#include "base/msg.h"
#include "base/ticket.h"
#include "base/who.h"
#include "files/stand_in.h"
#include "files/url.h"

#define CONNECT_TIMEOUT 20L /* seconds, at the most */

static char *option_user, *option_netrc, *option_token_file, *option_keytab,
    *option_principal, *option_cacert, *option_ssh_key, *option_known_hosts,
    *option_ftp_tls;
static long option_timeout = 60, option_slowest = 100;

static char **option_servers;

struct poptOption remote_options[] = {
    {"servers", '\0', POPT_ARG_ARGV, &option_servers, 0,
	"Where one of the URLs is away, take what is below the first from the next",
	"\"URL URL...\""},
    {"user", '\0', POPT_ARG_STRING, &option_user, 0,
	"Log in as NAME (else as .netrc says; for SFTP else under your own name)",
	"NAME"},
    {"netrc-file", '\0', POPT_ARG_STRING, &option_netrc, 0,
	"Take passwords from FILE instead of ~/.netrc", "FILE"},
    {"token-file", '\0', POPT_ARG_STRING, &option_token_file, 0,
	"File with a bearer token, for https", "FILE"},
    {"keytab", '\0', POPT_ARG_STRING, &option_keytab, 0,
	"Take a Kerberos ticket with the keys in FILE, for https", "FILE"},
    {"principal", '\0', POPT_ARG_STRING, &option_principal, 0,
	"Whose Kerberos ticket to use, for https", "NAME@REALM"},
    {"cacert", '\0', POPT_ARG_STRING, &option_cacert, 0,
	"File of certificates to trust instead of the system's", "FILE"},
    {"ssh-key", '\0', POPT_ARG_STRING, &option_ssh_key, 0,
	"Private key for SFTP, if no agent has it", "FILE"},
    {"known-hosts", '\0', POPT_ARG_STRING, &option_known_hosts, 0,
	"Trust the SFTP servers in FILE instead of ~/.ssh/known_hosts", "FILE"},
    {"ftp-tls", '\0', POPT_ARG_STRING, &option_ftp_tls, 0,
	"TLS for ftp://: try (where the server has it), require or never (try)", "HOW"},
    {"timeout", '\0', POPT_ARG_LONG, &option_timeout, 0,
	"Give up an attempt after S seconds without progress (60)", "S"},
    {"slowest", '\0', POPT_ARG_LONG, &option_slowest, 0,
	"What counts as progress, in bytes a second (100)", "N"},
    POPT_TABLEEND,
};

struct remote {
	struct stand_ins stand_ins;
	char *token;
	char *ssh_key, *known_hosts, *netrc; /* NULL: none, or libcurl's default */
	bool negotiate;
	long ftp_tls; /* CURLUSESSL_... */
	/* What the last SSH server that was refused did wrong; all are one host's. */
	bool host_key_changed;
};

/* ---- settings -------------------------------------------------------------- */

/* A file below the home directory if it can be read, malloc'd, else NULL. */
static char *
home_file(const char *name)
{
	const char *home = who_home();
	char *path;

	if (home == NULL || asprintf(&path, "%s/%s", home, name) < 0)
		return NULL;
	if (access(path, R_OK) == 0)
		return path;
	free(path);
	return NULL;
}

static char *
given_or_home(const char *given, const char *const *names)
{
	char *path = given != NULL ? strdup(given) : NULL;

	for (; path == NULL && *names != NULL; names++)
		path = home_file(*names);
	return path;
}

static int
check_file(const char *option, const char *file)
{
	if (file == NULL || access(file, R_OK) == 0)
		return 0;
	msg("%s: %s: cannot be read", option, file);
	return EXIT_USAGE;
}

static int
check_options(struct remote *remote)
{
	static const struct {
		const char *name;
		long level;
	} levels[] = {{"try", CURLUSESSL_TRY}, {"require", CURLUSESSL_ALL},
	    {"never", CURLUSESSL_NONE}};
	int status = command_range("--timeout", option_timeout, 1, 86400) |
		     command_range("--slowest", option_slowest, 1, 1000000000) |
		     check_file("--cacert", option_cacert) |
		     check_file("--ssh-key", option_ssh_key) |
		     check_file("--known-hosts", option_known_hosts) |
		     check_file("--netrc-file", option_netrc);
	size_t i = 0;

	while (option_ftp_tls != NULL && i < 3 &&
	       strcmp(levels[i].name, option_ftp_tls) != 0)
		i++;
	if (i == 3) {
		msg("--ftp-tls: '%s' is none of try, require and never", option_ftp_tls);
		return EXIT_USAGE;
	}
	remote->ftp_tls = levels[i].level;
	return status;
}

struct remote *
remote_open(int *status)
{
	static const char *const keys[] = {
	    ".ssh/id_ed25519", ".ssh/id_ecdsa", ".ssh/id_rsa", NULL};
	static const char *const hosts[] = {".ssh/known_hosts", NULL};
	static const char *const netrc[] = {".netrc", NULL};
	struct remote *remote = calloc(1, sizeof(*remote));

	*status = EXIT_PARTIAL;
	if (remote == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != 0) {
		msg("libcurl cannot be set up");
		free(remote);
		return NULL;
	}
	remote->ssh_key = given_or_home(option_ssh_key, keys);
	remote->known_hosts = given_or_home(option_known_hosts, hosts);
	remote->netrc = given_or_home(option_netrc, netrc);
	remote->negotiate = option_keytab != NULL || option_principal != NULL;
	*status =
	    check_options(remote) | stand_in_read(&remote->stand_ins, option_servers);
	if (*status == 0 && option_token_file != NULL) {
		remote->token = credential_read(option_token_file);
		*status = remote->token == NULL ? EXIT_USAGE : 0;
	}
	if (*status == 0 && option_keytab != NULL)
		*status = ticket_from_keytab(option_keytab, option_principal);
	else if (*status == 0 && option_principal != NULL)
		*status = ticket_check(option_principal);
	if (*status == 0)
		return remote;
	remote_close(remote);
	return NULL;
}

void
remote_close(struct remote *remote)
{
	if (remote == NULL)
		return;
	stand_in_free(&remote->stand_ins);
	credential_free(remote->token);
	free(remote->ssh_key);
	free(remote->known_hosts);
	free(remote->netrc);
	free(remote);
	curl_global_cleanup();
}

/* ---- handles --------------------------------------------------------------- */

/* Only a key that known_hosts has is good; remember why another is not. */
static int
check_host_key(CURL *easy, const struct curl_khkey *known, const struct curl_khkey *found,
    enum curl_khmatch match, void *context)
{
	struct remote *remote = context;

	(void)easy;
	(void)known;
	(void)found;
	remote->host_key_changed = match == CURLKHMATCH_MISMATCH;
	return match == CURLKHMATCH_OK ? CURLKHSTAT_FINE : CURLKHSTAT_REJECT;
}

static void
set_ssh(struct remote *remote, CURL *easy)
{
	/* Without a file, no host is known. */
	curl_easy_setopt(easy, CURLOPT_SSH_KNOWNHOSTS,
	    remote->known_hosts != NULL ? remote->known_hosts : "/dev/null");
	curl_easy_setopt(easy, CURLOPT_SSH_KEYFUNCTION, check_host_key);
	curl_easy_setopt(easy, CURLOPT_SSH_KEYDATA, remote);
	curl_easy_setopt(easy, CURLOPT_SSH_AUTH_TYPES,
	    (long)(CURLSSH_AUTH_AGENT | CURLSSH_AUTH_PUBLICKEY | CURLSSH_AUTH_PASSWORD));
	if (remote->ssh_key != NULL)
		curl_easy_setopt(easy, CURLOPT_SSH_PRIVATE_KEYFILE, remote->ssh_key);
}

CURL *
remote_handle(struct remote *remote)
{
	CURL *easy = curl_easy_init();

	if (easy == NULL) {
		msg("libcurl gives no handle");
		return NULL;
	}
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "ftp,ftps,sftp,http,https,file");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_FAILONERROR, 1L);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "elog/" ELOG_VERSION);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT,
	    option_timeout < CONNECT_TIMEOUT ? option_timeout : CONNECT_TIMEOUT);
	curl_easy_setopt(easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, option_timeout);
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, option_slowest);
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, option_timeout);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	/* Each directory of a path by a CWD of its own would cost a round trip each. */
	curl_easy_setopt(easy, CURLOPT_FTP_FILEMETHOD, (long)CURLFTPMETHOD_SINGLECWD);
	curl_easy_setopt(easy, CURLOPT_FTPSSLAUTH, (long)CURLFTPAUTH_TLS);
	curl_easy_setopt(easy, CURLOPT_USE_SSL, remote->ftp_tls);
	/* A GSSAPI exchange belongs to its connection, see http.c. */
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
	    (long)(remote->negotiate ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS));
	if (option_cacert != NULL)
		curl_easy_setopt(easy, CURLOPT_CAINFO, option_cacert);
	if (remote->netrc != NULL)
		curl_easy_setopt(easy, CURLOPT_NETRC_FILE, remote->netrc);
	set_ssh(remote, easy);
	return easy;
}

/* Has .netrc an entry for the host of a URL, or one for all, with this login (NULL: with
   any)?  A file of words: "machine" NAME, "default", "login" NAME, "password" SECRET. */
static bool
netrc_knows(const struct remote *remote, const char *url, const char *user)
{
	FILE *file = remote->netrc != NULL ? fopen(remote->netrc, "re") : NULL;
	const char *host = strstr(url, "://") + 3;
	size_t n = strcspn(host, ":/");
	char word[256], previous[256] = "";
	bool ours = false, knows = false;

	while (file != NULL && !knows && fscanf(file, "%255s", word) == 1) {
		if (strcmp(previous, "machine") == 0)
			ours = strlen(word) == n && strncasecmp(word, host, n) == 0;
		else if (strcmp(word, "default") == 0)
			ours = true;
		knows = ours && (user == NULL || (strcmp(previous, "login") == 0 &&
						     strcmp(word, user) == 0));
		memcpy(previous, word, sizeof(word));
	}
	explicit_bzero(word, sizeof(word));
	explicit_bzero(previous, sizeof(previous));
	if (file != NULL)
		fclose(file);
	return knows;
}

static void
aim_http(struct remote *remote, CURL *easy, bool private)
{
	unsigned long methods = CURLAUTH_BASIC;

	if (remote->negotiate) {
		methods = CURLAUTH_NEGOTIATE;
		curl_easy_setopt(easy, CURLOPT_USERPWD, ":");
		private = false; /* no password beside it */
	} else if (remote->token != NULL && private) {
		methods = CURLAUTH_BEARER;
		curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, remote->token);
		private = false;
	}
	curl_easy_setopt(easy, CURLOPT_HTTPAUTH, methods);
	if (!private)
		curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
}

/* libcurl takes the password of a login from .netrc only if the login stands in the URL.
   False without memory. */
static bool
aim_login(CURL *easy, const char *url, const char *user)
{
	char *with_user = url_with_user(url, user);

	if (with_user == NULL)
		return false;
	curl_easy_setopt(easy, CURLOPT_URL, with_user);
	free(with_user);
	return true;
}

bool
remote_turn(struct remote *remote, CURL *easy)
{
	char *url = NULL;

	curl_easy_getinfo(easy, CURLINFO_EFFECTIVE_URL, &url);
	return url != NULL && stand_in_turn(&remote->stand_ins, url);
}

static void
aim(struct remote *remote, CURL *easy, const char *url, const char *user)
{
	enum url_scheme scheme = url_scheme(url);
	bool http = scheme == URL_HTTP || scheme == URL_HTTPS;

	if (user == NULL)
		user = option_user;
	if (user == NULL && scheme == URL_SFTP && !netrc_knows(remote, url, NULL))
		user = getlogin() != NULL ? getlogin() : getenv("USER");
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_USERPWD, NULL);
	/* Tickets and tokens need no password beside them. */
	if (user == NULL || (http && (remote->negotiate || remote->token != NULL)) ||
	    !netrc_knows(remote, url, user) || !aim_login(easy, url, user))
		curl_easy_setopt(easy, CURLOPT_USERNAME, user);
	curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, NULL);
	curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_OPTIONAL);
	if (http)
		aim_http(remote, easy, scheme == URL_HTTPS || engine_is_loopback(url));
}

void
remote_aim(struct remote *remote, CURL *easy, const char *url, const char *user)
{
	char *there = stand_in_url(&remote->stand_ins, url);

	aim(remote, easy, there != NULL ? there : url, user);
	free(there); /* libcurl has its own copy */
}

char *
remote_redirect(CURL *easy)
{
	char why[200], *to = engine_redirect(easy, why, sizeof(why)), *clean = NULL;

	/* A login in it is remote_aim()'s of before, or none of ours. */
	if (to != NULL)
		clean = url_without_user(to);
	free(to);
	return clean;
}

/* ---- what a transfer came to ------------------------------------------------ */

/* Ends of libcurl's that mean something of their own here, or in better words. */
static const struct verdict {
	CURLcode code;
	enum remote_outcome outcome;
	const char *text;
} verdicts[] = {
    {CURLE_OK, REMOTE_OK, ""},
    {CURLE_COULDNT_RESOLVE_HOST, REMOTE_AWAY, "no such host"},
    {CURLE_COULDNT_CONNECT, REMOTE_AWAY, "no connection"},
    {CURLE_FILE_COULDNT_READ_FILE, REMOTE_MISSING, "no such file"},
    {CURLE_REMOTE_FILE_NOT_FOUND, REMOTE_MISSING, "no such file"},
    {CURLE_REMOTE_ACCESS_DENIED, REMOTE_DENIED, "missing, or not ours to read"},
    {CURLE_PARTIAL_FILE, REMOTE_BROKEN, "it broke off"},
    {CURLE_USE_SSL_FAILED, REMOTE_FAILED,
	"no TLS (--ftp-tls says how much it is wanted)"},
};

static enum remote_outcome
judge_status(long status, const char *url, char *message, size_t size)
{
	bool plain = url_scheme(url) == URL_HTTP && !engine_is_loopback(url);

	snprintf(message, size, "HTTP %ld%s", status,
	    status != 401 ? ""
	    : plain	  ? ": a password or token does not go over http://: use https://"
			  : ": not authenticated: see .netrc, --token-file and --keytab");
	if (status == 401 || status == 407)
		return REMOTE_LOGIN;
	if (status == 403)
		return REMOTE_DENIED;
	if (status == 404 || status == 410)
		return REMOTE_MISSING;
	if (status == 408 || status == 429 || status == 500 ||
	    (status >= 502 && status <= 504))
		return REMOTE_BROKEN;
	return REMOTE_FAILED;
}

/* What the FTP server itself said last tells more than libcurl's code. */
static enum remote_outcome
judge_reply(long reply, enum remote_outcome outcome, char *message, size_t size)
{
	if (reply < 400 || reply >= 600 || outcome == REMOTE_OK)
		return outcome;
	if (reply == 530 && outcome != REMOTE_LOGIN)
		outcome = REMOTE_LOGIN;
	else if (reply == 550)
		outcome = REMOTE_DENIED;
	else if (reply < 500) /* "transient", RFC 959, 4.2.1 */
		outcome = REMOTE_BROKEN;
	snprintf(message, size, "FTP %ld%s", reply,
	    outcome == REMOTE_LOGIN ? ": login refused: see .netrc and --user"
	    : reply == 550	    ? ": missing, or not ours to read"
				    : "");
	return outcome;
}

static enum remote_outcome
untrusted(const struct remote *remote, enum url_scheme scheme, const char *url,
    char *message, size_t size)
{
	const char *host = strstr(url, "://") + 3;
	const char *at = memchr(host, '@', strcspn(host, "/"));

	host = at != NULL ? at + 1 : host;
	if (scheme != URL_SFTP)
		snprintf(message, size,
		    "its certificate is not trusted: --cacert names the authority's");
	else if (remote->host_key_changed)
		snprintf(message, size,
		    "its host key is another than known_hosts has: somebody may be in "
		    "between; if it is right, remove the old one with ssh-keygen -R");
	else
		snprintf(message, size,
		    "its host key is not in known_hosts: connect once with sftp to %.*s, "
		    "and compare",
		    (int)strcspn(host, "/"), host);
	return REMOTE_UNTRUSTED;
}

/* Did it end before there was a connection, be it an old one? */
static bool
never_connected(CURL *easy)
{
	curl_off_t connected = 0, began = 0;

	curl_easy_getinfo(easy, CURLINFO_CONNECT_TIME_T, &connected);
	curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &began);
	return connected == 0 && began == 0;
}

static enum remote_outcome
judge_code(CURL *easy, CURLcode code, char *message, size_t size)
{
	static const enum remote_outcome outcomes[] = {[ENGINE_AWAY] = REMOTE_AWAY,
	    [ENGINE_CUT] = REMOTE_BROKEN,
	    [ENGINE_FAULT] = REMOTE_FAILED};
	size_t i = 0;
	long missing = 0;

	curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &missing);
	if (code == CURLE_OPERATION_TIMEDOUT && never_connected(easy)) {
		snprintf(message, size, "no connection: no answer");
		return REMOTE_AWAY;
	}
	while (i < sizeof(verdicts) / sizeof(verdicts[0]) && verdicts[i].code != code)
		i++;
	if (i == sizeof(verdicts) / sizeof(verdicts[0])) {
		snprintf(message, size, "%s", curl_easy_strerror(code));
		return outcomes[engine_fault(code)];
	}
	snprintf(message, size, "%s", verdicts[i].text);
	if (verdicts[i].outcome == REMOTE_AWAY && missing != 0)
		snprintf(message, size, "no connection: %s", strerror((int)missing));
	return verdicts[i].outcome;
}

enum remote_outcome
remote_judge(struct remote *remote, CURL *easy, CURLcode code, char *message, size_t size)
{
	enum remote_outcome outcome;
	enum url_scheme scheme;
	char *url = NULL;
	long status = 0;

	curl_easy_getinfo(easy, CURLINFO_EFFECTIVE_URL, &url);
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	scheme = url_scheme(url != NULL ? url : "");
	if (scheme == URL_NONE)
		return judge_code(easy, code, message, size);
	if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE ||
	    code == CURLE_SSL_ISSUER_ERROR)
		return untrusted(remote, scheme, url, message, size);
	if ((scheme == URL_HTTP || scheme == URL_HTTPS) &&
	    (code == CURLE_OK || code == CURLE_HTTP_RETURNED_ERROR) && status >= 300) {
		char *to = NULL;

		curl_easy_getinfo(easy, CURLINFO_REDIRECT_URL, &to);
		if (status < 400 && to != NULL) {
			snprintf(
			    message, size, "redirected to another server: not followed");
			return REMOTE_FAILED;
		}
		return judge_status(status, url, message, size);
	}
	if (code == CURLE_LOGIN_DENIED) {
		snprintf(message, size, "%s",
		    scheme == URL_SFTP
			? "login refused: see --user, --ssh-key, the ssh agent and .netrc"
			: "login refused: see .netrc and --user");
		return REMOTE_LOGIN;
	}
	outcome = judge_code(easy, code, message, size);
	if (scheme == URL_FTP || scheme == URL_FTPS)
		outcome = judge_reply(status, outcome, message, size);
	return outcome;
}

const char *
remote_version(void)
{
	return curl_version();
}
