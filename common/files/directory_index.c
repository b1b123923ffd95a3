/*
 * The index page of a web server: a reader of links that forgives much, for no standard
 * says what such a page looks like.  Known: Apache's mod_autoindex (plain, fancy, table),
 * nginx's and lighttpd's, Python's http.server.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "files/directory.h"

/* Text between two offsets. */
struct text {
	const char *p, *end;
};

static const char *
find(struct text text, const char *what)
{
	size_t n = strlen(what);
	int first = tolower((unsigned char)what[0]);

	for (const char *p = text.p; text.end - p >= (ptrdiff_t)n; p++)
		if (tolower((unsigned char)*p) == first && strncasecmp(p, what, n) == 0)
			return p;
	return NULL;
}

/* Is there anything that says that this is an index, and no page that asks for a login?
   An empty directory must not look like a page without links. */
static bool
is_index(struct text page)
{
	static const char *const signs[] = {
	    "Index of", "Directory listing", "Parent Directory", "\"../\""};

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		/* memmem() is quick where the letters are as usual. */
		if (memmem(page.p, (size_t)(page.end - page.p), signs[i],
			strlen(signs[i])) != NULL ||
		    (i < 2 && find(page, signs[i]) != NULL))
			return true;
	}
	return false;
}

/* A page that begins as HTML must end so: nothing else tells where a body ends that came
   without its length. */
bool
directory_is_cut(const char *page, size_t n)
{
	struct text text = {page, page + n};

	return find(text, "<html") != NULL && find(text, "</html") == NULL;
}

/* The value of href in a tag: what stands between quotes, or up to a blank. */
static bool
href(struct text tag, struct text *value)
{
	const char *p = find(tag, "href");
	char quote;

	if (p == NULL || p == tag.p || !isspace((unsigned char)p[-1]))
		return false;
	p += 4;
	while (p < tag.end && isspace((unsigned char)*p))
		p++;
	if (p == tag.end || *p++ != '=')
		return false;
	while (p < tag.end && isspace((unsigned char)*p))
		p++;
	if (p == tag.end)
		return false;
	quote = *p == '"' || *p == '\'' ? *p++ : ' ';
	value->p = p;
	while (p < tag.end && *p != quote)
		p++;
	value->end = p;
	return true;
}

static int
hex(char c)
{
	if (isdigit((unsigned char)c))
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The entities that servers write into a link, then its %XX.  Bytes written. */
static size_t
decode(struct text from, char to[DIRECTORY_NAME_MAX + 2])
{
	static const struct {
		const char *entity;
		char c;
	} entities[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'},
	    {"&#39;", '\''}, {"&apos;", '\''}, {"&#x27;", '\''}};
	size_t n = 0;

	while (from.p < from.end && n <= DIRECTORY_NAME_MAX) {
		char c = *from.p++;

		for (size_t i = 0; c == '&' && i < sizeof(entities) / sizeof(entities[0]);
		     i++) {
			size_t k = strlen(entities[i].entity) - 1;

			if ((size_t)(from.end - from.p) >= k &&
			    strncasecmp(from.p, entities[i].entity + 1, k) == 0) {
				c = entities[i].c;
				from.p += k;
				break;
			}
		}
		if (c == '%' && from.end - from.p >= 2 && hex(from.p[0]) >= 0 &&
		    hex(from.p[1]) >= 0) {
			c = (char)(hex(from.p[0]) * 16 + hex(from.p[1]));
			from.p += 2;
		}
		to[n++] = c;
	}
	return n;
}

static bool
all_digits(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isdigit((unsigned char)p[i]))
			return false;
	return n > 0;
}

/* "2025-01-31" or "31-Jan-2025" at p, as 2025-01-31.  False if it is neither. */
static bool
date(const char *p, char out[11])
{
	if (all_digits(p, 4) && p[4] == '-' && all_digits(p + 5, 2) && p[7] == '-' &&
	    all_digits(p + 8, 2)) {
		memcpy(out, p, 10);
		out[10] = '\0';
		return true;
	}
	if (all_digits(p, 2) && p[2] == '-' && directory_month(p + 3) > 0 &&
	    p[6] == '-' && all_digits(p + 7, 4)) {
		snprintf(out, 11, "%.4s-%02d-%.2s", p + 7, directory_month(p + 3), p);
		return true;
	}
	return false;
}

/* Text without its tags, for what stands behind a link: bytes written. */
static size_t
plain(struct text from, char *to, size_t size)
{
	bool tag = false;
	size_t n = 0;

	for (; from.p < from.end && n < size; from.p++) {
		if (*from.p == '<')
			tag = true;
		if (!tag)
			to[n++] = *from.p;
		if (*from.p == '>') {
			tag = false;
			if (n < size)
				to[n++] = ' ';
		}
	}
	return n;
}

