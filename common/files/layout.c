#include "files/layout.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/object.h"

/* The parts of a URL (RFC 3986, section 3), as they stand in it. */
struct parts {
	struct json_span scheme, host, path;
};

static void
take_apart(const char *url, struct parts *parts)
{
	size_t n = strcspn(url, ":"), host;
	const char *p = url + n;

	parts->scheme = (struct json_span){url, n};
	if (strncmp(p, "://", 3) == 0)
		p += 3;
	host = strcspn(p, "/?#");
	parts->host = (struct json_span){p, host};
	for (size_t i = 0; i < host; i++)
		if (p[i] == '@')
			parts->host = (struct json_span){p + i + 1, host - i - 1};
	p += host;
	parts->path = (struct json_span){p, strcspn(p, "#")};
}

static int
digit(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

/* One component of a URL's path, with %XX decoded. */
static const char *
put_escaped(const char *p, size_t n, char *out)
{
	char name[PLACE_PATH_MAX];
	size_t length = 0;

	if (n >= sizeof(name))
		return "a name in its path is too long";
	for (size_t i = 0; i < n; i++) {
		int high = i + 2 < n ? digit(p[i + 1]) : -1;

		if (p[i] == '%' && high >= 0 && digit(p[i + 2]) >= 0) {
			name[length++] = (char)(high * 16 + digit(p[i + 2]));
			i += 2;
		} else {
			name[length++] = p[i];
		}
	}
	return place_component(name, length, out, PLACE_PATH_MAX);
}

/* A path, component by component; empty ones are left out. */
static const char *
put_path(struct json_span path, bool escaped, bool last_only, char *out)
{
	const char *p = path.p, *end = path.p + path.n, *why = NULL;
	size_t start = strlen(out);

	while (p < end && why == NULL) {
		size_t n = 0;

		/* A query is part of the last name, whatever is in it. */
		while (p + n < end && p[n] != '/' && !(escaped && p[n] == '?'))
			n++;
		if (escaped && p + n < end && p[n] == '?')
			n = (size_t)(end - p);
		if (n > 0) {
			size_t used = strlen(out);

			if (last_only)
				out[start] = '\0';
			else if (used > start && used < PLACE_PATH_MAX)
				memcpy(out + used, "/", 2);
			why = escaped ? put_escaped(p, n, out)
				      : place_component(p, n, out, PLACE_PATH_MAX);
		}
		p += n + 1;
	}
	if (why == NULL && out[start] == '\0')
		return "its URL names no file";
	return why;
}

/* The value of {name} that is neither of the URL nor the path. */
static const char *
put_member(const char *name, struct json_span record, char *out, char why[LAYOUT_WHY])
{
	struct json_span fields;
	char *value = object_member(record, name);
	const char *wrong;

	if (value == NULL && record.p != NULL && json_find(record, "fields", &fields) &&
	    fields.n > 0 && *fields.p == '{')
		value = object_member(fields, name);
	if (value == NULL || *value == '\0') {
		snprintf(why, LAYOUT_WHY, "its record has no '%s' for --layout", name);
		free(value);
		return why;
	}
	wrong = place_component(value, strlen(value), out, PLACE_PATH_MAX);
	free(value);
	return wrong;
}

static const char *
put_field(const char *name, const char *url, const char *path, struct json_span record,
    char *out, char why[LAYOUT_WHY])
{
	struct parts parts;
	bool last = strcmp(name, "name") == 0;

	take_apart(url, &parts);
	if (strcmp(name, "scheme") == 0)
		return place_component(
		    parts.scheme.p, parts.scheme.n, out, PLACE_PATH_MAX);
	if (strcmp(name, "host") == 0)
		return parts.host.n == 0
			   ? place_component("local", 5, out, PLACE_PATH_MAX)
			   : place_component(
				 parts.host.p, parts.host.n, out, PLACE_PATH_MAX);
	if (strcmp(name, "path") != 0 && !last)
		return put_member(name, record, out, why);
	if (path != NULL)
		return put_path((struct json_span){path, strlen(path)}, false, last, out);
	return put_path(parts.path, true, last, out);
}

const char *
layout_check(const char *template)
{
	bool names = false;

	if (*template == '\0' || *template == '/')
		return "it is a path under --to, like {host}/{path}";
	for (const char *p = template; *p != '\0'; p++) {
		size_t n = strcspn(p, "}");

		if (*p == '}')
			return "a '}' without its '{'";
		if (*p != '{')
			continue;
		if (p[n] == '\0' || n == 1 || n > 64 || strcspn(p + 1, "{") < n)
			return "a '{' without its name and '}'";
		if (strncmp(p, "{path}", n + 1) == 0 || strncmp(p, "{name}", n + 1) == 0)
			names = true;
		p += n;
	}
	return names ? NULL : "it needs {path} or {name}, or all files would be one";
}

int
layout_path(const char *template, const char *url, const char *path,
    struct json_span record, char out[PLACE_PATH_MAX + 1], char why[LAYOUT_WHY])
{
	const char *wrong = NULL;

	out[0] = '\0';
	for (const char *p = template; *p != '\0' && wrong == NULL; p++) {
		size_t n = strcspn(p, "}"), used = strlen(out);
		char name[66];

		if (*p == '{') {
			memcpy(name, p + 1, n - 1);
			name[n - 1] = '\0';
			wrong = put_field(name, url, path, record, out, why);
			p += n;
		} else if (used + 1 < PLACE_PATH_MAX) {
			out[used] = *p;
			out[used + 1] = '\0';
		} else {
			wrong = "its path is too long";
		}
	}
	if (wrong == NULL)
		wrong = place_check(out);
	if (wrong == NULL)
		return 0;
	if (wrong != why)
		snprintf(why, LAYOUT_WHY, "%s", wrong);
	return -1;
}
