#include "web/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/buffer.h"
#include "text/utf8.h"

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Is it text: UTF-8 without control characters, but those that a text field sends? */
static bool
is_text(const char *p, size_t n, bool lines)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];

		if (c == 0x7f ||
		    (c < 0x20 && !(lines && (c == '\n' || c == '\r' || c == '\t'))))
			return false;
	}
	return utf8_valid(p, n) == n;
}

/* Decode n bytes (RFC 3986, section 2.1); plus: as a form sends them.  The HTTP status.
 */
static int
decode(struct arena *arena, const char *p, size_t n, bool plus, const char **text)
{
	char *out = arena_get(arena, n + 1);
	size_t used = 0;

	if (out == NULL)
		return 500;
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '%') {
			int high = i + 2 < n ? hex(p[i + 1]) : -1;
			int low = i + 2 < n ? hex(p[i + 2]) : -1;

			if (high < 0 || low < 0)
				return 400;
			out[used++] = (char)(high << 4 | low);
			i += 2;
		} else {
			out[used++] = plus && p[i] == '+' ? ' ' : p[i];
		}
	}
	*text = out;
	return is_text(out, used, plus) ? 0 : 400;
}

/* The end of a path says what form it has; its length without that. */
static size_t
read_form(struct request *request, const char *path, size_t n)
{
	static const struct {
		const char *suffix;
		enum request_form form;
	} forms[] = {{".json", REQUEST_JSON}, {".csv", REQUEST_CSV}};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		size_t length = strlen(forms[i].suffix);

		if (n <= length || path[n - length - 1] == '/' ||
		    memcmp(path + n - length, forms[i].suffix, length) != 0)
			continue;
		request->form = forms[i].form;
		n -= length;
		return n == 6 && memcmp(path, "/index", n) == 0 ? 1 : n;
	}
	return n;
}

static int
read_path(struct request *request, const char *p, size_t n)
{
	size_t from = 1;

	if (n == 0 || p[0] != '/')
		return 400;
	n = read_form(request, p, n);
	for (size_t i = 1; i <= n && from < n; i++) {
		const char *segment;
		int status;

		if (i < n && p[i] != '/')
			continue;
		if (request->n_segments == REQUEST_SEGMENTS_MAX)
			return 414;
		status = decode(&request->arena, p + from, i - from, false, &segment);
		if (status != 0)
			return status;
		if (segment[0] == '\0' || strchr(segment, '/') != NULL ||
		    strcmp(segment, ".") == 0 || strcmp(segment, "..") == 0)
			return 400;
		request->segments[request->n_segments++] = segment;
		from = i + 1;
	}
	return 0;
}

static char *
join(struct arena *arena, const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);
	char *both = arena_get(arena, n + m + 2);

	if (both != NULL) {
		memcpy(both, a, n);
		both[n] = ',';
		memcpy(both + n + 1, b, m);
	}
	return both;
}

static int
add_parameter(struct request *request, const char *name, const char *value)
{
	struct request_parameter *p;

	if (name[0] == '\0' || value[0] == '\0')
		return 0;
	for (size_t i = 0; i < request->n_parameters; i++) {
		p = &request->parameters[i];
		if (strcmp(p->name, name) != 0)
			continue;
		p->value = join(&request->arena, p->value, value);
		return p->value != NULL ? 0 : 500;
	}
	if (request->n_parameters == REQUEST_PARAMETERS_MAX)
		return 414;
	p = &request->parameters[request->n_parameters++];
	*p = (struct request_parameter){name, value};
	return 0;
}

static int
read_query(struct request *request, const char *p)
{
	while (*p != '\0') {
		size_t n = strcspn(p, "&"), name_n = strcspn(p, "=&");
		const char *name, *value = "";
		int status = decode(&request->arena, p, name_n, true, &name);

		if (status == 0 && name_n < n)
			status = decode(&request->arena, p + name_n + 1, n - name_n - 1,
			    true, &value);
		if (status == 0)
			status = add_parameter(request, name, value);
		if (status != 0)
			return status;
		p += n + (p[n] == '&');
	}
	return 0;
}