/* Behind a link: its time of change, and its size if that is in bytes and not "1.2K". */
static void
read_details(struct directory_entry *entry, struct text behind)
{
	char text[300], day[11];
	size_t n = plain(behind, text, sizeof(text) - 32), i = 0, length = 0;

	memset(text + n, ' ', sizeof(text) - n);
	while (i < n && !date(text + i, day))
		i++;
	if (i >= n)
		return;
	/* Ten or eleven characters, then hh:mm or hh:mm:ss. */
	i += isdigit((unsigned char)text[i + 3]) ? 10 : 11;
	while (i < n && text[i] == ' ')
		i++;
	if (all_digits(text + i, 2) && text[i + 2] == ':' &&
	    all_digits(text + i + 3, 2)) {
		bool seconds = text[i + 5] == ':' && all_digits(text + i + 6, 2);

		snprintf(entry->modified, sizeof(entry->modified), "%sT%.*sZ", day,
		    seconds ? 8 : 5, text + i);
		i += seconds ? 8 : 5;
	} else {
		snprintf(entry->modified, sizeof(entry->modified), "%s", day);
	}
	while (i < n && isspace((unsigned char)text[i]))
		i++;
	for (; i + length < n && isdigit((unsigned char)text[i + length]);)
		length++;
	if (length > 0 && length < 18 && isspace((unsigned char)text[i + length]) &&
	    entry->type == DIRECTORY_FILE)
		entry->size = strtoll(text + i, NULL, 10);
}

/* Leave a link out.  One with a date behind it was meant as an entry, and counts. */
static void
leave_out(struct directory_reader *reader, struct text link, struct text behind)
{
	reader->entry.modified[0] = '\0';
	read_details(&reader->entry, behind);
	if (reader->entry.modified[0] != '\0')
		directory_refuse(reader, link.p, (size_t)(link.end - link.p));
}

/* Does a link lead to this page or to one above it: "/", "/path/"? */
static bool
leads_up(const struct directory_reader *reader, struct text link)
{
	size_t n = (size_t)(link.end - link.p);

	return n > 0 && link.end[-1] == '/' && n <= strlen(reader->base) &&
	       strncmp(link.p, reader->base, n) == 0;
}

/* A link that stays here names an entry: "name", "./name", "name/", and, as IIS has it,
   "/path/of/the/page/name".  All others (to sort the page, to go up, to elsewhere) are
   none. */
static void
read_link(struct directory_reader *reader, struct text link, struct text behind)
{
	char name[DIRECTORY_NAME_MAX + 2];
	size_t n, raw, base = strlen(reader->base);
	bool scheme = false;

	if (link.p == link.end || *link.p == '?' || *link.p == '#' ||
	    leads_up(reader, link))
		return;
	/* A colon before any slash: a scheme (RFC 3986, 4.2), so a name with a colon is
	   written "./name" (Apache) or with %3A. */
	for (const char *p = link.p; p < link.end && *p != '/' && !scheme; p++)
		scheme = *p == ':';
	if (link.end - link.p >= 2 && link.p[0] == '.' && link.p[1] == '/')
		link.p += 2;
	else if ((size_t)(link.end - link.p) > base && *link.p == '/' &&
		 strncmp(link.p, reader->base, base) == 0)
		link.p += base;
	raw = (size_t)(link.end - link.p);
	if (raw == 0 || *link.p == '?' || *link.p == '#')
		return;
	if (scheme || *link.p == '/' || memchr(link.p, '?', raw) != NULL) {
		leave_out(reader, link, behind);
		return;
	}
	reader->entry.type = link.end[-1] == '/' ? DIRECTORY_DIRECTORY : DIRECTORY_FILE;
	reader->entry.size = -1;
	reader->entry.modified[0] = '\0';
	if (reader->entry.type == DIRECTORY_DIRECTORY)
		link.end--;
	n = decode(link, name);
	read_details(&reader->entry, behind);
	directory_give(reader, name, n);
}

void
directory_read_index(struct directory_reader *reader, const char *page, size_t n)
{
	struct text rest = {page, page + n};
	const char *next;

	if (!is_index(rest)) {
		snprintf(reader->result->error, sizeof(reader->result->error),
		    "the page is no index of a directory");
		return;
	}
	if (directory_is_cut(page, n))
		snprintf(reader->result->error, sizeof(reader->result->error),
		    "the page is cut off");
	for (const char *p = find(rest, "<a"); p != NULL; p = next) {
		struct text tag = {p, memchr(p, '>', (size_t)(rest.end - p))}, link,
			    behind;

		if (tag.end == NULL)
			break;
		next = find((struct text){tag.end, rest.end}, "<a");
		behind.p =
		    find((struct text){tag.end, next != NULL ? next : rest.end}, "</a>");
		behind.end = next != NULL ? next : rest.end;
		if (behind.p == NULL)
			behind.p = behind.end;
		if (href(tag, &link))
			read_link(reader, link, behind);
	}
}
