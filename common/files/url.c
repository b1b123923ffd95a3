#include "files/url.h"

#include <ctype.h>
#include <curl/curl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/credential.h"
#include "base/engine.h"
#include "base/msg.h"

static const struct scheme {
	const char *prefix;
	enum url_scheme scheme;
} schemes[] = {
    {"ftp://", URL_FTP},
    {"ftps://", URL_FTPS},
    {"sftp://", URL_SFTP},
    {"http://", URL_HTTP},
    {"https://", URL_HTTPS},
    {"file://", URL_FILE},
    {NULL, URL_NONE},
};

enum url_scheme
url_scheme(const char *url)
{
	const struct scheme *s = schemes;

	while (s->prefix != NULL && strncasecmp(url, s->prefix, strlen(s->prefix)) != 0)
		s++;
	return s->scheme;
}

const char *
url_path(const char *url)
{
	const char *host = strstr(url, "://");

	return host == NULL ? "" : host + 3 + strcspn(host + 3, "/");
}

static void
small_letters(char *p, const char *end)
{
	for (; p < end && *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
}

/* A part of a parsed URL, malloc'd; NULL if it has none. */
static char *
take_part(CURLU *parsed, CURLUPart part, unsigned flags)
{
	char *text = NULL, *copy;

	if (curl_url_get(parsed, part, &text, flags) != CURLUE_OK)
		return NULL;
	copy = strdup(text);
	curl_free(text);
	return copy;
}

static bool
has_password(CURLU *parsed)
{
	char *password = take_part(parsed, CURLUPART_PASSWORD, 0);
	bool has = password != NULL;

	credential_free(password);
	return has;
}

/* Take what nobody else may see out of a parsed URL and write it again. */
static char *
write_clean(CURLU *parsed)
{
	static const CURLUPart left_out[] = {
	    CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_OPTIONS, CURLUPART_FRAGMENT};
	char *url;

	for (size_t i = 0; i < sizeof(left_out) / sizeof(left_out[0]); i++)
		curl_url_set(parsed, left_out[i], NULL, 0);
	url = take_part(parsed, CURLUPART_URL, CURLU_NO_DEFAULT_PORT);
	if (url == NULL)
		msg("no memory");
	else
		small_letters(url, url_path(url));
	return url;
}

char *
url_clean(const char *text, char **user)
{
	CURLU *parsed = curl_url();
	char *url = NULL;
	CURLUcode code;

	if (user != NULL)
		*user = NULL;
	if (parsed == NULL) {
		msg("no memory");
		return NULL;
	}
	if (url_scheme(text) == URL_NONE) {
		/* It may hold a password, so only its beginning is shown. */
		msg("'%.*s': a URL begins with ftp://, ftps://, sftp://, http://, "
		    "https:// or file:///",
		    (int)strcspn(text, ":@"), text);
		goto done;
	}
	if (url_scheme(text) != URL_FILE &&
	    strncmp(strstr(text, "://"), ":///", 4) == 0) {
		msg("%.100s: no host in this URL", text);
		goto done;
	}
	code = curl_url_set(parsed, CURLUPART_URL, text, CURLU_URLENCODE);
	if (code != CURLUE_OK) {
		msg("%s...: %s", schemes[url_scheme(text)].prefix,
		    curl_url_strerror(code));
		goto done;
	}
	if (has_password(parsed)) {
		msg("%s...: no password in a URL, where others can read it: put it into "
		    "~/.netrc (mode 600)",
		    schemes[url_scheme(text)].prefix);
		goto done;
	}
	if (user != NULL)
		*user = take_part(parsed, CURLUPART_USER, CURLU_URLDECODE);
	url = write_clean(parsed);
done:
	curl_url_cleanup(parsed);
	return url;
}

/* Is a part of a path, n bytes, one that leads elsewhere, or no name at all? */
static bool
part_climbs(const char *part, size_t n)
{
	char name[3] = "";
	size_t length = 0;

	for (size_t i = 0; i < n && length < sizeof(name); i++) {
		name[length] = part[i];
		if (n - i > 2 && part[i] == '%' && part[i + 1] == '2' &&
		    (part[i + 2] == 'e' || part[i + 2] == 'E')) {
			name[length] = '.';
			i += 2;
		}
		length++;
	}
	return (length == 1 && name[0] == '.') ||
	       (length == 2 && name[0] == '.' && name[1] == '.');
}

enum url_scheme
url_scheme_checked(const char *url, const char **why)
{
	enum url_scheme scheme = url_scheme(url);
	const char *host = strstr(url, "://"), *path = url_path(url);

	*why = NULL;
	if (scheme == URL_NONE)
		*why = "the URL has no scheme of ours";
	else if (memchr(host, '@', (size_t)(path - host)) != NULL)
		*why = "the URL has a user in it";
	else if ((path == host + 3) != (scheme == URL_FILE) || path[0] != '/')
		*why = "the URL has no host or no path";
	else if (strcasestr(path, "%00") != NULL)
		*why = "the URL has a NUL in it";
	for (const char *p = url; *p != '\0' && *why == NULL; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f || *p == '#')
			*why = "the URL has a character that must be encoded";
	for (const char *p = path; *p == '/' && *why == NULL;) {
		size_t n = strcspn(++p, "/?");

		if (part_climbs(p, n))
			*why = "the URL has a . or .. in it";
		p += n;
	}
	return *why == NULL ? scheme : URL_NONE;
}

char *
url_encode(const char *path)
{
	static const char hex[] = "0123456789ABCDEF";
	char *encoded = malloc(3 * strlen(path) + 1), *to = encoded;

	if (encoded == NULL)
		return NULL;
	for (; *path != '\0'; path++) {
		unsigned char c = (unsigned char)*path;

		/* "unreserved" of RFC 3986, 2.3, and the slash. */
		if (c < 0x80 && (isalnum(c) || strchr("-._~/", c) != NULL)) {
			*to++ = (char)c;
		} else {
			*to++ = '%';
			*to++ = hex[c >> 4];
			*to++ = hex[c & 15];
		}
	}
	*to = '\0';
	return encoded;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

char *
url_decode(const char *path)
{
	char *decoded = malloc(strlen(path) + 1), *to = decoded;

	if (decoded == NULL)
		return NULL;
	for (; *path != '\0'; path++) {
		*to = *path;
		if (*path == '%' && hex_digit(path[1]) >= 0 && hex_digit(path[2]) >= 0) {
			*to = (char)(hex_digit(path[1]) * 16 + hex_digit(path[2]));
			path += 2;
		}
		if (*to++ == '\0') {
			free(decoded);
			return NULL;
		}
	}
	*to = '\0';
	return decoded;
}

bool
url_same_server(const char *a, const char *b)
{
	return engine_compare(a, b) == 0;
}

char *
url_without_user(const char *url)
{
	CURLU *parsed = curl_url();
	char *clean = NULL;

	if (parsed != NULL &&
	    curl_url_set(parsed, CURLUPART_URL, url, CURLU_PATH_AS_IS) == CURLUE_OK)
		clean = write_clean(parsed);
	curl_url_cleanup(parsed);
	return clean;
}

char *
url_with_user(const char *url, const char *user)
{
	CURLU *parsed = curl_url();
	char *with_user = NULL;

	if (parsed != NULL &&
	    curl_url_set(parsed, CURLUPART_URL, url, CURLU_PATH_AS_IS) == CURLUE_OK &&
	    curl_url_set(parsed, CURLUPART_USER, user, CURLU_URLENCODE) == CURLUE_OK)
		with_user = take_part(parsed, CURLUPART_URL, 0);
	curl_url_cleanup(parsed);
	return with_user;
}