int
request_read(struct request *request, const char *target)
{
	size_t n = strlen(target), path;
	int status;

	*request = (struct request){0};
	if (n > REQUEST_TARGET_MAX)
		return 414;
	path = strcspn(target, "?");
	if (memchr(target, '#', n) != NULL)
		return 400;
	status = read_path(request, target, path);
	return status == 0 && path < n ? read_query(request, target + path + 1) : status;
}

const char *
request_value(const struct request *request, const char *name)
{
	for (size_t i = 0; i < request->n_parameters; i++)
		if (strcmp(request->parameters[i].name, name) == 0)
			return request->parameters[i].value;
	return NULL;
}

void
request_keep(struct request *request, const char *names)
{
	size_t kept = 0;

	for (size_t i = 0; i < request->n_parameters; i++) {
		const char *name = request->parameters[i].name;
		size_t n = strlen(name);

		for (const char *p = names; p != NULL && *p != '\0';) {
			size_t length = strcspn(p, " ");

			if (length == n && memcmp(p, name, n) == 0) {
				request->parameters[kept++] = request->parameters[i];
				break;
			}
			p += length + strspn(p + length, " ");
		}
	}
	request->n_parameters = kept;
}

static void
put_encoded(struct buffer *out, const char *text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789-._~";
	static const char digits[] = "0123456789ABCDEF";

	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		char escaped[3] = {'%', digits[c >> 4], digits[c & 15]};

		if (strchr(plain, *text) != NULL)
			buffer_put(out, text, 1);
		else
			buffer_put(out, escaped, 3);
	}
}

static const char *
finish(struct arena *arena, struct buffer *out)
{
	const char *text = out->failed ? NULL : arena_text(arena, out->p, out->n);

	buffer_free(out);
	return text;
}

const char *
request_encode(struct arena *arena, const char *text)
{
	struct buffer out = {0};

	put_encoded(&out, text);
	return out.n == 0 ? "" : finish(arena, &out);
}

static void
put_path(const struct request *request, enum request_form form, struct buffer *out)
{
	static const char *const suffixes[] = {"", ".json", ".csv", ".svg"};

	for (size_t i = 0; i < request->n_segments; i++) {
		buffer_put(out, "/", 1);
		put_encoded(out, request->segments[i]);
	}
	if (request->n_segments == 0)
		buffer_put(out, form == REQUEST_PAGE ? "/" : "/index",
		    form == REQUEST_PAGE ? 1 : 6);
	buffer_put(out, suffixes[form], strlen(suffixes[form]));
}

static int
by_name(const void *a, const void *b)
{
	const struct request_parameter *x = a, *y = b;

	return strcmp(x->name, y->name);
}

const char *
request_address(
    struct request *request, enum request_form form, const char *const *changes)
{
	struct request_parameter all[2 * REQUEST_PARAMETERS_MAX];
	struct buffer out = {0};
	size_t n = request->n_parameters;
	bool any = false;

	memcpy(all, request->parameters, n * sizeof(all[0]));
	for (; changes != NULL && changes[0] != NULL; changes += 2) {
		size_t i = 0;

		while (i < n && strcmp(all[i].name, changes[0]) != 0)
			i++;
		if (i == sizeof(all) / sizeof(all[0]))
			continue;
		n += i == n;
		all[i] = (struct request_parameter){changes[0], changes[1]};
	}
	qsort(all, n, sizeof(all[0]), by_name);
	put_path(request, form, &out);
	for (size_t i = 0; i < n; i++) {
		if (all[i].value[0] == '\0')
			continue;
		buffer_put(&out, any ? "&" : "?", 1);
		put_encoded(&out, all[i].name);
		buffer_put(&out, "=", 1);
		put_encoded(&out, all[i].value);
		any = true;
	}
	return finish(&request->arena, &out);
}

const char *
request_cookie(struct request *request, const char *name)
{
	const char *p = request->cookie;
	size_t length = strlen(name);

	while (p != NULL && *p != '\0') {
		size_t n;

		p += strspn(p, " ;");
		n = strcspn(p, ";");
		if (n > length && memcmp(p, name, length) == 0 && p[length] == '=')
			return arena_text(
			    &request->arena, p + length + 1, n - length - 1);
		p += n;
	}
	return NULL;
}

void
request_free(struct request *request)
{
	arena_free(&request->arena);
	*request = (struct request){0};
}
